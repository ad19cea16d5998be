//! The conversation in a terminal: lines out, messages in, files both ways.
//!
//! What is typed goes through a task of its own, because sending may have to wait for the other side
//! while its messages must go on being read.

use crate::input;
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::{Event as Told, Output, hex};
use crate::status::{Status, Stop};
use crate::{met, words};
use handfast_core::conversation::{
    Conversation, Direction, Ending, Event, Offers, Options, Transfer,
};
use handfast_core::handshake::{Trust, TrustReason};
use handfast_core::pairing::Meeting;
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// Lines that may wait to be sent before no more are read.
const ORDERS: usize = 16;

/// The largest file that is taken, in bytes: 64 GiB.
const LARGEST_FILE: u64 = 64 << 30;

/// How long a goodbye may take after Ctrl-C.
const GOODBYE: Duration = Duration::from_millis(600);

enum Order {
    Text(String),
    File(PathBuf),
    Compare,
    /// Deliver what is queued, then say goodbye.
    Leave,
    /// Cancel every file, then say goodbye.
    LeaveNow,
}

/// Talks until one side leaves.
///
/// # Errors
/// When the connection was lost or ended for safety, or by Ctrl-C.
pub(crate) async fn talk(
    meeting: Meeting,
    downloads: PathBuf,
    output: &mut Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<(), Stop> {
    let options = Options {
        downloads,
        max_file: LARGEST_FILE,
        offers: Offers::Accept,
    };
    let link = meeting.link.state();
    let mut trust = meeting.acquaintance.trust;
    let mut compared = false;
    let (conversation, mut events) =
        Conversation::start(meeting.link, meeting.acquaintance.channel, options);
    let (orders, given) = mpsc::channel(ORDERS);
    tokio::spawn(carry_out(conversation, given));

    let mut files = Files::default();
    // The person wants to go, as soon as files that are coming in are here.
    let mut leaving = false;
    let mut left = false;
    loop {
        if leaving && !left && files.incoming() == 0 {
            left = orders.try_send(Order::Leave).is_ok();
        }
        tokio::select! {
            event = events.recv() => {
                let Some(event) = event else { return Ok(()) };
                compared |= matches!(event, Event::Comparing(_));
                if let Some(end) = hear(event, &mut files, output) {
                    drop(orders);
                    met::closed(link).await;
                    return end;
                }
            }
            line = lines.next(), if !leaving && orders.capacity() > 0 => {
                match line.as_deref().map(str::trim_end) {
                    None | Some("/quit") => {
                        leaving = true;
                        if files.under_way() {
                            output.note(words::FILES_UNDER_WAY);
                        }
                    }
                    Some("") => {}
                    Some("/help") => output.note(words::CHAT_HELP),
                    Some("/send") => output.note(words::SEND_WHAT),
                    Some("/compare") => {
                        let _ = orders.try_send(Order::Compare);
                    }
                    Some("/same" | "/different") if !compared => {
                        output.note(words::NOTHING_TO_JUDGE);
                    }
                    Some("/same") => {
                        trust.raise(Trust::because(TrustReason::Compared));
                        tell_trust(trust, output);
                    }
                    Some("/onlythey") => match trust.take_word() {
                        true => tell_trust(trust, output),
                        false => output.note(words::NOTHING_TO_SAY),
                    },
                    Some("/different") => {
                        // Without a goodbye: whoever sits in between gets nothing more.
                        drop(orders);
                        met::closed(link).await;
                        return Err(Stop::new(Status::Insecure, "different", words::DIFFERENT));
                    }
                    Some(line) => match line.strip_prefix("/send ") {
                        Some(path) => send_file(path, &mut files, &orders, output),
                        None => send_text(line, &orders, output),
                    },
                }
            }
            () = interrupt.pressed() => {
                let _ = orders.send(Order::LeaveNow).await;
                let farewell = async { while events.recv().await.is_some() {} };
                let _ = tokio::time::timeout(GOODBYE, farewell).await;
                drop(orders);
                met::closed(link).await;
                return Err(Stop::cancelled());
            }
        }
    }
}

fn tell_trust(trust: Trust, output: &mut Output) {
    output.tell(Told::Trust {
        trust: words::trust_level(trust.level()).to_owned(),
        reason: words::trust_reason(trust.reason()).to_owned(),
    });
}

fn send_text(line: &str, orders: &mpsc::Sender<Order>, output: &mut Output) {
    // The caller has seen that there is room.
    if orders.try_send(Order::Text(line.to_owned())).is_ok() {
        output.tell(Told::MessageSent {
            text: line.to_owned(),
        });
    }
}

fn send_file(path: &str, files: &mut Files, orders: &mpsc::Sender<Order>, output: &mut Output) {
    let path = input::path_of(path);
    match std::fs::File::open(&path) {
        Ok(_) if path.is_file() => {
            files.announce(&path);
            let _ = orders.try_send(Order::File(path));
        }
        Ok(_) => output.note(words::SEND_WHAT),
        Err(error) => output.note(words::unreadable(&path.to_string_lossy(), &error)),
    }
}

/// Owns the conversation and does what it is told, one thing after the other.
async fn carry_out(conversation: Conversation, mut orders: mpsc::Receiver<Order>) {
    let mut transfers = Vec::new();
    while let Some(order) = orders.recv().await {
        match order {
            Order::Text(text) => {
                // An end is told by an event.
                let _ = conversation.send_text(&text).await;
            }
            Order::Compare => conversation.compare().await,
            Order::File(path) => transfers.extend(conversation.send_file(path).await),
            Order::Leave => return conversation.leave().await,
            Order::LeaveNow => {
                for transfer in transfers {
                    conversation.cancel(transfer).await;
                }
                return conversation.leave().await;
            }
        }
    }
}

/// Tells an event. Some end.
fn hear(event: Event, files: &mut Files, output: &mut Output) -> Option<Result<(), Stop>> {
    output.tell(match event {
        Event::TextReceived(text) => Told::Message { text },
        Event::FileOffered {
            transfer,
            name,
            size,
        } => {
            files.offered(transfer, &name);
            Told::FileOffered { name, bytes: size }
        }
        Event::FileProgress {
            transfer,
            done,
            size,
        } => Told::FileProgress {
            name: files.name(transfer),
            done,
            bytes: size,
            incoming: transfer.direction == Direction::Incoming,
        },
        Event::FileReceived {
            transfer,
            path,
            bytes,
            hash,
            took,
        } => Told::FileReceived {
            name: files.take(transfer),
            path: path.to_string_lossy().into_owned(),
            bytes,
            blake2b: hex(&hash),
            seconds: took.as_secs_f64(),
        },
        Event::FileSent {
            transfer,
            bytes,
            hash,
            took,
        } => Told::FileSent {
            name: files.take(transfer),
            bytes,
            blake2b: hex(&hash),
            seconds: took.as_secs_f64(),
        },
        Event::FileFailed {
            transfer,
            reason,
            by_peer,
        } => {
            let name = files.take(transfer);
            Told::FileFailed {
                text: words::file_failed(&name, reason, by_peer),
                name,
                by_peer,
            }
        }
        Event::Comparing(shown) => Told::Comparing {
            symbols: words::symbols(&shown),
            digits: shown.digits().map(|group| format!("{group:04}")).join(" "),
        },
        Event::Interrupted => Told::Interrupted,
        Event::Resumed => Told::Resumed,
        Event::Ended(ending) => return Some(end(ending, output)),
    });
    None
}

fn end(ending: Ending, output: &mut Output) -> Result<(), Stop> {
    let reason = match ending {
        Ending::PeerLeft => "peer_left",
        Ending::Left => "left",
        Ending::Lost(_) => return Err(Stop::new(Status::NotReached, "lost", words::LOST)),
        Ending::Broken(violation) => {
            let sentence = words::broken(&violation.to_string());
            return Err(Stop::new(Status::Insecure, "broken", sentence));
        }
    };
    output.tell(Told::Ended {
        reason: reason.to_owned(),
    });
    Ok(())
}

/// What the files on their way are called.
#[derive(Default)]
struct Files {
    /// Asked for here and not heard of yet: they begin in this order.
    announced: VecDeque<String>,
    names: HashMap<Transfer, String>,
}

impl Files {
    fn announce(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or(path.as_os_str());
        self.announced
            .push_back(name.to_string_lossy().into_owned());
    }

    fn offered(&mut self, transfer: Transfer, name: &str) {
        self.names.insert(transfer, name.to_owned());
    }

    fn name(&mut self, transfer: Transfer) -> String {
        self.names
            .entry(transfer)
            .or_insert_with(|| self.announced.pop_front().unwrap_or_default())
            .clone()
    }

    /// The name of a file that is done with.
    fn take(&mut self, transfer: Transfer) -> String {
        let name = self.name(transfer);
        self.names.remove(&transfer);
        name
    }

    fn incoming(&self) -> usize {
        let is_incoming = |transfer: &&Transfer| transfer.direction == Direction::Incoming;
        self.names.keys().filter(is_incoming).count()
    }

    fn under_way(&self) -> bool {
        !self.announced.is_empty() || !self.names.is_empty()
    }
}
