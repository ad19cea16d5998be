//! The socket in the folder of a home: who made it, and who is at its other end. Both must be the user
//! of this process; the rights of file and folder alone are not relied on.

use super::OfHomeError;
use crate::Home;
use rustix::process::geteuid;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// What connects two processes.
pub(super) type Stream = UnixStream;

/// Where it lies in the folder of a home.
const NAME: &str = "socket";

/// Where it lies until it is complete.
const UNFINISHED: &str = "socket.new";

/// The longest path that every system takes for a socket.
const MAX_PATH: usize = 100;

/// Where the socket of this home lies.
pub(super) fn path_of(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// The socket of an owner. Its file goes with it.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    /// Nobody else makes a socket in this place before the file is gone.
    _home: Home,
}

impl Socket {
    /// Makes it, in the place of one that was left behind, which only who has the home may do. None if
    /// there can be no socket in this folder: the device then works for this process alone.
    pub(crate) fn bind(home: &Home) -> Result<Option<Self>, OfHomeError> {
        let Some(folder) = home.folder() else {
            return Ok(None);
        };
        let path = path_of(folder);
        if let Err(Unfit::NotOurs) = look_at(&path) {
            return Err(OfHomeError::NotOurs(path));
        }
        match Self::make(folder, &path) {
            Ok(listener) => Ok(Some(Self {
                listener,
                path,
                _home: home.clone(),
            })),
            Err(error) => {
                log::warn!("no other process can use this home through this one: {error}");
                Ok(None)
            }
        }
    }

    /// Removes the one that an owner left who was killed, which only who has the home may do.
    pub(crate) fn remove_abandoned(folder: &Path) {
        let path = path_of(folder);
        if look_at(&path).is_ok() {
            let _ = fs::remove_file(path);
        }
    }

    /// It is its owner's alone before anybody finds it.
    fn make(folder: &Path, path: &Path) -> io::Result<UnixListener> {
        let unfinished = folder.join(UNFINISHED);
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(Reach::of(folder, UNFINISHED)?.path())?;
        fs::set_permissions(&unfinished, Permissions::from_mode(0o600))?;
        fs::rename(&unfinished, path)?;
        Ok(listener)
    }

    /// The next process of this user that wants something.
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            match is_ours(&stream) {
                true => return Ok(stream),
                false => log::warn!("another user tried to use this home"),
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // One that stays is replaced by the next owner.
        let _ = fs::remove_file(&self.path);
    }
}

/// Why nobody is reached.
pub(super) enum Unfit {
    /// Nobody is there at this moment.
    Nobody,
    /// Somebody else made this, or sits behind it.
    NotOurs,
}

/// Connects to the owner of this home. Nothing is sent to anybody but a process of this user.
pub(super) async fn connect(folder: &Path) -> Result<Stream, Unfit> {
    look_at(&path_of(folder))?;
    let reach = Reach::of(folder, NAME).map_err(|error| {
        log::warn!("the socket cannot be reached: {error}");
        Unfit::Nobody
    })?;
    let stream = UnixStream::connect(reach.path()).await;
    let stream = stream.map_err(|_| Unfit::Nobody)?;
    match is_ours(&stream) {
        true => Ok(stream),
        false => Err(Unfit::NotOurs),
    }
}

/// Whether a socket of this user lies there, itself and not a link to one.
fn look_at(path: &Path) -> Result<(), Unfit> {
    let found = fs::symlink_metadata(path).map_err(|_| Unfit::Nobody)?;
    match found.file_type().is_socket() && found.uid() == geteuid().as_raw() {
        true => Ok(()),
        false => Err(Unfit::NotOurs),
    }
}

/// The id of the process at the other end, where the system tells.
pub(super) fn process_of(stream: &Stream) -> Option<u32> {
    let peer = stream.peer_cred().ok()?;
    u32::try_from(peer.pid()?).ok()
}

fn is_ours(stream: &Stream) -> bool {
    let peer = stream.peer_cred();
    peer.is_ok_and(|peer| peer.uid() == geteuid().as_raw())
}

/// A path to a file in a folder that is short enough for a socket, however long that of the folder is.
struct Reach {
    path: PathBuf,
    /// What the path leads through.
    _folder: Option<File>,
}

impl Reach {
    fn of(folder: &Path, name: &str) -> io::Result<Self> {
        let path = folder.join(name);
        if path.as_os_str().len() <= MAX_PATH {
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        through_descriptor(folder, name)
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(target_os = "linux")]
fn through_descriptor(folder: &Path, name: &str) -> io::Result<Reach> {
    use std::os::fd::AsRawFd;
    let folder = File::open(folder)?;
    Ok(Reach {
        path: format!("/proc/self/fd/{}/{name}", folder.as_raw_fd()).into(),
        _folder: Some(folder),
    })
}

#[cfg(not(target_os = "linux"))]
fn through_descriptor(_: &Path, _: &str) -> io::Result<Reach> {
    let long = "the path of the home is too long for a socket: choose a shorter one";
    Err(io::Error::new(io::ErrorKind::InvalidFilename, long))
}
