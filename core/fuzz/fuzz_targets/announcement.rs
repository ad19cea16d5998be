//! Any bytes as what somebody announces in the local network: as a name, and as values of a TXT record.

#![no_main]

use handfast_protocol::discovery::Announcement;
use libfuzzer_sys::fuzz_target;

const NAME: &str = "0123456789abcdef0123456789abcdef";

fuzz_target!(|bytes: &[u8]| {
    let Some((&[port, length], rest)) = bytes.split_first_chunk() else {
        return;
    };
    let (first, second) = rest.split_at(rest.len().min(length.into()));
    let text = String::from_utf8_lossy(rest);
    for (name, txt) in [
        (&*text, vec![("t0", first)]),
        (NAME, vec![("t0", first)]),
        (NAME, vec![("t0", first), ("t1", second)]),
        (NAME, vec![(&*text, first)]),
    ] {
        let Some(read) = Announcement::parse(name, port.into(), txt) else {
            continue;
        };
        assert_eq!(read.name(), name);
        let again = read.txt();
        let again = again.iter().map(|(key, value)| (*key, &value[..]));
        assert_eq!(Announcement::parse(name, read.port(), again), Some(read));
    }
});
