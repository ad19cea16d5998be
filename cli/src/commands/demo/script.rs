//! What the two of the demonstration say to each other, and the file that one sends.

use crate::output::{Event as Told, Output, hex};
use crate::status::{Status, Stop};
use crate::{met, strings, words};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use handfast_camera::Random;
use handfast_native::conversation::{Conversation, Ending, Event, Limits, Options};
use handfast_native::link::LinkState;
use handfast_native::pairing::Meeting;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, watch};

/// Size of the file: 32 MiB.
pub(super) const FILE_BYTES: u64 = 32 << 20;

/// The name of the file.
const FILE_NAME: &str = "holiday.bin";

/// Removes the file and its copy: two times 32 MiB that nobody looks at.
pub(super) fn remove_files(folder: &Path) {
    let _ = std::fs::remove_file(folder.join("guest").join(FILE_NAME));
    let _ = std::fs::remove_dir_all(folder.join("host").join("downloads"));
}

/// How much is read or written at once.
const CHUNK: usize = 1 << 16;

/// Makes the guest's file: random bytes that follow from the seed.
pub(super) fn make_file(folder: &Path, seed: u64, output: &mut Output) -> Result<PathBuf, Stop> {
    let path = folder.join(FILE_NAME);
    let hash = fill(&path, seed)
        .map_err(|error| Stop::local(words::unwritable(&path.to_string_lossy(), &error)))?;
    output.tell(Told::FileMade {
        bytes: FILE_BYTES,
        blake2b: hash,
    });
    Ok(path)
}

fn fill(path: &Path, seed: u64) -> std::io::Result<String> {
    let mut file = std::fs::File::create(path)?;
    let mut random = Random(seed);
    let mut hash = Blake2b::<U32>::new();
    let mut chunk = vec![0; CHUNK];
    for _ in 0..FILE_BYTES / CHUNK as u64 {
        for word in chunk.chunks_exact_mut(8) {
            word.copy_from_slice(&random.bits().to_le_bytes());
        }
        hash.update(&chunk);
        file.write_all(&chunk)?;
    }
    Ok(hex(&hash.finalize()))
}

fn hash_of(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Blake2b::<U32>::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((bytes, hex(&hash.finalize()))),
            read => {
                hash.update(&chunk[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// The guest's part.
pub(super) async fn guest(
    meeting: Meeting,
    downloads: PathBuf,
    file: PathBuf,
    output: &mut Output,
) -> Result<(), Stop> {
    let mut talk = Talk::begin(meeting, downloads, output);
    talk.say(strings::demo_guest_greets()).await?;
    talk.hear_text().await?;
    talk.say(strings::demo_guest_offers()).await?;
    talk.conversation
        .send_file(file)
        .await
        .map_err(|_| lost())?;
    talk.hear_file().await?;
    talk.hear_text().await?;
    talk.say(strings::demo_guest_parts()).await?;
    talk.leave().await
}

/// The host's part.
pub(super) async fn host(
    meeting: Meeting,
    downloads: PathBuf,
    output: &mut Output,
) -> Result<(), Stop> {
    let mut talk = Talk::begin(meeting, downloads, output);
    talk.hear_text().await?;
    talk.say(strings::demo_host_greets()).await?;
    talk.hear_text().await?;
    let path = talk.hear_file().await?;
    let (bytes, blake2b) = hash_of(&path)
        .map_err(|error| Stop::local(words::unreadable(&path.to_string_lossy(), &error)))?;
    talk.output.tell(Told::FileChecked { bytes, blake2b });
    talk.say(strings::demo_host_thanks()).await?;
    talk.hear_text().await?;
    talk.hear_goodbye().await
}

/// A conversation, and where it is told.
struct Talk<'a> {
    link: watch::Receiver<LinkState>,
    conversation: Conversation,
    events: mpsc::Receiver<Event>,
    output: &'a mut Output,
}

impl<'a> Talk<'a> {
    fn begin(meeting: Meeting, downloads: PathBuf, output: &'a mut Output) -> Self {
        // Nobody is there to be asked.
        let options = Options {
            limits: Limits::USUAL.with_unasked(FILE_BYTES),
            ..Options::new(downloads, meeting.acquaintance.trust)
        };
        let link = meeting.link.state();
        let (conversation, events) =
            Conversation::start(meeting.link, meeting.acquaintance.channel, options);
        Self {
            link,
            conversation,
            events,
            output,
        }
    }

    async fn say(&mut self, text: &str) -> Result<(), Stop> {
        self.conversation
            .send_text(text)
            .await
            .map_err(|_| lost())?;
        self.output.tell(Told::MessageSent { text: text.into() });
        Ok(())
    }

    /// The next event that matters here.
    async fn hear(&mut self) -> Result<Event, Stop> {
        loop {
            match self.events.recv().await.ok_or_else(lost)? {
                Event::FileProgress { .. } | Event::Interrupted | Event::Resumed => {}
                Event::FileFailed {
                    reason, by_peer, ..
                } => {
                    let sentence = words::file_failed(FILE_NAME, reason, by_peer);
                    return Err(Stop::local(sentence));
                }
                event => return Ok(event),
            }
        }
    }

    async fn hear_text(&mut self) -> Result<(), Stop> {
        match self.hear().await? {
            Event::TextReceived(text) => {
                self.output.tell(Told::Message { text });
                Ok(())
            }
            _ => Err(lost()),
        }
    }

    /// Waits for the end of the file that is under way. The receiver learns where it is.
    async fn hear_file(&mut self) -> Result<PathBuf, Stop> {
        loop {
            match self.hear().await? {
                Event::FileOffered {
                    name, size, asks, ..
                } => self.output.tell(Told::FileOffered {
                    number: 1,
                    name,
                    bytes: size,
                    asks,
                }),
                Event::FileReceived {
                    path,
                    bytes,
                    hash,
                    took,
                    ..
                } => {
                    self.output.tell(Told::FileReceived {
                        name: FILE_NAME.into(),
                        path: path.to_string_lossy().into_owned(),
                        bytes,
                        blake2b: hex(&hash),
                        seconds: took.as_secs_f64(),
                    });
                    return Ok(path);
                }
                Event::FileSent {
                    bytes, hash, took, ..
                } => {
                    self.output.tell(Told::FileSent {
                        name: FILE_NAME.into(),
                        bytes,
                        blake2b: hex(&hash),
                        seconds: took.as_secs_f64(),
                    });
                    return Ok(PathBuf::new());
                }
                _ => return Err(lost()),
            }
        }
    }

    async fn hear_goodbye(mut self) -> Result<(), Stop> {
        match self.hear().await? {
            Event::Ended(Ending::PeerLeft) => {
                self.output.tell(Told::Ended {
                    reason: "peer_left".into(),
                });
                drop(self.conversation);
                met::closed(self.link).await;
                Ok(())
            }
            _ => Err(lost()),
        }
    }

    async fn leave(self) -> Result<(), Stop> {
        let Self {
            conversation,
            mut events,
            output,
            link,
        } = self;
        let (_, ()) = tokio::join!(conversation.leave(), async {
            while events.recv().await.is_some() {}
        });
        met::closed(link).await;
        output.tell(Told::Ended {
            reason: "left".into(),
        });
        Ok(())
    }
}

fn lost() -> Stop {
    Stop::new(Status::NotReached, "lost", strings::lost())
}
