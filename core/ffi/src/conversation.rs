//! What two people say to each other once they are together.

use super::engine::{Desk, Order, Saying};
use super::{Comparison, ErrorKind, HandfastError};
use handfast_native::conversation::MAX_TEXT;
use std::path::PathBuf;
use std::sync::Arc;

/// What two people say to each other. What happens is told as [`Entry`](super::Entry) rows.
#[derive(uniffi::Object)]
pub struct Conversation {
    desk: Arc<Desk>,
}

impl Conversation {
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    async fn say(&self, saying: Saying) -> Result<(), HandfastError> {
        self.desk.ask(|answer| Order::Say(saying, answer)).await
    }
}

#[uniffi::export]
impl Conversation {
    /// Sends a text of at most 64 KiB, ahead of files that are under way. Returns when it is queued.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] if it is empty, [`ErrorKind::TooLarge`], [`ErrorKind::NotNow`] without a
    /// conversation, [`ErrorKind::Busy`] if too much is queued.
    pub async fn send_text(&self, text: String) -> Result<(), HandfastError> {
        if text.is_empty() {
            return Err(ErrorKind::BadText.into());
        }
        if text.len() > MAX_TEXT {
            return Err(ErrorKind::TooLarge.into());
        }
        let number = self.desk.numbers().next();
        self.say(Saying::Text { number, text }).await
    }

    /// Sends the file at this path, after those before it. How it goes is told as the row with the
    /// handle's number.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if it cannot be read, [`ErrorKind::NotNow`] without a conversation,
    /// [`ErrorKind::Busy`] if too much is queued.
    pub async fn send_file(&self, path: String) -> Result<Arc<FileHandle>, HandfastError> {
        let path = PathBuf::from(path);
        let file = path.clone();
        let size = self.desk.blocking(move || {
            let metadata = std::fs::File::open(file)?.metadata()?;
            if metadata.is_file() {
                Ok(metadata.len())
            } else {
                Err(ErrorKind::Storage.into())
            }
        });
        let size = size.await?;
        let number = self.desk.numbers().next();
        self.say(Saying::File { number, path, size }).await?;
        let desk = self.desk.clone();
        Ok(Arc::new(FileHandle { desk, number }))
    }

    /// Takes the offered file with this number.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if there is none.
    pub async fn accept(&self, number: u64) -> Result<Arc<FileHandle>, HandfastError> {
        self.say(Saying::Accept(number)).await?;
        let desk = self.desk.clone();
        Ok(Arc::new(FileHandle { desk, number }))
    }

    /// Declines the offered file with this number.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if there is none.
    pub async fn decline(&self, number: u64) -> Result<(), HandfastError> {
        self.say(Saying::Refuse(number)).await
    }

    /// The person wants to compare: that is an offer, or accepts the other side's
    /// ([`Wish::Theirs`](super::Wish::Theirs)). When both want to,
    /// [`Screen::Comparing`](super::Screen::Comparing) follows on both sides.
    ///
    /// # Errors
    /// [`ErrorKind::TooOften`] within five seconds of the last comparison and after ten of them,
    /// [`ErrorKind::NotNow`] without a conversation, and while something is shown.
    pub async fn compare(&self) -> Result<(), HandfastError> {
        self.say(Saying::Compare).await
    }

    /// What the person found who saw these `digits`. [`Comparison::Different`] hangs up at once, and
    /// whoever is there is not met again until they are forgotten.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if something else is shown, or nothing.
    pub async fn compared(
        &self,
        digits: Vec<String>,
        outcome: Comparison,
    ) -> Result<(), HandfastError> {
        self.say(Saying::Compared(digits, outcome)).await
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
        self.desk.give(Order::Taken(rows));
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

    /// Cancels files that are under way, delivers what was written, and says goodbye.
    /// [`Screen::Idle`](super::Screen::Idle) follows within two seconds.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] without a conversation.
    pub async fn leave(&self) -> Result<(), HandfastError> {
        self.say(Saying::Leave).await
    }
}

/// A file on its way. Cancelled when dropped; once it is through, it does nothing more.
#[derive(uniffi::Object)]
pub struct FileHandle {
    desk: Arc<Desk>,
    number: u64,
}

#[uniffi::export]
impl FileHandle {
    /// The number of its row.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Stops it; its row becomes a failed one.
    pub fn cancel(&self) {
        self.desk.give(Order::CancelFile(self.number));
    }
}

impl Drop for FileHandle {
    fn drop(&mut self) {
        self.cancel();
    }
}
