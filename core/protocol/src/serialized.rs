//! What has a form of its own for serde: keys are base64url, trust is its reason, the string to compare a
//! number, a server its name, a locked message its container.

use crate::handshake::{PublicKey, ShortString, Trust, TrustReason};
use crate::log::LockedText;
use crate::network::StunServer;
use handfast_token::serialized::{base64url, read_text};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        base64url::deserialize(deserializer).map(Self)
    }
}

impl Serialize for Trust {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.reason().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trust {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TrustReason::deserialize(deserializer).map(Self::because)
    }
}

impl Serialize for ShortString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bits().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ShortString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_bits(u64::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("no string to compare has so many bits"))
    }
}

impl Serialize for StunServer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StunServer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "a server", |text| text.parse().ok())
    }
}

impl Serialize for LockedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(self.container(), serializer)
    }
}

impl<'de> Deserialize<'de> for LockedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let container: Vec<u8> = base64url::deserialize(deserializer)?;
        Self::new(container.into()).ok_or_else(|| D::Error::custom("this is no locked message"))
    }
}
