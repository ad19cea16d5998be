//! What waits for somebody, handed on by whoever carries it: for two who are never in reach at the same time.

use super::scan::token_of;
use super::{Contact, ErrorKind, Found, Handfast, HandfastError, Handout, contact};
use handfast_native::device::{Bundled, Command, Done};
use handfast_native::token::Token;

/// What waits for somebody. Nobody else can open it, so anybody may carry it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Bundle {
    /// How many messages are in it. Without any it says what has arrived here.
    pub messages: u64,
    /// All that waits is in it; otherwise the rest goes with the next one, once theirs says that this arrived.
    pub is_all: bool,
    /// As a `.handfast` file.
    pub file: Vec<u8>,
    /// As a link, a text and a code, if it is short enough.
    pub handout: Option<Handout>,
}

/// What somebody handed on, and is kept here now.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TakenIn {
    /// Of which contact it is.
    pub contact: String,
    /// How many messages in it were not here before.
    pub messages: u64,
}

#[uniffi::export]
impl Handfast {
    /// Has what waits for somebody packed, to be handed on. It goes on waiting here until they say that it arrived.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is called that, or nothing can wait for them; [`ErrorKind::Storage`],
    /// [`ErrorKind::ShutDown`].
    pub async fn bundle(&self, id: String) -> Result<Bundle, HandfastError> {
        let pack = Command::Bundle(Contact::key(&id)?);
        let Done::Bundled(bundled) = self.bridge.command(pack).await? else {
            return Err(ErrorKind::Internal.into());
        };
        let Bundled {
            bundle,
            messages,
            is_all,
        } = *bundled;
        let file = bundle.as_bytes().to_vec();
        let is_short = bundle.fits_a_text();
        let base = self.bridge.links.base();
        let handout = is_short.then(|| Handout::new(&base, &Token::Bundle(bundle)));
        Ok(Bundle {
            messages,
            is_all,
            file,
            handout,
        })
    }

    /// Takes in what a contact handed on. The same twice changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::WrongThing`] if it is nothing of that kind; [`ErrorKind::OtherBundle`],
    /// [`ErrorKind::BundleMissing`], [`ErrorKind::Incomplete`] or [`ErrorKind::NewerVersion`] if it cannot be read here;
    /// [`ErrorKind::NotYet`] while the two are together, who say all of it to each other; [`ErrorKind::Storage`],
    /// [`ErrorKind::StorageFull`], [`ErrorKind::ShutDown`].
    pub async fn take_bundle(&self, found: Found) -> Result<TakenIn, HandfastError> {
        let Token::Bundle(bundle) = token_of(&found)? else {
            return Err(ErrorKind::WrongThing.into());
        };
        let take = Command::TakeBundle(Box::new(bundle));
        match self.bridge.command(take).await? {
            Done::TakenIn { from, messages } => Ok(TakenIn {
                contact: contact::id(from),
                messages,
            }),
            _ => Err(ErrorKind::Internal.into()),
        }
    }
}
