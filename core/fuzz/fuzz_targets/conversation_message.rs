//! Any bytes as a message of a conversation.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| handfast_core::conversation::fuzz_message(body));
