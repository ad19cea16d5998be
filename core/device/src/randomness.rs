//! Where a device takes its random numbers from.

use handfast_token::Secret;

/// The operating system has no randomness to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this device has no random numbers: restart it, then try again")]
pub struct NoRandomness;

/// A source of random bytes: the operating system's in a product, a seeded one in a simulation.
///
/// A function that fills a slice is one.
pub trait Randomness: Send {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`NoRandomness`]; what `bytes` hold then is not random.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

impl<F: FnMut(&mut [u8]) -> Result<(), NoRandomness> + Send> Randomness for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self(bytes)
    }
}

/// `N` random bytes that may be seen.
pub(super) fn bytes<const N: usize>(from: &mut dyn Randomness) -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    from.fill(&mut bytes)?;
    Ok(bytes)
}

/// `N` random bytes that may not.
pub(super) fn secret<const N: usize>(from: &mut dyn Randomness) -> Result<Secret<N>, NoRandomness> {
    bytes(from).map(Secret::new)
}
