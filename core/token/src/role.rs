//! The two roles in which a device can meet another one.

/// The side of an invitation that this device is on. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Role {
    /// This device made the invitation, and waits.
    Host,
    /// This device accepted the invitation, and knocks.
    Guest,
}
