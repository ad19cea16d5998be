//! Everything that may go over the socket is read as it was written, and says the same.

use super::client::from_here;
use super::fuzz;
use super::messages::{FromClient, FromOwner, OverviewChange};
use crate::Overview;
use crate::home::tests::{Numbers, accepted, invitation, settings};
use handfast_device::{
    AcceptTerms, Asked, BundleError, Bundled, Command, ContactEdit, ContactView, DeliveryMode,
    Done, EndReason, Event, ExportTerms, Exported, FileState, Hindrance, Hit, Hits, Inquiries,
    InviteTerms, Lasting, Milestones, Named, Outlook, Pause, Pending, PendingId, Preview,
    Protection, Provenance, Quoted, Reached, Reaction, ReflexiveReport, Refusal, RouterReport, Row,
    RowContent, Saying, Scope, Search, SessionCommand, SessionEnd, SessionId, SessionTerms, Tag,
    View, Wish,
};
use handfast_protocol::conversation::{CompareError, FileError, Finding, Violation};
use handfast_protocol::handshake::{
    ChannelError, Client, ClientKind, PublicKey, ShortString, Site, Trust, TrustReason,
};
use handfast_protocol::log::{Incarnation, LockedText, Place};
use handfast_protocol::network::{Mapping, MappingError, NetworkReport};
use handfast_protocol::pairing::{Cause, Failure, GuestStage, HostStage, OtherInvitation};
use handfast_protocol::question::Standing;
use handfast_protocol::reconnect::RestoredClaim;
use handfast_seal::{Answers, Cost, Header, Kind, Lock, Questions, SealError};
use handfast_store::{KeyStoreError, Refused, StoreError};
use handfast_token::{
    Here, HereError, HereKey, Question, ReplyError, SealedBundle, SealedHere, Secret, Token,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Numbers {
    fn any(&mut self) -> u64 {
        self.below(u64::MAX)
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 0
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    fn perhaps<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        match self.yes() {
            true => Some(make(self)),
            false => None,
        }
    }

    fn text(&mut self) -> String {
        self.one(&[
            "",
            "a",
            "Zoë \"7\"\n{}",
            "\u{0}\u{1f469}\u{202e}",
            "\\u0000",
        ])
        .to_owned()
    }

    fn id(&mut self) -> SessionId {
        SessionId(self.any())
    }

    fn span(&mut self) -> Duration {
        Duration::from_millis(self.below(1 << 40))
    }

    fn measured(&mut self) -> Duration {
        Duration::from_nanos(self.below(1 << 50))
    }

    fn tag(&mut self) -> Tag {
        let syllables = ["ba", "zu", "ki", "to"];
        let text: String = (0..4).map(|_| self.one(&syllables)).collect();
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    fn path(&mut self) -> PathBuf {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            let raw = b"/no\xff text".to_vec();
            if self.yes() {
                return std::ffi::OsString::from_vec(raw).into();
            }
        }
        self.text().into()
    }

    fn address(&mut self) -> IpAddr {
        self.one(&["127.0.0.1", "2a02:810a::2"]).parse().unwrap()
    }

    fn question(&mut self) -> Question {
        Question::new(self.one(&["Where?", "Wer \"ist\" das?"])).unwrap()
    }

    fn questions(&mut self) -> Questions {
        let count = self.below(4);
        Questions::new((0..count).map(|_| self.question()).collect()).unwrap()
    }

    fn answers(&mut self) -> Answers {
        let count = 1 + self.below(5);
        let typed: Vec<&str> = (0..count)
            .map(|_| self.one(&["the lighthouse", "Straße \"7\"", "\\"]))
            .collect();
        Answers::new(&typed).unwrap()
    }

    fn key(&mut self) -> PublicKey {
        PublicKey([self.below(256) as u8; 32])
    }

    fn token(&mut self) -> Token {
        let number = self.below(256) as u8;
        match self.below(3) {
            0 => Token::Invitation(invitation(number)),
            1 => Token::Reply(accepted(number, 1).reply),
            _ => Token::Sealed([b"HFS1", &[number][..]].concat()),
        }
    }

    fn pending(&mut self) -> PendingId {
        let id = [self.below(256) as u8; 16];
        match self.yes() {
            true => PendingId::hosted(id),
            false => PendingId::accepted(id),
        }
    }

    fn trust(&mut self) -> Trust {
        let key = self.key();
        Trust::because(self.one(&[
            TrustReason::OpenLink,
            TrustReason::SawTheCode,
            TrustReason::TheirQuestion,
            TrustReason::ByYourWord,
            TrustReason::IntroducedBy(key),
            TrustReason::LockedLink,
            TrustReason::Answered,
            TrustReason::Scanned,
            TrustReason::Compared,
        ]))
    }

    fn provenance(&mut self) -> Provenance {
        self.one(&[Provenance::Camera, Provenance::Carried, Provenance::Locked])
    }

    fn cause(&mut self) -> Cause {
        self.one(&[Cause::NoNetwork, Cause::KeptApart, Cause::StrictUnreplied])
    }

    fn store_error(&mut self) -> StoreError {
        self.one(&[
            StoreError::NotAStore,
            StoreError::InUse,
            StoreError::KeyStore(KeyStoreError::Exposed),
            StoreError::KeyStore(KeyStoreError::Unreachable(ErrorKind::StorageFull)),
            StoreError::Unreachable(ErrorKind::PermissionDenied),
            StoreError::Unreachable(ErrorKind::Other),
            StoreError::Over(EndReason::Burned),
        ])
    }

    fn client(&mut self) -> Client {
        let kind = self.one(&[
            ClientKind::Program,
            ClientKind::App,
            ClientKind::Page,
            ClientKind::Embedded,
            ClientKind::File,
        ]);
        let site = self.perhaps(|numbers| format!("a{}.example:8080", numbers.below(1 << 16)));
        Client::new(kind, site.as_deref().and_then(Site::new))
    }

    fn session_terms(&mut self) -> SessionTerms {
        SessionTerms {
            yields: self.yes(),
            is_incognito: self.yes(),
            called: self.perhaps(Self::text),
            client: self.perhaps(Self::client),
            asking: self.perhaps(|numbers| settings(numbers).asking),
            nearby: self.perhaps(Self::yes),
            limits: self.perhaps(|numbers| settings(numbers).limits),
            downloads: self.perhaps(Self::path),
            scope: self.one(&[Scope::Network, Scope::Both, Scope::ThisMachine]),
            port: self.perhaps(|numbers| numbers.below(65_536) as u16),
        }
    }

    fn accept_terms(&mut self) -> AcceptTerms {
        AcceptTerms {
            patience: self.perhaps(Self::span),
            reply_at_once: self.yes(),
            only_by_reply: self.yes(),
            is_far: self.yes(),
            terms: self.session_terms(),
        }
    }

    fn invite_terms(&mut self) -> InviteTerms {
        InviteTerms {
            delivery: self.one(&[DeliveryMode::Show, DeliveryMode::Send]),
            is_far: self.yes(),
            lifetime: self.perhaps(Self::span),
            protection: match self.below(3) {
                0 => Protection::Open,
                1 => Protection::Asked(self.question(), self.answers()),
                _ => Protection::Locked(self.questions(), self.answers()),
            },
            name: self.perhaps(Self::text),
            terms: self.session_terms(),
        }
    }

    fn command(&mut self) -> Command {
        match self.below(24) {
            21 => Command::Bundle(self.key()),
            22 => Command::TakeBundle(Box::new(self.bundle())),
            19 => Command::Search(Box::new(Search {
                with: self.key(),
                words: self.text(),
                before: self.perhaps(Self::place),
            })),
            0 => Command::Invite(Box::new(self.invite_terms())),
            1 => {
                let invitation = invitation(self.below(256) as u8);
                Command::Open(Box::new(invitation), self.provenance())
            }
            2 => Command::OpenLocked(vec![self.below(256) as u8; self.below(99) as usize]),
            3 => Command::Resume(self.pending(), Box::new(self.accept_terms())),
            4 => Command::Withdraw(self.pending()),
            5 => {
                let reply = accepted(self.below(256) as u8, 1).reply;
                Command::Reply(Box::new(reply), self.provenance())
            }
            6 => Command::To(self.id(), self.session_command()),
            7 => Command::Forget(self.key()),
            8 => Command::Choose(Box::new(settings(self))),
            9 => Command::Boost,
            10 => Command::Survey,
            11 => {
                let addresses = (0..self.below(3)).map(|_| self.address()).collect();
                Command::NetworkChanged(addresses, self.perhaps(Self::address))
            }
            12 => Command::Sleep,
            18 => Command::Away(self.yes()),
            13 => Command::Seek(self.key(), Box::new(self.session_terms())),
            14 => Command::Change(self.key(), self.edit()),
            15 => Command::Export(Box::new(ExportTerms {
                place: self.path(),
                with_messages: self.yes(),
                code: Secret::new([self.below(256) as u8; 16]),
                beside: self.perhaps(|numbers| (numbers.questions(), numbers.answers())),
            })),
            16 => Command::ReadHere(self.here()),
            17 => Command::SeekHere(self.here(), Box::new(self.session_terms())),
            20 => Command::Offer {
                to: self.key(),
                path: self.path(),
                name: self.text(),
            },
            _ => Command::Wake,
        }
    }

    fn bundle(&mut self) -> SealedBundle {
        let mut bytes = vec![self.below(256) as u8; 1 + 14 + 4 + 1_024 + 16];
        bytes[0] = 0x51;
        bytes[15..19].copy_from_slice(&1_024_u32.to_le_bytes());
        SealedBundle::parse(&bytes).unwrap()
    }

    fn place(&mut self) -> Place {
        Place {
            lamport: self.any(),
            author: self.key().0,
            incarnation: Incarnation {
                counter: self.below(1 << 32) as u32,
                random: self.any().to_le_bytes(),
            },
            sequence: self.any(),
            hash: self.key().0,
        }
    }

    fn edit(&mut self) -> ContactEdit {
        match self.below(4) {
            0 => ContactEdit::Name(self.perhaps(Self::text)),
            1 => ContactEdit::Blocked(self.yes()),
            2 => ContactEdit::OtherDeviceIsOurs(self.yes()),
            _ => ContactEdit::Allowance(self.perhaps(Self::any)),
        }
    }

    fn here(&mut self) -> Box<SealedHere> {
        let here = Here {
            made: self.below(1 << 32) as u32,
            candidates: accepted(1, 1).invitation.candidates.clone(),
        };
        let key = HereKey {
            finding: &Secret::new([1; 32]),
            day: self.below(1 << 16) as u16,
            maker: &self.key().0,
        };
        Box::new(here.seal(&key, [self.below(256) as u8; 8]))
    }

    fn session_command(&mut self) -> SessionCommand {
        match self.below(17) {
            12 => SessionCommand::Here,
            15 => SessionCommand::Open(self.any(), self.answers()),
            13 => SessionCommand::Ask(Question::new("Our dog?").unwrap(), self.answers()),
            14 => SessionCommand::NoAnswer,
            0 => {
                let code = self.perhaps(|numbers| Secret::new([numbers.below(256) as u8; 16]));
                SessionCommand::Unlock(self.answers(), code)
            }
            1 => SessionCommand::Accept(Box::new(self.accept_terms())),
            2 => SessionCommand::OfferReply,
            3 => SessionCommand::Answer(self.answers()),
            4 => SessionCommand::TryHarder,
            5 => SessionCommand::Close,
            6 => SessionCommand::Say(self.saying()),
            7 => {
                let reply = accepted(self.below(256) as u8, 1).reply;
                SessionCommand::Reply(Box::new(reply), self.provenance())
            }
            8 => {
                let invitation = invitation(self.below(256) as u8);
                SessionCommand::ShowAgain(Box::new(invitation), self.provenance())
            }
            9 => SessionCommand::Withdraw,
            10 => SessionCommand::Earlier,
            11 => SessionCommand::Seen(self.any()),
            _ => SessionCommand::Taken(self.below(1 << 32) as u32),
        }
    }

    fn saying(&mut self) -> Saying {
        match self.below(18) {
            0 => Saying::Text(self.text()),
            1 => Saying::File {
                path: self.path(),
                name: self.text(),
                size: self.any(),
            },
            2 => Saying::AcceptFile(self.any()),
            3 => Saying::CancelFile(self.any()),
            4 => Saying::Compare,
            5 => {
                let digits = [0; 3].map(|_: u16| self.below(65_536) as u16);
                let finding = self.one(&[Finding::Same, Finding::Different, Finding::Later]);
                Saying::Compared(digits, finding)
            }
            6 => Saying::OnlyThey,
            7 => Saying::AllowMore,
            8 => Saying::Reply {
                to: self.any(),
                text: self.text(),
            },
            9 => Saying::React(self.any(), self.text()),
            10 => Saying::Edit {
                row: self.any(),
                text: self.text(),
            },
            11 => Saying::TakeBack(self.any()),
            12 => Saying::PauseFile(self.any()),
            13 => Saying::ResumeFile(self.any()),
            14 => Saying::Disappear(self.perhaps(|numbers| numbers.below(1 << 32) as u32)),
            15 => Saying::Lock {
                text: self.text(),
                questions: self.questions(),
                answers: self.answers(),
            },
            16 => Saying::Locked(self.locked()),
            _ => Saying::Leave,
        }
    }

    fn locked(&mut self) -> LockedText {
        let questions = Questions::new(vec![self.question()]).unwrap();
        let header = Header {
            kind: Kind::File,
            lock: Lock::answers(Cost::STANDARD, false, questions),
            salt: [self.below(256) as u8; 32],
        };
        LockedText::new(header.to_bytes().into()).unwrap()
    }

    fn event(&mut self) -> Event {
        match self.below(10) {
            0 => Event::View(self.id(), Box::new(self.view())),
            1 => Event::Row(self.id(), self.row()),
            2 => Event::RowGone(self.id(), self.any()),
            3 => Event::PendingChanged,
            4 => Event::ContactsChanged,
            5 => Event::NetworkReport(Box::new(self.survey())),
            6 => {
                let error = self.one(&[CompareError::TooSoon, CompareError::NotShown]);
                Event::NotCompared(self.id(), error)
            }
            7 => Event::NotWritten(self.id(), self.text(), self.store_error()),
            8 => Event::OtherDevice(self.key()),
            _ => Event::NotRemembered(self.id(), self.store_error()),
        }
    }

    fn survey(&mut self) -> NetworkReport {
        let address = "192.0.2.1:3478".parse().unwrap();
        let mapping = Mapping {
            local: address,
            server: "[2001:db8::1]:5".parse().unwrap(),
            mapped: address,
        };
        NetworkReport {
            servers: vec!["stun.example.org:3478".parse().unwrap(); self.below(3) as usize],
            addresses: vec![self.address()],
            reflexive: self.perhaps(|numbers| ReflexiveReport {
                mappings: vec![mapping; numbers.below(3) as usize],
                asked: numbers.below(9) as usize,
            }),
            port: self.perhaps(|numbers| match numbers.yes() {
                true => Ok(address),
                false => Err(MappingError::NotPublic),
            }),
            hairpin: self.perhaps(Self::yes),
        }
    }

    fn row(&mut self) -> Row {
        Row {
            number: self.any(),
            ours: self.yes(),
            at: self.any(),
            before: self.perhaps(Self::any),
            lasting: self.perhaps(|numbers| Box::new(numbers.lasting())),
            content: match self.below(8) {
                0 => RowContent::Text(self.text()),
                1 => RowContent::Withdrawn,
                2 => RowContent::Ended,
                3 => RowContent::Restored,
                4 => RowContent::NotReadable,
                6 => RowContent::Locked {
                    questions: self.questions(),
                },
                5 => RowContent::Disappearing {
                    after: self.perhaps(|numbers| numbers.below(1 << 32) as u32),
                    holds: self.yes(),
                },
                _ => RowContent::File {
                    name: self.text(),
                    size: self.any(),
                    files: self.perhaps(|numbers| numbers.below(1 << 32) as u32),
                    state: match self.below(6) {
                        0 => FileState::Waiting,
                        1 => FileState::Offered,
                        2 => FileState::Moving { done: self.any() },
                        4 => FileState::Paused {
                            done: self.any(),
                            by: self.one(&[Pause::Here, Pause::There, Pause::Apart]),
                        },
                        3 => FileState::Done {
                            path: self.perhaps(Self::path),
                            hash: vec![self.below(256) as u8; 32],
                            took: self.measured(),
                        },
                        _ => FileState::Failed {
                            error: self.one(&[FileError::Declined, FileError::NoSpace]),
                            by_peer: self.yes(),
                        },
                    },
                },
            },
        }
    }

    fn lasting(&mut self) -> Lasting {
        let reaction = Reaction {
            ours: self.yes(),
            symbol: self.text(),
        };
        Lasting {
            is_delivered: self.yes(),
            is_old: self.yes(),
            is_unread: self.yes(),
            quote: self.perhaps(|numbers| match numbers.below(3) {
                0 => Quoted::Text(numbers.text()),
                1 => Quoted::Other,
                _ => Quoted::NotHere,
            }),
            reactions: vec![reaction; self.below(3) as usize],
            earlier: vec![self.text(); self.below(3) as usize],
            ends_at: self.perhaps(Self::any),
            preview: self.perhaps(|numbers| Preview {
                media_type: numbers.text(),
                bytes: vec![numbers.below(256) as u8; 32],
            }),
        }
    }

    fn view(&mut self) -> View {
        match self.below(10) {
            0 => View::Preparing {
                is_kept: self.yes(),
            },
            1 => View::Hosting {
                stage: self.one(&[
                    HostStage::Waiting,
                    HostStage::ScanTheirCode,
                    HostStage::Asking { tries_left: 2 },
                ]),
                expires_at: self.any(),
                delivery: self.one(&[DeliveryMode::Show, DeliveryMode::Send]),
                token: self.token(),
                is_outdated: self.yes(),
                is_reissued: self.yes(),
                is_replied: self.yes(),
                is_on_this_machine: self.yes(),
                outlook: self.perhaps(|numbers| Outlook {
                    is_seen: numbers.perhaps(Self::yes),
                    router: numbers.one(&[
                        RouterReport::NotAsked,
                        RouterReport::Opened,
                        RouterReport::Refused(MappingError::Refused),
                    ]),
                }),
                cause: self.perhaps(Self::cause),
                is_offline: self.yes(),
            },
            2 => View::Locked {
                questions: self.questions(),
                needs_code: self.yes(),
                is_unlocking: self.yes(),
                was_wrong: self.yes(),
            },
            3 => View::Opened {
                name: self.perhaps(Self::text),
                question: self.perhaps(Self::text),
                provenance: self.provenance(),
                expires_at: self.perhaps(Self::any),
                is_on_this_machine: self.yes(),
                is_kept: self.yes(),
            },
            4 => View::Connecting {
                stage: self.one(&[GuestStage::Knocking, GuestStage::SlotTaken]),
                is_moved: self.yes(),
                cause: self.perhaps(Self::cause),
                is_offline: self.yes(),
            },
            5 => View::ReplyNeeded {
                reply: accepted(self.below(256) as u8, 1).reply,
                is_slot_taken: self.yes(),
                cause: self.perhaps(Self::cause),
            },
            6 => View::Asking {
                question: self.text(),
                tries_left: self.below(256) as u8,
                was_wrong: self.yes(),
                is_repeated: self.yes(),
            },
            7 => View::Talking {
                key: self.key(),
                name: self.text(),
                client: self.perhaps(Self::client),
                namesake: self.perhaps(Self::key),
                trust: self.trust(),
                scans: self.below(256) as u8,
                milestones: Milestones {
                    ready: self.perhaps(Self::measured),
                    open: self.perhaps(Self::measured),
                    authenticated: self.perhaps(Self::measured),
                },
                times_reached: self.below(1 << 32) as u32,
                is_full: self.yes(),
                is_interrupted: self.yes(),
                wish: self.one(&[Wish::Nobody, Wish::Ours, Wish::Theirs]),
                comparing: self.perhaps(|numbers| {
                    let bits = numbers.below(1 << 36).to_string();
                    serde_json::from_str::<ShortString>(&bits).unwrap()
                }),
                questions: self.inquiries(),
                reached: self
                    .perhaps(|n| n.one(&[Reached::Messages, Reached::Text, Reached::Files])),
            },
            8 => View::Seeking {
                key: self.key(),
                name: self.text(),
                trust: self.trust(),
                heard: self.any(),
                is_here: self.yes(),
                restored: self.perhaps(|numbers| RestoredClaim {
                    name: numbers.text(),
                    theirs: numbers.yes(),
                    ours: numbers.yes(),
                }),
                questions: self.inquiries(),
                hindrance: self.perhaps(|n| n.one(&[Hindrance::NotKept, Hindrance::Frozen])),
                here: None,
                is_offline: self.yes(),
            },
            _ => View::Ended(self.end()),
        }
    }

    fn inquiries(&mut self) -> Inquiries {
        let asked = |numbers: &mut Self| Asked {
            question: numbers.text(),
            standing: numbers.one(&[
                Standing::Open,
                Standing::Checking,
                Standing::Wrong(2),
                Standing::Right,
                Standing::NotAnswered,
            ]),
        };
        Inquiries {
            ours: self.perhaps(asked),
            theirs: self.perhaps(asked),
        }
    }

    fn end(&mut self) -> SessionEnd {
        let error = self.store_error();
        self.one(&[
            SessionEnd::Closed,
            SessionEnd::Withdrawn,
            SessionEnd::Failed(Failure::LeftAfterAnswer),
            SessionEnd::Moved,
            SessionEnd::Seal(SealError::WrongAnswerOrAltered),
            SessionEnd::Refused,
            SessionEnd::Blocked,
            SessionEnd::Frozen,
            SessionEnd::Forgotten,
            SessionEnd::Elsewhere,
            SessionEnd::Different,
            SessionEnd::PeerLeft,
            SessionEnd::Lost,
            SessionEnd::Broken(Violation::Channel(ChannelError::Forged)),
            SessionEnd::Broken(Violation::Cheated),
            SessionEnd::Store(error),
        ])
    }

    fn result(&mut self) -> Result<Done, Refusal> {
        let (id, error, text) = (self.id(), self.store_error(), self.text());
        let exported = Exported {
            bytes: self.any(),
            contacts: self.any(),
            messages: self.any(),
        };
        let (key, age) = (self.key(), self.any());
        let hit = Hit {
            ours: self.yes(),
            at: self.any(),
            text: self.text(),
        };
        let bundled = Bundled {
            bundle: self.bundle(),
            messages: self.any(),
            is_all: self.yes(),
        };
        let hits = Hits {
            hits: vec![hit; self.below(3) as usize],
            next: self.perhaps(Self::place),
        };
        self.one(&[
            Ok(Done::Ok),
            Ok(Done::Session(id)),
            Ok(Done::GoesOn(id)),
            Ok(Done::Exported(exported)),
            Ok(Done::Here(key, age)),
            Ok(Done::Found(Box::new(hits))),
            Ok(Done::Bundled(Box::new(bundled))),
            Ok(Done::Opened(text)),
            Ok(Done::TakenIn {
                from: key,
                messages: age,
            }),
            Err(Refusal::Bundle(BundleError::Altered)),
            Err(Refusal::BundleMissing),
            Err(Refusal::Here(HereError::OtherContact)),
            Err(Refusal::SpentHere),
            Ok(Done::Beginning),
            Err(Refusal::NotNow),
            Err(Refusal::Busy(id)),
            Err(Refusal::TooMuchWaits),
            Err(Refusal::UnderWay(id)),
            Err(Refusal::Store(error)),
            Err(Refusal::Reply(ReplyError::Altered)),
            Err(Refusal::NoInvitation),
            Err(Refusal::OtherInvitation(OtherInvitation)),
            Err(Refusal::Seal(SealError::NotOurs)),
            Err(Refusal::TooLong),
            Err(Refusal::Blocked),
            Err(Refusal::NoTriesLeft),
            Err(Refusal::Unchangeable),
            Err(Refusal::Hindered(Hindrance::NotKept)),
            Err(Refusal::NotWritten(ErrorKind::AlreadyExists)),
            Err(Refusal::NotWritten(ErrorKind::StorageFull)),
        ])
    }

    fn overview(&mut self) -> Overview {
        let mut overview = Overview::default();
        for _ in 0..self.below(3) {
            let (id, view) = (self.id(), self.view());
            overview.sessions.insert(id, view);
            let pending = Pending {
                id: self.pending(),
                name: self.perhaps(Self::text),
                made: self.any(),
                provenance: self.provenance(),
                expires_at: self.perhaps(|numbers| numbers.below(1 << 40)),
                is_on_this_machine: self.yes(),
            };
            overview.pending.push((pending, self.perhaps(Self::id)));
            overview.names.push(Named {
                tag: self.tag(),
                id: self.pending(),
                ended: self.perhaps(|numbers| numbers.one(&[EndReason::Used, EndReason::Burned])),
            });
            overview.contacts.push(ContactView {
                key: self.key(),
                name: self.text(),
                given: self.perhaps(Self::text),
                trust: self.trust(),
                trusted: self.any(),
                fallen: self.perhaps(Self::trust),
                since: self.any(),
                heard: self.any(),
                findable: self.yes(),
                blocked: self.yes(),
                frozen: self.yes(),
                replaced: self.yes(),
                allowance: self.perhaps(Self::any),
                can_be_found: self.yes(),
                ways: Vec::new(),
                unread: self.any(),
                last_said: self.perhaps(Self::any),
            });
            overview.refused.push(Refused {
                key: self.key(),
                name: self.text(),
                since: self.any(),
            });
        }
        overview.settings = settings(self);
        overview
    }
}

/// It is one line, is read as it was written, and looks the same to whoever may look.
fn survives<T: Serialize + DeserializeOwned + Debug>(message: &T) {
    let line = serde_json::to_string(message).unwrap();
    assert!(!line.contains('\n'), "{line}");
    let read: T = serde_json::from_str(&line).unwrap();
    assert_eq!(format!("{read:?}"), format!("{message:?}"));
    assert_eq!(serde_json::to_string(&read).unwrap(), line);
}

/// The files and folders that a command names, as far as they are text.
fn places(command: &serde_json::Value) -> Vec<&Path> {
    let Some(fields) = command.as_object() else {
        let parts = command.as_array().into_iter().flatten();
        return parts.flat_map(places).collect();
    };
    let named = fields
        .iter()
        .flat_map(|(name, field)| match (name.as_str(), field.as_str()) {
            ("downloads" | "path" | "place", Some(place)) => vec![Path::new(place)],
            _ => places(field),
        });
    named.collect()
}

proptest! {
    #[test]
    fn every_message_is_read_as_it_was_written(seed: u64) {
        let mut numbers = Numbers::from(seed);
        for _ in 0..20 {
            let request = numbers.any();
            let command = numbers.command();
            survives(&FromClient::Command { request, command });
            survives(&FromClient::Enter { downloads: numbers.path() });
            survives(&FromOwner::Event(numbers.event()));
            let view = numbers.view();
            let again: View = serde_json::from_str(&serde_json::to_string(&view).unwrap()).unwrap();
            prop_assert_eq!(again, view);
            survives(&FromOwner::Answer { request, result: numbers.result() });
        }
    }

    #[test]
    fn whatever_a_client_asks_names_places_that_mean_the_same_to_the_owner(seed: u64) {
        let mut numbers = Numbers::from(seed);
        for _ in 0..20 {
            let command = serde_json::to_value(from_here(numbers.command())).unwrap();
            for place in places(&command) {
                prop_assert!(place.is_absolute() || place == Path::new(""), "{}", command);
            }
        }
    }

    #[test]
    fn whatever_comes_ends_in_a_message_or_an_error(
        seed: u64, noise: Vec<u8>, at: prop::sample::Index, size: u8,
    ) {
        fuzz::lines(&[&[size][..], &noise].concat());
        // A message with noise in it.
        let mut numbers = Numbers::from(seed);
        let command = numbers.command();
        let lines = [
            serde_json::to_vec(&FromClient::Command { request: 1, command }).unwrap(),
            serde_json::to_vec(&FromOwner::Event(numbers.event())).unwrap(),
        ];
        for line in lines {
            let at = at.index(line.len());
            let noisy = [&[size][..], &line, b"\n", &line[..at], &noise, &line[at..], b"\n"];
            fuzz::lines(&noisy.concat());
        }
    }

    #[test]
    fn an_overview_is_what_the_changes_made_of_it(seed: u64) {
        let mut numbers = Numbers::from(seed);
        let (mut theirs, mut before) = (Overview::default(), Overview::default());
        for _ in 0..4 {
            let mut now = numbers.overview();
            if numbers.yes() {
                now.contacts = before.contacts.clone();
            }
            let change = OverviewChange::between(&before, &now);
            let line = serde_json::to_string(&change).unwrap();
            serde_json::from_str::<OverviewChange>(&line).unwrap().apply(&mut theirs);
            prop_assert_eq!(format!("{theirs:?}"), format!("{now:?}"));
            prop_assert_eq!(&theirs.sessions, &now.sessions);
            prop_assert_eq!(OverviewChange::between(&now, &now), OverviewChange::default());
            before = now;
        }
    }
}

#[test]
fn what_goes_over_the_socket_is_written_in_forms_that_people_know() {
    let request = 7;
    let command = Command::To(
        SessionId(3),
        SessionCommand::Answer(Answers::new(&["The Lighthouse"]).unwrap()),
    );
    let line = serde_json::to_string(&FromClient::Command { request, command }).unwrap();
    let expected =
        r#"{"command":{"request":7,"command":{"to":[3,{"answer":["the lighthouse"]}]}}}"#;
    assert_eq!(line, expected);
    let mut terms = InviteTerms::new(DeliveryMode::Send);
    terms.lifetime = Some(Duration::from_secs(60));
    let line = serde_json::to_string(&Command::Invite(Box::new(terms))).unwrap();
    assert!(line.contains(r#""delivery":"send""#), "{line}");
    assert!(line.contains(r#""lifetime":60000"#), "{line}");
    let token = serde_json::to_string(&Token::Invitation(invitation(1))).unwrap();
    assert!(token.starts_with("\"handfast:"), "{token}");
}

#[test]
fn a_tag_is_read_as_it_was_written_and_nothing_else_is_one() {
    for written in ["\"babababa\"", "\"zuzuzuzu\"", "\"bazukito\""] {
        let tag: Tag = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&tag).unwrap(), written);
    }
    for other in [
        "\"\"",
        "\"bababab\"",
        "\"bababababa\"",
        "\"bebababa\"",
        "\"caabbaba\"",
        "7",
    ] {
        assert!(serde_json::from_str::<Tag>(other).is_err(), "{other}");
    }
}

#[test]
fn no_secret_is_in_what_is_printed_of_a_message() {
    let answers = Answers::new(&["the lighthouse"]).unwrap();
    let code = Secret::new([0xab; 16]);
    let command = Command::To(SessionId(3), SessionCommand::Unlock(answers, Some(code)));
    let printed = format!(
        "{:?}",
        FromClient::Command {
            request: 7,
            command
        }
    );
    assert!(!printed.contains("lighthouse"), "{printed}");
    assert!(
        !printed.contains("171") && !printed.contains("ab, ab"),
        "{printed}"
    );
}
