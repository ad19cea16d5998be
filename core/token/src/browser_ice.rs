//! The ICE credentials of a browser, as a token carries them.
//!
//! A browser chooses them itself, so nobody can derive them, and what it chooses has one of two forms: those of
//! Chromium and Safari, and those of Firefox. Each is written as the bytes that it stands for.

use super::reader::Reader;
use super::{IceCredentials, IcePassword, TokenError};
use crate::crypto::Secret;
use data_encoding::{BASE64_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

/// The most bytes of the field.
pub(super) const MAX_BYTES: usize = 22;

const BASE64: u8 = 1;
const HEX: u8 = 2;

/// See the module text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserIce(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// 4 and 24 characters of base64.
    Base64(Secret<21>),
    /// 8 and 32 hexadecimal digits.
    Hex(Secret<20>),
}

impl BrowserIce {
    /// What this browser chose. None where it is of neither form.
    pub fn new(chosen: &IceCredentials) -> Option<Self> {
        let password = chosen.password.expose();
        let both = Zeroizing::new([chosen.ufrag.as_str(), password].concat());
        let both = both.as_bytes();
        let form = match (chosen.ufrag.len(), password.len()) {
            (4, 24) => Form::Base64(secret(BASE64_NOPAD.decode(both).ok()?)?),
            (8, 32) => Form::Hex(secret(HEXLOWER.decode(both).ok()?)?),
            _ => return None,
        };
        Some(Self(form))
    }

    /// What it chose.
    pub fn credentials(&self) -> IceCredentials {
        let (both, ufrag) = match &self.0 {
            Form::Base64(bytes) => (BASE64_NOPAD.encode(bytes.expose()), 4),
            Form::Hex(bytes) => (HEXLOWER.encode(bytes.expose()), 8),
        };
        let both = Zeroizing::new(both);
        let (ufrag, password) = both.split_at(ufrag);
        IceCredentials {
            ufrag: ufrag.to_owned(),
            password: IcePassword::new(password).expect("either form is long enough"),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let (form, bytes): (u8, &[u8]) = match &self.0 {
            Form::Base64(bytes) => (BASE64, bytes.expose()),
            Form::Hex(bytes) => (HEX, bytes.expose()),
        };
        out.push(form);
        out.extend_from_slice(bytes);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, TokenError> {
        Ok(Self(match reader.byte()? {
            BASE64 => Form::Base64(Secret::new(reader.array()?)),
            HEX => Form::Hex(Secret::new(reader.array()?)),
            _ => return Err(TokenError::Malformed("an unknown form of credentials")),
        }))
    }
}

fn secret<const N: usize>(bytes: Vec<u8>) -> Option<Secret<N>> {
    let bytes = Zeroizing::new(bytes);
    bytes.as_slice().try_into().ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::super::examples::{CHROMIUM, FIREFOX};
    use super::*;
    use proptest::prelude::*;

    fn chosen((ufrag, password): (&str, &str)) -> IceCredentials {
        IceCredentials {
            ufrag: ufrag.to_owned(),
            password: IcePassword::new(password).unwrap(),
        }
    }

    #[test]
    fn what_a_browser_chose_takes_as_many_bytes_as_it_stands_for() {
        for (browser, bytes) in [(CHROMIUM, 22), (FIREFOX, 21)] {
            let chosen = chosen(browser);
            let ice = BrowserIce::new(&chosen).unwrap();
            assert_eq!(ice.credentials(), chosen);
            let mut written = Vec::new();
            ice.write(&mut written);
            assert_eq!(written.len(), bytes);
            assert!(written.len() <= MAX_BYTES);
            assert!(!format!("{ice:?}").contains(browser.0));
        }
    }

    #[test]
    fn what_has_neither_form_is_not_carried() {
        let (ufrag, password) = FIREFOX;
        for other in [
            (ufrag, CHROMIUM.1),
            (CHROMIUM.0, password),
            ("2CE53950", password),
            ("abcde", CHROMIUM.1),
            (ufrag, "27f8b851a910641c99e63d3d78f7b75g"),
        ] {
            assert_eq!(BrowserIce::new(&chosen(other)), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_has_one_way_to_be_written(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            let mut reader = Reader::new(&bytes);
            if let Ok(read) = BrowserIce::read(&mut reader) {
                let mut written = Vec::new();
                read.write(&mut written);
                prop_assert!(bytes.starts_with(&written));
                prop_assert_eq!(BrowserIce::new(&read.credentials()), Some(read));
            }
        }
    }
}
