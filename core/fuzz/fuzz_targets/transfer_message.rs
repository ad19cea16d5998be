//! Any bytes as a message about a file.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| handfast_native::transfer::fuzz::message(bytes));
