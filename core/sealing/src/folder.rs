//! Several files as one: a tape archive (POSIX ustar, with GNU's long names), as the program makes it of a folder.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Builder, Entry, EntryType, Header};

/// The most files and folders that are listed.
const MOST_ENTRIES: usize = 1 << 16;
/// The most bytes of a path inside.
const LONGEST_PATH: u64 = 4096;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// What it is called, with the folders that it is in.
    pub path: String,
    /// Where in the archive it begins, in bytes.
    pub from: u64,
    /// Its length in bytes.
    pub size: u64,
}

/// An archive that none of ours is: damaged, or with something in it that could do harm elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAFolder;

/// An archive of these files, each with its name, when it was changed in seconds since 1970-01-01 UTC, and its
/// bytes. Where two have one name, the second gets another.
pub fn pack(files: &[(&str, u64, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    let mut taken = BTreeSet::new();
    for (name, modified, bytes) in files {
        let name = free(name, &taken);
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(*modified);
        header.set_size(bytes.len() as u64);
        // A name of one part can always be written, and memory takes everything.
        let _ = builder.append_data(&mut header, &name, *bytes);
        taken.insert(name);
    }
    builder.into_inner().unwrap_or_default()
}

/// This name, without folders, or the first like it that is not taken.
fn free(name: &str, taken: &BTreeSet<String>) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let own: String = last.chars().filter(|c| !c.is_control()).collect();
    let own = match own.as_str() {
        "" | "." | ".." => "file",
        own => own,
    };
    let (stem, extension) = match own.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (own, String::new()),
    };
    let others = (2..).map(|number| format!("{stem} ({number}){extension}"));
    let mut names = std::iter::once(own.to_owned()).chain(others);
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

/// The files in an archive, in their order.
///
/// # Errors
/// [`NotAFolder`] for what the program would not unpack either.
pub fn inside(archive: &[u8]) -> Result<Vec<Inside>, NotAFolder> {
    let length = archive.len() as u64;
    let mut archive = Archive::new(Cursor::new(archive));
    let entries = archive.entries().map_err(|_| NotAFolder)?;
    let mut files = Vec::new();
    let mut long_path = None;
    for (number, entry) in entries.raw(true).enumerate() {
        let mut entry = entry.map_err(|_| NotAFolder)?;
        if number >= MOST_ENTRIES {
            return Err(NotAFolder);
        }
        let kind = entry.header().entry_type();
        let path = match long_path.take() {
            Some(path) => path,
            None => entry.header().path().map_err(|_| NotAFolder)?.into_owned(),
        };
        match kind {
            EntryType::GNULongName => long_path = Some(long_name(&mut entry)?),
            EntryType::Directory if goes_down(&path) => {}
            EntryType::Regular if goes_down(&path) => {
                let (from, size) = (entry.raw_file_position(), entry.size());
                if from.checked_add(size).is_none_or(|end| end > length) {
                    return Err(NotAFolder);
                }
                let path = path.to_string_lossy().into_owned();
                files.push(Inside { path, from, size });
            }
            _ => return Err(NotAFolder),
        }
    }
    Ok(files)
}

fn long_name(entry: &mut Entry<'_, impl Read>) -> Result<PathBuf, NotAFolder> {
    let mut bytes = Vec::new();
    let read = entry.take(LONGEST_PATH + 1).read_to_end(&mut bytes);
    read.map_err(|_| NotAFolder)?;
    let end = bytes.iter().position(|&byte| byte == 0);
    let end = end.unwrap_or(bytes.len());
    bytes.truncate(end);
    match bytes.len() as u64 {
        0..=LONGEST_PATH => String::from_utf8(bytes)
            .map(PathBuf::from)
            .map_err(|_| NotAFolder),
        _ => Err(NotAFolder),
    }
}

fn goes_down(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_come_out_of_an_archive_as_they_went_in() {
        let long = format!("{}.txt", "a".repeat(180));
        let files: [(&str, u64, &[u8]); 3] = [
            ("Über uns.txt", 1_790_000_000, b"we"),
            (&long, 0, b"long"),
            ("empty", 1, b""),
        ];
        let archive = pack(&files);
        let found = inside(&archive).unwrap();
        assert_eq!(found.len(), 3);
        for ((name, _, bytes), found) in files.iter().zip(&found) {
            assert_eq!(found.path, *name);
            let from = found.from as usize;
            assert_eq!(&archive[from..from + found.size as usize], *bytes);
        }
    }

    #[test]
    fn no_two_files_have_one_name_and_none_is_in_a_folder() {
        let files: [(&str, u64, &[u8]); 5] = [
            ("a.txt", 0, b"1"),
            ("b/a.txt", 0, b"2"),
            ("..\\a.txt", 0, b"3"),
            ("..", 0, b"4"),
            (".hidden", 0, b"5"),
        ];
        let found = inside(&pack(&files)).unwrap();
        let names: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(
            names,
            ["a.txt", "a (2).txt", "a (3).txt", "file", ".hidden"]
        );
    }

    #[test]
    fn what_could_do_harm_elsewhere_is_no_folder() {
        let with = |kind, path: &str| {
            let mut builder = Builder::new(Vec::new());
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(0);
            header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            builder.append(&header, &b""[..]).unwrap();
            builder.into_inner().unwrap()
        };
        assert_eq!(inside(&with(EntryType::Directory, "a/")), Ok(Vec::new()));
        assert_eq!(inside(&with(EntryType::Regular, "a/b")).unwrap().len(), 1);
        for (kind, path) in [
            (EntryType::Regular, "../a"),
            (EntryType::Regular, "/etc/passwd"),
            (EntryType::Directory, "a/../.."),
            (EntryType::Symlink, "a"),
            (EntryType::Link, "a"),
            (EntryType::Char, "a"),
        ] {
            assert_eq!(inside(&with(kind, path)), Err(NotAFolder), "{path}");
        }
    }

    #[test]
    fn an_archive_that_was_cut_is_none_or_lists_what_is_there() {
        let archive = pack(&[("a", 0, &[7; 2_000]), ("b", 0, &[8; 600])]);
        for cut in 0..archive.len() {
            for file in inside(&archive[..cut]).unwrap_or_default() {
                assert!(file.from + file.size <= cut as u64, "{cut}: {file:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, number in 0u8..8) {
            let mut archive = pack(&[("a", 0, &bytes)]);
            let _ = inside(&bytes);
            for (place, byte) in bytes.iter().enumerate() {
                let length = archive.len();
                archive[(place * 37 + usize::from(number)) % length] ^= byte;
            }
            let _ = inside(&archive);
        }
    }
}
