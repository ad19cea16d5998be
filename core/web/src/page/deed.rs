//! What a page is told, carries out, and refuses.

use crate::description::NotUsable;
use crate::files::FileDeed;
use bytes::Bytes;
use handfast_device::{Event, Refusal, SessionId};
use handfast_protocol::conversation::RequestId;
use handfast_seal::LockError;
use handfast_store::Change;
use handfast_token::{FieldError, FindError, ReplyError, Token};

/// What a page carries out, in the order in which it comes.
#[derive(Debug)]
pub enum Deed {
    /// Make a connection with a certificate of its own, and say what it is by [`super::Page::bound`].
    Bind(SessionId),
    /// Tell the connection this about the other side, and say by [`super::Page::unheard`] when nobody is heard there.
    Connect {
        /// In which session.
        session: SessionId,
        /// What it is told.
        told: String,
        /// Nobody was told by which credentials it goes, so it can be made anew every few seconds: whoever is
        /// knocked at may come later, and browsers give up soon.
        is_nameless: bool,
    },
    /// Give up the connection, and make another one with the same certificate. [`super::Page::knock`] says what to tell
    /// it, if there is anybody.
    ConnectAgain(SessionId),
    /// Send this message, and say how much waits in the channel by [`super::Page::waiting`], now and whenever
    /// little does.
    Send(SessionId, Bytes),
    /// Do this with a file, and say what came of it by [`super::Page::file_answered`].
    File(SessionId, RequestId, FileDeed),
    /// Deliver what was sent, then give up the connection.
    Shut(SessionId),
    /// Give up the connection at once.
    Cut(SessionId),
    /// Call [`super::Page::work`] when what is on the screen has been drawn: it takes a second or so.
    Work(SessionId),
    /// Write all of this where it is kept, or nothing, and say by [`super::Page::written`] what came of it.
    Keep(Vec<Change>),
    /// Show that this happened.
    Show(Event),
    /// The conversation that the person wants to see is in this session.
    Visit(SessionId),
    /// Nothing stands before what is shown of this session.
    Beginning(SessionId),
    /// Ask which of these the person means, and say so by [`super::Page::choose`].
    Choose(Vec<Token>),
    /// What was handed in is a locked file: ask what it asks, and open it.
    OpenFile(Vec<u8>),
    /// What [`super::Page::take`] and the others began could not be done.
    Refuse(Refusal),
}

/// Why something was not even begun.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// There is no such session, or it is not at that.
    #[error("that cannot be done now")]
    NotNow,
    /// There is no token in it.
    #[error(transparent)]
    Find(#[from] FindError),
    /// It is a token, and not one that a guest opens.
    #[error("this is no invitation")]
    NoInvitation,
    /// It is a token, and not one that a host is handed.
    #[error("this is no reply")]
    NoReply,
    /// The reply is for another invitation, or was altered.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// What is to be asked cannot be asked.
    #[error(transparent)]
    Question(#[from] FieldError),
    /// The answers cannot be used.
    #[error(transparent)]
    Answers(#[from] LockError),
    /// The browser said something unheard of.
    #[error(transparent)]
    NotUsable(#[from] NotUsable),
}

/// What is done in a session, beside what has a function of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Show the reply at once.
    OfferReply,
    /// Wish to compare, or agree to it.
    Compare,
    /// As much again may come as the limits allow.
    AllowMore,
    /// Only who the person means would have asked that question.
    OnlyThey,
    /// End it: a conversation says goodbye.
    Close,
}

/// What somebody hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// A guest: an invitation, locked or not.
    Invitation,
    /// A host: what its guest handed back.
    Reply,
}

/// What stands between whoever has an invitation and this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    Open,
    /// The guest is asked once connected.
    Asked,
    /// The invitation itself is locked.
    Locked,
}
