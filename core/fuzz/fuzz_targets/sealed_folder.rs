//! Any bytes as an archive of files that somebody locked: what is listed lies in it, and leads nowhere else.

#![no_main]

use handfast_sealing::inside;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for file in inside(bytes).unwrap_or_default() {
        let end = file.from.checked_add(file.size).expect("a place in memory");
        assert!(end <= bytes.len() as u64);
        assert!(!file.path.starts_with('/') && !file.path.split('/').any(|part| part == ".."));
    }
});
