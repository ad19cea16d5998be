//! What a waiting host does with a datagram from a stranger: find out, cheaply, whether it is a knock.
//!
//! A knock is a STUN binding request (RFC 8489) whose USERNAME names our fragment and whose integrity
//! was made with our password: only somebody who holds the invitation can send one. USERNAME also says
//! which certificate the guest will prove; see [`Knocker`]. Anything else costs a look at a few bytes.

use super::asked::{Transaction, transaction};
use super::certificate::provider;
use bytes::Bytes;
use handfast_token::{IceCredentials, InvitationKeys, Knocker, random_bytes};
use rtc_ice::attributes::control::{AttrControlled, AttrControlling};
use rtc_ice::attributes::priority::PriorityAttr;
use rtc_stun::attributes::{
    ATTR_ERROR_CODE, ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_USERNAME,
    ATTR_XORMAPPED_ADDRESS, AttrType,
};
use rtc_stun::error_code::{ErrorCode, ErrorCodeAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    BINDING_ERROR, BINDING_REQUEST as BINDING_REQUEST_TYPE, BINDING_SUCCESS as SUCCESS, Getter,
    Message, Setter, TransactionId,
};
use rtc_stun::textattrs::Username;

/// "Somebody else is at the table": the code of a refused knock (RFC 8656 names 486 a quota reached).
const TAKEN: ErrorCode = ErrorCode(486);

/// The priority of a peer-reflexive candidate of the first component (RFC 8445 §5.1.2).
const PEER_REFLEXIVE: u32 = (110 << 24) | (65_535 << 8) | 255;

/// PADDING of RFC 5780 §7.6 is 0x0026, but whoever does not know it must refuse the message. From 0x8000
/// on an unknown attribute is passed over (RFC 8489 §14); nobody has registered this one.
const PADDING: AttrType = AttrType(0xff26);

/// Says in an answer to a check that whoever answers knows of no tunnel. As PADDING, it is passed over by
/// whoever does not know it, and nobody has registered it.
const NO_TUNNEL: AttrType = AttrType(0xff27);

const HEADER: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
pub(super) const BINDING_REQUEST: [u8; 2] = [0, 1];
const BINDING_SUCCESS: [u8; 2] = [1, 1];
const BINDING_ERROR_TYPE: [u8; 2] = [1, 0x11];
const USERNAME: [u8; 2] = [0, 6];
const MESSAGE_INTEGRITY: [u8; 2] = [0, 8];

/// The guest who sent this datagram, if it is a knock at the host of an invitation, which has these
/// credentials.
pub(super) fn knocker(
    datagram: &[u8],
    keys: &InvitationKeys,
    host: &IceCredentials,
) -> Option<Knocker> {
    if !is_stun(datagram, BINDING_REQUEST) {
        return None;
    }
    let (host_half, guest_half) = username(datagram)?.split_once(':')?;
    if !host_half.starts_with(&host.ufrag) {
        return None;
    }
    verified(datagram, host.password.expose())?;
    keys.knocker(host_half, guest_half)
}

/// A check that a peer with these credentials takes, as ICE sends them (RFC 8445 §7.1.1). It nominates
/// nothing; whether it is answered is no concern of the sender's.
pub(super) fn check(
    ours: &IceCredentials,
    theirs: &IceCredentials,
    is_controlling: bool,
) -> Option<Bytes> {
    padded_check(ours, theirs, is_controlling, 0)
}

/// Such a check of this many bytes at least, a multiple of four, and the number under which it will be
/// answered.
pub(super) fn probe(
    ours: &IceCredentials,
    theirs: &IceCredentials,
    is_controlling: bool,
    size: usize,
) -> Option<(Transaction, Bytes)> {
    let datagram = padded_check(ours, theirs, is_controlling, size)?;
    transaction(&datagram).map(|number| (number, datagram))
}

/// The number of the check that is answered by a datagram, if it looks like such an answer; see
/// [`is_success`].
pub(super) fn answered(datagram: &[u8]) -> Option<Transaction> {
    transaction(datagram).filter(|_| is_stun(datagram, BINDING_SUCCESS))
}

fn padded_check(
    ours: &IceCredentials,
    theirs: &IceCredentials,
    is_controlling: bool,
    size: usize,
) -> Option<Bytes> {
    let control: Box<dyn Setter> = match is_controlling {
        true => Box::new(AttrControlling(0)),
        false => Box::new(AttrControlled(0)),
    };
    let mut message = Message::new();
    message
        .build(&[
            Box::new(BINDING_REQUEST_TYPE),
            Box::new(TransactionId(random_bytes().ok()?)),
            Box::new(Username::new(
                ATTR_USERNAME,
                format!("{}:{}", theirs.ufrag, ours.ufrag),
            )),
            control,
            Box::new(PriorityAttr(PEER_REFLEXIVE)),
            Box::new(Padding { to: size }),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                theirs.password.expose().to_owned(),
                provider().crypto(),
            )),
            Box::new(FINGERPRINT),
        ])
        .ok()?;
    Some(message.raw.into())
}

/// Fills a message up to a size, by an attribute of zeros that nobody has to understand. It counts on
/// integrity and fingerprint behind it, of 24 and 8 bytes.
struct Padding {
    to: usize,
}

impl Setter for Padding {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        let filled = message.raw.len() + 4 + 24 + 8;
        if let Some(missing) = self.to.checked_sub(filled) {
            message.add(PADDING, &vec![0; missing]);
        }
        Ok(())
    }
}

/// Whether a datagram is a check by somebody who knows these credentials of ours.
pub(super) fn is_check(datagram: &[u8], ours: &IceCredentials) -> bool {
    is_stun(datagram, BINDING_REQUEST)
        && username(datagram)
            .and_then(|name| name.split_once(':'))
            .is_some_and(|(named, _)| named == ours.ufrag)
        && verified(datagram, ours.password.expose()).is_some()
}

/// Whether a datagram is a check by the peer of a session, for us and in the other role than ours (RFC
/// 8445 §7.1.1): which side controls follows from the roles.
pub(super) fn is_peers_check(
    datagram: &[u8],
    ours: &IceCredentials,
    theirs: &IceCredentials,
    is_controlling: bool,
) -> bool {
    let our_role = match is_controlling {
        true => ATTR_ICE_CONTROLLING,
        false => ATTR_ICE_CONTROLLED,
    };
    is_stun(datagram, BINDING_REQUEST)
        && username(datagram).and_then(|name| name.split_once(':'))
            == Some((&ours.ufrag, &theirs.ufrag))
        && verified(datagram, ours.password.expose())
            .is_some_and(|message| !message.contains(our_role))
}

/// Whether a datagram says that the peer received a check, and was written by it.
pub(super) fn is_success(datagram: &[u8], theirs: &IceCredentials) -> bool {
    is_stun(datagram, BINDING_SUCCESS) && verified(datagram, theirs.password.expose()).is_some()
}

/// The same answer to a check, with the word that there is no tunnel here. None if it is no such answer.
pub(super) fn without_tunnel(answer: &[u8], ours: &IceCredentials) -> Option<Vec<u8>> {
    if !is_stun(answer, BINDING_SUCCESS) {
        return None;
    }
    let mut message = Message::new();
    message.raw = answer.to_vec();
    message.decode().ok()?;
    let mapped = message.get(ATTR_XORMAPPED_ADDRESS).ok()?;
    let mut marked = Message::new();
    marked
        .build(&[
            Box::new(message),
            Box::new(SUCCESS),
            Box::new(Raw(ATTR_XORMAPPED_ADDRESS, mapped)),
            Box::new(Raw(NO_TUNNEL, Vec::new())),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                ours.password.expose().to_owned(),
                provider().crypto(),
            )),
            Box::new(FINGERPRINT),
        ])
        .ok()?;
    Some(marked.raw)
}

/// Whether a datagram that is an authentic answer says so.
pub(super) fn knows_no_tunnel(answer: &[u8]) -> bool {
    attribute(answer, NO_TUNNEL.0.to_be_bytes()).is_some()
}

/// An attribute as it is.
struct Raw(AttrType, Vec<u8>);

impl Setter for Raw {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        message.add(self.0, &self.1);
        Ok(())
    }
}

/// The answer to a knock when the table is taken. None if the request cannot be answered.
pub(super) fn refusal(request: &[u8], ours: &IceCredentials) -> Option<Vec<u8>> {
    let mut message = Message::new();
    message.raw = request.to_vec();
    message.decode().ok()?;
    let mut answer = Message::new();
    answer
        .build(&[
            Box::new(message),
            Box::new(BINDING_ERROR),
            Box::new(ErrorCodeAttribute {
                code: TAKEN,
                reason: Vec::new(),
            }),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                ours.password.expose().to_owned(),
                provider().crypto(),
            )),
            Box::new(FINGERPRINT),
        ])
        .ok()?;
    Some(answer.raw)
}

/// Whether a datagram is the host's word that the table is taken. It may be an old one: see
/// [`Asked`](super::asked::Asked).
pub(super) fn is_refusal(datagram: &[u8], host: &IceCredentials) -> bool {
    if !is_stun(datagram, BINDING_ERROR_TYPE) {
        return false;
    }
    let Some(message) = verified(datagram, host.password.expose()) else {
        return false;
    };
    let mut code = ErrorCodeAttribute::default();
    message.contains(ATTR_ERROR_CODE) && code.get_from(&message).is_ok() && code.code == TAKEN
}

/// Type, magic cookie and length (RFC 8489 §5).
pub(super) fn is_stun(datagram: &[u8], kind: [u8; 2]) -> bool {
    datagram.len() >= HEADER
        && datagram[..2] == kind
        && datagram[4..8] == MAGIC_COOKIE
        && usize::from(u16::from_be_bytes([datagram[2], datagram[3]])) + HEADER == datagram.len()
}

/// Whom a check is for: the first half of its USERNAME.
pub(super) fn local_half(datagram: &[u8]) -> Option<&str> {
    username(datagram)?.split_once(':').map(|(half, _)| half)
}

fn username(datagram: &[u8]) -> Option<&str> {
    std::str::from_utf8(attribute(datagram, USERNAME)?).ok()
}

/// The first attribute of this type in front of the proof, found without decoding the message.
fn attribute(datagram: &[u8], kind: [u8; 2]) -> Option<&[u8]> {
    let mut rest = datagram.get(HEADER..)?;
    loop {
        let length = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        let value = rest.get(4..4 + length)?;
        if rest[..2] == kind {
            return Some(value);
        }
        if rest[..2] == MESSAGE_INTEGRITY {
            return None;
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
}

fn verified(datagram: &[u8], password: &str) -> Option<Message> {
    let mut message = Message::new();
    message.raw = datagram.to_vec();
    message.decode().ok()?;
    MessageIntegrity::check(&mut message, password.as_bytes(), provider().crypto()).ok()?;
    Some(message)
}
