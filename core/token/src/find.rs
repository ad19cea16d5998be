//! Finds the token in whatever a person hands in: a link, a text around it, a picture, a file.
//!
//! It forgives what happens on the way (a messenger wraps the link, a mail client quotes it, a
//! redirect encodes it), and what it returns was read by the strict parser. Well-formed is all that
//! means: an invitation has no checksum, and what was altered into another one shows in the
//! handshake, which binds its digest. This file opens no link and decides nothing about trust.
//!
//! How: the text is reduced to what can matter ([`reduce`]), and every run of token characters in
//! it is a place where a token may begin. From there runs are joined, over gaps, until the parser
//! takes them. As no token is the beginning of another, the words behind it are left alone; a sealed
//! container ends where its check bytes say so.

use std::borrow::Cow;
use std::error::Error;

use super::head::{CONTAINER, Kind, kind};
use super::png::container_in;
use super::reduce::{GAP, reduce};
use super::text::decode;
use super::{SCHEME, SEALED_SCHEME, Token, TokenError, digits, token};

/// The most bytes of text, or of a file that is no picture, that are searched: 1 MiB.
pub const MAX_FIND_BYTES: usize = 1 << 20;

/// The most tokens of which somebody is given the choice.
pub const MOST_TOKENS: usize = 9;

/// Why no token was found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing looks like a token.
    #[error(
        "no Handfast invitation or reply in there: copy the whole message, or ask for it again"
    )]
    Nothing,
    /// The beginning of a token is there, but not the whole of it was written.
    #[error("the invitation or reply is incomplete or was altered: ask for it to be sent again")]
    Cut,
    /// A token of a later version.
    #[error("this comes from a newer Handfast: update the app")]
    NewerVersion,
    /// Tokens that differ: the first ones of them, at least two and at most [`MOST_TOKENS`], in the order
    /// in which they were found. A person can be asked which one is meant.
    #[error("there is more than one invitation or reply in there: hand in only the one you mean")]
    SeveralTokens(Vec<Token>),
    /// More than [`MAX_FIND_BYTES`].
    #[error("this is too large for an invitation or reply: hand in only the message that holds it")]
    TooLarge,
    /// The picture could not be read, for the reader's own reason.
    #[error("{0}")]
    Picture(#[source] Box<dyn Error + Send + Sync>),
}

/// Finds the one token in `input`, which is a file's bytes or a text in UTF-8.
///
/// A picture ([`is_picture`]) that has a container inside ([`picture_with`](super::picture_with)) is taken for that.
/// Any other goes to `read_picture`, which returns the texts of all symbols in it and keeps its own limits; symbols
/// that hold something else ([`is_token`]) are passed over. Anything else is a token's raw bytes or a text: a link with a token behind
/// its `#` on whatever base, `handfast:` or `hfs1:` and a token, or a token alone. The same token several
/// times counts once.
///
/// ```
/// use handfast_token::{
///     Candidate, Candidates, Expiry, Fingerprint, Invitation, LinkBase, QR_LIFETIME, Secret, Token, find,
///     link,
/// };
///
/// let now = 1_790_000_000;
/// let invitation = Invitation {
///     secret: Secret::random()?,
///     expiry: Expiry::after(now, QR_LIFETIME),
///     fingerprint: Fingerprint([7; 32]),
///     candidates: Candidates::new(vec![Candidate::host("192.168.0.2:4000".parse()?)])?,
///     question: None,
///     name: None,
///     browser: None,
///     host_can_punch: true,
/// };
/// let link = link(&LinkBase::DEFAULT, &invitation.to_bytes());
/// let message = format!("Hello! Open this to talk to me: {link} See you soon.");
///
/// let found = find(message.as_bytes(), |_| Err("there is no picture"))?;
/// assert_eq!(found, Token::Invitation(invitation));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FindError`] says what to do next.
pub fn find<E: Into<Box<dyn Error + Send + Sync>>>(
    input: &[u8],
    read_picture: impl FnOnce(&[u8]) -> Result<Vec<String>, E>,
) -> Result<Token, FindError> {
    if is_picture(input) {
        if let Some(container) = container_in(input) {
            return Ok(Token::Sealed(container.to_vec()));
        }
        let texts = read_picture(input).map_err(|error| FindError::Picture(error.into()))?;
        return find_among(&texts);
    }
    if input.len() > MAX_FIND_BYTES {
        return Err(FindError::TooLarge);
    }
    match plain_text(input) {
        Some(text) => find_in_text(&text),
        None => find_in_bytes(input),
    }
}

/// Finds the one token in the texts of several symbols, such as those that a camera sees at a time.
/// Texts without a token are passed over, and the same token several times counts once.
///
/// # Errors
/// [`FindError`] says what to do next.
pub fn find_among<T: AsRef<str>>(texts: &[T]) -> Result<Token, FindError> {
    let mut sought = Sought::default();
    for text in texts {
        sought.look_at(text.as_ref());
    }
    sought.one()
}

/// True if this text holds a token, or what was meant as one. For whoever reads symbols, to know when the
/// right one is among them.
pub fn is_token(text: &str) -> bool {
    !matches!(find_in_text(text), Err(FindError::Nothing))
}

/// A file of raw bytes, or a text in some older encoding (its ASCII is enough).
fn find_in_bytes(input: &[u8]) -> Result<Token, FindError> {
    let as_bytes = match Token::parse(input) {
        Ok(token) => return Ok(token),
        Err(TokenError::NewerVersion) => FindError::NewerVersion,
        Err(TokenError::NotAToken) => FindError::Nothing,
        Err(_) => FindError::Cut,
    };
    match find_in_text(&String::from_utf8_lossy(input)) {
        Err(FindError::Nothing) => Err(as_bytes),
        found => found,
    }
}

/// True if these bytes begin as a picture does, of a kind that is read or of one whose name the reader of
/// pictures can tell.
pub fn is_picture(input: &[u8]) -> bool {
    let signatures: [&[u8]; 7] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"<svg",
    ];
    let webp = input.starts_with(b"RIFF") && input.get(8..12) == Some(b"WEBP");
    let heif = input.get(4..8) == Some(b"ftyp");
    // Two letters are too few: four bytes of zeros follow the length of the file.
    let bmp = input.starts_with(b"BM") && input.get(6..10) == Some(&[0; 4]);
    webp || heif
        || bmp
        || signatures
            .iter()
            .any(|signature| input.starts_with(signature))
}

/// The input as text, if it is UTF-8, or UTF-16 with its mark, without control characters. The raw
/// bytes of a token always hold some.
fn plain_text(input: &[u8]) -> Option<Cow<'_, str>> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.as_chunks().0.iter().map(|&pair| unit(pair)).collect();
        String::from_utf16(&units).ok().map(Cow::Owned)
    };
    let text = match input {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => Cow::Borrowed(std::str::from_utf8(input).ok()?),
    };
    (!text.contains(|c: char| c.is_control() && !c.is_whitespace())).then_some(text)
}

/// The fewest characters in one piece that make a run worth a look where nothing else announces a
/// token; so prose is never taken for one.
const UNANNOUNCED: usize = 24;
/// The fewest characters behind a `#` that are worth calling a token of a later version.
const NEWER: usize = 60;
/// The most pieces that a token may be broken into.
const MAX_PIECES: usize = 64;
/// The most characters of a token that is no container.
const MAX_SYMBOLS: usize = digits::encoded_len(token::MAX_BYTES);
/// How far back from a `#` our name is looked for.
const MAX_LINK: usize = 512;

fn find_in_text(text: &str) -> Result<Token, FindError> {
    let mut sought = Sought::default();
    sought.look_at(text);
    sought.one()
}

/// What was found so far, each token once.
#[derive(Default)]
struct Sought {
    found: Vec<Token>,
    /// The most telling reason why something was no token.
    failure: Option<FindError>,
}

impl Sought {
    fn one(mut self) -> Result<Token, FindError> {
        match self.found.len() {
            0 => Err(self.failure.unwrap_or(FindError::Nothing)),
            1 => Ok(self.found.remove(0)),
            _ => Err(FindError::SeveralTokens(self.found)),
        }
    }

    fn look_at(&mut self, text: &str) {
        if text.len() > MAX_FIND_BYTES {
            self.failure.get_or_insert(FindError::TooLarge);
            return;
        }
        let text = reduce(text);
        let mut at = 0;
        while self.found.len() < MOST_TOKENS
            && let Some(skipped) = text[at..].iter().position(|&b| is_symbol(b))
        {
            let run = at + skipped;
            at = run + run_length(&text[run..]);
            // Markdown writes _emphasis_; no token begins like that.
            let dashes = text[run..at]
                .iter()
                .take_while(|&&b| matches!(b, b'_' | b'-'))
                .count();
            match read_at(&text, run + dashes) {
                Reading::Found { token, end } => {
                    at = at.max(end);
                    if !self.found.contains(&token) {
                        self.found.push(token);
                    }
                }
                Reading::Newer => self.failure = Some(FindError::NewerVersion),
                Reading::Cut { end } => {
                    // What belongs to a broken container is not tried as the beginning of another.
                    at = at.max(end);
                    self.failure.get_or_insert(FindError::Cut);
                }
                Reading::Nothing => {}
            }
        }
    }
}

enum Reading {
    Found { token: Token, end: usize },
    Newer,
    Cut { end: usize },
    Nothing,
}

/// Reads the token that begins at `start`, if one does.
fn read_at(text: &[u8], start: usize) -> Reading {
    let first_run = run_length(&text[start..]);
    let before = announcement(&text[..start]);
    if first_run == 0 || (before != Announcement::Ours && first_run < UNANNOUNCED) {
        return Reading::Nothing;
    }
    let Pieces { symbols, ends } = collect(text, start);
    let promise = head(&symbols).map(kind);
    let container = promise == Some(Kind::Container) && is_container(&symbols);
    let last = ends.last().map_or(start, |&(_, end)| end);
    if container
        || matches!(
            promise,
            Some(Kind::Invitation | Kind::Reply | Kind::Here | Kind::Bundle)
        )
    {
        for (count, end) in ends {
            match decode(&symbols[..count]).map(Token::parse_text_bytes) {
                Some(Ok(token)) => return Reading::Found { token, end },
                None | Some(Err(TokenError::Cut)) => {}
                // The last digits of a piece say nothing until their group is whole.
                Some(Err(_)) if symbols[0].is_ascii_digit() && !digits::is_whole(count) => {}
                // More characters do not mend what is wrong already.
                Some(Err(_)) => break,
            }
        }
    }
    match (before, promise) {
        (Announcement::Ours, Some(Kind::Newer)) => Reading::Newer,
        (Announcement::Fragment, Some(Kind::Newer)) if first_run >= NEWER => Reading::Newer,
        (_, Some(Kind::Invitation | Kind::Reply | Kind::Here | Kind::Bundle)) => {
            Reading::Cut { end: start }
        }
        _ if container => Reading::Cut { end: last },
        (Announcement::Ours, _) if first_run >= UNANNOUNCED => Reading::Cut { end: start },
        _ => Reading::Nothing,
    }
}

/// What stands before a run of token characters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announcement {
    /// One of our schemes, or the fragment of a link with our name in it.
    Ours,
    /// The fragment of another link.
    Fragment,
    None,
}

fn announcement(before: &[u8]) -> Announcement {
    let name = SCHEME.trim_end_matches(':').as_bytes();
    if let Some(link) = before.strip_suffix(b"#") {
        let link = &link[link.len().saturating_sub(MAX_LINK)..];
        let from = link.iter().rposition(|&b| b == GAP).unwrap_or(0);
        let named = link[from..]
            .windows(name.len())
            .any(|part| part.eq_ignore_ascii_case(name));
        return if named {
            Announcement::Ours
        } else {
            Announcement::Fragment
        };
    }
    let scheme = before.strip_suffix(b"//").unwrap_or(before);
    let is_ours = |name: &str| {
        let last = &scheme[scheme.len().saturating_sub(name.len())..];
        last.eq_ignore_ascii_case(name.as_bytes())
    };
    match is_ours(SCHEME) || is_ours(SEALED_SCHEME) {
        true => Announcement::Ours,
        false => Announcement::None,
    }
}

/// The characters from one place on, joined over gaps.
struct Pieces {
    symbols: Vec<u8>,
    /// Where a token could end: how many symbols it has then, and the place in the text.
    ends: Vec<(usize, usize)>,
}

fn collect(text: &[u8], start: usize) -> Pieces {
    let digits_only = text[start].is_ascii_digit();
    let mut pieces = Pieces {
        symbols: Vec::with_capacity(128),
        ends: Vec::new(),
    };
    let mut at = start;
    for _ in 0..MAX_PIECES {
        let run = &text[at..at + run_length(&text[at..])];
        let fitting = if digits_only {
            run.iter().take_while(|b| b.is_ascii_digit()).count()
        } else {
            run.len()
        };
        let piece = &run[..fitting];
        let count = pieces.symbols.len();
        pieces.symbols.extend_from_slice(piece);
        let glued = run.get(fitting).is_some_and(u8::is_ascii_alphanumeric);
        if !glued {
            // A dash behind a token, or the end of _emphasis_, sticks to it.
            let dash = piece.windows(2).position(|pair| pair == b"--");
            let bare = piece
                .iter()
                .rposition(|b| !matches!(b, b'_' | b'-'))
                .map(|last| last + 1);
            let mut lengths = [dash, bare, Some(fitting)];
            lengths.sort_unstable();
            let known = lengths.into_iter().flatten();
            pieces
                .ends
                .extend(known.map(|length| (count + length, at + length)));
        }
        at += fitting;
        let gap = text[at..].iter().take_while(|&&b| b == GAP).count();
        let goes_on = gap > 0 && text.get(at + gap).is_some_and(|&b| is_symbol(b));
        if !goes_on || pieces.symbols.len() >= MAX_SYMBOLS {
            break;
        }
        at += gap;
    }
    pieces
}

/// The first byte of what the symbols encode.
fn head(symbols: &[u8]) -> Option<u8> {
    match symbols {
        [b'0'..=b'9', ..] => decode(symbols.get(..17)?)?.first().copied(),
        [first, second, ..] => {
            // Two more symbols make whole bytes of any two.
            decode(&[*first, *second, b'A', b'A'])?.first().copied()
        }
        _ => None,
    }
}

/// True if the symbols begin as a sealed container does.
fn is_container(symbols: &[u8]) -> bool {
    // The fewest symbols of either form that are whole bytes and hold the four letters.
    let length = if symbols[0].is_ascii_digit() { 17 } else { 8 };
    let start = symbols.get(..length).and_then(decode);
    start.is_some_and(|bytes| bytes.starts_with(CONTAINER))
}

fn is_symbol(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

fn run_length(text: &[u8]) -> usize {
    text.iter().take_while(|&&b| is_symbol(b)).count()
}

#[cfg(test)]
mod tests;
