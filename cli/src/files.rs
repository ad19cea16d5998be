//! The rows of a conversation as a terminal shows them: each once, and of a file what has changed.

use crate::output::{Event, FileHash, Output, hex};
use crate::{strings, words};
use handfast_native::device::{FileState, Lasting, Pause, Row, RowContent};
use std::collections::BTreeMap;
use std::path::Path;

/// The files that something may still come of, by row.
#[derive(Default)]
pub(crate) struct Files {
    files: BTreeMap<u64, File>,
    /// The number of the last one.
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
    /// By which a person says what becomes of it.
    number: u64,
    state: FileState,
}

/// What a person can decide about files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deciding {
    /// Those that wait for an answer.
    Offers,
    /// Those that are on their way, or about to be.
    ToPause,
    /// Those that they have stopped for a while.
    Paused,
    /// All that something may still come of.
    All,
}

impl Deciding {
    fn is_about(self, state: &FileState) -> bool {
        match self {
            Self::Offers => matches!(state, FileState::Offered),
            Self::ToPause => match state {
                FileState::Moving { .. } | FileState::Waiting => true,
                FileState::Paused { by, .. } => *by != Pause::Here,
                _ => false,
            },
            Self::Paused => matches!(
                state,
                FileState::Paused {
                    by: Pause::Here,
                    ..
                }
            ),
            Self::All => true,
        }
    }
}

/// A text that is told for the first time.
fn said(row: &Row, text: &str) -> Event {
    let (number, ours, text) = (row.number, row.ours, text.to_owned());
    match (row.is_old(), ours) {
        (true, _) => Event::Earlier {
            row: number,
            ours,
            at_ms: row.at,
            text,
        },
        (false, true) => Event::MessageSent { row: number, text },
        (false, false) => Event::Message { row: number, text },
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
                Some(lasting) => {
                    self.show_kept(row, Some((text, said(row, text))), lasting, output)
                }
                None => output.tell(said(row, text)),
            },
            RowContent::Withdrawn | RowContent::Ended => {
                if let Some(lasting) = &row.lasting {
                    self.show_kept(row, None, lasting, output);
                }
            }
            RowContent::Locked { questions } => {
                let told = Event::locked(row, questions);
                if let Some(lasting) = &row.lasting {
                    self.show_kept(row, Some(("", told)), lasting, output);
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
            RowContent::File { .. } => self.show_file(row, output),
        }
    }

    fn show_file(&mut self, row: &Row, output: &mut Output) {
        let RowContent::File {
            name,
            size,
            state,
            files,
        } = &row.content
        else {
            return;
        };
        let name = words::file_name(name, *files);
        let is_known = self.files.contains_key(&row.number);
        if row.is_old() && state.is_over() && !is_known {
            return;
        }
        let before = self.files.get(&row.number).map(|file| file.state.clone());
        let number = self.insert(row, state);
        if before.is_none() && (!row.ours || row.lasting.is_some()) {
            output.tell(match row.ours {
                false => Event::FileOffered {
                    number,
                    name: name.clone(),
                    bytes: *size,
                    media_type: media_type(row),
                    asks: matches!(state, FileState::Offered),
                },
                true => Event::FileQueued {
                    number,
                    name: name.clone(),
                    bytes: *size,
                },
            });
        }
        if let FileState::Paused { by, .. } = state
            && before.as_ref() != Some(state)
        {
            output.tell(Event::FilePaused {
                number,
                name: name.clone(),
                by: *by,
                text: words::file_paused_line(&name, *by, number),
            });
        }
        if let Some(event) = happened(row, &name, *size, state) {
            output.tell(event);
        }
        if state.is_over() {
            self.files.remove(&row.number);
        }
    }

    /// Shows what is new of a row that both keep: what it says, and how that is told first.
    fn show_kept(
        &mut self,
        row: &Row,
        said: Option<(&str, Event)>,
        lasting: &Lasting,
        output: &mut Output,
    ) {
        let now = Kept {
            text: said.as_ref().map(|(text, _)| (*text).to_owned()),
            is_delivered: lasting.is_delivered,
        };
        let (number, ours) = (row.number, row.ours);
        let before = self.kept.insert(number, now.clone());
        let is_new = before.is_none() && lasting.is_old && lasting.is_unread;
        if is_new && !std::mem::replace(&mut self.has_told_new, true) {
            output.tell(Event::New);
        }
        match (before, said) {
            (None, Some((_, told))) => output.tell(told),
            // Nobody here has seen it.
            (None, None) => {}
            (Some(before), said) if before.text != now.text => output.tell(match said {
                Some((text, _)) => Event::Edited {
                    row: number,
                    ours,
                    text: text.to_owned(),
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
            number = Some(self.insert(row, state));
            if state.is_over() {
                self.files.remove(&row.number);
            }
        }
        if let Some(window) = output.window() {
            window.update(|screen, at| screen.row(row, number, at));
        }
    }

    /// Knows how a file stands from now on. The number by which a person says what becomes of it.
    fn insert(&mut self, row: &Row, state: &FileState) -> u64 {
        if let Some(file) = self.files.get_mut(&row.number) {
            file.state = state.clone();
            return file.number;
        }
        self.last += 1;
        let (number, state) = (self.last, state.clone());
        self.files.insert(row.number, File { number, state });
        number
    }

    /// The rows of the files that are meant by a number, or of all that this can be decided about.
    pub(crate) fn meant(&self, which: &str, deciding: Deciding) -> Vec<u64> {
        let number: Option<u64> = which.parse().ok();
        let is_meant = |file: &File| which.is_empty() || Some(file.number) == number;
        let files = self.files.iter();
        let meant = files.filter(|(_, file)| is_meant(file) && deciding.is_about(&file.state));
        meant.map(|(row, _)| *row).collect()
    }

    /// The person has answered an offer, which waits for nothing from them any more.
    pub(crate) fn answered(&mut self, row: u64) {
        if let Some(file) = self.files.get_mut(&row) {
            file.state = FileState::Moving { done: 0 };
        }
    }

    /// Some are not through yet. What waits for somebody is not under way.
    pub(crate) fn are_under_way(&self) -> bool {
        let waits =
            |state: &FileState| matches!(state, FileState::Offered | FileState::Paused { .. });
        self.files.values().any(|file| !waits(&file.state))
    }
}

/// Of a picture that both keep, of which kind its sender says it is.
fn media_type(row: &Row) -> Option<String> {
    let preview = row.lasting.as_ref()?.preview.as_ref()?;
    Some(preview.media_type.clone())
}

/// What a file that is that far tells; None while nothing of it has moved.
fn happened(row: &Row, name: &str, bytes: u64, state: &FileState) -> Option<Event> {
    let (name, ours) = (name.to_owned(), row.ours);
    let hash = |hash: &[u8]| match row.lasting {
        Some(_) => FileHash::Blake3(hex(hash)),
        None => FileHash::Blake2b(hex(hash)),
    };
    Some(match state {
        FileState::Waiting
        | FileState::Offered
        | FileState::Paused { .. }
        | FileState::Moving { done: 0 } => return None,
        FileState::Moving { done } => Event::FileProgress {
            name,
            done: *done,
            bytes,
            incoming: !ours,
        },
        FileState::Done {
            path: Some(path),
            hash: digest,
            took,
        } => Event::FileReceived {
            name,
            path: as_seen_from_here(path).to_string_lossy().into_owned(),
            bytes,
            hash: hash(digest),
            seconds: took.as_secs_f64(),
        },
        FileState::Done {
            path: None,
            hash: digest,
            took,
        } => Event::FileSent {
            name,
            bytes,
            hash: hash(digest),
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
                files: None,
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
        assert_eq!(files.meant("2", Deciding::Offers), [20]);
        files.answered(20);
        for nothing in ["2", "4", "5", "x"] {
            assert!(
                files.meant(nothing, Deciding::Offers).is_empty(),
                "{nothing}"
            );
        }
        assert_eq!(files.meant("", Deciding::Offers), [10, 30]);
    }

    #[test]
    fn what_moves_can_be_stopped_and_what_was_stopped_goes_on() {
        let (mut files, mut output) = (Files::default(), Output::new(true));
        files.show(&offer(10, FileState::Moving { done: 3 }), &mut output);
        let paused = |by| FileState::Paused { done: 3, by };
        files.show(&offer(20, paused(Pause::Here)), &mut output);
        files.show(&offer(30, paused(Pause::Apart)), &mut output);
        assert_eq!(files.meant("", Deciding::ToPause), [10, 30]);
        assert_eq!(files.meant("", Deciding::Paused), [20]);
        assert_eq!(files.meant("", Deciding::All), [10, 20, 30]);
        assert_eq!(files.meant("2", Deciding::All), [20]);
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
