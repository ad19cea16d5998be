//! What goes as one message or one file: the parts of a long text, and what lies at a path.

use crate::{input, strings, words};
use handfast_native::conversation::{MAX_TEXT, ToSend};
use handfast_native::device::Saying;
use std::path::{Path, PathBuf};

/// How many bytes of a text go as the next message: all, or as many whole lines, words or characters as fit.
pub(super) fn part_of(text: &str) -> usize {
    if text.len() <= MAX_TEXT {
        return text.len();
    }
    let most = text.floor_char_boundary(MAX_TEXT);
    let half = text.floor_char_boundary(most / 2);
    // What is cut close to its beginning would go in twice as many messages.
    let end = |of: fn(char) -> bool| {
        let (at, c) = text[half..most].char_indices().rfind(|(_, c)| of(*c))?;
        Some(half + at + c.len_utf8())
    };
    end(|c| c == '\n')
        .or_else(|| end(char::is_whitespace))
        .unwrap_or(most)
}

/// The file or folder at this path, to be sent, and what of it is not; or why it cannot be. A disk may take
/// its time.
pub(super) async fn file(typed: String) -> Result<(Saying, Vec<String>), String> {
    file_at(input::path_of(&typed)).await
}

/// The same, where nobody has typed the path.
pub(crate) async fn file_at(path: PathBuf) -> Result<(Saying, Vec<String>), String> {
    let found = tokio::task::spawn_blocking(move || look_at(&path)).await;
    found.unwrap_or_else(|_| Err(strings::send_what().into()))
}

fn look_at(path: &Path) -> Result<(Saying, Vec<String>), String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::InvalidInput => words::not_a_file(&path.to_string_lossy()),
        _ => words::unreadable(&path.to_string_lossy(), &error),
    };
    let found = ToSend::at(path).map_err(unreadable)?;
    let left_out = found.as_folder().map(|folder| {
        let unread = folder.unread().iter().map(|(path, _)| path);
        folder.left_out().iter().chain(unread).cloned().collect()
    });
    let left_out: Vec<PathBuf> = left_out.unwrap_or_default();
    let told = match left_out.is_empty() {
        true => Vec::new(),
        false => vec![words::not_sent_along(&left_out)],
    };
    let saying = Saying::File {
        name: found.name,
        size: found.size,
        path: std::path::absolute(path).map_err(unreadable)?,
    };
    Ok((saying, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_goes_in_parts_that_are_together_the_same() {
        let words = "wörter und 日本語 ".repeat(9_000);
        for text in [
            "short".to_owned(),
            "é".repeat(70_000),
            words.clone(),
            words.replace("und", "\n"),
        ] {
            let (mut rest, mut parts) = (text.as_str(), Vec::new());
            while !rest.is_empty() {
                let (part, further) = rest.split_at(part_of(rest));
                assert!((1..=MAX_TEXT).contains(&part.len()));
                parts.push(part);
                rest = further;
            }
            assert_eq!(parts.concat(), text);
            assert!(parts.len() <= text.len() / (MAX_TEXT / 2) + 1);
            let is_cut_in_a_word = |part: &&str| part.ends_with(char::is_alphanumeric);
            let whole = &parts[..parts.len() - 1];
            assert!(!text.contains(' ') || !whole.iter().any(is_cut_in_a_word));
        }
    }
}
