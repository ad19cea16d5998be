//! Files and folders that nobody but their owner may read, from their first byte on.
//!
//! Whatever carries a secret, or what people said and sent to each other, is made here. No mode is
//! changed afterwards: until then, others could have opened it.

use crate::unfinished::{Unfinished, folder_of};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// To write a file that is its owner's alone, if it is made by this.
pub fn options() -> OpenOptions {
    with_mode(0o600)
}

/// A new file.
///
/// # Errors
/// When something is there by that name, or nothing can be made.
pub fn create(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

/// A new file that its owner may run.
///
/// # Errors
/// As [`create`].
pub fn create_program(path: &Path) -> io::Result<File> {
    with_mode(0o700).create_new(true).open(path)
}

/// An empty file. An older one of that name is thrown away.
///
/// # Errors
/// When the older one stays, or nothing can be made.
pub fn create_anew(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => create(path),
    }
}

/// A new folder.
///
/// # Errors
/// As [`create`].
pub fn create_folder(path: &Path) -> io::Result<()> {
    builder().create(path)
}

/// A folder and those above it, as far as they are not there yet.
///
/// # Errors
/// When one of them cannot be made.
pub fn create_folders(path: &Path) -> io::Result<()> {
    builder().recursive(true).create(path)
}

/// Writes a file whole or not at all. It takes the place of one that is there, whoever could read that;
/// what is no file, such as a pipe, is written to as it is.
///
/// # Errors
/// When it cannot be written; an older file is as it was then.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match fs::metadata(path) {
        Ok(about) if !about.is_file() => {
            return OpenOptions::new().write(true).open(path)?.write_all(bytes);
        }
        // A link stays one; what it leads to is replaced.
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let unfinished = Unfinished::in_folder(folder_of(&path))?;
    unfinished.file().write_all(bytes)?;
    unfinished.replace(&path)
}

fn with_mode(mode: u32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
}

fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)] // helpers of tests

    use super::*;
    use handfast_token::random_bytes;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    /// Removed with everything in it.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let random: [u8; 8] = random_bytes().unwrap();
            let name = format!("handfast-private-{:016x}", u64::from_le_bytes(random));
            let path = std::env::temp_dir().join(name);
            create_folder(&path).unwrap();
            Self(path)
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        fn names(&self) -> Vec<String> {
            let names = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<String> = names
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn everything_is_its_owner_s_alone_when_it_is_made() {
        let folder = Folder::new();
        assert_eq!(mode(&folder.0), 0o700);
        for (name, made) in [
            ("new", create(&folder.path("new"))),
            ("anew", create_anew(&folder.path("anew"))),
            (
                "locked",
                options()
                    .create(true)
                    .truncate(false)
                    .open(folder.path("locked")),
            ),
        ] {
            made.unwrap();
            assert_eq!(mode(&folder.path(name)), 0o600, "{name}");
        }
        create_program(&folder.path("program")).unwrap();
        assert_eq!(mode(&folder.path("program")), 0o700);
        create_folders(&folder.path("deep/deeper")).unwrap();
        assert_eq!(mode(&folder.path("deep")), 0o700);
        assert_eq!(mode(&folder.path("deep/deeper")), 0o700);
    }

    #[test]
    fn what_others_could_read_is_replaced_and_not_written_to() {
        let folder = Folder::new();
        let (path, link) = (folder.path("code"), folder.path("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let reader = File::open(&path).unwrap();
        write(&path, b"secret").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(io::read_to_string(reader).unwrap(), "old");
        symlink(&path, &link).unwrap();
        write(&link, b"another").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"another");
        assert_eq!(folder.names(), ["code", "link"]);
        write(Path::new("/dev/null"), b"nowhere").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        write(&folder.path("none/code"), b"secret").unwrap_err();
        write(&folder.0, b"secret").unwrap_err();
        assert_eq!(folder.names(), ["code", "link"]);
    }
}
