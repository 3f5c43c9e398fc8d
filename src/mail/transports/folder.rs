//! Mails as `.eml` files, for instances without a mail server.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::mail::{Outgoing, Reply, SendError};

/// A folder of mails. Their links let their holders in, so only the user who runs Usher may read them.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(in crate::mail) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(in crate::mail) async fn send(&self, mail: &Outgoing) -> Result<Reply, SendError> {
        let (folder, name, content) = (self.path.clone(), file_name(mail), mail.to_wire()?.formatted());
        let reply = Reply::new(&format!("Written to {name}"));
        off_the_runtime(move || write(&folder, &name, &content)).await?;
        Ok(reply)
    }

    pub(in crate::mail) async fn check(&self) -> Result<(), SendError> {
        let folder = self.path.clone();
        let probe = ".check.tmp";
        off_the_runtime(move || {
            write_new(&folder, probe, b"")?;
            fs::remove_file(folder.join(probe))
        })
        .await
    }
}

/// Runs disk access on another thread, since this one serves requests too.
async fn off_the_runtime(write: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), SendError> {
    let written = tokio::task::spawn_blocking(write).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    // Temporary for all mails: a full disk is emptied and permissions are fixed by an administrator.
    written.map_err(|error| SendError::server(&format!("The mail's file cannot be written: {error}")))
}

/// File name by time and Message-ID, so that names sort by time; a second attempt replaces the file of the first.
fn file_name(mail: &Outgoing) -> String {
    let id = mail.message_id.trim_matches(['<', '>']).split('@').next().unwrap_or_default();
    let id = id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).take(64).collect::<String>();
    format!("{}-{id}.eml", mail.date.format("%Y%m%dT%H%M%S%.6fZ"))
}

/// Writes a file atomically and durably: readers of the folder see complete mails only, and a reported file survives a
/// power cut.
fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = format!(".{name}.tmp");
    write_new(folder, &temporary, content)?;
    fs::rename(folder.join(temporary), folder.join(name))?;
    File::open(folder)?.sync_all()
}

fn write_new(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(name);
    // Removes a file left by a crash. It is made anew, since an overwritten file keeps its mode.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::mail::{
        SendErrorKind,
        transports::samples::{block_on, outgoing},
    };

    fn names(folder: &Path) -> Vec<String> {
        let mut names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_mail_is_a_file_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data/mails");
        let folder = Folder::new(&path);
        let reply = block_on(folder.send(&outgoing())).unwrap();
        assert_eq!(names(&path), ["20261120T092000.000000Z-17.eml"]);
        assert_eq!(reply, Reply("Written to 20261120T092000.000000Z-17.eml".to_owned()));
        let file = path.join("20261120T092000.000000Z-17.eml");
        assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
        let content = fs::read_to_string(file).unwrap();
        let (headers, body) = content.split_once("\r\n\r\n").unwrap();
        assert!(headers.contains("To: Noor@example.com"), "{headers}");
        assert!(body.contains("This is a test mail from Northwind Trading's console, Usher."), "{body}");
    }

    #[test]
    fn names_sort_by_time_and_a_second_try_replaces_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let later = Outgoing { date: outgoing().date + chrono::TimeDelta::microseconds(1), message_id: "<3@x>".to_owned(), ..outgoing() };
        fs::write(dir.path().join(".20261120T092000.000000Z-17.eml.tmp"), "half a ma").unwrap();
        for mail in [&later, &outgoing(), &outgoing()] {
            block_on(folder.send(mail)).unwrap();
        }
        assert_eq!(names(dir.path()), ["20261120T092000.000000Z-17.eml", "20261120T092000.000001Z-3.eml"]);
        assert_eq!(mode(&dir.path().join("20261120T092000.000000Z-17.eml")), 0o600);
    }

    #[test]
    fn a_name_has_no_way_out_of_the_folder() {
        let mail = Outgoing { message_id: "<../../etc/x@host>".to_owned(), ..outgoing() };
        assert_eq!(file_name(&mail), "20261120T092000.000000Z-....etcx.eml");
    }

    #[test]
    fn what_cannot_be_written_waits() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let folder = Folder::new(&file);
        assert_eq!(block_on(folder.send(&outgoing())).unwrap_err().kind, SendErrorKind::Server);
        assert_eq!(block_on(folder.check()).unwrap_err().kind, SendErrorKind::Server);
        let folder = Folder::new(dir.path());
        block_on(folder.check()).unwrap();
        assert_eq!(names(dir.path()), ["file"]);
    }
}
