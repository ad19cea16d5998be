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

/// Fills all of `bytes` by the operating system: the [`Randomness`] of every product.
///
/// # Errors
/// [`NoRandomness`] if it has none to give.
pub fn system_randomness(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    for part in bytes.chunks_mut(32) {
        let random = Secret::<32>::random().map_err(|_| NoRandomness)?;
        part.copy_from_slice(&random.expose()[..part.len()]);
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operating_system_fills_any_length() {
        let mut source = system_randomness;
        let (one, other): ([u8; 80], [u8; 80]) =
            (bytes(&mut source).unwrap(), bytes(&mut source).unwrap());
        assert_ne!(one[..40], other[..40]);
        assert_ne!(one[40..], other[40..]);
    }
}
