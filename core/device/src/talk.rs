//! A conversation under way: what happens becomes rows and states, and what the person says becomes
//! commands for the conversation. How far the peer is trusted is decided here, and remembered.

use super::contacts::freezing;
use super::files::Taking;
use super::history::{History, milliseconds, unkept, write};
use super::pairing::{Remembered, keeps, way};
use super::question::{Questioning, Turn};
use super::session::{Context, Parting, SessionInput, not_now};
use super::shared::Purpose;
use super::{
    CarrierCommand, CarrierEvent, Connected, Done, Event, FileState, Milestones, Output, Reached,
    Refusal, RequestId, Row, RowContent, Saying, SessionCommand, SessionEnd, TalkCommand,
    TalkEvent, Ticket, View, Wish, Write,
};
use handfast_protocol::conversation::{
    self, Direction, Ending, Finding, Limit, MAX_TEXT, Transfer, Violation,
};
use handfast_protocol::handshake::{Client, PublicKey, ShortString, Trust, TrustReason};
use handfast_protocol::link::LinkPath;
use handfast_protocol::log::Fault;
use handfast_protocol::pairing::{Failure, Now};
use handfast_protocol::reconnect;
use handfast_store::{Contact, ContactChange, Refused, StoreError};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What may wait to be said before no more is taken.
const MOST_UNSAID: u32 = 512;

/// See the module text.
pub(super) struct Talk {
    key: PublicKey,
    name: String,
    client: Option<Client>,
    /// See [`View::Talking`].
    namesake: Option<PublicKey>,
    trust: Trust,
    scans: u8,
    milestones: Milestones,
    /// Which way the link takes, as far as it is kept.
    path: Option<LinkPath>,
    is_interrupted: bool,
    wish: Wish,
    comparing: Option<ShortString>,
    reached: Option<Reached>,
    times_reached: u32,
    /// Files that are not done with, by row.
    files: BTreeMap<u64, File>,
    /// Files that were asked for here so far.
    sent: u32,
    /// Texts and files that the conversation has not taken yet.
    unsaid: u32,
    /// Somebody waits for room.
    is_full: bool,
    /// Both keep what is said.
    has_history: bool,
    is_held: bool,
    leaving: Leaving,
    /// It is said as soon as what was written is on its way to the other side.
    owes_goodbye: bool,
    /// What the two ask each other. None where this device has no randomness to give.
    questions: Option<Questioning>,
    /// How it ends here once everything is said.
    farewell: SessionEnd,
    /// A rise of trust on its way to the disk. It is shown when it is there.
    raising: Option<Ticket>,
    /// Why it is over, while that rise, or what came before, is not shown yet.
    end: Option<SessionEnd>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    No,
    /// Once the files that come in are through.
    Soon,
    /// The goodbye is under way; however it ends is what the person wanted.
    Now,
}

struct File {
    name: String,
    size: u64,
    origin: Origin,
    is_moving: bool,
    /// When it was offered, in milliseconds since 1970-01-01 UTC.
    at: u64,
}

enum Origin {
    /// With this number, from there.
    Ours(u32, PathBuf),
    Theirs(Transfer),
}

impl File {
    fn row(&self, number: u64, state: FileState) -> Row {
        let content = RowContent::File {
            name: self.name.clone(),
            size: self.size,
            files: None,
            state,
        };
        unkept(
            number,
            matches!(self.origin, Origin::Ours(..)),
            content,
            self.at,
        )
    }

    fn is(&self, transfer: Transfer) -> bool {
        match (&self.origin, transfer.direction) {
            (Origin::Ours(number, _), Direction::Outgoing) => transfer.number() == *number,
            (Origin::Theirs(theirs), Direction::Incoming) => *theirs == transfer,
            (Origin::Ours(..), Direction::Incoming) | (Origin::Theirs(_), Direction::Outgoing) => {
                false
            }
        }
    }
}

impl Talk {
    /// Begins to talk with somebody who was met.
    pub(super) fn start(context: &mut Context<'_>, met: Remembered, is_leaving: bool) -> Self {
        let hash = met.peer.channel.hash;
        let questions = met.questions;
        let questions = questions.or_else(|| Questioning::new(context, met.peer.key, hash));
        // Nobody has two logs with themselves.
        let is_another = met.peer.key != context.identity.key.public();
        let has_history = met.peer.keeps_us && is_another && keeps(context, met.peer.key);
        let mut talk = Self {
            key: met.peer.key,
            name: met.peer.name.clone(),
            client: met.peer.client.clone(),
            namesake: None,
            trust: met.trust,
            scans: met.peer.scans,
            milestones: met.milestones,
            path: met.path,
            is_interrupted: false,
            wish: Wish::Nobody,
            comparing: None,
            reached: None,
            times_reached: 0,
            files: BTreeMap::new(),
            sent: 0,
            unsaid: 0,
            is_full: false,
            has_history,
            is_held: false,
            leaving: match is_leaving {
                true => Leaving::Soon,
                false => Leaving::No,
            },
            owes_goodbye: false,
            questions,
            farewell: SessionEnd::Closed,
            raising: None,
            end: None,
        };
        let limits = (context.terms.limits).unwrap_or(context.shared.settings().limits);
        // What the person said of this contact goes before what they said of all.
        let limits = match (context.kept(met.peer.key)).and_then(|contact| contact.allowance) {
            Some(unasked) => limits.with_unasked(unasked),
            None => limits,
        };
        let files = match has_history {
            true => {
                context.listing.list_history(context.shared, talk.key);
                let taking = Taking {
                    limits,
                    trust: met.trust,
                    folder: context.terms.downloads.clone().unwrap_or_default(),
                };
                let id = context.id;
                let begin = |history: &mut History, _: &mut _| history.begin_files(id, taking);
                context.shared.with_history(talk.key, begin)
            }
            false => None,
        };
        let connected = Connected {
            link: met.link,
            trust: met.trust,
            limits,
            peer: met.peer,
            has_log: has_history,
            downloads: context.terms.downloads.clone(),
            files: files.map(Box::new),
            early: met.early,
        };
        let start = TalkCommand::Start(Box::new(connected));
        context.shared.talk(context.id, start);
        tell_away(context);
        talk.look_for_a_namesake(context);
        if has_history {
            let (id, now) = (context.id, context.now);
            context.shared.with_history(talk.key, |history, shared| {
                history.begin_exchange(shared, id, met.gives_back, now);
            });
        }
        context.show(talk.view(context));
        talk
    }

    pub(super) fn key(&self) -> PublicKey {
        self.key
    }

    /// The name that the person here gave whoever is here.
    fn given<'a>(&self, context: &'a Context<'_>) -> Option<&'a String> {
        context.kept(self.key)?.given.as_ref()
    }

    fn look_for_a_namesake(&mut self, context: &Context<'_>) {
        self.namesake = match self.given(context) {
            Some(_) => None,
            None => context.shared.namesake(self.key, &self.name),
        };
    }

    fn view(&self, context: &Context<'_>) -> View {
        let given = self.given(context);
        let questions = self.questions.as_ref().map(Questioning::view);
        View::Talking {
            key: self.key,
            name: given.unwrap_or(&self.name).clone(),
            client: self.client.clone(),
            namesake: self.namesake,
            trust: self.trust,
            scans: self.scans,
            milestones: self.milestones,
            is_interrupted: self.is_interrupted,
            wish: self.wish,
            comparing: self.comparing,
            questions: questions.unwrap_or_default(),
            reached: self.reached,
            times_reached: self.times_reached,
            is_full: self.is_full,
        }
    }

    pub(super) fn take(
        &mut self,
        context: &mut Context<'_>,
        input: SessionInput,
    ) -> Result<(), SessionEnd> {
        match input {
            SessionInput::Talk(event) => match self.happened(context, event) {
                // What the person found, and what came before, is told before that.
                Err(end) if self.is_behind(context) && self.leaving != Leaving::Now => {
                    self.end = Some(end);
                }
                happened => happened?,
            },
            // The link was not the conversation's yet when this came.
            SessionInput::Carrier(CarrierEvent::Received(message)) => {
                let received = TalkCommand::Received(message);
                context.shared.talk(context.id, received);
            }
            // The peer has begun anew, and knows nothing of the link on which the two met.
            SessionInput::Carrier(CarrierEvent::LinkOpen { .. }) => return Err(SessionEnd::Lost),
            SessionInput::LogsEnded(fault) => {
                context.carry(CarrierCommand::Cut);
                return Err(match fault {
                    Fault::Storage | Fault::Damaged => SessionEnd::Store(StoreError::Internal),
                    fault => SessionEnd::Broken(Violation::Log(fault)),
                });
            }
            SessionInput::Carrier(_) | SessionInput::Worked(_) | SessionInput::Listed => {}
            SessionInput::Command(request, command) => self.command(context, request, command)?,
            SessionInput::Away => tell_away(context),
            SessionInput::ContactChanged => self.look_for_a_namesake(context),
            SessionInput::Parts(key, why) if key == self.key => self.part(context, why),
            // Where the two are together, it is not elsewhere. Who is told why hears that first.
            SessionInput::PeerEnds(key, end)
                if key == self.key
                    && end != SessionEnd::Elsewhere
                    && self.farewell == SessionEnd::Closed =>
            {
                context.carry(CarrierCommand::Cut);
                return Err(end);
            }
            SessionInput::PeerEnds(..)
            | SessionInput::Parts(..)
            | SessionInput::Boost
            | SessionInput::Sleep
            | SessionInput::Wake
            | SessionInput::NetworkChanged { .. } => {}
            input @ (SessionInput::Reply(..)
            | SessionInput::ShownAgain(..)
            | SessionInput::Withdraw(_)) => not_now(context.shared, &input),
        }
        if self.has_history {
            let history = self.history(context);
            self.is_full &= history.is_some_and(|history| !history.has_room());
        }
        self.ask_on(context);
        self.leave_if_time(context);
        self.say_goodbye(context, true);
        self.hold_or_go_on(context);
        if self.raising.is_none() {
            context.show(self.view(context));
        }
        self.end_if_told(context)
    }

    /// Something is on its way to the disk that has to be told before the end.
    fn is_behind(&self, context: &Context<'_>) -> bool {
        let on_its_way = self.history(context).and_then(History::last_batch);
        self.raising.is_some() || on_its_way.is_some()
    }

    /// What both keep of what is said here, where they do.
    fn history<'a>(&self, context: &'a Context<'_>) -> Option<&'a History> {
        let history = context.shared.history(self.key);
        history.filter(|_| self.has_history)
    }

    /// Everything that was written before is on the disk.
    fn is_written(&self, context: &Context<'_>) -> bool {
        self.history(context).is_none_or(History::is_written)
    }

    fn end_if_told(&self, context: &Context<'_>) -> Result<(), SessionEnd> {
        match self.end {
            Some(end) if !self.is_behind(context) => Err(end),
            _ => Ok(()),
        }
    }

    fn command(
        &mut self,
        context: &mut Context<'_>,
        request: RequestId,
        command: SessionCommand,
    ) -> Result<(), SessionEnd> {
        let result = match command {
            SessionCommand::Say(Saying::Compared(digits, finding)) => {
                let shown = self.comparing.take_if(|shown| shown.digits() == digits);
                match (shown, finding) {
                    (None, _) => Err(Refusal::NotNow),
                    (Some(_), Finding::Different) => return self.differ(context),
                    (Some(shown), finding) => {
                        let judge = TalkCommand::Judge(shown, finding);
                        context.shared.talk(context.id, judge);
                        if finding == Finding::Same {
                            self.trust.raise(Trust::because(TrustReason::Compared));
                            self.remember(context);
                        }
                        Ok(Done::Ok)
                    }
                }
            }
            SessionCommand::Say(saying) => self.say(context, saying),
            command @ (SessionCommand::Ask(..)
            | SessionCommand::Answer(_)
            | SessionCommand::NoAnswer) => match &mut self.questions {
                Some(questions) if self.leaving == Leaving::No && self.end.is_none() => {
                    questions.command(context, command)
                }
                _ => Err(Refusal::NotNow),
            },
            SessionCommand::Close if self.end.is_some() => return Err(SessionEnd::Closed),
            SessionCommand::Close => {
                // Who says it twice waits for no disk.
                let waits = self.leaving != Leaving::Now;
                self.leaving = Leaving::Now;
                self.owes_goodbye = true;
                self.say_goodbye(context, waits);
                Ok(Done::Ok)
            }
            SessionCommand::Unlock(..)
            | SessionCommand::Accept(_)
            | SessionCommand::Reply(..)
            | SessionCommand::ShowAgain(..)
            | SessionCommand::OfferReply
            | SessionCommand::AcceptRestored(_)
            | SessionCommand::Here
            | SessionCommand::TryHarder
            | SessionCommand::Earlier
            | SessionCommand::Taken(_)
            | SessionCommand::Seen(_)
            | SessionCommand::Open(..)
            | SessionCommand::Withdraw => Err(Refusal::NotNow),
        };
        context.answer(request, result);
        Ok(())
    }

    fn say(&mut self, context: &mut Context<'_>, saying: Saying) -> Result<Done, Refusal> {
        if self.leaving != Leaving::No || self.end.is_some() {
            return Err(Refusal::NotNow);
        }
        let command = match saying {
            Saying::Text(_)
            | Saying::Reply { .. }
            | Saying::React(..)
            | Saying::Edit { .. }
            | Saying::TakeBack(_)
            | Saying::File { .. }
            | Saying::AcceptFile(_)
            | Saying::CancelFile(_)
            | Saying::PauseFile(_)
            | Saying::ResumeFile(_)
            | Saying::Disappear(_)
            | Saying::Locked(_)
                if self.has_history =>
            {
                let written = write(context, self.key, saying);
                self.is_full |= matches!(written, Err(Refusal::TooMuchWaits));
                return written;
            }
            Saying::Text(text) if text.len() > MAX_TEXT => return Err(Refusal::TooLong),
            Saying::Text(text) => {
                self.count_unsaid()?;
                list_text(context, true, text.clone());
                TalkCommand::Text(text)
            }
            Saying::File { path, name, size } => {
                self.count_unsaid()?;
                self.sent += 1;
                let file = File {
                    name,
                    size,
                    origin: Origin::Ours(self.sent, path.clone()),
                    is_moving: false,
                    at: milliseconds(context.now),
                };
                let number = context.shared.next_row();
                let row = file.row(number, FileState::Waiting);
                self.files.insert(number, file);
                context.list(row);
                TalkCommand::SendFile(path)
            }
            Saying::AcceptFile(number) => {
                let file = self.files.get_mut(&number).ok_or(Refusal::NotNow)?;
                let Origin::Theirs(transfer) = file.origin else {
                    return Err(Refusal::NotNow);
                };
                if std::mem::replace(&mut file.is_moving, true) {
                    return Err(Refusal::NotNow);
                }
                let row = file.row(number, FileState::Moving { done: 0 });
                context.list(row);
                TalkCommand::AcceptFile(transfer)
            }
            Saying::CancelFile(number) => {
                match &self.files.get(&number).ok_or(Refusal::NotNow)?.origin {
                    Origin::Ours(number, _) => TalkCommand::CancelOurs(*number),
                    Origin::Theirs(transfer) => TalkCommand::CancelTheirs(*transfer),
                }
            }
            // Something is on the screen that has to be judged first.
            Saying::Compare if self.comparing.is_some() => return Err(Refusal::NotNow),
            Saying::Compare => {
                if self.wish == Wish::Nobody {
                    self.wish = Wish::Ours;
                }
                TalkCommand::Compare
            }
            Saying::OnlyThey => {
                if !self.trust.take_word() {
                    return Err(Refusal::NotNow);
                }
                self.remember(context);
                TalkCommand::Trust(self.trust)
            }
            Saying::AllowMore => TalkCommand::AllowMore,
            Saying::Leave => {
                self.leaving = Leaving::Soon;
                return Ok(Done::Ok);
            }
            // It has an answer of its own, and what nobody keeps cannot be named.
            Saying::Compared(..)
            | Saying::Reply { .. }
            | Saying::React(..)
            | Saying::Edit { .. }
            | Saying::TakeBack(_)
            | Saying::PauseFile(_)
            | Saying::ResumeFile(_)
            | Saying::Disappear(_)
            | Saying::Lock { .. }
            | Saying::Locked(_) => return Err(Refusal::NotNow),
        };
        context.shared.talk(context.id, command);
        Ok(Done::Ok)
    }

    fn count_unsaid(&mut self) -> Result<(), Refusal> {
        if self.unsaid >= MOST_UNSAID {
            self.is_full = true;
            return Err(Refusal::TooMuchWaits);
        }
        self.unsaid += 1;
        Ok(())
    }

    /// Says what comes next of questions. A right answer to one that was asked here raises trust.
    fn ask_on(&mut self, context: &mut Context<'_>) {
        while let Some(questions) = &mut self.questions
            && let Some(turn) = questions.next(context)
        {
            let command = match turn {
                Turn::Say(message) => TalkCommand::Contact(reconnect::Message::Question(message)),
                Turn::Known => {
                    self.trust.raise(Trust::because(TrustReason::Answered));
                    self.remember(context);
                    TalkCommand::Trust(self.trust)
                }
            };
            context.shared.talk(context.id, command);
        }
    }

    /// The person wants nothing of the peer any more, who hears why. Nothing is written any more, or given back.
    fn part(&mut self, context: &mut Context<'_>, why: Parting) {
        let told = TalkCommand::Contact(why.message());
        context.shared.talk(context.id, told);
        self.over(context);
        self.has_history = false;
        self.farewell = why.end();
        self.leaving = Leaving::Now;
        self.owes_goodbye = true;
        self.say_goodbye(context, false);
    }

    /// The peer said something about the two of them.
    fn heard_of_contact(
        &mut self,
        context: &mut Context<'_>,
        message: reconnect::Message,
    ) -> Result<(), SessionEnd> {
        let (changes, end) = match message {
            reconnect::Message::Question(message) => {
                let Some(questions) = &mut self.questions else {
                    return Ok(());
                };
                return questions.heard(message).map_err(|violation| {
                    context.carry(CarrierCommand::Cut);
                    SessionEnd::Broken(violation)
                });
            }
            reconnect::Message::Forget => (vec![ContactChange::NotKept], SessionEnd::Forgotten),
            reconnect::Message::Disown => (freezing(context.now), SessionEnd::Frozen),
            // The conversation takes nothing else.
            _ => return Ok(()),
        };
        context.change_unattended(self.key, changes);
        Err(end)
    }

    /// The person found a difference. Whoever is in between hears no goodbye, is forgotten, and is not
    /// met again.
    fn differ(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        context.carry(CarrierCommand::Cut);
        let refused = Refused {
            key: self.key,
            name: self.name.clone(),
            since: context.now.unix,
        };
        let refuse = vec![Write::Refuse(refused)];
        let purpose = Purpose::Refusal(context.id);
        context.write_unattended(refuse, purpose);
        Err(SessionEnd::Different)
    }

    fn happened(&mut self, context: &mut Context<'_>, event: TalkEvent) -> Result<(), SessionEnd> {
        let event = match event {
            TalkEvent::Event(event) => event,
            TalkEvent::Said => {
                self.unsaid = self.unsaid.saturating_sub(1);
                // Whoever waits is not woken for every single one.
                self.is_full &= self.unsaid > MOST_UNSAID / 2;
                return Ok(());
            }
            TalkEvent::NotCompared(error) => {
                context.shared.tell(Event::NotCompared(context.id, error));
                if self.wish == Wish::Ours {
                    self.wish = Wish::Nobody;
                }
                return Ok(());
            }
            TalkEvent::Path(path) => {
                self.found_by(context, path);
                return Ok(());
            }
            TalkEvent::Gone if self.leaving == Leaving::Now => return Err(self.farewell),
            TalkEvent::Gone => return Err(Failure::Local.into()),
        };
        match event {
            conversation::Event::TextReceived(text) => {
                list_text(context, false, text);
            }
            conversation::Event::Log(message) => {
                let (id, now) = (context.id, context.now);
                context.shared.with_history(self.key, |history, shared| {
                    history.received(shared, id, message, now);
                });
            }
            conversation::Event::Contact(message) => self.heard_of_contact(context, message)?,
            event @ (conversation::Event::FileOffered { .. }
            | conversation::Event::FileProgress { .. }
            | conversation::Event::FileReceived { .. }
            | conversation::Event::FileSent { .. }
            | conversation::Event::FileFailed { .. }) => {
                self.file_happened(context, event);
            }
            conversation::Event::File(event) => {
                let (id, now) = (context.id, context.now);
                context.shared.with_history(self.key, |history, shared| {
                    history.file_happened(shared, id, event, now);
                });
            }
            conversation::Event::CompareOffered => self.wish = Wish::Theirs,
            conversation::Event::Comparing(shown) => {
                self.wish = Wish::Nobody;
                self.comparing = Some(shown);
            }
            conversation::Event::Limited(limit) => {
                self.times_reached += 1;
                self.reached = Some(match limit {
                    Limit::Entries => Reached::Messages,
                    Limit::Bytes => Reached::Text,
                    Limit::OpenOffers => Reached::Files,
                });
            }
            conversation::Event::Released => self.reached = None,
            conversation::Event::Interrupted => self.is_interrupted = true,
            conversation::Event::Resumed => self.is_interrupted = false,
            conversation::Event::Ended(ending) => return Err(self.ended(ending)),
        }
        Ok(())
    }

    fn file_happened(&mut self, context: &mut Context<'_>, event: conversation::Event) {
        match event {
            conversation::Event::FileOffered {
                transfer,
                name,
                size,
                asks,
            } => {
                // One more was not declined.
                self.reached = None;
                let file = File {
                    name,
                    size,
                    origin: Origin::Theirs(transfer),
                    is_moving: !asks,
                    at: milliseconds(context.now),
                };
                let number = context.shared.next_row();
                let row = file.row(
                    number,
                    match asks {
                        true => FileState::Offered,
                        false => FileState::Moving { done: 0 },
                    },
                );
                self.files.insert(number, file);
                context.list(row);
            }
            conversation::Event::FileProgress { transfer, done, .. } => {
                self.file_is(context, transfer, FileState::Moving { done });
            }
            conversation::Event::FileReceived {
                transfer,
                path,
                hash,
                took,
                ..
            } => {
                let done = FileState::Done {
                    path: Some(path),
                    hash: hash.to_vec(),
                    took,
                };
                self.file_is(context, transfer, done);
            }
            conversation::Event::FileSent {
                transfer,
                hash,
                took,
                ..
            } => {
                let done = FileState::Done {
                    path: None,
                    hash: hash.to_vec(),
                    took,
                };
                self.file_is(context, transfer, done);
            }
            conversation::Event::FileFailed {
                transfer,
                reason: error,
                by_peer,
            } => self.file_is(context, transfer, FileState::Failed { error, by_peer }),
            // Nothing else is about a file that nobody keeps.
            _ => {}
        }
    }

    /// The contact is looked for there another time.
    fn found_by(&mut self, context: &mut Context<'_>, path: LinkPath) {
        if self.path.replace(path) != Some(path) {
            let writes = vec![Write::Way(self.key, way(path, context))];
            context.write_unattended(writes, Purpose::Nothing);
        }
    }

    fn ended(&self, ending: Ending) -> SessionEnd {
        match ending {
            _ if self.leaving == Leaving::Now => self.farewell,
            Ending::Left => SessionEnd::Closed,
            Ending::PeerLeft => SessionEnd::PeerLeft,
            Ending::Lost(_) => SessionEnd::Lost,
            Ending::Different => SessionEnd::Different,
            Ending::Broken(violation) => SessionEnd::Broken(violation),
        }
    }

    /// This file is that far.
    fn file_is(&mut self, context: &mut Context<'_>, transfer: Transfer, state: FileState) {
        let found = self.files.iter_mut().find(|(_, file)| file.is(transfer));
        let Some((&number, file)) = found else {
            return;
        };
        let is_over = state.is_over();
        file.is_moving = !is_over;
        let row = file.row(number, state);
        if is_over {
            let file = self.files.remove(&number);
            done_with(context, file);
        }
        context.list(row);
    }

    /// The link is over.
    pub(super) fn over(&mut self, context: &mut Context<'_>) {
        let id = context.id;
        done_with(context, std::mem::take(&mut self.files).into_values());
        context
            .shared
            .with_history(self.key, |history, shared| history.end_exchange(shared, id));
    }

    /// The person leaves as soon as everything is through.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving == Leaving::Soon
    }

    /// Says goodbye at once, or behind what is on its way to the disk.
    fn say_goodbye(&mut self, context: &mut Context<'_>, waits: bool) {
        if self.owes_goodbye && (!waits || self.is_written(context)) {
            self.owes_goodbye = false;
            context.shared.talk(context.id, TalkCommand::LeaveNow);
        }
    }

    fn leave_if_time(&mut self, context: &mut Context<'_>) {
        if self.leaving != Leaving::Soon {
            return;
        }
        let comes_in = |file: &File| file.is_moving && matches!(file.origin, Origin::Theirs(_));
        let history = self.history(context);
        let is_delivered = history.is_none_or(|history| {
            history.is_delivered(context.id) && !history.has_files_under_way(context.id)
        });
        if is_delivered && !self.files.values().any(comes_in) {
            self.leaving = Leaving::Now;
            context.shared.talk(context.id, TalkCommand::Leave);
        }
    }

    /// Holds the peer back while the screen has enough to show. Who leaves shows no more.
    fn hold_or_go_on(&mut self, context: &mut Context<'_>) {
        // What is kept may wait for a while.
        let is_full = match self.has_history {
            true => context.listing.is_behind(),
            false => !context.listing.has_room(),
        };
        let holds = is_full && self.leaving == Leaving::No;
        if holds != std::mem::replace(&mut self.is_held, holds) {
            let command = match holds {
                true => TalkCommand::Hold,
                false => TalkCommand::GoOn,
            };
            context.shared.talk(context.id, command);
        }
    }

    /// Remembers how far the peer is trusted now.
    fn remember(&mut self, context: &mut Context<'_>) {
        let trust = self.trust;
        context
            .shared
            .with_history(self.key, |history, _| history.trust(trust));
        let met = self.contact(context.now);
        self.raising = Some(context.write(vec![Write::Meet(Box::new(met))]));
    }

    fn contact(&self, now: Now) -> Contact {
        Contact::met(self.key, self.name.clone(), self.trust, now.unix)
    }

    pub(super) fn stored(
        &mut self,
        context: &mut Context<'_>,
        ticket: Ticket,
        result: Result<(), StoreError>,
    ) -> Result<(), SessionEnd> {
        let questions = self.questions.as_mut();
        if let Some(counted) = questions.and_then(|it| it.stored(context, ticket, result)) {
            if let Err(error) = counted {
                context.carry(CarrierCommand::Cut);
                return Err(SessionEnd::Store(error));
            }
            self.ask_on(context);
            if self.raising.is_none() {
                context.show(self.view(context));
            }
            return Ok(());
        }
        if self.raising.take_if(|awaited| *awaited == ticket).is_none() {
            return Ok(());
        }
        if let Err(error) = result {
            // A store that fails forgets a comparison, and ends no conversation.
            context.shared.tell(Event::NotRemembered(context.id, error));
        }
        context.show(self.view(context));
        self.end_if_told(context)
    }
}

/// These do not go to anybody any more.
fn done_with(context: &mut Context<'_>, files: impl IntoIterator<Item = File>) {
    for file in files {
        if let Origin::Ours(_, path) = file.origin {
            context.shared.put(Output::NotNeeded(path));
        }
    }
}

/// Lists a text that nobody keeps.
fn list_text(context: &mut Context<'_>, ours: bool, text: String) {
    let number = context.shared.next_row();
    let at = milliseconds(context.now);
    context.list(unkept(number, ours, RowContent::Text(text), at));
}

/// Tells the conversation whether somebody looks at it.
fn tell_away(context: &mut Context<'_>) {
    let is_away = context.terms.yields || context.shared.is_away();
    context.shared.talk(context.id, TalkCommand::Away(is_away));
}
