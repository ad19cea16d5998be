//! Any bytes from another process that uses the same home.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| handfast_native::remote::fuzz::lines(bytes));
