//! Long blocking work that shows how far it is and stops at Ctrl-C.

use crate::interrupt::Interrupt;
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::strings;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

/// How often the progress is shown.
const TICK: Duration = Duration::from_millis(200);
/// How long stopped work may take to clean up. Where it takes longer, deriving a key from an answer
/// keeps it busy, and then nothing has been written yet.
const PATIENCE: Duration = Duration::from_secs(2);

/// What both sides of the work know.
#[derive(Default)]
struct Shared {
    position: AtomicU64,
    stopped: AtomicBool,
    failed: AtomicBool,
}

/// A source that tells how far it was read, and whether an error was its own.
pub(crate) struct Watched<R> {
    source: R,
    shared: Arc<Shared>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.shared.stopped.load(Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        let read = self.source.read(into);
        match &read {
            Ok(count) => {
                self.shared.position.fetch_add(*count as u64, Relaxed);
            }
            Err(error) => {
                let again = error.kind() == io::ErrorKind::Interrupted;
                self.shared.failed.fetch_or(!again, Relaxed);
            }
        }
        read
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = self.source.seek(to);
        match &position {
            Ok(position) => self.shared.position.store(*position, Relaxed),
            Err(_) => self.shared.failed.store(true, Relaxed),
        }
        position
    }
}

/// Watches one piece of work.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    name: String,
    bytes: u64,
}

/// Lets whoever reads the source see if it was the source that failed.
#[derive(Clone)]
pub(crate) struct SourceState(Arc<Shared>);

impl SourceState {
    pub(crate) fn has_failed(&self) -> bool {
        self.0.failed.load(Relaxed)
    }
}

impl Watch {
    /// Watches the reading of `source`, which is shown by its name and has so many bytes.
    pub(crate) fn over<R>(source: R, name: &str, bytes: u64) -> (Self, Watched<R>) {
        let shared = Arc::new(Shared::default());
        let watched = Watched {
            source,
            shared: shared.clone(),
        };
        let name = name.to_owned();
        let watch = Self {
            shared,
            name,
            bytes,
        };
        (watch, watched)
    }

    pub(crate) fn source_state(&self) -> SourceState {
        SourceState(self.shared.clone())
    }

    /// Runs `work` beside everything else.
    ///
    /// # Errors
    /// Those of the work, and that it was stopped.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        output: &mut Output,
        interrupt: &mut Interrupt,
        work: impl FnOnce() -> Result<T, Stop> + Send + 'static,
    ) -> Result<T, Stop> {
        let mut working = tokio::task::spawn_blocking(work);
        let mut ticks = 0u32;
        let mut shown = 0;
        let ended = loop {
            tokio::select! {
                ended = &mut working => {
                    break ended.unwrap_or_else(|_| Err(Stop::local(strings::went_wrong())));
                }
                () = interrupt.pressed() => {
                    self.shared.stopped.store(true, Relaxed);
                    let _ = tokio::time::timeout(PATIENCE, working).await;
                    break Err(Stop::cancelled());
                }
                () = tokio::time::sleep(TICK) => {}
            }
            ticks += 1;
            let done = self.shared.position.load(Relaxed).min(self.bytes);
            if ticks == 2 && done == shown && !output.is_for_programs() {
                output.whisper(strings::unlocking());
            }
            if done != shown {
                output.tell(Event::SealProgress {
                    name: self.name.clone(),
                    done,
                    bytes: self.bytes,
                });
                shown = done;
            }
        };
        output.finish(&self.name, true);
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_tells_its_position_and_whose_fault_an_end_is() {
        let (watch, mut source) = Watch::over(io::Cursor::new(vec![1; 10]), "x", 10);
        source.read_exact(&mut [0; 4]).expect("four");
        assert_eq!(watch.shared.position.load(Relaxed), 4);
        source.seek(SeekFrom::End(-1)).expect("back");
        assert_eq!(watch.shared.position.load(Relaxed), 9);
        watch.shared.stopped.store(true, Relaxed);
        assert!(source.read(&mut [0; 4]).is_err());
        assert!(!watch.source_state().has_failed());
        assert!(source.seek(SeekFrom::Current(-100)).is_err());
        assert!(watch.source_state().has_failed());
    }
}
