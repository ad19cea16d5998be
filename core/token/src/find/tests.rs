//! The finder against what really happens to texts.

use super::*;
use crate::examples::{any_token, invitation, reply};
use crate::{LinkBase, QrText, bare_text, link};
use proptest::prelude::*;

fn no_picture(_: &[u8]) -> Result<Vec<String>, String> {
    Err("no picture expected".into())
}

fn look(input: impl AsRef<[u8]>) -> Result<Token, FindError> {
    find(input.as_ref(), no_picture)
}

/// What a symbol in a restaurant says.
const MENU: &str = "https://example.org/menu";

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
    for length in 90..100 {
        let bytes = [b"HFS1\x01\x01", &vec![0xa7; length][..]].concat();
        let sealed = Token::Sealed(bytes.clone());
        assert_eq!(look(&bytes).unwrap(), sealed);
        let symbols = sealed.to_text_bytes();
        let bare = bare_text(&symbols);
        for text in [
            QrText::new(&LinkBase::DEFAULT, &symbols)
                .as_str()
                .to_owned(),
            link(&LinkBase::DEFAULT, &symbols),
            bare.clone(),
            bare.replace("handfast", "hfs1"),
            bare.replace("handfast", "HFS1"),
            bare["handfast:".len()..].to_owned(),
            format!("Here: {bare} bye"),
            format!("Here: {bare}-- bye"),
            format!("> {}\n> {}", &bare[..50], &bare[50..]),
        ] {
            assert_eq!(look(&text).unwrap(), sealed, "{text}");
        }
        for broken in [&bare[..bare.len() - 1], &bare[..60]] {
            assert!(matches!(look(broken), Err(FindError::Cut)));
        }
    }
}

#[test]
fn many_broken_containers_take_no_longer_than_one() {
    let pieces = "hfs1:SEZTMQEBp6enp6enp6enp6enp6en\n".repeat(MAX_FIND_BYTES / 40);
    assert!(matches!(look(pieces), Err(FindError::Cut)));
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
        b"BM\x36\x10\0\0\0\0\0\0\x36",
        b"\0\0\0\x18ftypheic",
        b"MM\0*\0\0\0\x08",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\">",
    ] {
        let read = |input: &[u8]| {
            assert_eq!(input, head);
            Ok::<_, String>(vec![qr.clone()])
        };
        assert_eq!(find(head, read).unwrap(), token);
        let unreadable = find(head, |_| Err("no symbol in this picture"));
        assert_eq!(
            unreadable.unwrap_err().to_string(),
            "no symbol in this picture"
        );
        let other = find(head, |_| Ok::<_, String>(vec![MENU.into()]));
        assert!(matches!(other, Err(FindError::Nothing)));
    }
    let large = [b"\xff\xd8\xff".to_vec(), vec![0; MAX_FIND_BYTES]].concat();
    assert_eq!(
        find(&large, |_| Ok::<_, String>(vec![qr.clone()])).unwrap(),
        token
    );
}

#[test]
fn the_symbol_with_a_token_is_taken_whatever_is_beside_it() {
    let [invitation, reply] = tokens();
    let wifi = "WIFI:T:WPA;S:guests;P:password;;".to_owned();
    let ours = forms(&invitation)[1].clone();
    let among = |texts: &[&String]| find_among(texts);
    let menu = MENU.to_owned();
    assert_eq!(among(&[&menu, &ours, &wifi]).unwrap(), invitation);
    assert_eq!(among(&[&ours, &ours]).unwrap(), invitation);
    assert!(matches!(among(&[&menu, &wifi]), Err(FindError::Nothing)));
    assert!(matches!(among(&[]), Err(FindError::Nothing)));
    let cut = ours[..90].to_owned();
    assert!(matches!(among(&[&cut, &wifi]), Err(FindError::Cut)));
    assert_eq!(among(&[&cut, &ours]).unwrap(), invitation);
    let theirs = forms(&reply)[1].clone();
    let both = among(&[&menu, &ours, &theirs]).unwrap_err();
    assert!(matches!(both, FindError::SeveralTokens(both) if both == [invitation, reply]));
    for (text, expected) in [(&menu, false), (&wifi, false), (&ours, true), (&cut, true)] {
        assert_eq!(is_token(text), expected, "{text}");
    }
}

#[test]
fn no_more_tokens_are_offered_than_a_person_can_choose_from() {
    let reply = |seed: u8| Token::Reply(reply().seal(&invitation().keys(), [seed; 8]));
    let texts: Vec<_> = (0..20).map(|seed| forms(&reply(seed))[0].clone()).collect();
    let many = find_among(&texts).unwrap_err();
    assert!(matches!(many, FindError::SeveralTokens(many) if many.len() == MOST_TOKENS));
    let one_text = look(texts.join(" ")).unwrap_err();
    assert!(matches!(one_text, FindError::SeveralTokens(many) if many.len() == MOST_TOKENS));
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
    let Err(FindError::SeveralTokens(both)) = look(text) else {
        panic!("both are there")
    };
    assert_eq!(both, [invitation.clone(), reply]);
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
        // A second or so; whatever grows with the square of a MiB takes hours on any machine.
        assert!(
            took < std::time::Duration::from_secs(120),
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
    fn a_changed_character_is_never_overlooked(
        token in any_token(), form in 0usize..3, at: prop::sample::Index, to in "[A-Za-z0-9_-]",
    ) {
        let mut text = forms(&token)[form].clone();
        let begins = text.find('#').or(text.find(':')).unwrap() + 1;
        let at = begins + at.index(text.len() - begins);
        let changed = text[at..=at] != to;
        text.replace_range(at..=at, &to);
        match look(&text) {
            Ok(found) => prop_assert_eq!(found != token, changed),
            Err(error) => prop_assert!(changed, "{}", error),
        }
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
