//! Files that survive the connection, where both keep the conversation: how its driver asks for what the machine
//! wants of the disk.

use crate::transfer::{Entries, FileResult, Files, Keeping, RequestId, Terms};
use handfast_protocol::conversation::Machine;
use std::future::pending;
use std::sync::Arc;

/// Where such files are kept, and what of this device they may use.
#[derive(Clone)]
pub struct Carrying {
    /// Where they are kept.
    pub keeping: Keeping,
    /// What is read while it is sent. Shared by the channels of one conversation.
    pub entries: Arc<Entries>,
    /// What the disk may be used for.
    pub terms: Terms,
}

impl std::fmt::Debug for Carrying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Carrying")
    }
}

/// The disk of these files, if the conversation has any.
pub(super) struct Carried(Option<Files>);

impl Carried {
    /// Must be called inside a tokio runtime.
    pub(super) fn new(carrying: Option<Carrying>) -> Self {
        Self(carrying.map(|carrying| Files::new(&carrying.keeping, carrying.entries)))
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
