//! The two roles in which a device can meet another one.

/// The side of an invitation that this device is on. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// This device made the invitation, and waits.
    Host,
    /// This device accepted the invitation, and knocks.
    Guest,
}
