//! Helper programs that never outlive the tests, not even tests that are killed.
//!
//! A small shell runs the helper and then waits for the end of its standard input. The test process alone holds that
//! pipe, so that the kernel closes it however the process ends, and the shell's exit trap cleans up.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of the helpers")]

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// Beginning of every script. `folder` is the helper's own, and is removed last.
const PROLOGUE: &str = r#"
set -u
cd /
folder=$(mktemp -d "${TMPDIR:-/tmp}/usher-tests-XXXXXX") || { echo "failed: no folder for temporary files"; exit 1; }
log=$folder/log
exec 2>"$log"
stop() { :; }
finish() {
    trap '' HUP INT TERM
    stop >/dev/null 2>&1
    # A helper's last children may still be writing.
    for attempt in 1 2 3 4 5; do rm -rf "$folder" 2>/dev/null && break; sleep 0.2; done
}
fail() { echo "failed: $1: $(tail -n 3 "$log" | tr '\n' ' ')"; exit 1; }
trap finish EXIT
trap 'exit 1' HUP INT TERM
"#;

const EPILOGUE: &str = r"
cat >/dev/null
exit 0
";

/// A helper that runs until this is dropped, or the test process ends.
#[derive(Debug)]
pub struct Supervised {
    shell: Child,
    /// Words that the helper printed when it was ready.
    pub answer: Vec<String>,
}

impl Supervised {
    /// Runs a script that starts a helper, defines how to `stop` it, and echoes `ready` with some words; or calls
    /// `fail`.
    pub fn start(script: &str, arguments: &[String]) -> Result<Self, String> {
        let mut shell = Command::new("sh")
            .args(["-c", &format!("{PROLOGUE}{script}{EPILOGUE}"), "sh"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C in a terminal reaches the tests only; the shell then sees its pipe close, and cleans up.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("no shell could be started: {error}"))?;
        let mut line = String::new();
        if let Some(stdout) = shell.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        match line.trim().strip_prefix("ready") {
            Some(words) => Ok(Self { answer: words.split_whitespace().map(str::to_owned).collect(), shell }),
            None => Err(line.trim().trim_start_matches("failed: ").to_owned()),
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// The first of these programs that exists: in one of the folders, or else on the PATH.
pub fn find_program(name: &str, folders: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|program| program.is_file())
}
