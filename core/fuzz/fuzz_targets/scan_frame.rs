//! A camera frame with any numbers: the first bytes are the sides and the stride.

#![no_main]

use handfast_core::qr::Scanner;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, u8, &[u8])| {
    let (width, height, stride, luma) = input;
    let mut scanner = Scanner::new();
    for _ in 0..Scanner::ROUND {
        let _ = scanner.scan(luma, stride.into(), width.into(), height.into());
    }
});
