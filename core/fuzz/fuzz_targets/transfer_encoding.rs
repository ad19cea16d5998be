//! Any bytes as an answer to a WANT.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| handfast_native::transfer::fuzz::encoding(bytes));
