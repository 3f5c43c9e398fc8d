//! File of the instance's key, and its folder. Both are for the server's user only.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::domain::{
    clock::{Random, random_bytes},
    secret::SecretKey,
};

/// Failure to read or make the key or its folder. The message is complete: it has the path and the cause.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("{}: cannot {doing}: {cause}", .path.display())]
    Io { path: PathBuf, doing: &'static str, cause: io::Error },
    #[error(
        "{}: others than its owner may read or change the secret key (mode {mode:04o}); run `chmod 600 {}`",
        .path.display(), .path.display()
    )]
    Open { path: PathBuf, mode: u32 },
    #[error(
        "{}: holds no secret key; put it back from a copy (where it is lost, move this file away, then `usher serve --new-key` begins anew with a new \
         one: mails that wait are given up, and everybody signs in again)",
        .path.display()
    )]
    Malformed { path: PathBuf },
}

/// Makes a missing data folder, for its owner only. An existing one is left alone.
pub fn make_data_dir(path: &Path) -> Result<(), KeyFileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed(path, "make the data folder"))
}

/// Reads the key; `None` if there is no file.
pub fn read_key(path: &Path) -> Result<Option<SecretKey>, KeyFileError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed(path, "read the secret key"))?,
    };
    // Mode of the open file: the path could lead to another file by now.
    let mode = file.metadata().map_err(failed(path, "read the secret key"))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    match file.take(1024).read_to_string(&mut text) {
        Err(error) if error.kind() == ErrorKind::InvalidData => {}
        read => drop(read.map_err(failed(path, "read the secret key"))?),
    }
    SecretKey::parse(&text).map(Some).ok_or_else(|| KeyFileError::Malformed { path: path.to_owned() })
}

/// Reads the key, or makes it if there is no file.
///
/// Of two processes that start at once, one makes the key and both get it: the complete key is written to a temporary
/// file and hard-linked to its name, which fails if the name exists; then the existing file is read.
pub fn load_or_create_key(path: &Path, random: &dyn Random) -> Result<SecretKey, KeyFileError> {
    if let Some(key) = read_key(path)? {
        return Ok(key);
    }
    let draft = draft_path(path, random);
    let written = write_draft(&draft, &SecretKey::new(random)).and_then(|()| put_in_place(&draft, path));
    let removed = std::fs::remove_file(&draft);
    written.map_err(failed(path, "make the secret key"))?;
    removed.map_err(failed(&draft, "remove the draft of the secret key"))?;
    read_key(path)?.ok_or_else(|| failed(path, "read the secret key")(ErrorKind::NotFound.into()))
}

fn draft_path(path: &Path, random: &dyn Random) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", u64::from_ne_bytes(random_bytes(random))));
    path.with_file_name(name)
}

fn write_draft(draft: &Path, key: &SecretKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    writeln!(file, "{}", key.reveal())?;
    file.sync_all()
}

fn put_in_place(draft: &Path, path: &Path) -> io::Result<()> {
    match std::fs::hard_link(draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        linked => linked?,
    }
    // The folder is synced too: the name must survive a power cut before anything is sealed with the key.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> KeyFileError {
    move |cause| KeyFileError::Io { path: path.to_owned(), doing, cause }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, sync::Barrier, thread};

    use super::*;
    use crate::domain::clock::SystemRandom;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_folder_is_made_for_its_owner_alone_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("deep/usher-data");
        make_data_dir(&data).unwrap();
        assert_eq!(mode(&data), 0o700);
        make_data_dir(&data).unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let error = make_data_dir(&folder.path().join("file")).unwrap_err().to_string();
        assert!(error.contains("file: cannot make the data folder"), "{error}");
    }

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        assert!(read_key(&path).unwrap().is_none());
        let made = load_or_create_key(&path, &SystemRandom).unwrap().reveal();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(load_or_create_key(&path, &SystemRandom).unwrap().reveal(), made);
        assert_eq!(read_key(&path).unwrap().unwrap().reveal(), made);
        assert_eq!(names(folder.path()), ["secret.key"]);
    }

    #[test]
    fn processes_that_start_at_once_get_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let start = Barrier::new(8);
        let keys = thread::scope(|scope| {
            let load = || {
                start.wait();
                load_or_create_key(&path, &SystemRandom).unwrap().reveal()
            };
            let threads = (0..8).map(|_| scope.spawn(load)).collect::<Vec<_>>();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(names(folder.path()), ["secret.key"]);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        load_or_create_key(&path, &SystemRandom).unwrap();
        for (open, word) in [(0o640, "0640"), (0o604, "0604"), (0o620, "0620")] {
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
            let error = load_or_create_key(&path, &SystemRandom).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains(&format!("chmod 600 {}", path.display())), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(load_or_create_key(&path, &SystemRandom).is_ok());
    }

    #[test]
    fn a_file_that_is_no_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        for content in ["", "short", "\u{fffd}"] {
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)
                .unwrap()
                .write_all(content.as_bytes())
                .unwrap();
            let error = load_or_create_key(&path, &SystemRandom).unwrap_err();
            assert!(matches!(error, KeyFileError::Malformed { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        fs::write(&path, [0xff; 86]).unwrap();
        assert!(matches!(read_key(&path), Err(KeyFileError::Malformed { .. })));
    }

    #[test]
    fn a_place_where_no_key_can_be_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_or_create_key(&folder.path().join("missing/secret.key"), &SystemRandom).unwrap_err().to_string();
        assert!(error.contains("missing/secret.key: cannot make the secret key"), "{error}");
        let dangling = folder.path().join("dangling.key");
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        let error = load_or_create_key(&dangling, &SystemRandom).unwrap_err().to_string();
        assert!(error.contains("dangling.key: cannot read the secret key"), "{error}");
        assert_eq!(names(folder.path()), ["dangling.key"]);
    }
}
