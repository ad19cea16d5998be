//! The device that a command works with, and the one [`Session`] of it that the command follows.
//!
//! A command begins something, draws what it is told of it, and translates what is typed. The device
//! decides everything else.

mod session;

pub(crate) use session::{News, Session, Staying, lost};

use crate::home::Place;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::sealed_files;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::device::{
    AcceptTerms, Asking, Command, Done, Event, Named, NotNamed, Refusal, Role, SessionId, Settings,
};
use handfast_native::handshake::visible;
use handfast_native::network::NetworkReport;
use handfast_native::pairing::Failure;
use handfast_native::{DeviceHandle, Listener, Options, Overview};
use std::sync::Arc;

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
            if let Event::NetworkReport(survey) = event {
                return Ok(*survey);
            }
        }
        Err(Failure::Local.into())
    }

    /// What happens next in any session of this command. May be dropped half-way.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        self.listener.next().await
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
        let done = self.order(command).await;
        done.map_err(|refusal| self.refused(refusal))
    }

    /// The same, for whoever says in their own words why it was not.
    ///
    /// # Errors
    /// As the device says it.
    pub(crate) async fn order(&self, command: Command) -> Result<Done, Refusal> {
        self.handle.command(command).await
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
        match self.session(command).await {
            Ok(id) => Ok(Session::new(self, id, again)),
            Err(stop) => Err((self, stop)),
        }
    }

    /// Begins a session, or finds the one that does what is wanted.
    ///
    /// # Errors
    /// Why there is none.
    async fn session(&self, command: Command) -> Result<SessionId, Stop> {
        let done = self.command(command).await?;
        done.session().ok_or_else(|| Failure::Local.into())
    }

    /// Follows a session that has begun.
    pub(crate) fn follow(self, id: SessionId, again: AcceptTerms) -> Session {
        Session::new(self, id, again)
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
    pub(crate) fn refused(&self, refusal: Refusal) -> Stop {
        match refusal {
            Refusal::Store(error) => self.place.refused(error),
            Refusal::Seal(error) => sealed_files::refused(error),
            Refusal::NoInvitation => Stop::bad_input(strings::sealed()),
            Refusal::Reply(error) => Stop::bad_input(words::reply_refused(error)),
            Refusal::Blocked => Stop::new(Status::Failed, "blocked", strings::blocked()),
            Refusal::Bundle(error) => Stop::bad_input(words::bundle_refused(error)),
            Refusal::BundleMissing => Stop::bad_input(strings::bundle_missing()),
            Refusal::Hindered(hindrance) => {
                Stop::new(Status::Failed, "hindered", words::hindered(hindrance))
            }
            Refusal::Here(error) => Stop::bad_input(words::here_refused(error)),
            Refusal::SpentHere => Stop::bad_input(strings::here_spent()),
            Refusal::NotYet => Stop::new(Status::Failed, "not_yet", strings::not_yet()),
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
