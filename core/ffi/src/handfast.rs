//! This device: opened once, shut down once, and the way to everything that it does.

use super::bridge::{self, Bridge};
use super::discovery::name_service;
use super::guard::guarded;
use super::links::Links;
use super::{
    Contact, Discovery, ErrorKind, Found, HandfastError, KeyStore, KeyStoreError, Limits, Listener,
    NetworkReport, Pairing, Preferences, Sealing, Session, UnderWay, scan, screen, usual_limits,
};
use handfast_native::device::{self, Command, ContactEdit, Event, SessionId};
use handfast_native::handshake::visible;
use handfast_native::net::{Reach, local_addresses, told_addresses};
use handfast_native::seal;
use handfast_native::store::{self, Store};
use handfast_native::token::Secret;
use handfast_native::{Addresses, DeviceHandle, Home, Options};
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, oneshot};

/// The store's file in the folder of the settings.
pub(super) const STORE: &str = "store";

/// What a shell decides before anything begins.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Settings {
    /// What this device calls itself; may be empty. Others see it.
    pub name: String,
    /// The folder for what this device keeps: who it is, whom it has met, what waits. Private to the
    /// app and out of every backup. Made if it is not there.
    pub folder: String,
    /// The folder for files that come in. Made if it is not there.
    pub downloads: String,
    /// What links begin with: an address of the web up to the `#`, or only its host; none for
    /// `https://handfast.example/`.
    pub link_base: Option<String>,
}

/// This device.
#[derive(uniffi::Object)]
pub struct Handfast {
    pub(super) bridge: Arc<Bridge>,
    runtime: Mutex<Option<Runtime>>,
}

#[uniffi::export]
impl Handfast {
    /// Opens it. Asks the key store, so it is not for the thread that draws a screen. Without a `discovery`, nobody is
    /// found in the local network at an address that is not known.
    ///
    /// # Errors
    /// [`ErrorKind::KeyStoreLocked`], [`ErrorKind::KeyStoreFailed`] or [`ErrorKind::KeyLost`]; [`ErrorKind::Storage`], [`ErrorKind::StorageFull`] or
    /// [`ErrorKind::NewerVersion`] if what was kept cannot be opened; [`ErrorKind::BadText`] for a link base
    /// that is none; [`ErrorKind::Device`] if threads or randomness cannot be had.
    #[uniffi::constructor(default(discovery = None))]
    pub fn open(
        settings: Settings,
        key_store: Arc<dyn KeyStore>,
        listener: Arc<dyn Listener>,
        discovery: Option<Arc<dyn Discovery>>,
    ) -> Result<Arc<Self>, HandfastError> {
        guarded(|| {
            let links = Links::new(settings.link_base.as_deref())?;
            let file = Path::new(&settings.folder).join(STORE);
            let store = Store::open(&file, &Keys(key_store))?;
            let home = Home::with_store(&settings.folder, store);
            // Packets are handled by one task; a second thread keeps disk and ciphers beside it.
            let runtime = Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("handfast")
                .enable_all()
                .build()
                .map_err(|_| ErrorKind::Device)?;
            let (device, events) = start(&runtime, home.clone(), &settings, discovery)?;
            let telling = bridge::tell(device.clone(), events, listener, links.clone());
            runtime.spawn(telling);
            let bridge = Bridge::new(runtime.handle().clone(), (device, home), links);
            Ok(Arc::new(Self {
                bridge: Arc::new(bridge),
                runtime: Mutex::new(Some(runtime)),
            }))
        })
    }

    /// Bringing two people together.
    pub fn pairing(&self) -> Arc<Pairing> {
        Arc::new(Pairing::new(self.bridge.clone()))
    }

    /// Everything that is under way, those begun first first.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub fn under_way(&self) -> Result<Vec<UnderWay>, HandfastError> {
        let overview = self.bridge.overview()?;
        let sessions = overview.sessions.iter();
        let base = self.bridge.links.base();
        let under_way = sessions.map(|(id, view)| UnderWay {
            session: id.0,
            screen: screen::screen(view, &base),
        });
        Ok(under_way.collect())
    }

    /// The session with this number. Whatever is asked of one that is over ends in [`ErrorKind::NotNow`].
    pub fn session(&self, id: u64) -> Arc<Session> {
        Session::new(self.bridge.clone(), SessionId(id))
    }

    /// Locking things with questions and answers.
    pub fn sealing(&self) -> Arc<Sealing> {
        Arc::new(Sealing::new(self.bridge.clone()))
    }

    /// Everybody this device has met, those met first first; and then who is not let in again, as a
    /// comparison with them showed a difference ([`TrustReason::Different`](super::TrustReason)).
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn people(&self) -> Result<Vec<Contact>, HandfastError> {
        let overview = self.bridge.overview()?;
        let people = overview.contacts.iter().map(Contact::new);
        let refused = overview.refused.iter().map(Contact::refused);
        Ok(people.chain(refused).collect())
    }

    /// Forgets somebody, for good. Whoever meets them again meets a stranger, also one who was not let
    /// in.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is called that, [`ErrorKind::Storage`], [`ErrorKind::ShutDown`].
    pub async fn forget(&self, id: String) -> Result<(), HandfastError> {
        let forget = Command::Forget(Contact::key(&id)?);
        self.bridge.command(forget).await.map(drop)
    }

    /// Calls somebody this from now on, wherever they are shown; with none, or a name of which nothing is seen,
    /// what they call themselves.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is called that, [`ErrorKind::Storage`], [`ErrorKind::StorageFull`],
    /// [`ErrorKind::ShutDown`].
    pub async fn give_name(&self, id: String, name: Option<String>) -> Result<(), HandfastError> {
        self.change(&id, ContactEdit::Name(name)).await
    }

    /// Looks for somebody no more and lets them in no more, or does again. A conversation with somebody who is
    /// blocked ends at once, without a goodbye.
    ///
    /// # Errors
    /// Those of [`Self::give_name`].
    pub async fn block(&self, id: String, is_blocked: bool) -> Result<(), HandfastError> {
        self.change(&id, ContactEdit::Blocked(is_blocked)).await
    }

    /// Whether another device that came to somebody in this person's name is this person's own. If it is not,
    /// nothing is exchanged with them until the two meet or compare, and they hear so if they are here.
    ///
    /// # Errors
    /// Those of [`Self::give_name`].
    pub async fn other_device(&self, id: String, is_ours: bool) -> Result<(), HandfastError> {
        self.change(&id, ContactEdit::OtherDeviceIsOurs(is_ours))
            .await
    }

    /// Takes so many bytes of files from somebody without asking, in each conversation from the next one on; with
    /// none, as many as from everybody.
    ///
    /// # Errors
    /// Those of [`Self::give_name`].
    pub async fn take_files_up_to(
        &self,
        id: String,
        bytes: Option<u64>,
    ) -> Result<(), HandfastError> {
        self.change(&id, ContactEdit::Allowance(bytes)).await
    }

    /// Calls this device something else, from the next invitation and the next meeting on. Only what can be
    /// seen of the name is kept.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], and nothing has changed then; [`ErrorKind::Storage`],
    /// [`ErrorKind::StorageFull`], [`ErrorKind::ShutDown`].
    pub async fn rename(&self, name: String) -> Result<(), HandfastError> {
        let name = visible(&name);
        self.bridge.choose(|settings| settings.name = name).await
    }

    /// Begins links otherwise, from the next one on: as in [`Settings::link_base`], which says it at the next start.
    /// A link is read whatever it begins with. Gives the whole of what they begin with now.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`], and nothing has changed then.
    pub fn begin_links_with(&self, base: String) -> Result<String, HandfastError> {
        self.bridge.links.begin_with(&base)
    }

    /// What this device may do to be reached from other networks.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn preferences(&self) -> Result<Preferences, HandfastError> {
        Ok(Preferences::of(&self.bridge.overview()?.settings.asking))
    }

    /// The person chose. It counts for what begins from now on.
    ///
    /// # Errors
    /// [`ErrorKind::NotAServer`] or [`ErrorKind::TooLarge`] for servers that cannot be, and nothing has changed
    /// then; [`ErrorKind::Storage`], [`ErrorKind::StorageFull`], [`ErrorKind::ShutDown`].
    pub async fn prefer(&self, preferences: Preferences) -> Result<(), HandfastError> {
        let asking = preferences.asking()?;
        self.bridge
            .choose(|settings| settings.asking = asking)
            .await
    }

    /// What the other side of a conversation may cost this device.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn limits(&self) -> Result<Limits, HandfastError> {
        Ok(Limits::of(&self.bridge.overview()?.settings.limits))
    }

    /// The person chose what it may cost. It counts for conversations that begin from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`], [`ErrorKind::StorageFull`], [`ErrorKind::ShutDown`].
    pub async fn limit(&self, limits: Limits) -> Result<(), HandfastError> {
        let limits = limits.terms();
        self.bridge
            .choose(|settings| settings.limits = limits)
            .await
    }

    /// What will and will not work from the network that this device is in. Asks whom the
    /// preferences allow, and takes up to some seconds; what is under way goes on beside it.
    ///
    /// # Errors
    /// [`ErrorKind::NoNetwork`], [`ErrorKind::ShutDown`].
    pub async fn network(&self) -> Result<NetworkReport, HandfastError> {
        let mut events = self.bridge.device()?.listen();
        self.bridge.command(Command::Survey).await?;
        while let Some(event) = events.next().await {
            if let Event::NetworkReport(report) = event {
                return match report.addresses.is_empty() {
                    true => Err(ErrorKind::NoNetwork.into()),
                    false => Ok(NetworkReport::new(&report)),
                };
            }
        }
        Err(ErrorKind::ShutDown.into())
    }

    /// Finds every token in a picture, a `.handfast` file or a text file, each that differs once, in the order
    /// in which they were found. There is one at least; of several a person chooses. Takes up to some seconds.
    ///
    /// # Errors
    /// Those of [`read_text`](super::read_text) but for [`ErrorKind::SeveralFound`], and for pictures
    /// [`ErrorKind::NotAPicture`] and [`ErrorKind::NoCode`].
    pub async fn read_file(&self, bytes: Vec<u8>) -> Result<Vec<Found>, HandfastError> {
        self.bridge.blocking(move || scan::read_file(&bytes)).await
    }

    /// Whether the app is off the screen while an open conversation goes on. While both people's are, the
    /// connection is checked twice a minute only.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn away(&self, is_away: bool) -> Result<(), HandfastError> {
        self.bridge.command(Command::Away(is_away)).await.map(drop)
    }

    /// The app leaves the screen and may not run any more. Everything that is under way is put aside and
    /// taken up by [`Self::resume`]; an open conversation is left as it is. Returns when the sockets are
    /// given up.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn pause(&self) -> Result<(), HandfastError> {
        self.bridge.command(Command::Sleep).await.map(drop)
    }

    /// The app is back. Sockets are bound anew, on the same port where possible, and what became slow
    /// is quick again; if this device is elsewhere now, so are its invitations and its replies.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn resume(&self) -> Result<(), HandfastError> {
        self.bridge.command(Command::Wake).await.map(drop)
    }

    /// These are this device's addresses from now on, in the usual notation and any order; none means that there
    /// is no network. Before the first call, the core asks the operating system. `router`: the address
    /// of the router that leads outside, where the shell knows it; it may be asked for a port.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if one is no address, [`ErrorKind::ShutDown`].
    #[uniffi::method(default(router = None))]
    pub async fn network_changed(
        &self,
        addresses: Vec<String>,
        router: Option<String>,
    ) -> Result<(), HandfastError> {
        let addresses: Result<Vec<IpAddr>, HandfastError> =
            addresses.iter().map(|text| address(text)).collect();
        let addresses = told_addresses(&addresses?);
        let router = router.as_deref().map(address).transpose()?;
        let changed = Command::NetworkChanged(addresses, router);
        self.bridge.command(changed).await.map(drop)
    }

    /// Ends everything with a goodbye, within about a second. When this returns, every socket, file and
    /// thread of this device is given up, also where other objects of it are still held; only a key
    /// that is being derived and a name that is being looked up may go on for some seconds. Whatever is
    /// called afterwards ends in [`ErrorKind::ShutDown`]; nothing more is told to the listener.
    pub async fn shutdown(&self) {
        // Whoever calls it twice waits twice.
        let mut runtime = self.runtime.lock().await;
        if let Ok(device) = self.bridge.device() {
            device.shutdown().await;
        }
        self.bridge.close();
        if let Some(runtime) = runtime.take() {
            put_away(runtime).await;
        }
    }
}

impl Handfast {
    async fn change(&self, id: &str, edit: ContactEdit) -> Result<(), HandfastError> {
        let change = Command::Change(Contact::key(id)?, edit);
        self.bridge.command(change).await.map(drop)
    }
}

/// Sets the device to work, and waits until it does.
fn start(
    runtime: &Runtime,
    home: Home,
    settings: &Settings,
    discovery: Option<Arc<dyn Discovery>>,
) -> Result<(DeviceHandle, handfast_native::Listener), HandfastError> {
    let name = visible(&settings.name);
    let options = Options {
        settings: device::Settings {
            name: name.clone(),
            limits: usual_limits().terms(),
            ..device::Settings::default()
        },
        // Until the shell tells them.
        addresses: Addresses::Told(told_addresses(
            &local_addresses(Reach::Network).unwrap_or_default(),
        )),
        name_service: discovery.map(name_service),
        seal_limits: seal::Limits::PHONE,
        ..Options::new(&settings.downloads)
    };
    let (tell, told) = std::sync::mpsc::channel();
    // Whoever calls this may be a task of another runtime, which must not wait in this one.
    runtime.spawn(async move {
        let started = DeviceHandle::start(home, options).await;
        if let Ok((device, _)) = &started {
            call(device, name).await;
        }
        let _ = tell.send(started);
    });
    Ok(told.recv().map_err(|_| ErrorKind::Internal)??)
}

/// The device calls itself what the shell says, whatever it was called before.
async fn call(device: &DeviceHandle, name: String) {
    let settings = device.overview().borrow().settings.clone();
    if settings.name != name {
        let called = device::Settings { name, ..settings };
        if let Err(error) = device.command(Command::Choose(Box::new(called))).await {
            log::warn!("this device keeps its old name: {error}");
        }
    }
}

/// An address as systems write it.
pub(super) fn address(text: &str) -> Result<IpAddr, HandfastError> {
    // Android writes the zone of a link-local address behind it.
    let text = text.split('%').next().unwrap_or(text);
    Ok(text.parse().map_err(|_| ErrorKind::Internal)?)
}

/// How long work that cannot be stopped is waited for.
const UNSTOPPABLE: Duration = Duration::from_secs(3);

/// Ends a runtime, and waits until its threads have, and with them what they held.
async fn put_away(runtime: Runtime) {
    let (gone, is_gone) = oneshot::channel();
    // That blocks, which whoever polls this may not.
    let waiting = std::thread::Builder::new().spawn(move || {
        runtime.shutdown_timeout(UNSTOPPABLE);
        let _ = gone.send(());
    });
    // Without a thread it was dropped, which waits for nothing.
    let _ = is_gone.await;
    if let Ok(waiting) = waiting {
        // It has said its last word.
        let _ = waiting.join();
    }
}

impl Drop for Handfast {
    fn drop(&mut self) {
        self.bridge.close();
        // A runtime may not wait for its threads wherever a phone collects garbage.
        if let Some(runtime) = self.runtime.get_mut().take() {
            runtime.shutdown_background();
        }
    }
}

/// The phone's key store, as the core's own store wants it.
pub(super) struct Keys(pub(super) Arc<dyn KeyStore>);

impl store::KeyStore for Keys {
    fn key(&self) -> Result<Option<Secret<32>>, store::KeyStoreError> {
        let key = self.0.key()?;
        key.map(|bytes| bytes.try_into().map(Secret::new))
            .transpose()
            .map_err(|_| store::KeyStoreError::Damaged)
    }

    fn keep(&self, key: &Secret<32>) -> Result<(), store::KeyStoreError> {
        Ok(self.0.keep(key.expose().to_vec())?)
    }
}

impl From<KeyStoreError> for store::KeyStoreError {
    fn from(error: KeyStoreError) -> Self {
        match error {
            KeyStoreError::Locked => Self::Locked,
            KeyStoreError::Lost => Self::Damaged,
            KeyStoreError::Failed => Self::Unreachable(io::ErrorKind::Other),
        }
    }
}
