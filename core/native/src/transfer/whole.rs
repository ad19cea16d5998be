//! A folder that comes, as a whole: what of it is missing, and how it is brought to the disk.

use super::partial::instant;
use super::place::{is_as_long, make_folder};
use handfast_protocol::transfer::{Manifest, ManifestContent, Place};
use handfast_store::private;
use std::fs::{File, FileTimes};
use std::io;
use std::path::Path;

/// Bytes of files that are not there, as far as names and lengths tell.
pub(super) fn missing(folder: &Path, manifest: &Manifest) -> u64 {
    let missing = manifest.entries().iter().map(|entry| match entry.content {
        ManifestContent::File { size, .. } if !is_as_long(folder, &entry.path, size) => size,
        _ => 0,
    });
    missing.sum()
}

/// Gives folders their times, and brings everything to the disk.
pub(super) fn settle(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    private::create_folders(folder)?;
    // Last, since every new file changes the folder that it is in.
    for entry in manifest.entries().iter().rev() {
        if entry.content == ManifestContent::Folder {
            let path = entry.path.clone();
            let folder = folder.to_owned();
            let place = make_folder(&Place::Inside { folder, path })?;
            if let (Ok(place), Some(time)) = (File::open(place), instant(entry.time)) {
                let _ = place.set_times(FileTimes::new().set_modified(time));
            }
        }
    }
    sync(folder, manifest)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync(folder: &Path, _: &Manifest) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn sync(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    for entry in manifest.entries() {
        let path = entry
            .path
            .split('/')
            .fold(folder.to_owned(), |path, part| path.join(part));
        // One that got another name here is on its way to the disk all the same.
        if let (ManifestContent::File { .. }, Ok(file)) = (entry.content, File::open(path)) {
            file.sync_all()?;
        }
    }
    Ok(())
}
