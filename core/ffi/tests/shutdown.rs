//! A shutdown that has returned has given everything up. Alone in its process, because it counts what
//! the process holds, and counts at once.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_core::{
    CallbackError, Change, DeliveryMode, Handfast, KeyStore, KeyStoreError, Listener, Pairing,
    Protection, Screen, Session, Settings, read_text,
};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

/// What this process holds.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    files: usize,
    threads: usize,
}

impl Held {
    fn now() -> Self {
        let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
        Self {
            files: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
        }
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

struct Recorder(mpsc::UnboundedSender<Change>);

impl Listener for Recorder {
    fn changed(&self, change: Change) -> Result<(), CallbackError> {
        let _ = self.0.send(change);
        Ok(())
    }
}

/// A phone, and everything that a shell may still hold of it when it is shut down.
struct Phone {
    folder: PathBuf,
    handfast: Arc<Handfast>,
    pairing: Arc<Pairing>,
    sessions: Vec<Arc<Session>>,
    changes: mpsc::UnboundedReceiver<Change>,
}

impl Phone {
    async fn open(name: &str) -> Self {
        let (told, changes) = mpsc::unbounded_channel();
        let folder = format!("handfast-shutdown-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let settings = Settings {
            name: name.to_owned(),
            folder: folder.to_string_lossy().into_owned(),
            downloads: folder.to_string_lossy().into_owned(),
            link_base: None,
        };
        let pocket = Arc::new(Pocket::default());
        let handfast = Handfast::open(settings, pocket, Arc::new(Recorder(told)), None).unwrap();
        let loopback = vec!["127.0.0.1".to_owned()];
        handfast.network_changed(loopback, None).await.unwrap();
        Self {
            pairing: handfast.pairing(),
            folder,
            handfast,
            sessions: Vec::new(),
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
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, search).await.expect("soon")
    }

    /// Waits for a guest; the link.
    async fn host(&mut self) -> String {
        let hosting = self
            .pairing
            .invite(DeliveryMode::Show, Protection::Open)
            .await;
        self.sessions.push(hosting.unwrap());
        self.until(|screen| match screen {
            Screen::Hosting { invitation, .. } => Some(invitation.link),
            _ => None,
        })
        .await
    }

    async fn join(&mut self, link: &str) {
        let opened = self.pairing.open(read_text(link).unwrap()).await;
        let session = opened.unwrap();
        session.accept().await.unwrap();
        self.sessions.push(session);
    }

    async fn until_talking(&mut self) {
        self.until(|screen| matches!(screen, Screen::Talking { .. }).then_some(()))
            .await;
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Two phones, waiting or together, that are shut down; what this process holds right then. The phones
/// themselves are still there, as where a shell waits for its collector of garbage.
async fn once(together: bool) -> Held {
    let (mut host, mut guest) = (Phone::open("host").await, Phone::open("guest").await);
    let link = host.host().await;
    if together {
        guest.join(&link).await;
        host.until_talking().await;
        guest.until_talking().await;
    }
    let both = (host.handfast.clone(), guest.handfast.clone());
    tokio::join!(both.0.shutdown(), both.1.shutdown());
    Held::now()
}

/// Threads that keep every processor busy four times over, until this is dropped.
struct Load(Arc<AtomicBool>, Vec<std::thread::JoinHandle<()>>);

impl Load {
    fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let done = Arc::new(AtomicBool::new(false));
        let busy = (0..4 * processors).map(|_| {
            let done = done.clone();
            std::thread::spawn(move || while !done.load(Relaxed) {})
        });
        let busy = busy.collect();
        Self(done, busy)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
        for busy in self.1.drain(..) {
            let _ = busy.join();
        }
    }
}

#[tokio::test]
async fn what_is_shut_down_holds_no_socket_no_file_and_no_thread() {
    // What is opened once for the whole process stays.
    once(true).await;
    for is_busy in [false, true] {
        let _load = is_busy.then(Load::new);
        let before = Held::now();
        for turn in 0..20 {
            let together = turn % 4 == 0;
            let mut held = once(together).await;
            assert_eq!(held.files, before.files, "turn {turn}, busy: {is_busy}");
            // Whoever waited for a thread may go on before the system has taken it off its list.
            for _ in 0..200 {
                if held.threads <= before.threads {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
                held = Held::now();
            }
            assert_eq!(held, before, "turn {turn}, busy: {is_busy}");
        }
    }
}
