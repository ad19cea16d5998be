//! Any bytes as the list of what is in a folder.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| handfast_native::transfer::fuzz::manifest(bytes));
