//! `handfast seal`: lock a file, a folder or a text with a question.

use super::Hands;
use super::invite::SCALE;
use crate::answers::{lock as answers, question, worth};
use crate::interrupt::Interrupt;
use crate::one_file::OneFile;
use crate::output::{Event, Output, milliseconds};
use crate::sealed_files::landing::{
    NewFile, must_be_free, must_be_writable, must_have_room, not_stored, with_suffix,
};
use crate::sealed_files::watch::{SourceState, Watch, Watched};
use crate::sealed_files::{LIMITS, prompt, refused};
use crate::status::{Status, Stop};
use crate::terminal::StandardInput;
use crate::{input, strings, symbol, words};
use handfast_native::folder::{Culprit, Packed, Seen};
use handfast_native::qr::Symbol;
use handfast_native::seal::{
    About, Answers, Cost, Credential, FOLDER_TYPE, FileName, Header, Kind, Lock, MAX_QUESTIONS,
    MOST_IN_TEXT, MediaType, Question, Questions, SealError, StreamError, Strength, Verdict,
    code_characters, code_words, seal, seal_into, text, tries_per_second,
};
use handfast_native::token::{MOST_IN_PICTURE, Secret, picture_with, random_bytes};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use zeroize::Zeroizing;

/// What a locked file is called behind its name.
pub(crate) const SUFFIX: &str = ".handfast";
/// The most bytes of a container inside a page, which a browser holds whole.
const MOST_IN_PAGE: usize = 64 << 20;
/// The most pixels of a side of a code: messengers make larger pictures smaller.
const LARGEST_SIDE: usize = 1_600;

#[derive(clap::Args)]
#[command(after_help = strings::seal_examples())]
pub(crate) struct Args {
    #[arg(value_name = "PATH|-", help = strings::option_seal_path())]
    path: PathBuf,
    #[arg(
        long,
        short,
        value_name = "TEXT",
        value_parser = question,
        help = strings::option_question()
    )]
    question: Vec<Question>,
    #[arg(long, help = strings::option_code())]
    code: bool,
    #[arg(long, conflicts_with = "output", help = strings::option_text())]
    text: bool,
    #[arg(long, conflicts_with = "text", help = strings::option_seal_html())]
    html: bool,
    #[arg(long, conflicts_with_all = ["text", "html"], help = strings::option_seal_png())]
    png: bool,
    #[arg(long, help = strings::option_strong())]
    strong: bool,
    #[arg(long, help = strings::option_strict())]
    strict: bool,
    #[arg(long, short, value_name = "FILE", help = strings::option_seal_output())]
    output: Option<PathBuf>,
    #[arg(long, value_name = "FILE|-", help = strings::option_answer_file())]
    answer_file: Option<PathBuf>,
    #[arg(long, help = strings::option_json_events())]
    pub(super) json: bool,
}

/// What is to be locked.
struct Subject {
    source: Box<dyn Source>,
    length: u64,
    about: About,
    /// What it is called on the screen.
    name: String,
    /// What it was like before it was read.
    seen: Seen,
    is_folder: bool,
}

/// What stays outside of a locked folder.
#[derive(Default)]
struct Omitted {
    links: Vec<PathBuf>,
    unread: Vec<PathBuf>,
}

trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// What becomes of the container.
enum Form {
    /// A text for a messenger.
    Text,
    /// A file in this place.
    File(PathBuf),
    /// A page in this place, with the container inside.
    Page(PathBuf, OneFile),
    /// A picture in this place.
    Picture(PathBuf),
}

impl Form {
    fn of(args: &Args) -> Result<Self, Stop> {
        let place = |suffix| {
            let place = args.output.clone();
            place.unwrap_or_else(|| with_suffix(&beside(&args.path), suffix))
        };
        Ok(if args.text {
            Self::Text
        } else if args.html {
            Self::Page(place(".html"), OneFile::of_locked_file()?)
        } else if args.png {
            Self::Picture(place(".png"))
        } else {
            Self::File(place(""))
        })
    }

    /// Where it goes, if it is a file of any kind.
    fn place(&self) -> Option<&Path> {
        match self {
            Self::Text => None,
            Self::File(place) | Self::Page(place, _) | Self::Picture(place) => Some(place),
        }
    }
}

/// The container, finished.
struct Sealed {
    place: Option<PathBuf>,
    text: Option<String>,
    /// How a picture has it inside.
    picture: Option<Picture>,
    bytes: u64,
    /// What changed in a folder meanwhile.
    changed: Vec<PathBuf>,
}

/// How a picture has a container inside.
#[derive(Clone, Copy)]
enum Picture {
    /// As a code, which also a messenger's smaller copy still shows.
    Code,
    /// Beside what is seen, where only the file itself has it.
    File,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    if args.path == Path::new("-") && args.answer_file.as_deref() == Some(Path::new("-")) {
        return Err(Stop::new(Status::Usage, "usage", strings::input_twice()));
    }
    let form = Form::of(&args)?;
    if let Some(place) = form.place() {
        must_be_free(place)?;
        must_be_writable(place)?;
    }
    let subject = subject(&args.path, args.strict, &mut output, &mut interrupt).await?;
    let questions = questions(&args, &mut interrupt).await?;
    let file = args.answer_file.as_deref();
    let answers = answers::to_seal(&questions, file, &output, &mut interrupt).await?;
    let cost = match args.strong {
        true => Cost::STRONG,
        false => Cost::STANDARD,
    };
    let (code, strength) = decide_code(
        &args,
        &questions,
        &answers,
        &cost,
        &mut output,
        &mut interrupt,
    )
    .await?;
    if args.html && code.is_none() {
        agree_to_page(&args, &mut interrupt).await?;
    }

    let questions = Questions::new(questions)
        .map_err(|error| Stop::new(Status::BadInput, "question", words::lock(error)))?;
    let header = Header {
        kind: Kind::File,
        lock: Lock::answers(cost, code.is_some(), questions),
        salt: random_bytes().map_err(|_| Stop::local(strings::no_randomness()))?,
    };
    let credential = Credential::Answers {
        answers,
        code: code.clone(),
    };
    let content_bytes = subject.length;
    let started = Instant::now();
    let (watch, source) = Watch::over(subject.source, &subject.name, content_bytes);
    let state = watch.source_state();
    let path = args.path.clone();
    let about = subject.about;
    let (seen, is_folder) = (subject.seen, subject.is_folder);
    let may_change = is_folder && !args.strict;
    let sealed = watch
        .run(&mut output, &mut interrupt, move || {
            let unchanged = || match seen.changed() {
                changed if changed.is_empty() || may_change => Ok(changed),
                changed => Err(changed_meanwhile(&path, &changed[0])),
            };
            write(
                &header,
                &credential,
                &about,
                source,
                &state,
                &path,
                form,
                unchanged,
            )
        })
        .await?;
    if !sealed.changed.is_empty() {
        output.note(words::changed_inside(&sealed.changed));
    }
    match sealed.picture {
        Some(Picture::Code) => output.note(strings::picture_is_code()),
        Some(Picture::File) => output.note(strings::picture_as_file()),
        None => {}
    }
    tell(&output, &sealed, code.as_ref());
    output.tell(Event::Sealed {
        path: sealed
            .place
            .map(|place| place.to_string_lossy().into_owned()),
        text: sealed.text,
        bytes: sealed.bytes,
        content_bytes,
        code: code.as_ref().map(|code| code_characters(code).to_string()),
        code_words: code.as_ref().map(|code| code_words(code).to_string()),
        log10_guesses: strength.log10_guesses,
        attack_s: strength.attack(&cost).as_secs_f64(),
        milliseconds: milliseconds(started.elapsed()),
    });
    Ok(())
}

/// `PATH.handfast`, also where PATH is `.` or ends in a slash.
fn beside(path: &Path) -> PathBuf {
    if path == Path::new("-") {
        return PathBuf::from(format!("sealed{SUFFIX}"));
    }
    match path.file_name() {
        Some(_) => with_suffix(path, SUFFIX),
        None => match path.canonicalize() {
            Ok(whole) if whole.file_name().is_some() => with_suffix(&whole, SUFFIX),
            _ => PathBuf::from(format!("sealed{SUFFIX}")),
        },
    }
}

async fn subject(
    path: &Path,
    is_strict: bool,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Subject, Stop> {
    use std::io::IsTerminal;
    if path == Path::new("-") && io::stdin().is_terminal() {
        output.note(strings::type_text());
    }
    let path = path.to_owned();
    let looking = tokio::task::spawn_blocking(move || look(&path, is_strict));
    let (subject, omitted) = tokio::select! {
        looked = looking => looked.map_err(|_| Stop::local(strings::went_wrong()))??,
        () = interrupt.pressed() => return Err(Stop::cancelled()),
    };
    if !omitted.links.is_empty() {
        output.note(words::left_out(&omitted.links));
    }
    if !omitted.unread.is_empty() {
        output.note(words::left_unread(&omitted.unread));
    }
    Ok(subject)
}

/// What cannot be read: the file that the error is about, or this one.
fn unreadable(path: &Path, error: &io::Error) -> Stop {
    let (path, error) = match Culprit::of(error) {
        Some(culprit) => (culprit.place.as_path(), &culprit.error),
        None => (path, error),
    };
    Stop::bad_input(words::unreadable(&path.to_string_lossy(), error))
}

/// A file, or what is called so inside the folder, that was changed while it was read.
fn changed_meanwhile(path: &Path, inside: &Path) -> Stop {
    let place = match inside.as_os_str().is_empty() {
        true => path.to_owned(),
        false => path.join(inside),
    };
    Stop::bad_input(words::changed_meanwhile(&place.to_string_lossy()))
}

fn look(path: &Path, is_strict: bool) -> Result<(Subject, Omitted), Stop> {
    let unreadable = |error: &io::Error| unreadable(path, error);
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = StandardInput::begin()
            .take(input::MOST_BYTES + 1)
            .read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 > input::MOST_BYTES {
            return Err(Stop::bad_input(strings::input_too_long()));
        }
        let subject = Subject {
            length: bytes.len() as u64,
            source: Box::new(Cursor::new(bytes)),
            about: About::default(),
            name: strings::standard_input().into(),
            seen: Seen::nothing(),
            is_folder: false,
        };
        return Ok((subject, Omitted::default()));
    }
    let metadata = path.metadata().map_err(|error| unreadable(&error))?;
    let whole = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path.canonicalize().map_err(|error| unreadable(&error))?,
    };
    let name = whole
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let mut about = About {
        name: FileName::cleaned(&name),
        media_type: None,
    };
    let mut omitted = Omitted::default();
    let seen;
    let (source, length): (Box<dyn Source>, u64) = if metadata.is_dir() {
        let packed = Packed::look(path).map_err(|error| unreadable(&error))?;
        about.media_type = MediaType::new(FOLDER_TYPE).ok();
        if let (true, Some((inside, error))) = (is_strict, packed.unread().first()) {
            return Err(self::unreadable(&path.join(inside), error));
        }
        if let (true, Some(inside)) = (is_strict, packed.left_out().first()) {
            let place = path.join(inside);
            let sentence = words::not_a_file_inside(&place.to_string_lossy());
            return Err(Stop::new(Status::BadInput, "not_a_file", sentence));
        }
        omitted.links = packed.left_out().to_vec();
        let unread = packed.unread().iter();
        omitted.unread = unread.map(|(path, _)| path.clone()).collect();
        seen = packed.seen();
        let length = packed.length();
        (Box::new(packed), length)
    } else if metadata.is_file() {
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        seen = Seen::of_file(path, &metadata);
        (Box::new(file), metadata.len())
    } else {
        let sentence = words::not_a_file(&path.to_string_lossy());
        return Err(Stop::new(Status::BadInput, "not_a_file", sentence));
    };
    let subject = Subject {
        source,
        length,
        about,
        name,
        seen,
        is_folder: metadata.is_dir(),
    };
    Ok((subject, omitted))
}

/// Those of the command line. Without any, the person is asked for one; an empty one leaves the
/// container without, where both know what is asked.
async fn questions(args: &Args, interrupt: &mut Interrupt) -> Result<Vec<Question>, Stop> {
    if args.question.len() > MAX_QUESTIONS {
        return Err(Stop::new(
            Status::Usage,
            "usage",
            strings::too_many_questions(),
        ));
    }
    let mut questions = args.question.clone();
    while questions.is_empty() && args.answer_file.is_none() && prompt::is_possible() {
        let typed = prompt::ask(strings::question_prompt(), interrupt).await?;
        if typed.is_empty() {
            break;
        }
        match Question::new(&typed) {
            Ok(question) => questions.push(question),
            Err(error) => prompt::tell(&words::field(error)),
        }
    }
    Ok(questions)
}

/// Says how good the answers are, and offers a code where they are not.
async fn decide_code(
    args: &Args,
    questions: &[Question],
    answers: &Answers,
    cost: &Cost,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<(Option<Secret<16>>, Strength), Stop> {
    let estimate = |with_code| worth(answers, questions, &[], with_code);
    let mut strength = estimate(args.code)?;
    output.note(words::strength(&strength, tries_per_second(cost), cost));
    let mut wanted = args.code;
    let may_ask = args.answer_file.is_none() && prompt::is_possible();
    if strength.verdict == Verdict::Weak && may_ask {
        let typed = prompt::ask(strings::offer_code(), interrupt).await?;
        wanted = !typed.to_lowercase().starts_with('n');
        strength = estimate(wanted)?;
    }
    let code = match wanted {
        true => Some(Secret::random().map_err(|_| Stop::local(strings::no_randomness()))?),
        false => None,
    };
    Ok((code, strength))
}

/// Whoever carries a page can put another one in its place that tells them the answer; a code that goes another
/// way would be missing there, and nobody looks for it. So who wants none has to say that this was understood.
async fn agree_to_page(args: &Args, interrupt: &mut Interrupt) -> Result<(), Stop> {
    if args.answer_file.is_some() || !prompt::is_possible() {
        let sentence = strings::page_needs_code();
        return Err(Stop::new(Status::Usage, "code_needed", sentence));
    }
    let typed = prompt::ask(strings::page_without_code(), interrupt).await?;
    match words::consent(&typed) {
        Some(true) => Ok(()),
        _ => Err(Stop::cancelled()),
    }
}

#[allow(clippy::too_many_arguments)] // one call, of what one command has in hand
fn write(
    header: &Header,
    credential: &Credential,
    about: &About,
    source: Watched<Box<dyn Source>>,
    state: &SourceState,
    path: &Path,
    form: Form,
    unchanged: impl FnOnce() -> Result<Vec<PathBuf>, Stop>,
) -> Result<Sealed, Stop> {
    let failed = |error: StreamError, place: &Path| match error {
        StreamError::Seal(SealError::TooExpensive) => Stop::new(
            Status::TooExpensive,
            "too_expensive",
            words::too_large_to_seal(LIMITS.content_bytes),
        ),
        StreamError::Seal(error) => refused(error),
        StreamError::Io(error) if state.has_failed() => unreadable(path, &error),
        StreamError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Stop::bad_input(words::changed_meanwhile(&path.to_string_lossy()))
        }
        StreamError::Io(error) => not_stored(place, &error),
    };
    let in_memory = |source, most: usize, place: &Path, too_large: fn(u64) -> String| {
        let mut container = Vec::new();
        let mut sink = AtMost {
            bytes: &mut container,
            most,
        };
        let sealed = seal(header, credential, &LIMITS, about, source, &mut sink);
        sealed.map_err(|error| match error {
            StreamError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Stop::bad_input(too_large(most as u64))
            }
            error => failed(error, place),
        })?;
        Ok::<_, Stop>(container)
    };
    let place = match form {
        Form::Text => {
            let place = Path::new("-");
            let container = in_memory(source, MOST_IN_TEXT, place, words::too_large_for_text)?;
            return Ok(Sealed {
                changed: unchanged()?,
                place: None,
                picture: None,
                bytes: container.len() as u64,
                text: Some(text(&container)),
            });
        }
        Form::Page(place, page) => {
            let container = in_memory(source, MOST_IN_PAGE, &place, words::too_large_for_page)?;
            let html = page.carrying(&text(&container));
            return stored(place, html.as_bytes(), None, unchanged);
        }
        Form::Picture(place) => {
            let too_large = words::too_large_for_picture;
            let container = in_memory(source, MOST_IN_PICTURE, &place, too_large)?;
            let (png, picture) = match Symbol::draw(&text(&container)) {
                Ok(symbol) => {
                    let scale = LARGEST_SIDE / symbol.outer_width();
                    (symbol.to_png(scale.min(SCALE)), Picture::Code)
                }
                Err(_) => (picture_with(&container), Picture::File),
            };
            return stored(place, &png, Some(picture), unchanged);
        }
        Form::File(place) => place,
    };
    let new = NewFile::at(place)?;
    let mut refusal = None;
    let sealed = seal_into(header, credential, &LIMITS, about, source, |length| {
        must_have_room(new.place(), length).map_err(|stop| {
            refusal = Some(stop);
            io::ErrorKind::StorageFull
        })?;
        Ok(new.file())
    });
    if let Some(stop) = refusal {
        return Err(stop);
    }
    sealed.map_err(|error| failed(error, new.place()))?;
    let bytes = new.file().metadata().map_or(0, |metadata| metadata.len());
    let changed = unchanged()?;
    Ok(Sealed {
        changed,
        place: Some(new.settle()?),
        text: None,
        picture: None,
        bytes,
    })
}

/// Puts a whole file in its place.
fn stored(
    place: PathBuf,
    content: &[u8],
    picture: Option<Picture>,
    unchanged: impl FnOnce() -> Result<Vec<PathBuf>, Stop>,
) -> Result<Sealed, Stop> {
    let new = NewFile::at(place)?;
    let written = new.file().write_all(content);
    written.map_err(|error| not_stored(new.place(), &error))?;
    Ok(Sealed {
        changed: unchanged()?,
        place: Some(new.settle()?),
        text: None,
        picture,
        bytes: content.len() as u64,
    })
}

/// A vector that does not grow without end.
struct AtMost<'a> {
    bytes: &'a mut Vec<u8>,
    most: usize,
}

impl Write for AtMost<'_> {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.write(more)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The text and the code, for people.
fn tell(output: &Output, sealed: &Sealed, code: Option<&Secret<16>>) {
    if output.is_for_programs() {
        return;
    }
    if let Some(text) = &sealed.text {
        output.print_in_lines(text);
    }
    if let Some(place) = &sealed.place {
        output.whisper(&words::sealed(&place.to_string_lossy(), sealed.bytes));
    }
    if let Some(code) = code {
        show_code(output, code, strings::code_follows());
    }
}

/// A code in every form, behind a sentence about it.
pub(super) fn show_code(output: &Output, code: &Secret<16>, sentence: &str) {
    let characters = code_characters(code);
    output.whisper(sentence);
    if let Ok(symbol) = Symbol::draw(&characters) {
        let drawn = Zeroizing::new(symbol::drawn(&symbol));
        output.print(drawn.trim_end_matches('\n'));
    }
    output.print(&characters);
    output.print(&code_words(code));
}
