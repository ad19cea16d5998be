//! Any bytes as a run of entries of a room, as what they say, as a path, as a value and as a message: each
//! has one encoding.

#![no_main]

use handfast_protocol::log::Kind;
use handfast_room::{Body, Certificate, Message, Path, RoomId, Run, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(run) = Run::parse(bytes.to_vec().into()) {
        assert_eq!(run.to_bytes(), bytes);
        assert!(run.verify(&RoomId([1; 32])).is_err());
    }
    if let Some((&kind, body)) = bytes.split_first()
        && let Ok(read) = Body::parse(Kind(kind), body.to_vec().into())
    {
        assert_eq!(read.to_bytes(), body);
        assert_eq!(read.kind(), Kind(kind));
    }
    if let Ok(certificate) = Certificate::parse(bytes.to_vec().into()) {
        assert_eq!(certificate.to_bytes()[..], *bytes);
    }
    if let Ok(message) = Message::parse(bytes.to_vec().into()) {
        assert_eq!(message.to_bytes(), bytes);
    }
    if let Ok(value) = Value::parse(bytes.to_vec().into()) {
        assert_eq!(value.to_bytes(), bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(path) = Path::parse(text)
    {
        assert_eq!(path.as_str(), text);
    }
});
