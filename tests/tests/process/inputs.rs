//! What people hand in by mistake.

use crate::peer::{Folder, Peer, run};
use data_encoding::BASE64URL_NOPAD;

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

/// An 8 by 8 PNG of one grey (RFC 2083), with a zlib stream that is stored, not compressed.
fn grey_png() -> Vec<u8> {
    let rows: Vec<u8> = (0..8).flat_map(|_| [0, 9, 9, 9, 9, 9, 9, 9, 9]).collect();
    let length = rows.len() as u16;
    let mut zlib = vec![0x78, 0x01, 0x01];
    zlib.extend(length.to_le_bytes());
    zlib.extend((!length).to_le_bytes());
    zlib.extend(&rows);
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
    chunk(b"IHDR", &[0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0]);
    chunk(b"IDAT", &zlib);
    chunk(b"IEND", &[]);
    png
}
