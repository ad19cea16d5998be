//! The device that a command works with, and the one session of it that the command follows.
//!
//! A command begins something, draws what it is told of it, and translates what is typed. The device
//! decides everything else.

use crate::home::Place;
use crate::interrupt::Interrupt;
use crate::output::{Event, Output};
use crate::sealed_files;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::conversation::CompareError;
use handfast_native::device::{
    self, AcceptTerms, Asking, Command, Done, Named, NotNamed, Pending, PendingId, Refusal, Role,
    Row, Saying, SessionCommand, SessionEnd, SessionId, Settings, Tag, View,
};
use handfast_native::handshake::visible;
use handfast_native::network::NetworkReport;
use handfast_native::pairing::Failure;
use handfast_native::store::StoreError;
use handfast_native::{DeviceHandle, GOODBYE, Listener, Options, Overview};
use std::sync::Arc;
use tokio::time::timeout;

/// Rows that are shown before the device hears of it. It holds the peer back at four times as many.
const ROWS: u32 = 64;

/// A device at work in a place.
pub(crate) struct Device {
    place: Place,
    handle: DeviceHandle,
    listener: Listener,
}

impl Device {
    /// Sets the device of this place to work.
    ///
    /// # Errors
    /// What hinders the place.
    pub(crate) async fn start(place: Place) -> Result<Self, Stop> {
        let settings = Settings {
            name: visible(&std::env::var("USER").unwrap_or_default()),
            ..Settings::default()
        };
        Self::start_with(place, settings).await
    }

    async fn start_with(place: Place, settings: Settings) -> Result<Self, Stop> {
        let options = Options {
            settings,
            // Each session names its own.
            ..Options::new(std::env::temp_dir())
        };
        let (handle, listener) = place.device(options).await?;
        Ok(Self {
            place,
            handle,
            listener,
        })
    }

    /// One that keeps nothing, and may ask these how it is seen from outside.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub(crate) async fn asking(asking: Asking) -> Result<Self, Stop> {
        let settings = Settings {
            asking,
            ..Settings::default()
        };
        Self::start_with(Place::Nowhere, settings).await
    }

    /// It has ended without being told to by this command, as it does where it was at work in another
    /// process.
    pub(crate) fn is_gone(&self) -> bool {
        self.handle.end().is_some()
    }

    /// Sets the device of the same place to work again.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) async fn start_again(&mut self) -> Result<(), Stop> {
        *self = Self::start(self.place.clone()).await?;
        Ok(())
    }

    /// What this network lets through. May be dropped half-way.
    ///
    /// # Errors
    /// When the device does not find out.
    pub(crate) async fn survey(&mut self) -> Result<NetworkReport, Stop> {
        self.command(Command::Survey).await?;
        while let Some(event) = self.listener.next().await {
            if let device::Event::NetworkReport(survey) = event {
                return Ok(*survey);
            }
        }
        Err(Failure::Local.into())
    }

    /// How everything stands.
    pub(crate) fn overview(&self) -> Arc<Overview> {
        self.handle.overview().borrow().clone()
    }

    /// Has this done.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn command(&self, command: Command) -> Result<Done, Stop> {
        let done = self.handle.command(command).await;
        done.map_err(|refusal| self.refused(refusal))
    }

    /// Begins a session, and follows it. What it waits with is taken up on these terms if the device has
    /// to be started again.
    ///
    /// # Errors
    /// Why it cannot begin, and the device.
    pub(crate) async fn begin(
        self,
        command: Command,
        again: AcceptTerms,
    ) -> Result<Session, (Self, Stop)> {
        match self.command(command).await {
            Ok(Done::Session(id) | Done::GoesOn(id)) => Ok(Session {
                device: self,
                id,
                again,
                waits: None,
                untaken: 0,
            }),
            Ok(Done::Ok) => Err((self, Failure::Local.into())),
            Err(stop) => Err((self, stop)),
        }
    }

    /// Goes on with what waits in this role: with the one that is called so, or with the only one.
    ///
    /// # Errors
    /// When there is none such, or several, or it is over; and the device.
    pub(crate) async fn resume(
        self,
        role: Role,
        typed: Option<&str>,
        terms: AcceptTerms,
    ) -> Result<Session, (Self, Stop)> {
        let meant = self.overview().to_resume(role, typed);
        match meant {
            Ok(id) => {
                let resume = Command::Resume(id, Box::new(terms.clone()));
                self.begin(resume, terms).await
            }
            Err(error) => {
                let stop = self.place.not_named(&error);
                Err((self, stop))
            }
        }
    }

    /// What is meant by a tag, or by the beginning of one.
    ///
    /// # Errors
    /// When there is none such, or several.
    pub(crate) fn named(&self, typed: &str) -> Result<Named, Stop> {
        let found = self.overview().named(typed).copied();
        found.map_err(|error| self.place.not_named(&error))
    }

    /// The device did not do what it was told.
    fn refused(&self, refusal: Refusal) -> Stop {
        match refusal {
            Refusal::Store(error) => self.place.refused(error),
            Refusal::Seal(error) => sealed_files::refused(error),
            Refusal::NoInvitation => Stop::bad_input(strings::sealed()),
            Refusal::Reply(error) => Stop::bad_input(words::reply_refused(error)),
            Refusal::UnderWay(_) | Refusal::Busy(_) => self.place.not_named(&NotNamed::UnderWay),
            _ => Failure::Local.into(),
        }
    }

    /// Ends the work; nothing is left behind. Where other processes talk through this one, it stays until
    /// they are done, or the person ends that too.
    pub(crate) async fn end(self, output: &mut Output, interrupt: &mut Interrupt) {
        let mut others = self.handle.others();
        if *others.borrow_and_update() > 0 && !interrupt.is_pressed() {
            output.note(strings::others_talk());
            tokio::select! {
                _ = others.wait_for(|count| *count == 0) => {}
                () = interrupt.pressed() => {}
            }
        }
        self.handle.shutdown().await;
    }
}

/// What is told of a session.
pub(crate) enum News {
    View(View),
    Row(Row),
    /// The wish to compare came to nothing.
    NotCompared(CompareError),
    /// Something about the peer is forgotten after a restart.
    NotRemembered,
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
    again: AcceptTerms,
    /// What it waits with, once that is kept, and what people call it.
    waits: Option<(PendingId, Tag)>,
    /// Rows that were shown, and that the device has not heard of.
    untaken: u32,
}

impl Session {
    /// What is told next. May be dropped half-way.
    pub(crate) async fn next(&mut self) -> News {
        loop {
            return match self.device.listener.next().await {
                None => News::Gone,
                Some(device::Event::View(id, view)) if id == self.id => News::View(*view),
                Some(device::Event::Row(id, row)) if id == self.id => News::Row(row),
                Some(device::Event::NotCompared(id, error)) if id == self.id => {
                    News::NotCompared(error)
                }
                Some(device::Event::NotRemembered(id, _)) if id == self.id => News::NotRemembered,
                Some(_) => continue,
            };
        }
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
        match self.device.command(command).await? {
            Done::Session(id) | Done::GoesOn(id) => self.id = id,
            Done::Ok => return Err(Failure::Local.into()),
        }
        Ok(())
    }

    /// The device has ended without being told to by this command.
    pub(crate) fn is_gone(&self) -> bool {
        self.device.is_gone()
    }

    /// Closes it on the person's wish, with a goodbye to whoever is there.
    pub(crate) async fn close(&mut self, output: &mut Output) -> Stop {
        let _ = self.orders().give(SessionCommand::Close).await;
        let ended = async {
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

    /// Ends the work, as [`Device::end`].
    pub(crate) async fn end(self, output: &mut Output, interrupt: &mut Interrupt) {
        self.device.end(output, interrupt).await;
    }
}

/// The connection is gone.
pub(crate) fn lost() -> Stop {
    Stop::new(Status::NotReached, "lost", strings::lost())
}
