//! Any bytes as a device that moves: what is read is written as it was read.

#![no_main]

use handfast_native::store::fuzz_export;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz_export(bytes));
