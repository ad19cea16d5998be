//! The store as its users see it, and the bytes of its records. What happens to real files under
//! processes that die and disks that fill up is in `tests/store.rs`.

use super::invitations::Kept;
use super::proofs::Proofs;
use super::sqlite::rows::Table;
use super::*;
use handfast_protocol::certificate::Certificate;
use handfast_protocol::handshake::{PublicKey, Trust, TrustLevel, TrustReason};
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::{
    HostHistory, MOST_REPLIES, Provenance, ReceivedReply, Strikes, Tried,
};
use handfast_seal::Answers;
use handfast_token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, Name, Reply, Role, Secret, random_bytes,
};
use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::Duration;

/// 2026-11-21T12:00Z
const NOW: u64 = 1_795_262_400;
const HOUR: Duration = Duration::from_secs(3600);

/// A store looks inside of no certificate.
static CERTIFICATE: LazyLock<Certificate> =
    LazyLock::new(|| Certificate::new(b"a certificate and its key".to_vec(), Fingerprint([3; 32])));

/// A folder that is removed in the end.
pub(super) struct Folder(std::path::PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let name = data_encoding::HEXLOWER.encode(&random_bytes::<8>().unwrap());
        Self(std::env::temp_dir().join(format!("handfast-store-{name}")))
    }

    fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.0.join("store"), &KeyFile::new(self.0.join("key")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn invitation(secret: [u8; 16], lifetime: Duration) -> Invitation {
    let address = Candidate::host("192.168.1.7:40123".parse().unwrap());
    Invitation {
        secret: Secret::new(secret),
        expiry: Expiry::after(NOW, lifetime),
        fingerprint: CERTIFICATE.fingerprint(),
        candidates: Candidates::new(vec![address]).unwrap(),
        question: None,
        name: Name::cleaned("Ömer"),
        host_is_browser: false,
        host_can_punch: true,
    }
}

fn sealed_reply(invitation: &Invitation) -> handfast_token::SealedReply {
    let reply = Reply {
        fingerprint: Fingerprint([3; 32]),
        candidates: invitation.candidates.clone(),
    };
    reply.seal(&invitation.keys(), [4; 8])
}

fn pending(fill: u8) -> PendingInvitation {
    PendingInvitation {
        invitation: invitation([fill; 16], HOUR),
        certificate: CERTIFICATE.clone(),
        port: 40_123,
        handed: Provenance::Camera,
        locked: None,
        answer: None,
        made: NOW,
        history: HostHistory::default(),
    }
}

fn accepted(fill: u8) -> PendingReply {
    let invitation = invitation([fill; 16], HOUR);
    PendingReply {
        reply: sealed_reply(&invitation),
        invitation,
        certificate: CERTIFICATE.clone(),
        port: 40_124,
        provenance: Provenance::Carried,
        made: NOW,
    }
}

fn person(key: u8, reason: TrustReason) -> Person {
    Person {
        key: PublicKey([key; 32]),
        name: "Zoë".to_owned(),
        trust: Trust::because(reason),
        since: NOW,
    }
}

#[test]
fn a_store_keeps_who_this_device_is() {
    let folder = Folder::new();
    let key = folder.open().unwrap().identity().public();
    assert_eq!(folder.open().unwrap().identity().public(), key);
    assert_ne!(Folder::new().open().unwrap().identity().public(), key);
}

#[test]
fn a_setting_is_kept_until_it_is_taken_back() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    assert_eq!(store.setting(Setting::Name), Ok(None));
    store.set(Setting::Name, Some("Zoë")).unwrap();
    store.set(Setting::Stun, Some("")).unwrap();
    drop(store);
    let store = folder.open().unwrap();
    assert_eq!(store.setting(Setting::Name), Ok(Some("Zoë".to_owned())));
    assert_eq!(store.setting(Setting::Stun), Ok(Some(String::new())));
    store.set(Setting::Name, None).unwrap();
    assert_eq!(store.setting(Setting::Name), Ok(None));
    let long = "x".repeat(MAX_SETTING + 1);
    assert_eq!(
        store.set(Setting::Name, Some(&long)),
        Err(StoreError::TooLong)
    );
}

#[test]
fn a_writer_that_is_behind_takes_no_strike_back_and_forgets_no_form() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let id = store.add_invitation(&pending(1), NOW).unwrap();
    let history = |handshakes, answers, forms: &[u8]| HostHistory {
        strikes: Strikes {
            handshakes,
            answers,
        },
        forms: forms.iter().map(|form| [*form; 32]).collect(),
        replies: Vec::new(),
    };
    let write = |history: HostHistory| {
        let write = |kept: &mut PendingInvitation| kept.history = history;
        store.update_invitation(id, NOW, write).unwrap();
        store.invitation(id, NOW).unwrap().history
    };
    assert_eq!(write(history(3, 1, &[2, 1])), history(3, 1, &[2, 1]));
    assert_eq!(write(history(2, 2, &[1])), history(3, 2, &[1, 2]));
    assert_eq!(write(HostHistory::default()), history(3, 2, &[1, 2]));
    // Nor does whoever keeps the same invitation once more.
    store.add_invitation(&pending(1), NOW).unwrap();
    let kept = store.invitation(id, NOW).unwrap().history;
    assert_eq!(kept, history(3, 2, &[1, 2]));
    let burn = |kept: &mut PendingInvitation| kept.history = history(5, 0, &[]);
    store.update_invitation(id, NOW, burn).unwrap();
    let over = store.invitation(id, NOW).map(drop);
    assert_eq!(over, Err(StoreError::Over(EndReason::Burned)));
}

#[test]
fn what_was_guessed_is_kept_for_the_last_tokens() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    assert_eq!(store.guesses(), Ok(Vec::new()));
    let guessed = |token: u8, last| Guessed {
        token: [token; 32],
        at: "9.9.9.9".parse().unwrap(),
        count: token.into(),
        is_raised: false,
        last,
    };
    store.put_guesses(&[guessed(1, 10)]).unwrap();
    // Another process knows nothing of the first, and takes nothing of it away.
    store.put_guesses(&[guessed(2, 20)]).unwrap();
    let more = Guessed {
        is_raised: true,
        ..guessed(1, 30)
    };
    store.put_guesses(&[more]).unwrap();
    assert_eq!(store.guesses(), Ok(vec![more, guessed(2, 20)]));
    let many: Vec<Guessed> = (3..=100)
        .map(|token| guessed(token, 100 + u64::from(token)))
        .collect();
    store.put_guesses(&many).unwrap();
    let kept = store.guesses().unwrap();
    assert_eq!((kept.len(), kept[0]), (64, guessed(100, 200)));
}

#[test]
fn a_pending_invitation_comes_back_as_it_was() {
    let folder = Folder::new();
    let mut kept = pending(1);
    let id = folder.open().unwrap().add_invitation(&kept, NOW).unwrap();
    let replies = [Provenance::Camera, Provenance::Carried].map(|provenance| ReceivedReply {
        reply: sealed_reply(&kept.invitation),
        provenance,
    });
    let change = |pending: &mut PendingInvitation| {
        pending.history.strikes.handshakes += 1;
        pending.locked = Some(b"a container".to_vec());
        pending.answer = Some(Answers::new(&["Rex"]).unwrap());
        pending.history.replies = replies.to_vec();
    };
    change(&mut kept);
    let store = folder.open().unwrap();
    store.update_invitation(id, NOW, change).unwrap();
    drop(store);
    let found = folder.open().unwrap().invitation(id, NOW).unwrap();
    assert_eq!(found.to_test_bytes(), kept.to_test_bytes());
    assert_eq!(found.certificate.fingerprint(), CERTIFICATE.fingerprint());
}

#[test]
fn proofs_are_counted_by_invitation_and_never_become_fewer() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let tried = |id: u8, now| folder.open().unwrap().tried([id; 16], now);
    let proofs = |proofs, lately| Ok(Tried { proofs, lately });
    assert_eq!(tried(1, NOW), proofs(0, false));
    let count = |id: u8, provenance, sent| store.count_proofs([id; 16], provenance, sent, NOW);
    for sent in [2, 1, 0] {
        count(1, Provenance::Carried, sent).unwrap();
    }
    assert_eq!(tried(1, NOW), proofs(2, false));
    // Of this invitation for good, as it may be opened again; of the others while it is news.
    let hours = |hours: u64| NOW + hours * 3600;
    let late = hours(30 * 24);
    assert_eq!(tried(2, hours(23)), proofs(0, true));
    assert_eq!(tried(2, hours(25)), proofs(0, false));
    assert_eq!(tried(1, late), proofs(2, false));
    assert_eq!(tried(2, late), proofs(0, false));
    assert_eq!(tried(1, late), proofs(0, false));
    // Who was seen by the camera is nobody to be warned of.
    count(3, Provenance::Camera, 1).unwrap();
    assert_eq!(tried(4, NOW), proofs(0, false));
    assert_eq!(tried(3, NOW), proofs(1, false));
}

#[test]
fn a_writer_that_is_behind_forgets_no_reply_that_there_is_room_for() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let kept = pending(1);
    let id = store.add_invitation(&kept, NOW).unwrap();
    let received = |salt: u8| {
        let reply = Reply {
            fingerprint: Fingerprint([salt; 32]),
            candidates: kept.invitation.candidates.clone(),
        };
        ReceivedReply {
            reply: reply.seal(&kept.invitation.keys(), [salt; 8]),
            provenance: Provenance::Carried,
        }
    };
    let write = |salts: &[u8]| {
        let replies: Vec<_> = salts.iter().copied().map(received).collect();
        let write = |kept: &mut PendingInvitation| kept.history.replies = replies;
        store.update_invitation(id, NOW, write).unwrap();
        store.invitation(id, NOW).unwrap().history.replies
    };
    assert_eq!(write(&[1, 2]), [1, 2].map(received));
    // The order is that of whoever writes.
    assert_eq!(write(&[2]), [2, 1].map(received));
    assert_eq!(write(&[3, 4, 5, 6]), [3, 4, 5, 6, 2].map(received));
}

#[test]
fn the_last_try_burns_an_invitation_in_the_same_moment() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let id = store.add_invitation(&pending(1), NOW).unwrap();
    let strike = || store.update_invitation(id, NOW, |kept| kept.history.strikes.answers += 1);
    for _ in 0..3 {
        assert!(store.invitation(id, NOW).is_ok());
        strike().unwrap();
    }
    let over = Err(StoreError::Over(EndReason::Burned));
    assert_eq!(store.invitation(id, NOW).map(drop), over);
    assert_eq!(strike(), over);
}

#[test]
fn only_the_first_end_of_an_invitation_counts_and_it_leaves_no_secret() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let id = store.add_invitation(&pending(1), NOW).unwrap();
    store.end_invitation(id, EndReason::Used, NOW + 1).unwrap();
    let over = Err(StoreError::Over(EndReason::Used));
    assert_eq!(store.end_invitation(id, EndReason::Revoked, NOW + 2), over);
    assert_eq!(store.invitation(id, NOW).map(drop), over);
    assert_eq!(store.update_invitation(id, NOW, |_| ()), over);
    assert_eq!(store.add_invitation(&pending(1), NOW).map(drop), over);
    let rows = store.transact(|rows| rows.all(Table::Invitation)).unwrap();
    assert_eq!(rows.iter().map(|row| row.len()).collect::<Vec<_>>(), [34]);
    let nobody = store.end_invitation([9; 16], EndReason::Revoked, NOW);
    assert_eq!(nobody, Err(StoreError::Unknown));
}

#[test]
fn an_invitation_expires_and_makes_room() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let ids: Vec<_> = (0..16)
        .map(|fill| store.add_invitation(&pending(fill), NOW).unwrap())
        .collect();
    let one_more = store.add_invitation(&pending(16), NOW);
    assert_eq!(one_more, Err(StoreError::TooMany));
    // The same again is not one more.
    assert_eq!(store.add_invitation(&pending(3), NOW), Ok(ids[3]));
    store
        .end_invitation(ids[0], EndReason::Revoked, NOW)
        .unwrap();
    let late = store.add_invitation(&pending(16), NOW).unwrap();
    assert!(ids.iter().all(|id| *id != late));

    let list = store.invitations(NOW + 1800).unwrap();
    let waiting = list.iter().filter(|listed| listed.state.is_ok()).count();
    assert_eq!((list.len(), waiting), (17, 16));
    let expired = Err(StoreError::Over(EndReason::Expired));
    assert_eq!(store.invitation(late, NOW + 3600).map(drop), expired);
    let list = store.invitations(NOW + 3600).unwrap();
    assert!(list.iter().all(|listed| listed.state.is_err()));
    // Its two bytes of expiry mean another moment 45 days later; it stays over.
    let list = store.invitations(NOW + (60 << 16)).unwrap();
    assert!(list.iter().all(|listed| listed.state.is_err()));
    let fresh = PendingInvitation {
        made: NOW + 3600,
        invitation: invitation([99; 16], HOUR * 2),
        ..pending(0)
    };
    assert!(store.add_invitation(&fresh, NOW + 3600).is_ok());
}

/// Six hours off, either way.
#[test]
fn a_clock_that_was_wrong_for_a_while_costs_no_invitation() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let id = store.add_invitation(&pending(1), NOW).unwrap();
    let (ahead, behind) = (NOW + 6 * 3600, NOW - 6 * 3600);
    let expired = Err(StoreError::Over(EndReason::Expired));
    assert_eq!(store.invitation(id, ahead).map(drop), expired);
    assert_eq!(store.update_invitation(id, ahead, |_| ()), expired);
    assert_eq!(
        store.invitations(ahead).unwrap()[0].state,
        Err(EndReason::Expired)
    );
    // A clock that is behind lets it live on, but never longer than it was made for.
    let left = store.invitation(id, behind).unwrap().remaining(behind);
    assert_eq!(left, Some(HOUR));
    assert!(store.invitation(id, NOW).is_ok());
    // What expired a day ago is no doubt of the clock any more.
    let late = NOW + 26 * 3600;
    assert_eq!(
        store.invitations(late).unwrap()[0].state,
        Err(EndReason::Expired)
    );
    assert_eq!(store.invitation(id, NOW).map(drop), expired);
}

#[test]
fn a_tag_names_one_role_of_one_invitation_in_one_store() {
    let (folder, other) = (Folder::new(), Folder::new());
    let store = folder.open().unwrap();
    let id = pending(1).id();
    let tag = store.tag(Role::Host, id);
    assert_eq!(folder.open().unwrap().tag(Role::Host, id), tag);
    assert_ne!(store.tag(Role::Guest, id), tag);
    assert_ne!(store.tag(Role::Host, pending(2).id()), tag);
    assert_ne!(other.open().unwrap().tag(Role::Host, id), tag);
}

#[test]
fn marks_of_old_invitations_do_not_pile_up() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    for fill in 0..80 {
        let id = store.add_invitation(&pending(fill), NOW).unwrap();
        let ended = NOW + u64::from(fill);
        store.end_invitation(id, EndReason::Used, ended).unwrap();
    }
    assert_eq!(store.invitations(NOW).unwrap().len(), 64);
    let newest = store.end_invitation(pending(79).id(), EndReason::Used, NOW);
    assert_eq!(newest, Err(StoreError::Over(EndReason::Used)));
    let oldest = store.end_invitation(pending(0).id(), EndReason::Used, NOW);
    assert_eq!(oldest, Err(StoreError::Unknown));
}

#[test]
fn a_pending_reply_comes_back_as_it_was() {
    let folder = Folder::new();
    let id = folder.open().unwrap().put_reply(&accepted(1), NOW).unwrap();
    let store = folder.open().unwrap();
    let found = store.reply(id, NOW).unwrap();
    assert_eq!(found.to_bytes(), accepted(1).to_bytes());
    assert_eq!(store.replies(NOW).unwrap().len(), 1);
    let week = 7 * 24 * 3600;
    let over = store.reply(id, NOW + week).map(drop);
    assert_eq!(over, Err(StoreError::Over(EndReason::Expired)));
    assert_eq!(store.replies(NOW + week).unwrap().len(), 0);
    assert_eq!(store.end_reply(id), Err(StoreError::Unknown));
    for fill in 0..16 {
        store.put_reply(&accepted(fill), NOW).unwrap();
    }
    let one_more = store.put_reply(&accepted(16), NOW);
    assert_eq!(one_more, Err(StoreError::TooMany));
    store.put_reply(&accepted(3), NOW).unwrap();
    store.end_reply(accepted(3).id()).unwrap();
    store.put_reply(&accepted(16), NOW).unwrap();
}

#[test]
fn whoever_was_refused_is_not_met_again_until_they_are_forgotten() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    store.meet(person(1, TrustReason::Scanned)).unwrap();
    store.meet(person(2, TrustReason::Scanned)).unwrap();
    let refused = Refused {
        key: PublicKey([1; 32]),
        name: "ß".repeat(200),
        since: NOW,
    };
    store.refuse(refused.clone()).unwrap();
    drop(store);
    let store = folder.open().unwrap();
    let cut = Refused {
        name: "ß".repeat(128),
        ..refused
    };
    assert_eq!(store.refused(), Ok(vec![cut]));
    assert_eq!(store.people(), Ok(vec![person(2, TrustReason::Scanned)]));
    assert_eq!(store.is_refused(PublicKey([1; 32])), Ok(true));
    assert_eq!(store.is_refused(PublicKey([2; 32])), Ok(false));
    let again = store.meet(person(1, TrustReason::Scanned));
    assert_eq!(again, Err(StoreError::Refused));
    store.forget(PublicKey([1; 32])).unwrap();
    assert_eq!(store.forget(PublicKey([1; 32])), Err(StoreError::Unknown));
    store.meet(person(1, TrustReason::OpenLink)).unwrap();
}

#[test]
fn a_store_of_an_earlier_form_is_taken_to_this_one() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    store.meet(person(1, TrustReason::Scanned)).unwrap();
    drop(store);
    let file = rusqlite::Connection::open(folder.0.join("store")).unwrap();
    file.execute_batch("DROP TABLE proof; DROP TABLE refused; PRAGMA user_version = 1;")
        .unwrap();
    drop(file);
    let store = folder.open().unwrap();
    assert_eq!(store.people(), Ok(vec![person(1, TrustReason::Scanned)]));
    assert_eq!(store.refused(), Ok(Vec::new()));
}

#[test]
fn trust_in_a_person_rises_and_never_falls() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    store.meet(person(1, TrustReason::Scanned)).unwrap();
    let again = Person {
        since: NOW + 9,
        name: String::new(),
        ..person(1, TrustReason::OpenLink)
    };
    assert_eq!(store.meet(again), Ok(person(1, TrustReason::Scanned)));
    store.meet(person(2, TrustReason::OpenLink)).unwrap();
    let risen = store.meet(person(2, TrustReason::Compared)).unwrap();
    assert_eq!(risen.trust.level(), TrustLevel::Verified);
    assert_eq!(folder.open().unwrap().people().unwrap().len(), 2);
    store.forget(PublicKey([1; 32])).unwrap();
    let gone = store.forget(PublicKey([1; 32]));
    assert_eq!(gone, Err(StoreError::Unknown));
    assert_eq!(store.people().unwrap(), [risen]);
}

#[test]
fn two_processes_that_begin_at_once_share_one_store() {
    let folder = Folder::new();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| folder.open().unwrap().identity().public()))
            .collect();
        openers
            .into_iter()
            .map(|opener| opener.join().unwrap())
            .collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test]
async fn blocking_work_runs_beside_the_runtime() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let work = |store: &Store| store.set(Setting::Name, Some("Zoë"));
    store.run(work).await.unwrap();
    let name = store.run(|store| store.setting(Setting::Name)).await;
    assert_eq!(name, Ok(Some("Zoë".to_owned())));
}

#[test]
fn nothing_that_matters_stands_in_the_files_or_in_what_is_printed() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    store.set(Setting::Name, Some("a telling name")).unwrap();
    store.meet(person(0xa5, TrustReason::Scanned)).unwrap();
    store.add_invitation(&pending(0x5a), NOW).unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "key" {
            files.extend(std::fs::read(entry.path()).unwrap());
        }
    }
    let private = *store.identity().private().expose();
    for secret in [
        &b"a telling name"[..],
        &[0xa5; 32],
        &[0x5a; 16],
        &private,
        b"PRIVATE KEY",
    ] {
        let found = files.windows(secret.len()).any(|window| window == secret);
        assert!(!found, "{}", String::from_utf8_lossy(secret));
    }
    let printed = format!("{store:?} {:?} {:?}", pending(0x5a), accepted(0x5a));
    assert!(!printed.contains("90, 90"), "{printed}");
    assert!(!printed.contains("PRIVATE"), "{printed}");
}

impl PendingInvitation {
    fn to_test_bytes(&self) -> Vec<u8> {
        let kept = Kept::Waiting(Box::new(self.clone()));
        kept.to_bytes().unwrap().to_vec()
    }
}

fn any_provenance() -> impl Strategy<Value = Provenance> {
    prop::sample::select(vec![
        Provenance::Camera,
        Provenance::Carried,
        Provenance::Locked,
    ])
}

fn any_end_reason() -> impl Strategy<Value = EndReason> {
    prop::sample::select(vec![
        EndReason::Used,
        EndReason::Revoked,
        EndReason::Expired,
        EndReason::Burned,
    ])
}

fn any_reason() -> impl Strategy<Value = TrustReason> {
    prop_oneof![
        Just(TrustReason::OpenLink),
        Just(TrustReason::SawTheCode),
        any::<[u8; 32]>().prop_map(|key| TrustReason::IntroducedBy(PublicKey(key))),
        Just(TrustReason::LockedLink),
        Just(TrustReason::Answered),
        Just(TrustReason::Scanned),
        Just(TrustReason::Compared),
        Just(TrustReason::TheirQuestion),
        Just(TrustReason::ByYourWord),
    ]
}

fn any_pending() -> impl Strategy<Value = PendingInvitation> {
    let numbers = (any::<u64>(), any::<u16>(), any::<u8>(), any::<u8>());
    let received = prop::collection::vec(any_provenance(), 0..=MOST_REPLIES);
    let answer = prop::option::of("[a-z]{1,20}");
    (
        any::<[u8; 16]>(),
        numbers,
        any_provenance(),
        answer,
        received,
    )
        .prop_map(
            |(secret, (made, port, handshakes, answers), handed, answer, received)| {
                let invitation = invitation(secret, HOUR);
                let replies = received.into_iter().map(|provenance| ReceivedReply {
                    reply: sealed_reply(&invitation),
                    provenance,
                });
                let replies = replies.collect();
                PendingInvitation {
                    invitation,
                    certificate: CERTIFICATE.clone(),
                    port,
                    handed,
                    locked: (port % 2 == 1).then(|| port.to_le_bytes().to_vec()),
                    answer: answer.map(|answer| Answers::new(&[&answer]).unwrap()),
                    made,
                    history: HostHistory {
                        strikes: Strikes {
                            handshakes,
                            answers,
                        },
                        forms: vec![[answers; 32]; usize::from(answers % 9)],
                        replies,
                    },
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_kept_invitation_reads_as_it_was_written(pending in any_pending(), now: u64) {
        let bytes = pending.to_test_bytes();
        let Ok(Kept::Waiting(read)) = Kept::parse(&bytes) else {
            return Err(TestCaseError::fail("it waits"));
        };
        prop_assert_eq!(read.to_test_bytes(), bytes);
        prop_assert_eq!(&read.invitation, &pending.invitation);
        let _ = read.remaining(now);
    }

    #[test]
    fn a_mark_reads_as_it_was_written(id: [u8; 16], made: u64, ended: u64, end_reason in any_end_reason()) {
        let bytes = Kept::Over { id, made, end_reason, ended }.to_bytes().unwrap();
        prop_assert_eq!(Kept::parse(&bytes).unwrap().to_bytes().unwrap(), bytes);
    }

    #[test]
    fn a_kept_reply_reads_as_it_was_written(secret: [u8; 16], made: u64, provenance in any_provenance()) {
        let invitation = invitation(secret, HOUR);
        let reply = sealed_reply(&invitation);
        let pending = PendingReply { invitation, reply, provenance, made, ..accepted(0) };
        let bytes = pending.to_bytes().unwrap();
        let read = PendingReply::parse(&bytes).unwrap();
        prop_assert_eq!(read.reply.as_bytes(), pending.reply.as_bytes());
        prop_assert_eq!(read.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn a_kept_person_reads_as_they_were_written(
        key: [u8; 32], since: u64, name in ".{0,60}", reason in any_reason(),
    ) {
        let person = Person { key: PublicKey(key), since, name, trust: Trust::because(reason) };
        prop_assert_eq!(Person::parse(&person.to_bytes().unwrap()), Ok(person));
    }

    #[test]
    fn a_changed_record_is_refused_or_has_one_encoding(
        at: prop::sample::Index, bits in 1u8.., cut: prop::sample::Index,
    ) {
        let reply = accepted(1).to_bytes().unwrap();
        let person = person(1, TrustReason::IntroducedBy(PublicKey([7; 32]))).to_bytes().unwrap();
        let mut with_reply = pending(1);
        with_reply.history.replies = vec![ReceivedReply {
            reply: sealed_reply(&with_reply.invitation),
            provenance: Provenance::Carried,
        }];
        for bytes in [
            pending(1).to_test_bytes(),
            with_reply.to_test_bytes(),
            reply.to_vec(),
            person.to_vec(),
        ] {
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= bits;
            let cut = &bytes[..cut.index(bytes.len())];
            let long = [&bytes[..], &[0]].concat();
            for bytes in [cut, &long] {
                prop_assert!(Kept::parse(bytes).is_err());
                prop_assert!(PendingReply::parse(bytes).is_err());
                prop_assert!(Person::parse(bytes).is_err());
            }
            // A certificate's text has many forms; everything else has one.
            if let Ok(read) = Person::parse(&changed) {
                prop_assert_eq!(read.to_bytes().unwrap().to_vec(), changed);
            }
            let _ = (Kept::parse(&bytes), PendingReply::parse(&bytes));
        }
    }

    #[test]
    fn kept_proofs_read_as_they_were_written_and_in_no_other_way(
        id: [u8; 16], provenance in any_provenance(), sent: u8, last: u64, bytes: Vec<u8>, cut in 0usize..27,
    ) {
        let proofs = Proofs { id, provenance, sent, last };
        let written = proofs.to_bytes();
        prop_assert_eq!(Proofs::parse(&written), Ok(proofs));
        prop_assert!(Proofs::parse(&written[..cut]).is_err());
        if let Ok(read) = Proofs::parse(&bytes) {
            prop_assert_eq!(read.to_bytes().to_vec(), bytes);
        }
    }

    #[test]
    fn arbitrary_records_never_panic(bytes: Vec<u8>) {
        let _ = (Kept::parse(&bytes), PendingReply::parse(&bytes), Person::parse(&bytes));
    }
}
