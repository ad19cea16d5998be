//! Any bytes as a picture file.

#![no_main]

use handfast_core::qr::scan_picture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = scan_picture(bytes);
});
