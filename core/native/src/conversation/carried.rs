//! Files that survive the connection, where both keep the conversation: how its driver asks for what the machine
//! wants of the disk.

use crate::transfer::{Decision, Entries, FileResult, Files, Keeping, RequestId, Terms};
use handfast_protocol::conversation::Machine;
use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

/// Where such files are kept, and what of this device they may use.
#[derive(Clone)]
pub struct Carrying {
    /// Where they are kept.
    pub keeping: Keeping,
    /// What is read while it is sent. Shared by the channels of one conversation.
    pub entries: Arc<Entries>,
    /// What the disk may be used for.
    pub terms: Terms,
    /// What was decided before. It is done before anything is read: who wants a file that is not offered yet hears
    /// that it cannot be had.
    pub decided: Vec<Decision>,
}

impl std::fmt::Debug for Carrying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Carrying")
    }
}

/// The disk of these files, if the conversation has any.
pub(super) struct Carried(Option<Files>);

impl Carried {
    /// Begins these files in a machine that has heard nothing yet. Must be called inside a tokio runtime.
    pub(super) fn begin(
        now: Instant,
        machine: Machine,
        carrying: Option<Carrying>,
    ) -> (Self, Machine) {
        let Some(carrying) = carrying else {
            return (Self(None), machine);
        };
        let mut machine = machine.with_files(carrying.terms);
        for decision in carrying.decided {
            machine.decide(now, decision);
        }
        let files = Files::new(&carrying.keeping, carrying.entries);
        (Self(Some(files)), machine)
    }

    /// Hands on what the machine wants.
    pub(super) fn ask(&self, machine: &mut Machine) {
        if let Some(files) = &self.0 {
            while let Some(request) = machine.poll_file_request() {
                files.ask(request);
            }
        }
    }

    /// The next answer. None when the runtime ends. May be dropped half-way.
    pub(super) async fn answer(&mut self) -> Option<(RequestId, FileResult)> {
        match &mut self.0 {
            Some(files) => files.answer().await,
            None => pending().await,
        }
    }
}
