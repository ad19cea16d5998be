//! A folder as one stream, and back: a tape archive (POSIX ustar, with GNU's long names) of files and
//! folders, and nothing else. Folders are locked like that, and sent.
//!
//! Packing goes back and forth in the archive without ever writing it down, so that no copy of what
//! is to be locked lies about. Unpacking makes new files below one new folder, and only there.

use handfast_store::private;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tar::{Archive, Builder, EntryType, Header};

const BLOCK: u64 = 512;
/// Two blocks of zeros end an archive.
const END: u64 = 2 * BLOCK;
/// The most bytes of a path inside.
const LONGEST_PATH: u64 = 4096;
/// The most files and folders that are unpacked.
const MOST_ENTRIES: usize = 1 << 20;

/// A folder as it was found, readable as an archive.
pub struct Packed {
    root: PathBuf,
    /// The folder inside of the archive in which everything lies.
    inside: PathBuf,
    entries: Vec<Found>,
    /// The paths of what no archive of ours can hold: links, devices and the like.
    left_out: Vec<PathBuf>,
    /// The paths of what may not be read, and why.
    unread: Vec<(PathBuf, io::Error)>,
    length: u64,
    position: u64,
    /// The entry that is being read.
    current: Option<Current>,
}

/// A file or folder, and where in the archive it begins.
struct Found {
    path: PathBuf,
    is_folder: bool,
    executable: bool,
    modified: u64,
    /// The same as exactly as the system tells it.
    changed: Option<SystemTime>,
    size: u64,
    at: u64,
    head_len: u64,
}

struct Current {
    number: usize,
    head: Vec<u8>,
    file: Option<File>,
}

impl Packed {
    /// Looks through `root`, without following links.
    ///
    /// # Errors
    /// When the folder itself cannot be read, or a path in it cannot stand in an archive.
    pub fn look(root: &Path) -> io::Result<Self> {
        let mut packed = Self::empty(root, Path::new(""));
        let names = names(root)?;
        packed.add_names(Path::new(""), names)?;
        packed.length += END;
        Ok(packed)
    }

    /// The same with all of it in a folder that is called `name` inside of the archive, as people expect who
    /// unpack one by hand.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn look_as(root: &Path, name: &OsStr) -> io::Result<Self> {
        let mut packed = Self::empty(root, Path::new(name));
        let names = names(root)?;
        packed.add(Path::new(""), &root.metadata()?, 0)?;
        packed.add_names(Path::new(""), names)?;
        packed.length += END;
        Ok(packed)
    }

    fn empty(root: &Path, inside: &Path) -> Self {
        Self {
            root: root.to_owned(),
            inside: inside.to_owned(),
            entries: Vec::new(),
            left_out: Vec::new(),
            unread: Vec::new(),
            length: 0,
            position: 0,
            current: None,
        }
    }

    /// What was left out: links, devices and the like, by their paths inside the folder.
    pub fn left_out(&self) -> &[PathBuf] {
        &self.left_out
    }

    /// What was left out because it cannot be read, by the paths inside the folder, and why.
    pub fn unread(&self) -> &[(PathBuf, io::Error)] {
        &self.unread
    }

    /// What is to be compared when all has been read.
    pub fn seen(&self) -> Seen {
        let files = self.entries.iter().filter(|found| !found.is_folder);
        let seen = files.map(|found| (found.path.clone(), found.size, found.changed));
        Seen {
            root: self.root.clone(),
            files: seen.collect(),
        }
    }

    /// The length of the archive.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds what is called so in a folder, which is itself in the archive already.
    fn add_names(&mut self, inside: &Path, names: Vec<OsString>) -> io::Result<()> {
        for name in names {
            let path = inside.join(name);
            if let Err(error) = self.add_one(&path)? {
                self.unread.push((path, error));
            }
        }
        Ok(())
    }

    /// Adds one thing and what is below it. What cannot be read is told inside and adds nothing.
    fn add_one(&mut self, path: &Path) -> io::Result<io::Result<()>> {
        let place = self.root.join(path);
        let metadata = match place.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Ok(Err(error)),
        };
        if metadata.is_dir() {
            let names = match names(&place) {
                Ok(names) => names,
                Err(error) => return Ok(Err(error)),
            };
            self.add(path, &metadata, 0)?;
            self.add_names(path, names)?;
        } else if metadata.is_file() {
            // Found out now, and not when half of the folder has been locked.
            if let Err(error) = File::open(&place) {
                return Ok(Err(error));
            }
            self.add(path, &metadata, metadata.len())?;
        } else {
            self.left_out.push(path.to_owned());
        }
        Ok(Ok(()))
    }

    fn add(&mut self, path: &Path, metadata: &Metadata, size: u64) -> io::Result<()> {
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let mut found = Found {
            path: path.to_owned(),
            is_folder: metadata.is_dir(),
            executable: is_executable(metadata),
            modified: modified
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            changed: metadata.modified().ok(),
            size,
            at: self.length,
            head_len: 0,
        };
        found.head_len = found.head(&self.inside)?.len() as u64;
        self.length += found.head_len + size.next_multiple_of(BLOCK);
        self.entries.push(found);
        Ok(())
    }

    fn read_entry(&mut self, number: usize, into: &mut [u8]) -> io::Result<usize> {
        let found = &self.entries[number];
        let place = self.root.join(&found.path);
        let offset = self.position - found.at;
        let current = match &mut self.current {
            Some(current) if current.number == number => current,
            current => current.insert(Current {
                number,
                head: found.head(&self.inside)?,
                file: None,
            }),
        };
        if offset < found.head_len {
            return (&current.head[offset as usize..]).read(into);
        }
        let offset = offset - found.head_len;
        if offset >= found.size {
            let zeros = found.size.next_multiple_of(BLOCK) - offset;
            return io::repeat(0).take(zeros).read(into);
        }
        let file = match &mut current.file {
            Some(file) => file,
            file => {
                let mut opened = File::open(&place).map_err(|error| about(&place, error))?;
                opened.seek(SeekFrom::Start(offset))?;
                file.insert(opened)
            }
        };
        match file.take(found.size - offset).read(into)? {
            0 => Err(about(
                &place,
                io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter meanwhile"),
            )),
            count => Ok(count),
        }
    }
}

impl Found {
    /// What stands before the content: one block, or more for a long path.
    fn head(&self, inside: &Path) -> io::Result<Vec<u8>> {
        let mut header = Header::new_gnu();
        header.set_entry_type(match self.is_folder {
            true => EntryType::Directory,
            false => EntryType::Regular,
        });
        header.set_mode(if self.is_folder || self.executable {
            0o700
        } else {
            0o600
        });
        header.set_mtime(self.modified);
        header.set_size(self.size);
        let mut builder = Builder::new(Vec::new());
        builder.append_data(&mut header, inside.join(&self.path), io::empty())?;
        // Only what `into_inner` would put at the end is not wanted here.
        Ok(std::mem::take(builder.get_mut()))
    }
}

impl Read for Packed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let behind = self
            .entries
            .partition_point(|found| found.at <= self.position);
        let last_end = self.length - END;
        let count = match behind.checked_sub(1) {
            _ if into.is_empty() => 0,
            Some(number) if self.position < last_end => self.read_entry(number, into)?,
            _ => {
                let zeros = self.length.saturating_sub(self.position);
                io::repeat(0).take(zeros).read(into)?
            }
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Packed {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        self.current = None;
        Ok(self.position)
    }
}

/// The names in a folder, in order.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let entries = fs::read_dir(folder)?;
    let mut names: Vec<OsString> = entries
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// The same error, saying what it is about: among ten thousand files the culprit has to be named.
fn about(place: &Path, error: io::Error) -> io::Error {
    let (kind, place) = (error.kind(), place.to_owned());
    io::Error::new(kind, Culprit { place, error })
}

/// An error, and the file that it is about.
#[derive(Debug)]
pub struct Culprit {
    /// Where the file is.
    pub place: PathBuf,
    /// What is wrong with it.
    pub error: io::Error,
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.place, self.error)
    }
}

impl std::error::Error for Culprit {}

impl Culprit {
    /// What an error is about, if it says so.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

/// How long files were and when they were written last, before they were read.
pub struct Seen {
    root: PathBuf,
    files: Vec<(PathBuf, u64, Option<SystemTime>)>,
}

impl Seen {
    /// One file.
    pub fn of_file(path: &Path, metadata: &Metadata) -> Self {
        Self {
            root: path.to_owned(),
            files: vec![(PathBuf::new(), metadata.len(), metadata.modified().ok())],
        }
    }

    /// Nothing that could change.
    pub fn nothing() -> Self {
        Self {
            root: PathBuf::new(),
            files: Vec::new(),
        }
    }

    /// Those that are not as they were, by the paths inside the folder.
    pub fn changed(&self) -> Vec<PathBuf> {
        let is_as_it_was = |(path, size, modified): &&(PathBuf, u64, Option<SystemTime>)| {
            let place = match path.as_os_str().is_empty() {
                true => self.root.clone(),
                false => self.root.join(path),
            };
            fs::metadata(place)
                .is_ok_and(|now| now.len() == *size && now.modified().ok() == *modified)
        };
        let changed = self.files.iter().filter(|seen| !is_as_it_was(seen));
        changed.map(|(path, _, _)| path.clone()).collect()
    }
}

/// Why an archive is not unpacked.
#[derive(Debug)]
pub enum UnpackError {
    /// It holds what no archive of ours does, and what could do harm.
    Unsafe(PathBuf),
    /// It cannot be read, or what comes out of it not be written.
    Io(io::Error),
}

impl From<io::Error> for UnpackError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Unpacks an archive into `root`, which is a new, empty folder, and reads `archive` to its end.
///
/// Every path inside has to go down, and every entry has to be a file or a folder that is not there
/// yet. As no link is ever made, no path can lead out.
///
/// # Errors
/// [`UnpackError`]; what was written until then stays.
pub fn unpack(archive: impl Read, root: &Path) -> Result<(), UnpackError> {
    let mut archive = Archive::new(archive);
    let mut long_path = None;
    let mut folders = Vec::new();
    for (number, entry) in archive.entries()?.raw(true).enumerate() {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        let path = match long_path.take() {
            Some(path) => path,
            None => entry.header().path()?.into_owned(),
        };
        if kind == EntryType::GNULongName {
            let mut bytes = Vec::new();
            (&mut entry)
                .take(LONGEST_PATH + 1)
                .read_to_end(&mut bytes)?;
            let end = bytes
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(bytes.len());
            if end as u64 > LONGEST_PATH {
                return Err(UnpackError::Unsafe(path));
            }
            bytes.truncate(end);
            long_path = Some(path_from(bytes).ok_or(UnpackError::Unsafe(path))?);
            continue;
        }
        let goes_down = |part: Component<'_>| matches!(part, Component::Normal(_));
        let is_safe = path.components().all(goes_down) && path.components().next().is_some();
        if !is_safe || number > MOST_ENTRIES {
            return Err(UnpackError::Unsafe(path));
        }
        let place = root.join(&path);
        let modified = entry.header().mtime().unwrap_or(0);
        let modified = UNIX_EPOCH.checked_add(Duration::from_secs(modified));
        match kind {
            EntryType::Directory => {
                private::create_folder(&place)?;
                folders.push((place, modified));
            }
            EntryType::Regular => {
                let executable = entry.header().mode()? & 0o100 != 0;
                let mut file = match executable {
                    true => private::create_program(&place)?,
                    false => private::create(&place)?,
                };
                let size = entry.header().size()?;
                if io::copy(&mut entry, &mut file)? != size {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
                file.flush()?;
                if let Some(modified) = modified {
                    file.set_modified(modified)?;
                }
            }
            _ => return Err(UnpackError::Unsafe(path)),
        }
    }
    // Last, since every new file changes the folder that it is in.
    for (folder, modified) in folders.into_iter().rev() {
        set_modified(&folder, modified);
    }
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(())
}

/// Sets the time of a folder. Where that cannot be done, the folder is unpacked all the same.
fn set_modified(folder: &Path, modified: Option<SystemTime>) {
    if let (Ok(folder), Some(modified)) = (File::open(folder), modified) {
        let _ = folder.set_modified(modified);
    }
}

fn is_executable(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

fn path_from(bytes: Vec<u8>) -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        Some(OsString::from_vec(bytes).into())
    }
    #[cfg(not(unix))]
    {
        String::from_utf8(bytes).ok().map(PathBuf::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn archive(packed: &mut Packed) -> Vec<u8> {
        let mut bytes = Vec::new();
        packed.read_to_end(&mut bytes).expect("an archive");
        bytes
    }

    fn example() -> TempDir {
        let root = TempDir::new().expect("a folder");
        let deep = root.path().join("b/empty");
        fs::create_dir_all(deep).expect("made");
        let long = root
            .path()
            .join(format!("b/{}/{}", "x".repeat(90), "y".repeat(200)));
        fs::create_dir_all(&long).expect("made");
        fs::write(long.join("z"), "deep").expect("written");
        fs::write(root.path().join("a"), vec![7; 1500]).expect("written");
        fs::write(root.path().join("b/none"), "").expect("written");
        fs::write(root.path().join("b/block"), vec![8; 512]).expect("written");
        root
    }

    #[test]
    fn a_folder_comes_back_as_it_was() {
        let root = example();
        let mut packed = Packed::look(root.path()).expect("readable");
        let bytes = archive(&mut packed);
        assert_eq!(bytes.len() as u64, packed.length());
        let new = TempDir::new().expect("a folder");
        unpack(&bytes[..], new.path()).expect("unpacked");
        let again = archive(&mut Packed::look(new.path()).expect("readable"));
        assert_eq!(again, bytes);
    }

    #[test]
    fn a_folder_may_lie_in_one_of_its_name() {
        let root = example();
        let mut packed = Packed::look_as(root.path(), OsStr::new("photos")).expect("readable");
        let bytes = archive(&mut packed);
        assert_eq!(bytes.len() as u64, packed.length());
        let new = TempDir::new().expect("a folder");
        unpack(&bytes[..], new.path()).expect("unpacked");
        assert_eq!(fs::read_dir(new.path()).expect("a folder").count(), 1);
        let bare = archive(&mut Packed::look(root.path()).expect("readable"));
        let inside = new.path().join("photos");
        assert_eq!(archive(&mut Packed::look(&inside).expect("there")), bare);
    }

    #[test]
    fn an_archive_reads_the_same_from_anywhere() {
        let root = example();
        let mut packed = Packed::look(root.path()).expect("readable");
        let bytes = archive(&mut packed);
        for at in (0..bytes.len()).step_by(311) {
            packed.seek(SeekFrom::Start(at as u64)).expect("there");
            let mut some = [0; 700];
            let count = packed.read(&mut some).expect("something");
            assert!(count > 0);
            assert_eq!(some[..count], bytes[at..at + count], "{at}");
        }
        assert_eq!(packed.seek(SeekFrom::End(0)).ok(), Some(bytes.len() as u64));
        assert_eq!(packed.read(&mut [0; 9]).ok(), Some(0));
        assert!(packed.seek(SeekFrom::End(-(1 << 40))).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_the_like_are_left_out_and_named() {
        let root = example();
        std::os::unix::fs::symlink("/etc/passwd", root.path().join("b/link")).expect("made");
        let packed = Packed::look(root.path()).expect("readable");
        assert_eq!(packed.left_out(), [PathBuf::from("b/link")]);
    }

    #[test]
    fn a_file_that_changed_while_it_was_read_is_known_at_the_end() {
        let root = example();
        let packed = Packed::look(root.path()).expect("readable");
        let seen = packed.seen();
        assert!(seen.changed().is_empty());
        fs::write(root.path().join("b/block"), vec![8; 513]).expect("longer");
        let file = File::options().write(true).open(root.path().join("a"));
        let earlier = UNIX_EPOCH + Duration::from_secs(9);
        file.expect("ours").set_modified(earlier).expect("ours");
        assert_eq!(
            seen.changed(),
            [PathBuf::from("a"), PathBuf::from("b/block")]
        );
    }

    #[test]
    fn a_file_that_shrinks_is_noticed() {
        let root = example();
        let mut packed = Packed::look(root.path()).expect("readable");
        fs::write(root.path().join("a"), "short").expect("written");
        let error = packed.read_to_end(&mut Vec::new()).expect_err("shorter");
        assert!(error.to_string().contains("shorter"), "{error}");
    }

    /// An archive with one entry of which every field is given.
    fn hostile(kind: EntryType, path: &str, link: &str) -> Vec<u8> {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o600);
        header.set_size(0);
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link.as_bytes());
        header.set_cksum();
        [header.as_bytes(), &[0; END as usize][..]].concat()
    }

    #[test]
    fn what_could_lead_out_is_refused() {
        for (kind, path, link) in [
            (EntryType::Regular, "../a", ""),
            (EntryType::Regular, "x/../../a", ""),
            (EntryType::Regular, "/tmp/a", ""),
            (EntryType::Regular, "./a", ""),
            (EntryType::Regular, "", ""),
            (EntryType::Directory, "..", ""),
            (EntryType::Directory, "/", ""),
            (EntryType::Symlink, "a", "/etc/passwd"),
            (EntryType::Symlink, "a", "b"),
            (EntryType::Link, "a", "../b"),
            (EntryType::Char, "a", ""),
            (EntryType::Block, "a", ""),
            (EntryType::Fifo, "a", ""),
            (EntryType::GNUSparse, "a", ""),
            (EntryType::XHeader, "a", ""),
            (EntryType::GNULongLink, "a", ""),
        ] {
            let home = TempDir::new().expect("a folder");
            let root = home.path().join("root");
            fs::create_dir(&root).expect("made");
            let refused = unpack(&hostile(kind, path, link)[..], &root);
            assert!(
                matches!(refused, Err(UnpackError::Unsafe(_))),
                "{kind:?} {path}: {refused:?}"
            );
            assert_eq!(fs::read_dir(&root).expect("there").count(), 0);
            assert_eq!(fs::read_dir(home.path()).expect("there").count(), 1);
        }
    }

    #[test]
    fn the_same_path_twice_overwrites_nothing() {
        let one = hostile(EntryType::Regular, "a", "");
        let twice = [&one[..512], &one[..]].concat();
        let root = TempDir::new().expect("a folder");
        let refused = unpack(&twice[..], root.path());
        assert!(
            matches!(refused, Err(UnpackError::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists)
        );
    }

    #[test]
    fn a_path_without_end_takes_no_memory() {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::GNULongName);
        header.set_size(1 << 40);
        header.set_cksum();
        let endless = header.as_bytes().chain(io::repeat(b'a'));
        let root = TempDir::new().expect("a folder");
        assert!(matches!(
            unpack(endless, root.path()),
            Err(UnpackError::Unsafe(_))
        ));
    }
}
