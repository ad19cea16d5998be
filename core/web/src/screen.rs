//! What a page draws: whole states in which every sentence has a key already. A key names one sentence in
//! every language and on every face (`core/strings`).

use crate::NotDone;
use data_encoding::HEXLOWER;
use handfast_device::{
    ContactView, FileState, Hindrance, Provenance, Quoted, Reached, Reaction, Refusal, Row,
    RowContent, SessionEnd, View, Wish,
};
use handfast_protocol::conversation::FileError;
use handfast_protocol::handshake::{
    Client, ClientKind, SYMBOLS, ShortString, Trust, TrustLevel, TrustReason, visible,
};
use handfast_protocol::pairing::{Failure, GuestStage, HostStage};
use handfast_qr::Symbol;
use handfast_seal::{Question, SealError};
use handfast_store::StoreError;
use handfast_token::{FindError, LinkBase, QrText, Token, link};
use serde::Serialize;

/// What is on the screen.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Screen {
    /// A locked invitation has to be unlocked. Nothing has been sent.
    Locked {
        /// What is asked; an empty one is what was agreed on.
        questions: Vec<String>,
        /// It is being tried.
        is_unlocking: bool,
        /// What was wrong with the answers before.
        hint: Option<&'static str>,
    },
    /// An invitation of this page is shown, and the guest's reply waited for.
    Hosting {
        /// It as a symbol, in SVG.
        code: Option<String>,
        /// It as a link.
        link: String,
        /// How far it is.
        status: &'static str,
        /// What became of what was handed out before.
        hint: Option<&'static str>,
        /// When it is too old, in seconds since 1970-01-01 UTC.
        expires_at: u64,
        /// A reply can be taken; if not, the guest is here.
        takes_reply: bool,
    },
    /// The person is asked whether to connect. Nothing has been sent.
    Opened {
        /// What the host calls itself.
        name: Option<String>,
        /// What will be asked once connected.
        question: Option<String>,
        /// What it proves that the invitation came as it did.
        proof: &'static str,
        /// When it is too old, in seconds since 1970-01-01 UTC; None if it seems to be.
        expires_at: Option<u64>,
    },
    /// The host is knocked at, or this is about to be.
    Connecting {
        /// How far it is.
        status: &'static str,
        /// What stands in the way.
        hint: Option<&'static str>,
    },
    /// The host has to get the reply. Knocking goes on.
    ReplyNeeded {
        /// It as a symbol, in SVG.
        code: Option<String>,
        /// It as a link.
        link: String,
        /// What stands in the way.
        hint: Option<&'static str>,
    },
    /// The host's question has to be answered.
    Asking {
        /// What is asked.
        question: String,
        /// How many answers may still be given.
        tries_left: u8,
        /// What was wrong with the answer before.
        hint: Option<&'static str>,
        /// What to think of before answering.
        warning: Option<&'static str>,
    },
    /// The two are together.
    Talking {
        /// What they call themselves.
        name: String,
        /// What they say they are, where that matters.
        client: Option<&'static str>,
        /// Where that comes from.
        site: Option<String>,
        /// What to think of before believing the name.
        warning: Option<&'static str>,
        /// How far they are trusted.
        trust: &'static str,
        /// Why.
        reason: &'static str,
        /// They are known for certain.
        is_verified: bool,
        /// The person may say that only who they mean would have asked that.
        can_be_vouched_for: bool,
        /// How the line is.
        line: &'static str,
        /// It is silent.
        is_interrupted: bool,
        /// Who would like to compare.
        wish: Option<&'static str>,
        /// They would like to, and wait for this person.
        is_offered: bool,
        /// What is compared.
        comparing: Option<Comparison>,
        /// The limit that they have reached.
        limit: Option<&'static str>,
    },
    /// A contact is not here. What is written to them waits.
    Apart {
        /// What they are called.
        name: String,
        /// How far they are trusted.
        trust: &'static str,
        /// Why.
        reason: &'static str,
        /// They are known for certain.
        is_verified: bool,
        /// What becomes of what is written.
        status: &'static str,
        /// Something can be written.
        can_write: bool,
    },
    /// It is over.
    Ended {
        /// Why.
        kind: &'static str,
        /// What to try next.
        remedy: Option<&'static str>,
        /// It is what somebody wanted.
        is_goodbye: bool,
    },
}

/// Somebody who was met.
#[derive(Debug, Serialize)]
pub struct Person {
    /// Their long-term key, in hexadecimal.
    pub key: String,
    /// What they are called.
    pub name: String,
    /// How far they are trusted.
    pub trust: &'static str,
    /// They are known for certain.
    pub is_verified: bool,
    /// When they were heard last, in seconds since 1970-01-01 UTC.
    pub heard: u64,
    /// When something was said last, in milliseconds since 1970-01-01 UTC.
    pub said: Option<u64>,
    /// How many of their messages nobody has seen.
    pub unread: u64,
}

impl Person {
    /// What to say of this contact.
    pub fn of(contact: &ContactView) -> Self {
        Self {
            key: HEXLOWER.encode(&contact.key.0),
            name: visible(contact.shown_name()),
            trust: level(contact.trust),
            is_verified: contact.trust.level() == TrustLevel::Verified,
            heard: contact.heard,
            said: contact.last_said,
            unread: contact.unread,
        }
    }
}

/// One of several that were found together.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// What it is.
    pub kind: &'static str,
    /// What its host calls itself.
    pub name: Option<String>,
}

impl Choice {
    /// What to say of this one.
    pub fn of(found: &Token) -> Self {
        let name = match found {
            Token::Invitation(invitation) => invitation.name.as_ref(),
            _ => None,
        };
        Self {
            kind: match (found, name) {
                (Token::Sealed(_), _) => "found_locked",
                (_, Some(_)) => "waiting_theirs",
                (_, None) => "found_invitation",
            },
            name: name.map(|name| visible(name.as_str())),
        }
    }
}

/// What both people look at.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Pictographs, each with the key of its name.
    pub symbols: Vec<(&'static str, String)>,
    /// The same in three groups of digits.
    pub digits: String,
}

/// A row of a conversation.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Unique within the page.
    pub number: u64,
    /// It was written here.
    pub ours: bool,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// It is new, and stands before the row with this number; None for the end.
    pub before: Option<u64>,
    /// What was written, or the name of a file.
    pub text: String,
    /// What there is to say where it is no text and no file.
    pub note: Option<&'static str>,
    /// Where it is, of what was written here and both keep.
    pub mark: Option<&'static str>,
    /// It was there before this session looked.
    pub is_old: bool,
    /// Both keep it, so that something can be written about it.
    pub is_lasting: bool,
    /// What it replies to: a text, or the key of a sentence.
    pub quote: Option<(String, bool)>,
    /// What the two reacted with.
    pub reactions: Vec<Reacted>,
    /// It said something else before.
    pub is_edited: bool,
    /// What there is to say of a file; None for a text.
    pub file: Option<FileLine>,
}

/// A symbol with which somebody reacted.
#[derive(Debug, Serialize)]
pub struct Reacted {
    /// This person did.
    pub ours: bool,
    /// The symbol, as it can be seen.
    pub symbol: String,
}

/// What there is to say of a file.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FileLine {
    /// How far it is.
    pub status: &'static str,
    /// Its size in bytes.
    pub size: u64,
    /// So many bytes are through of one that moves.
    pub done: Option<u64>,
    /// So many bytes a file may have here, where this one has more.
    pub limit: Option<u64>,
    /// It waits for this person to take or decline it.
    pub is_offered: bool,
    /// This person can stop it.
    pub may_stop: bool,
    /// Where it is, once all of it came in.
    pub place: Option<String>,
}

impl Screen {
    /// What to draw of this. `base` is where the page is, for the link of a reply.
    pub fn of(view: View, base: &LinkBase) -> Self {
        match view {
            View::Locked {
                questions,
                is_unlocking,
                was_wrong,
                ..
            } => Self::Locked {
                questions: questions.as_slice().iter().map(text).collect(),
                is_unlocking,
                hint: was_wrong.then_some("kind_wrong_answer"),
            },
            View::Opened {
                name,
                question,
                provenance,
                expires_at,
                ..
            } => Self::Opened {
                name,
                question,
                proof: proof(provenance),
                expires_at,
            },
            View::Connecting { stage, .. } => Self::Connecting {
                status: match stage {
                    GuestStage::Knocking | GuestStage::SlotTaken => "guest_knocking",
                    GuestStage::Answered => "guest_answered",
                    GuestStage::Checking => "guest_checking",
                },
                hint: (stage == GuestStage::SlotTaken).then_some("cause_seat_taken"),
            },
            View::ReplyNeeded {
                reply,
                is_slot_taken,
                ..
            } => {
                let (code, link) = handed_out(reply.as_bytes(), base);
                Self::ReplyNeeded {
                    code,
                    link,
                    hint: is_slot_taken.then_some("cause_seat_taken"),
                }
            }
            View::Asking {
                question,
                tries_left,
                was_wrong,
                is_repeated,
            } => Self::Asking {
                question,
                tries_left,
                hint: was_wrong.then_some("kind_wrong_answer"),
                warning: is_repeated.then_some("question_repeated"),
            },
            View::Talking {
                name,
                client,
                namesake,
                trust,
                is_interrupted,
                wish,
                comparing,
                reached,
                ..
            } => Self::Talking {
                name,
                client: client.as_ref().and_then(claim),
                site: client.and_then(|client| Some(client.site()?.to_string())),
                warning: namesake.map(|_| "namesake"),
                trust: level(trust),
                reason: reason(trust),
                is_verified: trust.level() == TrustLevel::Verified,
                can_be_vouched_for: trust.reason() == TrustReason::TheirQuestion,
                line: match is_interrupted {
                    true => "line_interrupted",
                    false => "connected",
                },
                is_interrupted,
                wish: match wish {
                    Wish::Nobody => None,
                    Wish::Ours => Some("compare_asked"),
                    Wish::Theirs => Some("compare_offered"),
                },
                is_offered: wish == Wish::Theirs,
                comparing: comparing.map(Comparison::of),
                limit: reached.map(|reached| match reached {
                    Reached::Messages | Reached::Text => "limit_messages",
                    Reached::Files => "limit_files",
                }),
            },
            View::Ended(end) => {
                let (kind, remedy) = over(end);
                Self::Ended {
                    kind,
                    remedy,
                    is_goodbye: matches!(end, SessionEnd::PeerLeft | SessionEnd::Closed),
                }
            }
            View::Hosting {
                stage,
                expires_at,
                token,
                is_outdated,
                is_reissued,
                ..
            } => {
                let (code, link) = handed_out(&token.to_text_bytes(), base);
                Self::Hosting {
                    code,
                    link,
                    status: host_stage(stage),
                    hint: match (is_outdated, is_reissued) {
                        (true, _) => Some("web_locked_outdated"),
                        (false, true) => Some("web_invited_anew"),
                        (false, false) => None,
                    },
                    expires_at,
                    takes_reply: !matches!(stage, HostStage::Checking | HostStage::Asking { .. }),
                }
            }
            View::Seeking {
                name,
                trust,
                hindrance,
                ..
            } => Self::Apart {
                name,
                trust: level(trust),
                reason: reason(trust),
                is_verified: trust.level() == TrustLevel::Verified,
                status: match hindrance {
                    None => "web_apart",
                    Some(Hindrance::NotKept) => "web_apart_not_kept",
                    Some(Hindrance::Frozen) => "web_apart_frozen",
                },
                can_write: hindrance.is_none(),
            },
            View::Preparing { .. } => Self::Connecting {
                status: "under_way_preparing",
                hint: None,
            },
        }
    }
}

/// What somebody says they are, where that matters.
fn claim(client: &Client) -> Option<&'static str> {
    match (client.kind(), client.site()) {
        (ClientKind::Program | ClientKind::App, _) => None,
        (ClientKind::Page, Some(_)) => Some("client_page_of"),
        (ClientKind::Page, None) => Some("client_page"),
        (ClientKind::Embedded, Some(_)) => Some("client_embedded_at"),
        (ClientKind::Embedded, None) => Some("client_embedded"),
        (ClientKind::File, _) => Some("client_file"),
    }
}

impl Comparison {
    fn of(shown: ShortString) -> Self {
        let symbols = shown.symbols().map(|at| {
            let (picture, name) = SYMBOLS[usize::from(at)];
            (picture, format!("symbol_{}", name.replace(' ', "_")))
        });
        let digits = shown.digits().map(|group| format!("{group:04}"));
        Self {
            symbols: symbols.to_vec(),
            digits: digits.join(" "),
        }
    }
}

impl Line {
    /// What to draw of this. `largest_file` is how many bytes a file may have that is taken here.
    pub fn of(row: Row, largest_file: u64) -> Self {
        let is_old = row.is_old();
        let lasting = row.lasting.map(|lasting| *lasting);
        let (text, file, note) = match row.content {
            RowContent::Text(text) => (text, None, None),
            RowContent::File {
                name,
                size,
                files,
                state,
            } => {
                let file = match (row.ours, files, &state) {
                    // A page has no folders to put one into.
                    (false, Some(_), FileState::Offered) => FileLine::over("web_folder", size),
                    _ => FileLine::of(row.ours, size, state, largest_file),
                };
                (name, Some(file), None)
            }
            RowContent::Withdrawn => (String::new(), None, Some("note_taken_back")),
            RowContent::Ended => (String::new(), None, Some("web_row_ended")),
            RowContent::Restored => (String::new(), None, Some("web_row_restored")),
            RowContent::NotReadable => (String::new(), None, Some("web_row_not_readable")),
            RowContent::Locked { .. } => (String::new(), None, Some("web_row_locked")),
            RowContent::Disappearing { .. } => (String::new(), None, Some("web_row_disappearing")),
        };
        let mark = lasting.as_ref().filter(|_| row.ours && note.is_none());
        let mark = mark.map(|lasting| match lasting.is_delivered {
            true => "mark_theirs",
            false => "mark_here",
        });
        let is_lasting = lasting.is_some();
        let (quote, reactions, is_edited) = match lasting {
            Some(lasting) => (
                lasting.quote.map(quoted),
                lasting.reactions.into_iter().map(Reacted::of).collect(),
                !lasting.earlier.is_empty(),
            ),
            None => (None, Vec::new(), false),
        };
        Self {
            number: row.number,
            ours: row.ours,
            at: row.at,
            before: row.before,
            text,
            note,
            mark,
            is_old,
            is_lasting,
            quote,
            reactions,
            is_edited,
            file,
        }
    }
}

impl Reacted {
    fn of(reaction: Reaction) -> Self {
        Self {
            ours: reaction.ours,
            symbol: visible(&reaction.symbol),
        }
    }
}

/// What is quoted, and whether it is the key of a sentence.
fn quoted(quoted: Quoted) -> (String, bool) {
    match quoted {
        Quoted::Text(text) => (text, false),
        Quoted::Other => ("quote_other".to_owned(), true),
        Quoted::NotHere => ("quote_not_here".to_owned(), true),
    }
}

impl FileLine {
    fn of(ours: bool, size: u64, state: FileState, largest_file: u64) -> Self {
        let is_offered = state == FileState::Offered;
        let (status, done, place) = match state {
            FileState::Waiting | FileState::Paused { .. } => ("file_waiting", None, None),
            FileState::Offered => ("file_offered", None, None),
            FileState::Moving { done } => ("file_moving", Some(done), None),
            FileState::Done { path, .. } => {
                let place = path.and_then(|path| path.to_str().map(str::to_owned));
                let status = match ours {
                    true => "file_sent",
                    false => "file_received",
                };
                (status, None, place)
            }
            FileState::Failed {
                error: FileError::TooLarge,
                by_peer: false,
            } => {
                return Self {
                    limit: Some(largest_file),
                    ..Self::over("web_file_too_large", size)
                };
            }
            FileState::Failed { error, .. } => return Self::over(not_through(error), size),
        };
        Self {
            done,
            is_offered,
            may_stop: matches!(status, "file_waiting" | "file_moving"),
            place,
            ..Self::over(status, size)
        }
    }

    fn over(status: &'static str, size: u64) -> Self {
        Self {
            status,
            size,
            done: None,
            limit: None,
            is_offered: false,
            may_stop: false,
            place: None,
        }
    }
}

fn not_through(error: FileError) -> &'static str {
    match error {
        FileError::Declined => "kind_declined",
        FileError::TooLarge => "kind_too_large",
        FileError::TooMany => "kind_too_many_files",
        FileError::NoSpace => "kind_storage_full",
        FileError::NoPermission | FileError::Storage | FileError::Unreadable => "kind_storage",
        FileError::Changed | FileError::Damaged => "kind_incomplete",
        FileError::Cancelled => "kind_cancelled",
        FileError::Ended => "kind_lost",
    }
}

/// Why something was not done; None where nobody needs to hear of it.
pub fn refused(why: Refusal) -> Option<&'static str> {
    Some(match why {
        Refusal::NotNow | Refusal::UnderWay(_) | Refusal::Unchangeable => return None,
        Refusal::NotYet => "kind_not_yet",
        Refusal::Busy(_) | Refusal::TooMuchWaits => "kind_busy",
        Refusal::Seal(error) => sealed(error),
        Refusal::NoInvitation => "kind_nothing_found",
        Refusal::Reply(_) => "kind_wrong_reply",
        Refusal::TooLong => "kind_bad_text",
        Refusal::Store(error) => unwritten(error)?,
        Refusal::Blocked | Refusal::Hindered(_) => "web_apart_not_kept",
        _ => "kind_internal",
    })
}

/// The same of what was not even begun.
pub fn not_done(why: &NotDone) -> Option<&'static str> {
    Some(match why {
        NotDone::NotNow => return None,
        NotDone::Find(FindError::Nothing) => "kind_nothing_found",
        NotDone::Find(FindError::Cut) => "kind_incomplete",
        NotDone::Find(FindError::NewerVersion) => "kind_newer_version",
        NotDone::Find(FindError::SeveralTokens(_)) => "kind_several_found",
        NotDone::Find(FindError::TooLarge) => "kind_too_large",
        NotDone::Find(FindError::Picture(_)) => "kind_not_a_picture",
        NotDone::NoInvitation | NotDone::NoReply => "kind_wrong_thing",
        NotDone::Reply(_) => "kind_wrong_reply",
        NotDone::Answers(_) | NotDone::Question(_) => "kind_bad_text",
        NotDone::NotUsable(_) => "kind_device",
    })
}

/// What cannot be kept; None where nobody needs to hear of it.
pub fn unwritten(why: StoreError) -> Option<&'static str> {
    Some(match why {
        // What is looked for is gone, as was wanted.
        StoreError::Unknown | StoreError::Over(_) => return None,
        StoreError::Full => "kind_storage_full",
        _ => "web_not_written",
    })
}

fn text(question: &Question) -> String {
    question.as_str().to_owned()
}

fn handed_out(token: &[u8], base: &LinkBase) -> (Option<String>, String) {
    let drawn = Symbol::draw(QrText::new(base, token).as_str());
    let code = drawn.ok().map(|symbol| symbol.to_svg());
    (code, link(base, token))
}

fn host_stage(stage: HostStage) -> &'static str {
    match stage {
        HostStage::Waiting => "host_waiting",
        HostStage::TheyAreHere => "host_they_are_here",
        HostStage::ScanTheirCode => "host_scan_their_code",
        HostStage::ShowAgain => "host_show_again",
        HostStage::Checking => "host_checking",
        HostStage::Asking { .. } => "host_asking",
    }
}

fn proof(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Camera => "proof_camera",
        Provenance::Carried => "proof_carried",
        Provenance::Locked => "proof_locked",
    }
}

fn level(trust: Trust) -> &'static str {
    match trust.level() {
        TrustLevel::Unverified => "trust_unverified",
        TrustLevel::Introduced => "trust_introduced",
        TrustLevel::AnswerChecked => "trust_answer_checked",
        TrustLevel::Verified => "trust_verified",
    }
}

fn reason(trust: Trust) -> &'static str {
    match trust.reason() {
        TrustReason::OpenLink => "reason_open_link",
        TrustReason::SawTheCode => "reason_saw_the_code",
        TrustReason::TheirQuestion => "reason_their_question",
        TrustReason::ByYourWord => "reason_by_your_word",
        TrustReason::IntroducedBy(_) => "reason_introduced",
        TrustReason::LockedLink => "reason_locked_link",
        TrustReason::Answered => "reason_answered",
        TrustReason::Scanned => "reason_scanned",
        TrustReason::Compared => "reason_compared",
    }
}

/// Why it is over, and what to try next.
fn over(end: SessionEnd) -> (&'static str, Option<&'static str>) {
    let (again, together) = (Some("remedy_ask_again"), Some("remedy_try_together"));
    match end {
        SessionEnd::Failed(failure) => match failure {
            Failure::Expired => ("kind_expired", again),
            Failure::Taken => ("kind_taken", again),
            Failure::NotReached => ("kind_not_reached", together),
            Failure::WentAway => ("kind_went_away", together),
            Failure::WrongCertificate | Failure::NotTheInviter => ("kind_not_the_inviter", again),
            Failure::AnswersDiffer => ("kind_answers_differ", together),
            Failure::LeftAfterAnswer => ("kind_left_after_answer", None),
            Failure::Burned => ("kind_burned", again),
            Failure::NoRoute => ("kind_no_route", again),
            Failure::NoNetwork => ("kind_no_network", Some("remedy_check_network")),
            Failure::Local => ("kind_device", Some("remedy_restart")),
        },
        SessionEnd::Seal(error) => (sealed(error), again),
        SessionEnd::Different => ("kind_not_the_inviter", again),
        SessionEnd::PeerLeft => ("kind_they_left", None),
        SessionEnd::Lost => ("kind_lost", together),
        SessionEnd::Broken(_) => ("kind_rules_broken", together),
        SessionEnd::Closed => ("line_left", None),
        SessionEnd::Moved => ("web_locked_outdated", None),
        SessionEnd::Elsewhere => ("web_elsewhere", None),
        SessionEnd::Store(error) => (unwritten(error).unwrap_or("web_not_written"), None),
        _ => ("kind_internal", Some("remedy_restart")),
    }
}

fn sealed(error: SealError) -> &'static str {
    match error {
        SealError::NotOurs => "kind_nothing_found",
        SealError::Unsupported => "kind_newer_version",
        SealError::TooExpensive => "kind_too_expensive",
        SealError::WrongAnswerOrAltered => "kind_wrong_answer",
        SealError::Damaged => "kind_incomplete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_that_is_named_is_there() {
        let (table, _) = include_str!("screen.rs")
            .split_once("#[cfg(test)]")
            .unwrap();
        let sentences = include_str!("../../../web/src/strings.ts");
        let is_key = |word: &&str| word.contains('_') && !word.contains(['{', ' ']);
        let words = table.split('"').skip(1).step_by(2).filter(is_key);
        let own = ["snake_case", "symbol_", "_"];
        let keys: Vec<&str> = words.filter(|word| !own.contains(word)).collect();
        assert!(keys.len() > 40, "{keys:?}");
        for key in keys {
            assert!(sentences.contains(&format!("    {key}: ")), "{key}");
        }
        for (_, name) in SYMBOLS {
            let key = format!("    symbol_{}: ", name.replace(' ', "_"));
            assert!(sentences.contains(&key), "{key}");
        }
    }

    #[test]
    fn the_page_says_every_sentence() {
        let sentences = include_str!("../../../web/src/strings.ts");
        let (english, _) = sentences.split_once("};").unwrap();
        let lines = english.lines().filter_map(|line| line.strip_prefix("    "));
        let keys = lines.filter_map(|line| Some(line.split_once(": ")?.0));
        let keys: Vec<&str> = keys.filter(|key| !key.starts_with("symbol_")).collect();
        assert!(keys.len() > 100, "{keys:?}");
        let said_in = [
            include_str!("bindings.rs"),
            include_str!("screen.rs"),
            include_str!("../../reader/src/lib.rs"),
            include_str!("../../sealing/src/locking.rs"),
            include_str!("../../sealing/src/opening.rs"),
            include_str!("../../../web/src/camera.ts"),
            include_str!("../../../web/src/kept.ts"),
            include_str!("../../../web/src/screens/about.ts"),
            include_str!("../../../web/src/screens/moving.ts"),
            include_str!("../../../web/src/screens/people.ts"),
            include_str!("moving.rs"),
            include_str!("../../../web/src/handing.ts"),
            include_str!("../../../web/src/locked/lock.ts"),
            include_str!("../../../web/src/locked/open.ts"),
            include_str!("../../../web/src/main.ts"),
            include_str!("../../../web/embed/conversation.ts"),
            include_str!("../../../web/embed/element.ts"),
            include_str!("../../../web/src/screens/allowed.ts"),
            include_str!("../../../web/src/screens/guest.ts"),
            include_str!("../../../web/src/screens/hosting.ts"),
            include_str!("../../../web/src/screens/parts.ts"),
            include_str!("../../../web/src/screens/start.ts"),
            include_str!("../../../web/src/screens/talk.ts"),
            include_str!("../../../web/src/sealed_file.ts"),
        ];
        for key in keys {
            let word = format!("\"{key}\"");
            assert!(said_in.iter().any(|text| text.contains(&word)), "{key}");
        }
    }

    #[test]
    fn a_file_can_be_taken_stopped_and_saved_when_it_is_time() {
        let of = |state| FileLine::of(false, 9, state, 5);
        let offered = of(FileState::Offered);
        assert!(offered.is_offered && !offered.may_stop);
        let moving = of(FileState::Moving { done: 4 });
        assert!(moving.may_stop && moving.done == Some(4));
        let done = of(FileState::Done {
            path: Some("3-1".into()),
            hash: Vec::new(),
            took: std::time::Duration::ZERO,
        });
        assert_eq!(done.place.as_deref(), Some("3-1"));
        assert!(!done.may_stop);
        let failed = |by_peer| {
            let error = FileError::TooLarge;
            of(FileState::Failed { error, by_peer })
        };
        assert_eq!(failed(false).limit, Some(5));
        assert_eq!(failed(true).limit, None, "the limit is theirs");
    }

    #[test]
    fn what_is_compared_has_six_pictures_with_names_and_twelve_digits() {
        let shown: ShortString = serde_json::from_str("68719476735").unwrap();
        let comparison = Comparison::of(shown);
        assert_eq!(comparison.symbols.len(), 6);
        assert_eq!(comparison.symbols[0], ("🧤", "symbol_gloves".to_owned()));
        assert_eq!(comparison.digits, "0687 1947 6735");
    }
}
