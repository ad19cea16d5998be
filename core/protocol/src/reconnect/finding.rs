//! How two contacts find each other: keys that change with every day, and what is said by them.
//!
//! Finding and proving have different keys, so that a device that was restored, or has lost the last
//! thing it wrote, is still found. Nothing here proves anything: whoever copied a device can derive all
//! of it, and so recognise the pair's traffic. Days and hours are counted from 1970-01-01 UTC.

use super::Part;
use crate::handshake::PublicKey;
use handfast_token::{HERE_SALT, IceCredentials, SealedHere, Secret, kdf};

const SECONDS_A_DAY: u64 = 24 * 60 * 60;
const HOURS_A_DAY: u32 = 24;

/// How many days a key is derived forward at most. A clock that stands at zero lies less than that in
/// the past, and one that shows nonsense costs no more.
const MOST_DAYS: u32 = 36_525;

/// The highest number of a P-256 private key, big endian: the order of the group less one
/// (FIPS 186-5, SP 800-186 section 3.2.1.3).
const LAST_SCALAR: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x50,
];

/// What a contact is found by on one day and on every later one. It cannot be derived backwards, so
/// whoever gets it learns nothing about the days before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingKey {
    day: u32,
    key: Secret<32>,
}

impl FindingKey {
    /// The key of this day, as somebody keeps it.
    pub fn new(day: u32, key: Secret<32>) -> Self {
        Self { day, key }
    }

    /// The key of two who have just met; `day`: see [`first_day`].
    pub fn of_first_meeting(rs0: &Secret<32>, day: u32) -> Self {
        Self::new(day, kdf(rs0.expose(), "HFS1 find", &[]))
    }

    /// The day from which on this key finds.
    pub fn day(&self) -> u32 {
        self.day
    }

    /// The key itself, which is only ever stored sealed.
    pub fn expose(&self) -> &Secret<32> {
        &self.key
    }

    /// The key of this day. None of a day before, or of one more than a century away.
    pub fn at(&self, day: u32) -> Option<Self> {
        let days = day.checked_sub(self.day)?;
        if days > MOST_DAYS {
            return None;
        }
        let forward = |key: Secret<32>, _| kdf(key.expose(), "HFS1 find day", &[]);
        Some(Self::new(day, (0..days).fold(self.key.clone(), forward)))
    }

    /// What both sides use in this hour, counted from 1970. None before the day of this key.
    pub fn hour(&self, hour: u32) -> Option<RendezvousKeys> {
        let day = self.at(hour / HOURS_A_DAY)?;
        Some(day.rendezvous(Rendezvous::Hour(hour)))
    }

    /// What both sides use after this token. None before the day of this key.
    pub fn here(&self, token: &SealedHere) -> Option<RendezvousKeys> {
        let day = self.at(token.day().into())?;
        Some(day.rendezvous(Rendezvous::Here(token.salt())))
    }

    /// What an announcement in the local network says to the contact alone. `instance`: the 16 random bytes
    /// that the announcement is named by; `port`: the one that it leads to. None before the day of this key.
    pub fn mdns_tag(
        &self,
        announcer: PublicKey,
        instance: &[u8; 16],
        hour: u32,
        port: u16,
    ) -> Option<[u8; 4]> {
        let day = self.at(hour / HOURS_A_DAY)?;
        let parts: [&[u8]; 4] = [
            &announcer.0,
            instance,
            &hour.to_le_bytes(),
            &port.to_le_bytes(),
        ];
        let tag = kdf(day.key.expose(), "HFS1 here mdns", &parts);
        tag.expose().first_chunk().copied()
    }

    /// What is kept after a meeting: the key of the day before the earlier of both clocks, so that a clock
    /// that is behind finds as well. A key of a later day stays.
    pub fn kept_from(&self, ours: u64, theirs: u64) -> Self {
        self.at(first_day(ours, theirs))
            .unwrap_or_else(|| self.clone())
    }

    fn rendezvous(&self, at: Rendezvous) -> RendezvousKeys {
        let cookie = kdf(self.key.expose(), "HFS1 cookie", &[&at.to_bytes()]);
        RendezvousKeys {
            at,
            cookie: *cookie.expose().first_chunk().expect("of 32 bytes"),
            initiator: self.side(at, Part::Initiator),
            responder: self.side(at, Part::Responder),
        }
    }

    fn side(&self, at: Rendezvous, part: Part) -> SideKeys {
        let place = at.to_bytes();
        let derive = |label, parts: &[&[u8]]| kdf(self.key.expose(), label, parts);
        let side = [part.to_byte()];
        let ice = derive("HFS1 again ice", &[&place, &side]);
        let scalar = |counter: u8| derive("HFS1 again dtls", &[&place, &side, &[counter]]);
        let dtls = (0..=u8::MAX)
            .map(scalar)
            .find(is_scalar)
            .expect("of 2^32 derived numbers one is no scalar");
        SideKeys {
            ice: IceCredentials::of(&ice),
            dtls,
        }
    }
}

/// The day from which on two who meet now find each other: the one before the earlier of both clocks,
/// which are seconds since 1970 UTC. So it does not matter whose clock is ahead, nor that midnight is near.
pub fn first_day(ours: u64, theirs: u64) -> u32 {
    let day = ours.min(theirs) / SECONDS_A_DAY;
    u32::try_from(day).unwrap_or(u32::MAX).saturating_sub(1)
}

/// True for 1 up to the order of the group less one.
fn is_scalar(candidate: &Secret<32>) -> bool {
    *candidate.expose() != [0; 32] && *candidate.expose() <= LAST_SCALAR
}

/// Where in time two contacts look for each other: both have to mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rendezvous {
    /// This hour, counted from 1970-01-01 UTC.
    Hour(u32),
    /// The *here* token with this salt, whatever the clocks say.
    Here([u8; HERE_SALT]),
}

impl Rendezvous {
    fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Hour(hour) => hour.to_le_bytes().to_vec(),
            Self::Here(salt) => salt.to_vec(),
        }
    }
}

/// The cookie of a `ClientHello` (RFC 6347 §4.2.1).
pub type DtlsCookie = [u8; 20];

/// What two contacts knock by at one rendezvous. Both derive the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RendezvousKeys {
    /// The rendezvous.
    pub at: Rendezvous,
    /// The cookie that the first greeting of a tunnel shows, so that the server need not ask for one.
    pub cookie: DtlsCookie,
    /// Those of the side that is ICE-controlling and the DTLS client.
    pub initiator: SideKeys,
    /// Those of the other side.
    pub responder: SideKeys,
}

impl RendezvousKeys {
    /// Those of this part.
    pub fn of(&self, part: Part) -> &SideKeys {
        match part {
            Part::Initiator => &self.initiator,
            Part::Responder => &self.responder,
        }
    }
}

/// What one side uses at one rendezvous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideKeys {
    /// Username fragment and password of its ICE agent.
    pub ice: IceCredentials,
    /// The private key of its DTLS certificate: a scalar of P-256, big endian, from 1 up to the order of
    /// the group less one.
    pub dtls: Secret<32>,
}
