//! A device in the hands of a test, and the person that it belongs to.

#![allow(dead_code)] // not every test does everything

pub(crate) mod person;

use handfast_native::device::{
    AcceptTerms, Command, Done, Event, PendingId, Provenance, Row, RowContent, Saying,
    SessionCommand, SessionEnd, SessionId, View,
};
use handfast_native::handshake::Trust;
use handfast_native::pairing::Failure;
use handfast_native::token::{Invitation, SealedReply};
use handfast_native::{DeviceHandle, Listener};
use std::time::Duration;
use tokio::time::timeout;

/// It takes a fraction of a second; this leaves a busy machine its time.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(60);

/// The other side, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) name: String,
    pub(crate) trust: Trust,
    pub(crate) scans: u8,
}

/// What one process has of a device.
pub(crate) struct Shell {
    pub(crate) device: DeviceHandle,
    pub(crate) listener: Listener,
}

impl Shell {
    pub(crate) async fn tell(&self, command: Command) -> Done {
        self.device.command(command).await.unwrap()
    }

    pub(crate) async fn begin(&self, command: Command) -> SessionId {
        match self.tell(command).await {
            Done::Session(id) => id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn to(&self, id: SessionId, command: SessionCommand) {
        assert_eq!(self.tell(Command::To(id, command)).await, Done::Ok);
    }

    pub(crate) async fn accepts(&self, invitation: &Invitation, terms: AcceptTerms) -> SessionId {
        let open = Command::Open(Box::new(invitation.clone()), Provenance::Camera);
        let id = self.begin(open).await;
        self.to(id, SessionCommand::Accept(Box::new(terms))).await;
        id
    }

    /// Accepts on the usual terms.
    pub(crate) async fn joins(&self, invitation: &Invitation) -> SessionId {
        self.accepts(invitation, AcceptTerms::default()).await
    }

    pub(crate) async fn talks(&self, id: SessionId) {
        self.sees(id, |view| {
            matches!(view, View::Talking { .. }).then_some(())
        })
        .await;
    }

    /// Whom this session has met, once it has.
    pub(crate) async fn meets(&self, id: SessionId) -> Met {
        self.sees(id, |view| match view {
            View::Talking {
                name, trust, scans, ..
            } => Some(Met {
                name: name.clone(),
                trust: *trust,
                scans: *scans,
            }),
            _ => None,
        })
        .await
    }

    pub(crate) async fn needs_reply(&self, id: SessionId) -> SealedReply {
        self.sees(id, |view| match view {
            View::ReplyNeeded { reply, .. } => Some(reply.clone()),
            _ => None,
        })
        .await
    }

    /// What is on the screen of this session once it is what is looked for.
    pub(crate) async fn sees<T>(&self, id: SessionId, look: impl Fn(&View) -> Option<T>) -> T {
        let mut overview = self.device.overview();
        let seen = async {
            loop {
                let seen = overview
                    .borrow_and_update()
                    .sessions
                    .get(&id)
                    .and_then(&look);
                match seen {
                    Some(seen) => return seen,
                    None => overview.changed().await.unwrap(),
                }
            }
        };
        timeout(AT_ONCE, seen).await.unwrap()
    }

    /// What happens once it is what is waited for.
    pub(crate) async fn hears<T>(&mut self, look: impl Fn(&Event) -> Option<T>) -> T {
        let heard = async {
            loop {
                let event = self.listener.next().await.unwrap();
                if let Some(heard) = look(&event) {
                    return heard;
                }
            }
        };
        timeout(AT_ONCE, heard).await.unwrap()
    }

    pub(crate) async fn reads(&mut self, expected: &str) {
        self.hears(|event| match event {
            Event::Row(
                _,
                Row {
                    ours: false,
                    content: RowContent::Text(text),
                    ..
                },
            ) if text == expected => Some(()),
            _ => None,
        })
        .await;
    }

    pub(crate) async fn ends(&mut self, session: SessionId) -> SessionEnd {
        self.hears(|event| match event {
            Event::View(id, view) if *id == session => match **view {
                View::Ended(end) => Some(end),
                _ => None,
            },
            _ => None,
        })
        .await
    }

    /// Why the two did not come together.
    pub(crate) async fn fails(&mut self, session: SessionId) -> Failure {
        match self.ends(session).await {
            SessionEnd::Failed(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    /// Why the two will not come together by this invitation: nothing waits any more.
    pub(crate) async fn fails_for_good(&mut self, session: SessionId) -> Failure {
        let failure = self.fails(session).await;
        let mut overview = self.device.overview();
        let gone = overview.wait_for(|overview| overview.pending.is_empty());
        timeout(AT_ONCE, gone).await.unwrap().unwrap();
        failure
    }

    pub(crate) fn pending(&self) -> Vec<(PendingId, Option<SessionId>)> {
        let overview = self.device.overview();
        let pending = overview.borrow().pending.clone();
        pending.iter().map(|(one, by)| (one.id, *by)).collect()
    }

    pub(crate) async fn say(&self, id: SessionId, saying: Saying) {
        self.to(id, SessionCommand::Say(saying)).await;
    }

    pub(crate) async fn write(&self, id: SessionId, text: &str) {
        self.say(id, Saying::Text(text.into())).await;
    }
}
