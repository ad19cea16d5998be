//! The least that two people need to talk in a simulation: texts, a goodbye, and the comparison, over
//! the real sealed channel and with the real commitment.

use super::disk::Disk;
use bytes::Bytes;
use handfast_device::{Carried, FileOrder, TalkCommand, TalkEvent};
use handfast_protocol::conversation::{Ending, Event};
use handfast_protocol::handshake::{Channel, GuestComparison, HostComparison, ShortString};
use handfast_protocol::link::LinkError;
use handfast_protocol::log::Message;
use handfast_protocol::reconnect;
use handfast_protocol::transfer::{self, Decision, FileRequest, Transfers};
use handfast_token::{Role, Secret};

const TEXT: u8 = 0;
const BYE: u8 = 1;
const WISH: u8 = 2;
const COMMIT: u8 = 3;
const NONCE: u8 = 4;
const OPEN: u8 = 5;
const LOG: u8 = 6;
const CONTACT: u8 = 7;

fn decision(order: FileOrder) -> Decision {
    match order {
        FileOrder::Decide(decision) => decision,
        FileOrder::OfferFolder { .. } => panic!("nobody sends a folder here"),
    }
}

/// Frames to send, and what to tell.
type Said = (Vec<Bytes>, Vec<TalkEvent>);

pub(crate) struct SimTalk {
    channel: Channel,
    has_log: bool,
    /// Those that survive the link.
    files: Option<Transfers>,
    seed: u64,
    ours: bool,
    theirs: bool,
    host: Option<HostComparison>,
    guest: Option<GuestComparison>,
    is_over: bool,
    heard_bye: bool,
}

impl SimTalk {
    pub(crate) fn new(
        channel: Channel,
        has_log: bool,
        carried: Option<Box<Carried>>,
        seed: u64,
    ) -> Self {
        let files = carried.map(|carried| {
            let mut files = Transfers::new(carried.terms);
            for order in carried.orders {
                files.decide(decision(order));
            }
            files
        });
        Self {
            channel,
            has_log,
            files,
            seed,
            ours: false,
            theirs: false,
            host: None,
            guest: None,
            is_over: false,
            heard_bye: false,
        }
    }

    fn say(&mut self, kind: u8, body: &[u8]) -> Vec<Bytes> {
        let frame = [&[kind], body].concat();
        vec![self.channel.sealer.seal(&frame).expect("a short frame")]
    }

    fn tell(event: Event) -> Vec<TalkEvent> {
        vec![TalkEvent::Event(event)]
    }

    fn nonce(&mut self) -> [u8; 32] {
        let mut rng = super::world::Rng::new(self.seed);
        self.seed = rng.next();
        let mut nonce = [0; 32];
        nonce.fill_with(|| rng.next() as u8);
        nonce
    }

    /// Says and tells all that there is to be of files, with a disk that answers at once.
    pub(crate) fn move_files(&mut self, disk: &mut Disk) -> Said {
        let (mut say, mut tell) = (Vec::new(), Vec::new());
        let Some(mut files) = self.files.take() else {
            return (say, tell);
        };
        loop {
            if let Some(FileRequest { id, ask }) = files.poll_request() {
                files.answered(id, disk.perform(ask));
            } else if let Some(message) = files.poll_message(0) {
                let (head, tail) = message.encode();
                // Its own kinds are none of those above.
                say.extend(self.say(head[0], &[&head[1..], &tail].concat()));
            } else if let Some(event) = files.poll_event() {
                tell.extend(Self::tell(Event::File(event)));
            } else {
                break;
            }
        }
        self.files = Some(files);
        (say, tell)
    }

    /// The link has ended. What was checked of files is kept.
    pub(crate) fn lost(&mut self, disk: &mut Disk) -> TalkEvent {
        self.close_files(disk);
        let before = std::mem::replace(&mut self.is_over, true);
        TalkEvent::Event(Event::Ended(match self.heard_bye || before {
            true => Ending::PeerLeft,
            false => Ending::Lost(LinkError::Lost),
        }))
    }

    fn close_files(&mut self, disk: &mut Disk) {
        if let Some(mut files) = self.files.take() {
            files.close();
            while let Some(FileRequest { id, ask }) = files.poll_request() {
                files.answered(id, disk.perform(ask));
            }
        }
    }

    fn commit_if_both_wish(&mut self) -> Vec<Bytes> {
        if self.channel.role != Role::Host || !self.ours || !self.theirs {
            return Vec::new();
        }
        (self.ours, self.theirs) = (false, false);
        let nonce = Secret::new(self.nonce());
        let comparison = HostComparison::new(self.channel.hash, nonce);
        let commitment = comparison.commitment();
        self.host = Some(comparison);
        self.say(COMMIT, &commitment)
    }

    fn show(shown: ShortString) -> Vec<TalkEvent> {
        Self::tell(Event::Comparing(shown))
    }

    pub(crate) fn hear(&mut self, frame: Bytes, disk: &mut Disk) -> Said {
        // Of a link that is gone nothing is heard.
        if self.is_over {
            return (Vec::new(), Vec::new());
        }
        let body = self.channel.opener.open(frame).expect("the peer's frame");
        let (kind, rest) = body.split_first().expect("a kind");
        let array = || <[u8; 32]>::try_from(rest).expect("32 bytes");
        match *kind {
            LOG => {
                assert!(self.has_log, "a word about logs where one side keeps none");
                let message = Message::parse(Bytes::copy_from_slice(rest)).expect("a message");
                (Vec::new(), Self::tell(Event::Log(message)))
            }
            CONTACT => {
                let message = reconnect::Message::parse(rest).expect("a message");
                (Vec::new(), Self::tell(Event::Contact(message)))
            }
            kind if transfer::message::KINDS.contains(&kind) => {
                let files = self.files.as_mut();
                let files = files.expect("files where one side carries none");
                let message = transfer::Message::parse(body).expect("a message");
                files.heard(message).expect("a peer that keeps the rules");
                self.move_files(disk)
            }
            TEXT => {
                assert!(!self.has_log, "a text where both keep what is said");
                let text = String::from_utf8(rest.to_vec()).expect("a text");
                (Vec::new(), Self::tell(Event::TextReceived(text)))
            }
            BYE => {
                self.heard_bye = true;
                self.is_over = true;
                self.close_files(disk);
                (Vec::new(), Self::tell(Event::Ended(Ending::PeerLeft)))
            }
            WISH => {
                self.theirs = true;
                let say = self.commit_if_both_wish();
                let tell = match self.ours || !say.is_empty() {
                    true => Vec::new(),
                    false => Self::tell(Event::CompareOffered),
                };
                (say, tell)
            }
            COMMIT => {
                (self.ours, self.theirs) = (false, false);
                let nonce = self.nonce();
                self.guest = Some(GuestComparison::new(self.channel.hash, array(), nonce));
                (self.say(NONCE, &nonce), Vec::new())
            }
            NONCE => {
                let comparison = self.host.take().expect("committed");
                let (opening, shown) = comparison.open(&array());
                (self.say(OPEN, &opening), Self::show(shown))
            }
            OPEN => {
                let comparison = self.guest.take().expect("answered");
                let shown = comparison.open(array()).expect("an honest host");
                (Vec::new(), Self::show(shown))
            }
            other => panic!("{other}"),
        }
    }

    /// Frames to send, what to tell, and whether it is over.
    pub(crate) fn carry_out(
        &mut self,
        command: TalkCommand,
        disk: &mut Disk,
    ) -> (Vec<Bytes>, Vec<TalkEvent>, bool) {
        if self.is_over {
            return (Vec::new(), Vec::new(), false);
        }
        match command {
            TalkCommand::Text(text) => {
                let say = self.say(TEXT, text.as_bytes());
                (say, vec![TalkEvent::Said], false)
            }
            TalkCommand::Log(message) => {
                let (head, tail) = message.encode();
                let say = self.say(LOG, &[&head[..], &tail].concat());
                (say, Vec::new(), false)
            }
            TalkCommand::Contact(message) => {
                let say = self.say(CONTACT, &message.to_bytes());
                (say, Vec::new(), false)
            }
            TalkCommand::File(order) => {
                if let Some(files) = &mut self.files {
                    files.decide(decision(order));
                }
                let (say, tell) = self.move_files(disk);
                (say, tell, false)
            }
            TalkCommand::Compare if self.ours || self.host.is_some() || self.guest.is_some() => {
                (Vec::new(), Vec::new(), false)
            }
            TalkCommand::Compare => {
                self.ours = true;
                let begins = self.commit_if_both_wish();
                let say = match begins.is_empty() {
                    true => self.say(WISH, &[]),
                    false => begins,
                };
                (say, Vec::new(), false)
            }
            TalkCommand::Leave | TalkCommand::LeaveNow => {
                self.is_over = true;
                self.close_files(disk);
                let say = self.say(BYE, &[]);
                (say, Self::tell(Event::Ended(Ending::Left)), true)
            }
            _ => (Vec::new(), Vec::new(), false),
        }
    }
}
