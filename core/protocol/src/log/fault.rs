//! How logs and their exchange fail, and what to do next.

/// How the exchange of logs came to an end: by what the other side did, but for the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Fault {
    /// A message or an entry that this version cannot read.
    #[error("the other side sent something this version does not understand; update the app")]
    Malformed,
    /// A message that has no place here now.
    #[error("the other side sent what nobody asked for; connect again")]
    OutOfTurn,
    /// More than may be sent before it is acknowledged.
    #[error("the other side sent more than it may at a time; connect again")]
    TooMuch,
    /// An entry is missing before one that came.
    #[error("a message is missing before one that came; connect again")]
    Gap,
    /// An entry goes on from another one than stands before it.
    #[error(
        "what came does not go on from what is here; connect again, or ask them to update the app"
    )]
    OtherHash,
    /// An entry has a Lamport time that it cannot have.
    #[error("what came is out of order; connect again, or ask them to update the app")]
    OtherOrder,
    /// More incarnations, or more forks, than one person may have.
    #[error("they have begun anew too many times; meet again with a new invitation")]
    TooManyLogs,
    /// What came as this person's own is not.
    #[error("they sent what you are said to have written and have not; ask them about it")]
    NotMine,
    /// What was never sent was acknowledged.
    #[error("the other side acknowledged what was never sent; connect again")]
    NeverSent,
    /// The store answered something else than was asked.
    #[error("the record of this conversation is damaged; restore it from an export")]
    Damaged,
    /// The store could not read or write.
    #[error("this conversation could not be stored; make room and connect again")]
    Storage,
}

/// Why nothing can be written to the own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// This person has begun anew as often as a log lets them.
    #[error("this conversation was restored too many times; meet again with a new invitation")]
    NoIncarnationLeft,
    /// There are no numbers left.
    #[error("this conversation is full; meet again with a new invitation")]
    Full,
}
