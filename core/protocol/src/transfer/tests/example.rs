//! The worked example of `docs/protocol.md`, section 7: every line that the document states about it.

use super::super::tree::{BLOCK, GROUP};
use super::*;
use data_encoding::HEXLOWER;

const DOCUMENT: &str = include_str!("../../../../../docs/protocol.md");

fn body(message: &Message) -> Vec<u8> {
    let (head, tail) = message.encode();
    [&head[..], &tail[..]].concat()
}

#[test]
fn the_worked_example_is_what_the_document_says() {
    let content: Vec<u8> = (0..40_000_u32).map(|i| (i % 251) as u8).collect();
    let mut tree = Tree::new();
    tree.update(&content);
    let root = tree.finish();
    let size = content.len() as u64;
    let source = Source::Root(root);
    let want = Message::Want {
        number: 1,
        source,
        first: 1,
        count: 1,
    };
    let answer = tree.encode(&(1..2), block(&content, 1)).expect("read");
    let (before, group) = answer.split_at(answer.len() - GROUP as usize);
    assert_eq!(group, &content[GROUP as usize..2 * GROUP as usize]);
    let segment = tree.segment(0).expect("read");
    let segment = Message::Segment { number: 2, segment };
    let state = State::Coming(GROUP);
    let state = Message::State { source, state };
    let folder = ManifestEntry {
        path: "a".to_owned(),
        time: 1_700_000_000_000,
        content: ManifestContent::Folder,
    };
    let file = ManifestEntry {
        path: "a/b".to_owned(),
        time: 1_700_000_000_123,
        content: ManifestContent::File {
            size,
            root,
            may_run: false,
        },
    };
    let manifest = Manifest::new(vec![file, folder]).expect("a folder");
    let manifest = manifest.to_bytes();
    let lines = [
        ("root of the file", root.0.to_vec()),
        ("want", body(&want)),
        ("answer before its group", before.to_vec()),
        ("segment of the file", body(&segment)),
        ("state of the file", body(&state)),
        ("root of the manifest", Root::of(&manifest).0.to_vec()),
        ("manifest", manifest),
    ];
    let lines = lines.map(|(what, bytes)| format!("{what}: {}", HEXLOWER.encode(&bytes)));
    let missing = lines
        .iter()
        .filter(|line| !DOCUMENT.lines().any(|stated| stated == **line));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    let missing = missing.join("\n");
    assert!(
        missing.is_empty(),
        "docs/protocol.md has to state\n{missing}"
    );
    assert_eq!(BLOCK * GROUP, 256 << 10);
}
