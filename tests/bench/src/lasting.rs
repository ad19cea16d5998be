//! Files that survive the connection, between two processes: conversations over real sockets with real disks, Noise,
//! the tree and storage included, cut and begun anew as often as it takes.

use super::Result;
use super::figure::{Figure, Goal};
use super::process::resident_memory;
use handfast_native::conversation::{Carrying, Conversation, Event, Options, free_space};
use handfast_native::handshake::{
    Channel, Initiator, Prologue, Responder, StaticKey, Trust, TrustReason,
};
use handfast_native::transfer::{
    self, Content, Decision, Entries, EntryId, Fetch, Goal as Place, Keeping, Offer, Root, Source,
    Status, Terms, content_of,
};
use handfast_net::{ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, TunnelCertificate};
use handfast_protocol::link::{Link, LinkEnd, LinkError, LinkState};
use handfast_sim::{SplitMix64, handshake};
use handfast_token::{Candidate, Fingerprint, InvitationKeys, Secret};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;

const MIB: u64 = 1 << 20;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a file is called whose root is not known.
const ENTRY: EntryId = EntryId {
    incarnation: [1; 12],
    sequence: 1,
};

/// The other process: gives one file to whoever is at the addresses that come on its standard input, one connection
/// a line.
#[derive(Debug, clap::Args)]
pub(crate) struct Giver {
    /// What to give.
    file: PathBuf,
    /// Where to keep what is known of it.
    own: PathBuf,
    /// Its size and root; it is given by an entry, and hashed meanwhile, if there is none.
    content: Option<String>,
}

/// Runs the other process.
///
/// # Errors
/// When it cannot connect.
pub(crate) async fn give(giver: &Giver) -> Result<()> {
    let content = giver.content.as_deref().map(parsed).transpose()?;
    let source = content.map_or(Source::Entry(ENTRY), |c| Source::Root(c.root));
    let entries = Arc::default();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let mut words = line.split(' ');
        let host = Fingerprint(bytes_of(words.next().ok_or("a fingerprint")?)?);
        let addresses: Vec<SocketAddr> = words
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()?;
        let setup = GuestSetup {
            certificate: TunnelCertificate::generate()?,
            keys: keys(),
            host,
            addresses: addresses.into_iter().map(Candidate::host).collect(),
            browser: None,
        };
        let mut connector = Endpoint::bind(&[HERE], None)?.guest(setup);
        let mut link = opened(&mut connector).await?;
        let (initiator, first) = Initiator::start(
            &static_key(1),
            &Secret::new([3; 32]),
            &prologue(&link, false),
        )?;
        link.send(first.into()).await?;
        let (done, third) = initiator.finish(&link.receive().await?)?;
        link.send(third.into()).await?;
        let offer = Decision::Offer(Offer {
            source,
            path: giver.file.clone(),
            content,
            folder: None,
        });
        let options = options(&giver.own, &giver.own, Arc::clone(&entries), offer);
        let (_conversation, mut events) = Conversation::start(link, done.channel, options);
        while events.recv().await.is_some() {}
    }
    Ok(())
}

fn keys() -> InvitationKeys {
    InvitationKeys::derive(&Secret::new([7; 16]))
}

fn static_key(of: u8) -> StaticKey {
    StaticKey::new(Secret::new([of; 32]))
}

fn prologue(link: &Link, is_host: bool) -> Prologue {
    let (local, remote) = (link.local_fingerprint(), link.remote_fingerprint());
    match is_host {
        true => handshake::prologue(local, remote),
        false => handshake::prologue(remote, local),
    }
}

fn options(own: &Path, incoming: &Path, entries: Arc<Entries>, decided: Decision) -> Options {
    let keeping = Keeping {
        scope: [7; 32],
        own: own.to_owned(),
        incoming: incoming.to_owned(),
        space: free_space,
    };
    let terms = Terms {
        keep_free: 0,
        largest: u64::MAX,
    };
    Options {
        files: Some(Carrying {
            keeping,
            entries,
            terms,
            decided: vec![decided],
        }),
        ..Options::new(incoming, Trust::because(TrustReason::Scanned))
    }
}

async fn opened(connector: &mut Connector) -> Result<Link> {
    loop {
        match connector.next().await {
            Some(ConnectEvent::Open(link)) => return Ok(link),
            Some(ConnectEvent::Failed(error)) => return Err(error.into()),
            Some(_) => {}
            None => return Err("no link".into()),
        }
    }
}

fn parsed(text: &str) -> Result<Content> {
    let (size, root) = text.split_once(':').ok_or("size and root")?;
    Ok(Content {
        size: size.parse()?,
        root: Root(bytes_of(root)?),
    })
}

fn bytes_of(text: &str) -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * place..2 * place + 2).ok_or("64 digits")?;
        *byte = u8::from_str_radix(digits, 16)?;
    }
    Ok(bytes)
}

fn digits(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file, the process that gives it, and the folder that it comes to.
struct Given<'a> {
    folder: &'a Path,
    file: PathBuf,
    content: Option<Content>,
    child: Child,
    input: ChildStdin,
    certificate: TunnelCertificate,
}

/// One connection, at the side of this process.
struct Taking {
    conversation: Conversation,
    events: mpsc::Receiver<Event>,
    source: Source,
    began: Instant,
}

impl<'a> Given<'a> {
    fn new(folder: &'a Path, file: PathBuf, content: Option<Content>) -> Result<Self> {
        let (child, input) = Self::start(folder, &file, content)?;
        Ok(Self {
            folder,
            file,
            content,
            child,
            input,
            certificate: TunnelCertificate::generate()?,
        })
    }

    fn start(folder: &Path, file: &Path, content: Option<Content>) -> Result<(Child, ChildStdin)> {
        let content =
            content.map(|content| format!("{}:{}", content.size, digits(&content.root.0)));
        let mut child = Command::new(std::env::current_exe()?)
            .arg("giver")
            .args([file, &folder.join("giver")])
            .args(content)
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or("a standard input")?;
        Ok((child, input))
    }

    /// Kills the other process, and starts it again.
    async fn restart(&mut self) -> Result<()> {
        self.child.kill().await?;
        (self.child, self.input) = Self::start(self.folder, &self.file, self.content)?;
        Ok(())
    }

    /// Begins a connection. What comes over it is counted, if that is wanted.
    async fn take(&mut self, counter: Option<&Arc<AtomicU64>>) -> Result<Taking> {
        let mut connector = Endpoint::bind(&[HERE], None)?.host(HostSetup {
            certificate: self.certificate.clone(),
            keys: keys(),
        });
        let mut line = digits(&self.certificate.fingerprint().0);
        for address in connector.addresses() {
            line.push_str(&format!(" {address}"));
        }
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        let mut link = opened(&mut connector).await?;
        let first = link.receive().await?;
        let prologues = [prologue(&link, true)];
        let (responder, _, second) =
            Responder::respond(&static_key(2), &Secret::new([3; 32]), &prologues, &first)?;
        link.send(second.into()).await?;
        let channel: Channel = responder.finish(&link.receive().await?)?.channel;
        let link = match counter {
            Some(counter) => counted(link, counter.clone()),
            None => link,
        };
        let folder = self.folder.join("in");
        let source = self
            .content
            .map_or(Source::Entry(ENTRY), |content| Source::Root(content.root));
        let fetch = Decision::Fetch(Fetch {
            source,
            content: self.content,
            claimed: None,
            goal: Place::File {
                folder,
                name: "file".to_owned(),
            },
            may_run: false,
        });
        let own = self.folder.join("taker");
        let options = options(&own, self.folder, Arc::default(), fetch);
        let began = Instant::now();
        let (conversation, events) = Conversation::start(link, channel, options);
        Ok(Taking {
            conversation,
            events,
            source,
            began,
        })
    }
}

impl Taking {
    /// How the file stands next.
    async fn next(&mut self) -> Result<Status> {
        loop {
            match self.events.recv().await.ok_or("an end")? {
                Event::File(transfer::Event::Changed { source, status, .. })
                    if source == self.source =>
                {
                    return match status {
                        Status::Failed { reason, .. } => Err(reason.into()),
                        status => Ok(status),
                    };
                }
                Event::Ended(ending) => return Err(format!("{ending:?}").into()),
                _ => {}
            }
        }
    }

    /// Waits until so many bytes are here, or the file is whole, which it says.
    async fn until(&mut self, bytes: u64) -> Result<bool> {
        loop {
            match self.next().await? {
                Status::Moving(progress) if progress.done >= bytes => return Ok(false),
                Status::Done { .. } => return Ok(true),
                _ => {}
            }
        }
    }

    /// Cuts the connection, and waits until what was checked is kept.
    async fn cut(mut self) {
        drop(self.conversation);
        while self.events.recv().await.is_some() {}
    }
}

/// The same link, with what comes over it counted.
fn counted(mut real: Link, counter: Arc<AtomicU64>) -> Link {
    let (near, end) = Link::new(real.local_fingerprint(), real.remote_fingerprint());
    tokio::spawn(async move {
        let LinkEnd {
            mut outgoing,
            incoming,
            state,
            mut cut,
            path: _path,
            quiet: _,
        } = end;
        let (sender, cutter) = (real.sender(), real.cutter());
        loop {
            tokio::select! {
                () = LinkEnd::is_cut(&mut cut) => {
                    cutter.cut();
                    break;
                }
                message = outgoing.recv() => {
                    let Some(message) = message else {
                        break;
                    };
                    if sender.send(message).await.is_err() {
                        break;
                    }
                }
                message = real.receive() => match message {
                    Ok(message) => {
                        counter.fetch_add(message.len() as u64, Ordering::Relaxed);
                        let _ = incoming.send(message).await;
                    }
                    Err(why) => {
                        let _ = state.send(LinkState::Closed(why));
                        return;
                    }
                },
            }
        }
        let _ = state.send(LinkState::Closed(LinkError::ClosedHere));
    });
    near
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (times, size, long, cuts) = match quick {
        true => (1, 64, 128, 20),
        false => (5, 256, 1024, 100),
    };
    let (mut speeds, mut firsts) = (Vec::new(), Vec::new());
    for _ in 0..times {
        speeds.push(speed(size * MIB).await?);
        firsts.push(first_block().await?);
    }
    let [again, each, memory] = cut_often(long * MIB, cuts).await?;
    let mut figures = vec![
        Figure::new(
            "a file that survives cuts, between two processes",
            "MiB/s",
            speeds,
        )
        .held_to(Goal::AtLeast(200.0)),
        Figure::new(
            "first block of 4 GiB that are not hashed, stored",
            "ms",
            firsts,
        )
        .held_to(Goal::AtMost(100.0)),
        Figure::new(
            "sent again, beside 1 MiB for each of many cuts",
            "%",
            vec![again],
        )
        .held_to(Goal::AtMost(1.0)),
    ];
    figures.push(Figure::new(
        "sent again for each of these cuts, in all",
        "MiB",
        vec![each],
    ));
    if memory > 0.0 {
        let figure = Figure::new("memory of who took it", "MiB", vec![memory]);
        figures.push(figure.held_to(Goal::AtMost(64.0)));
    }
    Ok(figures)
}

fn source(folder: &Path, size: u64) -> Result<(PathBuf, Content)> {
    let path = folder.join("source");
    let mut file = fs::File::create(&path)?;
    let mut block: Vec<u8> = (0..MIB).map(|i| ((i * i) >> 7) as u8).collect();
    for number in 0..size / MIB {
        block[..8].copy_from_slice(&number.to_le_bytes());
        std::io::Write::write_all(&mut file, &block)?;
    }
    let own = folder.join("giver");
    fs::create_dir_all(&own)?;
    let content = content_of(&path, &own)?;
    Ok((path, content))
}

/// MiB a second, from the yes until it is at its place.
async fn speed(size: u64) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let (path, content) = source(folder.path(), size)?;
    let mut given = Given::new(folder.path(), path, Some(content))?;
    let mut taking = given.take(None).await?;
    while !taking.until(u64::MAX).await? {}
    let took = taking.began.elapsed();
    taking.cut().await;
    Ok(size as f64 / MIB as f64 / took.as_secs_f64())
}

/// Milliseconds from the yes until something of a file that is not hashed was checked and stored here. It is made
/// of holes, so the other disk is not measured.
async fn first_block() -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("source");
    fs::File::create(&path)?.set_len(4 << 30)?;
    let mut given = Given::new(folder.path(), path, None)?;
    let mut taking = given.take(None).await?;
    taking.until(1).await?;
    let took = taking.began.elapsed();
    taking.cut().await;
    Ok(took.as_secs_f64() * 1_000.0)
}

/// What came more than once of a file, in percent of it, beside a MiB for each cut; that for each cut in MiB; and the
/// memory of this process.
/// The other process is killed at every tenth cut, and this side begins anew from its disk at each.
async fn cut_often(size: u64, cuts: u64) -> Result<[f64; 3]> {
    let mut random = SplitMix64(7);
    let mut received = Vec::new();
    for cuts in [0, cuts] {
        let folder = tempfile::tempdir()?;
        let (path, content) = source(folder.path(), size)?;
        let mut given = Given::new(folder.path(), path, Some(content))?;
        let counter = Arc::new(AtomicU64::new(0));
        for number in 1..=cuts {
            let mut taking = given.take(Some(&counter)).await?;
            // Within its share of the file, but not on its edge.
            let share = size / (cuts + 1);
            let stop = share * (number - 1) + random.bits() % share;
            let is_whole = taking.until(stop.max(1)).await?;
            if number % 10 == 0 {
                given.restart().await?;
            }
            taking.cut().await;
            if is_whole {
                return Err("it was whole before all cuts".into());
            }
        }
        let mut taking = given.take(Some(&counter)).await?;
        while !taking.until(u64::MAX).await? {}
        taking.cut().await;
        let there = content_of(&folder.path().join("in/file"), &folder.path().join("taker"))?;
        if there != content {
            return Err("what came is not what was sent".into());
        }
        received.push(counter.load(Ordering::Relaxed));
    }
    let again = received[1].saturating_sub(received[0]);
    let each = again as f64 / MIB as f64 / cuts as f64;
    let beside = again.saturating_sub(cuts * MIB);
    let memory = resident_memory().map_or(0.0, |bytes| bytes as f64 / MIB as f64);
    Ok([beside as f64 / size as f64 * 100.0, each, memory])
}
