//! Why a return came to nothing. The next one is tried by itself, unless a person decided.

/// The end of a return that did not become a channel. None of them counts against anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconnectFailure {
    /// Whoever opened the link does not hold what this contact has in common with us.
    #[error("this is not the contact that was looked for: compare when you meet")]
    Stranger,
    /// The other side broke the rules, or speaks another version.
    #[error("the other side said what this version does not understand; update the app")]
    Broken,
    /// The proofs took too long.
    #[error("they fell silent before the connection was ready: it is tried again")]
    Late,
    /// The link ended.
    #[error("they went away before the connection was ready: it is tried again")]
    WentAway,
    /// The person there does not give the conversation back, or has not decided in time.
    #[error("they did not agree to go on with a restored device: ask them another way")]
    Declined,
    /// The person here does not, or has not decided in time.
    #[error("nothing was given back: it is asked again when they come")]
    DeclinedHere,
    /// The person there says that the device which came in their name was not theirs.
    #[error(
        "they say that somebody else came in their name: meet them, or compare, before you go on"
    )]
    Disowned,
    /// The person here says so.
    #[error("somebody else came in your name: meet them, or compare, before you go on")]
    DisownedHere,
    /// What has to be kept could not be.
    #[error("this device could not keep what the connection needs: free some space and try again")]
    NotStored,
    /// This device had no randomness to give.
    #[error("this device could not prepare the connection; try again")]
    Local,
}
