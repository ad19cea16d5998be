//! Files that survive the connection: two conversations over real sockets, with real disks, cut again and again.

#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "../../net/tests/table/mod.rs"]
mod table;

use handfast_native::conversation::{
    Carrying, Conversation, Direction, Event, FileError, Options, free_space,
};
use handfast_native::handshake::{Channel, Trust, TrustReason};
use handfast_native::transfer::{
    self, Content, Decision, Entries, Fetch, Goal, Keeping, Offer, OfferedFolder, Source, Status,
    Terms, content_of, list,
};
use handfast_protocol::link::Link;
use handfast_sim::SplitMix64;
use handfast_sim::handshake::channels;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use table::{Table, V4, opened};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::timeout;

const MIB: u64 = 1 << 20;

/// Long enough for whatever has to happen at all.
const PATIENCE: Duration = Duration::from_secs(120);

fn content(length: usize) -> Vec<u8> {
    let numbers = (0_u64..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

async fn links() -> (Link, Link) {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut guest = table.place_guest(&host, V4);
    tokio::join!(opened(&mut host), opened(&mut guest))
}

/// One side of one connection.
struct Side {
    conversation: Conversation,
    events: mpsc::Receiver<Event>,
}

/// Two people whose folders outlive their connections.
struct Pair {
    folder: TempDir,
    entries: Arc<Entries>,
    offers: Vec<Offer>,
    fetches: Vec<Fetch>,
}

impl Pair {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            entries: Arc::default(),
            offers: Vec::new(),
            fetches: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn side(&self, name: &str, link: Link, channel: Channel, decided: Vec<Decision>) -> Side {
        let own = self.path(&format!("own-{name}"));
        let options = Options {
            files: Some(Carrying {
                keeping: Keeping {
                    scope: [7; 32],
                    own,
                    incoming: self.folder.path().to_owned(),
                    space: free_space,
                },
                entries: self.entries.clone(),
                terms: Terms {
                    keep_free: 0,
                    largest: 1 << 40,
                },
                decided,
            }),
            ..Options::new(self.path("in"), Trust::because(TrustReason::Scanned))
        };
        let (conversation, events) = Conversation::start(link, channel, options);
        Side {
            conversation,
            events,
        }
    }

    /// Begins a connection: one side gives everything, the other takes it.
    async fn connect(&self) -> [Side; 2] {
        let (host, guest) = links().await;
        let (at_guest, at_host) = channels(&guest, &host).unwrap();
        let offers = self.offers.iter().cloned().map(Decision::Offer).collect();
        let fetches = self.fetches.iter().cloned().map(Decision::Fetch).collect();
        // Who wants something is first, and the other side finds that on its link.
        let taker = self.side("taker", guest, at_guest, fetches);
        tokio::task::yield_now().await;
        let giver = self.side("giver", host, at_host, offers);
        [giver, taker]
    }

    /// Offers a file by its root.
    fn give(&mut self, name: &str, bytes: &[u8]) -> Source {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        fs::create_dir_all(self.path("own-giver")).unwrap();
        let content = content_of(&path, &self.path("own-giver")).unwrap();
        let source = Source::Root(content.root);
        let (folder, name) = (self.path("in"), name.to_owned());
        self.add(source, path, content, None, Goal::File { folder, name });
        source
    }

    fn give_folder(&mut self, from: &Path) -> Source {
        let listing = list(from, &self.path("own-giver")).unwrap();
        let source = Source::Root(listing.content.root);
        let folder = OfferedFolder::new(from.to_owned(), listing.manifest);
        let goal = Goal::Folder {
            folder: self.path("in/.coming"),
            name: Some("folder".to_owned()),
        };
        self.add(source, listing.path, listing.content, Some(folder), goal);
        source
    }

    fn add(
        &mut self,
        source: Source,
        path: PathBuf,
        content: Content,
        folder: Option<OfferedFolder>,
        goal: Goal,
    ) {
        self.offers.push(Offer {
            source,
            path,
            content: Some(content),
            folder: folder.map(Arc::new),
        });
        self.fetches.push(Fetch {
            source,
            content: Some(content),
            claimed: None,
            goal,
            may_run: false,
        });
    }
}

impl Side {
    async fn next(&mut self) -> Event {
        let event = timeout(PATIENCE, self.events.recv()).await;
        event.expect("an event in time").expect("not over yet")
    }

    /// How a file stands next.
    async fn status(&mut self, wanted: Source) -> Status {
        loop {
            if let Event::File(transfer::Event::Changed { source, status, .. }) = self.next().await
                && source == wanted
            {
                return status;
            }
        }
    }

    /// Waits until a file stands like that.
    async fn until(&mut self, source: Source, is: impl Fn(&Status) -> bool) -> Status {
        loop {
            let status = self.status(source).await;
            if is(&status) {
                return status;
            }
            let is_failed = matches!(status, Status::Failed { .. });
            assert!(!is_failed, "{status:?}");
        }
    }

    /// Waits until it is over.
    async fn over(mut self) {
        loop {
            if let Event::Ended(_) = self.next().await {
                return;
            }
        }
    }
}

/// Cuts the connection at this side. Both have kept what was checked when this returns.
async fn cut([giver, taker]: [Side; 2], at_giver: bool) {
    let (first, second) = match at_giver {
        true => (giver, taker),
        false => (taker, giver),
    };
    let Side {
        conversation,
        mut events,
    } = first;
    drop(conversation);
    let rest = async { while events.recv().await.is_some() {} };
    timeout(PATIENCE, rest).await.expect("it ends");
    second.over().await;
}

fn is_done(status: &Status) -> bool {
    matches!(status, Status::Done { .. })
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_file_survives_cuts_and_restarts_and_goes_on_where_it_was() {
    let mut random = SplitMix64(5);
    let mut pair = Pair::new();
    let bytes = content(64 << 20);
    let source = pair.give("long", &bytes);
    let (mut kept, mut cuts) = (0, 0);
    loop {
        let [giver, mut taker] = pair.connect().await;
        // What was told of it once is still there, after whatever came between.
        let began = taker
            .until(source, |status| matches!(status, Status::Moving(_)))
            .await;
        let Status::Moving(began) = began else {
            panic!("{began:?}");
        };
        assert!(began.done == 0 || began.done >= kept, "{began:?} of {kept}");
        let stop = kept + (1 + random.bits() % 12) * MIB;
        let status = taker
            .until(source, |status| match status {
                Status::Moving(progress) => progress.done >= stop,
                status => is_done(status),
            })
            .await;
        match status {
            Status::Moving(progress) => kept = progress.done,
            Status::Done { path } => {
                assert_eq!(path, Some(pair.path("in/long")));
                break;
            }
            status => panic!("{status:?}"),
        }
        cut([giver, taker], cuts % 2 == 0).await;
        if cuts % 3 == 0 {
            // The giver is another process now.
            pair.entries = Arc::default();
        }
        cuts += 1;
    }
    assert!(cuts >= 5, "{cuts} cuts");
    assert!(fs::read(pair.path("in/long")).unwrap() == bytes);
    assert_eq!(names(&pair.path("in")), ["long"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_come_both_ways_while_a_file_is_under_way() {
    let mut pair = Pair::new();
    let source = pair.give("long", &content(32 << 20));
    let [mut giver, mut taker] = pair.connect().await;
    let is_moving = |status: &Status| matches!(status, Status::Moving(_));
    tokio::join!(
        taker.until(source, is_moving),
        giver.until(source, is_moving)
    );
    giver.conversation.send_text("from there").await.unwrap();
    taker.conversation.send_text("from here").await.unwrap();
    for (side, wanted) in [(&mut taker, "from there"), (&mut giver, "from here")] {
        loop {
            match side.next().await {
                Event::TextReceived(text) => {
                    assert_eq!(text, wanted);
                    break;
                }
                Event::File(transfer::Event::Changed { status, .. }) => {
                    assert!(!is_done(&status), "a text waited for a whole file");
                }
                event => panic!("{event:?}"),
            }
        }
    }
    tokio::join!(taker.until(source, is_done), giver.until(source, is_done));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_goes_on_after_a_cut_and_both_hear_that_it_is_there() {
    let mut pair = Pair::new();
    let from = pair.path("from");
    for number in 0..40 {
        let below = from.join(format!("{}", number % 4));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("{number}")), content(number * 10_000)).unwrap();
    }
    let source = pair.give_folder(&from);
    let [giver, mut taker] = pair.connect().await;
    taker
        .until(source, |status| matches!(status, Status::Moving(_)))
        .await;
    cut([giver, taker], true).await;
    let [mut giver, mut taker] = pair.connect().await;
    tokio::join!(taker.until(source, is_done), giver.until(source, is_done));
    let to = pair.path("in/folder");
    assert_eq!(names(&to), ["0", "1", "2", "3"]);
    for number in 0..40 {
        let path = to.join(format!("{}/{number}", number % 4));
        assert!(fs::read(path).unwrap() == content(number * 10_000));
    }
}

// One thread: what was decided before anything was waited for is decided before anything moves.
#[tokio::test]
async fn a_file_is_paused_goes_on_and_is_refused_and_the_conversation_goes_on() {
    let mut pair = Pair::new();
    let (one, other) = (
        pair.give("one", &content(8 << 20)),
        pair.give("other", &content(8 << 20)[1..]),
    );
    let [mut giver, mut taker] = pair.connect().await;
    let pause = |direction, is_paused| Decision::Pause {
        direction,
        source: one,
        is_paused,
    };
    let refuse = Decision::Refuse(other, FileError::Declined);
    taker.conversation.decide(refuse).await;
    taker
        .conversation
        .decide(pause(Direction::Incoming, true))
        .await;
    let is_paused = |status: &Status| matches!(status, Status::Paused { by_peer: true, .. });
    giver.until(one, is_paused).await;
    taker
        .conversation
        .decide(pause(Direction::Incoming, false))
        .await;
    taker.until(one, is_done).await;
    giver.until(one, is_done).await;
    assert_eq!(names(&pair.path("in")), ["one"]);
    giver.conversation.send_text("still here").await.unwrap();
    loop {
        if let Event::TextReceived(text) = taker.next().await {
            assert_eq!(text, "still here");
            return;
        }
    }
}
