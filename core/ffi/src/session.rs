//! One session: this device and one other, from an invitation to the last word of their conversation.

use super::bridge::Bridge;
use super::sealing::{credential_parts, taken_apart};
use super::{Answered, Code, ErrorKind, Finding, HandfastError, Screen, screen};
use handfast_native::conversation::ToSend;
use handfast_native::device::{AcceptTerms, Command, Done, Saying, SessionCommand, SessionId};
use handfast_native::seal::Answers;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A session that is under way, as it was shown last.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UnderWay {
    /// Which one, for [`Handfast::session`](super::Handfast::session).
    pub session: u64,
    /// The whole state of it.
    pub screen: Screen,
}

/// One session. Any number may be under way at once. What happens in it is told as
/// [`Change`](super::Change)s with its [`Self::id`]. Dropping this changes nothing: the session goes on,
/// and [`Handfast::session`](super::Handfast::session) finds it again.
#[derive(uniffi::Object)]
pub struct Session {
    bridge: Arc<Bridge>,
    id: SessionId,
}

impl Session {
    pub(super) fn new(bridge: Arc<Bridge>, id: SessionId) -> Arc<Self> {
        Arc::new(Self { bridge, id })
    }

    async fn command(&self, command: SessionCommand) -> Result<(), HandfastError> {
        self.bridge.to(self.id, command).await
    }

    async fn say(&self, saying: Saying) -> Result<(), HandfastError> {
        self.command(SessionCommand::Say(saying)).await
    }
}

#[uniffi::export]
impl Session {
    /// Its number, which no other session has for as long as this device is open.
    pub fn id(&self) -> u64 {
        self.id.0
    }

    /// How it was shown last; none once it is over.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub fn screen(&self) -> Result<Option<Screen>, HandfastError> {
        let overview = self.bridge.overview()?;
        let view = overview.sessions.get(&self.id);
        Ok(view.map(|view| screen::screen(view, &self.bridge.links.base())))
    }

    // --- Coming together ------------------------------------------------------------------------

    /// [`Screen::Locked`]: opens the invitation with the answers to its questions, and the code of a second
    /// channel if it takes one. Takes about a second, on purpose, and another screen follows; wrong answers
    /// are no error.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] for answers that cannot be right, [`ErrorKind::NotNow`] if nothing is locked.
    pub async fn unlock(
        &self,
        answers: Vec<String>,
        code: Option<Arc<Code>>,
    ) -> Result<(), HandfastError> {
        let (answers, code) = credential_parts(&answers, code.as_deref())?;
        self.command(SessionCommand::Unlock(answers, code)).await
    }

    /// [`Screen::InvitationOpened`]: the person agreed to connect. The reply is kept before it is shown, so
    /// that it can go on after a restart.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if no invitation is open, [`ErrorKind::TooMany`] if too many replies wait. What
    /// goes wrong later is told as [`Screen::Ended`].
    pub async fn accept(&self) -> Result<(), HandfastError> {
        let terms = AcceptTerms::default();
        self.command(SessionCommand::Accept(Box::new(terms))).await
    }

    /// [`Screen::Asking`]: the person's answer to the question.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] if it is empty or too long, [`ErrorKind::NotNow`] if nothing is asked. A wrong
    /// answer is no error: another screen follows.
    pub async fn answer(&self, text: String) -> Result<(), HandfastError> {
        let answers = Answers::new(&[&text])?;
        self.command(SessionCommand::Answer(answers)).await
    }

    /// [`Screen::Talking`], or [`Screen::Apart`] with a restored device: asks whoever is there this, to make sure who
    /// they are. The answer is told to nobody; the [`Questions`](super::Questions) on the screen say what came of it.
    /// [`Self::answer`] answers theirs.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] if either cannot be used, [`ErrorKind::NotNow`] if there is nobody to ask or another
    /// question is open, [`ErrorKind::AnswersDiffer`] after three wrong answers on one day.
    pub async fn ask(&self, lock: Answered) -> Result<(), HandfastError> {
        let (question, answers) = lock.parts()?;
        self.command(SessionCommand::Ask(question, answers)).await
    }

    /// Gives no answer to their question.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if none waits for one.
    pub async fn decline_to_answer(&self) -> Result<(), HandfastError> {
        self.command(SessionCommand::NoAnswer).await
    }

    /// [`Screen::Connecting`]: shows the reply now instead of waiting whether it is needed.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing is being connected to.
    pub async fn offer_reply(&self) -> Result<(), HandfastError> {
        self.command(SessionCommand::OfferReply).await
    }

    /// [`Screen::Apart`]: whether the person goes on with a device that was restored from a copy, theirs or
    /// this one. Both are asked. What was proved before does not count then until they compare.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing of that kind is asked.
    pub async fn accept_restored(&self, agrees: bool) -> Result<(), HandfastError> {
        self.command(SessionCommand::AcceptRestored(agrees)).await
    }

    /// The person asks for more to be tried to get past a strict network: 2,048 small packets more to
    /// the one address that the other side named, at once. An invitation or a reply causes as many by
    /// itself; this is taken once for each. Best offered with [`Cause::OneStrict`](super::Cause::OneStrict)
    /// and [`Cause::StrictUnreplied`](super::Cause::StrictUnreplied), and when the other side is there.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is waited for.
    pub async fn try_harder(&self) -> Result<(), HandfastError> {
        self.command(SessionCommand::TryHarder).await
    }

    /// Leaves it. What waits stays among [`Pairing::pending`](super::Pairing::pending), unless it is new and
    /// still being prepared. A contact is not looked for any more. A conversation cancels files that are under
    /// way, delivers what was written and says goodbye, within about two seconds. [`Screen::Closed`] follows.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if it is over already.
    pub async fn leave(&self) -> Result<(), HandfastError> {
        self.command(SessionCommand::Close).await
    }

    /// Stops it for good: the invitation or reply does not wait any more, and one that is still being
    /// prepared is never shown. [`Screen::Closed`] follows.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if it is over already, or the two are together;
    /// [`ErrorKind::Storage`] or [`ErrorKind::StorageFull`] if that cannot be kept.
    pub async fn withdraw(&self) -> Result<(), HandfastError> {
        self.command(SessionCommand::Withdraw).await
    }

    // --- Talking --------------------------------------------------------------------------------

    /// Sends a text of at most 64 KiB, ahead of files that are under way. Returns when it is queued. To a contact
    /// that keeps what is said it can be said while they are apart too, and is listed once it is on the disk.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] if it is empty, [`ErrorKind::TooLarge`], [`ErrorKind::NotNow`] without a
    /// conversation, [`ErrorKind::Busy`] if too much is queued.
    pub async fn send_text(&self, text: String) -> Result<(), HandfastError> {
        self.say(Saying::Text(said(text)?)).await
    }

    /// Lists what was said before the rows that are listed, as far as both keep it; false where nothing was.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] without a contact that is kept.
    pub async fn earlier(&self) -> Result<bool, HandfastError> {
        let earlier = Command::To(self.id, SessionCommand::Earlier);
        Ok(self.bridge.command(earlier).await? != Done::Beginning)
    }

    /// Writes this about what stands in the row with this number, which both keep. Returns when it is queued, as
    /// [`Self::send_text`].
    ///
    /// # Errors
    /// Those of [`Self::send_text`]; [`ErrorKind::NotNow`] if there is no such row.
    pub async fn reply(&self, number: u64, text: String) -> Result<(), HandfastError> {
        let text = said(text)?;
        self.say(Saying::Reply { to: number, text }).await
    }

    /// Reacts to the row with this number, which both keep, with a symbol of at most 32 bytes in the place of an
    /// earlier one; with none, not any more.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if there is no such row, [`ErrorKind::TooLarge`].
    pub async fn react(&self, number: u64, symbol: Option<String>) -> Result<(), HandfastError> {
        let symbol = symbol.unwrap_or_default();
        self.say(Saying::React(number, symbol)).await
    }

    /// Changes what the text of ours in the row with this number says, which both keep.
    ///
    /// # Errors
    /// Those of [`Self::reply`]; [`ErrorKind::NotNow`] if it is not ours.
    pub async fn edit(&self, number: u64, text: String) -> Result<(), HandfastError> {
        let text = said(text)?;
        self.say(Saying::Edit { row: number, text }).await
    }

    /// Takes back the text in the row with this number, which both keep: it is erased on both sides.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if there is none, or it is not ours.
    pub async fn take_back(&self, number: u64) -> Result<(), HandfastError> {
        self.say(Saying::TakeBack(number)).await
    }

    /// Proposes that what both write from now on disappears so many seconds after it was seen (60 to 31,536,000),
    /// or does not; or agrees to what they proposed. What runs out leaves the list.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] without a contact that is kept, and for another time.
    pub async fn disappear(&self, after: Option<u32>) -> Result<(), HandfastError> {
        self.say(Saying::Disappear(after)).await
    }

    /// Locks a text so that only who knows every answer reads it, and sends it. Returns when it is queued, after about
    /// a second: [`strength_of`](super::strength_of) says what the answers are worth, as whoever has it can try
    /// without end.
    ///
    /// # Errors
    /// Those of [`Self::send_text`]; [`ErrorKind::BadText`] for questions or answers that cannot be used, and without
    /// any, [`ErrorKind::NotNow`] without a contact that is kept.
    pub async fn send_locked(
        &self,
        text: String,
        locks: Vec<Answered>,
    ) -> Result<(), HandfastError> {
        let text = said(text)?;
        let (questions, answers) = taken_apart(&locks)?;
        self.say(Saying::Lock {
            text,
            questions,
            answers,
        })
        .await
    }

    /// What the locked message in the row with this number says. It is kept nowhere, so it can be opened again and has
    /// to be. Takes about a second.
    ///
    /// # Errors
    /// [`ErrorKind::WrongAnswer`], [`ErrorKind::BadText`] for answers that cannot be used, [`ErrorKind::NotNow`] if
    /// there is no such row, and for a container that cannot be opened those of
    /// [`Sealing::open`](super::Sealing::open).
    pub async fn open_locked(
        &self,
        number: u64,
        answers: Vec<String>,
    ) -> Result<String, HandfastError> {
        let typed: Vec<&str> = answers.iter().map(String::as_str).collect();
        let open = SessionCommand::Open(number, Answers::new(&typed)?);
        match self.bridge.command(Command::To(self.id, open)).await? {
            Done::Opened(text) => Ok(text),
            _ => Err(ErrorKind::NotNow.into()),
        }
    }

    /// Sends the file at this path, or the folder as one archive, after those before it. How it goes is told
    /// as a row.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if it cannot be read, [`ErrorKind::NotNow`] without a conversation,
    /// [`ErrorKind::Busy`] if too much is queued.
    pub async fn send_file(&self, path: String) -> Result<(), HandfastError> {
        let path = PathBuf::from(path);
        let place = path.clone();
        let looking = self.bridge.blocking(move || Ok(ToSend::at(&place)?));
        let ToSend { name, size, .. } = looking.await?;
        self.say(Saying::File { path, name, size }).await
    }

    /// The same with a copy that was made for this alone. It is the device's from now on, which moves it to where it
    /// keeps things, and removes it once nothing comes of it any more, whatever becomes of this session and this process.
    ///
    /// # Errors
    /// Those of [`Self::send_file`]; where it cannot be moved, it stays where it was.
    pub async fn send_copy(&self, path: String) -> Result<(), HandfastError> {
        let home = self.bridge.home()?;
        let copies = home.clone();
        let taking = self.bridge.blocking(move || {
            let copy = copies.take_copy(Path::new(&path))?;
            let ToSend { name, size, .. } = ToSend::at(&copy)?;
            Ok((copy, name, size))
        });
        let (path, name, size) = taking.await?;
        let copy = path.clone();
        let said = self.say(Saying::File { path, name, size }).await;
        if said.is_err() {
            home.remove_copy(&copy);
        }
        said
    }

    /// Takes the offered file in the row with this number.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if there is none.
    pub async fn accept_file(&self, number: u64) -> Result<(), HandfastError> {
        self.say(Saying::AcceptFile(number)).await
    }

    /// Stops the file in the row with this number: declines it, or ends it. Its row becomes a failed one.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if there is none.
    pub async fn cancel_file(&self, number: u64) -> Result<(), HandfastError> {
        self.say(Saying::CancelFile(number)).await
    }

    /// The person wants to compare: that is an offer, or accepts the other side's
    /// ([`Wish::Theirs`](super::Wish::Theirs)). When both want to, [`Screen::Comparing`] follows on both
    /// sides. Within five seconds of the last comparison, and after ten of them,
    /// [`Change::Failed`](super::Change::Failed) follows instead.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] without a conversation, and while something is shown.
    pub async fn compare(&self) -> Result<(), HandfastError> {
        self.say(Saying::Compare).await
    }

    /// What the person found who saw these `digits`. [`Finding::Different`] hangs up at once, and
    /// whoever is there is not met again until they are forgotten.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if something else is shown, or nothing.
    pub async fn compared(
        &self,
        digits: Vec<String>,
        finding: Finding,
    ) -> Result<(), HandfastError> {
        let groups: Result<Vec<u16>, _> = digits.iter().map(|group| group.parse()).collect();
        let groups = groups.map_err(|_| ErrorKind::NotNow)?;
        let groups = groups.try_into().map_err(|_| ErrorKind::NotNow)?;
        self.say(Saying::Compared(groups, finding)).await
    }

    /// They have sent as much as they may, and as much again may come.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] without a conversation.
    pub async fn allow_more(&self) -> Result<(), HandfastError> {
        self.say(Saying::AllowMore).await
    }

    /// So many rows that were told ([`Change::Listed`](super::Change::Listed)) have reached the screen.
    /// Whoever does not say so is told no more than 256, and the other side is held back.
    pub fn taken(&self, rows: u32) {
        let taken = Command::To(self.id, SessionCommand::Taken(rows));
        self.bridge.begin_command(taken);
    }

    /// A person has the row with this number before their eyes, and with it what stands above it: those of the
    /// other side are not new any more.
    pub fn seen(&self, number: u64) {
        let seen = Command::To(self.id, SessionCommand::Seen(number));
        self.bridge.begin_command(seen);
    }

    /// The person says that only who they mean would ask such a question and know its answer. It is
    /// remembered as [`TrustReason::ByYourWord`](super::TrustReason::ByYourWord), and proves nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] unless the reason is
    /// [`TrustReason::TheirQuestion`](super::TrustReason::TheirQuestion).
    pub async fn only_they_would_ask(&self) -> Result<(), HandfastError> {
        self.say(Saying::OnlyThey).await
    }
}

/// Nobody says nothing.
fn said(text: String) -> Result<String, HandfastError> {
    match text.is_empty() {
        true => Err(ErrorKind::BadText.into()),
        false => Ok(text),
    }
}
