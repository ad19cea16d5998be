//! What has a form of its own for serde: spans of time are milliseconds and those that were measured
//! nanoseconds, a path is a text, or an object with its bytes where it is none, and a tag is what people
//! call it.

use super::Tag;
use handfast_token::serialized::read_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(
            deserializer,
            "what people call something that waits",
            Self::from_text,
        )
    }
}

/// For `serde(with = ..)`. What is finer than a millisecond is left out.
pub(crate) mod milliseconds {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let span = span.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        span.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

/// For `serde(with = ..)`: a time that was measured.
pub(crate) mod nanoseconds {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        u64::try_from(span.as_nanos())
            .unwrap_or(u64::MAX)
            .serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_nanos)
    }
}

/// For `serde(with = ..)`: the same, where it may not be known.
pub(crate) mod nanoseconds_if_any {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::time::Duration;

    #[derive(Serialize, Deserialize)]
    struct Measured(#[serde(with = "super::nanoseconds")] Duration);

    pub(crate) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        span.map(Measured).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let span = Option::<Measured>::deserialize(deserializer)?;
        Ok(span.map(|span| span.0))
    }
}

/// For `serde(with = ..)`.
pub mod path {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::path::{Path, PathBuf};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Raw {
            #[serde(with = "handfast_token::serialized::base64url")]
            bytes: Vec<u8>,
        },
    }

    /// # Errors
    /// That of the format.
    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        let written = match path.to_str() {
            Some(text) => Written::Text(text.to_owned()),
            None => Written::Raw {
                bytes: path.as_os_str().as_encoded_bytes().to_vec(),
            },
        };
        written.serialize(to)
    }

    /// # Errors
    /// That of the format, or that this is no path of this system.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        match Written::deserialize(from)? {
            Written::Text(text) => Ok(text.into()),
            Written::Raw { bytes } => {
                of_bytes(bytes).ok_or_else(|| D::Error::custom("this system has no such paths"))
            }
        }
    }

    #[cfg(unix)]
    fn of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
        use std::os::unix::ffi::OsStringExt;
        Some(std::ffi::OsString::from_vec(bytes).into())
    }

    #[cfg(not(unix))]
    fn of_bytes(_: Vec<u8>) -> Option<PathBuf> {
        None
    }
}

/// For `serde(with = ..)`.
pub(crate) mod path_if_any {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::path::PathBuf;

    #[derive(Serialize, Deserialize)]
    struct OnePath(#[serde(with = "super::path")] PathBuf);

    pub(crate) fn serialize<S: Serializer>(
        path: &Option<PathBuf>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        path.clone().map(OnePath).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<PathBuf>, D::Error> {
        let path = Option::<OnePath>::deserialize(deserializer)?;
        Ok(path.map(|path| path.0))
    }
}
