//! This machine's clock, and how long others are waited for at an end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a goodbye may take where nothing is left to deliver.
pub const GOODBYE: Duration = Duration::from_millis(800);

/// Seconds since 1970-01-01 UTC by this device's clock; 0 if it stands before that.
pub fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
