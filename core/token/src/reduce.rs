//! Takes from a text what messengers, mail clients and keyboards put into it.

/// What may stand between two pieces of one token: white space, marks of quotation, a soft line
/// break of quoted-printable. One or more of them.
pub(super) const GAP: u8 = b' ';
/// Any character that has no place in a link.
pub(super) const OTHER: u8 = 0;

/// The text in ASCII: invisible characters are gone, everything that may stand in a gap is
/// [`GAP`], full-width forms and look-alike hyphens are the plain ones, percent-encoding is undone
/// (up to three layers), and the rest is [`OTHER`]. Case stays.
pub(super) fn reduce(text: &str) -> Vec<u8> {
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
    use super::*;

    #[test]
    fn only_what_can_matter_is_left() {
        for (text, reduced) in [
            ("aB-_#:/", "aB-_#:/"),
            ("a\u{200b}b\u{ad}c\u{feff}d", "abcd"),
            ("a\r\n> b", "a    b"),
            ("a=\r\nb=c", "a   b=c"),
            ("“a” <b>", " a   b "),
            ("ä", "\0"),
            ("＃Ａ９", "#A9"),
            ("a\u{2011}b\u{2014}c", "a-b--c"),
            ("%23%2523%252523%25252523", "###%23"),
            ("%0a%00%C3%BC%2%zz%", " \0\0\0%2%zz%"),
        ] {
            assert_eq!(String::from_utf8(reduce(text)).unwrap(), reduced, "{text}");
        }
    }
}
