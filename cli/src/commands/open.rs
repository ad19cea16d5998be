//! `handfast open`: open what was locked, and store it. It is never shown, and never run. What a contact handed on is
//! taken in.

use super::seal::SUFFIX;
use super::{Hands, bundle};
use crate::answers::lock as answers;
use crate::device::Device;
use crate::home::HomeArgs;
use crate::interrupt::Interrupt;
use crate::output::{Event, Output, milliseconds};
use crate::sealed_files::container::Found;
use crate::sealed_files::landing::{
    NewFile, NewFolder, must_be_free, must_be_writable, must_have_room, not_stored,
};
use crate::sealed_files::watch::{SourceState, Watch};
use crate::sealed_files::{LIMITS, prompt, refused};
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::folder::{UnpackError, unpack};
use handfast_native::names_in;
use handfast_native::seal::{About, Credential, FOLDER_TYPE, Lock, StreamError, open_into};
use handfast_native::token::{SealedBundle, Secret};
use handfast_native::unfinished::folder_of;
use std::io::{self, PipeWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

#[derive(clap::Args)]
#[command(after_help = strings::open_examples())]
pub(crate) struct Args {
    #[arg(value_name = "FILE|TEXT|-", help = strings::option_opened())]
    container: String,
    #[arg(long, short, value_name = "PATH", help = strings::option_open_output())]
    output: Option<PathBuf>,
    #[arg(long, value_name = "FILE|-", help = strings::option_answer_file())]
    answer_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_code_file_open())]
    code_file: Option<PathBuf>,
    #[arg(long, help = strings::option_large())]
    large: bool,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_events())]
    pub(super) json: bool,
}

/// How much is written without asking. A few bytes can unpack to far more than a disk holds.
const UNASKED: u64 = 512 << 20;

/// A content of so many bytes, for somebody who says whether it may be written.
struct Wish {
    bytes: u64,
    answer: oneshot::Sender<Result<(), Stop>>,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let inputs = [args.answer_file.as_deref(), args.code_file.as_deref()];
    let inputs = inputs
        .iter()
        .filter(|file| **file == Some(Path::new("-")))
        .count();
    if inputs + usize::from(args.container == "-") > 1 {
        return Err(Stop::new(Status::Usage, "usage", strings::input_twice()));
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
                output.note(words::by_itself(&stop.sentence));
            }
            ended => return ended,
        }
    }
}

/// Opens it with what the person answers this time.
async fn attempt(args: &Args, output: &mut Output, interrupt: &mut Interrupt) -> Result<(), Stop> {
    let argument = args.container.clone();
    let finding = tokio::task::spawn_blocking(move || Found::find(&argument));
    let found = tokio::select! {
        found = finding => found.map_err(|_| Stop::local(strings::went_wrong()))??,
        () = interrupt.pressed() => return Err(Stop::cancelled()),
    };
    let container = match found {
        Found::Container(container) => container,
        Found::Bundle(bundle) => return take_in(args, bundle, output, interrupt).await,
    };
    container.must_hold_a_file()?;
    let Lock::Answers {
        cost,
        with_code,
        questions,
        ..
    } = &container.header.lock
    else {
        return Err(Stop::new(
            Status::BadInput,
            "needs_a_key",
            strings::needs_a_key(),
        ));
    };
    LIMITS.check(cost).map_err(refused)?;
    let place = Place {
        wanted: args.output.clone(),
        container: container.path.clone(),
    };
    must_be_writable(&place.of(&About::default()))?;
    let file = args.answer_file.as_deref();
    let answers = answers::to_open(questions.as_slice(), file, output, interrupt).await?;
    let code: Option<Secret<16>> = match with_code {
        true => Some(answers::code(args.code_file.as_deref(), interrupt).await?),
        false => None,
    };
    let credential = Credential::Answers { answers, code };
    let started = Instant::now();
    let name = container.path.as_deref().and_then(Path::file_name);
    let name = name.map_or(strings::standard_input().into(), |name| {
        name.to_string_lossy()
    });
    let length = container.length.unwrap_or(0);
    let (watch, source) = Watch::over(container.source, &name, length);
    let state = watch.source_state();
    let (wishes, wished) = mpsc::channel(1);
    let asking = ask(wished, args.large, interrupt.clone());
    let opening = watch.run(output, interrupt, move || {
        open(source, &credential, &state, &place, |bytes| {
            wish(&wishes, bytes)
        })
    });
    let (path, about, bytes) = tokio::select! {
        opened = opening => opened?,
        stop = asking => return Err(stop),
    };
    let is_chosen = args.output.as_deref() == Some(&path);
    let own = about.name.as_ref().filter(|_| !is_chosen);
    if let Some(own) = own.filter(|own| path.file_name() != Some(own.as_str().as_ref())) {
        output.note(words::renamed(own.as_str()));
    }
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

/// Takes in what a contact handed on.
async fn take_in(
    args: &Args,
    bundle: SealedBundle,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<(), Stop> {
    let device = interrupt.stops(Device::start(args.home.place()?)).await?;
    let taken = bundle::take(&device, bundle, output).await;
    device.end(output, interrupt).await;
    taken
}

/// Asks for so many bytes, from the thread that is to write them.
fn wish(wishes: &mpsc::Sender<Wish>, bytes: u64) -> Result<(), Stop> {
    if bytes <= UNASKED {
        return Ok(());
    }
    let (answer, answered) = oneshot::channel();
    let gone = |_| Stop::cancelled();
    let wish = Wish { bytes, answer };
    wishes.blocking_send(wish).map_err(|_| Stop::cancelled())?;
    answered.blocking_recv().map_err(gone)?
}

/// Answers wishes for as long as there may be any. It ends only with the program.
async fn ask(mut wishes: mpsc::Receiver<Wish>, is_allowed: bool, mut interrupt: Interrupt) -> Stop {
    while let Some(Wish { bytes, answer }) = wishes.recv().await {
        let said = match is_allowed {
            true => Ok(()),
            false => may_write(bytes, &mut interrupt).await,
        };
        let _ = answer.send(said);
    }
    std::future::pending().await
}

/// Asks the person, where there is one.
async fn may_write(bytes: u64, interrupt: &mut Interrupt) -> Result<(), Stop> {
    if !prompt::is_possible() {
        let sentence = words::too_large_to_write(bytes);
        return Err(Stop::new(Status::TooExpensive, "large", sentence));
    }
    loop {
        let said = prompt::ask(&words::write_so_much(bytes), interrupt).await?;
        match said
            .is_empty()
            .then_some(false)
            .or_else(|| words::consent(&said))
        {
            Some(true) => return Ok(()),
            Some(false) => {
                return Err(Stop::new(
                    Status::Failed,
                    "declined",
                    strings::not_written(),
                ));
            }
            None => prompt::tell(strings::yes_or_no()),
        }
    }
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
            Some(name) => name.as_str().to_owned(),
            None => self.name_without_suffix(),
        };
        let folder = match (&self.wanted, &self.container) {
            (Some(folder), _) if folder.is_dir() => folder,
            (Some(path), _) => return path.clone(),
            (None, Some(container)) => folder_of(container),
            (None, None) => Path::new(""),
        };
        let name = names_in(folder_of(&folder.join("name")), &name).swap_remove(0);
        folder.join(name)
    }

    fn name_without_suffix(&self) -> String {
        let name = self.container.as_deref().and_then(Path::file_name);
        let name = name.map(|name| name.to_string_lossy().into_owned());
        let bare = name.as_deref().and_then(|name| name.strip_suffix(SUFFIX));
        bare.unwrap_or("opened").to_owned()
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
        let (read, write) = io::pipe().map_err(|_| Stop::local(strings::went_wrong()))?;
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
                    Stop::new(Status::BadInput, "damaged", strings::damaged_folder())
                }
                _ => not_stored(folder.path(), &error),
            }),
            Some(Err(_)) => Err(Stop::local(strings::went_wrong())),
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
    may_write: impl FnOnce(u64) -> Result<(), Stop>,
) -> Result<(PathBuf, About, u64), Stop> {
    let mut landing = None;
    let mut target = PathBuf::new();
    let mut refusal = None;
    let mut bytes = 0;
    let opened = open_into(source, credential, &LIMITS, |_, about, length| {
        bytes = length;
        target = place.of(about);
        let may_begin = must_have_room(&target, length).and_then(|()| may_write(length));
        match may_begin.and_then(|()| Landing::new(about, target.clone())) {
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
                strings::locked_file(),
                &error,
            )));
        }
        Err(StreamError::Io(error)) => {
            ended?;
            return Err(not_stored(&target, &error));
        }
    };
    ended?;
    let landing = landing.ok_or_else(|| Stop::local(strings::went_wrong()))?;
    Ok((landing.settle()?, about, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_native::seal::{FileName, Header, Kind, seal_bytes};

    fn sealed(content: &[u8]) -> (Vec<u8>, Credential) {
        let credential = || Credential::Key(Secret::new([7; 32]));
        let header = Header {
            kind: Kind::File,
            lock: Lock::Key,
            salt: [8; 32],
        };
        let about = About::default();
        let sealed = seal_bytes(&header, &credential(), &LIMITS, &about, content);
        (sealed.expect("sealed"), credential())
    }

    #[test]
    fn nothing_is_written_before_its_length_is_agreed_to() {
        let home = tempfile::TempDir::new().expect("a folder");
        let content = vec![0; 3 << 20];
        let (container, credential) = sealed(&content);
        let place = Place {
            wanted: Some(home.path().join("opened")),
            container: None,
        };
        let state = Watch::over(io::empty(), "", 0).0.source_state();
        let opened = |may_write: &dyn Fn(u64) -> Result<(), Stop>| {
            open(&container[..], &credential, &state, &place, |bytes| {
                assert_eq!(bytes, 3 << 20);
                let names = home.path().read_dir().expect("there").count();
                assert_eq!(names, 0, "nothing is there before");
                may_write(bytes)
            })
        };
        let refused = opened(&|bytes| {
            Err(Stop::new(
                Status::TooExpensive,
                "large",
                words::too_large_to_write(bytes),
            ))
        });
        assert_eq!(refused.err().map(|stop| stop.kind), Some("large"));
        assert_eq!(home.path().read_dir().expect("there").count(), 0);
        let (path, _, bytes) = opened(&|_| Ok(())).expect("opened");
        assert_eq!(bytes, content.len() as u64);
        assert_eq!(std::fs::read(path).expect("there"), content);
    }

    #[tokio::test]
    async fn only_much_is_asked_for_and_one_flag_answers() {
        for is_allowed in [true, false] {
            let (wishes, wished) = mpsc::channel(1);
            let asking = ask(wished, is_allowed, Interrupt::never());
            let asked = tokio::task::spawn_blocking(move || {
                [UNASKED, UNASKED + 1].map(|bytes| wish(&wishes, bytes).map_err(|stop| stop.kind))
            });
            let [little, much] = tokio::select! {
                asked = asked => asked.expect("no panic"),
                _ = asking => unreachable!("it ends only with the program"),
            };
            assert_eq!(little, Ok(()));
            // Where tests run, there may be a person at a terminal, who is not to be asked.
            if is_allowed || !prompt::is_possible() {
                assert_eq!(much, if is_allowed { Ok(()) } else { Err("large") });
            }
        }
    }

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
            // A name that means nothing to this system stays.
            #[cfg(unix)]
            (".env", "/box/.env"),
            #[cfg(unix)]
            ("a\\b", "/box/a\\b"),
            #[cfg(not(unix))]
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
