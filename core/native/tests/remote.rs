//! Processes that share a home: over real sockets and real folders, some of them real processes, which
//! are this file once more, told by a variable to be one.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // helpers of tests

mod shell;

use handfast_native::device::{
    AcceptTerms, Command, DeliveryMode, Done, Event, FileState, InviteTerms, PendingId, Provenance,
    Refusal, RowContent, Saying, SessionCommand, SessionEnd, SessionId, View,
};
use handfast_native::remote::messages::{FromClient, FromOwner, Hello};
use handfast_native::store::StoreError;
use handfast_native::token::{Invitation, Token, random_bytes};
use handfast_native::{Addresses, DeviceEnd, DeviceHandle, Home, OfHomeError, Options};
use shell::{AT_ONCE, Shell};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Tells this file in another process which home to use.
const OWNED: &str = "HANDFAST_TEST_HOME";

/// A home that is gone with this.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new() -> Self {
        Self::under("")
    }

    fn under(name: &str) -> Self {
        let number = u64::from_le_bytes(random_bytes().unwrap());
        let folder = std::env::temp_dir().join(format!("handfast-remote-{number:x}{name}"));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("socket")
    }

    fn connect(&self) -> UnixStream {
        UnixStream::connect(self.socket()).unwrap()
    }

    async fn enter(&self) -> Shell {
        self.try_enter().await.unwrap()
    }

    async fn try_enter(&self) -> Result<Shell, OfHomeError> {
        self.enter_with(&self.0.join("downloads")).await
    }

    async fn enter_with(&self, downloads: &Path) -> Result<Shell, OfHomeError> {
        let mut options = Options::new(downloads);
        options.settings.name = "Zoe".into();
        options.addresses = Addresses::Told(vec![HERE]);
        let (device, listener) = DeviceHandle::of_home(&self.0, options).await?;
        Ok(Shell { device, listener })
    }

    async fn owner(&self) -> Shell {
        let shell = self.enter().await;
        assert!(!shell.device.is_remote());
        shell
    }

    async fn client(&self) -> Shell {
        let shell = self.enter().await;
        assert!(shell.device.is_remote());
        shell
    }
}

impl Shell {
    async fn invites(&self) -> (SessionId, Invitation) {
        let terms = InviteTerms::new(DeliveryMode::Show);
        let id = self.begin(Command::Invite(Box::new(terms))).await;
        (id, self.shows(id).await)
    }

    async fn shows(&self, id: SessionId) -> Invitation {
        self.sees(id, |view| match view {
            View::Hosting {
                token: Token::Invitation(invitation),
                ..
            } => Some(invitation.clone()),
            _ => None,
        })
        .await
    }

    /// Everything that is heard until nothing more can be.
    async fn hears_the_end(&mut self) -> (Vec<Event>, DeviceEnd) {
        let mut heard = Vec::new();
        let hearing = async {
            while let Some(event) = self.listener.next().await {
                heard.push(event);
            }
        };
        timeout(AT_ONCE, hearing).await.unwrap();
        (heard, self.device.end().unwrap())
    }

    /// One thing waits, and no session goes on with it.
    async fn sees_that_one_waits(&self) -> PendingId {
        let mut overview = self.device.overview();
        let waits = overview.wait_for(|overview| matches!(overview.pending[..], [(_, None)]));
        drop(timeout(AT_ONCE, waits).await.unwrap().unwrap());
        self.pending()[0].0
    }

    async fn resumes(&self) -> SessionId {
        let pending = self.sees_that_one_waits().await;
        let terms = Box::new(AcceptTerms::default());
        self.begin(Command::Resume(pending, terms)).await
    }

    async fn conversations_of_others(&self, count: usize) {
        let mut others = self.device.others();
        let there = others.wait_for(|others| *others == count);
        drop(timeout(AT_ONCE, there).await.unwrap().unwrap());
    }

    fn knows(&self) -> usize {
        self.device.overview().borrow().contacts.len()
    }
}

/// They have met and talk.
async fn meet(host: &Shell, guest: &Shell) -> (SessionId, SessionId) {
    let (hosting, invitation) = host.invites().await;
    let joining = guest.accepts(&invitation, AcceptTerms::default()).await;
    host.talks(hosting).await;
    guest.talks(joining).await;
    (hosting, joining)
}

/// A line as it goes over the socket.
fn line(message: &FromClient) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).unwrap();
    line.push(b'\n');
    line
}

fn hello() -> Vec<u8> {
    line(&FromClient::Hello(Hello::ours()))
}

fn enter() -> Vec<u8> {
    let downloads = "/nowhere".into();
    line(&FromClient::Enter { downloads })
}

/// Everything that comes until the other side hangs up.
async fn read_to_the_end(mut stream: UnixStream) -> Vec<u8> {
    let reading = tokio::task::spawn_blocking(move || {
        let mut read = Vec::new();
        // A side that hangs up while something is on its way resets the connection.
        let _ = stream.read_to_end(&mut read);
        read
    });
    timeout(AT_ONCE, reading).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_talks_through_the_first_and_nobody_else_hears_it() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let (mut owner, mut client) = (home.owner().await, home.client().await);
    let mut yun = elsewhere.owner().await;
    let (hosting, joining) = meet(&client, &yun).await;
    client.write(hosting, "hello").await;
    yun.reads("hello").await;
    yun.write(joining, "hello back").await;
    client.reads("hello back").await;
    owner.conversations_of_others(1).await;
    assert_eq!((owner.knows(), client.knows()), (1, 1));
    assert!(owner.device.overview().borrow().sessions.is_empty());

    // The same the other way round, in the same home at the same time.
    let (own, _) = meet(&owner, &yun).await;
    assert_eq!(client.device.overview().borrow().sessions.len(), 1);
    let close = || SessionCommand::Close;
    let not_theirs = client.device.command(Command::To(own, close())).await;
    assert_eq!(not_theirs, Err(Refusal::NotNow));

    client.to(hosting, close()).await;
    assert_eq!(client.ends(hosting).await, SessionEnd::Closed);
    assert_eq!(yun.ends(joining).await, SessionEnd::PeerLeft);
    owner.conversations_of_others(0).await;
    owner.to(own, close()).await;
    let others = |event: &Event| match event {
        Event::View(id, _) | Event::Row(id, _) => *id != own,
        _ => false,
    };
    owner.device.shutdown().await;
    let (heard, end) = owner.hears_the_end().await;
    assert_eq!(end, DeviceEnd::ShutDown);
    assert!(!heard.iter().any(others), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_to_the_folder_of_whoever_talks_and_come_from_theirs() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let _owner = home.owner().await;
    // A folder whose name is no text.
    let downloads = home.0.join(OsStr::from_bytes(b"of the client \xff"));
    let mut client = home.enter_with(&downloads).await.unwrap();
    let yun = elsewhere.owner().await;
    let (hosting, joining) = meet(&client, &yun).await;
    let path = elsewhere.0.join(OsStr::from_bytes(b"a picture \xfe"));
    fs::write(&path, [7; 300_000]).unwrap();
    let file = Saying::File {
        path,
        name: "a picture".into(),
        size: 300_000,
    };
    yun.to(joining, SessionCommand::Say(file)).await;
    let file = |event: &Event| match event {
        Event::Row(_, row) => match &row.content {
            RowContent::File { state, .. } => Some((row.number, state.clone())),
            _ => None,
        },
        _ => None,
    };
    let mut is_accepted = false;
    let arrived = loop {
        match client.hears(file).await {
            (number, FileState::Offered) if !is_accepted => {
                is_accepted = true;
                let accept = Saying::AcceptFile(number);
                client.to(hosting, SessionCommand::Say(accept)).await;
            }
            (_, FileState::Done { path, .. }) => break path.unwrap(),
            (_, FileState::Failed { error, .. }) => panic!("{error}"),
            _ => {}
        }
    };
    assert_eq!(arrived.parent(), Some(downloads.as_path()));
    assert_eq!(fs::read(arrived).unwrap(), [7; 300_000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_begin_at_once_one_has_the_home_and_all_can_use_it() {
    let home = Arc::new(Folder::new());
    let mut entering = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let home = home.clone();
        entering.spawn(async move { home.try_enter().await });
    }
    let shells: Vec<Shell> = entering
        .join_all()
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let owners = shells.iter().filter(|shell| !shell.device.is_remote());
    assert_eq!(owners.count(), 1);
    for shell in &shells {
        assert_eq!(shell.tell(Command::Boost).await, Done::Ok);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_owner_ends_a_client_takes_the_home_over_and_goes_on() {
    let home = Folder::new();
    let (owner, mut client) = (home.owner().await, home.client().await);
    let (hosting, invitation) = client.invites().await;
    let ((), taken) = tokio::join!(owner.device.shutdown(), async {
        let (heard, end) = client.hears_the_end().await;
        assert_eq!(end, DeviceEnd::OwnerGone);
        let ended = |event: &Event| matches!(event, Event::View(_, view) if matches!(**view, View::Ended(_)));
        assert!(!heard.iter().any(ended), "the person ended nothing");
        let boost = client.device.command(Command::Boost).await;
        assert_eq!(boost, Err(Refusal::NotNow));
        home.enter().await
    });
    assert!(!taken.device.is_remote());
    let hosting_again = taken.resumes().await;
    assert_eq!(taken.shows(hosting_again).await.secret, invitation.secret);
    // The last view that it had is still there to be looked at.
    assert!(
        client
            .device
            .overview()
            .borrow()
            .sessions
            .contains_key(&hosting)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_gone_closes_what_it_began_and_what_waits_waits_on() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let owner = home.owner().await;
    let (client, mut other) = (home.client().await, home.client().await);
    let mut yun = elsewhere.owner().await;
    let (_, joining) = meet(&client, &yun).await;
    let (_, invitation) = client.invites().await;
    assert!(matches!(owner.pending()[..], [(_, Some(_))]));
    drop(client);
    assert_eq!(yun.ends(joining).await, SessionEnd::PeerLeft);
    let hosting = owner.resumes().await;
    assert_eq!(owner.shows(hosting).await.secret, invitation.secret);
    assert_eq!(other.device.end(), None);
    let changed = |event: &Event| matches!(event, Event::PendingChanged).then_some(());
    other.hears(changed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_shut_down_says_goodbye_and_hears_that_it_is_over() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let (owner, mut client) = (home.owner().await, home.client().await);
    let mut yun = elsewhere.owner().await;
    let (hosting, joining) = meet(&client, &yun).await;
    client.device.shutdown().await;
    assert_eq!(client.ends(hosting).await, SessionEnd::Closed);
    let (_, end) = client.hears_the_end().await;
    assert_eq!(end, DeviceEnd::ShutDown);
    assert_eq!(yun.ends(joining).await, SessionEnd::PeerLeft);
    assert_eq!(owner.tell(Command::Boost).await, Done::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_waits_for_the_last_conversation_lets_its_end_be_heard() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let owner = home.owner().await;
    let mut clients = Vec::new();
    let yun = elsewhere.owner().await;
    for _ in 0..4 {
        let client = home.client().await;
        let (hosting, _) = meet(&client, &yun).await;
        clients.push((client, hosting));
    }
    for (client, hosting) in &clients {
        client.to(*hosting, SessionCommand::Close).await;
    }
    owner.conversations_of_others(0).await;
    owner.device.shutdown().await;
    for (client, hosting) in &mut clients {
        assert_eq!(client.ends(*hosting).await, SessionEnd::Closed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_handed_to_a_second_process_reaches_the_first() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let (owner, client) = (home.owner().await, home.client().await);
    let yun = elsewhere.owner().await;
    let (hosting, invitation) = owner.invites().await;
    let terms = AcceptTerms {
        only_by_reply: true,
        ..AcceptTerms::default()
    };
    let joining = yun.accepts(&invitation, terms).await;
    let reply = yun.needs_reply(joining).await;
    let scanned = Command::Reply(Box::new(reply), Provenance::Camera);
    client.tell(scanned).await;
    owner.talks(hosting).await;
    yun.talks(joining).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_takes_back_what_the_owner_waits_with_but_does_not_put_it_to_sleep() {
    let home = Folder::new();
    let (mut owner, client) = (home.owner().await, home.client().await);
    let (hosting, _) = owner.invites().await;
    for command in [
        Command::Sleep,
        Command::Wake,
        Command::NetworkChanged(vec![HERE], None),
    ] {
        let refused = client.device.command(command).await;
        assert_eq!(refused, Err(Refusal::NotNow));
    }
    let [(pending, Some(_))] = client.pending()[..] else {
        panic!("{:?}", client.pending());
    };
    assert_eq!(client.tell(Command::Withdraw(pending)).await, Done::Ok);
    assert_eq!(owner.ends(hosting).await, SessionEnd::Withdrawn);
    assert!(client.pending().is_empty());
    let unknown = client.device.command(Command::Withdraw(pending)).await;
    assert!(matches!(unknown, Err(Refusal::Store(_))), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_is_about_to_confirm_keeps_nobody_else_from_opening_another() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let (owner, client) = (home.owner().await, home.client().await);
    let yun = elsewhere.owner().await;
    let open =
        |invitation: &Invitation| Command::Open(Box::new(invitation.clone()), Provenance::Carried);
    let ((_, first), (_, second)) = (yun.invites().await, yun.invites().await);
    let opened = owner.begin(open(&first)).await;
    let busy = owner.device.command(open(&second)).await;
    assert_eq!(busy, Err(Refusal::Busy(opened)));
    // And what one shell has opened is not taken by another, which would see nothing of it.
    let taken = client.device.command(open(&first)).await;
    assert_eq!(taken, Err(Refusal::UnderWay(opened)));
    let other = client.begin(open(&second)).await;
    for (shell, session) in [(&owner, opened), (&client, other)] {
        let accept = SessionCommand::Accept(Box::default());
        shell.to(session, accept).await;
        shell.talks(session).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_a_client_chooses_are_those_of_the_home() {
    let home = Folder::new();
    let (owner, client) = (home.owner().await, home.client().await);
    let mut settings = client.device.overview().borrow().settings.clone();
    assert_eq!(settings.name, "Zoe");
    settings.name = "Zoë".into();
    let choose = Command::Choose(Box::new(settings.clone()));
    assert_eq!(client.tell(choose).await, Done::Ok);
    assert_eq!(client.device.overview().borrow().settings, settings);
    assert_eq!(owner.device.overview().borrow().settings, settings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_was_left_behind_is_replaced_by_one_that_is_its_owner_s_alone() {
    let home = Folder::new();
    drop(UnixListener::bind(home.socket()).unwrap());
    let owner = home.owner().await;
    home.client().await;
    let about = fs::metadata(home.socket()).unwrap();
    assert!(about.file_type().is_socket());
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    owner.device.shutdown().await;
    assert!(!home.socket().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_somebody_else_made_is_neither_used_nor_removed() {
    let home = Folder::new();
    let theirs = UnixListener::bind(home.socket()).unwrap();
    // Only root can give it away; otherwise a link to a socket of one's own is as foreign.
    if std::os::unix::fs::lchown(home.socket(), Some(4711), Some(4711)).is_err() {
        fs::rename(home.socket(), home.0.join("theirs")).unwrap();
        std::os::unix::fs::symlink("theirs", home.socket()).unwrap();
    }
    let before = fs::symlink_metadata(home.socket()).unwrap().ino();
    let expected = || Some(OfHomeError::NotOurs(home.socket()));
    assert_eq!(home.try_enter().await.err(), expected());
    {
        let _at_work = Home::open(&home.0).unwrap();
        assert_eq!(home.try_enter().await.err(), expected());
    }
    theirs.set_nonblocking(true).unwrap();
    assert!(theirs.accept().is_err(), "nobody came");
    assert_eq!(fs::symlink_metadata(home.socket()).unwrap().ino(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_socket_is_neither_used_nor_removed() {
    let home = Folder::new();
    fs::write(home.socket(), "mine").unwrap();
    let refused = home.try_enter().await.err();
    assert_eq!(refused, Some(OfHomeError::NotOurs(home.socket())));
    assert_eq!(fs::read_to_string(home.socket()).unwrap(), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_is_in_use_by_somebody_who_serves_nobody_is_said_to_be() {
    let home = Folder::new();
    let _at_work = Home::open(&home.0).unwrap();
    let refused = timeout(AT_ONCE, home.try_enter()).await.unwrap().err();
    assert_eq!(refused, Some(OfHomeError::Store(StoreError::InUse)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_has_the_home_and_says_nothing_is_named() {
    let home = Folder::new();
    let _at_work = Home::open(&home.0).unwrap();
    let _nobody_accepts = UnixListener::bind(home.socket()).unwrap();
    let refused = timeout(AT_ONCE, home.try_enter()).await.unwrap().err();
    assert_eq!(refused, Some(OfHomeError::Silent(std::process::id())));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_named_and_told_nothing() {
    let home = Folder::new();
    let at_work = Home::open(&home.0).unwrap();
    let theirs = UnixListener::bind(home.socket()).unwrap();
    let other = tokio::task::spawn_blocking(move || {
        let (mut stream, _) = theirs.accept().unwrap();
        let hello = "{\"hello\":{\"handfast\":\"9.9.9\\u001b\",\"form\":77,\"more\":[]}}\n";
        stream.write_all(hello.as_bytes()).unwrap();
        stream
    });
    let refused = home.try_enter().await.err();
    assert_eq!(refused, Some(OfHomeError::OtherVersion("9.9.9".into())));
    let told = read_to_the_end(other.await.unwrap()).await;
    assert!(told.is_empty(), "{told:?}");
    drop(at_work);

    let owner = home.owner().await;
    let mut stream = home.connect();
    let mut other = Hello::ours();
    other.form += 1;
    // At once, because nobody listens any more after the first line.
    let sent = [line(&FromClient::Hello(other)), enter()].concat();
    stream.write_all(&sent).unwrap();
    let told = String::from_utf8(read_to_the_end(stream).await).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert_eq!(owner.tell(Command::Boost).await, Done::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_garbage_too_much_or_nothing_is_dropped_and_others_go_on() {
    let home = Folder::new();
    let (owner, mut client) = (home.owner().await, home.client().await);
    let (hosting, invitation) = client.invites().await;
    let greeted = || [hello(), enter()].concat();
    let long = vec![b' '; (1 << 20) + 1];
    let empty = Vec::new();
    let mut dropped = Vec::new();
    for sent in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![b'['; 20_000],
        vec![b'{'; 20_000],
        [hello(), hello()].concat(),
        [greeted(), b"{}\n".to_vec()].concat(),
        [greeted(), b"\xff\xfe\n".to_vec()].concat(),
        [greeted(), vec![b'['; 100_000], b"\n".to_vec()].concat(),
        [greeted(), hello()].concat(),
        [
            greeted(),
            b"{\"command\":{\"request\":1,\"command\":\"dance\"}}\n".to_vec(),
        ]
        .concat(),
        [greeted(), long].concat(),
        // These say nothing, or not enough, and hold the line.
        empty,
        hello(),
    ] {
        let mut stream = home.connect();
        let writing = tokio::task::spawn_blocking(move || {
            // Whoever is dropped half-way cannot say the rest.
            let _ = stream.write_all(&sent);
            stream
        });
        let stream = writing.await.unwrap();
        dropped.push(tokio::spawn(read_to_the_end(stream)));
    }
    for dropped in dropped {
        dropped.await.unwrap();
    }
    // Nobody of those was closed for what others did.
    assert_eq!(client.shows(hosting).await.secret, invitation.secret);
    assert_eq!(client.tell(Command::Boost).await, Done::Ok);
    assert_eq!(owner.tell(Command::Boost).await, Done::Ok);
    client.to(hosting, SessionCommand::Close).await;
    assert_eq!(client.ends(hosting).await, SessionEnd::Closed);
    owner.sees_that_one_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_line_may_hold_is_refused_and_nobody_is_dropped() {
    let (home, elsewhere) = (Folder::new(), Folder::new());
    let (_owner, client) = (home.owner().await, home.client().await);
    let yun = elsewhere.owner().await;
    let (hosting, _) = meet(&client, &yun).await;
    let text = Saying::Text("a".repeat(2 << 20));
    let long = Command::To(hosting, SessionCommand::Say(text));
    assert_eq!(client.device.command(long).await, Err(Refusal::TooLong));
    assert_eq!(client.tell(Command::Boost).await, Done::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_when_too_many_are_served_waits_until_one_is_gone() {
    let home = Folder::new();
    let owner = home.owner().await;
    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(home.client().await);
    }
    for client in &clients {
        assert_eq!(client.tell(Command::Boost).await, Done::Ok);
    }
    let stream = home.connect();
    stream
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let mut reader = BufReader::new(stream);
    let mut said = String::new();
    assert!(reader.read_line(&mut said).is_err(), "{said}");
    clients.pop();
    reader.get_ref().set_read_timeout(Some(AT_ONCE)).unwrap();
    let said = tokio::task::spawn_blocking(move || {
        reader.read_line(&mut said).unwrap();
        said
    });
    let said = said.await.unwrap();
    let hello: FromOwner = serde_json::from_str(&said).unwrap();
    assert!(matches!(hello, FromOwner::Hello(hello) if hello == Hello::ours()));
    assert_eq!(owner.tell(Command::Boost).await, Done::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_commands_at_once_are_all_answered() {
    let home = Folder::new();
    let (_owner, client) = (home.owner().await, home.client().await);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let device = client.device.clone();
        asked.spawn(async move { device.command(Command::Boost).await });
    }
    let answers = timeout(AT_ONCE, asked.join_all()).await.unwrap();
    let is_answer = |answer: &_| matches!(answer, Ok(Done::Ok) | Err(Refusal::TooMuchWaits));
    assert!(answers.iter().all(is_answer), "{answers:?}");
    assert!(answers.contains(&Ok(Done::Ok)));
    assert_eq!(client.tell(Command::Boost).await, Done::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_whose_path_is_longer_than_that_of_a_socket_may_be_is_shared_too() {
    let home = Folder::under(&"-long".repeat(40));
    assert!(home.socket().as_os_str().len() > 200);
    let (owner, client) = (home.owner().await, home.client().await);
    let (hosting, invitation) = client.invites().await;
    client.to(hosting, SessionCommand::Close).await;
    let hosting = owner.resumes().await;
    assert_eq!(owner.shows(hosting).await.secret, invitation.secret);
    owner.device.shutdown().await;
    assert!(!home.socket().exists());
}

/// Runs this as another user, which only root can; says whether it did.
#[cfg(target_os = "linux")]
fn as_somebody_else<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    const SOMEBODY: u32 = 4711;
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let acting = std::thread::spawn(move || {
        // Of this thread alone.
        rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(SOMEBODY)).unwrap();
        act()
    });
    Some(acting.join().unwrap())
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn another_user_is_told_nothing_whatever_the_rights_of_the_socket_are() {
    let home = Folder::new();
    let owner = home.owner().await;
    for path in [&home.0, &home.socket()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let socket = home.socket();
    let connect = move || UnixStream::connect(socket).unwrap();
    if let Some(stream) = as_somebody_else(connect) {
        assert!(read_to_the_end(stream).await.is_empty());
    }
    assert_eq!(home.client().await.tell(Command::Boost).await, Done::Ok);
    assert_eq!(owner.tell(Command::Boost).await, Done::Ok);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_another_user_behind_a_socket_of_one_s_own() {
    let home = Folder::new();
    fs::set_permissions(&home.0, fs::Permissions::from_mode(0o777)).unwrap();
    let socket = home.socket();
    let Some(theirs) = as_somebody_else(move || UnixListener::bind(socket).unwrap()) else {
        return;
    };
    std::os::unix::fs::chown(home.socket(), Some(0), Some(0)).unwrap();
    let _at_work = Home::open(&home.0).unwrap();
    let refused = home.try_enter().await.err();
    assert_eq!(refused, Some(OfHomeError::NotOurs(home.socket())));
    let (stream, _) = theirs.accept().unwrap();
    assert!(read_to_the_end(stream).await.is_empty());
}

/// This file in a process of its own.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Uses this home, and has an invitation that waits by the time that this returns.
    async fn at_work(home: &Folder) -> Self {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "a_process_that_is_told_to_waits_until_it_is_killed",
            ])
            .args(["--nocapture", "--test-threads=1"])
            .env(OWNED, &home.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let process = Self(child);
        let ready = tokio::task::spawn_blocking(move || {
            let mut said = said.lines().map(Result::unwrap);
            said.find(|said| said.ends_with(READY)).is_some()
        });
        assert!(timeout(AT_ONCE, ready).await.unwrap().unwrap());
        process
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

const READY: &str = "an invitation waits";

/// What the processes of the tests below run. It does nothing where nobody tells it to.
#[test]
#[allow(clippy::print_stdout)] // that is how it says that it is ready
fn a_process_that_is_told_to_waits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(OWNED) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let home = Folder(folder.into());
        let shell = home.enter().await;
        shell.invites().await;
        println!("{READY}");
        std::future::pending::<()>().await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_owner_is_killed_a_client_takes_the_home_over_and_goes_on() {
    let home = Folder::new();
    let process = Process::at_work(&home).await;
    let mut client = home.client().await;
    let [(waiting, Some(_))] = client.pending()[..] else {
        panic!("{:?}", client.pending());
    };
    process.kill();
    let (_, end) = client.hears_the_end().await;
    assert_eq!(end, DeviceEnd::OwnerGone);
    assert!(home.socket().exists(), "it was left behind");
    let owner = home.owner().await;
    assert_eq!(owner.sees_that_one_waits().await, waiting);
    let hosting = owner.resumes().await;
    owner.shows(hosting).await;
    home.client().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_client_is_killed_what_it_began_waits_for_whoever_goes_on() {
    let home = Folder::new();
    let owner = home.owner().await;
    let process = Process::at_work(&home).await;
    assert!(matches!(owner.pending()[..], [(_, Some(_))]));
    process.kill();
    let hosting = owner.resumes().await;
    owner.shows(hosting).await;
}
