//! The two seats at the table.

/// Which side of an invitation this device is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Seat {
    /// This device made the invitation, and waits.
    Host,
    /// This device accepted the invitation, and knocks.
    Guest,
}
