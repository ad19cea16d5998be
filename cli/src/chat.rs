//! The conversation in a terminal: lines out, messages in, files both ways.
//!
//! What is typed goes through a task of its own, because sending may have to wait for the other side
//! while its messages must go on being read.

use crate::home::Home;
use crate::interrupt::Interrupt;
use crate::limits::LimitArgs;
use crate::lines::Lines;
use crate::output::{Event as Told, Output, hex};
use crate::status::{Status, Stop};
use crate::{input, met, strings, words};
use handfast_native::conversation::{
    Comparison, Conversation, Direction, Ending, Event, Finding, Limit, Options, Transfer,
};
use handfast_native::handshake::{ShortString, Trust};
use handfast_native::pairing::Meeting;
use handfast_native::store::Refused;
use handfast_native::{GOODBYE, unix_seconds};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// Lines that may wait to be sent before no more are read.
const ORDERS: usize = 16;

enum Order {
    Text(String),
    File(PathBuf),
    /// Take these files, or decline them.
    Accept(Vec<Transfer>),
    Decline(Vec<Transfer>),
    AllowMore,
    /// Deliver what is queued, then say goodbye.
    Leave,
    /// Cancel every file, then say goodbye.
    LeaveNow,
}

/// Where files go, and what they may cost.
#[derive(clap::Args)]
pub(crate) struct ChatArgs {
    #[arg(
        long,
        value_name = "DIR",
        default_value = "handfast-downloads",
        help = strings::option_downloads()
    )]
    downloads: PathBuf,
    #[command(flatten)]
    limits: LimitArgs,
}

/// What a person sits at: the screen, the keyboard, and Ctrl-C.
type Desk<'a> = (&'a mut Output, &'a mut Lines, &'a mut Interrupt);

/// Talks until one side leaves.
///
/// # Errors
/// When the connection was lost or ended for safety, or by Ctrl-C.
pub(crate) async fn talk(
    meeting: Meeting,
    args: ChatArgs,
    home: Option<&Home>,
    (output, lines, interrupt): Desk<'_>,
) -> Result<(), Stop> {
    let met = &meeting.acquaintance;
    let whoever = Refused {
        key: met.key,
        name: met.name.clone(),
        since: unix_seconds(),
    };
    let options = Options {
        limits: args.limits.limits(),
        ..Options::new(args.downloads, met.trust)
    };
    let link = meeting.link.state();
    let (conversation, mut events) =
        Conversation::start(meeting.link, meeting.acquaintance.channel, options);
    let mut judge = Judge::new(conversation.comparison());
    let (orders, given) = mpsc::channel(ORDERS);
    tokio::spawn(carry_out(conversation, given));

    let mut files = Files::default();
    // The person wants to go, as soon as files that are coming in are here.
    let mut leaving = false;
    let mut left = false;
    loop {
        if leaving && !left && files.coming() == 0 {
            left = orders.try_send(Order::Leave).is_ok();
        }
        tokio::select! {
            event = events.recv() => {
                let Some(event) = event else { return Ok(()) };
                judge.heard(&event);
                if let Some(end) = hear(event, &mut files, output) {
                    drop(orders);
                    met::closed(link).await;
                    return end;
                }
            }
            line = next_line(lines, &orders), if !leaving => {
                let line = line.as_deref().map(str::trim_end);
                let (command, rest) = line.map_or(("/quit", ""), command);
                match command {
                    "/quit" => {
                        leaving = true;
                        if files.under_way() {
                            output.note(strings::files_under_way());
                        }
                    }
                    "" => {}
                    "/help" => output.note(strings::chat_help()),
                    "/send" if rest.is_empty() => output.note(strings::send_what()),
                    "/send" => send_file(rest, &mut files, &orders, output),
                    "/accept" => answer(rest, &mut files, &orders, output, Order::Accept),
                    "/decline" => answer(rest, &mut files, &orders, output, Order::Decline),
                    // The caller has seen that there is room.
                    "/more" => drop(orders.try_send(Order::AllowMore)),
                    "/compare" => judge.wish(output),
                    "/same" => judge.say_same(output),
                    "/onlythey" => judge.say_only_they(output),
                    "/different" if judge.say_different(output) => {
                        // Hung up already, with no goodbye to whoever sits in between.
                        if let Some(home) = home {
                            home.with_store(move |store| store.refuse(whoever)).await?;
                        }
                        met::closed(link).await;
                        return Err(Stop::new(Status::Insecure, "different", strings::different()));
                    }
                    "/different" => {}
                    _ => send_text(line.unwrap_or_default(), &orders, output),
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

/// The next line, once there is room for what it asks.
async fn next_line(lines: &mut Lines, orders: &mpsc::Sender<Order>) -> Option<String> {
    drop(orders.reserve().await);
    lines.next().await
}

/// A typed line as its first word, if that is a command, and what follows it.
fn command(line: &str) -> (&str, &str) {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    match first {
        "/send" | "/accept" | "/decline" => (first, rest.trim()),
        _ => (line, ""),
    }
}

/// What two people compare here, and what this one says of it.
struct Judge {
    comparison: Comparison,
    shown: Option<ShortString>,
    /// The other person has asked.
    is_asked: bool,
}

impl Judge {
    fn new(comparison: Comparison) -> Self {
        Self {
            comparison,
            shown: None,
            is_asked: false,
        }
    }

    fn heard(&mut self, event: &Event) {
        match event {
            Event::CompareOffered => self.is_asked = true,
            Event::Comparing(shown) => {
                self.shown = Some(*shown);
                self.is_asked = false;
            }
            _ => {}
        }
    }

    fn wish(&self, output: &mut Output) {
        match self.comparison.wish() {
            Ok(()) if self.is_asked => {}
            Ok(()) => output.note(strings::compare_asked()),
            Err(error) => output.note(words::not_compared(error)),
        }
    }

    /// What is shown is judged like that; whether it was.
    fn judge(&mut self, finding: Finding, output: &mut Output) -> bool {
        let shown = self.shown.take();
        let judged = shown.map(|shown| self.comparison.judge(shown, finding));
        let is_judged = matches!(judged, Some(Ok(_)));
        if !is_judged {
            output.note(strings::nothing_to_judge());
        }
        is_judged
    }

    fn say_same(&mut self, output: &mut Output) {
        if self.judge(Finding::Same, output) {
            tell_trust(self.comparison.trust(), output);
        }
    }

    /// Only who is meant would have asked that and known the answer.
    fn say_only_they(&self, output: &mut Output) {
        match self.comparison.take_word() {
            Some(trust) => tell_trust(trust, output),
            None => output.note(strings::nothing_to_say()),
        }
    }

    fn say_different(&mut self, output: &mut Output) -> bool {
        self.judge(Finding::Different, output)
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
        Ok(_) => output.note(strings::send_what()),
        Err(error) => output.note(words::unreadable(&path.to_string_lossy(), &error)),
    }
}

/// Answers the offer with this number, or all that wait.
fn answer(
    which: &str,
    files: &mut Files,
    orders: &mpsc::Sender<Order>,
    output: &mut Output,
    order: fn(Vec<Transfer>) -> Order,
) {
    let answered = files.answer(which);
    if answered.is_empty() {
        output.note(strings::no_such_offer());
    } else {
        // The caller has seen that there is room.
        let _ = orders.try_send(order(answered));
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
            Order::File(path) => transfers.extend(conversation.send_file(path).await),
            Order::Accept(files) => {
                for transfer in files {
                    conversation.accept(transfer).await;
                }
            }
            Order::Decline(files) => {
                for transfer in files {
                    conversation.cancel(transfer).await;
                }
            }
            Order::AllowMore => conversation.allow_more().await,
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
            asks,
        } => Told::FileOffered {
            number: files.offered(transfer, &name, asks),
            name,
            bytes: size,
            asks,
        },
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
        Event::CompareOffered => Told::CompareOffered,
        Event::Comparing(shown) => Told::Comparing {
            symbols: words::symbols(&shown),
            digits: shown.digits().map(|group| format!("{group:04}")).join(" "),
        },
        Event::Limited(limit) => Told::Limited {
            limit: limit_key(limit).to_owned(),
            text: words::limited(limit).to_owned(),
        },
        Event::Released => Told::Released,
        Event::Interrupted => Told::Interrupted,
        Event::Resumed => Told::Resumed,
        Event::Ended(ending) => return Some(end(ending, output)),
    });
    None
}

/// One word for programs.
fn limit_key(limit: Limit) -> &'static str {
    match limit {
        Limit::Entries => "messages",
        Limit::Bytes => "text",
        Limit::OpenOffers => "open_files",
    }
}

fn end(ending: Ending, output: &mut Output) -> Result<(), Stop> {
    let reason = match ending {
        Ending::PeerLeft => "peer_left",
        Ending::Left => "left",
        Ending::Lost(_) => return Err(Stop::new(Status::NotReached, "lost", strings::lost())),
        Ending::Different => {
            return Err(Stop::new(
                Status::Insecure,
                "different",
                strings::different(),
            ));
        }
        Ending::Broken(violation) => {
            let sentence = words::broken(violation);
            return Err(Stop::new(Status::Insecure, "broken", sentence));
        }
    };
    output.tell(Told::Ended {
        reason: reason.to_owned(),
    });
    Ok(())
}

/// The files on their way, and those that are offered.
#[derive(Default)]
struct Files {
    /// What was sent here, in its order, for as long as it is under way.
    ours: Vec<Option<String>>,
    theirs: HashMap<Transfer, Theirs>,
    /// The number of the last one that was offered.
    last: u64,
}

struct Theirs {
    name: String,
    /// By which a person answers.
    number: u64,
    /// It waits for their answer.
    asks: bool,
}

impl Files {
    fn announce(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or(path.as_os_str());
        self.ours.push(Some(name.to_string_lossy().into_owned()));
    }

    /// The number of the offer.
    fn offered(&mut self, transfer: Transfer, name: &str, asks: bool) -> u64 {
        self.last += 1;
        let file = Theirs {
            name: name.to_owned(),
            number: self.last,
            asks,
        };
        self.theirs.insert(transfer, file);
        self.last
    }

    /// The offers that are meant by a number, or all; they wait for no answer any more.
    fn answer(&mut self, which: &str) -> Vec<Transfer> {
        let number: Option<u64> = which.parse().ok();
        let is_meant = |file: &Theirs| which.is_empty() || Some(file.number) == number;
        let waiting = self.theirs.iter_mut();
        let mut meant: Vec<_> = waiting
            .filter(|(_, file)| file.asks && is_meant(file))
            .collect();
        meant.sort_by_key(|(_, file)| file.number);
        let answered = meant.into_iter().map(|(transfer, file)| {
            file.asks = false;
            *transfer
        });
        answered.collect()
    }

    fn our(&mut self, transfer: Transfer) -> Option<&mut Option<String>> {
        let at = transfer.number().checked_sub(1)?;
        self.ours.get_mut(at as usize)
    }

    fn name(&mut self, transfer: Transfer) -> String {
        let name = match transfer.direction {
            Direction::Outgoing => self.our(transfer).and_then(|name| name.clone()),
            Direction::Incoming => self.theirs.get(&transfer).map(|file| file.name.clone()),
        };
        name.unwrap_or_default()
    }

    /// The name of a file that is done with.
    fn take(&mut self, transfer: Transfer) -> String {
        let name = self.name(transfer);
        self.theirs.remove(&transfer);
        if let Some(name) = self
            .our(transfer)
            .filter(|_| transfer.direction == Direction::Outgoing)
        {
            *name = None;
        }
        name
    }

    /// How many come in.
    fn coming(&self) -> usize {
        self.theirs.values().filter(|file| !file.asks).count()
    }

    fn under_way(&self) -> bool {
        self.coming() > 0 || self.ours.iter().any(Option::is_some)
    }
}
