//! Where a value stands in the graph of a room: parts between `/`, as in a folder.

use crate::malformed::Malformed;
use crate::signing::AuthorKey;
use data_encoding::BASE32_NOPAD;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::fmt;

/// Longest path in bytes.
pub const MAX_PATH: usize = 512;

/// A path of 1 to 512 bytes: text in NFC, parts between `/`, none of them empty.
///
/// A part `~KEY`, with a signing key in base32, binds everything beneath to that author. What begins with
/// the part `@` belongs to founder and keepers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

impl Path {
    /// Reads one.
    ///
    /// # Errors
    /// When it is no path.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let is_long = !(1..=MAX_PATH).contains(&text.len());
        let has_gap = || text.split('/').any(str::is_empty);
        let is_composed = || ComposingNormalizerBorrowed::new_nfc().is_normalized(text);
        match is_long || has_gap() || !is_composed() {
            true => Err(Malformed),
            false => Ok(Self(text.to_owned())),
        }
    }

    /// The part that binds what is beneath it to an author.
    pub fn owned_part(author: AuthorKey) -> String {
        format!("~{}", BASE32_NOPAD.encode(&author.0))
    }

    /// The one beneath it with that name.
    ///
    /// # Errors
    /// When that is no path.
    pub fn child(&self, name: &str) -> Result<Self, Malformed> {
        Self::parse(&format!("{}/{name}", self.0))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many parts it has.
    pub fn depth(&self) -> usize {
        self.0.split('/').count()
    }

    /// What stands behind `above` and its `/`, if this is beneath it.
    pub(crate) fn beneath(&self, above: &str) -> Option<&str> {
        self.0.strip_prefix(above)?.strip_prefix('/')
    }

    /// True if everything here belongs to founder and keepers.
    pub(crate) fn is_kept(&self) -> bool {
        self.0.split('/').next() == Some("@")
    }

    /// Those to whom it is bound. More than one: to nobody.
    pub(crate) fn owners(&self) -> impl Iterator<Item = AuthorKey> {
        self.0.split('/').filter_map(owner)
    }
}

/// Whom a part binds what is beneath it to.
fn owner(part: &str) -> Option<AuthorKey> {
    let key = BASE32_NOPAD.decode(part.strip_prefix('~')?.as_bytes());
    Some(AuthorKey(key.ok()?.try_into().ok()?))
}

/// True if a path from above leads through a part that is bound to an author.
pub(crate) fn leads_into_owned(rest: &str) -> bool {
    rest.split('/').any(|part| owner(part).is_some())
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({:?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_has_parts_and_none_is_empty() {
        for path in ["a", "a/b", "forum/topics/1", "ä", "@", " "] {
            assert!(Path::parse(path).is_ok(), "{path}");
        }
        // The last one is an a with a combining diaeresis, which NFC composes.
        for path in ["", "/", "/a", "a/", "a//b", "a\u{308}"] {
            assert_eq!(Path::parse(path), Err(Malformed), "{path}");
        }
        assert!(Path::parse(&"a".repeat(512)).is_ok());
        assert!(Path::parse(&"a".repeat(513)).is_err());
    }

    #[test]
    fn an_owned_part_says_to_whom_it_is_bound() {
        let author = AuthorKey([7; 32]);
        let path = Path::parse("likes")
            .expect("a path")
            .child(&Path::owned_part(author));
        assert!(path.expect("a path").owners().eq([author]));
        assert_eq!(
            Path::parse("likes/~me").expect("a path").owners().count(),
            0
        );
    }

    #[test]
    fn a_path_is_beneath_those_above_it() {
        let path = Path::parse("a/b/c").expect("a path");
        assert_eq!(path.beneath("a"), Some("b/c"));
        assert_eq!(path.beneath("a/"), None);
        assert_eq!(path.beneath("a/b/c"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text: String) {
            if let Ok(path) = Path::parse(&text) {
                prop_assert_eq!(path.as_str(), &text);
                prop_assert_eq!(path.depth(), text.matches('/').count() + 1);
            }
        }
    }
}
