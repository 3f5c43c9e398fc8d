//! One chromedriver for all browsers of a test process, and the thread that talks to it.

use std::{
    future::Future,
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::support::supervisor::{Supervised, find_program};

/// `$1` is chromedriver. Browsers keep their profiles in the folder, each with its process id in the name of its lock.
const SCRIPT: &str = r#"
export HOME="$folder" TMPDIR="$folder"
"$1" --port=0 >"$log" 2>&1 </dev/null &
driver=$!
stop() {
    kill "$driver"
    for lock in "$folder"/profile-*/SingletonLock; do
        browser=$(readlink "$lock") && kill -KILL "${browser##*-}"
    done
    wait
}
port=
while [ -z "$port" ]; do
    kill -0 "$driver" || fail chromedriver
    sleep 0.05
    port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$log")
done
echo "ready $port $folder"
"#;

const ARGUMENTS: [&str; 12] = [
    // For root, and in most containers, Chromium's sandbox cannot be set up; only our own pages are opened.
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--no-first-run",
    "--no-default-browser-check",
    "--lang=en-GB",
];

/// One chromedriver serves all browsers of this test process.
#[derive(Debug)]
struct Driver {
    _running: Supervised,
    address: String,
    folder: PathBuf,
    chromium: PathBuf,
    browsers: AtomicUsize,
}

fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
    match DRIVER.get_or_init(Driver::start) {
        Ok(driver) => driver,
        Err(reason) => panic!("no browser for this test ({reason}): tests/run installs what the tests need"),
    }
}

impl Driver {
    fn start() -> Result<Self, String> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find_program(name, []));
        let chromium = chromium.ok_or("chromium is not on the PATH")?;
        let chromedriver = find_program("chromedriver", []).ok_or("chromedriver is not on the PATH")?;
        let running = Supervised::start(SCRIPT, &[chromedriver.display().to_string()])?;
        let [port, folder] = &running.answer[..] else { return Err(format!("an odd answer: {:?}", running.answer)) };
        let (address, folder) = (format!("http://127.0.0.1:{port}"), PathBuf::from(folder));
        Ok(Self { _running: running, address, folder, chromium, browsers: AtomicUsize::new(0) })
    }
}

/// Runs a future on a thread of its own, so that the helpers are plain functions, also in async tests.
pub(super) fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Handle> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    });
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(async move {
        let _ = sender.send(future.await);
    });
    receiver.recv().expect("the browser's thread answers")
}

/// A browser with a profile of its own, and the profile's folder.
pub(super) fn connect(scripts: bool) -> (Client, PathBuf) {
    let driver = driver();
    let profile = driver.folder.join(format!("profile-{}", driver.browsers.fetch_add(1, Ordering::Relaxed)));
    let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let mut preferences = json!({ "credentials_enable_service": false, "profile.password_manager_leak_detection": false });
    if !scripts {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    let capabilities = json!({
        "goog:chromeOptions": { "binary": driver.chromium, "args": arguments, "prefs": preferences },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let Value::Object(capabilities) = capabilities else { unreachable!("it was written as an object") };
    let client = run(async move { ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.address).await })
        .unwrap_or_else(|error| panic!("no browser for this test ({error}): tests/run installs what the tests need"));
    (client, profile)
}

/// A command that fantoccini lacks: a POST if it has a body.
#[derive(Debug)]
pub(super) struct Extension {
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::GET, None),
        }
    }
}
