//! What is looked for in a conversation, page by page.

use super::bridge::Bridge;
use super::{Contact, ErrorKind, Handfast, HandfastError};
use handfast_native::device::{self, Command, Done};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Hit {
    /// It was said here.
    pub ours: bool,
    /// What it says, or the name of the file that it is. It may contain anything that a text can contain.
    pub text: String,
    /// When it was said, in seconds since 1970-01-01 UTC.
    pub at: u64,
}

/// Somebody looks for something. Nothing of it is kept anywhere.
#[derive(uniffi::Object)]
pub struct Search {
    bridge: Arc<Bridge>,
    /// What is asked next; nothing once all was looked through.
    next: Mutex<Option<device::Search>>,
}

#[uniffi::export]
impl Search {
    /// The next page of what was found, what was said last first. It may be empty while there is more to look through;
    /// none once there is not.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is called that, or there is no word to look for; [`ErrorKind::Storage`],
    /// [`ErrorKind::ShutDown`].
    pub async fn more(&self) -> Result<Option<Vec<Hit>>, HandfastError> {
        let mut next = self.next.lock().await;
        let Some(search) = &mut *next else {
            return Ok(None);
        };
        let command = Command::Search(Box::new(search.clone()));
        let Done::Found(found) = self.bridge.command(command).await? else {
            return Err(ErrorKind::Internal.into());
        };
        search.before = found.next;
        if search.before.is_none() {
            *next = None;
        }
        let hits = found.hits.into_iter().map(|hit| Hit {
            ours: hit.ours,
            text: hit.text,
            at: hit.at / 1000,
        });
        Ok(Some(hits.collect()))
    }
}

#[uniffi::export]
impl Handfast {
    /// Looks for words in what was said with somebody, in any order, whole or in part: [`Search::more`] gives it.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is called that.
    pub fn search(&self, id: String, words: String) -> Result<Arc<Search>, HandfastError> {
        let search = device::Search {
            with: Contact::key(&id)?,
            words,
            before: None,
        };
        Ok(Arc::new(Search {
            bridge: self.bridge.clone(),
            next: Mutex::new(Some(search)),
        }))
    }
}
