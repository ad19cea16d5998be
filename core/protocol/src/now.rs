//! What the clocks say, as it is handed in.

use web_time::Instant;

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For intervals.
    pub monotonic: Instant,
    /// For expiry: seconds since 1970-01-01 UTC by this device's clock.
    pub unix: u64,
}
