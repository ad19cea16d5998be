//! Every sentence that the program says, so that it can say them in another language one day.
//!
//! Help texts of single options stand beside the options, as the parser of arguments wants them.

use handfast_native::conversation::{CompareError, FileError, Limit};
use handfast_native::handshake::{SYMBOLS, ShortString, TrustLevel, TrustReason, visible};
use handfast_native::network::{
    Chance, Family, MappingError, Opening, Situation, Verdict as Expected,
};
use handfast_native::pairing::{Cause, Failure, Remedy};
use handfast_native::seal::{Cost, Kind, SealError, Strength, Verdict};
use handfast_native::store::{Fate, StoreError, VaultError};
use handfast_native::token::{FindError, Range, ReplyError, Seat};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub(crate) const ABOUT: &str =
    "Meet by a code or a link, talk and send files, with nobody in the middle";

pub(crate) const LONG_ABOUT: &str = "\
Handfast connects two devices directly and encrypts everything between them. Nobody in the middle
is needed: one side shows a code or sends a link, the other side scans or opens it.";

pub(crate) const SHORT_EXAMPLES: &str = "\
Examples:
  handfast demo                  see it work on this machine
  handfast invite                show a code and a link, and wait
  handfast join LINK             accept an invitation
  handfast invitations           what waits; --resume goes on with it
  handfast scan picture.png      read the code in a picture
  handfast network               see what works from this network
  handfast seal FILE             lock a file with a question
  handfast open FILE.handfast    open it";

pub(crate) const AFTER_HELP: &str = "\
Examples:
  handfast demo                  see it work on this machine
  handfast invite                show a code and a link, and wait
  handfast join LINK             accept an invitation
  handfast invitations           what waits; --resume goes on with it
  handfast scan picture.png      read the code in a picture
  handfast network               see what works from this network
  handfast seal FILE             lock a file with a question
  handfast open FILE.handfast    open it

Exit status:
  0     all went well
  1     nothing found (scan), or the two did not come together
  2     the command line makes no sense
  3     what was handed in is not what it should be, or damaged, or from a newer version
  4     the invitation has expired or is already used
  5     the other side cannot be reached, or there is no network
  6     a proof failed: the other side is not who invited, or somebody may be in between
  7     a locked file does not open: the answer is wrong, or the file was altered
  8     a locked file asks too much of this machine
  9     the result cannot be stored: something is there, no space, no permission
  10    what is kept in the home folder cannot be used: damaged, newer, read-only, key missing
  130   stopped by Ctrl-C

Environment:
  HANDFAST_HOME  the folder for what lasts, unless --home names one; otherwise it is where this
             system keeps the data of programs (on Linux ~/.local/share/handfast)
  NO_COLOR   draw codes in plain characters
  RUST_LOG   what developers want to know, for example RUST_LOG=debug";

pub(crate) const SCAN_EXAMPLES: &str = "\
Examples:
  handfast scan picture.png
  handfast scan --json *.jpg";

pub(crate) const INVITE_EXAMPLES: &str = "\
Examples:
  handfast invite
  handfast invite --name Ana --expires 2h
  handfast invite --png code.png --link-only
  handfast invite --ask 'What was our first dog called?'
  handfast invite --lock 'Where did we meet?' --file invitation.handfast
  handfast invite --loopback          for a second terminal on this machine
  handfast invite --resume            wait on, after a restart or Ctrl-C

While it waits, paste their reply, or type the path of a picture of it. Type /harder to have more
tried to get past a strict network, once.";

pub(crate) const NETWORK_EXAMPLES: &str = "\
Examples:
  handfast network
  handfast network --no-stun --no-port-mapping   asks nobody
  handfast network --stun stun.example.org --stun 192.0.2.1:3478
  handfast network --json";

pub(crate) const JOIN_EXAMPLES: &str = "\
Examples:
  handfast join 'https://handfast.example/#...'
  handfast join picture.png
  handfast join -                     and paste the invitation
  handfast join --resume              knock on, after a restart or Ctrl-C
  printf 'hello\\n' | handfast join --yes LINK

While it knocks, paste their code again where they show a new one. Type /harder to have more tried to
get past a strict network, once.";

pub(crate) const INVITATIONS_EXAMPLES: &str = "\
Examples:
  handfast invitations
  handfast invitations --revoke bakotilu";

pub(crate) const DEMO_EXAMPLES: &str = "\
Examples:
  handfast demo
  handfast demo --two-scan
  handfast demo --seed 7 --dir /tmp/demo --json";

pub(crate) const DURATION_HOW: &str = "write it like 90s, 30m, 2h or 7d";
pub(crate) const SIZE_HOW: &str = "write it like 4096, 500KiB, 20MiB or 1GiB";
pub(crate) const LIFETIME_TOO_LONG: &str = "an invitation lives 7 days at most";

pub(crate) const CHAT_HELP: &str = "\
Type a line and press Enter to send it.
  /send FILE       send a file
  /accept [N]      take the file with this number, or all that were offered
  /decline [N]     decline it, or them
  /compare         ask them to compare six symbols, or agree to: are they the same on both sides?
  /onlythey        say that only who you mean would have asked you that
  /more            let them write on, when they have sent as much as they may
  /help            this text
  /quit            say goodbye and leave
A line that begins with * at the edge is from this program. What they write stands further in.";

pub(crate) const NOBODY_TO_ASK: &str =
    "No STUN server may be asked, so the invitation does not name the address that others see.";
pub(crate) const NOT_SEEN_OUTSIDE: &str =
    "No STUN server answered: this network may block UDP, or be cut off.";
pub(crate) const PORT_OPENED: &str =
    "The router opened a port for this invitation, and closes it at the end.";
pub(crate) const NO_NETWORK_TO_TELL: &str = "This machine has no network. Join a Wi-Fi or plug in a cable; until then, only programs on this machine can meet.";
pub(crate) const NO_SERVER_FOUND: &str =
    "No STUN server was found under its name: this network may have no way outside.";
pub(crate) const WHAT_WORKS: &str = "What works from here:";
pub(crate) const ALONE: &str =
    "This machine has no network, so only programs on this machine can join.";
pub(crate) const LOOPBACK_INVITATION: &str =
    "This invitation leads to this machine only, so this works only where it was made.";
pub(crate) const WAITING: &str = "Waiting. Let them scan the code, or send them the link.";
pub(crate) const THEY_ARE_HERE: &str = "They are here.";
pub(crate) const SCAN_THEIR_CODE: &str =
    "Scan their code now: paste their reply or give the path of a picture of it.";
pub(crate) const SHOW_AGAIN: &str = "They are in another network. Let them scan or paste your code once more: it leads further now.";
pub(crate) const LEADS_ELSEWHERE: &str = "This machine can now be reached elsewhere, too. The invitation below leads there: show or send it if they are not here in a moment.";
pub(crate) const LOCKED_LEADS_NOWHERE: &str = "This machine can now be reached elsewhere, too, where the locked invitation does not lead. Make a new one if they are not here in a moment.";
pub(crate) const INVITATION_TAKEN: &str = "That is their code as it is now. Knocking there too.";
pub(crate) const CHECKING: &str = "Checking that it is really them.";
pub(crate) const KNOCKING: &str = "Knocking.";
pub(crate) const SEAT_TAKEN: &str = "Somebody else is answering with this invitation right now. You get in when they leave: let this run on, and ask your host who is there.";
pub(crate) const ANSWERED: &str = "They answered.";
pub(crate) const REPLY_NEEDED: &str =
    "They do not hear you yet. Let them scan this, or send them the link below it:";
pub(crate) const HARDER: &str = "/harder";
pub(crate) const TRYING_HARDER: &str =
    "Trying more ports, where a strict network is in between. This can be asked for once.";
pub(crate) const REPLY_TAKEN: &str = "Their reply is good. Connecting.";
pub(crate) const NO_REPLY_IN_LINE: &str =
    "There is no reply in that: paste all of it, or give the path of a picture of it.";
pub(crate) const OWN_INVITATION: &str =
    "That is an invitation, not a reply: the other side has to send what it shows after joining.";
pub(crate) const SEALED: &str =
    "this is a locked file, not an invitation: open it with handfast open";
pub(crate) const LOCKED_REPLY: &str =
    "this is locked, and a reply never is: paste the reply itself";
pub(crate) const REPLY_NOT_INVITATION: &str =
    "this is a reply, not an invitation: give it to the one who invited";
pub(crate) const PASTE_INVITATION: &str = "Paste the invitation and press Enter:";
pub(crate) const YES_NEEDED: &str =
    "there is nobody to ask whether to connect: add --yes if you want to";
pub(crate) const NOT_CONNECTED: &str = "not connected: nothing was sent";
pub(crate) const NOT_WRITTEN: &str = "not opened: nothing was written";
pub(crate) const YES_OR_NO: &str = "Please answer y or n.";
pub(crate) const CHAT_BEGINS: &str = "Type a line to send it, /help for more.";
pub(crate) const INTERRUPTED: &str = "The connection is silent. What you send waits.";
pub(crate) const RESUMED: &str = "The connection is back.";
pub(crate) const FILES_UNDER_WAY: &str =
    "Files are still on their way. They go through first; Ctrl-C leaves at once.";
pub(crate) const SEND_WHAT: &str = "Write the path of the file: /send FILE";
pub(crate) const ENDED_HERE: &str = "You left.";
pub(crate) const STOPPED: &str = "\nStopped.";
pub(crate) const NO_SYMBOL: &str = "the link is too long for a code: choose a shorter --link-base";

pub(crate) const LOCKING: &str = "Locking. This is slow on purpose.";
pub(crate) const NOTHING_TO_JUDGE: &str = "Nothing to compare yet: type /compare first.";
pub(crate) const NOTHING_TO_SAY: &str =
    "That can be said only of somebody unverified whose question you answered.";
pub(crate) const COMPARE_ASKED: &str =
    "They are asked. The symbols are shown to both when they type /compare, too.";
pub(crate) const COMPARE_OFFERED: &str =
    "They would like to compare. Type /compare to see the symbols.";
pub(crate) const NO_SUCH_OFFER: &str = "No file with that number waits for your answer.";
pub(crate) const RELEASED: &str = "What they sent meanwhile comes now.";
pub(crate) const REFUSED: &str = "when you compared with this device, something differed, so it was in between: it is not let in. Make a new invitation and pass it on another way";
pub(crate) const DIFFERENT: &str = "somebody is in between: the connection was ended. Make a new invitation and pass it on another way";
pub(crate) const ASKING_IS_STRONGER: &str =
    "With --ask instead of --lock, nobody has more than three tries.";

/// The question of a host, with the answers that are left. `is_repeated`: an answer was given before, to
/// them or to somebody else.
pub(crate) fn asking(asked: &str, tries_left: u8, is_repeated: bool) -> String {
    let left = match tries_left {
        1 => "One try is left.".to_owned(),
        more => format!("{more} tries are left."),
    };
    let repeated = match is_repeated {
        true => format!("{EACH_ANSWER}\n"),
        false => String::new(),
    };
    format!("{}\n{NOT_A_PASSWORD}\n{repeated}{left}", they_ask(asked))
}

/// The guest is being asked.
pub(crate) fn answering(tries_left: u8) -> String {
    match tries_left {
        3 => "They are answering the question.".into(),
        left => format!("The answers did not match. Tries left: {left}."),
    }
}

/// The symbols of a comparison, each with its name.
pub(crate) fn symbols(shown: &ShortString) -> Vec<String> {
    let symbol = |at: u8| {
        let (picture, name) = SYMBOLS[usize::from(at)];
        format!("{picture} {name}")
    };
    shown.symbols().map(symbol).to_vec()
}

/// What both people compare.
pub(crate) fn comparing(symbols: &[String], digits: &str) -> String {
    // Two rows, so that a narrow window breaks none of them.
    let rows: Vec<String> = symbols.chunks(3).map(|row| row.join("   ")).collect();
    let rows = rows.join("\n  ");
    format!("Do they see the same, in this order?\n  {rows}\n  {digits}\nType /same or /different.")
}

/// What to call somebody who has not said a name.
pub(crate) const HOST: &str = "Host";
/// What to call somebody who has not said a name.
pub(crate) const GUEST: &str = "Guest";

/// Why two did not come together, and one thing to try.
pub(crate) fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::Expired => "this invitation has expired: ask for a new one",
        Failure::Taken => {
            "somebody else was there with this invitation, which is good for one guest: ask for a new one"
        }
        Failure::NotReached => {
            "could not reach them: check that both are in the same network and that the invitation is still shown, then try again"
        }
        Failure::WentAway => "they went away before the connection was ready: try again together",
        Failure::WrongCertificate => {
            "somebody may be in between: make a new invitation and pass it on another way"
        }
        Failure::NotTheInviter => {
            "this is not who invited you, or the invitation was changed: ask for a new one"
        }
        Failure::AnswersDiffer => {
            "the answers do not match: agree on the answer another way, then use a new invitation"
        }
        Failure::LeftAfterAnswer => {
            "they left after your answer, and each answer lets them test one guess: make sure who asks before you answer again"
        }
        Failure::Burned => {
            "somebody tried to use this invitation and failed too often: make a new one"
        }
        Failure::NoRoute => {
            "this invitation holds no network address that this machine may use: ask for a new one, or add --loopback if it was made on this machine"
        }
        Failure::NoNetwork => "this machine has no network: connect it to one, then try again",
        Failure::Local => "this machine could not prepare the connection: try again",
        Failure::Cancelled => "cancelled",
    }
}

/// Two options exclude each other.
pub(crate) const HOME_AND_INCOGNITO: &str =
    "--incognito keeps nothing, so it takes no --home: leave one of them out";

pub(crate) const NO_HOME: &str =
    "this system names no folder for what lasts: name one with --home, or use --incognito";
pub(crate) const NOTHING_TO_RESUME: &str =
    "nothing is waiting: make a new invitation, or ask for one";
pub(crate) const NOTHING_WAITS: &str = "Nothing is waiting.";
pub(crate) const UNKNOWN_INVITATION: &str =
    "nothing by that name is waiting: look at the list that handfast invitations prints";
pub(crate) const WRITE_MORE: &str = "several begin like that: write the whole name";
pub(crate) const INVITATION_IN_USE: &str = "another handfast on this machine is waiting with it already: go on there, or stop that one first";
pub(crate) const REPLY_KEPT: &str = "Their reply is here already.";
pub(crate) const MOVED_HOST: &str = "This machine is not where the invitation leads any more. They can still come: let them send you their reply.";
pub(crate) const MOVED_GUEST: &str =
    "This machine is not where your reply leads any more: a new one takes its place.";
pub(crate) const JOINED_BEFORE: &str = "You have accepted this before, and go on with it.";

/// There are several to go on with.
pub(crate) fn several_wait(tags: &[&str]) -> String {
    format!("several are waiting: name one of {}", tags.join(", "))
}

/// It is named in the command of the other seat.
pub(crate) fn other_seat(seat: Seat) -> String {
    match seat {
        Seat::Host => "you made that invitation: go on with handfast invite --resume".to_owned(),
        Seat::Guest => "you accepted that invitation: go on with handfast join --resume".to_owned(),
    }
}

/// A line of the list of what waits.
pub(crate) fn pending(tag: &str, seat: &str, name: Option<&str>, left: Duration) -> String {
    let what = match (seat, name) {
        ("host", _) => "you invited".to_owned(),
        (_, Some(name)) => format!("invited by {}", quoted(name)),
        (_, None) => "you are invited".to_owned(),
    };
    format!("{tag}  {what}, good for {}", duration(left))
}

pub(crate) fn revoked(tag: &str) -> String {
    format!("{tag} is ended. Nobody can use it any more here.")
}

/// What was not ended by what ended the command: how to go on with it, and how not to.
pub(crate) fn still_waits(tag: &str, seat: Seat, kind: &str) -> Option<String> {
    let command = match seat {
        Seat::Host => "invite",
        Seat::Guest => "join",
    };
    match (kind, seat) {
        ("expired", Seat::Guest) => Some(format!(
            "If it is only this machine's clock that is wrong, this knocks for an hour: handfast join --resume {tag} --wait 1h"
        )),
        ("taken", Seat::Guest) => Some(format!(
            "If they have left, this gets in: handfast join --resume {tag}\nTo end it: handfast invitations --revoke {tag}"
        )),
        ("expired" | "used" | "revoked", _) => None,
        _ => Some(format!(
            "The invitation stays good. To go on: handfast {command} --resume {tag}\nTo end it: handfast invitations --revoke {tag}"
        )),
    }
}

/// What hinders the store in this folder, and what to do.
pub(crate) fn store_refused(folder: &str, error: StoreError) -> String {
    let what = match error {
        StoreError::NotAStore => {
            "what is kept there is of another program: choose another folder with --home"
        }
        StoreError::Damaged => {
            "what is kept there is damaged, and was left as it is: bring back a copy of the whole folder, or move it away to begin anew"
        }
        StoreError::Newer => "this was written by a newer Handfast: update this program",
        StoreError::WrongKey => {
            "the key there does not fit the store: bring back the key that belongs to it"
        }
        StoreError::KeyMissing => {
            "the key of the store is gone: bring back the file named key, or move the folder away to begin anew"
        }
        StoreError::Vault(VaultError::Exposed) => {
            "others may read the key: take their rights to the file named key away"
        }
        StoreError::Vault(_) => "the key cannot be read: bring back a copy of the file named key",
        StoreError::ReadOnly => {
            "nothing may be written there: change the rights of the folder, or choose another one with --home"
        }
        StoreError::Full => "the disk is full: make room, then try again",
        StoreError::InUse => "another program holds the store: close it, then try again",
        StoreError::Unreachable(_) => {
            "the folder cannot be reached: check it, or choose another one with --home"
        }
        StoreError::TooMany => {
            return "too many invitations are waiting: end one with handfast invitations --revoke"
                .to_owned();
        }
        StoreError::TooLong => "the invitation is too long to be kept: shorten the question",
        StoreError::Internal => "the store failed: try again",
        StoreError::Unknown => return UNKNOWN_INVITATION.to_owned(),
        StoreError::Refused => return REFUSED.to_owned(),
        StoreError::Over(fate) => return over(fate).to_owned(),
    };
    format!("{}: {what}", line(folder))
}

/// What became of an invitation.
fn over(fate: Fate) -> &'static str {
    match fate {
        Fate::Used => "this invitation has been used: make a new one",
        Fate::Revoked => "this invitation was revoked: make a new one",
        Fate::Expired => {
            "this invitation has expired by this machine's clock: make a new one, or, if the clock is wrong, set it right within a day"
        }
        Fate::Burned => {
            "somebody tried to use this invitation and failed too often: make a new one"
        }
    }
}

/// Why no invitation or reply was found.
pub(crate) fn not_found(error: &FindError) -> String {
    match error {
        FindError::Nothing => {
            "there is no invitation or reply in that: copy the whole message, or ask for it again"
                .into()
        }
        FindError::Cut => {
            "the invitation or reply is incomplete or was altered: ask for it to be sent again"
                .into()
        }
        FindError::NewerVersion => "this comes from a newer Handfast: update this program".into(),
        FindError::SeveralTokens => {
            "there is more than one invitation or reply in that: hand in only the one you mean"
                .into()
        }
        FindError::TooLarge => {
            "this is too large for an invitation or reply: hand in only the message that holds it"
                .into()
        }
        FindError::Picture(error) => error.to_string(),
    }
}

/// Why a reply was not taken.
pub(crate) fn reply_refused(error: ReplyError) -> &'static str {
    match error {
        ReplyError::OtherInvitation => {
            "That reply answers another invitation: let them open the one shown here."
        }
        ReplyError::Altered => "That reply was altered on the way: ask for it to be sent again.",
    }
}

/// Why a file did not go through.
pub(crate) fn file_failed(name: &str, error: FileError, by_peer: bool) -> String {
    let where_ = if by_peer { "there" } else { "here" };
    format!("{} did not go through ({where_}): {error}.", quoted(name))
}

/// How far to trust, in one word.
pub(crate) fn trust_level(level: TrustLevel) -> &'static str {
    match level {
        TrustLevel::Unverified => "unverified",
        TrustLevel::Introduced => "introduced",
        TrustLevel::AnswerChecked => "answer_checked",
        TrustLevel::Verified => "verified",
    }
}

/// Why, for programs.
pub(crate) fn trust_reason(reason: TrustReason) -> &'static str {
    match reason {
        TrustReason::OpenLink => "open_link",
        TrustReason::SawTheCode => "saw_the_code",
        TrustReason::TheirQuestion => "their_question",
        TrustReason::ByYourWord => "by_your_word",
        TrustReason::IntroducedBy(_) => "introduced",
        TrustReason::LockedLink => "locked_link",
        TrustReason::Answered => "answered",
        TrustReason::Scanned => "scanned",
        TrustReason::Compared => "compared",
    }
}

/// How far and why, for people. Takes the word that [`trust_reason`] gives.
pub(crate) fn trust_sentence(reason: &str) -> &'static str {
    match reason {
        "saw_the_code" => "Not verified: it is somebody who saw the code on your screen.",
        "their_question" => {
            "Not verified: they know the answer, as whoever chose the question does. If only they would ask you that, type /onlythey."
        }
        "by_your_word" => "Not verified. By your word, only they would ask you that.",
        "introduced" => "Introduced by somebody you know.",
        "locked_link" | "answered" => "They knew the answer.",
        "scanned" => "Verified: their screen was scanned by camera.",
        "compared" => "Verified: you compared and found it equal.",
        _ => {
            "Not verified: the invitation was passed on as a link or a picture, and anyone who saw it could be this."
        }
    }
}

/// The question before anything is sent.
pub(crate) fn connect_to(name: Option<&str>) -> String {
    let who = name.map_or_else(|| "whoever made this invitation".to_owned(), quoted);
    format!("Connect to {who}? They will see your network address. [y/n]")
}

/// Two met.
pub(crate) fn met(name: &str, reason: &str) -> String {
    format!(
        "You are connected with {}.\n{}",
        quoted(name),
        trust_sentence(reason)
    )
}

/// How long an invitation is good.
pub(crate) fn good_for(left: Duration) -> String {
    format!("Good for {}, for one guest.", duration(left))
}

/// A duration, roughly, as people say it.
pub(crate) fn duration(duration: Duration) -> String {
    let minutes = (duration.as_secs() / 60).max(1);
    let (number, unit) = match minutes {
        0..=120 => (minutes, "minute"),
        121..=2880 => (minutes.div_ceil(60), "hour"),
        _ => (minutes.div_ceil(1440), "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// A size as people say it.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value.fract() > 0.0);
    format!("{value:.digits$} {}", UNITS[unit])
}

/// Something from elsewhere, on one line of the screen: nothing in it can move what stands beside it.
pub(crate) fn line(text: &str) -> String {
    visible(&text.replace(['\n', '\r', '\t'], " "))
}

/// Something from elsewhere in a sentence of ours: in marks that it cannot have itself, so that it
/// ends where it seems to.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", line(text).replace(['“', '”', '„', '"'], "'"))
}

/// A file is there.
pub(crate) fn file_received(name: &str, bytes: u64, path: &str) -> String {
    format!(
        "Received {} ({}): {}",
        quoted(name),
        size(bytes),
        line(path)
    )
}

/// A file is there, over there.
pub(crate) fn file_sent(name: &str, bytes: u64) -> String {
    format!("{} ({}) has arrived.", quoted(name), size(bytes))
}

/// A file was offered, under this number if it waits for an answer.
pub(crate) fn file_offered(name: &str, bytes: u64, asked: Option<u64>) -> String {
    let (name, size) = (quoted(name), size(bytes));
    match asked {
        None => format!("They are sending {name} ({size})."),
        Some(number) => format!(
            "They want to send {name} ({size}). Type /accept {number} to take it, or /decline {number}."
        ),
    }
}

/// Why nothing is compared now.
pub(crate) fn not_compared(error: CompareError) -> &'static str {
    match error {
        CompareError::Unjudged => {
            "The symbols are shown already. Type /same or /different, or compare them first."
        }
        CompareError::TooSoon => "You compared just now. Wait some seconds, then type it again.",
        CompareError::TooOften => "Ten times is enough. Meet again to compare once more.",
        CompareError::NotShown | CompareError::Ended => NOTHING_TO_JUDGE,
    }
}

/// A limit was reached, and what to do.
pub(crate) fn limited(limit: Limit) -> String {
    let what = match limit {
        Limit::Entries => "They have sent as many messages as they may.",
        Limit::Bytes => "They have written as much as they may.",
        Limit::OpenOffers => {
            return "So many of their files wait for your answer that more are declined: type /accept or /decline.".to_owned();
        }
    };
    format!(
        "{what} More waits until you type /more. If you did not verify them, /compare does it too."
    )
}

/// They left.
pub(crate) fn peer_left(name: &str) -> String {
    format!("{} left.", quoted(name))
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &str, error: &std::io::Error) -> String {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file: check the path".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "this file may not be read: check its permissions".to_owned()
        }
        _ => format!("it could not be read ({error}): try again"),
    };
    format!("{}: {why}", line(path))
}

/// A file that cannot be written.
pub(crate) fn unwritable(path: &str, error: &std::io::Error) -> String {
    format!(
        "{}: it could not be written ({error}): choose another place",
        line(path)
    )
}

/// The connection broke.
pub(crate) const LOST: &str = "the connection is lost and they can no longer be reached: make a new invitation and meet again";
/// The other side broke the rules.
pub(crate) fn broken(violation: &str) -> String {
    format!("the connection was ended for safety: {}", line(violation))
}

/// What a text turned out to be.
pub(crate) fn token_kind(kind: &str) -> &'static str {
    match kind {
        "invitation" => "an invitation",
        "reply" => "a reply to an invitation",
        "sealed" => "a locked file",
        "newer" => "something of a newer Handfast",
        "damaged" => "a damaged invitation or reply",
        _ => "another text",
    }
}

pub(crate) const DEMO_BEGINS: &str = "\
Two programs on this machine are about to meet: one shows a code, the other has a camera.
They share nothing but photographs of a screen; everything else goes over the network.
";
pub(crate) const DEMO_LOOKING: &str = "The camera looks at the code";
pub(crate) const DEMO_CONNECTING: &str = "They connect";
pub(crate) const DEMO_TALKING: &str = "They talk, and a file goes across";
pub(crate) const DEMO_KNOCKS: &str = "knocks at the address in the code";
pub(crate) const DEMO_HEARD: &str = "hears an answer: the way is open";
pub(crate) const DEMO_THEY_ARE_HERE: &str = "hears a knock from somebody who has seen the code";
pub(crate) const DEMO_OPEN: &str = "has an encrypted link, and checks who is at its other end";
pub(crate) const DEMO_LEAVES: &str = "says goodbye";
pub(crate) const DEMO_PEER_LEFT: &str = "is alone again, and ends";
pub(crate) const DEMO_TOO_SLOW: &str =
    "the demonstration took more than a minute and was stopped: try again on a quieter machine";
pub(crate) const DEMO_CHILD_DIED: &str =
    "one of the two programs ended too early: try again, and add RUST_LOG=debug to see more";
pub(crate) const DEMO_FILE_DIFFERS: &str =
    "the file did not arrive as it was sent: this should never happen, please report it";
pub(crate) const DEMO_NOTHING_SEEN: &str = "the camera could not read the code: try another --seed";

/// The host shows its code.
pub(crate) fn demo_draws(name: &str, bytes: usize, version: u8, modules: usize) -> String {
    format!("{name} shows a code: {bytes} bytes, version {version}, {modules} x {modules} modules")
}

/// The guest shows its code.
pub(crate) fn demo_replies(name: &str, bytes: usize, version: u8, modules: usize) -> String {
    format!("{name} shows a reply: {bytes} bytes, version {version}, {modules} x {modules} modules")
}

pub(crate) fn demo_photographs(frame: u32) -> String {
    format!("the camera takes photograph {frame}")
}

pub(crate) fn demo_reads(milliseconds: f64) -> String {
    format!("reads the code, after looking for {milliseconds:.1} ms")
}

pub(crate) fn demo_met(name: &str, reason: &str) -> String {
    format!(
        "is connected with {}. {}",
        line(name),
        trust_sentence(reason)
    )
}

pub(crate) fn demo_says(text: &str) -> String {
    format!("\"{}\"", line(text))
}

pub(crate) fn demo_file_made(bytes: u64) -> String {
    format!("has a file of {} to send", size(bytes))
}

pub(crate) fn demo_file_begins(name: &str, bytes: u64) -> String {
    format!("begins to receive {} ({})", line(name), size(bytes))
}

pub(crate) fn demo_file_stored(bytes: u64, seconds: f64) -> String {
    let rate = bytes as f64 / f64::from(1 << 20) / seconds.max(1e-9);
    format!("has stored it after {seconds:.2} s, {rate:.1} MiB/s")
}

pub(crate) fn demo_file_checked(hash: &str) -> String {
    let start = hash.get(..16).unwrap_or(hash);
    format!("has read it back from disk: BLAKE2b {start}...")
}

pub(crate) fn demo_failed(host: bool, text: &str) -> String {
    let who = if host { "host" } else { "guest" };
    format!("the {who} of the demonstration stopped: {}", line(text))
}

/// What the end of a demonstration says.
pub(crate) struct Summary<'a> {
    pub(crate) bytes: usize,
    pub(crate) version: u8,
    pub(crate) modules: usize,
    pub(crate) scans: u8,
    pub(crate) scan_ms: f64,
    pub(crate) authenticated_ms: f64,
    pub(crate) mib_per_s: f64,
    pub(crate) equal: bool,
    pub(crate) seed: u64,
    pub(crate) folder: &'a str,
}

pub(crate) fn demo_summary(summary: Summary<'_>) -> String {
    let Summary {
        bytes,
        version,
        modules,
        scans,
        scan_ms,
        authenticated_ms,
        mib_per_s,
        equal,
        seed,
        folder,
    } = summary;
    let scans = match scans {
        1 => "one scan was enough".to_owned(),
        more => format!("{more} scans"),
    };
    let equal = match equal {
        true => "equal on both sides",
        false => "NOT equal on both sides",
    };
    format!(
        "
Code      {bytes} bytes, version {version}, {modules} x {modules} modules
Scan      read in {scan_ms:.1} ms, {scans}
Together  {authenticated_ms:.1} ms after the code was read, each knows who the other is
File      {mib_per_s:.1} MiB/s, {equal}
Pictures  in {}
Again     handfast demo --seed {seed}",
        line(folder)
    )
}

// --- Locking files ---------------------------------------------------------------------------------

pub(crate) const SEAL_EXAMPLES: &str = "\
Examples:
  handfast seal letter.pdf
  handfast seal photos/ -q 'Where did we meet?' -q 'Who was there?'
  handfast seal letter.pdf --code          a code is needed as well, sent another way
  handfast seal letter.pdf -q 'Which boat?' --answer-file answers.txt
  printf 'see you at 8' | handfast seal - --text -q 'Which boat?'

Whoever has the locked file can try answers on their own computer, as many as they like. A code
ends that: send it on another way than the file.";

pub(crate) const OPEN_EXAMPLES: &str = "\
Examples:
  handfast open letter.pdf.handfast
  handfast open letter.pdf.handfast -o elsewhere.pdf
  handfast open 'hfs1:...'                 a locked text
  handfast open letter.pdf.handfast --answer-file answers.txt --code-file code.txt
  handfast open backup.tar.handfast --large    write more than 512 MiB without asking

What was locked is stored and never shown or run.";

pub(crate) const INSPECT_EXAMPLES: &str = "\
Examples:
  handfast inspect letter.pdf.handfast
  handfast inspect --json 'hfs1:...'";

pub(crate) const ANSWER_NEEDED: &str = "there is nobody to ask for the answer: give it in a file with --answer-file, or - for standard input";
pub(crate) const ANSWER_AGAIN: &str = "The same again:";
pub(crate) const ANSWERS_DIFFER: &str = "These two are not the same. Once more:";
pub(crate) const ANSWERS_NOT_TEXT: &str =
    "the file with the answers is not text in UTF-8: save it as such";
pub(crate) const NOT_A_PASSWORD: &str =
    "The sender wrote this. Do not answer with a password that you use elsewhere.";
pub(crate) const EACH_ANSWER: &str = "You have answered before. Each answer lets them test one guess: make sure that it is they who ask.";
pub(crate) const CODE_MISSING: &str = "a code is needed as well, which the sender passes on another way: give it in a file with --code-file";
pub(crate) const CODE_PROMPT: &str = "Code (letters and digits, or words):";
pub(crate) const CODE_FOLLOWS: &str =
    "This code is needed as well. It is shown only now. Send it another way than the file:";
pub(crate) const OFFER_CODE: &str =
    "Make a code as well, which you send another way? Then nobody can guess. [Y/n]";
pub(crate) const QUESTION_PROMPT: &str =
    "Question for whoever opens it (empty if they know what is asked):";
pub(crate) const TOO_MANY_QUESTIONS: &str = "there can be five questions: leave some out";
pub(crate) const INPUT_TWICE: &str =
    "standard input can be only one of them: give the others as files";
pub(crate) const INPUT_TOO_LONG: &str =
    "standard input is too long to be kept in memory: save it in a file and lock that";
pub(crate) const STANDARD_INPUT: &str = "standard input";
pub(crate) const LOCKED_FILE: &str = "the locked file";
pub(crate) const TYPE_TEXT: &str = "Write the text, and end it with Ctrl-D on a line of its own:";
pub(crate) const UNLOCKING: &str = "Making the key. This is slow on purpose.";
pub(crate) const NO_RANDOMNESS: &str =
    "this machine gives no random numbers: try again after restarting it";
pub(crate) const WENT_WRONG: &str = "this machine could not finish the work: try again";
pub(crate) const NEEDS_A_KEY: &str =
    "this is locked with a key and not with a question: open it with the program that made it";
pub(crate) const DAMAGED_FOLDER: &str =
    "the locked folder is not whole: ask for it to be sent again";
pub(crate) const NO_QUESTION_INSIDE: &str =
    "Locked with an answer. The question is not inside: ask the sender.";
pub(crate) const CODE_NEEDED: &str =
    "A code is needed as well, which the sender sends another way.";
pub(crate) const OVER_LIMITS: &str = "That is outside of what this machine is willing to spend.";
pub(crate) const NOT_CHECKED: &str =
    "Nothing of this is proven before it is opened: anybody could have written it.";

/// What a container that does not open says, and what to try.
pub(crate) fn refused(error: SealError) -> &'static str {
    match error {
        SealError::NotOurs => "this is not a locked file: check which file or text was meant",
        SealError::Unsupported => "this was locked by a newer Handfast: update this program",
        SealError::TooExpensive => {
            "opening this asks for more memory, time or space than is reasonable: ask the sender to lock it again"
        }
        SealError::WrongAnswerOrAltered => {
            "the answer or code is wrong, or the file was altered: try again, then ask for it to be sent again"
        }
        SealError::Damaged => "this is damaged, cut or altered: ask for it to be sent again",
    }
}

/// A question from elsewhere.
pub(crate) fn question(text: &str) -> String {
    format!("Question: {}", quoted(text))
}

/// A question that somebody asks who is not known yet.
pub(crate) fn they_ask(text: &str) -> String {
    format!("They ask: {}", line(text))
}

/// What is asked for: one of so many answers.
pub(crate) fn answer_prompt(number: usize, of: usize) -> String {
    match of {
        0 | 1 => "Answer (not shown):".to_owned(),
        _ => format!("Answer {} of {of} (not shown):", number + 1),
    }
}

pub(crate) fn answer_count(questions: usize, answers: usize) -> String {
    format!("there are {questions} questions but {answers} answers: write one answer a line")
}

/// How good the answers are against somebody who tries them all.
pub(crate) fn strength(strength: &Strength, tries_per_second: f64, cost: &Cost) -> String {
    let rate = format!(
        "One good graphics card tries about {} answers a second.",
        tries_per_second.round()
    );
    let time = roughly(strength.attack(cost));
    match strength.verdict {
        Verdict::Weak => format!(
            "Weak: whoever gets the locked file can find this by trying, in {time} at most. {rate}"
        ),
        Verdict::Fair => format!(
            "Fair: one person would try for up to {time}; somebody with many machines finds it. {rate}"
        ),
        Verdict::NoShortcutSeen => {
            format!("No quick way to guess this was seen, which is no promise. {rate}")
        }
        Verdict::BeyondReach => "With the code nobody can find the answer by trying.".to_owned(),
    }
}

/// A long time, as people say it.
fn roughly(duration: Duration) -> String {
    const UNITS: [(f64, &str); 5] = [
        (365.25 * 86_400.0, "year"),
        (30.4 * 86_400.0, "month"),
        (86_400.0, "day"),
        (3600.0, "hour"),
        (60.0, "minute"),
    ];
    let seconds = duration.as_secs_f64();
    let unit = UNITS.iter().find(|(length, _)| seconds >= *length);
    match unit {
        None => "a minute".to_owned(),
        Some((length, "year")) if seconds / length > 1e4 => "thousands of years".to_owned(),
        Some((length, name)) => {
            let number = (seconds / length).round();
            let plural = if number > 1.0 { "s" } else { "" };
            format!("about {number} {name}{plural}")
        }
    }
}

/// Something is locked.
pub(crate) fn sealed(path: &str, bytes: u64) -> String {
    format!("Locked: {} ({})", line(path), size(bytes))
}

/// Something was opened.
/// Why so much is not written where nobody can be asked.
pub(crate) fn too_large_to_write(bytes: u64) -> String {
    format!(
        "it holds {}, and there is nobody to ask whether to write so much: add --large if you want to",
        size(bytes)
    )
}

/// The question whether to write so much.
pub(crate) fn write_so_much(bytes: u64) -> String {
    format!("It holds {}. Write that much? [y/N]", size(bytes))
}

pub(crate) fn unsealed(path: &str, folder: bool, bytes: u64) -> String {
    let what = if folder { "Opened folder" } else { "Opened" };
    format!("{what}: {} ({})", line(path), size(bytes))
}

/// What a folder holds that no locked folder can.
pub(crate) fn left_out(paths: &[std::path::PathBuf]) -> String {
    const SHOWN: usize = 5;
    let mut names: Vec<String> = paths
        .iter()
        .take(SHOWN)
        .map(|path| line(&path.to_string_lossy()))
        .collect();
    if paths.len() > SHOWN {
        names.push(format!("and {} more", paths.len() - SHOWN));
    }
    format!(
        "Left out, since links and devices are not locked: {}",
        names.join(", ")
    )
}

pub(crate) fn already_there(path: &str) -> String {
    format!(
        "{}: something is there already: choose another place with --output",
        line(path)
    )
}

/// Something that cannot be stored.
pub(crate) fn not_stored(path: &str, error: &std::io::Error) -> String {
    use std::io::ErrorKind::{
        NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    let why = match error.kind() {
        StorageFull | QuotaExceeded => {
            "there is no space left: free some, or choose another place with --output".to_owned()
        }
        PermissionDenied | ReadOnlyFilesystem => {
            "nothing may be written there: choose another place with --output".to_owned()
        }
        NotFound => "there is no such folder: choose another place with --output".to_owned(),
        _ => return unwritable(path, error),
    };
    format!("{}: {why}", line(path))
}

pub(crate) fn not_a_file(path: &str) -> String {
    format!(
        "{}: this is neither a file nor a folder: choose one",
        line(path)
    )
}

pub(crate) fn no_locked_file(argument: &str) -> String {
    format!(
        "{}: there is no such file, and no locked text in that: check the path, or copy the whole text",
        line(argument).chars().take(80).collect::<String>()
    )
}

pub(crate) fn changed_meanwhile(path: &str) -> String {
    format!(
        "{}: it was changed while it was read: try again when nothing writes to it",
        line(path)
    )
}

pub(crate) fn too_large_to_seal(most: u64) -> String {
    format!("this is more than {}: lock it in parts", size(most))
}

pub(crate) fn too_large_for_text(most: u64) -> String {
    format!(
        "this is too long for a text, of which {} fit: leave out --text and send the file",
        size(most)
    )
}

pub(crate) fn unsafe_folder(path: &str) -> String {
    format!(
        "{}: this locked folder holds a link, a device or a path that leads out of it, so nothing was unpacked: do not trust its sender",
        line(path)
    )
}

/// What is inside, in one word for programs.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Invitation => "invitation",
        Kind::Reply => "reply",
        Kind::File => "file",
        Kind::DeviceState => "device_state",
    }
}

pub(crate) fn holds_no_file(held: Kind) -> String {
    let what = match held {
        Kind::Invitation => "an invitation",
        Kind::Reply => "a reply",
        Kind::File => "a file",
        Kind::DeviceState => "what a device remembers",
    };
    format!("this holds {what} and not a file: open it where it belongs")
}

/// Takes the word that [`kind`] gives.
pub(crate) fn inspected(kind: &str) -> String {
    match kind {
        "file" => "A locked file or folder.".to_owned(),
        "device_state" => "What a device remembers, locked.".to_owned(),
        "reply" => "A locked reply.".to_owned(),
        _ => "A locked invitation.".to_owned(),
    }
}

pub(crate) fn cost(memory: u64, passes: u8, tries_per_second: f64) -> String {
    format!(
        "Each try takes {} of memory and {passes} passes over it: about {} tries a second on one good graphics card.",
        size(memory),
        tries_per_second.round()
    )
}

pub(crate) fn sizes(bytes: u64, content: Option<u64>) -> String {
    match content {
        Some(content) => format!(
            "{}, with at most {} inside (more if it was compressed).",
            size(bytes),
            size(content)
        ),
        None => format!("{}, which is too short to be whole.", size(bytes)),
    }
}

/// Why the router opened no port, for somebody who makes an invitation.
pub(crate) fn no_port(error: MappingError) -> String {
    format!("No port was opened: {error}. They may have to send a reply back.")
}

/// One of this machine's own addresses.
pub(crate) fn own_address(address: IpAddr, range: Range) -> String {
    let what = match range {
        Range::Public => "public",
        Range::Private => "private, of this network only",
        Range::Carrier => "shared by the carrier, of its network only",
        Range::Link => "only for this cable or radio: this network hands out no addresses",
        Range::Loopback => "this machine itself",
        Range::Special => "of no use to others",
    };
    format!("Address {address} ({what})")
}

/// How far this machine can be reached in one family of addresses.
pub(crate) fn opening(family: Family, opening: Opening) -> String {
    let name = match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    };
    let what = match opening {
        Opening::Absent => "there is none here.",
        Opening::Silent => {
            "no STUN server answered. This network blocks UDP, or has no way outside."
        }
        Opening::Strict => {
            "the network is strict: it shows a different port to everybody, so others can hardly find this machine."
        }
        Opening::Unknown => "too little is known of how others see this machine.",
        Opening::Same => {
            "the router shows the same address to everybody, and lets in whoever this machine has sent to."
        }
        Opening::Public => {
            "the address is public. A firewall may let in only whoever this machine has sent to."
        }
        Opening::Open => "others reach this machine, as the router opens a port.",
    };
    format!("{name}: {what}")
}

/// An address that a server saw.
pub(crate) fn seen_outside(address: SocketAddr) -> String {
    format!("Seen from outside as {address}")
}

/// Whether the router opens ports.
pub(crate) fn port_mapping(port: &Result<SocketAddr, MappingError>) -> String {
    match port {
        Ok(external) => {
            format!("The router opened a port at {external} when asked, and has closed it again.")
        }
        Err(error) => format!("No port opened: {error}."),
    }
}

/// Whether the router leads back in what is sent to its own address.
pub(crate) fn hairpin(is_heard: bool) -> &'static str {
    match is_heard {
        true => "The router leads back what is sent to its own address.",
        false => "The router does not lead back what is sent to its own address.",
    }
}

/// What to expect of one situation.
pub(crate) fn verdict(expected: &Expected) -> String {
    let with = match expected.situation {
        Situation::SameNetwork => "With somebody in the same network",
        Situation::OneScan => "With somebody elsewhere who only opens your invitation",
        Situation::TwoScans => "With somebody elsewhere whose reply comes back to you",
        Situation::StrictThere => {
            "The same, if their network is strict, as mobile networks often are"
        }
        Situation::SameRouter => {
            "With somebody on this router's other networks, such as its guest Wi-Fi"
        }
    };
    let how = match (expected.chance, expected.situation) {
        (Chance::Yes, Situation::SameNetwork) => "yes, unless it keeps its devices apart",
        (Chance::Yes, _) => "yes",
        (Chance::Likely, _) => "most likely",
        (Chance::Unknown, _) => "not known",
        (Chance::Unlikely, _) => "hardly",
        (Chance::No, _) => "no",
    };
    let also = match expected.needs_ipv6 && expected.chance >= Chance::Likely {
        true => ", if they have IPv6 too",
        false => "",
    };
    format!("  {with}: {how}{also}.")
}

/// Who was asked for all this.
pub(crate) fn who_was_asked(servers: &[String], router: bool) -> String {
    match (servers, router) {
        ([], false) => "Nobody was asked.".into(),
        ([], true) => "Asked: the router.".into(),
        (servers, router) => {
            let router = if router { " and the router" } else { "" };
            format!("Asked: {}{router}.", servers.join(", "))
        }
    }
}

/// Why two did not meet, and what to try.
pub(crate) fn cause(cause: Cause) -> String {
    let why = match cause {
        Cause::NoNetwork => "this machine has no network",
        Cause::KeptApart => {
            "you are in the same network, and it seems to keep its devices apart, as public Wi-Fi does"
        }
        Cause::NoCommonFamily => "one of you has IPv4 only and the other IPv6 only",
        Cause::Blocked => "this network lets no direct connections out",
        Cause::BothStrict => "both networks are strict, and hide where each of you can be found",
        Cause::ReplyMissing => "your networks do not join by themselves",
        Cause::OnlyLocal => "the invitation names only addresses of their own network",
        Cause::OneStrict => "one of the two networks is strict, and no way past it was found yet",
        Cause::StrictUnreplied => "one of the two networks is strict, and they need your reply",
        Cause::Gone => "nothing was heard from them",
    };
    let try_this = match cause.remedy() {
        Remedy::JoinNetwork => "connect it to one, then try again",
        Remedy::Hotspot => "let one of you open a hotspot and the other join it",
        Remedy::OtherNetwork => {
            "let one of you change to another network, such as a hotspot or a home Wi-Fi"
        }
        Remedy::PassReply => "let the one who invited scan or open the reply",
        Remedy::InviteFar => {
            "join that network, or hand them your reply and open the code that they show then"
        }
        Remedy::TryHarder => {
            "both of you type /harder, or tap Try harder in the app, or change to another network"
        }
        Remedy::PassReplyAndTryHarder => {
            "let the one who invited scan or open the reply, and type /harder once they have it"
        }
        Remedy::Again => "check that both programs are still running, then try again",
    };
    format!("Nothing heard yet. Most likely {why}: {try_this}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_happened_and_one_thing_to_try() {
        let all = [
            Failure::Expired,
            Failure::Taken,
            Failure::NotReached,
            Failure::WentAway,
            Failure::WrongCertificate,
            Failure::NotTheInviter,
            Failure::LeftAfterAnswer,
            Failure::Burned,
            Failure::NoRoute,
            Failure::NoNetwork,
            Failure::Local,
        ];
        let sentences: std::collections::HashSet<_> = all.iter().map(|f| failure(*f)).collect();
        assert_eq!(sentences.len(), all.len());
        for sentence in sentences {
            let (happened, to_try) = sentence.split_once(": ").expect("two parts");
            assert!(happened.len() > 10 && to_try.len() > 5, "{sentence}");
            for jargon in ["candidate", "ICE", "DTLS", "token", "socket", "peer"] {
                assert!(!sentence.contains(jargon), "{sentence}");
            }
        }
    }

    #[test]
    fn what_comes_from_elsewhere_stays_on_its_own_lines() {
        assert_eq!(line("a\u{1b}[2Jb\u{202e}\nc"), "a[2Jb c");
    }

    #[test]
    fn a_name_ends_where_its_sentence_goes_on() {
        let name = "Ana” (5 bytes) has arrived. “b";
        assert_eq!(
            file_sent(name, 5),
            "“Ana' (5 bytes) has arrived. 'b” (5 bytes) has arrived."
        );
    }

    #[test]
    fn durations_and_sizes_are_said_as_people_say_them() {
        for (seconds, said) in [
            (1, "1 minute"),
            (600, "10 minutes"),
            (7200, "120 minutes"),
            (659, "10 minutes"),
            (7260, "3 hours"),
            (86_400, "24 hours"),
            (604_800, "7 days"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), said);
        }
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(32 << 20), "32 MiB");
    }

    #[test]
    fn trust_is_claimed_only_with_its_reason() {
        for reason in [
            "open_link",
            "saw_the_code",
            "their_question",
            "by_your_word",
            "nonsense",
        ] {
            assert!(trust_sentence(reason).starts_with("Not verified"));
        }
        assert!(trust_sentence("scanned").starts_with("Verified"));
    }

    #[test]
    fn every_cause_says_one_thing_to_try() {
        let mut said = std::collections::HashSet::new();
        for cause in [
            Cause::NoNetwork,
            Cause::KeptApart,
            Cause::NoCommonFamily,
            Cause::Blocked,
            Cause::BothStrict,
            Cause::ReplyMissing,
            Cause::OnlyLocal,
            Cause::OneStrict,
            Cause::StrictUnreplied,
            Cause::Gone,
        ] {
            let sentence = super::cause(cause);
            assert_eq!(sentence.matches(": ").count(), 1, "{sentence}");
            assert!(said.insert(sentence));
        }
    }
}
