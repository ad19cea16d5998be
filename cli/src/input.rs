//! Finding the token in what a person hands in: a link, a path, standard input.

use crate::status::Stop;
use crate::terminal::StandardInput;
use crate::{strings, words};
use handfast_native::qr::{PictureError, scan_picture_for};
use handfast_native::token::{
    FindError, Invitation, SealedBundle, SealedReply, Token, find, is_picture, is_token,
};
use handfast_native::unfinished::folder_of;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most bytes of a file that are read: what the reader of pictures takes.
pub(crate) const MOST_BYTES: u64 = 128 << 20;

/// The most bytes of a file whose path is said in a conversation that are looked at: what is handed on has fewer, as a
/// file or drawn.
const MOST_DROPPED: u64 = 4 << 20;

/// The token in some bytes: a text, a picture, a file.
///
/// # Errors
/// As the finder says.
pub(crate) fn token_in(bytes: &[u8]) -> Result<Token, FindError> {
    find(bytes, |picture| {
        let readings = scan_picture_for(picture, is_token)?;
        Ok::<_, PictureError>(readings.into_iter().map(|reading| reading.text).collect())
    })
}

/// The token that an argument or a typed line means: `-` is standard input, the path of an existing
/// file is that file, and anything else is a text with the token in it.
///
/// # Errors
/// Why there is none.
pub(crate) fn token_of(argument: &str) -> Result<Token, NoToken> {
    if argument == "-" {
        return Ok(from_standard_input()?);
    }
    token_in_line(argument)
}

/// Where tokens that differ were found, the one of the kind that is meant. What is left to choose from is
/// of that kind, if there is any of it.
///
/// # Errors
/// As it was found, or when several are meant.
pub(crate) fn only(
    found: Result<Token, FindError>,
    is_meant: impl Fn(&Token) -> bool,
) -> Result<Token, FindError> {
    let Err(FindError::SeveralTokens(tokens)) = found else {
        return found;
    };
    let (mut meant, others): (Vec<_>, Vec<_>) = tokens.into_iter().partition(is_meant);
    match meant.len() {
        0 => Err(FindError::SeveralTokens(others)),
        1 => Ok(meant.remove(0)),
        _ => Err(FindError::SeveralTokens(meant)),
    }
}

/// The invitation among tokens.
///
/// # Errors
/// When it is something else.
pub(crate) fn invitation(token: Token) -> Result<Invitation, Stop> {
    match token {
        Token::Invitation(invitation) => Ok(invitation),
        Token::Reply(_) => Err(Stop::bad_input(strings::reply_not_invitation())),
        Token::Here(_) => Err(Stop::bad_input(strings::here_not_invitation())),
        Token::Bundle(_) => Err(Stop::bad_input(strings::bundle_not_invitation())),
        Token::Sealed(_) => Err(Stop::bad_input(strings::sealed())),
    }
}

/// The token that a typed line means: the path of an existing file is that file, and anything else is a
/// text with the token in it. A dash is a line like any other.
///
/// # Errors
/// Why there is none.
pub(crate) fn token_in_line(line: &str) -> Result<Token, NoToken> {
    match existing_file(line) {
        Some(path) => Ok(token_in(&read_file(&path).map_err(NoToken::File)?)?),
        None => Ok(token_in(line.as_bytes())?),
    }
}

/// What somebody handed on, if a typed line is nothing else: its text, or the path of a file that holds it.
pub(crate) fn bundle_in_line(line: &str) -> Option<SealedBundle> {
    let found = match existing_file(line) {
        Some(path) => {
            if path.metadata().ok()?.len() > MOST_DROPPED {
                return None;
            }
            token_in(&read_file(&path).ok()?)
        }
        // A sentence around it is meant for somebody.
        None if line.trim().contains(char::is_whitespace) => return None,
        None => token_in(line.as_bytes()),
    };
    match only(found, |token| matches!(token, Token::Bundle(_))) {
        Ok(Token::Bundle(bundle)) => Some(bundle),
        _ => None,
    }
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum NoToken {
    /// The file cannot be read.
    File(Stop),
    /// None is in it.
    Found(FindError),
}

impl From<FindError> for NoToken {
    fn from(error: FindError) -> Self {
        Self::Found(error)
    }
}

impl From<NoToken> for Stop {
    fn from(error: NoToken) -> Self {
        match error {
            NoToken::File(stop) => stop,
            NoToken::Found(error) => error.into(),
        }
    }
}

/// The reply that a typed line means.
///
/// # Errors
/// What to tell the person.
pub(crate) fn reply_of(line: &str) -> Result<SealedReply, String> {
    let found = match token_in_line(line) {
        Err(NoToken::Found(error)) => {
            only(Err(error), |token| matches!(token, Token::Reply(_))).map_err(NoToken::Found)
        }
        found => found,
    };
    match found {
        Ok(Token::Reply(reply)) => Ok(reply),
        Ok(Token::Invitation(_)) => Err(strings::own_invitation().into()),
        Ok(Token::Here(_) | Token::Bundle(_)) => Err(strings::no_reply_in_line().into()),
        Ok(Token::Sealed(_)) => Err(strings::locked_reply().into()),
        Err(NoToken::Found(FindError::Nothing)) => Err(strings::no_reply_in_line().into()),
        Err(error) => Err(Stop::from(error).sentence),
    }
}

/// A path as people paste, type or drop it: as it is where something is there by that name, else as a link
/// to a file, or with the quotes, backslashes and `~` of a shell.
pub(crate) fn path_of(text: &str) -> PathBuf {
    let text = text.trim();
    let literal = PathBuf::from(text);
    if literal.symlink_metadata().is_ok() {
        return literal;
    }
    let is_local = |rest: &&str| rest.starts_with('/');
    let link = text.strip_prefix("file://");
    let link = link.map(|rest| rest.strip_prefix("localhost").unwrap_or(rest));
    if let Some(path) = link.filter(is_local) {
        return path_of_bytes(percent_encoding::percent_decode_str(path).collect());
    }
    let bare = match unquoted(text) {
        Some(bare) => bare,
        None => text.to_owned(),
    };
    let home = bare
        .strip_prefix('~')
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = match (home, std::env::home_dir()) {
        (Some(rest), Some(home)) if !text.starts_with(['\'', '"']) => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(bare),
    };
    shown_as(&path).unwrap_or(path)
}

/// The one thing whose name is shown like the last part of this path, where that shows characters which are
/// none: no text can name it.
fn shown_as(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    if !name.contains(char::REPLACEMENT_CHARACTER) || path.symlink_metadata().is_ok() {
        return None;
    }
    let there = std::fs::read_dir(folder_of(path)).ok()?.flatten();
    let mut alike = there.filter(|entry| entry.file_name().to_string_lossy() == name);
    match (alike.next(), alike.next()) {
        (Some(one), None) => Some(path.with_file_name(one.file_name())),
        _ => None,
    }
}

/// The one word that this is for a shell. On Windows a backslash is part of a path.
fn unquoted(text: &str) -> Option<String> {
    if cfg!(windows) {
        let mut quotes = ['\'', '"'].into_iter();
        return quotes.find_map(|quote| {
            let bare = text.strip_prefix(quote)?.strip_suffix(quote)?;
            Some(bare.to_owned())
        });
    }
    // A lone quote in a name that is not quoted means itself.
    let mut words = shlex::split(text)?.into_iter();
    match (words.next(), words.next()) {
        (Some(word), None) => Some(word),
        _ => None,
    }
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // A link has a slash before the letter of a drive.
    PathBuf::from(text.strip_prefix('/').unwrap_or(&text))
}

fn existing_file(text: &str) -> Option<PathBuf> {
    let path = path_of(text);
    path.is_file().then_some(path)
}

/// A whole file, up to [`MOST_BYTES`] and one more, so that what is too large shows.
///
/// # Errors
/// A sentence that names the file.
pub(crate) fn read_file(path: &std::path::Path) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Stop::bad_input(words::unreadable(&path.to_string_lossy(), &error)))?;
    Ok(bytes)
}

/// Reads line after line until there is a token, so that what follows it stays for the chat.
fn from_standard_input() -> Result<Token, FindError> {
    let mut input = StandardInput::begin();
    let mut bytes = Vec::new();
    loop {
        let read = input.read_line(MOST_BYTES, &mut bytes).unwrap_or(0);
        if is_picture(&bytes) {
            let _ = (&mut input).take(MOST_BYTES).read_to_end(&mut bytes);
            return token_in(&bytes);
        }
        match token_in(&bytes) {
            Err(FindError::Nothing | FindError::Cut) if read > 0 => {}
            found => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_path_is_understood_as_people_drop_it() {
        let home = std::env::home_dir().unwrap_or_default();
        for (typed, meant) in [
            ("/a\\ b\\'s.png", PathBuf::from("/a b's.png")),
            ("'/it'\\''s here'", PathBuf::from("/it's here")),
            ("file:///a%20b%C3%A9.png", PathBuf::from("/a bé.png")),
            ("file://localhost/a", PathBuf::from("/a")),
            ("/several words.png", PathBuf::from("/several words.png")),
            ("~/notes.txt", home.join("notes.txt")),
            ("'~/notes.txt'", PathBuf::from("~/notes.txt")),
            ("~zoe/notes.txt", PathBuf::from("~zoe/notes.txt")),
        ] {
            assert_eq!(path_of(typed), meant, "{typed}");
        }
    }

    #[test]
    fn paths_lose_their_quotes() {
        for text in ["/a b.png", " '/a b.png' ", "\"/a b.png\""] {
            assert_eq!(path_of(text), PathBuf::from("/a b.png"));
        }
        assert_eq!(path_of("'half"), PathBuf::from("'half"));
    }

    #[test]
    fn what_is_no_token_says_so() {
        let stop = Stop::from(token_of("hello there").expect_err("no token"));
        assert_eq!(stop.kind, "not_a_token");
        let told = reply_of("hello there").expect_err("no reply");
        assert_eq!(told, strings::no_reply_in_line());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let stop = read_file(std::path::Path::new("/nowhere/x.png")).expect_err("not there");
        assert!(
            stop.sentence
                .starts_with("/nowhere/x.png: there is no such file")
        );
    }
}
