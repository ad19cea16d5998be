//! The end of a device: its key first, without which nobody reads the rest, and then what there is of it.

use super::copies::COPIES;
use super::{AT_WORK, Home, KEY, STORE, take};
use crate::remote::Socket;
use crate::supervisor::{Orders, own_folder};
use handfast_device::{Leftover, Settings};
use handfast_store::{KeyFile, Store, StoreError};
use std::fs;
use std::io;
use std::path::Path;

impl Home {
    /// Erases the device in this folder, whether it can be opened or not. What it received and is whole stays, and so
    /// does what somebody else put into the folder.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] if there is no device, [`StoreError::InUse`] while another process has it, and whatever
    /// hinders it: doing it again does the rest then.
    pub async fn erase(folder: &Path) -> Result<(), StoreError> {
        let is_there = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
        if ![KEY, STORE, AT_WORK].into_iter().any(is_there) {
            return Err(StoreError::Unknown);
        }
        let at_work = take(folder)?;
        let own = own_folder(folder);
        let left = left(folder).await;
        KeyFile::new(folder.join(KEY)).erase()?;
        // Where the usual folder for what comes in was is known to nobody here: each names its own.
        let orders = Orders::new(own.clone(), folder.to_owned());
        for left in left {
            orders.discard(left).await;
        }
        Store::remove(&folder.join(STORE))?;
        for folder in [folder.join(COPIES), own] {
            gone(fs::remove_dir_all(folder))?;
        }
        Socket::remove_abandoned(folder);
        drop(at_work);
        gone(fs::remove_file(folder.join(AT_WORK)))?;
        // It stays if there is anything else in it.
        let _ = fs::remove_dir(folder);
        Ok(())
    }
}

/// What there may be of files that are not whole. What does not open says nothing of them.
async fn left(folder: &Path) -> Vec<Leftover> {
    let (store, key) = (folder.join(STORE), folder.join(KEY));
    if !store.exists() || !key.exists() {
        return Vec::new();
    }
    let Ok(store) = Store::open(&store, &KeyFile::new(key)) else {
        return Vec::new();
    };
    let home = Home::with_store(folder, store);
    let kept = home.load(Settings::default()).await;
    kept.map_or(Vec::new(), |kept| kept.leftovers(&home.identity()))
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
