//! Any packets of an authenticated peer, with the right tag and checksum, in an association that is being
//! made or is open.

#![no_main]

use handfast_core::transport::fuzz::an_association;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| an_association(bytes));
