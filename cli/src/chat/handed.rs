//! What a contact handed on, where it is pasted into a conversation, or the file that holds it is dropped there.

use super::Chat;
use crate::output::Event;
use crate::{input, words};
use handfast_native::device::Command;

impl Chat<'_> {
    /// Takes in what a contact handed on, if a line is nothing else. Whether it was.
    pub(super) async fn take_in(&mut self, line: &str) -> bool {
        let line = line.to_owned();
        // A disk may take its time, and so does a picture.
        let looking = tokio::task::spawn_blocking(move || input::bundle_in_line(&line));
        let Ok(Some(bundle)) = looking.await else {
            return false;
        };
        let take = Command::TakeBundle(Box::new(bundle));
        match self.session.order(take).await {
            Ok(done) => {
                let told = Event::taken_in(&done, &self.session.overview());
                told.into_iter().for_each(|told| self.output.tell(told));
            }
            Err(stop) => self.output.note(words::by_itself(&stop.sentence)),
        }
        true
    }
}
