//! What the two of the demonstration say to each other, and the file that one sends.

use crate::device::{News, Session, lost};
use crate::files::Files;
use crate::output::{Event, Output, Parting, hex};
use crate::status::Stop;
use crate::{strings, words};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use handfast_camera::Random;
use handfast_native::device::{FileState, Role, RowContent, Saying, SessionEnd, View};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

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
    output.tell(Event::FileMade {
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

/// What either of them says, hears and does, in its order.
pub(super) async fn play(
    role: Role,
    session: &mut Session,
    file: Option<&Path>,
    output: &mut Output,
) -> Result<(), Stop> {
    let mut talk = Talk {
        session,
        files: Files::default(),
        output,
    };
    match role {
        Role::Guest => {
            talk.say(strings::demo_guest_greets()).await?;
            talk.hear_text().await?;
            talk.say(strings::demo_guest_offers()).await?;
            talk.send(file).await?;
            talk.hear_file().await?;
            talk.hear_text().await?;
            talk.say(strings::demo_guest_parts()).await?;
            talk.give(Saying::Leave).await?;
            talk.hear_end(SessionEnd::Closed, Parting::Left).await
        }
        Role::Host => {
            talk.hear_text().await?;
            talk.say(strings::demo_host_greets()).await?;
            talk.hear_text().await?;
            let path = talk.hear_file().await?;
            talk.check(&path)?;
            talk.say(strings::demo_host_thanks()).await?;
            talk.hear_text().await?;
            talk.hear_end(SessionEnd::PeerLeft, Parting::PeerLeft).await
        }
    }
}

/// A conversation, and where it is told.
struct Talk<'a> {
    session: &'a mut Session,
    files: Files,
    output: &'a mut Output,
}

/// What matters here of what happens.
enum Heard {
    Text,
    /// A file is through. The receiver learns where it is.
    File(PathBuf),
    End(SessionEnd),
}

impl Talk<'_> {
    async fn give(&mut self, saying: Saying) -> Result<(), Stop> {
        self.session.say(saying).await.map_err(|_| lost())
    }

    async fn say(&mut self, text: &str) -> Result<(), Stop> {
        self.give(Saying::Text(text.to_owned())).await
    }

    async fn send(&mut self, file: Option<&Path>) -> Result<(), Stop> {
        let path = file.ok_or_else(lost)?.to_owned();
        self.give(Saying::File {
            path,
            name: FILE_NAME.to_owned(),
            size: FILE_BYTES,
        })
        .await
    }

    async fn hear(&mut self) -> Result<Heard, Stop> {
        loop {
            match self.session.next().await {
                News::View(View::Ended(end)) => return Ok(Heard::End(end)),
                News::Row(row) => {
                    self.files.show(&row, self.output);
                    self.session.shown().await;
                    match row.content {
                        RowContent::Text(_) if !row.ours => return Ok(Heard::Text),
                        RowContent::File {
                            state: FileState::Done { path, .. },
                            ..
                        } => return Ok(Heard::File(path.unwrap_or_default())),
                        RowContent::File {
                            state: FileState::Failed { error, by_peer },
                            ..
                        } => {
                            let sentence = words::file_failed(FILE_NAME, error, by_peer);
                            return Err(Stop::local(sentence));
                        }
                        RowContent::Text(_)
                        | RowContent::File { .. }
                        | RowContent::Disappearing { .. }
                        | RowContent::Locked { .. }
                        | RowContent::Withdrawn
                        | RowContent::Ended
                        | RowContent::Restored
                        | RowContent::NotReadable => {}
                    }
                }
                News::Gone => return Err(lost()),
                News::View(_)
                | News::NotCompared(_)
                | News::NotRemembered
                | News::NotWritten(..)
                | News::OtherDevice
                | News::Beside(_)
                | News::RowGone(_)
                | News::Others
                | News::Left(_) => {}
            }
        }
    }

    async fn hear_text(&mut self) -> Result<(), Stop> {
        match self.hear().await? {
            Heard::Text => Ok(()),
            Heard::File(_) | Heard::End(_) => Err(lost()),
        }
    }

    async fn hear_file(&mut self) -> Result<PathBuf, Stop> {
        match self.hear().await? {
            Heard::File(path) => Ok(path),
            Heard::Text | Heard::End(_) => Err(lost()),
        }
    }

    async fn hear_end(&mut self, expected: SessionEnd, reason: Parting) -> Result<(), Stop> {
        match self.hear().await? {
            Heard::End(end) if end == expected => {
                self.output.tell(Event::Ended { reason });
                Ok(())
            }
            _ => Err(lost()),
        }
    }

    /// Reads again from the disk what was stored.
    fn check(&mut self, path: &Path) -> Result<(), Stop> {
        let unreadable = |error| Stop::local(words::unreadable(&path.to_string_lossy(), &error));
        let (bytes, blake2b) = hash_of(path).map_err(unreadable)?;
        self.output.tell(Event::FileChecked { bytes, blake2b });
        Ok(())
    }
}
