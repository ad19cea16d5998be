//! Any datagrams at either end of a tunnel, while it is made and once it stands: nothing that a stranger
//! sends is taken for the peer's, and a standing tunnel goes on.

#![no_main]

use handfast_core::transport::fuzz::a_tunnel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| a_tunnel(bytes));
