//! Finds the token in whatever a person hands in: a link, a text around it, a picture, a file.
//!
//! It forgives what happens on the way (a messenger wraps the link, a mail client quotes it, a
//! redirect encodes it) and never guesses: what it returns was read by the strict parser, so the
//! characters of the token itself arrived as they were written. It opens no link and decides
//! nothing about trust.
//!
//! How: the text is reduced to what can matter ([`reduce`]), and every run of token characters in
//! it is a place where a token may begin. From there runs are joined, over gaps, until the parser
//! takes them. As no token is the beginning of another, the words behind it are left alone.

use std::borrow::Cow;
use std::error::Error;

use super::text::decode;
use super::token::{self, Kind, kind};
use super::{SCHEME, Token, TokenError, digits};

/// The most bytes of text, or of a file that is no picture, that are searched: 1 MiB.
pub const MAX_FIND_BYTES: usize = 1 << 20;

/// Why no token was found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing looks like a token.
    #[error(
        "no Handfast invitation or reply in there: copy the whole message, or ask for it again"
    )]
    Nothing,
    /// The beginning of a token is there, but not the whole of it as it was written.
    #[error("the invitation or reply is incomplete or was altered: ask for it to be sent again")]
    Cut,
    /// A token of a later version.
    #[error("this comes from a newer Handfast: update the app")]
    NewerVersion,
    /// Tokens that differ.
    #[error("there is more than one invitation or reply in there: hand in only the one you mean")]
    SeveralTokens,
    /// More than [`MAX_FIND_BYTES`].
    #[error("this is too large for an invitation or reply: hand in only the message that holds it")]
    TooLarge,
    /// The picture could not be read, for the reader's own reason.
    #[error("{0}")]
    Picture(#[source] Box<dyn Error + Send + Sync>),
}

/// Finds the one token in `input`, which is a file's bytes or a text in UTF-8.
///
/// A PNG, JPEG, GIF or WebP goes to `read_picture`, which returns the text of the symbol in it and
/// keeps its own limits. Anything else is a token's raw bytes or a text: a link with a token behind
/// its `#` on whatever base, `handfast:` and a token, or a token alone. The same token several
/// times counts once.
///
/// # Errors
/// [`FindError`] says what to do next.
pub fn find<E: Into<Box<dyn Error + Send + Sync>>>(
    input: &[u8],
    read_picture: impl FnOnce(&[u8]) -> Result<String, E>,
) -> Result<Token, FindError> {
    if is_picture(input) {
        let text = read_picture(input).map_err(|error| FindError::Picture(error.into()))?;
        return find_in_text(&text);
    }
    if input.len() > MAX_FIND_BYTES {
        return Err(FindError::TooLarge);
    }
    match plain_text(input) {
        Some(text) => find_in_text(&text),
        None => find_in_bytes(input),
    }
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

fn is_picture(input: &[u8]) -> bool {
    let webp = input.starts_with(b"RIFF") && input.get(8..12) == Some(b"WEBP");
    let signatures: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"];
    webp || signatures
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
/// The most characters of an invitation or reply.
const MAX_SYMBOLS: usize = digits::encoded_len(token::MAX_BYTES);
/// How far back from a `#` our name is looked for.
const MAX_LINK: usize = 512;

fn find_in_text(text: &str) -> Result<Token, FindError> {
    if text.len() > MAX_FIND_BYTES {
        return Err(FindError::TooLarge);
    }
    let text = reduce(text);
    let mut found: Option<Token> = None;
    let mut failure = FindError::Nothing;
    let mut at = 0;
    while let Some(skipped) = text[at..].iter().position(|&b| is_symbol(b)) {
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
                match &found {
                    Some(earlier) if *earlier != token => return Err(FindError::SeveralTokens),
                    _ => found = Some(token),
                }
            }
            Reading::Newer => failure = FindError::NewerVersion,
            Reading::Cut if matches!(failure, FindError::Nothing) => failure = FindError::Cut,
            Reading::Cut | Reading::Nothing => {}
        }
    }
    found.ok_or(failure)
}

enum Reading {
    Found { token: Token, end: usize },
    Newer,
    Cut,
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
    let container = symbols.starts_with(b"SEZTM");
    if container || matches!(promise, Some(Kind::Invitation | Kind::Reply)) {
        for (count, end) in ends {
            match decode(&symbols[..count]).map(|bytes| Token::parse(&bytes)) {
                // A container does not say where it ends, so it has to be in one piece.
                Some(Ok(Token::Sealed(_))) if end != start + first_run => {}
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
        (_, Some(Kind::Invitation | Kind::Reply)) => Reading::Cut,
        (Announcement::Ours, _) if first_run >= UNANNOUNCED => Reading::Cut,
        _ => Reading::Nothing,
    }
}

/// What stands before a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announcement {
    /// Our scheme, or the fragment of a link with our name in it.
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
    let last = &scheme[scheme.len().saturating_sub(SCHEME.len())..];
    match last.eq_ignore_ascii_case(SCHEME.as_bytes()) {
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

fn is_symbol(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

fn run_length(text: &[u8]) -> usize {
    text.iter().take_while(|&&b| is_symbol(b)).count()
}

/// What may stand between two pieces of one token: white space, marks of quotation, a soft line
/// break of quoted-printable. One or more of them.
const GAP: u8 = b' ';
/// Any character that has no place in a link.
const OTHER: u8 = 0;

/// The text in ASCII: invisible characters are gone, everything that may stand in a gap is
/// [`GAP`], full-width forms and look-alike hyphens are the plain ones, percent-encoding is undone
/// (up to three layers), and the rest is [`OTHER`]. Case stays.
fn reduce(text: &str) -> Vec<u8> {
    let mut reduced = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '=' if matches!(chars.peek(), Some('\r' | '\n')) => reduced.push(GAP),
            '"'
            | '\''
            | '`'
            | '<'
            | '>'
            | '|'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '\u{2018}'..='\u{201f}' => {
                reduced.push(GAP);
            }
            c if c.is_whitespace() => reduced.push(GAP),
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => {}
            // Keyboards turn "--" into a dash and "-" into a hyphen of their own.
            '\u{2014}' => reduced.extend_from_slice(b"--"),
            '\u{2010}'..='\u{2013}' | '\u{2212}' => reduced.push(b'-'),
            '\u{ff01}'..='\u{ff5e}' => reduced.push((u32::from(c) - 0xfee0) as u8),
            c if c.is_ascii_graphic() => reduced.push(c as u8),
            _ => reduced.push(OTHER),
        }
    }
    for _ in 0..3 {
        if !undo_percent(&mut reduced) {
            break;
        }
    }
    reduced
}

/// Undoes one layer of percent-encoding (RFC 3986 §2.1) in place; false if there was none.
fn undo_percent(text: &mut Vec<u8>) -> bool {
    let hex = |b: u8| char::from(b).to_digit(16).map(|digit| digit as u8);
    let (mut from, mut to) = (0, 0);
    while let Some(&b) = text.get(from) {
        let encoded = match text.get(from..from + 3) {
            Some(&[b'%', high, low]) => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        let (kept, length) = match encoded {
            Some(b) if b.is_ascii_graphic() => (b, 3),
            Some(b) if b.is_ascii_whitespace() => (GAP, 3),
            Some(_) => (OTHER, 3),
            None => (b, 1),
        };
        text[to] = kept;
        to += 1;
        from += length;
    }
    text.truncate(to);
    from != to
}

#[cfg(test)]
mod tests {
    use super::super::examples::{any_token, invitation, reply};
    use super::super::{LinkBase, QrText, bare_text, link};
    use super::*;
    use proptest::prelude::*;

    fn no_picture(_: &[u8]) -> Result<String, String> {
        Err("no picture expected".into())
    }

    fn look(input: impl AsRef<[u8]>) -> Result<Token, FindError> {
        find(input.as_ref(), no_picture)
    }

    fn tokens() -> [Token; 2] {
        let sealed = reply().seal(&invitation().keys(), [5; 8]);
        [Token::Invitation(invitation()), Token::Reply(sealed)]
    }

    /// Link, QR text, pasted text and the token alone.
    fn forms(token: &Token) -> [String; 4] {
        let bytes = token.to_bytes();
        let qr = QrText::new(&LinkBase::DEFAULT, &bytes).as_str().to_owned();
        let bare = bare_text(&bytes);
        let alone = bare.trim_start_matches(SCHEME).to_owned();
        [link(&LinkBase::DEFAULT, &bytes), qr, bare, alone]
    }

    fn wrapped(text: &str, width: usize, line_break: &str) -> String {
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(width)
            .map(String::from_utf8_lossy)
            .collect();
        lines.join(line_break)
    }

    #[test]
    fn a_token_is_found_whatever_happened_to_it() {
        type Mangle = fn(&str) -> String;
        let mangles: [(&str, Mangle); 33] = [
            ("as it is", |t| t.into()),
            ("new line", |t| format!("{t}\r\n")),
            ("words", |t| format!("Hi! Open this: {t} and call me back")),
            ("words on the next line", |t| {
                format!("Here\n{t}\nSee you at 12\n")
            }),
            ("full stop", |t| format!("Take {t}.")),
            ("brackets", |t| format!("(see <{t}>)")),
            ("Markdown link", |t| format!("[join]({t})")),
            ("Markdown emphasis", |t| format!("_{t}_ or **{t}**")),
            ("double quotes", |t| format!("\"{t}\", he said")),
            ("typographic quotes", |t| format!("„{t}“ und «{t}»")),
            ("JSON", |t| format!("{{\"text\":\"{t}\",\"id\":7}}")),
            ("HTML", |t| format!("<p><a href=\"{t}\">{t}</a></p>")),
            ("wrapped", |t| wrapped(t, 60, "\n")),
            ("wrapped, then words", |t| {
                format!("{}\nSee you", wrapped(t, 60, "\r\n"))
            }),
            ("narrow", |t| wrapped(t, 32, "\n")),
            ("quoted mail", |t| {
                format!("> Hello\n> {}\n> Bye", wrapped(t, 70, "\n> "))
            }),
            ("twice quoted mail", |t| {
                format!(">> {}", wrapped(t, 70, "\n>> "))
            }),
            ("quoted-printable", |t| {
                format!("Hello=\n {} bye", wrapped(t, 73, "=\r\n"))
            }),
            ("indented", |t| wrapped(t, 50, "\n\t    ")),
            ("zero-width spaces", |t| wrapped(t, 5, "\u{200b}")),
            ("soft hyphens", |t| wrapped(t, 9, "\u{ad}")),
            ("word joiner and byte order mark", |t| {
                format!("\u{feff}{}", wrapped(t, 7, "\u{2060}"))
            }),
            ("direction marks", |t| {
                format!("\u{200f}\u{202b}{t}\u{202c}")
            }),
            ("no-break spaces", |t| format!("a\u{a0}{t}\u{3000}b")),
            ("non-breaking hyphens", |t| t.replace('-', "\u{2011}")),
            ("smart dashes", |t| t.replace("--", "\u{2014}")),
            ("dash behind", |t| format!("{t}\u{2014}that is it")),
            ("full width", |t| {
                t.chars()
                    .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap_or(c))
                    .collect()
            }),
            ("encoded hash", |t| t.replace('#', "%23")),
            ("twice encoded", |t| {
                t.replace(':', "%253A")
                    .replace('/', "%252f")
                    .replace('#', "%2523")
            }),
            ("redirect", |t| {
                let t = t
                    .replace(':', "%3A")
                    .replace('/', "%2F")
                    .replace('#', "%23");
                format!("https://l.example.org/?u={t}&h=AT2xQ3-abcDEFghiJKLmnopQRSTuvwx")
            }),
            ("other languages", |t| format!("Grüße, hier: {t}\nجاهز 👍")),
            ("twice", |t| format!("{t}\n\n{t}")),
        ];
        for token in tokens() {
            for form in forms(&token) {
                for (name, mangle) in mangles {
                    let text = mangle(&form);
                    match look(&text) {
                        Ok(found) => assert_eq!(found, token, "{name}"),
                        Err(error) => panic!("{name}: {error} in\n{text}"),
                    }
                }
            }
        }
    }

    #[test]
    fn the_link_base_does_not_matter() {
        for token in tokens() {
            let alone = &forms(&token)[3];
            for before in [
                "https://h.example/#",
                "http://192.168.1.2:8080/x?y=z#",
                "HTTPS://HANDFAST.EXAMPLE/#",
                "handfast://open#",
                "handfast://",
                "Handfast:",
                "HANDFAST:#",
                "see handfast.example/#",
            ] {
                assert_eq!(look(format!("{before}{alone}")).unwrap(), token, "{before}");
            }
        }
    }

    #[test]
    fn a_file_may_hold_the_bytes_or_a_text() {
        for token in tokens() {
            assert_eq!(look(token.to_bytes()).unwrap(), token);
            let [link, ..] = forms(&token);
            let latin1 = [b"Gr\xfc\xdfe: ", link.as_bytes(), b"\n"].concat();
            assert_eq!(look(latin1).unwrap(), token);
            let exclaimed = [b"!\xfc\xdf ", link.as_bytes()].concat();
            assert_eq!(look(exclaimed).unwrap(), token);
            let utf16: Vec<u8> = format!("\u{feff}{link}\r\n")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            assert_eq!(look(utf16).unwrap(), token);
        }
    }

    #[test]
    fn a_sealed_container_is_recognised_and_left_whole() {
        let bytes = [b"HFS1\x01\x01", &[0xa7; 90][..]].concat();
        let sealed = Token::Sealed(bytes.clone());
        assert_eq!(look(&bytes).unwrap(), sealed);
        assert_eq!(
            look(format!("Here: {} bye", bare_text(&bytes))).unwrap(),
            sealed
        );
    }

    #[test]
    fn a_picture_goes_to_the_reader_of_symbols() {
        let [token, _] = tokens();
        let qr = &forms(&token)[1];
        for head in [
            &b"\x89PNG\r\n\x1a\n.."[..],
            b"\xff\xd8\xff\xe0",
            b"GIF89a..",
            b"RIFF\0\0\0\0WEBPVP8 ",
        ] {
            let read = |input: &[u8]| {
                assert_eq!(input, head);
                Ok::<_, String>(qr.clone())
            };
            assert_eq!(find(head, read).unwrap(), token);
            let unreadable = find(head, |_| Err("no symbol in this picture"));
            assert_eq!(
                unreadable.unwrap_err().to_string(),
                "no symbol in this picture"
            );
            let other = find(head, |_| Ok::<_, String>("https://example.org/menu".into()));
            assert!(matches!(other, Err(FindError::Nothing)));
        }
        let large = [b"\xff\xd8\xff".to_vec(), vec![0; MAX_FIND_BYTES]].concat();
        assert_eq!(
            find(&large, |_| Ok::<_, String>(qr.clone())).unwrap(),
            token
        );
    }

    #[test]
    fn what_is_no_token_is_nothing() {
        let prose = "If you could just open the app on your phone and look at the code that I will \
            show you in a moment then we would both be connected and could talk for as long as we \
            like without anybody in the middle who listens";
        for text in [
            "",
            "Hello",
            prose,
            &format!("Handfast: {prose}"),
            &format!("#{prose}"),
            "https://handfast.example/",
            "https://handfast.example/#about",
            "https://docs.example.org/guide#Examples",
            "https://chat.example.org/#EgxAbCdEfGhIjKlMnOpQrStUvWxYz",
            "+49 30 901820 and 0043 1 4000, order 123456789012345678901234567890",
            "https://signal.example/#CjQKIJ0nUq3mB1cQb8m1aP3nq5hQ7t2n8s0v4w6x8y0zAbCdEfGhIjKl",
            "%%%#%2%%23%zz",
        ] {
            assert!(
                matches!(look(text), Err(FindError::Nothing)),
                "{text}: {:?}",
                look(text)
            );
        }
        assert!(matches!(look([0, 1, 2, 255]), Err(FindError::Nothing)));
        assert!(matches!(
            look(vec![b'a'; MAX_FIND_BYTES + 1]),
            Err(FindError::TooLarge)
        ));
    }

    #[test]
    fn every_cut_says_so() {
        for token in tokens() {
            let [link, qr, bare, alone] = forms(&token);
            for (form, fewest) in [(link, 28), (qr, 26 + 24), (bare, 11), (alone, 24)] {
                for length in fewest..form.len() {
                    let cut = look(&form[..length]);
                    assert!(
                        matches!(cut, Err(FindError::Cut)),
                        "{}: {cut:?}",
                        &form[..length]
                    );
                }
            }
            let bytes = token.to_bytes();
            // The first bytes of a reply could as well be a text that begins with "!".
            for length in 6..bytes.len() {
                let cut = look(&bytes[..length]);
                assert!(matches!(cut, Err(FindError::Cut)), "{length}: {cut:?}");
            }
        }
        let [link, ..] = forms(&tokens()[0]);
        assert!(matches!(look(link.to_lowercase()), Err(FindError::Cut)));
    }

    #[test]
    fn a_whole_token_beside_a_cut_one_is_found() {
        let [invitation, reply] = tokens();
        let text = format!("{}\n\n{}", &forms(&invitation)[0][..80], forms(&reply)[0]);
        assert_eq!(look(text).unwrap(), reply);
    }

    #[test]
    fn different_tokens_are_not_chosen_between() {
        let [invitation, reply] = tokens();
        let text = format!("{}\n{}", forms(&invitation)[0], forms(&reply)[1]);
        assert!(matches!(look(text), Err(FindError::SeveralTokens)));
        let both_forms = format!("{} {}", forms(&invitation)[2], forms(&invitation)[1]);
        assert_eq!(look(both_forms).unwrap(), invitation);
    }

    #[test]
    fn a_later_version_says_so() {
        for mut bytes in tokens().map(|token| token.to_bytes()) {
            bytes[0] += 1;
            bytes.push(7);
            let base = LinkBase::new("https://h.example/").unwrap();
            for text in [
                link(&LinkBase::DEFAULT, &bytes),
                link(&base, &bytes),
                bare_text(&bytes),
                QrText::new(&base, &bytes).as_str().into(),
            ] {
                assert!(
                    matches!(look(&text), Err(FindError::NewerVersion)),
                    "{text}"
                );
            }
            assert!(matches!(look(&bytes), Err(FindError::NewerVersion)));
        }
    }

    #[test]
    fn a_hostile_text_is_searched_in_bounded_time() {
        let reply = "IQAAAAAAAAAAAAAAAAAA6QAAAAAA ";
        for piece in [
            "handfast:EQ ",
            "#EQ",
            "EQAAAAAAAAAAAAAAAAAAAAAA--AA ",
            reply,
            "EQ",
            "%2523",
        ] {
            let text = piece.repeat(MAX_FIND_BYTES / piece.len());
            let begun = std::time::Instant::now();
            let _ = look(&text);
            let took = begun.elapsed();
            assert!(
                took < std::time::Duration::from_secs(5),
                "{piece}: {took:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn words_around_and_breaks_inside_do_not_hide_a_token(
            token in any_token(), form in 0usize..3,
            before in "[a-zA-Z0-9 .,:!?#/\n-]{0,60}", after in "[a-zA-Z0-9 .,:!?#/\n-]{0,60}",
            breaks in prop::collection::vec((any::<prop::sample::Index>(), 0usize..6), 0..12),
        ) {
            let mut text = forms(&token)[form].clone();
            let begins = text.find('#').or(text.find(':')).unwrap() + 2;
            for (place, kind) in breaks {
                let mark = ["\n", "\r\n> ", "=\r\n", " ", "\u{200b}", "\u{a0}\t"][kind];
                let mut place = begins + place.index(text.len() - begins);
                while !text.is_char_boundary(place) || (text[..place].ends_with('=') || text[..place].ends_with("=\r")) {
                    place -= 1;
                }
                text.insert_str(place, mark);
            }
            prop_assert_eq!(look(format!("{before} {text} {after}")).unwrap(), token);
        }

        #[test]
        fn arbitrary_texts_never_panic(text in "(handfast:|#|[EHI][QS]|%[0-9a-f]{2}|[A-Za-z0-9_-]{1,30}|[\\s>=]|\\PC){0,30}") {
            let _ = look(&text);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = look(&bytes);
        }
    }
}
