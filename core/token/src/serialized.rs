//! How what is handed out, and what is secret, is written for serde: as texts that people know. A token is
//! its text for pasting, bytes are unpadded base64url (RFC 4648 §5).
//!
//! Whoever writes a secret by this wipes what it was written to. Reading makes no copy of the text beside
//! that of the format, and no error repeats it.

use super::{
    Invitation, Label, LinkBase, SCHEME, SealedBundle, SealedHere, SealedReply, Secret, Token,
    bare_text,
};
use data_encoding::BASE64URL_NOPAD;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// Reads a text by `read`, which says None to one that is not `expected`.
///
/// # Errors
/// That of the format, or that this is not what was expected.
pub fn read_text<'de, D, T>(
    deserializer: D,
    expected: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Text(expected, read))
}

struct Text<F>(&'static str, F);

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let Self(expected, read) = self;
        read(text).ok_or_else(|| E::invalid_value(Unexpected::Other("another text"), &expected))
    }
}

/// Bytes as a text; for `serde(with = ..)`.
pub mod base64url {
    use super::*;

    /// # Errors
    /// That of the format.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(BASE64URL_NOPAD.encode(bytes));
        serializer.serialize_str(&text)
    }

    /// # Errors
    /// That of the format; another text, or another length.
    pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: TryFrom<Vec<u8>>,
    {
        let read = |text: &str| {
            BASE64URL_NOPAD
                .decode(text.as_bytes())
                .ok()?
                .try_into()
                .ok()
        };
        read_text(deserializer, "bytes in base64url", read)
    }
}

impl<const N: usize> Serialize for Secret<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(self.expose(), serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Secret<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "a secret in base64url", |text| {
            let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
            bytes.as_slice().try_into().ok().map(Self::new)
        })
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = Zeroizing::new(self.to_text_bytes());
        let text = Zeroizing::new(bare_text(&bytes));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "a token as a text", |text| {
            let text = text.strip_prefix(SCHEME)?;
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            Self::parse_text_bytes(bytes).ok()
        })
    }
}

impl Serialize for Invitation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Token::Invitation(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Invitation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Token::deserialize(deserializer)? {
            Token::Invitation(invitation) => Ok(invitation),
            Token::Reply(_) | Token::Here(_) | Token::Bundle(_) | Token::Sealed(_) => {
                Err(D::Error::custom("this is no invitation"))
            }
        }
    }
}

impl Serialize for SealedReply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Token::Reply(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SealedReply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Token::deserialize(deserializer)? {
            Token::Reply(reply) => Ok(reply),
            Token::Invitation(_) | Token::Here(_) | Token::Bundle(_) | Token::Sealed(_) => {
                Err(D::Error::custom("this is no reply"))
            }
        }
    }
}

impl Serialize for SealedHere {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Token::Here(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SealedHere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Token::deserialize(deserializer)? {
            Token::Here(here) => Ok(here),
            Token::Invitation(_) | Token::Reply(_) | Token::Bundle(_) | Token::Sealed(_) => {
                Err(D::Error::custom("this does not say where somebody is"))
            }
        }
    }
}

impl Serialize for SealedBundle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(self.as_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for SealedBundle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: Vec<u8> = base64url::deserialize(deserializer)?;
        Self::parse(&bytes).map_err(D::Error::custom)
    }
}

impl Serialize for LinkBase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for LinkBase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "the beginning of a link", |text| {
            Self::new(text).ok()
        })
    }
}

impl<const MAX: usize> Serialize for Label<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Label<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "a short text that can be shown", |text| {
            Self::new(text).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::any_token;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_token_is_no_token_and_no_error_repeats_it() {
        for text in [
            "",
            "handfast:",
            "handfast:AAAA",
            "https://handfast.example/#5",
            "rosebud",
        ] {
            let json = serde_json::to_string(text).unwrap();
            let error = serde_json::from_str::<Token>(&json).unwrap_err();
            assert!(!error.to_string().contains("rosebud"), "{error}");
            assert!(serde_json::from_str::<Secret<16>>(&json).is_err());
        }
        let long = serde_json::to_string(&"a".repeat(65)).unwrap();
        assert!(serde_json::from_str::<Label<64>>(&long).is_err());
    }

    proptest! {
        #[test]
        fn a_token_is_read_as_it_was_written(token in any_token(), secret: [u8; 16]) {
            let json = serde_json::to_string(&token).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Token>(&json).unwrap(), &token);
            let is = [
                serde_json::from_str::<Invitation>(&json).is_ok(),
                serde_json::from_str::<SealedReply>(&json).is_ok(),
            ];
            let expected = [
                matches!(token, Token::Invitation(_)),
                matches!(token, Token::Reply(_)),
            ];
            prop_assert_eq!(is, expected);
            let json = serde_json::to_string(&Secret::new(secret)).unwrap();
            prop_assert_eq!(json.len(), 24);
            let read: Secret<16> = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read, Secret::new(secret));
        }
    }
}
