//! `handfast open`: open what was locked, and store it. It is never shown, and never run.

use super::Session;
use super::seal::SUFFIX;
use crate::answers::lock as answers;
use crate::interrupt::Interrupt;
use crate::output::{Event, Output, milliseconds};
use crate::status::{Status, Stop};
use crate::vault::container::Container;
use crate::vault::folder::{UnpackError, unpack};
use crate::vault::landing::{NewFile, NewFolder, must_be_free, not_stored};
use crate::vault::watch::{SourceState, Watch};
use crate::vault::{FOLDER_TYPE, LIMITS, refused};
use crate::words;
use handfast_core::conversation::safe_file_name;
use handfast_core::crypto::Secret;
use handfast_core::seal::{About, Credential, Lock, StreamError, open_into};
use std::io::{self, PipeWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Instant;

#[derive(clap::Args)]
#[command(after_help = words::OPEN_EXAMPLES)]
pub(crate) struct Args {
    /// A locked file, a text or picture of one, or - for standard input
    #[arg(value_name = "FILE|TEXT|-")]
    container: String,
    /// Where the content goes [default: its own name, beside the locked file]
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
    /// A file with an answer a line, or - for standard input; otherwise you are asked
    #[arg(long, value_name = "FILE|-")]
    answer_file: Option<PathBuf>,
    /// A file with the code, or a picture of it; otherwise you are asked
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// One JSON object a line for each thing that happens
    #[arg(long)]
    pub(super) json: bool,
}

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    let Session {
        mut output,
        mut interrupt,
    } = session;
    let inputs = [args.answer_file.as_deref(), args.code_file.as_deref()];
    let inputs = inputs
        .iter()
        .filter(|file| **file == Some(Path::new("-")))
        .count();
    if inputs + usize::from(args.container == "-") > 1 {
        return Err(Stop::new(Status::Usage, "usage", words::INPUT_TWICE));
    }
    // A given place that is taken is known before anything is asked.
    if let Some(place) = args.output.as_deref().filter(|place| !place.is_dir()) {
        must_be_free(place)?;
    }
    // Standard input cannot be read a second time.
    let may_ask_again = args.answer_file.is_none() && args.container != "-";
    loop {
        match attempt(&args, &mut output, &mut interrupt).await {
            Err(stop) if stop.status == Status::WrongAnswer && may_ask_again => {
                output.note(stop.sentence);
            }
            ended => return ended,
        }
    }
}

/// Opens it with what the person answers this time.
async fn attempt(args: &Args, output: &mut Output, interrupt: &mut Interrupt) -> Result<(), Stop> {
    let argument = args.container.clone();
    let finding = tokio::task::spawn_blocking(move || Container::find(&argument));
    let container = tokio::select! {
        found = finding => found.map_err(|_| Stop::local(words::WENT_WRONG))??,
        () = interrupt.pressed() => return Err(Stop::cancelled()),
    };
    container.must_hold_a_file()?;
    let Lock::Answers {
        cost,
        with_code,
        questions,
    } = &container.header.lock
    else {
        return Err(Stop::new(
            Status::BadInput,
            "needs_a_key",
            words::NEEDS_A_KEY,
        ));
    };
    LIMITS.check(cost).map_err(refused)?;
    let file = args.answer_file.as_deref();
    let answers = answers::to_open(questions.as_slice(), file, output, interrupt).await?;
    let code: Option<Secret<16>> = match with_code {
        true => Some(answers::code(args.code_file.as_deref(), interrupt).await?),
        false => None,
    };
    let credential = Credential::Answers { answers, code };
    let started = Instant::now();
    let name = container.path.as_deref().and_then(Path::file_name);
    let name = name.map_or(words::STANDARD_INPUT.into(), |name| name.to_string_lossy());
    let length = container.length.unwrap_or(0);
    let (watch, source) = Watch::over(container.source, &name, length);
    let state = watch.source_state();
    let place = Place {
        wanted: args.output.clone(),
        container: container.path,
    };
    let (path, about, bytes) = watch
        .run(output, interrupt, move || {
            open(source, &credential, &state, &place)
        })
        .await?;
    output.tell(Event::Unsealed {
        path: path.to_string_lossy().into_owned(),
        name: about.name.map(|name| name.as_str().to_owned()),
        folder: about
            .media_type
            .is_some_and(|kind| kind.as_str() == FOLDER_TYPE),
        bytes,
        milliseconds: milliseconds(started.elapsed()),
    });
    Ok(())
}

/// Where the content may go.
struct Place {
    wanted: Option<PathBuf>,
    container: Option<PathBuf>,
}

impl Place {
    /// The place for something that calls itself so. Nothing in the name can lead elsewhere.
    fn of(&self, about: &About) -> PathBuf {
        let name = match &about.name {
            Some(name) => safe_file_name(name.as_str()),
            None => self.name_without_suffix(),
        };
        match &self.wanted {
            Some(folder) if folder.is_dir() => folder.join(name),
            Some(path) => path.clone(),
            None => self.container.as_deref().map_or_else(
                || PathBuf::from(&name),
                |container| container.with_file_name(&name),
            ),
        }
    }

    fn name_without_suffix(&self) -> String {
        let name = self.container.as_deref().and_then(Path::file_name);
        let name = name.map(|name| name.to_string_lossy().into_owned());
        let bare = name.as_deref().and_then(|name| name.strip_suffix(SUFFIX));
        safe_file_name(bare.unwrap_or("opened"))
    }
}

/// What the content is written to, on its way to its place.
enum Landing {
    File(NewFile),
    Folder {
        folder: NewFolder,
        archive: Option<PipeWriter>,
        unpacking: Option<JoinHandle<Result<(), UnpackError>>>,
    },
}

impl Landing {
    fn new(about: &About, place: PathBuf) -> Result<Self, Stop> {
        if about.media_type.as_ref().map(|kind| kind.as_str()) != Some(FOLDER_TYPE) {
            return NewFile::at(place).map(Self::File);
        }
        let folder = NewFolder::at(place)?;
        let (read, write) = io::pipe().map_err(|_| Stop::local(words::WENT_WRONG))?;
        let root = folder.path().to_owned();
        Ok(Self::Folder {
            folder,
            archive: Some(write),
            unpacking: Some(std::thread::spawn(move || unpack(read, &root))),
        })
    }

    /// Ends the writing. What went wrong on this side is told first: the other only sees that
    /// nobody listens any more.
    fn end(&mut self) -> Result<(), Stop> {
        let Self::Folder {
            folder,
            archive,
            unpacking,
        } = self
        else {
            return Ok(());
        };
        *archive = None;
        match unpacking.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(UnpackError::Unsafe(path)))) => Err(Stop::new(
                Status::BadInput,
                "unsafe_folder",
                words::unsafe_folder(&path.to_string_lossy()),
            )),
            Some(Ok(Err(UnpackError::Io(error)))) => Err(match error.kind() {
                // The archive itself makes no sense, or is cut.
                io::ErrorKind::Other
                | io::ErrorKind::InvalidData
                | io::ErrorKind::UnexpectedEof => {
                    Stop::new(Status::BadInput, "damaged", words::DAMAGED_FOLDER)
                }
                _ => not_stored(folder.path(), &error),
            }),
            Some(Err(_)) => Err(Stop::local(words::WENT_WRONG)),
        }
    }

    fn settle(self) -> Result<PathBuf, Stop> {
        match self {
            Self::File(file) => file.settle(),
            Self::Folder { folder, .. } => folder.settle(),
        }
    }
}

impl Write for &mut Landing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Landing::File(file) => file.file().write(bytes),
            Landing::Folder { archive, .. } => match archive {
                Some(archive) => archive.write(bytes),
                None => Err(io::ErrorKind::BrokenPipe.into()),
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(
    source: impl Read + Send,
    credential: &Credential,
    state: &SourceState,
    place: &Place,
) -> Result<(PathBuf, About, u64), Stop> {
    let mut landing = None;
    let mut target = PathBuf::new();
    let mut refusal = None;
    let mut bytes = 0;
    let opened = open_into(source, credential, &LIMITS, |_, about, length| {
        bytes = length;
        target = place.of(about);
        match Landing::new(about, target.clone()) {
            Ok(new) => Ok(landing.insert(new)),
            Err(stop) => {
                refusal = Some(stop);
                Err(io::ErrorKind::Other.into())
            }
        }
    })
    .map(|(_, about, _)| about);
    if let Some(stop) = refusal {
        return Err(stop);
    }
    // Whatever happened, nobody writes any more from here on.
    let ended = landing.as_mut().map_or(Ok(()), Landing::end);
    let about = match opened {
        Ok(about) => about,
        Err(StreamError::Seal(error)) => return Err(refused(error)),
        Err(StreamError::Io(error)) if state.has_failed() => {
            return Err(Stop::bad_input(words::unreadable(
                words::LOCKED_FILE,
                &error,
            )));
        }
        Err(StreamError::Io(error)) => {
            ended?;
            return Err(not_stored(&target, &error));
        }
    };
    ended?;
    let landing = landing.ok_or_else(|| Stop::local(words::WENT_WRONG))?;
    Ok((landing.settle()?, about, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_core::seal::FileName;

    #[test]
    fn a_name_is_never_a_way_out() {
        let named = |name: &str| About {
            name: FileName::new(name).ok(),
            media_type: None,
        };
        let place = |wanted: Option<&str>, container: Option<&str>| Place {
            wanted: wanted.map(PathBuf::from),
            container: container.map(PathBuf::from),
        };
        let beside = place(None, Some("/box/x.handfast"));
        for (name, expected) in [
            ("letter.txt", "/box/letter.txt"),
            ("../../etc/passwd", "/box/passwd"),
            ("/etc/passwd", "/box/passwd"),
            ("..", "/box/file"),
            (".bashrc", "/box/bashrc"),
            ("a\\b", "/box/b"),
        ] {
            assert_eq!(beside.of(&named(name)), Path::new(expected), "{name}");
        }
        assert_eq!(beside.of(&About::default()), Path::new("/box/x"));
        let odd = place(None, Some("/box/x"));
        assert_eq!(odd.of(&About::default()), Path::new("/box/opened"));
        assert_eq!(place(None, None).of(&named("a/b")), Path::new("b"));
        let wanted = place(Some("/nowhere/y"), None);
        assert_eq!(wanted.of(&named("z")), Path::new("/nowhere/y"));
        let folder = place(Some("/"), None);
        assert_eq!(folder.of(&named("z")), Path::new("/z"));
    }
}
