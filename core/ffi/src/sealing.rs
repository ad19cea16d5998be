//! Locking things with questions and answers, and opening what was locked.

use super::bridge::Bridge;
use super::guard::guarded;
use super::{ErrorKind, HandfastError};
use handfast_native::seal::{
    self, Answers, Cost, Credential, FileName, Header, Limits, Lock, MAX_QUESTIONS, MediaType,
    Question, Questions, Trivial, Verdict, code_characters, code_from_text, code_words,
};
use handfast_native::token::{Secret, random_bytes};
use handfast_native::unfinished::{Unfinished, folder_of};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use tokio::sync::watch;

/// A question and its answer, written down by whoever locks something. It does not print itself.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct Answered {
    /// For everybody to read: 1 to 256 bytes.
    pub question: String,
    /// 1 to 512 bytes. Capitals and spaces around it do not matter.
    pub answer: String,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answered")
    }
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How much answers withstand somebody who holds what they lock, as far as that can be seen: never
/// that they are strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Strength {
    /// A single character is no answer.
    OneCharacter,
    /// One of the answers that everybody tries first.
    Common,
    /// It stands in the question.
    InQuestion,
    /// Found by whoever takes the trouble.
    Weak,
    /// Out of reach for one curious person, not for somebody with a purpose.
    Fair,
    /// No short way was seen, which is no promise that there is none.
    NoShortcutSeen,
    /// A code is needed as well, which nobody guesses.
    BeyondReach,
}

/// What to think of these answers to these questions. Instant: for every key that is pressed.
///
/// # Errors
/// [`ErrorKind::BadText`] for questions or answers that cannot be used, also for empty ones.
#[uniffi::export]
pub fn strength_of(locks: Vec<Answered>, with_code: bool) -> Result<Strength, HandfastError> {
    guarded(|| {
        let (questions, answers) = taken_apart(&locks)?;
        let strength = seal::Strength::of(&answers, questions.as_slice(), &[], with_code);
        Ok(match strength {
            Ok(strength) => match strength.verdict {
                Verdict::Weak => Strength::Weak,
                Verdict::Fair => Strength::Fair,
                Verdict::NoShortcutSeen => Strength::NoShortcutSeen,
                Verdict::BeyondReach => Strength::BeyondReach,
            },
            Err(_) if with_code => Strength::BeyondReach,
            Err((_, Trivial::OneCharacter)) => Strength::OneCharacter,
            Err((_, Trivial::Common)) => Strength::Common,
            Err((_, Trivial::InQuestion)) => Strength::InQuestion,
        })
    })
}

/// How many questions can lock one thing.
#[uniffi::export]
pub fn most_questions() -> u32 {
    MAX_QUESTIONS as u32
}

/// The code of a second channel: with it beside the answers, guessing them is of no use. It goes to
/// the other person another way than what it locks. Secret.
#[derive(uniffi::Object)]
pub struct Code {
    code: Secret<16>,
}

#[uniffi::export]
impl Code {
    /// A new one.
    ///
    /// # Errors
    /// [`ErrorKind::Device`] if this device has no randomness to give.
    #[uniffi::constructor]
    pub fn random() -> Result<Arc<Self>, HandfastError> {
        let code = Secret::random().map_err(|_| ErrorKind::Device)?;
        Ok(Arc::new(Self { code }))
    }

    /// The one that somebody typed or pasted, in characters or in words.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] if it is none.
    #[uniffi::constructor]
    pub fn read(text: &str) -> Result<Arc<Self>, HandfastError> {
        guarded(|| {
            let code = code_from_text(text)?;
            Ok(Arc::new(Self { code }))
        })
    }

    /// 26 letters and digits in five groups: for pasting, and for [`draw`](super::draw).
    pub fn characters(&self) -> String {
        code_characters(&self.code).to_string()
    }

    /// 16 English words: for saying aloud.
    pub fn words(&self) -> String {
        code_words(&self.code).to_string()
    }
}

impl Code {
    pub(super) fn secret(&self) -> Secret<16> {
        self.code.clone()
    }
}

/// What is told about the content, inside the seal.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct About {
    /// What it is called: a label to show, never to be used as a path.
    pub name: Option<String>,
    /// What it is (RFC 6838).
    pub media_type: Option<String>,
}

/// What is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SealedKind {
    /// An invitation.
    Invitation,
    /// A reply.
    Reply,
    /// Any file.
    File,
    /// What a device knows about itself and its contacts.
    DeviceState,
}

/// What can be read of something sealed without opening it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Sealed {
    /// What it says is inside.
    pub kind: SealedKind,
    /// What it asks, if it says so.
    pub questions: Vec<String>,
    /// It opens with answers; otherwise with a key.
    pub by_answers: bool,
    /// A code sent another way is needed as well.
    pub with_code: bool,
}

/// What was inside something small. It does not print itself.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct Opened {
    /// What it is.
    pub kind: SealedKind,
    /// What is told about it.
    pub about: About,
    /// The content.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({:?}, {} bytes)", self.kind, self.content.len())
    }
}

impl std::fmt::Display for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How far some work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Progress {
    /// Bytes done with.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Locking things with questions and answers.
#[derive(uniffi::Object)]
pub struct Sealing {
    bridge: Arc<Bridge>,
}

impl Sealing {
    pub(super) fn new(bridge: Arc<Bridge>) -> Self {
        Self { bridge }
    }
}

#[uniffi::export]
impl Sealing {
    /// What can be read of something sealed. Opens nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NothingFound`], [`ErrorKind::NewerVersion`], [`ErrorKind::Incomplete`].
    pub fn inspect(&self, container: Vec<u8>) -> Result<Sealed, HandfastError> {
        guarded(|| Ok(Sealed::of(&Header::parse(&container)?)))
    }

    /// What can be read of a sealed file. Opens nothing.
    ///
    /// # Errors
    /// As [`Self::inspect`], and [`ErrorKind::Storage`].
    pub fn inspect_file(&self, path: String) -> Result<Sealed, HandfastError> {
        guarded(|| {
            Ok(Sealed::of(&Header::read(BufReader::new(File::open(
                path,
            )?))?))
        })
    }

    /// Locks something small: with answers, and with a code too if one is given. Takes about a
    /// second, on purpose.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] for questions or answers that cannot be used, [`ErrorKind::TooExpensive`].
    pub async fn seal(
        &self,
        locks: Vec<Answered>,
        code: Option<Arc<Code>>,
        about: About,
        content: Vec<u8>,
    ) -> Result<Vec<u8>, HandfastError> {
        let sealed = self.bridge.blocking(move || {
            let (header, credential) = lock(&locks, code.as_deref())?;
            let about = about.checked()?;
            Ok(seal::seal_bytes(
                &header,
                &credential,
                &Limits::PHONE,
                &about,
                &content,
            )?)
        });
        sealed.await
    }

    /// Opens something small. Takes about a second, on purpose.
    ///
    /// # Errors
    /// [`ErrorKind::WrongAnswer`], [`ErrorKind::TooExpensive`], [`ErrorKind::BadText`], and as [`Self::inspect`].
    pub async fn open(
        &self,
        container: Vec<u8>,
        answers: Vec<String>,
        code: Option<Arc<Code>>,
    ) -> Result<Opened, HandfastError> {
        let opened = self.bridge.blocking(move || {
            let credential = credential(&answers, code.as_deref())?;
            let opened = seal::open_bytes(&container, &credential, &Limits::PHONE)?;
            Ok(Opened {
                kind: opened.kind.into(),
                about: opened.about.into(),
                content: opened.content,
            })
        });
        opened.await
    }

    /// Locks the file at `source` into a new file at `target`, which appears when it is complete.
    pub fn seal_file(
        &self,
        locks: Vec<Answered>,
        code: Option<Arc<Code>>,
        about: About,
        source: String,
        target: String,
    ) -> Arc<SealingHandle> {
        SealingHandle::start(&self.bridge, move |pace| {
            let (header, credential) = lock(&locks, code.as_deref())?;
            let about = about.checked()?;
            let source = pace.of(File::open(source)?, 2)?;
            let path = PathBuf::from(target);
            complete(&path, |sink| {
                seal::seal(&header, &credential, &Limits::PHONE, &about, source, sink)?;
                Ok(About::default())
            })
        })
    }

    /// Opens the file at `source` into a new file at `target`, which appears when it is complete.
    /// Whoever waits for the handle learns what is told about it.
    pub fn open_file(
        &self,
        answers: Vec<String>,
        code: Option<Arc<Code>>,
        source: String,
        target: String,
    ) -> Arc<SealingHandle> {
        SealingHandle::start(&self.bridge, move |pace| {
            let credential = credential(&answers, code.as_deref())?;
            let source = pace.of(File::open(source)?, 1)?;
            complete(&PathBuf::from(target), |sink| {
                let (_, about) = seal::open(source, &credential, &Limits::PHONE, sink)?;
                Ok(about.into())
            })
        })
    }
}

/// A file being locked or opened. Cancelled when dropped; nothing of it stays behind then.
#[derive(uniffi::Object)]
pub struct SealingHandle {
    pace: Pace,
    result: watch::Receiver<Option<Result<About, HandfastError>>>,
}

impl SealingHandle {
    fn start(
        bridge: &Bridge,
        work: impl FnOnce(Pace) -> Result<About, HandfastError> + Send + 'static,
    ) -> Arc<Self> {
        let pace = Pace(Arc::new(Counts {
            closed: bridge.is_closed(),
            ..Counts::default()
        }));
        let paced = pace.clone();
        let (finished, result) = watch::channel(None);
        let begun = bridge.begin(move || {
            let counts = paced.0.clone();
            let done = guarded(|| work(paced));
            if done.is_ok() {
                counts.done.store(counts.total.load(Relaxed), Relaxed);
            }
            finished.send_replace(Some(done));
        });
        if begun.is_err() {
            log::debug!("nothing is begun after a shutdown");
        }
        Arc::new(Self { pace, result })
    }
}

#[uniffi::export]
impl SealingHandle {
    /// How far it is, about: parts of a file may be read twice or not at all. The key is computed
    /// first, which takes about a second and shows nothing.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.pace.0.done.load(Relaxed),
            total: self.pace.0.total.load(Relaxed),
        }
    }

    /// Stops it at the next piece.
    pub fn cancel(&self) {
        self.pace.0.cancelled.store(true, Relaxed);
    }

    /// Waits for the end; what was told about the content, where something was opened.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`], [`ErrorKind::Storage`], [`ErrorKind::StorageFull`], [`ErrorKind::BadText`],
    /// [`ErrorKind::WrongAnswer`], [`ErrorKind::TooExpensive`], [`ErrorKind::Incomplete`],
    /// [`ErrorKind::NewerVersion`], [`ErrorKind::NothingFound`].
    pub async fn finished(&self) -> Result<About, HandfastError> {
        let mut result = self.result.clone();
        match result.wait_for(Option::is_some).await {
            Ok(result) => result.clone().unwrap_or(Err(ErrorKind::Internal.into())),
            // The runtime is gone.
            Err(_) => Err(ErrorKind::ShutDown.into()),
        }
    }
}

impl Drop for SealingHandle {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// How far some work is and whether it is still wanted, for both sides of it.
#[derive(Clone)]
struct Pace(Arc<Counts>);

#[derive(Default)]
struct Counts {
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
    /// Everything was shut down.
    closed: Arc<AtomicBool>,
}

impl Pace {
    /// A source that is read `times` times from its beginning to its end.
    fn of(self, file: File, times: u64) -> Result<Paced, HandfastError> {
        let length = file.metadata()?.len();
        self.0.total.store(length.saturating_mul(times), Relaxed);
        let source = BufReader::new(file);
        Ok(Paced { source, pace: self })
    }
}

/// A file that counts what is read of it, and fails once nobody wants it any more.
struct Paced {
    source: BufReader<File>,
    pace: Pace,
}

impl Read for Paced {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Counts {
            done,
            total,
            cancelled,
            closed,
        } = &*self.pace.0;
        if cancelled.load(Relaxed) || closed.load(Relaxed) {
            // Interrupted itself would be tried again by whoever reads.
            return Err(io::Error::other(Stopped));
        }
        let read = self.source.read(buffer)?;
        // A source that is read once more than usual stays at its end.
        let through = done.load(Relaxed) + read as u64;
        done.store(through.min(total.load(Relaxed)), Relaxed);
        Ok(read)
    }
}

impl Seek for Paced {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

/// The person stopped it.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub(super) struct Stopped;

/// Writes a file that appears under its name only when it is complete.
fn complete(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<About, HandfastError>,
) -> Result<About, HandfastError> {
    let unfinished = Unfinished::in_folder(folder_of(path))?;
    let mut sink = BufWriter::new(unfinished.file());
    let about = write(&mut sink)?;
    sink.flush()?;
    drop(sink);
    unfinished.replace(path)?;
    Ok(about)
}

pub(super) fn taken_apart(locks: &[Answered]) -> Result<(Questions, Answers), HandfastError> {
    let questions: Result<Vec<_>, _> = locks
        .iter()
        .map(|lock| Question::new(&lock.question))
        .collect();
    let questions = Questions::new(questions.map_err(|_| ErrorKind::BadText)?)?;
    let answers: Vec<&str> = locks.iter().map(|lock| lock.answer.as_str()).collect();
    Ok((questions, Answers::new(&answers)?))
}

fn lock(locks: &[Answered], code: Option<&Code>) -> Result<(Header, Credential), HandfastError> {
    let (questions, answers) = taken_apart(locks)?;
    let header = Header {
        kind: seal::Kind::File,
        lock: Lock::answers(Cost::STANDARD, code.is_some(), questions),
        salt: random_bytes().map_err(|_| ErrorKind::Device)?,
    };
    let code = code.map(Code::secret);
    Ok((header, Credential::Answers { answers, code }))
}

pub(super) fn credential(
    answers: &[String],
    code: Option<&Code>,
) -> Result<Credential, HandfastError> {
    let (answers, code) = credential_parts(answers, code)?;
    Ok(Credential::Answers { answers, code })
}

pub(super) fn credential_parts(
    answers: &[String],
    code: Option<&Code>,
) -> Result<(Answers, Option<Secret<16>>), HandfastError> {
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    Ok((Answers::new(&answers)?, code.map(Code::secret)))
}

impl About {
    fn checked(self) -> Result<seal::About, HandfastError> {
        Ok(seal::About {
            name: self.name.as_deref().and_then(FileName::cleaned),
            media_type: self
                .media_type
                .map(|text| MediaType::new(&text).map_err(|_| ErrorKind::BadText))
                .transpose()?,
        })
    }
}

impl From<seal::About> for About {
    fn from(about: seal::About) -> Self {
        Self {
            name: about.name.map(|name| name.as_str().to_owned()),
            media_type: about.media_type.map(|text| text.as_str().to_owned()),
        }
    }
}

impl From<seal::Kind> for SealedKind {
    fn from(kind: seal::Kind) -> Self {
        match kind {
            seal::Kind::Invitation => Self::Invitation,
            seal::Kind::Reply => Self::Reply,
            seal::Kind::File => Self::File,
            seal::Kind::DeviceState => Self::DeviceState,
        }
    }
}

impl Answered {
    /// A question and its answer as a lock that has one question.
    pub(super) fn parts(&self) -> Result<(Question, Answers), HandfastError> {
        let question = Question::new(&self.question).map_err(|_| ErrorKind::BadText)?;
        Ok((question, Answers::new(&[&self.answer])?))
    }
}

impl Sealed {
    pub(super) fn of(header: &Header) -> Self {
        let (by_answers, with_code, questions) = match &header.lock {
            Lock::Key => (false, false, &[][..]),
            Lock::Answers {
                with_code,
                questions,
                ..
            } => (true, *with_code, questions.as_slice()),
        };
        Self {
            kind: header.kind.into(),
            questions: questions
                .iter()
                .map(|question| question.as_str().to_owned())
                .collect(),
            by_answers,
            with_code,
        }
    }
}
