//! What people hand in by mistake.

use crate::peer::{Folder, Peer, run};
use data_encoding::BASE64URL_NOPAD;
use handfast_native::qr::{QUIET_ZONE, Symbol};

/// Changes the bytes in a link.
pub(crate) fn changed(link: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let (base, text) = link.split_once('#').expect("a link");
    let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
    change(&mut bytes);
    format!("{base}#{}", BASE64URL_NOPAD.encode(&bytes))
}

#[test]
fn bad_invitations_are_told_apart() {
    let folder = Folder::new();
    let (_host, link) = Peer::host(&folder, &[]);
    let other = folder.path("hello.txt");
    std::fs::write(&other, "hello").expect("a file");
    let newer = changed(&link, |bytes| bytes[0] = 0x12);
    let cut = &link[..link.len() - 9];
    for (input, kind) in [
        ("hello", "not_a_token"),
        ("", "not_a_token"),
        ("/nowhere/code.png", "not_a_token"),
        (&other, "not_a_token"),
        (&newer, "newer_version"),
        (cut, "damaged"),
    ] {
        let outcome = run(&["join", "--json", "--yes", input]);
        assert_eq!(outcome.status, Some(3), "{input}: {outcome:?}");
        let line: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("an object");
        assert_eq!(line["event"], "failed");
        assert_eq!(line["kind"], kind, "{input}");
        assert_eq!(line["status"], 3);
        let text = line["text"].as_str().expect("a sentence");
        assert!(text.contains(": "), "one thing to try: {text}");
    }
}

#[test]
fn a_picture_of_something_else_says_what_it_is_not() {
    let folder = Folder::new();
    // A small grey PNG, stored without compression.
    let picture = folder.path("grey.png");
    std::fs::write(&picture, grey_png()).expect("a file");
    let outcome = run(&["join", "--yes", &picture]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(outcome.stderr.contains("no code was found"), "{outcome:?}");

    let (broken, missing) = (folder.path("broken.png"), folder.path("missing.png"));
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\nbroken").expect("a file");
    let code = folder.path("code.png");
    let (_host, _) = Peer::host(&folder, &["--png", &code]);
    let outcome = run(&["scan", &picture, &broken, &missing, &code]);
    assert_eq!(outcome.status, Some(1));
    for part in [
        "no code was found",
        "not a picture",
        "there is no such file",
        "an invitation",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
    }
    assert!(
        outcome.stdout.starts_with("https://"),
        "the last one is read"
    );
}

#[test]
fn a_code_of_something_else_beside_the_invitation_is_passed_over() {
    let folder = Folder::new();
    let (_host, link) = Peer::host(&folder, &[]);
    let menu = "https://example.org/menu";
    let picture = folder.path("table.png");
    std::fs::write(&picture, sheet(&[menu, &link])).expect("a file");
    let outcome = run(&["scan", &picture]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains(menu) && outcome.stdout.contains(&link));
    let mut guest = Peer::guest(&folder, &picture, &[]);
    assert_eq!(guest.until("opened")["name"], "Ana");
}

#[test]
fn of_two_invitations_in_a_picture_none_is_taken_unasked_and_a_reply_beside_one_is_passed_over() {
    let folder = Folder::new();
    let (_host, link) = Peer::host(&folder, &[]);
    let (_other, another) = Peer::host(&Folder::new(), &[]);
    let picture = folder.path("two.png");
    std::fs::write(&picture, sheet(&[&link, &another])).expect("a file");
    let outcome = run(&["join", "--json", "--yes", &picture]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    let line: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("an object");
    assert_eq!(line["kind"], "several_tokens");

    let mut guest = Peer::guest(&folder, &link, &["--only-by-reply"]);
    let reply = guest.until("reply");
    let reply = reply["link"].as_str().expect("a link");
    std::fs::write(&picture, sheet(&[reply, &link])).expect("a file");
    Peer::guest(&Folder::new(), &picture, &[]).until("opened");
}

#[test]
fn the_vector_picture_of_an_invitation_is_read_and_a_kind_that_is_not_is_named() {
    let folder = Folder::new();
    let svg = folder.path("code.svg");
    let (_host, _) = Peer::host(&folder, &["--svg", &svg]);
    let outcome = run(&["scan", &svg]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stdout.starts_with("https://"));
    Peer::guest(&Folder::new(), &svg, &[]).until("opened");

    let heic = folder.path("photo.heic");
    std::fs::write(&heic, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").expect("a file");
    for outcome in [run(&["join", "--yes", &heic]), run(&["scan", &heic])] {
        assert!(outcome.stderr.contains("the kind HEIC"), "{outcome:?}");
        assert!(outcome.stderr.contains("as JPEG"), "{outcome:?}");
    }
}

/// The codes of some texts side by side.
fn sheet(texts: &[&str]) -> Vec<u8> {
    const SCALE: usize = 4;
    let symbols = texts
        .iter()
        .map(|text| Symbol::draw(text).expect("it fits"));
    let symbols: Vec<Symbol> = symbols.collect();
    let side = symbols.iter().map(|s| SCALE * s.outer_width()).max();
    let side = side.unwrap_or(0);
    let grey = |x: usize, y: usize| {
        let module = |at: usize| (at % side / SCALE).wrapping_sub(QUIET_ZONE);
        match symbols[x / side].is_dark(module(x), module(y)) {
            true => 0,
            false => 255,
        }
    };
    png(side * texts.len(), side, grey)
}

/// An 8 by 8 PNG of one grey.
fn grey_png() -> Vec<u8> {
    png(8, 8, |_, _| 9)
}

/// A grey PNG (RFC 2083), with a zlib stream that is stored, not compressed.
fn png(width: usize, height: usize, grey: impl Fn(usize, usize) -> u8) -> Vec<u8> {
    let grey = &grey;
    let row = |y| std::iter::once(0).chain((0..width).map(move |x| grey(x, y)));
    let rows: Vec<u8> = (0..height).flat_map(row).collect();
    let mut zlib = vec![0x78, 0x01];
    let blocks = rows.chunks(0xffff);
    let last = blocks.len() - 1;
    for (index, block) in blocks.enumerate() {
        let length = block.len() as u16;
        zlib.push(u8::from(index == last));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (a, b) = rows.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    zlib.extend((b << 16 | a).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], body: &[u8]| {
        let named = [kind, body].concat();
        let crc = !named.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| {
                (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())
            })
        });
        png.extend((body.len() as u32).to_be_bytes());
        png.extend(named);
        png.extend(crc.to_be_bytes());
    };
    let sides = [width as u32, height as u32].map(u32::to_be_bytes);
    chunk(b"IHDR", &[&sides.concat()[..], &[8, 0, 0, 0, 0]].concat());
    chunk(b"IDAT", &zlib);
    chunk(b"IEND", &[]);
    png
}
