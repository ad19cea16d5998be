//! Any text as an answer: writing it down has one result, whatever was typed.

#![no_main]

use handfast_core::seal::{Answers, MAX_ANSWER_BYTES, fuzz_answer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    fuzz_answer(typed);
    if Answers::new(&[typed]).is_ok() {
        assert!(typed.len() <= MAX_ANSWER_BYTES);
    }
});
