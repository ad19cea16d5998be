//! What the code above sees of the network: one ordered, reliable pipe of messages to one peer.
//!
//! A [`Link`] is the near half. Whoever moves the bytes (the WebRTC driver, or the simulator that joins two
//! ends in memory) holds the far half, a [`LinkEnd`]. Dropping the near half tells the driver to close, so a
//! forgotten link ends by itself.

use bytes::Bytes;
use handfast_token::Fingerprint;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use tokio::sync::{mpsc, watch};

/// The largest message a link carries, in bytes: what every WebRTC stack accepts without negotiation.
pub const MAX_MESSAGE: usize = 65_536;

/// Messages that may wait on either side before the sender, or the peer, is held back.
const QUEUE: usize = 64;

/// How the link is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Messages flow.
    Open,
    /// The path is silent; messages wait, and the link may come back.
    Interrupted,
    /// Over, for the reason given. No further state follows.
    Closed(LinkError),
}

/// Between which addresses a link's datagrams travel at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkPath {
    /// The socket of this side.
    pub local: SocketAddr,
    /// Where the peer is, as it is seen from here.
    pub peer: SocketAddr,
}

/// Why a link ended, or a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The other side said goodbye.
    #[error("the other side ended the connection")]
    ClosedByPeer,
    /// This side asked for it.
    #[error("the connection was ended here")]
    ClosedHere,
    /// Nothing was heard from the other side for too long.
    #[error("the other side can no longer be reached")]
    Lost,
    /// The other side broke the rules of the transport.
    #[error("the other side sent something that does not belong here")]
    Protocol,
    /// The message is longer than [`MAX_MESSAGE`].
    #[error("the message is too long for one piece")]
    TooLong,
}

/// Why there is no link. Details of the protocols beneath are logged, not carried: they tell a person
/// nothing, and could carry addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// This device has no network address to use.
    #[error("this device has no network address")]
    NoAddress,
    /// No socket could be opened.
    #[error("no network socket could be opened: {0}")]
    Bind(std::io::ErrorKind),
    /// The peer showed another certificate than the one expected: somebody may be in between.
    #[error("the other side is not the one expected")]
    WrongCertificate,
    /// A certificate could not be made or read.
    #[error("the certificate of this device cannot be used")]
    Certificate,
    /// A protocol beneath failed in a way that should not happen.
    #[error("the connection could not be set up")]
    Protocol,
    /// There is no open connection.
    #[error("the connection is closed")]
    Closed,
}

/// One connection to one peer, seen from above. See the module text.
#[derive(Debug)]
pub struct Link {
    sender: LinkSender,
    receiver: LinkReceiver,
    cutter: LinkCutter,
    quiet: LinkQuiet,
    path: watch::Receiver<Option<LinkPath>>,
    local: Fingerprint,
    remote: Fingerprint,
}

/// The sending half; clones share one queue.
#[derive(Clone, Debug)]
pub struct LinkSender {
    queue: mpsc::Sender<Bytes>,
    state: watch::Receiver<LinkState>,
}

/// Room for one message on its way out, which nobody else can take.
#[derive(Debug)]
pub struct LinkRoom<'a>(mpsc::Permit<'a, Bytes>);

/// The receiving half.
#[derive(Debug)]
pub struct LinkReceiver {
    queue: mpsc::Receiver<Bytes>,
    state: watch::Receiver<LinkState>,
}

/// Ends a link at once. Nothing that waits to be sent is delivered any more.
#[derive(Clone, Debug)]
pub struct LinkCutter(mpsc::Sender<()>);

/// Says whether somebody looks at what comes over a link.
#[derive(Clone, Debug)]
pub struct LinkQuiet(watch::Sender<bool>);

/// The driver's half of a [`Link`].
#[derive(Debug)]
pub struct LinkEnd {
    /// Messages on their way out. It ends when every [`LinkSender`] is gone: send what is left, then close.
    pub outgoing: mpsc::Receiver<Bytes>,
    /// Messages that arrived, in order. When it is full, the peer must be held back.
    pub incoming: mpsc::Sender<Bytes>,
    /// Where the driver says how the link is.
    pub state: watch::Sender<LinkState>,
    /// Where the driver says which way the datagrams take. None where there are none, as in memory.
    pub path: watch::Sender<Option<LinkPath>>,
    /// Says once that the link is cut: close at once.
    pub cut: mpsc::Receiver<()>,
    /// Whether little should be sent only to find out that the path is still there: nobody looks at either side.
    pub quiet: watch::Receiver<bool>,
}

impl LinkEnd {
    /// Waits until the link is cut.
    pub async fn is_cut(cut: &mut mpsc::Receiver<()>) {
        poll_fn(|context| Self::poll_cut(cut, context)).await;
    }

    /// Ready when the link is cut.
    pub fn poll_cut(cut: &mut mpsc::Receiver<()>, context: &mut Context<'_>) -> Poll<()> {
        match cut.poll_recv(context) {
            Poll::Ready(Some(())) => Poll::Ready(()),
            // Nobody is left who could cut it.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Link {
    /// A link and the end that a driver serves. The fingerprints are SHA-256 of the certificates
    /// **observed** in this session: our own, and the one the peer proved to hold.
    pub fn new(local: Fingerprint, remote: Fingerprint) -> (Link, LinkEnd) {
        let (out_tx, out_rx) = mpsc::channel(QUEUE);
        let (in_tx, in_rx) = mpsc::channel(QUEUE);
        let (state_tx, state_rx) = watch::channel(LinkState::Open);
        let (path_tx, path_rx) = watch::channel(None);
        let (cut_tx, cut_rx) = mpsc::channel(1);
        let (quiet_tx, quiet_rx) = watch::channel(false);
        let link = Link {
            sender: LinkSender {
                queue: out_tx,
                state: state_rx.clone(),
            },
            receiver: LinkReceiver {
                queue: in_rx,
                state: state_rx,
            },
            cutter: LinkCutter(cut_tx),
            quiet: LinkQuiet(quiet_tx),
            path: path_rx,
            local,
            remote,
        };
        let end = LinkEnd {
            outgoing: out_rx,
            incoming: in_tx,
            state: state_tx,
            path: path_tx,
            cut: cut_rx,
            quiet: quiet_rx,
        };
        (link, end)
    }

    /// SHA-256 of the certificate this side showed in this session.
    pub fn local_fingerprint(&self) -> Fingerprint {
        self.local
    }

    /// SHA-256 of the certificate the peer showed, and proved to hold, in this session.
    pub fn remote_fingerprint(&self) -> Fingerprint {
        self.remote
    }

    /// Sends one message, waiting while the path is congested. See [`LinkSender::send`].
    ///
    /// # Errors
    /// When the link is closed or the message too long.
    pub async fn send(&self, message: Bytes) -> Result<(), LinkError> {
        self.sender.send(message).await
    }

    /// The next message in order. See [`LinkReceiver::receive`].
    ///
    /// # Errors
    /// When the link is closed and everything that arrived before has been received.
    pub async fn receive(&mut self) -> Result<Bytes, LinkError> {
        self.receiver.receive().await
    }

    /// How the link is now, and a way to wait for changes.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.sender.state.clone()
    }

    /// Which way its datagrams take now, and a way to wait for changes: either side may move. The address of
    /// the peer has answered a check, so it can be looked for there another time.
    pub fn path(&self) -> watch::Receiver<Option<LinkPath>> {
        self.path.clone()
    }

    /// The way to end it at once, whoever holds it then.
    pub fn cutter(&self) -> LinkCutter {
        self.cutter.clone()
    }

    /// The way to say whether somebody looks at it.
    pub fn quiet(&self) -> LinkQuiet {
        self.quiet.clone()
    }

    /// Another sending half. The link is open for as long as it lives.
    pub fn sender(&self) -> LinkSender {
        self.sender.clone()
    }

    /// Separates the directions, for two tasks.
    pub fn split(self) -> (LinkSender, LinkReceiver) {
        (self.sender, self.receiver)
    }

    /// Delivers what was sent, says goodbye, and returns when the link is closed.
    pub async fn shutdown(self) {
        let Link {
            sender, receiver, ..
        } = self;
        let mut state = receiver.state.clone();
        drop(sender);
        drop(receiver);
        let _ = state
            .wait_for(|state| matches!(state, LinkState::Closed(_)))
            .await;
    }
}

impl LinkCutter {
    /// Ends the link. It is closed here, and the other side hears no more than that it is over.
    pub fn cut(&self) {
        // One that is full or closed: it is cut already, or over.
        let _ = self.0.try_send(());
    }
}

impl LinkQuiet {
    /// Nobody looks at either side, or somebody does again. That a path is gone is found out later meanwhile,
    /// unless something is sent.
    pub fn set(&self, is_quiet: bool) {
        self.0
            .send_if_modified(|now| std::mem::replace(now, is_quiet) != is_quiet);
    }
}

impl LinkSender {
    /// Sends one message, waiting while the path is congested. Delivery is in order and reliable
    /// for as long as the link lives; returning says only that the message is queued.
    ///
    /// # Errors
    /// When the link is closed or the message longer than [`MAX_MESSAGE`].
    pub async fn send(&self, message: Bytes) -> Result<(), LinkError> {
        if message.len() > MAX_MESSAGE {
            return Err(LinkError::TooLong);
        }
        self.queue
            .send(message)
            .await
            .map_err(|_| closed(&self.state))
    }

    /// Waits until there is room for a message, and keeps it. May be dropped half-way.
    ///
    /// # Errors
    /// When the link is closed.
    pub async fn room(&self) -> Result<LinkRoom<'_>, LinkError> {
        let room = self
            .queue
            .reserve()
            .await
            .map_err(|_| closed(&self.state))?;
        Ok(LinkRoom(room))
    }

    /// Room for a message, if there is some at this moment.
    pub fn try_room(&self) -> Option<LinkRoom<'_>> {
        self.queue.try_reserve().ok().map(LinkRoom)
    }

    /// How many messages wait here that the link has not taken.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Waits until no more than so many do. May be dropped half-way.
    ///
    /// # Errors
    /// When the link is closed.
    pub async fn at_most(&self, waiting: usize) -> Result<(), LinkError> {
        let free = self.queue.max_capacity().saturating_sub(waiting);
        match self.queue.reserve_many(free).await {
            Ok(_) => Ok(()),
            Err(_) => Err(closed(&self.state)),
        }
    }

    /// How the link is now, and a way to wait for changes.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }
}

impl LinkRoom<'_> {
    /// Sends one message without waiting. See [`LinkSender::send`].
    ///
    /// # Errors
    /// When the message is longer than [`MAX_MESSAGE`].
    pub fn send(self, message: Bytes) -> Result<(), LinkError> {
        if message.len() > MAX_MESSAGE {
            return Err(LinkError::TooLong);
        }
        self.0.send(message);
        Ok(())
    }
}

impl LinkReceiver {
    /// The next message in order.
    ///
    /// # Errors
    /// When the link is closed and everything that arrived before has been received.
    pub async fn receive(&mut self) -> Result<Bytes, LinkError> {
        self.queue.recv().await.ok_or_else(|| closed(&self.state))
    }

    /// The next message, if it is here at this moment.
    pub fn try_receive(&mut self) -> Option<Bytes> {
        self.queue.try_recv().ok()
    }
}

/// Why a queue ended. A driver that vanished without a word counts as a lost path.
fn closed(state: &watch::Receiver<LinkState>) -> LinkError {
    match *state.borrow() {
        LinkState::Closed(why) => why,
        LinkState::Open | LinkState::Interrupted => LinkError::Lost,
    }
}
