//! A container inside a picture, for a way that takes pictures and nothing else.
//!
//! It is a chunk of its own in a PNG (W3C PNG, third edition, section 5.3), which whoever shows the picture passes
//! over. It stays only where the file goes on as it is: a messenger that makes pictures smaller writes a new one
//! without it.

use super::head::CONTAINER;

/// What a person sees of it: a padlock.
const LOCKED: &[u8] = include_bytes!("locked.png");

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Ancillary, private, and safe to copy by who does not know it (section 5.4).
const CHUNK: [u8; 4] = *b"hfSd";
const END: [u8; 4] = *b"IEND";

/// Bytes of length, type and check around what a chunk holds.
const AROUND: usize = 12;

/// The most bytes of a container in a picture: 64 MiB, which a phone holds whole.
pub const MOST_IN_PICTURE: usize = 64 << 20;

/// A picture that looks locked, with this container inside.
///
/// # Panics
/// If the container is longer than [`MOST_IN_PICTURE`].
pub fn picture_with(container: &[u8]) -> Vec<u8> {
    assert!(container.len() <= MOST_IN_PICTURE);
    let (before, end) = LOCKED.split_at(LOCKED.len() - AROUND);
    let length = container.len() as u32;
    let check = {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&CHUNK);
        hasher.update(container);
        hasher.finalize()
    };
    [
        before,
        &length.to_be_bytes(),
        &CHUNK,
        container,
        &check.to_be_bytes(),
        end,
    ]
    .concat()
}

/// The container that a picture has inside. Nothing is checked of it: what was changed on the way does not open.
pub fn container_in(picture: &[u8]) -> Option<&[u8]> {
    let mut rest = picture.strip_prefix(SIGNATURE)?;
    loop {
        let (length, behind) = rest.split_first_chunk()?;
        let (kind, behind) = behind.split_first_chunk()?;
        let (content, behind) = behind.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        match *kind {
            CHUNK if content.starts_with(CONTAINER) => return Some(content),
            END => return None,
            _ => rest = behind.get(AROUND - 8..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_chunk_is_the_documented_one() {
        // The check was computed with Python's zlib.crc32(b"hfSdHFS1").
        let chunk = b"\0\0\0\x04hfSdHFS1\x82\x1d\x39\x61";
        let picture = picture_with(b"HFS1");
        let begin = LOCKED.len() - AROUND;
        assert_eq!(&picture[begin..][..chunk.len()], chunk);
        assert_eq!(&picture[begin + chunk.len()..], &LOCKED[begin..]);
        assert_eq!(&LOCKED[begin..], b"\0\0\0\0IEND\xae\x42\x60\x82");
    }

    #[test]
    fn a_picture_without_a_container_has_none() {
        assert_eq!(container_in(LOCKED), None);
        assert_eq!(container_in(b""), None);
        let mut other = picture_with(b"HFS1 and more");
        let place = other.len() - AROUND - 4 - 13;
        other[place] = b'h';
        assert_eq!(container_in(&other), None);
    }

    proptest! {
        #[test]
        fn what_goes_into_a_picture_comes_out(more: Vec<u8>) {
            let container = [&CONTAINER[..], &more].concat();
            let picture = picture_with(&container);
            prop_assert_eq!(container_in(&picture), Some(&container[..]));
        }

        #[test]
        fn a_picture_that_was_cut_has_the_whole_container_or_none(more: Vec<u8>, cut: prop::sample::Index) {
            let container = [&CONTAINER[..], &more].concat();
            let picture = picture_with(&container);
            let found = container_in(&picture[..cut.index(picture.len())]);
            prop_assert!(found.is_none_or(|found| found == container));
        }

        #[test]
        fn arbitrary_chunks_never_panic(chunks: Vec<u8>) {
            let _ = container_in(&[SIGNATURE, &chunks].concat());
        }
    }
}
