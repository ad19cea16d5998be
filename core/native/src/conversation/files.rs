//! The file store of a device with a disk: what the machine asks for, done on threads that may block.
//!
//! There is one way for files that go out and one for files that come in, so that neither waits for the
//! other. A thread is borrowed for as long as there is something to do. How much waits is bounded by
//! the machine, which asks for no more than it has room for.

use crate::file_names::names_in;
use crate::folder::{Packed, Seen};
use crate::serial::serve;
use bytes::Bytes;
use handfast_protocol::conversation::{
    Ask, Done, FileError, FileId, FileRequest, FileResult, RequestId, numbered_file_name,
};
use handfast_store::private;
use handfast_store::unfinished::{Unfinished, remove_abandoned};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// How much of the disk is free for us, at this place.
pub type Space = fn(&Path) -> io::Result<u64>;

/// Asks the operating system. The place need not be there yet.
///
/// # Errors
/// When nothing of the path is there, or it cannot be asked.
pub fn free_space(place: &Path) -> io::Result<u64> {
    let place = std::path::absolute(place)?;
    let mut last = io::ErrorKind::NotFound.into();
    for folder in place.ancestors() {
        match fs4::available_space(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => last = error,
            asked => return asked,
        }
    }
    Err(last)
}

/// An answer, under the number of its request.
pub(super) type Answer = (RequestId, FileResult);

/// The near end of the store.
pub(super) struct Files {
    outgoing: mpsc::UnboundedSender<FileRequest>,
    incoming: mpsc::UnboundedSender<FileRequest>,
    answers: mpsc::UnboundedReceiver<Answer>,
}

impl Files {
    /// Files that come in go to `folder`, which is made when the first comes. Must be called inside a
    /// tokio runtime. What a killed process left there is removed now, and what is unfinished when this
    /// is dropped.
    pub(super) fn new(folder: PathBuf, space: Space) -> Self {
        let (to, answers) = mpsc::unbounded_channel();
        let incoming = folder.clone();
        spawn_blocking(move || remove_abandoned(&incoming));
        let way = || {
            let mut disk = Disk::new(folder.clone(), space);
            let perform = move |FileRequest { id, ask }: FileRequest| {
                // Whoever waits for it would wait for ever if a panic took the answer along.
                let done = catch_unwind(AssertUnwindSafe(|| disk.perform(ask)));
                Some((id, done.unwrap_or(Err(FileError::Storage))))
            };
            serve(perform, to.clone())
        };
        Self {
            outgoing: way(),
            incoming: way(),
            answers,
        }
    }

    /// Asks for something. [`Self::answer`] follows.
    pub(super) fn ask(&self, request: FileRequest) {
        let way = match request.ask {
            Ask::Inspect { .. } | Ask::Open { .. } | Ask::Read { .. } | Ask::Close { .. } => {
                &self.outgoing
            }
            Ask::FreeSpace
            | Ask::Create { .. }
            | Ask::Write { .. }
            | Ask::Finish { .. }
            | Ask::Discard { .. } => &self.incoming,
        };
        // A way ends before this only together with the runtime.
        let _ = way.send(request);
    }

    /// The next answer. None when the runtime ends. May be dropped half-way.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }
}

/// The files that are open, and where those that come in go.
struct Disk {
    folder: PathBuf,
    space: Space,
    outgoing: HashMap<FileId, Outgoing>,
    incoming: HashMap<FileId, Unfinished>,
}

impl Disk {
    fn new(folder: PathBuf, space: Space) -> Self {
        Self {
            folder,
            space,
            outgoing: HashMap::new(),
            incoming: HashMap::new(),
        }
    }

    fn perform(&mut self, ask: Ask) -> FileResult {
        match ask {
            Ask::Inspect { path } => {
                let found = look(&path)?;
                Ok(Done::Inspected {
                    name: found.name_as_one_file(),
                    size: found.size,
                })
            }
            Ask::Open { file, path, size } => {
                let opened = look(&path)?;
                if !opened.begins_with(size) {
                    return Err(FileError::Changed);
                }
                let whole = opened.size;
                let outgoing = Outgoing {
                    content: opened.content,
                    left: size,
                };
                self.outgoing.insert(file, outgoing);
                Ok(Done::Opened { size: whole })
            }
            Ask::Read { file, length } => {
                let file = self.outgoing.get_mut(&file).ok_or(FileError::Unreadable)?;
                file.read(length).map(Done::Read)
            }
            Ask::Close { file } => {
                self.outgoing.remove(&file);
                Ok(Done::Closed)
            }
            Ask::FreeSpace => {
                let free = (self.space)(&self.folder);
                free.map(Done::Free).map_err(|_| FileError::Storage)
            }
            Ask::Create { file } => {
                let created = begin(&self.folder).map_err(|error| failed(&error))?;
                self.incoming.insert(file, created);
                Ok(Done::Created)
            }
            Ask::Write { file, chunks } => {
                let unfinished = self.incoming.get_mut(&file).ok_or(FileError::Storage)?;
                let written = chunks
                    .iter()
                    .try_for_each(|bytes| unfinished.file().write_all(bytes));
                written.map_err(|error| failed(&error))?;
                Ok(Done::Written)
            }
            Ask::Finish { file, name } => {
                let unfinished = self.incoming.get(&file).ok_or(FileError::Storage)?;
                let path = keep(unfinished, &self.folder, &name);
                let path = path.map_err(|error| failed(&error))?;
                self.incoming.remove(&file);
                Ok(Done::Finished(path))
            }
            Ask::Discard { file } => {
                self.incoming.remove(&file);
                Ok(Done::Discarded)
            }
        }
    }
}

/// What can be sent as one file: a file, or a folder as an archive.
pub struct ToSend {
    /// What it is called where it lies, without where that is. It need not be safe.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    content: Content,
}

enum Content {
    File {
        file: File,
        size: u64,
        modified: Option<SystemTime>,
    },
    Folder {
        packed: Box<Packed>,
        seen: Seen,
    },
}

impl ToSend {
    /// Looks at what is at this place, and reads nothing of it. A folder takes as long as looking through it.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] for what is neither a file nor a folder, and whatever hinders reading.
    pub fn at(path: &Path) -> io::Result<Self> {
        if path.metadata()?.is_dir() {
            return Self::folder(path);
        }
        let (file, metadata) = open_file(path)?;
        let size = metadata.len();
        let name = path.file_name().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            size,
            content: Content::File {
                file,
                size,
                modified: metadata.modified().ok(),
            },
        })
    }

    /// Whoever unpacks it finds one folder, of the same name.
    fn folder(path: &Path) -> io::Result<Self> {
        let whole = match path.file_name() {
            Some(_) => path.to_owned(),
            None => path.canonicalize()?,
        };
        let name = whole.file_name().unwrap_or(OsStr::new("folder"));
        let packed = Box::new(Packed::look_as(path, name)?);
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            size: packed.length(),
            content: Content::Folder {
                seen: packed.seen(),
                packed,
            },
        })
    }

    /// What it is called where it goes as one file: a folder as the archive that it is then.
    pub fn name_as_one_file(&self) -> String {
        match self.content {
            Content::File { .. } => self.name.clone(),
            Content::Folder { .. } => format!("{}.tar", self.name),
        }
    }

    /// The folder, if it is one.
    pub fn as_folder(&self) -> Option<&Packed> {
        match &self.content {
            Content::File { .. } => None,
            Content::Folder { packed, .. } => Some(packed),
        }
    }

    /// Whether its first so many bytes can be what was offered. What was appended to a file is not sent; of
    /// an archive nothing can be left out.
    fn begins_with(&self, size: u64) -> bool {
        match &self.content {
            Content::File { .. } => self.size >= size,
            Content::Folder { .. } => self.size == size,
        }
    }
}

fn look(path: &Path) -> Result<ToSend, FileError> {
    ToSend::at(path).map_err(|_| FileError::Unreadable)
}

/// A file on its way out.
struct Outgoing {
    content: Content,
    /// Bytes that were not read yet.
    left: u64,
}

impl Outgoing {
    /// The next so many bytes. With the last of them it is known whether what was read is one file, or
    /// the beginning of one and the end of another.
    fn read(&mut self, length: usize) -> Result<Bytes, FileError> {
        let block = match &mut self.content {
            Content::File { file, .. } => read(file, length),
            Content::Folder { packed, .. } => read(packed, length),
        }?;
        self.left = self.left.saturating_sub(block.len() as u64);
        match self.left > 0 || self.content.is_as_it_was()? {
            true => Ok(block),
            false => Err(FileError::Changed),
        }
    }
}

impl Content {
    fn is_as_it_was(&self) -> Result<bool, FileError> {
        match self {
            Self::File {
                file,
                size,
                modified,
            } => {
                let now = file.metadata().map_err(|_| FileError::Unreadable)?;
                Ok(now.len() == *size && now.modified().ok() == *modified)
            }
            Self::Folder { seen, .. } => Ok(seen.changed().is_empty()),
        }
    }
}

/// Opens a file to be read. Whatever else has that name is not waited for, such as a pipe that nobody
/// writes to.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for what is no file, and whatever hinders reading.
fn open_file(path: &Path) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// The next so many bytes.
fn read(file: &mut impl Read, length: usize) -> Result<Bytes, FileError> {
    let mut block = vec![0; length];
    match file.read_exact(&mut block) {
        Ok(()) => Ok(block.into()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(FileError::Changed),
        Err(_) => Err(FileError::Unreadable),
    }
}

/// What a failure of this device's storage means to people.
pub(crate) fn failed(error: &io::Error) -> FileError {
    use io::ErrorKind::{
        FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => FileError::NoSpace,
        PermissionDenied | ReadOnlyFilesystem => FileError::NoPermission,
        _ => FileError::Storage,
    }
}

/// Begins a file that comes in.
fn begin(folder: &Path) -> io::Result<Unfinished> {
    private::create_folders(folder)?;
    Unfinished::in_folder(folder)
}

/// Gives the file its name, or the name with the first number that is free. What this medium does not keep is
/// replaced.
fn keep(file: &Unfinished, folder: &Path, name: &str) -> io::Result<PathBuf> {
    let mut last = io::ErrorKind::AlreadyExists.into();
    for name in names_in(folder, name) {
        match keep_as(file, folder, &name) {
            Err(error) if is_about_the_name(&error) => last = error,
            kept => return kept,
        }
    }
    Err(last)
}

fn keep_as(file: &Unfinished, folder: &Path, name: &str) -> io::Result<PathBuf> {
    for n in 0..=u32::from(u16::MAX) {
        let path = folder.join(numbered_file_name(name, n));
        match file.settle(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            settled => return settled.map(|()| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A medium without these characters says so (FAT: EINVAL).
fn is_about_the_name(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput};
    matches!(error.kind(), InvalidFilename | InvalidInput)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_token::random_bytes;
    use std::fs;

    #[tokio::test]
    async fn a_request_that_panics_is_answered_and_the_next_one_is_served() {
        let mut files = Files::new(std::env::temp_dir(), |_| panic!("a fault of this test"));
        let path = PathBuf::from("/nowhere/at/all");
        for (number, ask, answer) in [
            (1, Ask::FreeSpace, FileError::Storage),
            (2, Ask::FreeSpace, FileError::Storage),
            (3, Ask::Inspect { path }, FileError::Unreadable),
        ] {
            let id = RequestId(number);
            files.ask(FileRequest { id, ask });
            assert_eq!(files.answer().await, Some((id, Err(answer))));
        }
    }

    #[test]
    fn space_is_known_of_a_folder_that_is_not_there_yet() {
        let place = std::env::temp_dir().join("not/there/at/all");
        assert!(free_space(&place).is_ok_and(|free| free > 0));
    }

    #[cfg(unix)]
    #[test]
    fn what_comes_in_is_its_owner_s_alone_while_and_after_it_comes() {
        use std::os::unix::fs::PermissionsExt;
        let random: [u8; 8] = random_bytes().unwrap();
        let name = format!("handfast-files-{:016x}", u64::from_le_bytes(random));
        let folder = std::env::temp_dir().join(name);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let mut disk = Disk::new(folder.clone(), |_| Ok(1 << 40));
        let file = FileId(1);
        let content = Bytes::from_static(b"content");
        let chunks = vec![content.clone()];
        assert_eq!(disk.perform(Ask::Create { file }), Ok(Done::Created));
        assert_eq!(disk.perform(Ask::Write { file, chunks }), Ok(Done::Written));
        let coming = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
        assert_eq!(mode(&coming.path()), 0o600);
        let name = "a".to_owned();
        let stored = disk.perform(Ask::Finish { file, name });
        let Ok(Done::Finished(path)) = stored else {
            panic!("{stored:?}");
        };
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_no_success() {
        let random: [u8; 8] = random_bytes().unwrap();
        let name = format!("handfast-files-{:016x}", u64::from_le_bytes(random));
        let path = std::env::temp_dir().join(name);
        let mut disk = Disk::new(std::env::temp_dir(), |_| Ok(1 << 40));
        let untouched = |_: &Path| {};
        let rewritten = |path: &Path| {
            fs::write(path, b"CONTENT").unwrap();
            let file = File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        let longer = |path: &Path| fs::write(path, b"content and more").unwrap();
        let changes: [fn(&Path); 3] = [untouched, rewritten, longer];
        for (number, change) in (1..).zip(changes) {
            let is_whole = number == 1;
            let file = FileId(number);
            fs::write(&path, b"content").unwrap();
            let opened = disk.perform(Ask::Open {
                file,
                path: path.clone(),
                size: 7,
            });
            assert_eq!(opened, Ok(Done::Opened { size: 7 }));
            let first = disk.perform(Ask::Read { file, length: 3 });
            assert_eq!(first, Ok(Done::Read(Bytes::from_static(b"con"))));
            change(&path);
            let last = disk.perform(Ask::Read { file, length: 4 });
            let whole = Ok(Done::Read(Bytes::from_static(b"tent")));
            assert_eq!(
                last,
                if is_whole {
                    whole
                } else {
                    Err(FileError::Changed)
                }
            );
        }
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_folder_is_sent_as_one_file_and_only_as_it_was_offered() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("photos");
        fs::create_dir_all(path.join("of us")).unwrap();
        let content: Vec<u8> = (0..600_000u32).map(|n| (n >> 4) as u8).collect();
        fs::write(path.join("of us/one.jpg"), &content).unwrap();
        let mut disk = Disk::new(std::env::temp_dir(), |_| Ok(1 << 40));
        let inspected = disk.perform(Ask::Inspect { path: path.clone() });
        let Ok(Done::Inspected { name, size }) = inspected else {
            panic!("{inspected:?}");
        };
        assert_eq!(name, "photos.tar");
        let open = |disk: &mut Disk, number| {
            let (file, path) = (FileId(number), path.clone());
            let opened = disk.perform(Ask::Open { file, path, size });
            opened.map(|_| file)
        };
        let take = |disk: &mut Disk, file| {
            let mut archive = Vec::new();
            while (archive.len() as u64) < size {
                let length = (size as usize - archive.len()).min(100_000);
                match disk.perform(Ask::Read { file, length })? {
                    Done::Read(bytes) => archive.extend(bytes),
                    other => panic!("{other:?}"),
                }
            }
            Ok(archive)
        };
        let file = open(&mut disk, 1).unwrap();
        let archive = take(&mut disk, file).unwrap();
        let unpacked = home.path().join("unpacked");
        fs::create_dir(&unpacked).unwrap();
        crate::folder::unpack(&archive[..], &unpacked).unwrap();
        assert_eq!(
            fs::read(unpacked.join("photos/of us/one.jpg")).unwrap(),
            content
        );

        let file = open(&mut disk, 2).unwrap();
        fs::write(path.join("of us/one.jpg"), &content[1..]).unwrap();
        assert_eq!(take(&mut disk, file), Err(FileError::Changed));
        fs::write(path.join("another"), b"").unwrap();
        assert_eq!(open(&mut disk, 3), Err(FileError::Changed));
    }

    #[test]
    fn what_is_discarded_or_left_open_leaves_nothing() {
        let random: [u8; 8] = random_bytes().unwrap();
        let name = format!("handfast-files-{:016x}", u64::from_le_bytes(random));
        let folder = std::env::temp_dir().join(name);
        let count = || fs::read_dir(&folder).unwrap().count();
        let mut disk = Disk::new(folder.clone(), |_| Ok(1 << 40));
        let (one, other) = (FileId(1), FileId(2));
        for file in [one, other] {
            assert_eq!(disk.perform(Ask::Create { file }), Ok(Done::Created));
        }
        assert_eq!(count(), 2);
        for _ in 0..2 {
            let discarded = disk.perform(Ask::Discard { file: one });
            assert_eq!(discarded, Ok(Done::Discarded));
            assert_eq!(count(), 1);
        }
        drop(disk);
        assert_eq!(count(), 0);
        fs::remove_dir_all(&folder).unwrap();
    }
}
