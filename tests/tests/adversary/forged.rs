//! STUN as somebody writes it who has seen every datagram: without the passwords, and, where it says
//! so, with them.

use handfast_core::invitation::{Fingerprint, InvitationKeys};
use rtc::stun::attributes::{
    ATTR_FINGERPRINT, ATTR_ICE_CONTROLLING, ATTR_MESSAGE_INTEGRITY, ATTR_PRIORITY,
    ATTR_USE_CANDIDATE, ATTR_USERNAME,
};
use rtc::stun::error_code::{ErrorCode, ErrorCodeAttribute};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{
    BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, Message, MessageType, Setter, TransactionId,
};
use rtc::stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;

/// Answers to a check: a success and a "taken", each without integrity and with a guessed one.
pub(crate) fn answers(request: &[u8], guest: SocketAddr) -> Vec<Vec<u8>> {
    let Some(request) = decoded(request) else {
        return Vec::new();
    };
    let mapped = XorMappedAddress {
        ip: guest.ip(),
        port: guest.port(),
    };
    let taken = ErrorCodeAttribute {
        code: ErrorCode(486),
        reason: Vec::new(),
    };
    let mut answers = Vec::new();
    for sign in [unsigned, signed] {
        let mut success = begin(&request, BINDING_SUCCESS);
        mapped.add_to(&mut success).unwrap();
        answers.push(sign(success));
        let mut refusal = begin(&request, BINDING_ERROR);
        taken.add_to(&mut refusal).unwrap();
        answers.push(sign(refusal));
    }
    answers
}

/// Knocks made from a true one: for another certificate with the old integrity, and for the same one
/// without integrity and with a guessed one.
pub(crate) fn knocks(request: &[u8]) -> Vec<Vec<u8>> {
    let Some(decoded) = decoded(request) else {
        return Vec::new();
    };
    let (name, _) = decoded.attributes.get(ATTR_USERNAME);
    let Some(at) = find(request, &name.value) else {
        return Vec::new();
    };
    let mut other = request.to_vec();
    let last = &mut other[at + name.value.len() - 2];
    *last = if *last == b'A' { b'B' } else { b'A' };
    let mut copy = begin(&decoded, BINDING_REQUEST);
    for attribute in &decoded.attributes.0 {
        if ![ATTR_MESSAGE_INTEGRITY, ATTR_FINGERPRINT].contains(&attribute.typ) {
            copy.add(attribute.typ, &attribute.value);
        }
    }
    vec![other, unsigned(copy.clone()), signed(copy)]
}

/// A nominating check, as the guest with this certificate sends it, by somebody who can derive the
/// host's password.
pub(crate) fn check_of_a_holder(keys: &InvitationKeys, guest: Fingerprint) -> Vec<u8> {
    let host = keys.host_ice();
    let name = format!("{}:{}", host.ufrag, keys.guest_ice(guest).ufrag);
    let mut check = Message::new();
    check
        .build(&[Box::new(TransactionId::new()), Box::new(BINDING_REQUEST)])
        .unwrap();
    check.add(ATTR_USERNAME, name.as_bytes());
    check.add(ATTR_USE_CANDIDATE, &[]);
    check.add(ATTR_ICE_CONTROLLING, &[0xff; 8]);
    check.add(ATTR_PRIORITY, &[0x7e, 0xff, 0xff, 0xff]);
    sign(check, host.password.expose())
}

/// The answer to a check of the host's, as the guest gives it.
pub(crate) fn answer_of_a_holder(
    request: &[u8],
    host: SocketAddr,
    keys: &InvitationKeys,
    guest: Fingerprint,
) -> Option<Vec<u8>> {
    let request = decoded(request).filter(|message| message.typ == BINDING_REQUEST)?;
    let mut success = begin(&request, BINDING_SUCCESS);
    let mapped = XorMappedAddress {
        ip: host.ip(),
        port: host.port(),
    };
    mapped.add_to(&mut success).unwrap();
    Some(sign(success, keys.guest_ice(guest).password.expose()))
}

fn decoded(datagram: &[u8]) -> Option<Message> {
    let mut message = Message::new();
    message.raw = datagram.to_vec();
    message.decode().ok().map(|()| message)
}

/// A message of the same transaction.
fn begin(request: &Message, kind: MessageType) -> Message {
    let mut message = Message::new();
    message
        .build(&[Box::new(request.clone()), Box::new(kind)])
        .unwrap();
    message
}

fn unsigned(mut message: Message) -> Vec<u8> {
    FINGERPRINT.add_to(&mut message).unwrap();
    message.raw
}

fn signed(message: Message) -> Vec<u8> {
    sign(message, "AAAAAAAAAAAAAAAAAAAAAAAA")
}

fn sign(mut message: Message, password: &str) -> Vec<u8> {
    let provider = rtc::crypto::default_provider().unwrap();
    let password = password.to_owned();
    MessageIntegrity::new_short_term_integrity_with_provider(password, provider.crypto())
        .add_to(&mut message)
        .unwrap();
    unsigned(message)
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(part.len().max(1));
    windows.position(|window| window == part)
}
