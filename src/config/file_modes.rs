//! File modes: Usher's files and folders that users other than their owner can read or change.

use std::{
    ffi::OsString,
    fmt, fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{DatabaseUrl, Origin, Settings, table};

/// Number of paths that one line names.
const NAMED: usize = 5;

/// Bits of a mode by which others than the owner may write.
const WRITABLE: u32 = 0o022;

/// Endings of the files that SQLite puts beside a database.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Files and folders that users other than their owner can read or change. Its `Display` names some and counts the
/// rest.
#[derive(Debug, Default)]
pub struct Exposed(Vec<Place>);

#[derive(Debug)]
struct Place {
    path: PathBuf,
    mode: u32,
    /// True for files whose content is secret.
    must_close: bool,
}

/// Reason for which a file stays readable by others. The message is complete: it has the path and the remedy.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}: others than its owner may read or change it (mode {mode:04o}), which cannot be mended ({cause}); let its owner run `chmod 600 {}`",
    .path.display(), .path.display()
)]
pub struct FileModeError {
    path: PathBuf,
    mode: u32,
    cause: io::Error,
}

impl Settings {
    /// Checks the database, mails in files, a `usher.toml` with a password or writable by others, and Usher's own
    /// folders.
    pub fn exposed(&self) -> Exposed {
        let (database, mail) = (self.database_files(), self.data_dir.join("mail"));
        let mut places = database.iter().filter_map(|path| Place::of(path)).collect::<Vec<_>>();
        if let Some(file) = Place::of(&self.data_dir.join(table::FILE_NAME)) {
            let must_close = self.is_secret_in_file();
            if must_close || file.mode & WRITABLE != 0 {
                places.push(Place { must_close, ..file });
            }
        }
        let files = fs::read_dir(&mail).into_iter().flatten().flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let mails = files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "eml" || end == "tmp"));
        places.extend(mails.filter_map(|path| Place::of(&path)));
        places.extend(Place::of(&mail));
        if self.is_data_dir_ours(&database) {
            places.extend(Place::of(&self.data_dir));
        }
        Exposed(places)
    }

    fn database_files(&self) -> Vec<PathBuf> {
        let DatabaseUrl::Sqlite(path) = &self.database_url else { return Vec::new() };
        let beside = |end| {
            let mut name = OsString::from(path);
            name.push(end);
            PathBuf::from(name)
        };
        BESIDE.map(beside).into()
    }

    /// True if the settings file holds a password.
    fn is_secret_in_file(&self) -> bool {
        let is_in_file = |setting| self.origin(setting) == Origin::File;
        is_in_file(table::DATABASE_URL) && self.database_url.is_secret()
            || is_in_file(table::SMTP_URL) && self.mail_server.as_ref().is_some_and(|server| server.credentials.is_some())
    }

    /// True if the data folder holds Usher's files only: the mode of a shared folder is left alone.
    fn is_data_dir_ours(&self, database: &[PathBuf]) -> bool {
        let ours = [self.data_dir.join("mail"), self.data_dir.join(table::FILE_NAME), self.secret_key_file.clone()];
        let mut names = fs::read_dir(&self.data_dir).into_iter().flatten().flatten().map(|entry| entry.file_name()).peekable();
        let is_ours = |name: &OsString| {
            ours.iter()
                .chain(database)
                .any(|path| path.file_name() == Some(name) && path.parent().is_some_and(|folder| is_same(folder, &self.data_dir)))
        };
        names.peek().is_some() && names.all(|name| is_ours(&name))
    }
}

fn is_same(folder: &Path, other: &Path) -> bool {
    folder == other || fs::canonicalize(folder).is_ok_and(|folder| fs::canonicalize(other).is_ok_and(|other| folder == other))
}

impl Place {
    /// The exposed file or folder at `path`; `None` if there is none. Reads the mode by path: opening and closing a
    /// database file would release SQLite's locks on it.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let mode = metadata.permissions().mode() & 0o7777;
        (mode & 0o077 != 0).then(|| Self { path: path.to_owned(), mode, must_close: !metadata.is_dir() })
    }
}

impl Exposed {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes each accessible to its owner only. Folders of other users, and files without secrets, are left alone.
    ///
    /// # Errors
    /// The first file for which that fails.
    pub fn close(&self) -> Result<(), FileModeError> {
        for Place { path, mode, must_close } in &self.0 {
            let closed = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
            match closed {
                Err(cause) if *must_close && cause.kind() != io::ErrorKind::NotFound => {
                    return Err(FileModeError { path: path.clone(), mode: *mode, cause });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Place { path, mode, .. }) in self.0.iter().take(NAMED).enumerate() {
            write!(f, "{}{} (mode {mode:04o})", if place > 0 { ", " } else { "" }, path.display())?;
        }
        match self.0.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A data folder with these files, all of them exposed.
    fn data(files: &[&str]) -> tempfile::TempDir {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("mail")).unwrap();
        for file in files {
            fs::write(data.path().join(file), "").unwrap();
            open(&data.path().join(file), 0o644);
        }
        open(&data.path().join("mail"), 0o755);
        open(data.path(), 0o755);
        data
    }

    fn open(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: impl AsRef<Path>) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn settings(data: &Path, variables: &[(&str, &str)]) -> Settings {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Settings::load(variables.chain([("USHER_DATA_DIR".into(), data.into())])).unwrap()
    }

    #[test]
    fn what_holds_peoples_data_or_secrets_becomes_its_owners_alone() {
        let files = ["usher.db", "usher.db-wal", "usher.db-shm", "mail/1.eml", "mail/.2.eml.tmp", "secret.key"];
        let data = data(&files);
        let exposed = settings(data.path(), &[]).exposed();
        let told = exposed.to_string();
        assert!(told.contains("usher.db (mode 0644), ") && told.ends_with(", and 2 more") && !told.contains('\n'), "{told}");
        exposed.close().unwrap();
        for file in &files[..5] {
            assert_eq!(mode(data.path().join(file)), 0o600, "{file}");
        }
        assert_eq!((mode(data.path()), mode(data.path().join("mail"))), (0o700, 0o700));
        assert_eq!(mode(data.path().join("secret.key")), 0o644, "refused when it is read");
        assert!(settings(data.path(), &[]).exposed().is_empty());
    }

    #[test]
    fn a_mode_that_lets_a_group_in_or_others_write_counts_too() {
        for (before, after) in [(0o640, 0o600), (0o620, 0o600), (0o604, 0o600), (0o666, 0o600), (0o440, 0o400)] {
            let data = data(&["usher.db"]);
            open(&data.path().join("usher.db"), before);
            settings(data.path(), &[]).exposed().close().unwrap();
            assert_eq!(mode(data.path().join("usher.db")), after);
        }
    }

    #[test]
    fn a_database_elsewhere_is_closed_and_its_folder_left() {
        let (data, elsewhere) = (data(&[]), data(&["people.db", "people.db-wal"]));
        let url = format!("sqlite://{}/people.db", elsewhere.path().display());
        settings(data.path(), &[("USHER_DATABASE_URL", &url)]).exposed().close().unwrap();
        assert_eq!(["people.db", "people.db-wal"].map(|file| mode(elsewhere.path().join(file))), [0o600; 2]);
        assert_eq!(mode(elsewhere.path()), 0o755);
    }

    #[test]
    fn a_data_folder_that_others_share_stays_open() {
        let data = data(&["usher.db", "index.html"]);
        settings(data.path(), &[]).exposed().close().unwrap();
        assert_eq!(["usher.db", "index.html"].map(|file| mode(data.path().join(file))), [0o600, 0o644]);
        assert_eq!(mode(data.path()), 0o755);
    }

    #[test]
    fn the_file_of_settings_is_closed_when_a_password_stands_in_it() {
        for (line, after) in [
            ("log = \"info\"", 0o644),
            ("smtp_url = \"smtp://localhost\"", 0o644),
            ("smtp_url = \"smtps://maya:hidden@mail.example.com\"", 0o600),
            ("database_url = \"postgres://usher@localhost/usher\"", 0o644),
            ("database_url = \"postgres://usher:hidden@localhost/usher\"", 0o600),
            ("database_url = \"postgres://localhost/usher?password=hidden\"", 0o600),
        ] {
            let data = data(&["usher.toml"]);
            fs::write(data.path().join("usher.toml"), line).unwrap();
            settings(data.path(), &[]).exposed().close().unwrap();
            assert_eq!(mode(data.path().join("usher.toml")), after, "{line}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_closed_is_named_with_the_remedy() {
        let path = PathBuf::from("/proc/self/status");
        let error = Exposed(vec![Place { path, mode: 0o444, must_close: true }]).close().unwrap_err().to_string();
        assert!(error.contains("/proc/self/status") && error.contains("(mode 0444)") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_of_settings_that_others_may_write_is_told_and_closed_whatever_is_in_it() {
        for (before, after) in [(0o666, 0o600), (0o664, 0o600), (0o602, 0o600), (0o644, 0o644), (0o640, 0o640)] {
            let data = data(&["usher.toml", "index.html"]);
            fs::write(data.path().join("usher.toml"), "log = \"info\"").unwrap();
            open(&data.path().join("usher.toml"), before);
            let told = settings(data.path(), &[]).exposed().to_string();
            assert_eq!(told.contains("usher.toml"), before != after, "{told}");
            settings(data.path(), &[]).exposed().close().unwrap();
            assert_eq!(mode(data.path().join("usher.toml")), after);
        }
    }
}
