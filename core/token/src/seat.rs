//! The two seats at the table.

/// Which side of an invitation this device is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// This device made the invitation, and waits.
    Host,
    /// This device accepted the invitation, and knocks.
    Guest,
}
