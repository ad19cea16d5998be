//! What crosses processes, networks, languages and browsers. The tests lie in `tests/`; this library
//! holds what several of them, and the measurements, share.

pub mod frozen;
pub mod program;
pub mod stock;
