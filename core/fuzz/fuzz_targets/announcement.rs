//! Any bytes as what somebody announces in the local network: a name, and values of a TXT record.

#![no_main]

use handfast_protocol::discovery::Announcement;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, u16, Vec<(u8, &[u8])>)| {
    let (name, port, values) = input;
    let keys = ["t0", "t1", "t2"];
    let txt = values.iter().map(|(key, value)| (keys[usize::from(*key) % keys.len()], *value));
    let Some(read) = Announcement::parse(name, port, txt) else {
        return;
    };
    let again = read.txt();
    let again = again.iter().map(|(key, value)| (*key, &value[..]));
    assert_eq!(Announcement::parse(&read.name(), read.port(), again), Some(read));
});
