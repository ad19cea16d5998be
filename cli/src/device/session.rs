//! One session, as a command follows it from its beginning to its end.

use super::Device;
use crate::interrupt::Interrupt;
use crate::output::{Event, Output};
use crate::sealed_files;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::conversation::CompareError;
use handfast_native::device::{
    self, AcceptTerms, Command, ContactEdit, Done, Pending, PendingId, Refusal, Row, Saying,
    SessionCommand, SessionEnd, SessionId, SessionTerms, Tag, View,
};
use handfast_native::handshake::PublicKey;
use handfast_native::net::boxed;
use handfast_native::pairing::Failure;
use handfast_native::store::StoreError;
use handfast_native::{DeviceHandle, GOODBYE, Overview};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::time::timeout;

/// Rows that are shown before the device hears of it. It holds the peer back at four times as many.
const ROWS: u32 = 64;

/// A contact with whom a conversation stays open, and how.
pub(crate) type Staying = (PublicKey, SessionTerms);

/// What is told of a session.
pub(crate) enum News {
    View(View),
    Row(Row),
    /// The wish to compare came to nothing.
    NotCompared(CompareError),
    /// Something about the peer is forgotten after a restart.
    NotRemembered,
    /// This was written here and could not be kept, so it is not said.
    NotWritten(String, StoreError),
    /// Another device writes as this person.
    OtherDevice,
    /// What was begun beside looks like this now.
    Beside(View),
    /// This row has to leave the screen.
    RowGone(u64),
    /// Who was met, how it stands with them, or what waits, is another list now.
    Others,
    /// What was followed before has ended, and stays open ([`Session::stay`]).
    Left(SessionId),
    /// The device has ended without being told to by this command.
    Gone,
}

/// Has things done in one session.
pub(crate) struct Orders {
    handle: DeviceHandle,
    id: SessionId,
}

impl Orders {
    /// Has this done.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn give(&self, command: SessionCommand) -> Result<Done, Refusal> {
        self.handle.command(Command::To(self.id, command)).await
    }

    /// Has something done that is about no session.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn order(&self, command: Command) -> Result<Done, Refusal> {
        self.handle.command(command).await
    }

    /// The device has ended.
    pub(crate) fn are_for_nobody(&self) -> bool {
        self.handle.end().is_some()
    }

    /// The person is here.
    pub(crate) async fn boost(&self) {
        // A device that has ended needs to know nothing.
        let _ = self.handle.command(Command::Boost).await;
    }
}

/// One session, as a command follows it.
pub(crate) struct Session {
    device: Device,
    id: SessionId,
    /// Another one, which was begun meanwhile and is not followed yet.
    beside: Option<SessionId>,
    /// Those that are open as well, with people at whom nobody looks now.
    open: BTreeSet<SessionId>,
    /// Those that end here and go on as such, with whom and how.
    leaving: BTreeMap<SessionId, Staying>,
    again: AcceptTerms,
    /// What it waits with, once that is kept, and what people call it.
    waits: Option<(PendingId, Tag)>,
    /// Rows that were shown, and that the device has not heard of.
    untaken: u32,
}

impl Session {
    pub(super) fn new(device: Device, id: SessionId, again: AcceptTerms) -> Self {
        Self {
            device,
            id,
            beside: None,
            open: BTreeSet::new(),
            leaving: BTreeMap::new(),
            again,
            waits: None,
            untaken: 0,
        }
    }

    /// What is told next. May be dropped half-way.
    pub(crate) async fn next(&mut self) -> News {
        loop {
            return match self.device.listener.next().await {
                None => News::Gone,
                Some(device::Event::View(id, view)) if id == self.id => News::View(*view),
                Some(device::Event::View(id, view)) if Some(id) == self.beside => {
                    News::Beside(*view)
                }
                Some(device::Event::Row(id, row)) if id == self.id => News::Row(row),
                Some(device::Event::View(id, view)) if self.leaving.contains_key(&id) => {
                    match *view {
                        View::Ended(_) => News::Left(id),
                        _ => continue,
                    }
                }
                Some(device::Event::View(id, view)) if self.open.contains(&id) => {
                    if let View::Ended(_) = *view {
                        self.open.remove(&id);
                    }
                    News::Others
                }
                Some(device::Event::Row(id, _)) if self.open.contains(&id) => {
                    // It is unread, and on no screen. Nothing here waits for the device to hear that.
                    let handle = self.device.handle.clone();
                    let taken = Command::To(id, SessionCommand::Taken(1));
                    tokio::spawn(boxed(async move { handle.command(taken).await }));
                    continue;
                }
                Some(device::Event::NotCompared(id, error)) if id == self.id => {
                    News::NotCompared(error)
                }
                Some(device::Event::NotRemembered(id, _)) if id == self.id => News::NotRemembered,
                Some(device::Event::NotWritten(id, text, error)) if id == self.id => {
                    News::NotWritten(text, error)
                }
                Some(device::Event::OtherDevice(_)) => News::OtherDevice,
                Some(device::Event::RowGone(id, number)) if id == self.id => News::RowGone(number),
                Some(device::Event::ContactsChanged | device::Event::PendingChanged) => {
                    News::Others
                }
                Some(_) => continue,
            };
        }
    }

    /// Something about whoever is talked to, or looked for, is otherwise from now on. Whether it was taken.
    pub(crate) async fn change(&self, key: PublicKey, edit: ContactEdit) -> bool {
        let change = Command::Change(key, edit);
        self.device.command(change).await.is_ok()
    }

    /// How the device stands.
    pub(crate) fn overview(&self) -> Arc<Overview> {
        self.device.overview()
    }

    /// What it waits with, as a list says it.
    pub(crate) fn pending(&self) -> Option<Pending> {
        self.overview().pending_of(self.id).cloned()
    }

    /// A way to have something done in this session beside everything else.
    pub(crate) fn orders(&self) -> Orders {
        Orders {
            handle: self.device.handle.clone(),
            id: self.id,
        }
    }

    /// Has something done in this session.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn command(&self, command: SessionCommand) -> Result<(), Stop> {
        let done = self.orders().give(command).await;
        done.map(drop)
            .map_err(|refusal| self.device.refused(refusal))
    }

    /// Has something done that is about no session.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn order(&self, command: Command) -> Result<Done, Stop> {
        self.device.command(command).await
    }

    /// Has something done in its conversation.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn say(&self, saying: Saying) -> Result<(), Refusal> {
        self.orders()
            .give(SessionCommand::Say(saying))
            .await
            .map(drop)
    }

    /// A row has reached the screen.
    pub(crate) async fn shown(&mut self) {
        self.untaken += 1;
        if self.untaken >= ROWS {
            let taken = SessionCommand::Taken(std::mem::take(&mut self.untaken));
            // One that is over needs to know nothing.
            let _ = self.orders().give(taken).await;
        }
    }

    /// A person has this row before their eyes.
    pub(crate) async fn seen(&self, row: u64) {
        // One that is over is read already.
        let _ = self.orders().give(SessionCommand::Seen(row)).await;
    }

    /// The two have met, so nothing waits for them any more.
    pub(crate) fn meets(&mut self) {
        self.waits = None;
    }

    /// Says under which name it is kept, as soon as it has one.
    pub(crate) fn tell_name(&mut self, output: &mut Output) {
        if self.waits.is_some() {
            return;
        }
        let overview = self.overview();
        let pending = overview.pending_of(self.id).map(|pending| pending.id);
        let named = pending.and_then(|id| Some((id, overview.tag(id)?)));
        if let Some((_, tag)) = named {
            output.tell(Event::Kept {
                id: tag.to_string(),
            });
            self.waits = named;
        }
    }

    /// The device has ended, as it does when another process was at work with it. Opens the home again,
    /// and goes on there with what waits.
    ///
    /// # Errors
    /// When nothing waits, or the home does not open.
    pub(crate) async fn take_over(&mut self) -> Result<(), Stop> {
        let Some((pending, _)) = self.waits else {
            return Err(lost());
        };
        let resume = Command::Resume(pending, Box::new(self.again.clone()));
        self.begin_again(resume).await
    }

    /// The same before anything waits: begins anew.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub(crate) async fn begin_again(&mut self, command: Command) -> Result<(), Stop> {
        self.device.start_again().await?;
        self.id = self.device.session(command).await?;
        Ok(())
    }

    /// Begins another session beside this one.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub(crate) async fn begin_beside(&mut self, command: Command) -> Result<(), Stop> {
        self.beside = Some(self.device.session(command).await?);
        Ok(())
    }

    /// Takes back what was begun beside. Whether there was anything.
    pub(crate) async fn end_beside(&mut self) -> bool {
        let Some(id) = self.beside.take() else {
            return false;
        };
        let withdraw = Command::To(id, SessionCommand::Withdraw);
        // One that is over is taken back already.
        let _ = self.device.command(withdraw).await;
        true
    }

    /// Follows what was begun beside from now on. This one is closed, with a goodbye, and stays open with whom it can.
    pub(crate) async fn turn_beside(&mut self, stays: Option<Staying>) {
        if let Some(id) = self.beside.take() {
            self.follow(id, stays).await;
        }
    }

    async fn follow(&mut self, id: SessionId, stays: Option<Staying>) {
        let before = self.orders();
        self.leaving.extend(stays.map(|stays| (self.id, stays)));
        (self.id, self.untaken) = (id, 0);
        // One that is over needs no goodbye.
        let _ = before.give(SessionCommand::Close).await;
    }

    /// What was followed before goes on, though nobody looks at it.
    pub(crate) async fn stay(&mut self, left: SessionId) {
        let Some((key, terms)) = self.leaving.remove(&left) else {
            return;
        };
        let seek = Command::Seek(key, Box::new(terms));
        // Whoever is talked to again by now needs nothing else.
        if let Ok(id) = self.device.session(seek).await {
            self.open.insert(id);
        }
    }

    /// Begins another session and follows that from now on. The one before is closed, with a goodbye, and stays open
    /// with whom it can.
    ///
    /// # Errors
    /// Why it cannot begin. Nothing has changed then.
    pub(crate) async fn turn(
        &mut self,
        command: Command,
        stays: Option<Staying>,
    ) -> Result<(), Stop> {
        let id = self.device.session(command).await?;
        self.follow(id, stays).await;
        Ok(())
    }

    /// The device has ended without being told to by this command.
    pub(crate) fn is_gone(&self) -> bool {
        self.device.is_gone()
    }

    /// Closes it on the person's wish, with a goodbye to whoever is there.
    pub(crate) async fn close(&mut self, output: &mut Output) -> Stop {
        let orders = self.orders();
        let ended = async {
            let _ = orders.give(SessionCommand::Close).await;
            loop {
                match self.next().await {
                    News::View(View::Ended(_)) | News::Gone => return,
                    _ => {}
                }
            }
        };
        let _ = timeout(GOODBYE, ended).await;
        self.tell_what_waits(SessionEnd::Closed, output);
        Stop::cancelled()
    }

    /// Takes back what has not been told to be kept, because nobody has seen it.
    pub(crate) async fn take_back_unseen(&self) {
        if self.waits.is_none()
            && let Some(pending) = self.overview().pending_of(self.id)
        {
            let _ = self.device.command(Command::Withdraw(pending.id)).await;
        }
    }

    /// It is over before the two have met. Says how to go on with what still waits.
    pub(crate) fn ended(&self, end: SessionEnd, output: &mut Output) -> Stop {
        self.tell_what_waits(end, output);
        self.stop(end)
    }

    fn tell_what_waits(&self, end: SessionEnd, output: &mut Output) {
        if let Some((pending, tag)) = self.waits
            && end.ends(pending.role).is_none()
            && let Some(hint) = words::still_waits(tag, pending.role, end)
        {
            output.note(hint);
        }
    }

    /// Why a command does not come to its end that is over like this.
    pub(crate) fn stop(&self, end: SessionEnd) -> Stop {
        match end {
            SessionEnd::Closed => Stop::cancelled(),
            SessionEnd::Withdrawn => {
                let revoked = StoreError::Over(device::EndReason::Revoked);
                self.device.place.refused(revoked)
            }
            SessionEnd::Failed(failure) => failure.into(),
            SessionEnd::Moved => Stop::new(Status::NotReached, "moved", strings::over_moved()),
            SessionEnd::Seal(error) => sealed_files::refused(error),
            SessionEnd::Refused => Stop::new(Status::Insecure, "refused", strings::refused()),
            SessionEnd::Blocked => Stop::new(Status::Failed, "blocked", strings::ended_blocked()),
            SessionEnd::Frozen => Stop::new(Status::Insecure, "frozen", strings::ended_frozen()),
            SessionEnd::Forgotten => {
                Stop::new(Status::Failed, "forgotten", strings::ended_forgotten())
            }
            SessionEnd::Elsewhere => {
                Stop::new(Status::Failed, "elsewhere", strings::ended_elsewhere())
            }
            SessionEnd::Different => Stop::new(Status::Insecure, "different", strings::different()),
            // Both sides say goodbye in their own way.
            SessionEnd::PeerLeft => Failure::WentAway.into(),
            SessionEnd::Lost => lost(),
            SessionEnd::Broken(violation) => {
                Stop::new(Status::Insecure, "broken", words::broken(violation))
            }
            SessionEnd::Store(error) => self.device.place.refused(error),
            _ => Failure::Local.into(),
        }
    }

    /// What hinders the store, and what to do.
    pub(crate) fn not_kept(&self, error: StoreError) -> String {
        self.device.place.refused(error).sentence
    }

    /// Ends the work, as [`Device::end`].
    pub(crate) async fn end(self, output: &mut Output, interrupt: &mut Interrupt) {
        self.device.end(output, interrupt).await;
    }
}

/// The connection is gone.
pub(crate) fn lost() -> Stop {
    Stop::new(Status::NotReached, "lost", strings::lost())
}
