//! The page as it was built: every file of it, read once. What is not among them is never served.

use crate::status::Stop;
use crate::strings;
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The file that stands for its folder.
const INDEX: &str = "index.html";

/// How large it may be together, in bytes: what is larger is another folder.
const MOST: u64 = 64 << 20;

/// What a browser is told of every file. What the page itself may do stands in it.
pub(crate) const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", "frame-ancestors 'none'"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-cache"),
];

/// See the module text.
pub(crate) struct Page(BTreeMap<String, File>);

/// A file of the page.
pub(crate) struct File {
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Bytes,
}

impl Page {
    /// The page in this folder, or where `scripts/web` and an installation put it.
    ///
    /// # Errors
    /// That it is not there, or cannot be read.
    pub(crate) fn read(folder: Option<&Path>) -> Result<Self, Stop> {
        let folder = match folder {
            Some(folder) => Some(folder.to_owned()),
            None => usual_folders().find(|folder| folder.join(INDEX).is_file()),
        };
        let not_built = || Stop::bad_input(strings::page_not_built());
        let folder = folder.filter(|folder| folder.join(INDEX).is_file());
        let folder = folder.ok_or_else(not_built)?;
        let mut page = Self(BTreeMap::new());
        let (mut room, mut folders) = (MOST, vec![(folder, String::new())]);
        while let Some((folder, above)) = folders.pop() {
            page.read_folder(&folder, &above, &mut room, &mut folders)
                .map_err(|error| Stop::bad_input(strings::page_not_read(error)))?;
        }
        Ok(page)
    }

    fn read_folder(
        &mut self,
        folder: &Path,
        above: &str,
        room: &mut u64,
        folders: &mut Vec<(PathBuf, String)>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{above}/{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((entry.path(), path));
            } else if kind.is_file() {
                let size = entry.metadata()?.len();
                *room = (room.checked_sub(size)).ok_or(io::ErrorKind::FileTooLarge)?;
                let file = File {
                    media_type: media_type(&path),
                    bytes: fs::read(entry.path())?.into(),
                };
                self.0.insert(path, file);
            }
        }
        Ok(())
    }

    /// The same in a folder of another page, beside these files of that one.
    pub(crate) fn inside(self, folder: &str, others: &[(&'static str, &'static str)]) -> Self {
        let moved = self.0.into_iter();
        let mut all: BTreeMap<_, _> = moved
            .map(|(path, file)| (format!("/{folder}{path}"), file))
            .collect();
        for (path, text) in others {
            let file = File {
                media_type: media_type(path),
                bytes: Bytes::from_static(text.as_bytes()),
            };
            all.insert((*path).to_owned(), file);
        }
        Self(all)
    }

    /// Every file with its path, which begins with a slash.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// What is at this path, as it stands in a request.
    pub(crate) fn at(&self, path: &str) -> Option<&File> {
        match path.ends_with('/') {
            true => self.0.get(&format!("{path}{INDEX}")),
            false => self.0.get(path),
        }
    }
}

/// Beside a program that was built here, and beside one that was installed.
fn usual_folders() -> impl Iterator<Item = PathBuf> {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    let above = folder.and_then(Path::parent).map(Path::to_owned);
    ["web", "share/handfast/web"]
        .into_iter()
        .filter_map(move |name| Some(above.as_ref()?.join(name)))
}

fn media_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        // What Apple's phones look for has no extension.
        None if path.starts_with("/.well-known/") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> (tempfile::TempDir, Result<Page, Stop>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("page");
        fs::create_dir_all(root.join(".well-known")).unwrap();
        fs::write(folder.path().join("secret"), "not this").unwrap();
        fs::write(root.join("index.html"), "the page").unwrap();
        fs::write(root.join("core.wasm"), "wasm").unwrap();
        fs::write(root.join(".well-known/apple-app-site-association"), "{}").unwrap();
        let page = Page::read(Some(&root));
        (folder, page)
    }

    #[test]
    fn what_was_built_is_served_under_its_own_types_and_nothing_else_is() {
        let (_folder, page) = page();
        let page = page.unwrap();
        for (path, media_type) in [
            ("/", "text/html; charset=utf-8"),
            ("/index.html", "text/html; charset=utf-8"),
            ("/core.wasm", "application/wasm"),
            (
                "/.well-known/apple-app-site-association",
                "application/json",
            ),
        ] {
            assert_eq!(page.at(path).unwrap().media_type, media_type, "{path}");
        }
        for path in ["", "/secret", "/../secret", "//", "/.well-known/", "/core"] {
            assert!(page.at(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_folder_without_a_page_says_which_command_makes_one() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Page::read(Some(folder.path())).err().unwrap();
        assert!(stop.sentence.contains("scripts/web"), "{}", stop.sentence);
    }
}
