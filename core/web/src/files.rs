//! The files of one conversation that nobody keeps, as a browser has them: those that go out were chosen by the person and are
//! read in parts, those that come in lie in the browser's own storage until the person saves them.

use bytes::Bytes;
use handfast_device::SessionId;
use handfast_protocol::conversation::{
    Ask, Done, FileError, FileId, FileRequest, FileResult, RequestId,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the browser does with files. It answers each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileDeed {
    /// Read that many bytes of the file with this number, from there.
    Read(u32, u64, usize),
    /// Say how much room there is.
    Room,
    /// Make an empty file of this name.
    Create(String),
    /// Write this into it, there.
    Write(String, u64, Vec<Bytes>),
    /// It is whole: hold it ready for the person.
    Finish(String),
    /// Remove it, if it is there.
    Discard(String),
}

/// What the browser answers.
#[derive(Debug)]
pub enum Told {
    /// It is done.
    Done,
    /// There is room for so many bytes.
    Room(u64),
    /// This was read.
    Read(Bytes),
    /// It could not be done. The name of the browser's error (Web IDL, `DOMException`).
    Failed(String),
}

/// A file that the person chose to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The number by which the browser knows it, which no other has.
    pub number: u32,
    /// What it is called. It need not be safe.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
}

impl Chosen {
    /// Where it is, in the words of the device: a page knows no places.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(self.number.to_string())
    }
}

/// See the module text.
pub(crate) struct Files {
    session: SessionId,
    chosen: BTreeMap<u32, Chosen>,
    /// Files that are read, and how far.
    outgoing: BTreeMap<FileId, (u32, u64)>,
    /// Files that are written, and how far.
    incoming: BTreeMap<FileId, u64>,
    /// What the browser has not answered.
    asked: BTreeMap<RequestId, Asked>,
}

/// What an answer means.
enum Asked {
    Read,
    Room,
    Create,
    Write,
    Finish(String),
    Discard,
}

impl Files {
    pub(crate) fn new(session: SessionId) -> Self {
        Self {
            session,
            chosen: BTreeMap::new(),
            outgoing: BTreeMap::new(),
            incoming: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    /// The person wants to send this.
    pub(crate) fn choose(&mut self, chosen: Chosen) {
        self.chosen.insert(chosen.number, chosen);
    }

    /// What the browser has to do for this, or the answer where it is known without the browser.
    pub(crate) fn ask(&mut self, request: FileRequest) -> Result<FileDeed, FileResult> {
        let (asked, deed) = match request.ask {
            Ask::Inspect { path } => return Err(self.inspect(&path)),
            Ask::Open { file, path, .. } => return Err(self.open(file, &path)),
            Ask::Close { file } => {
                self.outgoing.remove(&file);
                return Err(Ok(Done::Closed));
            }
            Ask::Read { file, length } => {
                let outgoing = self.outgoing.get_mut(&file);
                let (number, from) = outgoing.ok_or(Err(FileError::Unreadable))?;
                let deed = FileDeed::Read(*number, *from, length);
                *from += length as u64;
                (Asked::Read, deed)
            }
            Ask::FreeSpace => (Asked::Room, FileDeed::Room),
            Ask::Create { file } => (Asked::Create, FileDeed::Create(self.name(file))),
            Ask::Write { file, chunks } => {
                let at = self.incoming.entry(file).or_default();
                let from = *at;
                *at += chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
                (Asked::Write, FileDeed::Write(self.name(file), from, chunks))
            }
            Ask::Finish { file, .. } => {
                self.incoming.remove(&file);
                let name = self.name(file);
                (Asked::Finish(name.clone()), FileDeed::Finish(name))
            }
            Ask::Discard { file } => {
                self.incoming.remove(&file);
                (Asked::Discard, FileDeed::Discard(self.name(file)))
            }
        };
        self.asked.insert(request.id, asked);
        Ok(deed)
    }

    /// What the browser's answer means for whoever asked; None if nobody did.
    pub(crate) fn answered(&mut self, id: RequestId, told: Told) -> Option<FileResult> {
        Some(match (self.asked.remove(&id)?, told) {
            (Asked::Read, Told::Read(bytes)) => Ok(Done::Read(bytes)),
            (Asked::Room, Told::Room(bytes)) => Ok(Done::Free(bytes)),
            (Asked::Create, Told::Done) => Ok(Done::Created),
            (Asked::Write, Told::Done) => Ok(Done::Written),
            (Asked::Finish(name), Told::Done) => Ok(Done::Finished(name.into())),
            // Of what cannot be removed, nothing is left when the page is gone.
            (Asked::Discard, _) => Ok(Done::Discarded),
            (Asked::Read, Told::Failed(error)) => Err(not_read(&error)),
            (_, Told::Failed(error)) => Err(not_stored(&error)),
            _ => Err(FileError::Storage),
        })
    }

    /// What a file is called that comes in. No other of this page is.
    fn name(&self, FileId(file): FileId) -> String {
        let SessionId(session) = self.session;
        format!("{session}-{file}")
    }

    fn chosen(&self, path: &Path) -> Result<&Chosen, FileError> {
        let number = path.to_str().and_then(|number| number.parse().ok());
        let chosen = number.and_then(|number: u32| self.chosen.get(&number));
        chosen.ok_or(FileError::Unreadable)
    }

    fn inspect(&self, path: &Path) -> FileResult {
        let Chosen { name, size, .. } = self.chosen(path)?.clone();
        Ok(Done::Inspected { name, size })
    }

    fn open(&mut self, file: FileId, path: &Path) -> FileResult {
        let Chosen { number, size, .. } = *self.chosen(path)?;
        self.outgoing.insert(file, (number, 0));
        Ok(Done::Opened { size })
    }
}

/// Browsers let nobody read a file that is not as it was when it was chosen.
pub(crate) fn not_read(error: &str) -> FileError {
    match error {
        "NotReadableError" => FileError::Changed,
        _ => FileError::Unreadable,
    }
}

pub(crate) fn not_stored(error: &str) -> FileError {
    match error {
        "QuotaExceededError" => FileError::NoSpace,
        "NotAllowedError" | "SecurityError" => FileError::NoPermission,
        _ => FileError::Storage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId(9);

    fn files() -> Files {
        let mut files = Files::new(SessionId(4));
        files.choose(Chosen {
            number: 7,
            name: "a.txt".to_owned(),
            size: 10,
        });
        files
    }

    fn ask(files: &mut Files, id: u64, ask: Ask) -> Result<FileDeed, FileResult> {
        let id = RequestId(id);
        files.ask(FileRequest { id, ask })
    }

    #[test]
    fn a_file_that_was_chosen_is_read_one_part_after_the_other() {
        let mut files = files();
        let path = PathBuf::from("7");
        let seen = ask(&mut files, 1, Ask::Inspect { path: path.clone() });
        let name = "a.txt".to_owned();
        assert_eq!(seen, Err(Ok(Done::Inspected { name, size: 10 })));
        let (file, size) = (FILE, 10);
        let opened = ask(&mut files, 2, Ask::Open { file, path, size });
        assert_eq!(opened, Err(Ok(Done::Opened { size })));
        let first = ask(&mut files, 3, Ask::Read { file, length: 8 });
        let rest = ask(&mut files, 4, Ask::Read { file, length: 2 });
        assert_eq!(first, Ok(FileDeed::Read(7, 0, 8)));
        assert_eq!(rest, Ok(FileDeed::Read(7, 8, 2)));
        let bytes = Bytes::from_static(b"01234567");
        let told = files.answered(RequestId(3), Told::Read(bytes.clone()));
        assert_eq!(told, Some(Ok(Done::Read(bytes))));
        let told = files.answered(RequestId(4), Told::Failed("NotReadableError".to_owned()));
        assert_eq!(told, Some(Err(FileError::Changed)));
    }

    #[test]
    fn nothing_is_read_that_was_not_chosen() {
        let path = PathBuf::from("../etc/passwd");
        let seen = ask(&mut files(), 1, Ask::Inspect { path });
        assert_eq!(seen, Err(Err(FileError::Unreadable)));
        let read = ask(
            &mut files(),
            2,
            Ask::Read {
                file: FILE,
                length: 1,
            },
        );
        assert_eq!(read, Err(Err(FileError::Unreadable)));
    }

    #[test]
    fn a_file_that_comes_in_is_named_by_its_session_and_what_fails_is_said() {
        let mut files = files();
        let file = FILE;
        let name = "4-9".to_owned();
        let created = ask(&mut files, 1, Ask::Create { file });
        assert_eq!(created, Ok(FileDeed::Create(name.clone())));
        let full = files.answered(RequestId(1), Told::Failed("QuotaExceededError".to_owned()));
        assert_eq!(full, Some(Err(FileError::NoSpace)));
        let told = "a.txt".to_owned();
        let finished = ask(&mut files, 2, Ask::Finish { file, name: told });
        assert_eq!(finished, Ok(FileDeed::Finish(name.clone())));
        let finished = files.answered(RequestId(2), Told::Done);
        assert_eq!(finished, Some(Ok(Done::Finished(name.into()))));
        let nobody_asked = files.answered(RequestId(2), Told::Done);
        assert_eq!(nobody_asked, None);
    }
}
