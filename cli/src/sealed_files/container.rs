//! Finding the container in what a person hands in: a file, a text or picture of it, standard input; or what somebody
//! handed on instead.

use super::refused;
use crate::status::{Status, Stop};
use crate::terminal::StandardInput;
use crate::{input, words};
use handfast_native::seal::{self, Header, Kind, MAGIC, SealError, StreamError};
use handfast_native::token::{FindError, SealedBundle, Token};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// A container whose header was read.
pub(crate) struct Container {
    pub(crate) header: Header,
    /// All of it, the header included.
    pub(crate) source: Box<dyn Read + Send>,
    /// Its length, where that is known before it is read.
    pub(crate) length: Option<u64>,
    /// Its file, if it was one.
    pub(crate) path: Option<PathBuf>,
}

/// What is opened.
pub(crate) enum Found {
    Container(Container),
    /// Messages of a contact.
    Bundle(SealedBundle),
}

impl Container {
    /// The container that an argument means.
    ///
    /// # Errors
    /// When there is none, or it is damaged or of a later version.
    pub(crate) fn find(argument: &str) -> Result<Self, Stop> {
        match Found::find(argument)? {
            Found::Container(container) => Ok(container),
            Found::Bundle(_) => Err(refused(SealError::NotOurs)),
        }
    }

    /// Refuses what holds something else than a file.
    ///
    /// # Errors
    /// For anything else.
    pub(crate) fn must_hold_a_file(&self) -> Result<(), Stop> {
        match self.header.kind {
            Kind::File => Ok(()),
            kind => Err(Stop::new(
                Status::BadInput,
                "not_a_file",
                words::holds_no_file(kind),
            )),
        }
    }
}

impl Found {
    /// What an argument means: `-` is standard input, the path of something that is there is that file, and
    /// anything else is a text with it in it.
    ///
    /// # Errors
    /// When there is nothing to open, or it is damaged or of a later version.
    pub(crate) fn find(argument: &str) -> Result<Self, Stop> {
        if argument == "-" {
            return Self::read(StandardInput::begin(), None, None);
        }
        let path = input::path_of(argument);
        let Ok(metadata) = path.metadata() else {
            return Self::in_text(argument.as_bytes(), None).map_err(|stop| match stop.kind {
                "not_locked" => Stop {
                    sentence: words::no_locked_file(argument),
                    ..stop
                },
                _ => stop,
            });
        };
        if !metadata.is_file() {
            let sentence = words::not_a_file(&path.to_string_lossy());
            return Err(Stop::new(Status::BadInput, "not_a_file", sentence));
        }
        let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        Self::read(file, Some(metadata.len()), Some(path))
    }

    fn read(
        mut source: impl Read + Send + 'static,
        length: Option<u64>,
        path: Option<PathBuf>,
    ) -> Result<Self, Stop> {
        let unreadable = |error: &io::Error| match &path {
            Some(path) => unreadable(path, error),
            None => unreadable(Path::new("-"), error),
        };
        let mut magic = Vec::new();
        let begun = source
            .by_ref()
            .take(MAGIC.len() as u64)
            .read_to_end(&mut magic);
        begun.map_err(|error| unreadable(&error))?;
        if matches!(magic[..], [b'H', b'F', b'S', b'1'..=b'9']) {
            let mut source = Cursor::new(magic).chain(source);
            let header = Header::read(&mut source).map_err(|error| match error {
                StreamError::Seal(error) => refused(error),
                StreamError::Io(error) => unreadable(&error),
            })?;
            // A header has one encoding: what was read is what is put back.
            let source = Box::new(Cursor::new(header.to_bytes()).chain(source));
            return Ok(Self::Container(Container {
                header,
                source,
                length,
                path,
            }));
        }
        let mut bytes = magic;
        let rest = source.take(input::MOST_BYTES).read_to_end(&mut bytes);
        rest.map_err(|error| unreadable(&error))?;
        Self::in_text(&bytes, path)
    }

    fn in_text(bytes: &[u8], path: Option<PathBuf>) -> Result<Self, Stop> {
        let text = std::str::from_utf8(bytes).map_err(|_| SealError::NotOurs);
        let container = match text.and_then(seal::from_text) {
            Ok(container) => container,
            Err(SealError::NotOurs) => match input::only(input::token_in(bytes), is_opened) {
                Ok(Token::Sealed(container)) => container,
                Ok(Token::Bundle(bundle)) => return Ok(Self::Bundle(bundle)),
                Err(FindError::NewerVersion) => return Err(refused(SealError::Unsupported)),
                Err(FindError::Cut) => return Err(refused(SealError::Damaged)),
                Ok(_) | Err(_) => return Err(refused(SealError::NotOurs)),
            },
            Err(error) => return Err(refused(error)),
        };
        let header = Header::parse(&container).map_err(refused)?;
        Ok(Self::Container(Container {
            header,
            length: Some(container.len() as u64),
            source: Box::new(Cursor::new(container)),
            path,
        }))
    }
}

fn is_opened(token: &Token) -> bool {
    matches!(token, Token::Sealed(_) | Token::Bundle(_))
}

fn unreadable(path: &Path, error: &io::Error) -> Stop {
    Stop::bad_input(words::unreadable(&path.to_string_lossy(), error))
}
