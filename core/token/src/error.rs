//! What can be wrong with a token's bytes, and with a value that should go into one.

/// Why a value cannot go into a token. The writer of a token meets it; a reader meets it as
/// [`TokenError::Malformed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// More than [`MAX_CANDIDATES`](super::MAX_CANDIDATES) candidates.
    #[error("more than 8 addresses: leave the least useful ones out")]
    TooManyCandidates,
    /// The same address and port twice.
    #[error("an address is listed twice: list it once")]
    DuplicateCandidate,
    /// A second mDNS name in one list.
    #[error("more than one .local name: keep one")]
    SecondMdnsName,
    /// An mDNS name marked as server-reflexive; a name only ever hides a host address.
    #[error("a .local name cannot be server-reflexive: mark it as a host address")]
    ReflexiveMdnsName,
    /// Not one label of letters, digits and inner hyphens followed by `.local`.
    #[error("not a .local name of one label: write it like printer.local")]
    NotAnMdnsName,
    /// Empty, or nothing in it can be seen.
    #[error("the text shows nothing: write something or leave it out")]
    Blank,
    /// More bytes of UTF-8 than the field holds.
    #[error("the text is too long: shorten it")]
    TooLong,
    /// A control character, or one that changes the direction of the text around it.
    #[error("the text holds an invisible control character: type it anew")]
    ForbiddenCharacter,
    /// Not UTF-8.
    #[error("the text is not UTF-8: type it anew")]
    NotUtf8,
    /// Not a usable start of a link.
    #[error("not a link base: write it like https://handfast.example/")]
    NotALinkBase,
}

/// Why bytes are not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The first byte names no kind of token.
    #[error("this is not a Handfast invitation or reply: check what was sent")]
    NotAToken,
    /// A known kind in a later version.
    #[error("this comes from a newer Handfast: update the app")]
    NewerVersion,
    /// The bytes end before the token does.
    #[error("a part is missing: ask for it to be sent again")]
    Cut,
    /// Bytes that no writer of this version makes; says which rule they break.
    #[error("it was altered on the way ({0}): ask for it to be sent again")]
    Malformed(&'static str),
    /// A field that no writer of this version makes.
    #[error("it was altered on the way ({0}): ask for it to be sent again")]
    Field(#[from] FieldError),
}
