//! The rows of a conversation as a terminal shows them: each once, and of a file what has changed.

use crate::output::{Event, Output, hex};
use crate::{strings, words};
use handfast_native::device::{FileState, Lasting, Row, RowContent};
use std::collections::BTreeMap;
use std::path::Path;

/// The files on their way, and those that are offered, by row.
#[derive(Default)]
pub(crate) struct Files {
    files: BTreeMap<u64, File>,
    /// The number of the last one that was offered.
    last: u64,
    /// What both keep, as it was shown last, by row.
    kept: BTreeMap<u64, Kept>,
    /// It was told where begins what came while nobody looked.
    has_told_new: bool,
}

/// A row that both keep, as it was shown last.
#[derive(Clone, PartialEq)]
struct Kept {
    text: Option<String>,
    is_delivered: bool,
}

struct File {
    /// By which a person answers; None for one of ours.
    number: Option<u64>,
    /// It waits for their answer.
    asks: bool,
}

/// A text that is new.
fn said(row: &Row, text: &str) -> Event {
    let (number, text) = (row.number, text.to_owned());
    match row.ours {
        true => Event::MessageSent { row: number, text },
        false => Event::Message { row: number, text },
    }
}

impl Files {
    /// Shows a row that is new, or that has changed.
    pub(crate) fn show(&mut self, row: &Row, output: &mut Output) {
        if output.window().is_some() {
            return self.draw(row, output);
        }
        match &row.content {
            RowContent::Text(text) => match &row.lasting {
                Some(lasting) => self.show_kept(row, Some(text), lasting, output),
                None => output.tell(said(row, text)),
            },
            RowContent::Withdrawn | RowContent::Ended => {
                if let Some(lasting) = &row.lasting {
                    self.show_kept(row, None, lasting, output);
                }
            }
            RowContent::Disappearing { after, holds } => {
                let told = words::disappearing(row.ours, *after, *holds);
                let now = Kept {
                    text: Some(told.clone()),
                    is_delivered: false,
                };
                if self.kept.insert(row.number, now.clone()) != Some(now) {
                    output.tell(Event::Disappearing {
                        ours: row.ours,
                        after_s: *after,
                        holds: *holds,
                        text: told,
                    });
                }
            }
            RowContent::Restored => output.note(strings::row_restored()),
            RowContent::NotReadable => output.note(strings::row_not_readable()),
            RowContent::File { name, size, state } => {
                if !self.files.contains_key(&row.number) {
                    self.begin(row, name, *size, state, output);
                }
                let is_over = matches!(state, FileState::Done { .. } | FileState::Failed { .. });
                if let Some(event) = happened(row.ours, name, *size, state) {
                    output.tell(event);
                }
                if is_over {
                    self.files.remove(&row.number);
                }
            }
        }
    }

    /// Shows what is new of a row that both keep.
    fn show_kept(
        &mut self,
        row: &Row,
        text: Option<&String>,
        lasting: &Lasting,
        output: &mut Output,
    ) {
        let now = Kept {
            text: text.cloned(),
            is_delivered: lasting.is_delivered,
        };
        let (number, ours) = (row.number, row.ours);
        let before = self.kept.insert(number, now.clone());
        let is_new = before.is_none() && lasting.is_old && lasting.is_unread;
        if is_new && !std::mem::replace(&mut self.has_told_new, true) {
            output.tell(Event::New);
        }
        match (before, text) {
            (None, Some(text)) if lasting.is_old => output.tell(Event::Earlier {
                row: number,
                ours,
                at_ms: row.at,
                text: text.clone(),
            }),
            (None, Some(text)) => output.tell(said(row, text)),
            // Nobody here has seen it.
            (None, None) => {}
            (Some(before), text) if before.text != now.text => output.tell(match text {
                Some(text) => Event::Edited {
                    row: number,
                    ours,
                    text: text.clone(),
                },
                None if row.content == RowContent::Ended => {
                    Event::Disappeared { row: number, ours }
                }
                None => Event::TakenBack { row: number, ours },
            }),
            (Some(_), _) => {}
        }
        if ours && now.is_delivered && !lasting.is_old {
            output.tell(Event::Delivered { row: number });
        }
    }

    /// Shows it in a window, as it stands there.
    fn draw(&mut self, row: &Row, output: &Output) {
        let mut number = None;
        if let RowContent::File { state, .. } = &row.content {
            let known = self.files.get(&row.number);
            number = match known {
                Some(file) => file.number,
                None => self.insert(row, state),
            };
            if matches!(state, FileState::Done { .. } | FileState::Failed { .. }) {
                self.files.remove(&row.number);
            }
        }
        if let Some(window) = output.window() {
            window.update(|screen, at| screen.row(row, number, at));
        }
    }

    fn begin(&mut self, row: &Row, name: &str, bytes: u64, state: &FileState, output: &mut Output) {
        if let Some(number) = self.insert(row, state) {
            output.tell(Event::FileOffered {
                number,
                name: name.to_owned(),
                bytes,
                asks: matches!(state, FileState::Offered),
            });
        }
    }

    /// Knows of a file from now on. The number by which a person answers, if it is theirs.
    fn insert(&mut self, row: &Row, state: &FileState) -> Option<u64> {
        let asks = matches!(state, FileState::Offered);
        let number = (!row.ours).then(|| {
            self.last += 1;
            self.last
        });
        self.files.insert(row.number, File { number, asks });
        number
    }

    /// The rows of the offers that are meant by a number, or of all; they wait for no answer any more.
    pub(crate) fn answer(&mut self, which: &str) -> Vec<u64> {
        let number: Option<u64> = which.parse().ok();
        let is_meant = |file: &File| which.is_empty() || file.number == number;
        let waiting = self.files.iter_mut();
        let meant = waiting.filter(|(_, file)| file.asks && is_meant(file));
        let answered = meant.map(|(row, file)| {
            file.asks = false;
            *row
        });
        answered.collect()
    }

    /// Some are not through yet. An offer that waits for an answer is not under way.
    pub(crate) fn are_under_way(&self) -> bool {
        self.files.values().any(|file| !file.asks)
    }
}

/// What a file that is that far tells; None while nothing of it has moved.
fn happened(ours: bool, name: &str, bytes: u64, state: &FileState) -> Option<Event> {
    let name = name.to_owned();
    Some(match state {
        FileState::Waiting | FileState::Offered | FileState::Moving { done: 0 } => return None,
        FileState::Moving { done } => Event::FileProgress {
            name,
            done: *done,
            bytes,
            incoming: !ours,
        },
        FileState::Done {
            path: Some(path),
            hash,
            took,
        } => Event::FileReceived {
            name,
            path: as_seen_from_here(path).to_string_lossy().into_owned(),
            bytes,
            blake2b: hex(hash),
            seconds: took.as_secs_f64(),
        },
        FileState::Done {
            path: None,
            hash,
            took,
        } => Event::FileSent {
            name,
            bytes,
            blake2b: hex(hash),
            seconds: took.as_secs_f64(),
        },
        FileState::Failed { error, by_peer } => Event::FileFailed {
            text: words::file_failed(&name, *error, *by_peer),
            name,
            by_peer: *by_peer,
        },
    })
}

/// The path without the folder in which this program runs.
fn as_seen_from_here(path: &Path) -> &Path {
    match std::env::current_dir() {
        Ok(here) => path.strip_prefix(here).unwrap_or(path),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_native::conversation::FileError;

    fn offer(number: u64, state: FileState) -> Row {
        Row {
            number,
            ours: false,
            at: 0,
            before: None,
            lasting: None,
            content: RowContent::File {
                name: "a.txt".to_owned(),
                size: 5,
                state,
            },
        }
    }

    #[test]
    fn an_offer_is_answered_once_by_its_number_or_with_all_that_wait() {
        let (mut files, mut output) = (Files::default(), Output::new(true));
        for row in [10, 20, 30] {
            files.show(&offer(row, FileState::Offered), &mut output);
        }
        files.show(&offer(40, FileState::Moving { done: 0 }), &mut output);
        assert_eq!(files.answer("2"), [20]);
        for nothing in ["2", "4", "5", "x"] {
            assert!(files.answer(nothing).is_empty(), "{nothing}");
        }
        assert_eq!(files.answer(""), [10, 30]);
        assert!(files.answer("").is_empty());
    }

    #[test]
    fn what_waits_for_an_answer_or_is_through_is_not_under_way() {
        let (mut files, mut output) = (Files::default(), Output::new(true));
        files.show(&offer(1, FileState::Offered), &mut output);
        assert!(!files.are_under_way());
        files.show(&offer(2, FileState::Moving { done: 3 }), &mut output);
        assert!(files.are_under_way());
        let failed = FileState::Failed {
            error: FileError::Cancelled,
            by_peer: true,
        };
        files.show(&offer(2, failed), &mut output);
        assert!(!files.are_under_way());
    }
}
