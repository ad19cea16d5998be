//! The facade from Rust. The scenarios of `tests/scenarios.md` are tested from Kotlin and Swift;
//! here is what those cannot do.

use super::{
    Answered, CallbackError, Change, DeliveryMode, Entry, ErrorKind, Finding, Found, GuestStage,
    Handfast, Handout, KeyStore, KeyStoreError, Limits, Listener, Pending, Preferences, Protection,
    Provenance, Reached, Screen, Session, Settings, TrustLevel, TrustReason, Wish, read_text,
    usual_limits,
};
use crate::scan::token_of;
use handfast_native::store::{self, EndReason, Kept, PendingReply, Store};
use handfast_native::token::{Secret, Token};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Tells every change on, and then panics.
struct Hysteric(mpsc::UnboundedSender<Change>);

impl Listener for Hysteric {
    fn changed(&self, change: Change) -> Result<(), CallbackError> {
        let _ = self.0.send(change);
        panic!("on purpose");
    }
}

#[derive(Default)]
struct Pocket(Mutex<Option<Vec<u8>>>);

impl KeyStore for Pocket {
    fn key(&self) -> Result<Option<Vec<u8>>, KeyStoreError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn keep(&self, key: Vec<u8>) -> Result<(), KeyStoreError> {
        *self.0.lock().unwrap() = Some(key);
        Ok(())
    }
}

/// A folder of its own for each device, removed with it.
static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// The same pocket, for whoever looks into the store beside the app.
impl store::KeyStore for Pocket {
    fn key(&self) -> Result<Option<Secret<32>>, store::KeyStoreError> {
        let key = self.0.lock().unwrap().clone();
        Ok(key.map(|key| Secret::new(key.try_into().unwrap())))
    }

    fn keep(&self, _: &Secret<32>) -> Result<(), store::KeyStoreError> {
        Err(store::KeyStoreError::Occupied)
    }
}

struct TestDevice {
    folder: PathBuf,
    pocket: Arc<Pocket>,
    handfast: Arc<Handfast>,
    changes: mpsc::UnboundedReceiver<Change>,
}

impl TestDevice {
    async fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Relaxed);
        let folder = format!("handfast-facade-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        Self::open(folder, Arc::default()).await
    }

    /// Ends, and begins anew with what is kept.
    async fn again(self) -> Self {
        self.handfast.shutdown().await;
        let (folder, pocket) = (self.folder.clone(), self.pocket.clone());
        std::mem::forget(self);
        Self::open(folder, pocket).await
    }

    async fn open(folder: PathBuf, pocket: Arc<Pocket>) -> Self {
        let (told, changes) = mpsc::unbounded_channel();
        let settings = Settings {
            name: String::new(),
            folder: folder.to_string_lossy().into_owned(),
            downloads: std::env::temp_dir().to_string_lossy().into_owned(),
            link_base: None,
        };
        let listener = Arc::new(Hysteric(told));
        let handfast = Handfast::open(settings, pocket.clone(), listener, None).unwrap();
        let loopback = vec!["127.0.0.1".to_owned()];
        handfast.network_changed(loopback, None).await.unwrap();
        Self {
            folder,
            pocket,
            handfast,
            changes,
        }
    }

    async fn until<T>(&mut self, wanted: impl Fn(Screen) -> Option<T>) -> T {
        let search = async {
            loop {
                if let Change::Shown { screen, .. } = self.changes.recv().await.expect("told")
                    && let Some(found) = wanted(screen)
                {
                    return found;
                }
            }
        };
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, search).await.expect("soon")
    }

    /// What is known of people is another list now, and is on the disk.
    async fn until_people_change(&mut self) {
        let search =
            async { while self.changes.recv().await.expect("told") != Change::PeopleChanged {} };
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, search).await.expect("soon");
    }

    /// Whom it may ask from now on.
    async fn may_ask(&self, servers: &[&SocketAddr]) {
        let chosen = Preferences {
            ask_servers: !servers.is_empty(),
            servers: servers.iter().map(ToString::to_string).collect(),
            ask_router: true,
            guess: true,
        };
        self.handfast.prefer(chosen).await.unwrap();
    }

    /// Opens a link and agrees to connect.
    async fn accepts(&self, link: &str) -> Arc<Session> {
        let found = read_text(link).unwrap();
        let session = self.handfast.pairing().open(found).await.unwrap();
        session.accept().await.unwrap();
        session
    }

    /// An invitation that is meant for somebody elsewhere has begun to be made.
    async fn sends(&mut self) -> Arc<Session> {
        let pairing = self.handfast.pairing();
        pairing
            .invite(DeliveryMode::Send, Protection::Open)
            .await
            .unwrap()
    }

    async fn until_preparing(&mut self, kept: bool) {
        let wanted = Screen::Preparing { is_kept: kept };
        self.until(|screen| (screen == wanted).then_some(())).await;
    }

    async fn until_closed(&mut self) {
        self.until(|screen| (screen == Screen::Closed).then_some(()))
            .await;
    }

    async fn until_hosting(&mut self) -> Handout {
        self.until(|screen| match screen {
            Screen::Hosting { invitation, .. } => Some(invitation),
            _ => None,
        })
        .await
    }

    /// How the invitation came that the person is asked about.
    async fn until_confirming(&mut self) -> Provenance {
        self.until(|screen| match screen {
            Screen::InvitationOpened { provenance, .. } => Some(provenance),
            _ => None,
        })
        .await
    }

    async fn until_ended(&mut self) -> ErrorKind {
        self.until(|screen| match screen {
            Screen::Ended { kind, .. } => Some(kind),
            _ => None,
        })
        .await
    }

    async fn waiting(&self) -> Vec<Pending> {
        self.handfast.pairing().pending().await.unwrap()
    }

    async fn until_talking(&mut self) {
        self.until(|screen| matches!(screen, Screen::Talking { .. }).then_some(()))
            .await;
    }

    async fn until_wish(&mut self, wanted: Wish) {
        self.until(|screen| match screen {
            Screen::Talking { wish, .. } if wish == wanted => Some(()),
            _ => None,
        })
        .await;
    }

    async fn until_comparing(&mut self) -> Vec<String> {
        self.until(|screen| match screen {
            Screen::Comparing { digits, .. } => Some(digits),
            _ => None,
        })
        .await
    }

    /// The texts that are told until so many are there, and none comes for a while. None of them reaches a
    /// screen.
    async fn texts(&mut self, expected: usize) -> Vec<String> {
        let mut texts = Vec::new();
        let quiet = |texts: &Vec<String>| match texts.len() < expected {
            true => Duration::from_secs(60),
            false => Duration::from_secs(2),
        };
        while let Ok(change) = tokio::time::timeout(quiet(&texts), self.changes.recv()).await {
            if let Change::Listed {
                entry: Entry::Text { text, .. },
                ..
            } = change.expect("told")
            {
                texts.push(text);
            }
        }
        texts
    }
}

/// What a device keeps of its invitations.
fn invitations(store: &Store) -> Vec<Kept> {
    store.batch(|batch| batch.invitations()).unwrap()
}

/// The two are together, by a link.
async fn meet(host: &mut TestDevice, guest: &mut TestDevice) -> [Arc<Session>; 2] {
    let hosting = host.sends().await;
    let link = host.until_hosting().await.link;
    [hosting, guest.accepts(&link).await]
}

impl Drop for TestDevice {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn whatever_a_guest_hears_of_its_answers_is_on_the_disk_of_the_host() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let lock = Answered {
        question: "Our first dog?".to_owned(),
        answer: "Rex".to_owned(),
    };
    let hosting = host.handfast.pairing();
    let asked = Protection::Asked { lock };
    let _hosting = hosting.invite(DeliveryMode::Send, asked).await.unwrap();
    let link = host
        .until(|screen| match screen {
            Screen::Hosting { invitation, .. } => Some(invitation.link),
            _ => None,
        })
        .await;
    let connecting = guest.accepts(&link).await;
    let store = Store::open(&host.folder.join("store"), &*host.pocket).unwrap();
    let guests = Store::open(&guest.folder.join("store"), &*guest.pocket).unwrap();
    for wrong in 0..3 {
        let is_left = |left| left == 3 - wrong;
        guest
            .until(|screen| match screen {
                Screen::Asking { tries_left, .. } if is_left(tries_left) => Some(()),
                _ => None,
            })
            .await;
        let [Kept::Waiting(kept)] = &invitations(&store)[..] else {
            panic!("one that waits")
        };
        assert_eq!(kept.history.strikes.answers, wrong);
        // And each proof on that of the guest.
        let proofs = guests.batch(|batch| batch.proofs()).unwrap();
        let sent: Vec<_> = proofs.iter().map(|one| (one.id, one.sent)).collect();
        assert_eq!(
            sent,
            Vec::from_iter((wrong > 0).then_some((kept.id(), wrong)))
        );
        connecting.answer("Max".to_owned()).await.unwrap();
    }
    guest
        .until(|screen| matches!(screen, Screen::Ended { .. }).then_some(()))
        .await;
    let [Kept::Over { end_reason, .. }] = invitations(&store)[..] else {
        panic!("one that is over")
    };
    assert_eq!(end_reason, EndReason::Burned);
    // Opened once more, when its end is on the disk, it is knocked at no more.
    while !guest.waiting().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    guest.accepts(&link).await;
    assert_eq!(guest.until_ended().await, ErrorKind::AnswersDiffer);
}

#[tokio::test]
async fn a_persons_word_is_remembered_as_a_mark_and_raises_nothing() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let lock = Answered {
        question: "Our first dog?".to_owned(),
        answer: "Rex".to_owned(),
    };
    let asked = Protection::Asked { lock };
    let hosting = host
        .handfast
        .pairing()
        .invite(DeliveryMode::Send, asked)
        .await;
    let hosting = hosting.unwrap();
    let link = host.until_hosting().await.link;
    let connecting = guest.accepts(&link).await;
    guest
        .until(|screen| matches!(screen, Screen::Asking { .. }).then_some(()))
        .await;
    connecting.answer("rex".to_owned()).await.unwrap();
    let reason = |screen| match screen {
        Screen::Talking { person, .. } => Some((person.level, person.reason)),
        _ => None,
    };
    let checked = (TrustLevel::AnswerChecked, TrustReason::Answered);
    assert_eq!(host.until(reason).await, checked);
    let theirs = (TrustLevel::Unverified, TrustReason::TheirQuestion);
    assert_eq!(guest.until(reason).await, theirs);
    let talk = &connecting;
    talk.only_they_would_ask().await.unwrap();
    let marked = (TrustLevel::Unverified, TrustReason::ByYourWord);
    assert_eq!(guest.until(reason).await, marked);
    let known = &guest.handfast.people().await.unwrap()[0].person;
    assert_eq!((known.level, known.reason), marked);
    let again = talk.only_they_would_ask().await;
    assert_eq!(again, Err(ErrorKind::NotNow.into()));
    let at_host = hosting.only_they_would_ask().await;
    assert_eq!(at_host, Err(ErrorKind::NotNow.into()));
}

#[tokio::test]
async fn listeners_that_panic_do_not_keep_two_from_meeting() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let _hosting = host.sends().await;
    let link = host.until_hosting().await.link;
    guest.accepts(&link).await;
    host.until_talking().await;
    guest.until_talking().await;
    host.handfast.shutdown().await;
    assert_eq!(guest.until_ended().await, ErrorKind::TheyLeft);
}

#[tokio::test]
async fn a_listener_that_shows_nothing_holds_the_other_side_back() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let [writing, reading] = meet(&mut host, &mut guest).await;
    host.until_talking().await;
    guest.until_talking().await;
    // What is written is kept there, however much a screen here takes.
    let sent = 700;
    for number in 0..sent {
        let text = format!("{number:05}{}", "x".repeat(1_000));
        while let Err(error) = writing.send_text(text.clone()).await {
            assert_eq!(error.kind(), ErrorKind::Busy);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let told = guest.texts(256).await;
    assert_eq!(told.len(), 256, "of {sent}");
    // What reaches the screen makes room for as much again, in order, and nothing was lost.
    reading.taken(256);
    let more = guest.texts(256).await;
    assert_eq!(more.len(), 256);
    for (number, text) in told.iter().chain(&more).enumerate() {
        assert!(text.starts_with(&format!("{number:05}")), "{number}");
    }
    // Whoever shows nothing can still leave.
    reading.leave().await.unwrap();
    guest.until_closed().await;
}

#[tokio::test]
async fn somebody_unverified_who_has_sent_enough_is_seen_to_be_held() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let few = Limits {
        unverified_messages: 3,
        ..usual_limits()
    };
    guest.handfast.limit(few.clone()).await.unwrap();
    assert_eq!(guest.handfast.limits().await, Ok(few));
    let [writing, reading] = meet(&mut host, &mut guest).await;
    host.until_talking().await;
    guest.until_talking().await;
    for number in 0..5 {
        writing.send_text(number.to_string()).await.unwrap();
    }
    let is_held = |screen| match screen {
        Screen::Talking { reached, .. } => Some(reached),
        _ => None,
    };
    let reached = guest.until(is_held).await;
    assert_eq!(reached, Some(Reached::Messages));
    reading.allow_more().await.unwrap();
    assert_eq!(guest.until(is_held).await, None);
    // How many were told before that is as it may be.
    let last = guest.texts(2).await;
    assert_eq!(last.last().map(String::as_str), Some("4"));
}

#[tokio::test]
async fn a_difference_hangs_up_and_whoever_it_was_is_not_let_in_until_forgotten() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let [here, there] = meet(&mut host, &mut guest).await;
    host.until_talking().await;
    guest.until_talking().await;
    there.compare().await.unwrap();
    host.until_wish(Wish::Theirs).await;
    guest.until_wish(Wish::Ours).await;
    here.compare().await.unwrap();
    let digits = host.until_comparing().await;
    assert_eq!(guest.until_comparing().await, digits);
    let other = vec!["0000".to_owned(); 3];
    for outcome in [Finding::Same, Finding::Different] {
        let refused = here.compared(other.clone(), outcome).await;
        assert_eq!(refused, Err(ErrorKind::NotNow.into()), "not what is shown");
    }
    here.compared(digits, Finding::Different).await.unwrap();
    assert_eq!(host.until_ended().await, ErrorKind::NotTheInviter);
    host.until_people_change().await;
    assert_eq!(
        guest.until_ended().await,
        ErrorKind::Lost,
        "without a goodbye"
    );
    let people = host.handfast.people().await.unwrap();
    let [met] = &people[..] else {
        panic!("{people:?}");
    };
    assert_eq!(met.person.reason, TrustReason::Different);

    let [_, there] = meet(&mut host, &mut guest).await;
    assert_eq!(host.until_ended().await, ErrorKind::Refused);
    // It hears nothing, as if the other had gone, and knocks on for a while.
    there.leave().await.unwrap();
    guest.until_closed().await;
    host.handfast.forget(met.id.clone()).await.unwrap();
    meet(&mut host, &mut guest).await;
    host.until_talking().await;
    guest.until_talking().await;
}

#[tokio::test]
async fn a_person_names_somebody_and_hangs_up_by_blocking_them() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    meet(&mut host, &mut guest).await;
    host.until_talking().await;
    let device = host.handfast.clone();
    guest.until_talking().await;
    let id = device.people().await.unwrap()[0].id.clone();
    let given = Some("My sister".to_owned());
    device.give_name(id.clone(), given).await.unwrap();
    let is_named = |screen| match screen {
        Screen::Talking { person, .. } => (person.name == "My sister").then_some(()),
        _ => None,
    };
    host.until(is_named).await;
    assert_eq!(device.people().await.unwrap()[0].person.name, "My sister");
    device.take_files_up_to(id.clone(), Some(7)).await.unwrap();
    device.block(id.clone(), true).await.unwrap();
    host.until_closed().await;
    assert_eq!(
        guest.until_ended().await,
        ErrorKind::Lost,
        "without a goodbye"
    );
    device.block(id.clone(), false).await.unwrap();
    meet(&mut host, &mut guest).await;
    host.until_talking().await;
    let nobody = device.block("ab".repeat(32), true).await;
    assert_eq!(nobody, Err(ErrorKind::NotNow.into()));
}

#[tokio::test]
async fn whoever_shuts_down_twice_waits_twice_and_hears_so_afterwards() {
    let mut host = TestDevice::new().await;
    let _hosting = host.sends().await;
    host.until_hosting().await;
    let handfast = host.handfast.clone();
    tokio::join!(handfast.shutdown(), handfast.shutdown());
    handfast.shutdown().await;
    let pending = handfast.pairing().pending().await;
    assert_eq!(pending, Err(ErrorKind::ShutDown.into()));
    let sealing = handfast.sealing();
    let nothing = super::About::default();
    let opening = sealing.seal_file(Vec::new(), None, nothing, String::new(), String::new());
    assert_eq!(opening.finished().await, Err(ErrorKind::ShutDown.into()));
}

#[tokio::test]
async fn every_invitation_and_every_reply_of_one_app_has_a_certificate_of_its_own() {
    let (mut one, mut other) = (TestDevice::new().await, TestDevice::new().await);
    let store = Store::open(&one.folder.join("store"), &*one.pocket).unwrap();
    let replies = || store.batch(|batch| batch.replies()).unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let made = one.sends().await;
        let link = one.until_hosting().await.link;
        let Ok(Token::Invitation(invitation)) = token_of(&read_text(&link).unwrap()) else {
            panic!("an invitation");
        };
        seen.push(invitation.fingerprint);
        made.leave().await.unwrap();
        one.until_closed().await;
    }
    for _ in 0..2 {
        let made = other.sends().await;
        let link = other.until_hosting().await.link;
        made.leave().await.unwrap();
        other.until_closed().await;
        let accepted = one.accepts(&link).await;
        one.until(|screen| matches!(screen, Screen::Connecting { .. }).then_some(()))
            .await;
        accepted.leave().await.unwrap();
        one.until_closed().await;
    }
    let named = |kept: &PendingReply| {
        let reply = kept.reply.open(&kept.invitation.keys()).unwrap();
        assert_eq!(reply.fingerprint, kept.certificate.fingerprint());
        reply.fingerprint
    };
    seen.extend(replies().iter().map(named));
    assert_eq!(seen.len(), 4);
    for (at, one) in seen.iter().enumerate() {
        assert!(!seen[..at].contains(one), "{at}");
    }
    // What waits goes on with its own.
    let pairing = one.handfast.pairing();
    for waits in one.waiting().await {
        let session = pairing.resume(waits.id).await.unwrap();
        session.leave().await.unwrap();
        one.until_closed().await;
    }
    assert_eq!(replies().iter().map(named).collect::<Vec<_>>(), seen[2..]);
    for kept in invitations(&store) {
        let Kept::Waiting(kept) = kept else {
            panic!("it waits: {kept:?}")
        };
        assert_eq!(kept.invitation.fingerprint, kept.certificate.fingerprint());
        assert!(seen[..2].contains(&kept.invitation.fingerprint));
    }
}

#[tokio::test]
async fn who_finds_somebody_else_there_is_told_and_keeps_what_waits() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let mut second = TestDevice::new().await;
    let _hosting = host.sends().await;
    let link = host.until_hosting().await.link;
    guest.accepts(&link).await;
    host.until_talking().await;
    guest.until_talking().await;
    let knocking = second.accepts(&link).await;
    second
        .until(|screen| match screen {
            Screen::Connecting { stage, .. } => (stage == GuestStage::SlotTaken).then_some(()),
            Screen::ReplyNeeded { is_slot_taken, .. } => is_slot_taken.then_some(()),
            other => (other == Screen::Closed).then(|| panic!("{other:?}")),
        })
        .await;
    knocking.leave().await.unwrap();
    second.until_closed().await;
    assert_eq!(second.waiting().await.len(), 1);
}

#[tokio::test]
async fn an_address_of_android_with_its_zone_is_understood_and_nonsense_is_refused() {
    let device = TestDevice::new().await;
    let zone = vec!["fe80::1%wlan0".to_owned(), "192.168.1.7".to_owned()];
    assert_eq!(device.handfast.network_changed(zone, None).await, Ok(()));
    let nonsense = vec!["my phone".to_owned()];
    let refused = device.handfast.network_changed(nonsense, None).await;
    assert_eq!(refused, Err(ErrorKind::Internal.into()));
}

#[test]
fn every_secret_record_hides_itself_from_a_log() {
    let text =
        "handfast:EQhLHxZoN2JVqVdxcv4PhcA5yidhKXZmKNeDZvlTzCd_w-flRBuUrstXwmpaDE5m1dSvIwEDfwAAAbDR";
    let found = read_text(text).unwrap();
    assert_eq!(format!("{found:?}"), "Found(Invitation, Carried)");
    let lock = super::Answered {
        question: "Our dog?".to_owned(),
        answer: "Rex".to_owned(),
    };
    assert_eq!(format!("{lock} {lock:?}"), "Answered Answered");
}

#[tokio::test]
async fn another_link_never_replaces_what_the_person_is_about_to_confirm() {
    let (mut first, mut second, mut guest) = (
        TestDevice::new().await,
        TestDevice::new().await,
        TestDevice::new().await,
    );
    let (_one, _other) = (first.sends().await, second.sends().await);
    let asked = first.until_hosting().await.link;
    let tapped = read_text(&second.until_hosting().await.link).unwrap();
    let pairing = guest.handfast.pairing();
    let opened = pairing.open(read_text(&asked).unwrap()).await.unwrap();
    assert_eq!(guest.until_confirming().await, Provenance::Carried);
    assert_eq!(
        pairing.open(tapped.clone()).await.map(drop),
        Err(ErrorKind::Busy.into())
    );
    // The same one by camera is no other, and is never known worse than it was.
    for provenance in [Provenance::Camera, Provenance::Carried] {
        let again = Found {
            provenance,
            ..read_text(&asked).unwrap()
        };
        assert_eq!(pairing.open(again).await.unwrap().id(), opened.id());
        let is_shown = |screen| match screen {
            Some(Screen::InvitationOpened { provenance, .. }) => provenance,
            other => panic!("{other:?}"),
        };
        assert_eq!(is_shown(opened.screen().unwrap()), Provenance::Camera);
    }
    // It is put aside, and the other can be opened.
    opened.leave().await.unwrap();
    guest.until_closed().await;
    let opened = pairing.open(tapped).await.unwrap();
    guest.until_confirming().await;
    assert_eq!(
        pairing.open(read_text(&asked).unwrap()).await.map(drop),
        Err(ErrorKind::Busy.into())
    );
    opened.accept().await.unwrap();
    second.until_talking().await;
    guest.until_talking().await;
}

#[tokio::test]
async fn trying_harder_needs_somebody_who_is_waited_for() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let hosting = host.sends().await;
    let link = host.until_hosting().await.link;
    assert_eq!(hosting.try_harder().await, Ok(()));
    let found = read_text(&link).unwrap();
    let opened = guest.handfast.pairing().open(found).await.unwrap();
    guest.until_confirming().await;
    assert_eq!(opened.try_harder().await, Err(ErrorKind::NotNow.into()));
    let nobody = host.handfast.session(7_000);
    assert_eq!(nobody.try_harder().await, Err(ErrorKind::NotNow.into()));
}

/// A STUN server on loopback that answers and counts.
async fn stun_server() -> (String, Arc<AtomicU32>) {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let name = socket.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        let mut datagram = [0; 200];
        while let Ok((length, from)) = socket.recv_from(&mut datagram).await {
            count.fetch_add(1, Relaxed);
            let SocketAddr::V4(from_v4) = from else {
                return;
            };
            // A success, the number of the question, and XOR-MAPPED-ADDRESS (RFC 8489 section 14.2).
            let mut answer = vec![1, 1, 0, 12];
            answer.extend(&datagram[4..20.min(length)]);
            answer.extend([0, 0x20, 0, 8, 0, 1]);
            answer.extend((from_v4.port() ^ 0x2112).to_be_bytes());
            answer.extend((from_v4.ip().to_bits() ^ 0x2112_a442).to_be_bytes());
            let _ = socket.send_to(&answer, from).await;
        }
    });
    (name, asked)
}

#[tokio::test]
async fn a_link_asks_how_it_is_seen_and_a_code_at_the_table_asks_nobody() {
    let mut host = TestDevice::new().await;
    let (server, asked) = stun_server().await;
    let chosen = Preferences {
        ask_servers: true,
        servers: vec![server.clone()],
        ask_router: true,
        guess: true,
    };
    host.handfast.prefer(chosen.clone()).await.unwrap();
    for (delivery, ask_servers, is_asked) in [
        (DeliveryMode::Show, true, false),
        (DeliveryMode::Send, false, false),
        (DeliveryMode::Send, true, true),
    ] {
        let chosen = Preferences {
            ask_servers,
            ..chosen.clone()
        };
        host.handfast.prefer(chosen).await.unwrap();
        let hosting = host
            .handfast
            .pairing()
            .invite(delivery, Protection::Open)
            .await;
        host.until_hosting().await;
        assert_eq!(asked.load(Relaxed) > 0, is_asked, "{delivery:?}");
        hosting.unwrap().withdraw().await.unwrap();
        host.until_closed().await;
    }
    let before = asked.load(Relaxed);
    let report = host.handfast.network().await.unwrap();
    assert_eq!(report.servers_asked, [server]);
    assert!(asked.load(Relaxed) > before);
    // Of a router on loopback there is nothing to ask.
    assert_eq!(report.port, None);
}

/// A STUN server that never answers, so that a link takes as long as it may: four seconds.
async fn silent_server() -> (tokio::net::UdpSocket, SocketAddr) {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// A host whose link is being made: one server is asked for it, and does not answer.
async fn making() -> (TestDevice, tokio::net::UdpSocket, Arc<Session>, Instant) {
    let mut host = TestDevice::new().await;
    let (server, address) = silent_server().await;
    host.may_ask(&[&address]).await;
    let began = Instant::now();
    let making = host.sends().await;
    host.until_preparing(false).await;
    (host, server, making, began)
}

/// Less than a silent server takes.
const AT_ONCE: Duration = Duration::from_millis(3_500);

#[tokio::test]
async fn a_link_that_is_stopped_while_it_is_made_leaves_nothing() {
    let (mut host, server, making, began) = making().await;
    let (_, asked_from) = server.recv_from(&mut [0; 200]).await.unwrap();
    making.withdraw().await.unwrap();
    host.until_closed().await;
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    assert_eq!(host.waiting().await, []);
    // Its socket is given up as well.
    let given_up = async {
        while tokio::net::UdpSocket::bind(asked_from).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(AT_ONCE, given_up).await.expect("soon");
    // Nothing of it comes afterwards, and something else may begin.
    let pairing = host.handfast.pairing();
    let _shown = pairing
        .invite(DeliveryMode::Show, Protection::Open)
        .await
        .unwrap();
    host.until_hosting().await;
    assert_eq!(host.waiting().await.len(), 1);
}

#[tokio::test]
async fn everything_else_goes_on_while_a_link_is_made() {
    let (mut host, _server, making, began) = making().await;
    let guest = TestDevice::new().await;
    let refused = making.offer_reply().await;
    assert_eq!(refused, Err(ErrorKind::NotNow.into()));
    let refused = making.send_text("?".to_owned()).await;
    assert_eq!(refused, Err(ErrorKind::NotNow.into()));
    // Another invitation is shown, somebody is met by it, and all three are under way.
    let pairing = host.handfast.pairing();
    pairing.boost();
    let table = pairing.invite(DeliveryMode::Show, Protection::Open).await;
    let link = host.until_hosting().await.link;
    guest.accepts(&link).await;
    host.until_talking().await;
    let third = pairing.invite(DeliveryMode::Show, Protection::Open).await;
    host.until_hosting().await;
    let under_way = host.handfast.under_way().unwrap();
    let ids: Vec<u64> = under_way.iter().map(|one| one.session).collect();
    let begun = [making.id(), table.unwrap().id(), third.unwrap().id()];
    assert_eq!(ids, begun);
    assert_eq!(under_way[0].screen, Screen::Preparing { is_kept: false });
    assert!(matches!(under_way[1].screen, Screen::Talking { .. }));
    assert!(matches!(under_way[2].screen, Screen::Hosting { .. }));
    host.handfast.shutdown().await;
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_link_that_is_made_goes_with_the_app_and_its_network() {
    let (mut host, server, _making, began) = making().await;
    let (_, asked_from) = server.recv_from(&mut [0; 200]).await.unwrap();
    host.handfast.pause().await.unwrap();
    tokio::net::UdpSocket::bind(asked_from).await.unwrap();
    // Nothing is bound for as long as the app is put aside, whatever happens to the network.
    let elsewhere = vec!["127.0.0.2".to_owned()];
    host.handfast
        .network_changed(elsewhere, None)
        .await
        .unwrap();
    while server.try_recv(&mut [0; 200]).is_ok() {}
    host.handfast.resume().await.unwrap();
    let (_, asked_from) = server.recv_from(&mut [0; 200]).await.unwrap();
    assert_eq!(asked_from.ip().to_string(), "127.0.0.2");
    let back = vec!["127.0.0.1".to_owned()];
    host.may_ask(&[]).await;
    host.handfast.network_changed(back, None).await.unwrap();
    host.until_hosting().await;
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_link_that_is_made_ends_with_the_last_network() {
    let (mut host, _server, _making, _) = making().await;
    host.handfast
        .network_changed(Vec::new(), None)
        .await
        .unwrap();
    assert_eq!(host.until_ended().await, ErrorKind::NoNetwork);
    assert_eq!(host.waiting().await, []);
}

#[tokio::test]
async fn a_link_that_waits_is_put_aside_or_given_up_before_it_is_shown_again() {
    let mut host = TestDevice::new().await;
    let (_server, address) = silent_server().await;
    host.may_ask(&[]).await;
    let made = host.sends().await;
    host.until_hosting().await;
    made.leave().await.unwrap();
    host.until_closed().await;
    host.may_ask(&[&address]).await;
    let began = Instant::now();
    let pairing = host.handfast.pairing();
    let [waits] = &host.waiting().await[..] else {
        panic!("one waits");
    };
    for stays in [true, false] {
        let going_on = pairing.resume(waits.id.clone()).await.unwrap();
        host.until_preparing(true).await;
        match stays {
            true => going_on.leave().await.unwrap(),
            false => pairing.withdraw(waits.id.clone()).await.unwrap(),
        }
        host.until_closed().await;
        assert_eq!(host.waiting().await.len(), usize::from(stays));
    }
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    host.may_ask(&[]).await;
    let made = host.sends().await;
    host.until_hosting().await;
    made.leave().await.unwrap();
    host.until_closed().await;
    host.may_ask(&[&address]).await;
    let id = host.waiting().await.remove(0).id;
    let going_on = pairing.resume(id).await.unwrap();
    host.until_preparing(true).await;
    going_on.withdraw().await.unwrap();
    host.until_closed().await;
    assert_eq!(host.waiting().await, []);
}

#[tokio::test]
async fn a_device_is_called_something_else_from_its_next_invitation_on() {
    let (mut host, mut guest) = (TestDevice::new().await, TestDevice::new().await);
    let hidden = "\u{202e}Zoë ".to_owned();
    host.handfast.rename(hidden).await.unwrap();
    let refused = host.handfast.rename("Z".repeat(2000)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::TooLarge);
    host.sends().await;
    let link = host.until_hosting().await.link;
    guest
        .handfast
        .pairing()
        .open(read_text(&link).unwrap())
        .await
        .unwrap();
    let opened = |screen| match screen {
        Screen::InvitationOpened { name, .. } => name,
        _ => None,
    };
    assert_eq!(guest.until(opened).await, "Zoë");
}

#[tokio::test]
async fn an_invitation_that_is_gone_on_with_elsewhere_leads_there() {
    for restarts in [true, false] {
        let mut host = TestDevice::new().await;
        let made = host.sends().await;
        let before = host.until_hosting().await;
        made.leave().await.unwrap();
        host.until_closed().await;
        if restarts {
            host = host.again().await;
        }
        let elsewhere = vec!["127.0.0.2".to_owned()];
        let moved = host.handfast.network_changed(elsewhere, None);
        moved.await.unwrap();
        let [waits] = &host.waiting().await[..] else {
            panic!("one waits");
        };
        let pairing = host.handfast.pairing();
        pairing.resume(waits.id.clone()).await.unwrap();
        let is_elsewhere = |screen| match screen {
            Screen::Hosting { invitation, .. } => (invitation != before).then_some(()),
            _ => None,
        };
        host.until(is_elsewhere).await;
    }
}
