//! What a folder holds: its files and folders by path, in order. The folder is offered by the root of this.
//!
//! A manifest comes from somebody else, and its paths become files here. So it is refused as a whole where
//! two paths would be one on some disk, where a path could lead out, or where anything else is not as it has
//! to be. What a disk refuses of a name is dealt with when it is written there.

use super::tree::Root;
use bytes::Buf;
use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use std::collections::HashSet;

/// The most bytes of a manifest.
pub const MAX_MANIFEST: usize = 16 << 20;

/// The most files and folders.
pub const MAX_PATHS: usize = 100_000;

/// The most folders above a file, with its own name.
pub const MAX_DEPTH: usize = 64;

/// The most bytes of a path, and of one part of it.
pub const MAX_PATH: usize = 4096;
const MAX_PART: usize = 255;

const VERSION: u8 = 1;

/// The fewest bytes of an entry: a folder with a path of one byte.
const LEAST: usize = 1 + 2 + 1 + 8;

/// The content of a folder. It can only be made as it has to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    entries: Vec<ManifestEntry>,
    size: u64,
}

/// One file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Its path inside the folder, with `/` between the parts.
    pub path: String,
    /// When it was changed last, in milliseconds since 1970.
    pub time: u64,
    /// What is there.
    pub content: ManifestContent,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestContent {
    /// A folder. Each that something lies in is there itself.
    Folder,
    /// A file.
    File {
        /// Its length in bytes.
        size: u64,
        /// Its root.
        root: Root,
        /// It is a program at its sender. It becomes one here only if a person agreed to that.
        may_run: bool,
    },
}

/// Why something is no manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Beyond [`MAX_MANIFEST`] or [`MAX_PATHS`].
    #[error("there are too many files in this folder; send it in parts or as an archive")]
    TooMany,
    /// The files are longer together than any disk.
    #[error("the files in this folder are too large")]
    TooLarge,
    /// A path that is too long or too deep, or could lead somewhere else.
    #[error("a path in this folder cannot be used on every device; give it another name")]
    Path,
    /// Two paths differ only in a way that some disks do not keep.
    #[error("two names in this folder are one on some devices; give one another name")]
    Twice,
    /// Not the form of a manifest.
    #[error("the list of files is damaged; send the folder again")]
    Malformed,
}

impl Manifest {
    /// The manifest of these, in whatever order they are.
    ///
    /// # Errors
    /// [`ManifestError`], for the first thing that is wrong.
    pub fn new(mut entries: Vec<ManifestEntry>) -> Result<Self, ManifestError> {
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        let manifest = Self::checked(entries)?;
        match manifest.length() > MAX_MANIFEST {
            true => Err(ManifestError::TooMany),
            false => Ok(manifest),
        }
    }

    /// Looks at entries that are in order.
    fn checked(entries: Vec<ManifestEntry>) -> Result<Self, ManifestError> {
        if entries.len() > MAX_PATHS {
            return Err(ManifestError::TooMany);
        }
        let (mut folders, mut folded) = (HashSet::new(), HashSet::new());
        let mut size = 0_u64;
        for entry in &entries {
            check_path(&entry.path)?;
            if let Some((parent, _)) = entry.path.rsplit_once('/')
                && !folders.contains(parent)
            {
                return Err(ManifestError::Path);
            }
            if !folded.insert(fold(&entry.path)) {
                return Err(ManifestError::Twice);
            }
            match entry.content {
                ManifestContent::Folder => {
                    folders.insert(entry.path.as_str());
                }
                ManifestContent::File { size: more, .. } => {
                    size = size.checked_add(more).ok_or(ManifestError::TooLarge)?;
                }
            }
        }
        Ok(Self { entries, size })
    }

    /// Files and folders, a folder before what is in it.
    pub fn entries(&self) -> &[ManifestEntry] {
        &self.entries
    }

    /// Bytes of all files together.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// True if some file is a program at its sender, about which a person has to be asked.
    pub fn has_programs(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| matches!(entry.content, ManifestContent::File { may_run: true, .. }))
    }

    fn length(&self) -> usize {
        let lengths = self.entries.iter().map(|entry| {
            let file = match entry.content {
                ManifestContent::Folder => 0,
                ManifestContent::File { .. } => 8 + 32,
            };
            1 + 2 + entry.path.len() + 8 + file
        });
        1 + 4 + lengths.sum::<usize>()
    }

    /// Its one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.length());
        bytes.push(VERSION);
        bytes.extend((self.entries.len() as u32).to_le_bytes());
        for ManifestEntry {
            path,
            time,
            content,
        } in &self.entries
        {
            bytes.push(match content {
                ManifestContent::Folder => 0,
                ManifestContent::File { may_run: false, .. } => 1,
                ManifestContent::File { may_run: true, .. } => 2,
            });
            bytes.extend((path.len() as u16).to_le_bytes());
            bytes.extend(path.as_bytes());
            bytes.extend(time.to_le_bytes());
            if let ManifestContent::File { size, root, .. } = content {
                bytes.extend(size.to_le_bytes());
                bytes.extend(root.0);
            }
        }
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`ManifestError`], for the first thing that is wrong.
    pub fn parse(mut bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST {
            return Err(ManifestError::TooMany);
        }
        let malformed = ManifestError::Malformed;
        if bytes.try_get_u8() != Ok(VERSION) {
            return Err(malformed);
        }
        let count = bytes.try_get_u32_le().map_err(|_| malformed)? as usize;
        if count > MAX_PATHS {
            return Err(ManifestError::TooMany);
        }
        if count > bytes.len() / LEAST {
            return Err(malformed);
        }
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            entries.push(ManifestEntry::parse(&mut bytes).ok_or(malformed)?);
        }
        let is_sorted = entries.is_sorted_by(|one, other| one.path < other.path);
        match is_sorted && bytes.is_empty() {
            true => Self::checked(entries),
            false => Err(malformed),
        }
    }
}

impl ManifestEntry {
    fn parse(bytes: &mut &[u8]) -> Option<Self> {
        let kind = bytes.try_get_u8().ok()?;
        let length = usize::from(bytes.try_get_u16_le().ok()?);
        let (path, rest) = bytes.split_at_checked(length)?;
        let path = std::str::from_utf8(path).ok()?.to_owned();
        *bytes = rest;
        let time = bytes.try_get_u64_le().ok()?;
        let content = match kind {
            0 => ManifestContent::Folder,
            1 | 2 => {
                let size = bytes.try_get_u64_le().ok()?;
                let mut root = [0; 32];
                bytes.try_copy_to_slice(&mut root).ok()?;
                ManifestContent::File {
                    size,
                    root: Root(root),
                    may_run: kind == 2,
                }
            }
            _ => return None,
        };
        Some(Self {
            path,
            time,
            content,
        })
    }
}

fn check_path(path: &str) -> Result<(), ManifestError> {
    let is_part = |part: &str| {
        let is_name = !matches!(part, "" | "." | "..") && part.len() <= MAX_PART;
        is_name && !part.contains(char::is_control)
    };
    let is_short = path.len() <= MAX_PATH && path.split('/').count() <= MAX_DEPTH;
    match is_short && path.split('/').all(is_part) {
        true => Ok(()),
        false => Err(ManifestError::Path),
    }
}

/// What is equal for two paths that a disk may take for one.
fn fold(path: &str) -> String {
    let composed = ComposingNormalizer::new_nfc();
    let folded = CaseMapper::new()
        .fold_string(&composed.normalize(path))
        .into_owned();
    composed.normalize(&folded).into_owned()
}

/// For fuzzing alone: reads a manifest, and holds it to its one encoding.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.to_bytes(), bytes);
        assert_eq!(Manifest::new(manifest.entries.clone()), Ok(manifest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folder(path: &str) -> ManifestEntry {
        ManifestEntry {
            path: path.to_owned(),
            time: 1_700_000_000_123,
            content: ManifestContent::Folder,
        }
    }

    fn file(path: &str) -> ManifestEntry {
        ManifestEntry {
            content: ManifestContent::File {
                size: path.len() as u64,
                root: Root::of(path.as_bytes()),
                may_run: path.ends_with(".sh"),
            },
            ..folder(path)
        }
    }

    #[test]
    fn a_folder_is_written_and_read() {
        let entries = vec![file("b/run.sh"), folder("b"), file("a"), folder("b/c")];
        let manifest = Manifest::new(entries).expect("a folder");
        let paths: Vec<_> = manifest.entries().iter().map(|e| &e.path[..]).collect();
        assert_eq!(paths, ["a", "b", "b/c", "b/run.sh"]);
        assert_eq!(manifest.size(), 9);
        assert!(manifest.has_programs());
        let bytes = manifest.to_bytes();
        assert_eq!(bytes.len(), manifest.length());
        assert_eq!(Manifest::parse(&bytes), Ok(manifest));
        let empty = Manifest::default();
        assert_eq!(Manifest::parse(&empty.to_bytes()), Ok(empty));
    }

    #[test]
    fn a_path_that_could_lead_somewhere_else_is_refused() {
        let deep = |depth| vec!["d"; depth].join("/");
        for path in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "./a",
            "a\0",
            "a\nb",
            "a\u{85}",
            &"x".repeat(256),
            &deep(65),
        ] {
            assert_eq!(check_path(path), Err(ManifestError::Path), "{path:?}");
        }
        for path in [
            "a",
            "...",
            "a\\b",
            ".hidden",
            "ä/ö ü",
            &"x".repeat(255),
            &deep(64),
        ] {
            assert_eq!(check_path(path), Ok(()), "{path:?}");
        }
    }

    #[test]
    fn what_lies_in_something_that_is_no_folder_is_refused() {
        for entries in [
            vec![file("a/b")],
            vec![file("a"), file("a/b")],
            vec![folder("a"), file("a/b/c")],
        ] {
            assert_eq!(Manifest::new(entries), Err(ManifestError::Path));
        }
    }

    #[test]
    fn two_paths_that_some_disk_takes_for_one_are_refused() {
        for (one, other) in [
            ("a", "a"),
            ("Readme", "README"),
            ("\u{e9}", "e\u{301}"),
            ("\u{c9}", "e\u{301}"),
            ("straße", "STRASSE"),
            ("\u{1e9b}\u{323}", "\u{1e69}"),
        ] {
            let refused = Manifest::new(vec![file(one), file(other)]);
            assert_eq!(refused, Err(ManifestError::Twice), "{one} {other}");
        }
        assert!(Manifest::new(vec![file("a"), file("b")]).is_ok());
    }

    #[test]
    fn there_are_so_many_paths_and_no_more() {
        let entries = |count| (0..count).map(|n| file(&n.to_string())).collect();
        assert!(Manifest::new(entries(MAX_PATHS)).is_ok());
        assert_eq!(
            Manifest::new(entries(MAX_PATHS + 1)),
            Err(ManifestError::TooMany)
        );
        let long = format!("{}/", "x".repeat(250));
        let longs = (0..1 << 16).map(|n| file(&format!("x{n}{}", &long[..240])));
        assert_eq!(Manifest::new(longs.collect()), Err(ManifestError::TooMany));
    }

    #[test]
    fn a_count_takes_no_memory_before_its_entries_are_there() {
        let stated = [&[VERSION][..], &(MAX_PATHS as u32).to_le_bytes()].concat();
        assert_eq!(Manifest::parse(&stated), Err(ManifestError::Malformed));
        let beyond = [&[VERSION][..], &u32::MAX.to_le_bytes()].concat();
        assert_eq!(Manifest::parse(&beyond), Err(ManifestError::TooMany));
    }

    #[test]
    fn files_longer_than_any_disk_are_refused() {
        let mut large = file("a");
        if let ManifestContent::File { size, .. } = &mut large.content {
            *size = u64::MAX;
        }
        let entries = vec![large, file("b")];
        assert_eq!(Manifest::new(entries), Err(ManifestError::TooLarge));
    }

    proptest! {
        #[test]
        fn whatever_is_read_has_one_encoding(
            paths in proptest::collection::btree_set("[abAB]{1,2}(/[a-c.]{1,2}){0,2}", 0..6),
            at in any::<prop::sample::Index>(),
            byte: u8,
        ) {
            let entries = paths.iter().map(|path| match path.contains('/') {
                true => file(path),
                false => folder(path),
            });
            if let Ok(manifest) = Manifest::new(entries.collect()) {
                let mut bytes = manifest.to_bytes();
                prop_assert_eq!(Manifest::parse(&bytes), Ok(manifest));
                *at.get_mut(&mut bytes) = byte;
                if let Ok(read) = Manifest::parse(&bytes) {
                    prop_assert_eq!(read.to_bytes(), bytes);
                }
            }
        }
    }
}
