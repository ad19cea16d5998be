//! Compression of contents: Zstandard (RFC 8878), one frame with a window of 8 MiB at most.
//!
//! Where C can be compiled, the `zstd` library does both. Where it cannot, as in a browser, `ruzstd` reads
//! contents, and they are written uncompressed.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(any(test, target_family = "wasm"))]
mod pure;

#[cfg(not(target_family = "wasm"))]
pub(super) use native::{compressing, decompressing, seems_compressible};
#[cfg(target_family = "wasm")]
pub(super) use pure::{compressing, decompressing, seems_compressible};

/// 8 MiB, as a power of two.
const MAX_WINDOW_LOG: u32 = 23;
