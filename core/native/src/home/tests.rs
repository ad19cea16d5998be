//! What is on the disk is what the device believes: every change means the same to both.

use super::*;
use handfast_device::{Asking, EndReason, HostHistory, KeptInvitation, Provenance};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::conversation::Limits;
use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
use handfast_protocol::log::{Arrival, Author, Body, Draft, Ledger, Life, LogKeys, Received, Row};
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::Strikes;
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_protocol::transfer::EntryId;
use handfast_sim::SplitMix64;
use handfast_store::{
    Contact, ContactChange, Ending, FileStage, KeptFile, LifeMark, OfferId, PendingInvitation,
    PendingReply, Proofs, Refused, Return, Way,
};
use handfast_token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, LinkBase, QR_LIFETIME, Reply,
    random_bytes,
};
use std::net::{IpAddr, Ipv4Addr};

pub(crate) const MADE: u64 = 1_790_000_000;

/// A folder that is gone with this.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let number = u64::from_le_bytes(random_bytes().unwrap());
        Self(std::env::temp_dir().join(format!("handfast-home-{number:x}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers that follow from a seed.
pub(crate) struct Numbers(SplitMix64);

impl Numbers {
    pub(crate) fn from(seed: u64) -> Self {
        Self(SplitMix64(seed))
    }

    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.0.bits() % below
    }

    /// One of few, so that changes meet.
    fn byte(&mut self) -> u8 {
        self.below(4) as u8
    }
}

pub(crate) fn invitation(secret: u8) -> Invitation {
    let candidate = Candidate::host("192.168.0.2:4000".parse().unwrap());
    Invitation {
        secret: Secret::new([secret; 16]),
        expiry: Expiry::after(MADE, QR_LIFETIME),
        fingerprint: Fingerprint([7; 32]),
        candidates: Candidates::new(vec![candidate]).unwrap(),
        question: None,
        name: None,
        browser: None,
        host_can_punch: true,
    }
}

fn hosted(secret: u8) -> PendingInvitation {
    PendingInvitation {
        invitation: invitation(secret),
        certificate: Certificate::new(b"kept".to_vec(), Fingerprint([7; 32])),
        port: 4000,
        handed: Provenance::Camera,
        locked: None,
        answer: None,
        made: MADE,
        history: HostHistory::default(),
    }
}

pub(crate) fn accepted(secret: u8, port: u16) -> PendingReply {
    let invitation = invitation(secret);
    let reply = Reply {
        fingerprint: Fingerprint([8; 32]),
        candidates: invitation.candidates.clone(),
        browser: None,
    };
    PendingReply {
        reply: reply.seal(&invitation.keys(), [secret; 8]),
        invitation,
        certificate: Certificate::new(b"kept".to_vec(), Fingerprint([8; 32])),
        port,
        provenance: Provenance::Carried,
        made: MADE,
    }
}

pub(crate) fn settings(numbers: &mut Numbers) -> Settings {
    let server = "stun.example.org:3478".parse().unwrap();
    let mut settings = Settings {
        name: ["", "Zoë"][numbers.below(2) as usize].to_owned(),
        asking: Asking {
            servers: numbers.below(2) == 0,
            named: match numbers.below(2) {
                0 => Vec::new(),
                _ => vec![server],
            },
            router: numbers.below(2) == 0,
            guess: numbers.below(2) == 0,
        },
        nearby: numbers.below(2) == 0,
        limits: Limits::USUAL,
        links: match numbers.below(2) {
            0 => LinkBase::DEFAULT,
            _ => LinkBase::new("https://example.org/meet/").unwrap(),
        },
    };
    settings.limits.keep_free = numbers.below(100);
    settings
}

/// Any change at all. `moment` never comes twice.
fn write(numbers: &mut Numbers, moment: u64) -> Write {
    let number = numbers.byte();
    let (id, key) = (hosted(number).id(), PublicKey([number; 32]));
    let now = MADE + moment;
    let name = ["", "Ada", "Bo"][numbers.below(3) as usize].to_owned();
    match numbers.below(17) {
        0 | 1 => Write::AddInvitation(Box::new(hosted(number))),
        2 => Write::RemoveInvitation(id),
        3 => {
            let strikes = Strikes {
                handshakes: numbers.byte(),
                answers: numbers.byte(),
            };
            let forms = vec![[numbers.byte(); 32], [9; 32]];
            let history = HostHistory {
                strikes,
                forms,
                replies: Vec::new(),
                met: numbers
                    .byte()
                    .is_multiple_of(2)
                    .then_some(Fingerprint([7; 32])),
            };
            Write::History(id, history, now)
        }
        4 => Write::EndInvitation(id, EndReason::Used, now),
        5 => Write::PutReply(Box::new(accepted(number, numbers.below(99) as u16))),
        6 => Write::RemoveReply(id),
        7 => Write::CountProofs(Proofs {
            id,
            provenance: Provenance::Locked,
            sent: numbers.byte(),
            last: now,
        }),
        8 => Write::ForgetProofs(id),
        9 => {
            let trust = Trust::because(match numbers.below(2) {
                0 => TrustReason::OpenLink,
                _ => TrustReason::Scanned,
            });
            Write::Meet(Box::new(Contact::met(key, name, trust, now)))
        }
        10 => match numbers.below(2) {
            0 => Write::Forget(key),
            _ => Write::Refuse(Refused {
                key,
                name,
                since: now,
            }),
        },
        11 => Write::Settings(Box::new(settings(numbers))),
        12 => Write::Contact(key, change(numbers, now)),
        13 => {
            let way = Way {
                ours: ([192, 168, 0, 2], 4000).into(),
                theirs: ([192, 168, 0, number], 4000).into(),
                router: Some(IpAddr::from([192, 168, 0, 1])),
                at: now,
            };
            Write::Way(key, way)
        }
        14 => {
            let keys = ReconnectKeys::from_first_meeting(&Secret::new([number; 32]), now, now);
            Write::Reconnect(key, Box::new(keys))
        }
        15 => Write::File(Box::new(file(numbers, key))),
        _ => Write::Guesses(vec![Guessed {
            token: [number; 32],
            at: IpAddr::V4(Ipv4Addr::new(9, 9, 9, 9)),
            count: u16::from(numbers.byte()),
            is_raised: false,
            last: now,
        }]),
    }
}

/// One of the files of a conversation.
fn file(numbers: &mut Numbers, with: PublicKey) -> KeptFile {
    let entry = EntryId {
        incarnation: [1; 12],
        sequence: 1 + numbers.below(2),
    };
    KeptFile {
        offer: OfferId {
            with,
            ours: numbers.below(2) == 0,
            entry,
        },
        version: [numbers.byte(); 8],
        name: "a file".to_owned(),
        files: None,
        size: numbers.below(99),
        root: None,
        content: None,
        path: "/somewhere".into(),
        stage: match numbers.below(2) {
            0 => FileStage::Open,
            _ => FileStage::Done,
        },
        done: numbers.below(99),
        unasked: None,
    }
}

/// One of the changes of a contact.
fn change(numbers: &mut Numbers, now: u64) -> ContactChange {
    let is_so = numbers.below(2) == 0;
    match numbers.below(8) {
        0 => ContactChange::Given(is_so.then(|| "Mum".to_owned())),
        1 => ContactChange::Returned(Box::new(Return {
            name: ["", "Ada"][usize::from(is_so)].to_owned(),
            at: now,
            clock: now as i32,
            way: None,
            keys: ReconnectKeys::from_first_meeting(&Secret::new([1; 32]), now, now),
        })),
        2 => ContactChange::Findable(is_so),
        3 => ContactChange::Blocked(is_so),
        4 => ContactChange::Allowance(is_so.then_some(now)),
        5 => ContactChange::Frozen,
        6 => ContactChange::Fell(Trust::because(TrustReason::OpenLink), now),
        _ => ContactChange::Replaced(is_so),
    }
}

/// Everything that is kept, in a form that can be compared.
fn described(snapshot: &Snapshot) -> String {
    let Snapshot {
        invitations,
        replies,
        proofs,
        contacts,
        refused,
        settings,
        guesses,
        summaries,
        files,
        lives,
    } = snapshot;
    let invitations: Vec<String> = invitations
        .iter()
        .map(|(id, kept)| match kept {
            KeptInvitation::Waiting(pending) => format!("{id:?} waits {:?}", pending.history),
            KeptInvitation::Ended(ended) => format!("{id:?} {ended:?}"),
        })
        .collect();
    let replies: Vec<String> = replies
        .iter()
        .map(|(id, reply)| format!("{id:?} {} {}", reply.port, reply.made))
        .collect();
    format!(
        "{invitations:#?} {replies:#?} {proofs:#?} {contacts:#?} {refused:#?} {settings:#?} {guesses:#?} \
         {summaries:#?} {files:#?} {lives:#?}"
    )
}

#[tokio::test]
async fn what_is_on_the_disk_is_what_the_device_believes() {
    for seed in 0..4 {
        let folder = Folder::new();
        let home = Home::open(&folder.0).unwrap();
        let (mut numbers, mut believed) = (Numbers::from(seed), Snapshot::default());
        for batch in 0..40 {
            let size = 1 + numbers.below(3);
            let writes: Vec<Write> = (0..size)
                .map(|number| write(&mut numbers, 3 * batch + number))
                .collect();
            writes.iter().for_each(|write| believed.apply(write));
            home.keep(writes.clone()).await.unwrap();
            let kept = home.load(Settings::default()).await.unwrap();
            assert_eq!(
                described(&kept),
                described(&believed),
                "seed {seed}, {writes:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_batch_that_fails_half_way_changes_nothing() {
    let folder = Folder::new();
    let home = Home::open(&folder.0).unwrap();
    let too_long = Settings {
        name: "a".repeat(2_000),
        ..Settings::default()
    };
    let writes = vec![
        Write::AddInvitation(Box::new(hosted(1))),
        Write::Settings(Box::new(too_long)),
    ];
    assert_eq!(home.keep(writes).await, Err(StoreError::TooLong));
    let kept = home.load(Settings::default()).await.unwrap();
    assert!(kept.invitations.is_empty() && kept.settings.is_none());
}

#[test]
fn one_at_a_time_has_a_home() {
    let folder = Folder::new();
    let home = Home::open(&folder.0).unwrap();
    let again = Home::open(&folder.0);
    assert_eq!(again.map(drop), Err(StoreError::InUse));
    drop(home);
    Home::open(&folder.0).unwrap();
}

#[tokio::test]
async fn who_has_no_home_keeps_nothing_and_is_somebody_new() {
    let (one, other) = (Home::nowhere().unwrap(), Home::nowhere().unwrap());
    assert_ne!(one.identity().public(), other.identity().public());
    one.keep(vec![Write::AddInvitation(Box::new(hosted(1)))])
        .await
        .unwrap();
    let kept = one.load(Settings::default()).await.unwrap();
    assert!(kept.invitations.is_empty());
}

/// Two texts of the own log, of which the second was edited and disappears, and the reactions of the other side to the
/// second, the first, and the second once more.
fn soon_gone(own: &StaticKey, other: &StaticKey) -> (LogKeys, Vec<Row>) {
    let keys = LogKeys::new(own, other.public());
    let mut ledger = Ledger::new(keys.clone());
    let mut rows: Vec<Row> = Vec::new();
    let mut write = |rows: &mut Vec<Row>, body: Body, life| {
        let about = rows.last().map(|row| row.named_by(Author::Me));
        let about = about.filter(|_| matches!(body, Body::Edit(_)));
        let draft = Draft::new(&body, about, life).unwrap();
        let random = Secret::random().unwrap();
        rows.extend(ledger.append(MADE * 1_000, &draft, &random).unwrap());
    };
    let text = |text: &str| Body::Text(text.to_owned());
    write(&mut rows, text("this stays"), None);
    write(&mut rows, text("a word that disappears"), Life::new(60));
    write(
        &mut rows,
        Body::Edit("and what became of it".to_owned()),
        None,
    );
    let mut there = Ledger::new(LogKeys::new(other, own.public()));
    let sent = |row: &Row| Arrival {
        author: row.author.at_the_other(),
        ..row.arrival()
    };
    for row in &rows {
        there.receive(MADE * 1_000, sent(row)).unwrap();
    }
    for about in [2, 1, 2] {
        let about = Some(rows[about].named_by(Author::Peer));
        let draft = Draft::new(&Body::Reaction("!".to_owned()), about, None).unwrap();
        let written = there.append(MADE * 1_000, &draft, &Secret::random().unwrap());
        for row in written.unwrap() {
            let received = ledger.receive(MADE * 1_000, sent(&row)).unwrap();
            let Received::New(row) = received else {
                panic!("{received:?}");
            };
            rows.push(*row);
        }
    }
    (keys, rows)
}

#[tokio::test]
async fn what_has_run_out_is_gone_from_the_disk_with_its_edits_and_reactions_and_nothing_else_is() {
    let folder = Folder::new();
    let home = Home::open(&folder.0).unwrap();
    let other = StaticKey::new(Secret::new([9; 32]));
    let with = other.public();
    let (keys, mut rows) = soon_gone(&home.identity(), &other);
    let late = rows.pop().unwrap();
    let trust = Trust::because(TrustReason::Scanned);
    let met = Contact::met(with, "Zoe", trust, MADE);
    let mut writes = vec![Write::Meet(Box::new(met))];
    writes.extend(
        rows.iter()
            .map(|row| Write::Row(with, Box::new(row.clone()))),
    );
    let place = keys.place(&rows[2]);
    let ending = Ending {
        place,
        life: Life::new(60).unwrap(),
        since: Some(MADE * 1_000),
        latest: None,
    };
    writes.push(Write::Life(with, LifeMark::Ending(ending)));
    home.keep(writes).await.unwrap();
    let kept = home.load(Settings::default()).await.unwrap();
    assert_eq!(kept.lives[&with.0][&place], LifeMark::Ending(ending));

    home.keep(vec![Write::Erase(with, place)]).await.unwrap();
    home.keep(vec![Write::Row(with, Box::new(late))])
        .await
        .unwrap();
    let kept = home.load(Settings::default()).await.unwrap();
    assert!(kept.lives.is_empty());
    let page = Query::Rows {
        with,
        before: None,
        most: 9,
    };
    let Ok(Found::Rows(page)) = home.find(page).await else {
        panic!("a page");
    };
    let whole = page
        .rows
        .iter()
        .rev()
        .map(|row| row.to_body_record().is_some());
    // The first of the incarnation, what stays, and the two that are gone; of the other side the first, what goes with
    // these, what is said of what stays, and what came too late.
    let expected = [true, true, false, false, true, false, true, false];
    assert_eq!(whole.collect::<Vec<_>>(), expected);
}
