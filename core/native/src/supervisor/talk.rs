//! One conversation: what is wanted of it is said one thing after the other, and everything else is done
//! at once, because saying may have to wait for the other side while it must go on being read.

use super::files::Orders;
use super::task::{Generation, Happened};
use crate::conversation::{Conversation, Event, Options, Space, Transfer};
use crate::transfer::Entries;
use bytes::Bytes;
use handfast_device::{Connected, SessionId, TalkCommand, TalkEvent};
use handfast_protocol::link::{Link, LinkPath};
use std::collections::VecDeque;
use std::future::pending;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// How long what was written may take to be delivered before a goodbye that the person wants now. What
/// has left by then still comes ahead of the goodbye.
const DELIVERY: Duration = Duration::from_millis(400);

/// Where files go, and how much room there is for them.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) downloads: PathBuf,
    pub(super) space: Space,
}

/// A conversation that is about to begin.
pub(super) struct Talk {
    pub(super) session: SessionId,
    pub(super) conversation: Generation,
    pub(super) commands: mpsc::UnboundedReceiver<TalkCommand>,
    pub(super) tell: mpsc::Sender<Happened>,
}

/// One thing that is being said. Which file it is, where it is one.
type Saying<'a> = Pin<Box<dyn Future<Output = Option<Transfer>> + Send + 'a>>;

/// How a conversation is left.
enum Leaving {
    /// Deliver everything first.
    Soon,
    Now,
    /// Nobody wants to hear of it any more.
    Dropped,
    /// It has ended by itself.
    Over,
}

impl Talk {
    /// Talks over this link until it is over. `early` came over it before.
    pub(super) async fn run(
        mut self,
        link: Link,
        connected: Connected,
        early: Vec<Bytes>,
        (files, own, entries): (Files, Option<PathBuf>, Arc<Entries>),
    ) {
        let downloads = connected.downloads.unwrap_or(files.downloads);
        let orders = own.map(|own| Orders::new(own, downloads.clone()));
        let carrying = match (&orders, connected.files) {
            (Some(orders), Some(files_of_it)) => {
                Some(orders.carrying(*files_of_it, entries, files.space).await)
            }
            _ => None,
        };
        let options = Options {
            downloads,
            trust: connected.trust,
            limits: connected.limits,
            has_log: connected.has_log,
            space: files.space,
            files: carrying,
        };
        let early = connected.early.into_iter().chain(early).collect();
        let path = link.path();
        let (conversation, mut events) =
            Conversation::start_behind(early, link, connected.peer.channel, options);
        let leaving = self
            .talk(&conversation, &mut events, path, orders.as_ref())
            .await;
        match leaving {
            Leaving::Over | Leaving::Dropped => return,
            Leaving::Soon | Leaving::Now => {}
        }
        self.leave(conversation, events, leaving).await;
    }

    async fn tell(&self, event: TalkEvent) {
        let happened = Happened::Talk(self.session, self.conversation, event);
        let _ = self.tell.send(happened).await;
    }

    /// Tells an event. Whether more can follow.
    async fn pass(&self, event: Option<Event>) -> bool {
        let event = event.map_or(TalkEvent::Gone, TalkEvent::Event);
        let is_last = matches!(event, TalkEvent::Gone | TalkEvent::Event(Event::Ended(_)));
        self.tell(event).await;
        !is_last
    }

    /// Talks until it is left.
    async fn talk(
        &mut self,
        conversation: &Conversation,
        events: &mut mpsc::Receiver<Event>,
        mut path: watch::Receiver<Option<LinkPath>>,
        orders: Option<&Orders>,
    ) -> Leaving {
        path.mark_changed();
        let mut waiting: VecDeque<TalkCommand> = VecDeque::new();
        let mut saying: Option<Saying<'_>> = None;
        // Files that go out, and those of them that were stopped before they had begun.
        let (mut ours, mut stopped): (Vec<Transfer>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut is_held = false;
        let comparison = conversation.comparison();
        loop {
            if saying.is_none() {
                saying = match waiting.pop_front() {
                    Some(TalkCommand::Text(text)) => Some(Box::pin(async move {
                        // One that is over says so by its last event.
                        let _ = conversation.send_text(&text).await;
                        None
                    })),
                    Some(TalkCommand::SendFile(path)) => {
                        Some(Box::pin(
                            async move { conversation.send_file(path).await.ok() },
                        ))
                    }
                    // Everything before it is said.
                    Some(TalkCommand::Leave) => return Leaving::Soon,
                    Some(_) | None => None,
                };
            }
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(
                        command @ (TalkCommand::Text(_)
                        | TalkCommand::SendFile(_)
                        | TalkCommand::Leave),
                    ) => waiting.push_back(command),
                    Some(TalkCommand::Log(message)) => conversation.send_log(message),
                    Some(TalkCommand::File(order)) => {
                        if let Some(orders) = orders {
                            for decision in orders.decisions(order).await {
                                conversation.decide(decision).await;
                            }
                        }
                    }
                    Some(TalkCommand::AcceptFile(transfer)) => conversation.accept(transfer).await,
                    Some(TalkCommand::CancelTheirs(transfer)) => {
                        conversation.cancel(transfer).await;
                    }
                    Some(TalkCommand::CancelOurs(number)) => {
                        let ours = ours.iter().find(|transfer| transfer.number() == number);
                        match ours {
                            Some(transfer) => conversation.cancel(*transfer).await,
                            None => stopped.push(number),
                        }
                    }
                    Some(TalkCommand::Compare) => {
                        if let Err(error) = comparison.wish() {
                            self.tell(TalkEvent::NotCompared(error)).await;
                        }
                    }
                    Some(TalkCommand::Judge(shown, finding)) => {
                        if let Err(error) = comparison.judge(shown, finding) {
                            log::warn!("a comparison was judged too late: {error}");
                        }
                    }
                    Some(TalkCommand::Contact(message)) => conversation.say_of_contact(message),
                    Some(TalkCommand::Trust(trust)) => conversation.raise_trust(trust),
                    Some(TalkCommand::Away(is_away)) => conversation.set_away(is_away),
                    Some(TalkCommand::AllowMore) => conversation.allow_more().await,
                    Some(TalkCommand::Hold) => is_held = true,
                    Some(TalkCommand::GoOn) => is_held = false,
                    Some(TalkCommand::LeaveNow) => {
                        for transfer in ours {
                            conversation.cancel(transfer).await;
                        }
                        return Leaving::Now;
                    }
                    // It has begun, and has what came before.
                    Some(TalkCommand::Start(_) | TalkCommand::Received(_)) => {}
                    None => return Leaving::Dropped,
                },
                transfer = said(&mut saying) => {
                    saying = None;
                    if let Some(transfer) = transfer {
                        ours.push(transfer);
                        if stopped.contains(&transfer.number()) {
                            conversation.cancel(transfer).await;
                        }
                    }
                    self.tell(TalkEvent::Said).await;
                }
                path = next_path(&mut path) => self.tell(TalkEvent::Path(path)).await,
                event = events.recv(), if !is_held => {
                    if !self.pass(event).await {
                        return Leaving::Over;
                    }
                }
            }
        }
    }

    /// Says goodbye, and tells what happens meanwhile.
    async fn leave(
        &mut self,
        conversation: Conversation,
        mut events: mpsc::Receiver<Event>,
        leaving: Leaving,
    ) {
        let mut is_now = matches!(leaving, Leaving::Now);
        let mut goodbye = Box::pin(conversation.leave());
        let mut late = Box::pin(tokio::time::sleep(DELIVERY));
        let mut is_said = false;
        loop {
            tokio::select! {
                () = &mut goodbye, if !is_said => is_said = true,
                // A path that is gone delivers nothing.
                () = &mut late, if is_now && !is_said => break,
                event = events.recv() => {
                    if !self.pass(event).await {
                        return;
                    }
                }
                command = self.commands.recv() => match command {
                    Some(TalkCommand::LeaveNow) if !is_now => {
                        is_now = true;
                        late = Box::pin(tokio::time::sleep(DELIVERY));
                    }
                    Some(_) => {}
                    None => return,
                },
            }
        }
        // It is hung up by this, and its last event says so.
        drop(goodbye);
        let rest = async {
            while let Some(event) = events.recv().await {
                if !self.pass(Some(event)).await {
                    return true;
                }
            }
            false
        };
        if timeout(DELIVERY, rest).await != Ok(true) {
            self.tell(TalkEvent::Gone).await;
        }
    }
}

/// The next way that the link takes.
async fn next_path(path: &mut watch::Receiver<Option<LinkPath>>) -> LinkPath {
    while path.changed().await.is_ok() {
        if let Some(path) = *path.borrow_and_update() {
            return path;
        }
    }
    pending().await
}

async fn said(saying: &mut Option<Saying<'_>>) -> Option<Transfer> {
    match saying {
        Some(saying) => saying.await,
        None => pending().await,
    }
}
