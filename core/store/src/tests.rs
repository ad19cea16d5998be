//! The store as its users see it, and the bytes of its records. What happens to real files under
//! processes that die and disks that fill up is in `tests/store.rs`.

use super::invitations::Kept;
use super::medium::{Medium, Table};
use super::proofs::Proofs;
use super::ways::tests::any_ways;
use super::*;
use handfast_protocol::certificate::Certificate;
use handfast_protocol::handshake::{PublicKey, Trust, TrustLevel, TrustReason};
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::{HostHistory, MOST_REPLIES, Provenance, ReceivedReply, Strikes};
use handfast_protocol::reconnect::{ReconnectKeys, SpentHere};
use handfast_seal::Answers;
use handfast_token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, InviteId, Name, Reply, Secret,
    random_bytes,
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
pub(crate) struct Folder(std::path::PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = data_encoding::HEXLOWER.encode(&random_bytes::<8>().unwrap());
        Self(std::env::temp_dir().join(format!("handfast-store-{name}")))
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }

    pub(crate) fn open(&self) -> Result<Store, StoreError> {
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
        browser: None,
        host_can_punch: true,
    }
}

fn sealed_reply(invitation: &Invitation) -> handfast_token::SealedReply {
    let reply = Reply {
        fingerprint: Fingerprint([3; 32]),
        candidates: invitation.candidates.clone(),
        browser: None,
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

fn contact(key: u8, reason: TrustReason) -> Contact {
    let trust = Trust::because(reason);
    Contact::met(PublicKey([key; 32]), "Zoë", trust, NOW)
}

fn set(store: &Store, setting: Setting, value: Option<&str>) -> Result<(), StoreError> {
    store.batch(|batch| batch.set(setting, value))
}

fn chosen(store: &Store, setting: Setting) -> Option<String> {
    store.batch(|batch| batch.setting(setting)).unwrap()
}

/// Keeps an invitation; its name.
fn add(store: &Store, pending: &PendingInvitation) -> InviteId {
    store.batch(|batch| batch.add_invitation(pending)).unwrap();
    pending.id()
}

fn add_history(store: &Store, id: InviteId, history: &HostHistory) {
    let add = store.batch(|batch| batch.add_history(id, history, NOW));
    add.unwrap();
}

fn end(store: &Store, id: InviteId, end_reason: EndReason, now: u64) {
    let end = store.batch(|batch| batch.end_invitation(id, end_reason, now));
    end.unwrap();
}

fn kept(store: &Store, id: InviteId) -> Option<Kept> {
    let all = store.batch(|batch| batch.invitations()).unwrap();
    all.into_iter().find(|kept| kept.id() == id)
}

/// What is kept of an invitation that waits.
#[track_caller]
fn waiting(store: &Store, id: InviteId) -> PendingInvitation {
    match kept(store, id) {
        Some(Kept::Waiting(pending)) => *pending,
        other => panic!("{other:?}"),
    }
}

/// What became of an invitation that is over.
fn end_of(store: &Store, id: InviteId) -> Option<EndReason> {
    match kept(store, id) {
        Some(Kept::Over { end_reason, .. }) => Some(end_reason),
        Some(Kept::Waiting(_)) | None => None,
    }
}

fn put_reply(store: &Store, pending: &PendingReply) {
    store.batch(|batch| batch.put_reply(pending)).unwrap();
}

fn replies(store: &Store) -> Vec<PendingReply> {
    store.batch(|batch| batch.replies()).unwrap()
}

fn meet(store: &Store, contact: Contact) -> Option<Contact> {
    store.batch(|batch| batch.meet(contact)).unwrap()
}

fn contacts(store: &Store) -> Vec<Contact> {
    store.batch(|batch| batch.contacts()).unwrap()
}

/// Whether there was anything to forget of whoever has this key.
fn forget(store: &Store, key: u8) -> bool {
    let forget = store.batch(|batch| batch.forget(PublicKey([key; 32])));
    forget.unwrap()
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
    assert_eq!(chosen(&store, Setting::Name), None);
    set(&store, Setting::Name, Some("Zoë")).unwrap();
    set(&store, Setting::Stun, Some("")).unwrap();
    drop(store);
    let store = folder.open().unwrap();
    assert_eq!(chosen(&store, Setting::Name), Some("Zoë".to_owned()));
    assert_eq!(chosen(&store, Setting::Stun), Some(String::new()));
    set(&store, Setting::Name, None).unwrap();
    assert_eq!(chosen(&store, Setting::Name), None);
    let long = "x".repeat(MAX_SETTING + 1);
    let refused = set(&store, Setting::Name, Some(&long));
    assert_eq!(refused, Err(StoreError::TooLong));
}

#[test]
fn a_writer_that_is_behind_takes_no_strike_back_and_forgets_no_form() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let id = add(&store, &pending(1));
    let history = |handshakes, answers, forms: &[u8]| HostHistory {
        strikes: Strikes {
            handshakes,
            answers,
        },
        forms: forms.iter().map(|form| [*form; 32]).collect(),
        replies: Vec::new(),
        met: None,
    };
    let write = |history: HostHistory| {
        add_history(&store, id, &history);
        waiting(&store, id).history
    };
    assert_eq!(write(history(3, 1, &[2, 1])), history(3, 1, &[2, 1]));
    assert_eq!(write(history(2, 2, &[1])), history(3, 2, &[1, 2]));
    assert_eq!(write(HostHistory::default()), history(3, 2, &[1, 2]));
    // Nor does whoever keeps the same invitation once more.
    add(&store, &pending(1));
    assert_eq!(waiting(&store, id).history, history(3, 2, &[1, 2]));
    let met = HostHistory {
        met: Some(Fingerprint([7; 32])),
        ..HostHistory::default()
    };
    assert_eq!(write(met.clone()).met, met.met);
    assert_eq!(write(HostHistory::default()).met, met.met);
    add_history(&store, id, &history(5, 0, &[]));
    assert_eq!(end_of(&store, id), Some(EndReason::Burned));
}

#[test]
fn what_was_guessed_is_kept_for_the_last_tokens() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let kept = || store.batch(|batch| batch.guesses()).unwrap();
    let add = |guesses: &[Guessed]| store.batch(|batch| batch.add_guesses(guesses)).unwrap();
    assert_eq!(kept(), []);
    let guessed = |token: u8, last| Guessed {
        token: [token; 32],
        at: "9.9.9.9".parse().unwrap(),
        count: token.into(),
        is_raised: false,
        last,
    };
    add(&[guessed(1, 10)]);
    // Another process knows nothing of the first, and takes nothing of it away.
    add(&[guessed(2, 20)]);
    let more = Guessed {
        is_raised: true,
        ..guessed(1, 30)
    };
    add(&[more]);
    assert_eq!(kept(), [more, guessed(2, 20)]);
    let many: Vec<Guessed> = (3..=100)
        .map(|token| guessed(token, 100 + u64::from(token)))
        .collect();
    add(&many);
    assert_eq!((kept().len(), kept()[0]), (64, guessed(100, 200)));
}

#[test]
fn a_pending_invitation_comes_back_as_it_was() {
    let folder = Folder::new();
    let mut kept = PendingInvitation {
        locked: Some(b"a container".to_vec()),
        answer: Some(Answers::new(&["Rex"]).unwrap()),
        ..pending(1)
    };
    let id = add(&folder.open().unwrap(), &kept);
    let replies = [Provenance::Camera, Provenance::Carried].map(|provenance| ReceivedReply {
        reply: sealed_reply(&kept.invitation),
        provenance,
    });
    kept.history.strikes.handshakes = 1;
    kept.history.replies = replies.to_vec();
    add_history(&folder.open().unwrap(), id, &kept.history);
    let found = waiting(&folder.open().unwrap(), id);
    assert_eq!(found.to_test_bytes(), kept.to_test_bytes());
    assert_eq!(found.certificate.fingerprint(), CERTIFICATE.fingerprint());
}

#[test]
fn proofs_are_counted_by_invitation_and_never_become_fewer() {
    let folder = Folder::new();
    let kept = || {
        let store = folder.open().unwrap();
        let mut proofs = store.batch(|batch| batch.proofs()).unwrap();
        proofs.sort_by_key(|proofs| proofs.id);
        proofs
    };
    assert_eq!(kept(), []);
    let sent = |id: u8, sent, last| Proofs {
        id: [id; 16],
        provenance: Provenance::Carried,
        sent,
        last,
    };
    let store = folder.open().unwrap();
    for (id, count, last) in [(1, 2, NOW), (1, 1, NOW + 1), (1, 0, NOW + 2), (2, 1, NOW)] {
        let count = store.batch(|batch| batch.count_proofs(sent(id, count, last)));
        count.unwrap();
    }
    assert_eq!(kept(), [sent(1, 2, NOW), sent(2, 1, NOW)]);
    store.batch(|batch| batch.forget_proofs([1; 16])).unwrap();
    assert_eq!(kept(), [sent(2, 1, NOW)]);
}

#[test]
fn a_writer_that_is_behind_forgets_no_reply_that_there_is_room_for() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let kept = pending(1);
    let id = add(&store, &kept);
    let received = |salt: u8| {
        let reply = Reply {
            fingerprint: Fingerprint([salt; 32]),
            candidates: kept.invitation.candidates.clone(),
            browser: None,
        };
        ReceivedReply {
            reply: reply.seal(&kept.invitation.keys(), [salt; 8]),
            provenance: Provenance::Carried,
        }
    };
    let write = |salts: &[u8]| {
        let history = HostHistory {
            replies: salts.iter().copied().map(received).collect(),
            ..HostHistory::default()
        };
        add_history(&store, id, &history);
        waiting(&store, id).history.replies
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
    let id = add(&store, &pending(1));
    let strike = |answers| {
        let mut history = HostHistory::default();
        history.strikes.answers = answers;
        add_history(&store, id, &history);
    };
    for answers in 1..3 {
        strike(answers);
        assert_eq!(waiting(&store, id).history.strikes.answers, answers);
    }
    strike(3);
    assert_eq!(end_of(&store, id), Some(EndReason::Burned));
    strike(1);
    assert_eq!(end_of(&store, id), Some(EndReason::Burned));
}

#[test]
fn only_the_first_end_of_an_invitation_counts_and_it_leaves_no_secret() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let id = add(&store, &pending(1));
    end(&store, id, EndReason::Used, NOW + 1);
    end(&store, id, EndReason::Revoked, NOW + 2);
    add_history(&store, id, &HostHistory::default());
    add(&store, &pending(1));
    let over = kept(&store, id).unwrap();
    let is_first = matches!(over, Kept::Over { end_reason: EndReason::Used, ended, made, .. }
        if (ended, made) == (NOW + 1, NOW));
    assert!(is_first, "{over:?}");
    end(&store, [9; 16], EndReason::Revoked, NOW);
    let rows = store.transact(|rows| rows.all(Table::Invitation)).unwrap();
    assert_eq!(rows.iter().map(|row| row.len()).collect::<Vec<_>>(), [34]);
}

#[test]
fn marks_of_old_invitations_do_not_pile_up() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    for fill in 0..80 {
        let id = add(&store, &pending(fill));
        end(&store, id, EndReason::Used, NOW + u64::from(fill));
    }
    let all = store.batch(|batch| batch.invitations()).unwrap();
    assert_eq!(all.len(), 64);
    assert_eq!(end_of(&store, pending(79).id()), Some(EndReason::Used));
    assert_eq!(end_of(&store, pending(16).id()), Some(EndReason::Used));
    assert_eq!(end_of(&store, pending(15).id()), None);
}

#[test]
fn a_pending_reply_comes_back_as_it_was() {
    let folder = Folder::new();
    put_reply(&folder.open().unwrap(), &accepted(1));
    let store = folder.open().unwrap();
    let [found] = &replies(&store)[..] else {
        panic!("one reply")
    };
    assert_eq!(found.to_bytes(), accepted(1).to_bytes());
    let moved = PendingReply {
        port: 9,
        ..accepted(1)
    };
    put_reply(&store, &moved);
    put_reply(&store, &accepted(2));
    let remove = |fill| store.batch(|batch| batch.remove_reply(accepted(fill).id()));
    remove(2).unwrap();
    remove(2).unwrap();
    let ports: Vec<u16> = replies(&store).iter().map(|kept| kept.port).collect();
    assert_eq!(ports, [9]);
}

#[test]
fn whoever_was_refused_is_not_met_again_until_they_are_forgotten() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    meet(&store, contact(1, TrustReason::Scanned)).unwrap();
    meet(&store, contact(2, TrustReason::Scanned)).unwrap();
    let refused = Refused {
        key: PublicKey([1; 32]),
        name: "ß".repeat(200),
        since: NOW,
    };
    store.batch(|batch| batch.refuse(&refused)).unwrap();
    drop(store);
    let store = folder.open().unwrap();
    let cut = Refused {
        name: "ß".repeat(128),
        ..refused
    };
    assert_eq!(store.batch(|batch| batch.refused()), Ok(vec![cut]));
    assert_eq!(contacts(&store), [contact(2, TrustReason::Scanned)]);
    assert_eq!(meet(&store, contact(1, TrustReason::Scanned)), None);
    assert_eq!(contacts(&store), [contact(2, TrustReason::Scanned)]);
    assert!(forget(&store, 1) && !forget(&store, 1));
    meet(&store, contact(1, TrustReason::OpenLink)).unwrap();
}

#[test]
fn what_changes_is_kept_of_a_contact_and_of_nobody_else() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    meet(&store, contact(1, TrustReason::Scanned)).unwrap();
    let keys = ReconnectKeys::from_first_meeting(&Secret::new([9; 32]), NOW, NOW);
    let way = Way {
        ours: "192.168.1.7:40123".parse().unwrap(),
        theirs: "192.168.1.8:40123".parse().unwrap(),
        router: Some("192.168.1.1".parse().unwrap()),
        at: NOW,
    };
    for key in [1, 2].map(|key| PublicKey([key; 32])) {
        let all = store.batch(|batch| {
            batch.change_contact(key, &ContactChange::Given(Some("Mum".to_owned())))?;
            batch.change_contact(key, &ContactChange::Findable(true))?;
            batch.add_way(key, way)?;
            batch.put_reconnect(key, &keys)
        });
        all.unwrap();
    }
    let expected = Contact {
        given: Some("Mum".to_owned()),
        findable: true,
        ways: vec![way],
        reconnect: Some(keys),
        ..contact(1, TrustReason::Scanned)
    };
    assert_eq!(contacts(&folder.open().unwrap()), [expected]);
}

#[test]
fn a_store_of_an_earlier_form_is_taken_to_this_one() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    meet(&store, contact(1, TrustReason::Scanned)).unwrap();
    drop(store);
    let before_files = "DROP TABLE file; DROP TABLE life;
         CREATE TABLE partial (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
         PRAGMA user_version = 3;";
    let before_people_were_refused =
        "DROP TABLE proof; DROP TABLE refused; DROP TABLE conversation; DROP TABLE log;
         DROP TABLE draft; DROP TABLE file; DROP TABLE life; PRAGMA user_version = 1;";
    for earlier in [before_files, before_people_were_refused] {
        let file = rusqlite::Connection::open(folder.0.join("store")).unwrap();
        file.execute_batch(earlier).unwrap();
        drop(file);
        let store = folder.open().unwrap();
        assert_eq!(contacts(&store), [contact(1, TrustReason::Scanned)]);
        assert_eq!(store.batch(|batch| batch.refused()), Ok(Vec::new()));
        assert_eq!(store.batch(|batch| batch.files()), Ok(Vec::new()));
    }
}

#[test]
fn trust_in_a_contact_rises_by_what_meetings_prove_and_never_falls_by_it() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    meet(&store, contact(1, TrustReason::Scanned)).unwrap();
    let trust = Trust::because(TrustReason::OpenLink);
    let again = Contact::met(PublicKey([1; 32]), "", trust, NOW + 9);
    let kept = Contact {
        heard: NOW + 9,
        ..contact(1, TrustReason::Scanned)
    };
    assert_eq!(meet(&store, again), Some(kept));
    meet(&store, contact(2, TrustReason::OpenLink)).unwrap();
    let risen = meet(&store, contact(2, TrustReason::Compared)).unwrap();
    assert_eq!(risen.trust.level(), TrustLevel::Verified);
    assert_eq!(contacts(&folder.open().unwrap()).len(), 2);
    assert!(forget(&store, 1) && !forget(&store, 1));
    assert_eq!(contacts(&store), [risen]);
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
    let work = |store: &Store| set(store, Setting::Name, Some("Zoë"));
    store.run(work).await.unwrap();
    let name = store.run(|store| Ok(chosen(store, Setting::Name))).await;
    assert_eq!(name, Ok(Some("Zoë".to_owned())));
}

#[test]
fn nothing_that_matters_stands_in_the_files_or_in_what_is_printed() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    set(&store, Setting::Name, Some("a telling name")).unwrap();
    meet(&store, contact(0xa5, TrustReason::Scanned)).unwrap();
    add(&store, &pending(0x5a));
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

fn any_tries() -> impl Strategy<Value = (Tries, Tries, SpentHere)> {
    let tries = || (any::<u32>(), any::<u8>()).prop_map(|(day, used)| Tries { day, used });
    let spent = prop::collection::vec((0_u16..9, any::<[u8; 8]>()), 0..40).prop_map(|tokens| {
        let mut spent = SpentHere::default();
        for (day, salt) in tokens {
            spent.spend(day, salt);
        }
        spent
    });
    (tries(), tries(), spent)
}

fn any_contact() -> impl Strategy<Value = Contact> {
    let names = (".{0,60}", prop::option::of(".{0,60}"));
    let times = (any::<u64>(), any::<u64>(), any::<u64>());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let trust = (any_reason(), prop::option::of(any_reason()));
    let numbers = (
        prop::option::of(any::<i32>()),
        prop::option::of(any::<u64>()),
    );
    let ways = (any_ways(), prop::option::of(any::<[u8; 32]>()), any_tries());
    (any::<[u8; 32]>(), names, times, flags, trust, numbers, ways).prop_map(
        |(key, (name, given), (since, trusted, heard), flags, (reason, fallen), numbers, ways)| {
            let tries = ways.2;
            let (findable, blocked, frozen, replaced) = flags;
            let trust = Trust::because(reason);
            let keys = |rs0| ReconnectKeys::from_first_meeting(&Secret::new(rs0), NOW, NOW);
            Contact {
                given,
                trusted,
                heard,
                fallen: fallen.map(Trust::because),
                clock: numbers.0,
                findable,
                blocked,
                frozen,
                replaced,
                allowance: numbers.1,
                ways: ways.0,
                answers_taken: tries.0,
                answers_given: tries.1,
                spent_here: tries.2,
                reconnect: ways.1.map(keys),
                ..Contact::met(PublicKey(key), name, trust, since)
            }
        },
    )
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
                        met: (port % 3 == 0).then_some(Fingerprint([handshakes; 32])),
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
    fn a_kept_contact_reads_as_it_was_written(contact in any_contact()) {
        prop_assert_eq!(Contact::parse(&contact.to_bytes().unwrap()), Ok(contact));
    }

    #[test]
    fn a_changed_record_is_refused_or_has_one_encoding(
        contact in any_contact(), at: prop::sample::Index, bits in 1u8.., cut: prop::sample::Index,
    ) {
        let reply = accepted(1).to_bytes().unwrap();
        let contact = contact.to_bytes().unwrap();
        let mut with_reply = pending(1);
        with_reply.history.replies = vec![ReceivedReply {
            reply: sealed_reply(&with_reply.invitation),
            provenance: Provenance::Carried,
        }];
        for bytes in [
            pending(1).to_test_bytes(),
            with_reply.to_test_bytes(),
            reply.to_vec(),
            contact.to_vec(),
        ] {
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= bits;
            let cut = &bytes[..cut.index(bytes.len())];
            let long = [&bytes[..], &[0]].concat();
            for bytes in [cut, &long] {
                prop_assert!(Kept::parse(bytes).is_err());
                prop_assert!(PendingReply::parse(bytes).is_err());
                prop_assert!(Contact::parse(bytes).is_err());
            }
            // A certificate's text has many forms; everything else has one.
            if let Ok(read) = Contact::parse(&changed) {
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
        let _ = (Kept::parse(&bytes), PendingReply::parse(&bytes), Contact::parse(&bytes));
    }
}
