//! The manifest of a folder: reads all that is in it, without following links.

use super::content_of;
use crate::folder::Culprit;
use handfast_protocol::transfer::{Content, Manifest, ManifestContent, ManifestEntry, Root};
use handfast_store::private;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A folder that can be offered.
#[derive(Debug)]
pub struct Listing {
    /// What is in it.
    pub manifest: Manifest,
    /// What the manifest itself is, and where it was written.
    pub content: Content,
    /// Where that is.
    pub path: PathBuf,
    /// What was left out: links, devices and the like, and names that are no text, by their paths inside.
    pub left_out: Vec<PathBuf>,
    /// What cannot be read, and why.
    pub unread: Vec<(PathBuf, io::Error)>,
}

/// Lists a folder, and writes its manifest to this program's own folder.
///
/// # Errors
/// When the folder cannot be read, the manifest not be written, or no manifest can be made of it.
pub fn list(folder: &Path, own: &Path) -> io::Result<Listing> {
    let mut found = Found {
        folder,
        own,
        entries: Vec::new(),
        left_out: Vec::new(),
        unread: Vec::new(),
    };
    found.add_all(Path::new(""))?;
    let manifest = Manifest::new(found.entries).map_err(io::Error::other)?;
    let bytes = manifest.to_bytes();
    let content = Content {
        size: bytes.len() as u64,
        root: Root::of(&bytes),
    };
    private::create_folders(own)?;
    let path = manifest_at(own, content.root);
    private::write(&path, &bytes)?;
    Ok(Listing {
        manifest,
        content,
        path,
        left_out: found.left_out,
        unread: found.unread,
    })
}

/// Where the manifest with this root is written.
pub fn manifest_at(own: &Path, root: Root) -> PathBuf {
    own.join(format!("{root}.manifest"))
}

struct Found<'a> {
    folder: &'a Path,
    own: &'a Path,
    entries: Vec<ManifestEntry>,
    left_out: Vec<PathBuf>,
    unread: Vec<(PathBuf, io::Error)>,
}

impl Found<'_> {
    /// Adds what is in a folder.
    fn add_all(&mut self, inside: &Path) -> io::Result<()> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder.join(inside))? {
            names.push(entry?.file_name());
        }
        names.sort();
        for name in names {
            let path = inside.join(name);
            if let Err(error) = self.add(&path) {
                self.unread.push((path, error));
            }
        }
        Ok(())
    }

    fn add(&mut self, inside: &Path) -> io::Result<()> {
        let place = self.folder.join(inside);
        let about = place.symlink_metadata()?;
        let Some(path) = path_of(inside).filter(|_| about.is_file() || about.is_dir()) else {
            self.left_out.push(inside.to_owned());
            return Ok(());
        };
        let time = milliseconds(&about);
        if about.is_dir() {
            // What cannot be read leaves no folder behind.
            let before = self.entries.len();
            self.entries.push(ManifestEntry {
                path,
                time,
                content: ManifestContent::Folder,
            });
            return self
                .add_all(inside)
                .inspect_err(|_| self.entries.truncate(before));
        }
        let about_culprit = |error| {
            let place = place.clone();
            io::Error::other(Culprit { place, error })
        };
        let Content { size, root } = content_of(&place, self.own).map_err(about_culprit)?;
        self.entries.push(ManifestEntry {
            path,
            time,
            content: ManifestContent::File {
                size,
                root,
                may_run: is_program(&about),
            },
        });
        Ok(())
    }
}

/// A path as a manifest has it, if it is text.
fn path_of(inside: &Path) -> Option<String> {
    let parts = inside.iter().map(|part| part.to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

fn milliseconds(about: &Metadata) -> u64 {
    let modified = about.modified().unwrap_or(UNIX_EPOCH);
    let since = modified.duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

fn is_program(about: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        about.permissions().mode() & 0o100 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = about;
        false
    }
}
