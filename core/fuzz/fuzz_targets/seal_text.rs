//! Any text as a container for messengers: what is read is written again as the same.

#![no_main]

use handfast_core::seal::{from_text, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(from_text(&text(bytes)).as_deref(), Ok(bytes));
    let Ok(typed) = std::str::from_utf8(bytes) else {
        return;
    };
    let prefixed = format!("hfs1:{typed}");
    for typed in [typed, &prefixed] {
        if let Ok(container) = from_text(typed) {
            assert_eq!(from_text(&text(&container)), Ok(container));
        }
    }
});
