//! The two seats at the table.

/// Which side of an invitation this device is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// Made the invitation, and waits.
    Host,
    /// Accepted it, and knocks.
    Guest,
}
