//! `handfast scan`: what the codes in pictures say.

use crate::output::{json_line, milliseconds, write_line};
use crate::status::Status;
use crate::{input, strings, words};
use handfast_native::qr::{Reading, scan_picture};
use handfast_native::token::{FindError, Token, find_among};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(clap::Args)]
#[command(after_help = strings::scan_examples())]
pub(crate) struct Args {
    #[arg(required = true, value_name = "PICTURE", help = strings::option_pictures())]
    pictures: Vec<PathBuf>,
    #[arg(long, help = strings::option_json_pictures())]
    pub(super) json: bool,
}

/// A code in a picture, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Read {
        file: String,
        text: String,
        kind: Kind,
        rung: String,
        inverted: bool,
        milliseconds: f64,
        corners: [(f32, f32); 4],
    },
    Failed {
        file: String,
        error: String,
        milliseconds: f64,
    },
}

pub(crate) fn run(args: &Args) -> Status {
    let mut status = Status::Done;
    for picture in &args.pictures {
        for line in read(picture) {
            if let Line::Failed { .. } = line {
                status = Status::Failed;
            }
            if args.json {
                write_line(&json_line(&line));
            } else {
                show(&line, args.pictures.len() > 1);
            }
        }
    }
    status
}

fn read(picture: &Path) -> Vec<Line> {
    let file = picture.to_string_lossy().into_owned();
    let started = Instant::now();
    let readings = input::read_file(picture)
        .map_err(|stop| stop.sentence)
        .and_then(|bytes| {
            scan_picture(&bytes).map_err(|error| words::of_place(&file, &words::picture(&error)))
        });
    let milliseconds = milliseconds(started.elapsed());
    let line = |reading: Reading| Line::Read {
        file: file.clone(),
        kind: kind(&reading.text),
        text: reading.text,
        rung: format!("{:?}", reading.rung).to_lowercase(),
        inverted: reading.inverted,
        milliseconds,
        corners: reading.corners,
    };
    match readings {
        Ok(readings) => readings.into_iter().map(line).collect(),
        Err(error) => vec![Line::Failed {
            file,
            error,
            milliseconds,
        }],
    }
}

fn show(line: &Line, several: bool) {
    match line {
        Line::Read {
            file, text, kind, ..
        } => {
            // What it is goes to standard error, so that the text alone can be piped on.
            let name = match several {
                true => format!("{}: ", words::line(file)),
                false => String::new(),
            };
            let _ = writeln!(std::io::stderr(), "{name}{}", kind.sentence());
            let shown: Vec<String> = text.lines().map(words::line).collect();
            write_line(&shown.join("\n"));
        }
        Line::Failed { error, .. } => {
            let _ = writeln!(std::io::stderr(), "handfast: {error}");
        }
    }
}

/// What kind of thing a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Invitation,
    Reply,
    Here,
    Bundle,
    Sealed,
    Newer,
    Damaged,
    Text,
}

impl Kind {
    fn sentence(self) -> &'static str {
        match self {
            Self::Invitation => strings::is_invitation(),
            Self::Reply => strings::is_reply(),
            Self::Here => strings::is_here(),
            Self::Bundle => strings::is_bundle(),
            Self::Sealed => strings::is_sealed(),
            Self::Newer => strings::is_newer(),
            Self::Damaged => strings::is_damaged(),
            Self::Text => strings::is_other(),
        }
    }
}

fn kind(text: &str) -> Kind {
    match find_among(&[text]) {
        Ok(Token::Invitation(_)) => Kind::Invitation,
        Ok(Token::Reply(_)) => Kind::Reply,
        Ok(Token::Here(_)) => Kind::Here,
        Ok(Token::Bundle(_)) => Kind::Bundle,
        Ok(Token::Sealed(_)) => Kind::Sealed,
        Err(FindError::NewerVersion) => Kind::Newer,
        Err(FindError::Cut) => Kind::Damaged,
        Err(_) => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        assert_eq!(kind("hello"), Kind::Text);
        assert_eq!(
            kind("https://handfast.example/#EQAAAAAAAAAAAAAAAAAAAAAAAAA"),
            Kind::Damaged
        );
    }

    #[test]
    fn a_line_for_programs_has_the_promised_keys() {
        let line = json_line(&Line::Read {
            file: "a.png".into(),
            text: "x".into(),
            kind: Kind::Text,
            rung: "blocks".into(),
            inverted: false,
            milliseconds: 1.5,
            corners: [(0.0, 1.0); 4],
        });
        assert_eq!(
            line,
            r#"{"file":"a.png","text":"x","kind":"text","rung":"blocks","inverted":false,"milliseconds":1.5,"corners":[[0.0,1.0],[0.0,1.0],[0.0,1.0],[0.0,1.0]]}"#
        );
    }
}
