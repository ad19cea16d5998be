//! Which sentence of [`strings`] the program says of what the core tells, with the numbers and the words
//! from elsewhere in it. No error of the core is shown as it words itself: each has a sentence here.

use crate::language::{Language, language};
use crate::output::{Listed, Side};
use crate::status::{Status, Stop};
use crate::{margin, strings};
use handfast_native::conversation::{CompareError, FileError, Violation};
use handfast_native::device::{
    Asked, BundleError, ContactEdit, ContactView, EndReason, Exported, Hindrance, NotCalled,
    NotNamed, Pause, Reached, Refusal, Role, Row, SessionEnd, Tag,
};
use handfast_native::handshake::{
    ChannelError, Client, ClientKind, SYMBOLS, ShortString, TrustLevel, TrustReason, visible,
};
use handfast_native::network::{
    Chance, Family, MappingError, Reachability, Situation, Verdict as Expected,
};
use handfast_native::pairing::{Cause, Failure, Remedy};
use handfast_native::qr::PictureError;
use handfast_native::question::Standing;
use handfast_native::reconnect::RestoredClaim;
use handfast_native::seal::{
    Cost, Kind, LockError, Questions, SealError, Strength, Trivial, Verdict,
};
use handfast_native::store::{KeyStoreError, StoreError};
use handfast_native::token::{FieldError, FindError, HereError, Range, ReplyError, Token};
use handfast_native::unix_seconds;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub(crate) const HARDER: &str = "/harder";

/// The question of a host, with the answers that are left. `is_repeated`: an answer was given before, to
/// them or to somebody else.
pub(crate) fn asking(asked: &str, tries_left: u8, is_repeated: bool) -> String {
    let mut lines = vec![they_ask(asked), strings::not_a_password().to_owned()];
    if is_repeated {
        lines.push(strings::question_repeated().to_owned());
    }
    lines.push(strings::tries_left_said(tries_left.into()));
    lines.join("\n")
}

/// The guest is being asked.
pub(crate) fn answering(tries_left: u8) -> String {
    match tries_left {
        3 => strings::answering().into(),
        left => strings::answering_again(left),
    }
}

/// The symbols of a comparison, each with its name.
pub(crate) fn symbols(shown: &ShortString) -> Vec<String> {
    let symbol = |at: u8| {
        let (picture, name) = SYMBOLS[usize::from(at)];
        format!("{picture} {}", strings::symbol(name).unwrap_or(name))
    };
    shown.symbols().map(symbol).to_vec()
}

/// The digits of a comparison, in its groups.
pub(crate) fn digits(shown: &ShortString) -> String {
    shown.digits().map(|group| format!("{group:04}")).join(" ")
}

/// What both people compare.
pub(crate) fn comparing(symbols: &[String], digits: &str) -> String {
    // Two rows, so that a narrow window breaks none of them.
    let width = |symbol: &String| symbol.chars().map(margin::width).sum::<usize>();
    let column = symbols.iter().map(width).max();
    let padded = |symbol: &String| {
        let room = column.unwrap_or(0) - width(symbol);
        format!("{symbol}{}", " ".repeat(room))
    };
    let rows = symbols.chunks(3).map(|row| {
        let row: Vec<String> = row.iter().map(padded).collect();
        row.join("   ").trim_end().to_owned()
    });
    strings::comparing(rows.collect::<Vec<_>>().join("\n  "), digits)
}

/// Why two did not come together, and one thing to try.
pub(crate) fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::Expired => strings::failure_expired(),
        Failure::Taken => strings::failure_taken(),
        Failure::NotReached => strings::failure_not_reached(),
        Failure::WentAway => strings::failure_went_away(),
        Failure::WrongCertificate => strings::failure_wrong_certificate(),
        Failure::NotTheInviter => strings::failure_not_the_inviter(),
        Failure::AnswersDiffer => strings::failure_answers_differ(),
        Failure::LeftAfterAnswer => strings::failure_left_after_answer(),
        Failure::Burned => strings::failure_burned(),
        Failure::NoRoute => strings::failure_no_route(),
        Failure::NoNetwork => strings::failure_no_network(),
        Failure::Local => strings::failure_local(),
    }
}

/// Why nothing is meant by what was typed, or by nothing at all.
pub(crate) fn not_named(error: &NotNamed) -> String {
    match error {
        NotNamed::Unknown => strings::unknown_invitation().to_owned(),
        NotNamed::Ambiguous => strings::write_more().to_owned(),
        NotNamed::OtherRole(Role::Host) => strings::other_seat_host().to_owned(),
        NotNamed::OtherRole(Role::Guest) => strings::other_seat_guest().to_owned(),
        NotNamed::Over(reason) => over(*reason).to_owned(),
        NotNamed::Nothing => strings::nothing_to_resume().to_owned(),
        NotNamed::UnderWay => strings::invitation_in_use().to_owned(),
        NotNamed::Several(tags) => {
            let tags: Vec<String> = tags.iter().map(Tag::to_string).collect();
            strings::several_wait(tags.join(", "))
        }
    }
}

/// A line of the list of what waits.
pub(crate) fn pending(tag: &str, side: Side, name: Option<&str>, left: Duration) -> String {
    let left = duration(left);
    match (side, name) {
        (Side::Host, _) => strings::pending_host(tag, left),
        (Side::Guest, Some(name)) => strings::pending_guest(tag, quoted(name), left),
        (Side::Guest, None) => strings::pending_guest_unknown(tag, left),
    }
}

/// What was not ended by what ended the command: how to go on with it, and how not to.
pub(crate) fn still_waits(tag: Tag, role: Role, end: SessionEnd) -> Option<String> {
    match (role, end) {
        // Only the host's clock ends an invitation.
        (Role::Host, SessionEnd::Failed(Failure::Expired)) => None,
        (Role::Guest, SessionEnd::Failed(Failure::Expired)) => {
            Some(strings::still_waits_expired(tag))
        }
        (Role::Guest, SessionEnd::Failed(Failure::Taken)) => Some(strings::still_waits_taken(tag)),
        (Role::Host, _) => Some(strings::still_waits("invite", tag)),
        (Role::Guest, _) => Some(strings::still_waits("join", tag)),
    }
}

/// What hinders the store in this folder, and what to do.
pub(crate) fn store_refused(folder: &str, error: StoreError) -> String {
    let what = match error {
        StoreError::NotAStore => strings::store_not_ours(),
        StoreError::Damaged => strings::store_damaged(),
        StoreError::Newer => strings::store_newer(),
        StoreError::WrongKey => strings::store_wrong_key(),
        StoreError::KeyMissing => strings::store_key_missing(),
        StoreError::KeyStore(KeyStoreError::Exposed) => strings::store_key_exposed(),
        StoreError::KeyStore(_) => strings::store_key_unreadable(),
        StoreError::ReadOnly => strings::store_read_only(),
        StoreError::Full => strings::store_full(),
        StoreError::InUse => strings::store_in_use(),
        StoreError::Unreachable(_) => strings::store_unreachable(),
        StoreError::TooMany => {
            return strings::store_too_many().to_owned();
        }
        StoreError::TooLong => strings::store_too_long(),
        StoreError::Internal => strings::store_failed(),
        StoreError::Unknown => return strings::unknown_invitation().to_owned(),
        StoreError::Over(reason) => return over(reason).to_owned(),
    };
    of_place(folder, what)
}

/// What became of an invitation.
fn over(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Used => strings::over_used(),
        EndReason::Revoked => strings::over_revoked(),
        EndReason::Expired => strings::over_expired(),
        EndReason::Burned => strings::failure_burned(),
    }
}

/// Why no invitation or reply was found.
pub(crate) fn not_found(error: &FindError) -> String {
    let sentence = match error {
        FindError::Nothing => strings::find_nothing(),
        FindError::Cut => strings::find_cut(),
        FindError::NewerVersion => strings::find_newer(),
        FindError::SeveralTokens(_) => strings::find_several(),
        FindError::TooLarge => strings::find_too_large(),
        // Every picture is read by our own reader.
        FindError::Picture(error) => match error.downcast_ref() {
            Some(error) => return picture(error),
            None => strings::find_nothing(),
        },
    };
    sentence.to_owned()
}

/// Why a picture gave no text.
pub(crate) fn picture(error: &PictureError) -> String {
    let sentence = match error {
        PictureError::OtherKind(kind) => return strings::picture_other_kind(kind),
        PictureError::NotAPicture => strings::picture_unreadable(),
        PictureError::TooLarge => strings::picture_too_large(),
        PictureError::NoCode => strings::picture_no_code(),
    };
    sentence.to_owned()
}

/// Why a reply was not taken.
pub(crate) fn reply_refused(error: ReplyError) -> &'static str {
    match error {
        ReplyError::OtherInvitation => strings::reply_other_invitation(),
        ReplyError::Altered => strings::reply_altered(),
    }
}

/// Why what says where somebody is says nothing here.
pub(crate) fn here_refused(error: HereError) -> &'static str {
    match error {
        HereError::OtherContact => strings::here_other(),
        HereError::Altered => strings::here_altered(),
    }
}

/// What to do with what says where this device is.
pub(crate) fn here_shown(name: &str) -> String {
    strings::here_shown(called(name))
}

/// Who says where they are, and since when.
pub(crate) fn here_said(name: &str, age: Duration) -> String {
    strings::here_said(called(name), duration(age))
}

/// Why a line was not obeyed; None if the end of the session says it.
pub(crate) fn refusal(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Reply(error) => Some(reply_refused(error)),
        Refusal::OtherInvitation(_) => Some(strings::other_invitation()),
        Refusal::TooLong => Some(strings::message_too_long()),
        Refusal::NotYet => Some(strings::not_yet()),
        Refusal::Unchangeable => Some(strings::unchangeable()),
        Refusal::NoTriesLeft => Some(strings::no_tries_left()),
        Refusal::Hindered(hindrance) => Some(hindered(hindrance)),
        _ => None,
    }
}

/// Why a contact is not looked for.
pub(crate) fn hindered(hindrance: Hindrance) -> &'static str {
    match hindrance {
        Hindrance::NotKept => strings::hindered_not_kept(),
        Hindrance::Frozen => strings::ended_frozen(),
    }
}

/// How a question stands, where there is anything to say of it.
pub(crate) fn asked(name: &str, ours: bool, asked: &Asked) -> Option<String> {
    let (name, question) = (quoted(name), quoted(&asked.question));
    Some(match (ours, asked.standing) {
        (_, Standing::Checking) => return None,
        (true, Standing::Open) => strings::question_asked(name, question),
        (true, Standing::Right) => strings::question_right(name),
        (true, Standing::Wrong(0)) => strings::question_wrong_last(name),
        (true, Standing::Wrong(left)) => strings::question_wrong(name, left),
        (true, Standing::NotAnswered) => strings::question_unanswered(name),
        (false, Standing::Open) => strings::question_theirs(name, question),
        (false, Standing::Right) => strings::answer_right(name),
        (false, Standing::Wrong(0)) => strings::answer_wrong_last(name),
        (false, Standing::Wrong(left)) => strings::answer_wrong(name, left),
        (false, Standing::NotAnswered) => strings::answer_not_given(name),
    })
}

/// What could not be sent now.
pub(crate) fn queued(name: &str, files: &[String]) -> String {
    strings::send_queued(line(name), line(&files.join(", ")))
}

/// What goes by a conversation that is under way.
pub(crate) fn handed_over(name: &str, files: &[String]) -> String {
    strings::send_handed_over(line(name), line(&files.join(", ")))
}

/// What a file is called; a folder with the mark of one.
pub(crate) fn file_name(name: &str, files: Option<u32>) -> String {
    match files {
        None => name.to_owned(),
        Some(_) => format!("{name}/"),
    }
}

/// What a file waits for that does not move.
pub(crate) fn file_paused(by: Pause, number: u64) -> String {
    match by {
        Pause::Here => strings::screen_file_paused(number),
        Pause::There => strings::screen_file_held().to_owned(),
        Pause::Apart => strings::screen_file_apart().to_owned(),
    }
}

/// The same as a line of its own.
pub(crate) fn file_paused_line(name: &str, by: Pause, number: u64) -> String {
    format!("{name}: {}", file_paused(by, number))
}

/// Why a file did not go through.
pub(crate) fn file_failed(name: &str, error: FileError, by_peer: bool) -> String {
    let why = match error {
        FileError::Declined => strings::file_declined(),
        FileError::TooLarge => strings::file_too_large(),
        FileError::TooMany => strings::file_too_many(),
        FileError::NoSpace => strings::file_no_room(),
        FileError::NoPermission => strings::file_not_allowed(),
        FileError::Storage => strings::file_not_stored(),
        FileError::Unreadable => strings::file_not_read(),
        FileError::Changed => strings::file_changed(),
        FileError::Damaged => strings::file_damaged(),
        FileError::Cancelled => strings::file_cancelled(),
        FileError::Ended => strings::file_ended(),
    };
    match by_peer {
        true => strings::file_failed_there(quoted(name), why),
        false => strings::file_failed_here(quoted(name), why),
    }
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

/// How far and why, for people.
pub(crate) fn trust_sentence(reason: TrustReason) -> &'static str {
    match reason {
        TrustReason::OpenLink => strings::trust_open_link(),
        TrustReason::SawTheCode => strings::trust_saw_the_code(),
        TrustReason::TheirQuestion => strings::trust_their_question(),
        TrustReason::ByYourWord => strings::trust_by_your_word(),
        TrustReason::IntroducedBy(_) => strings::trust_by_introduction(),
        TrustReason::LockedLink | TrustReason::Answered => strings::trust_answered(),
        TrustReason::Scanned => strings::trust_scanned(),
        TrustReason::Compared => strings::trust_compared(),
    }
}

/// How far it is now, for people; None where what raised it has just been told.
pub(crate) fn trust_changed(reason: TrustReason) -> Option<&'static str> {
    match reason {
        TrustReason::Answered => None,
        reason => Some(trust_sentence(reason)),
    }
}

/// The question before anything is sent.
pub(crate) fn connect_to(name: Option<&str>) -> String {
    match name {
        Some(name) => strings::connect_to(quoted(name)),
        None => strings::connect_to_unknown().to_owned(),
    }
}

/// A line of the choice between several invitations.
pub(crate) fn choice(number: usize, token: &Token) -> String {
    let Token::Invitation(invitation) = token else {
        return strings::which_locked(number);
    };
    let now = handfast_native::unix_seconds();
    let left = invitation.expiry.remaining(now).map(duration);
    match (left, &invitation.name) {
        (None, _) => strings::which_expired(number),
        (Some(left), Some(name)) => strings::which_named(number, quoted(name.as_str()), left),
        (Some(left), None) => strings::which_unnamed(number, left),
    }
}

/// Two met.
pub(crate) fn met(name: &str, reason: TrustReason, client: Option<&Client>) -> String {
    let met = strings::met(quoted(name), trust_sentence(reason));
    match client.and_then(self::client) {
        Some(client) => format!("{met}\n{client}"),
        None => met,
    }
}

/// What they say they are, where it matters.
fn client(client: &Client) -> Option<String> {
    Some(match (client.kind(), client.site()) {
        (ClientKind::Program | ClientKind::App, _) => return None,
        (ClientKind::Page, Some(site)) => strings::client_page_of(site),
        (ClientKind::Page, None) => strings::client_page().to_owned(),
        (ClientKind::Embedded, Some(site)) => strings::client_embedded_at(site),
        (ClientKind::Embedded, None) => strings::client_embedded().to_owned(),
        (ClientKind::File, _) => strings::client_file().to_owned(),
    })
}

/// How long an invitation is good.
pub(crate) fn good_for(left: Duration) -> String {
    strings::good_for(duration(left))
}

/// A duration, roughly, as people say it.
pub(crate) fn duration(duration: Duration) -> String {
    match (duration.as_secs() / 60).max(1) {
        minutes @ 0..=120 => strings::minutes(minutes),
        minutes @ 121..=2880 => strings::hours(minutes.div_ceil(60)),
        minutes => strings::days(minutes.div_ceil(1440)),
    }
}

/// A size as people say it.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = None;
    for larger in UNITS {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = Some(larger);
    }
    match unit {
        None => strings::size_bytes(bytes),
        Some(unit) => {
            let digits = usize::from(value.fract() > 0.0);
            format!("{} {unit}", number(value, digits))
        }
    }
}

/// A number with so many digits after the point, which is a comma in German.
pub(crate) fn number(value: f64, digits: usize) -> String {
    let english = format!("{value:.digits$}");
    match language() {
        Language::English => english,
        Language::German => english.replace('.', ","),
    }
}

/// Something from elsewhere, on one line of the screen: nothing in it can move what stands beside it.
pub(crate) fn line(text: &str) -> String {
    visible(&text.replace(['\n', '\r', '\t'], " "))
}

/// Something from elsewhere in a sentence of ours: in marks that it cannot have itself, so that it
/// ends where it seems to.
pub(crate) fn quoted(text: &str) -> String {
    let inner = line(text).replace(['“', '”', '„', '"'], "'");
    match language() {
        Language::English => format!("“{inner}”"),
        Language::German => format!("„{inner}“"),
    }
}

/// What is wrong with this file or folder.
pub(crate) fn of_place(path: &str, what: &str) -> String {
    format!("{}: {what}", line(path))
}

/// A file is there.
pub(crate) fn file_received(name: &str, bytes: u64, path: &str) -> String {
    strings::file_received_at(quoted(name), size(bytes), line(path))
}

/// What was opened has not the name that it came with.
pub(crate) fn renamed(name: &str) -> String {
    strings::renamed(quoted(name))
}

/// A file is there, over there.
pub(crate) fn file_sent(name: &str, bytes: u64) -> String {
    strings::file_arrived(quoted(name), size(bytes))
}

/// A file was offered of so many bytes, and of a kind that is known, under this number if it waits for an answer.
pub(crate) fn file_offered(
    name: &str,
    (bytes, media_type): (u64, Option<&str>),
    asked: Option<u64>,
) -> String {
    let name = quoted(name);
    let size = match media_type {
        Some(media_type) => format!("{}, {}", size(bytes), line(media_type)),
        None => size(bytes),
    };
    match asked {
        None => strings::file_coming(name, size),
        Some(number) => strings::file_asks(name, size, number),
    }
}

/// Why nothing is compared now.
pub(crate) fn not_compared(error: CompareError) -> &'static str {
    match error {
        CompareError::Unjudged => strings::compare_unjudged(),
        CompareError::TooSoon => strings::compare_too_soon(),
        CompareError::TooOften => strings::compare_too_often(),
        CompareError::NotShown | CompareError::Ended => strings::nothing_to_judge(),
    }
}

/// A limit was reached, and what to do.
pub(crate) fn limited(limit: Reached) -> &'static str {
    match limit {
        Reached::Messages => strings::limit_entries(),
        Reached::Text => strings::limit_bytes(),
        Reached::Files => strings::limit_offers(),
    }
}

/// Somebody who was met, in a list.
pub(crate) fn contact(contact: &Listed) -> String {
    let ago = Duration::from_secs(unix_seconds().saturating_sub(contact.heard));
    let trust = trust_sentence(contact.trusted.0.reason());
    let mut line = strings::contact_line(called(&contact.name), &contact.id, duration(ago), trust);
    let mut add = |sentence: &str| {
        line.push(' ');
        line.push_str(sentence);
    };
    if contact.calls_themselves != contact.name {
        add(&strings::contact_own_name(called(
            &contact.calls_themselves,
        )));
    }
    match contact.unread {
        0 => {}
        1 => add(strings::contact_one_unread()),
        many => add(&strings::contact_unread(unread(many))),
    }
    if contact.blocked {
        add(strings::contact_blocked());
    }
    if contact.frozen {
        add(strings::contact_frozen());
    }
    if contact.replaced {
        add(strings::contact_replaced());
    }
    if let Some(most) = contact.files_up_to {
        add(&files_up_to(most));
    }
    line
}

/// Why what was handed on is not taken.
pub(crate) fn bundle_refused(error: BundleError) -> &'static str {
    match error {
        BundleError::OtherKey => strings::bundle_other(),
        BundleError::NewerVersion => strings::is_newer(),
        BundleError::Malformed | BundleError::Altered => strings::bundle_altered(),
    }
}

/// What is handed on for somebody.
pub(crate) fn bundle(name: &str, messages: u64, path: Option<&str>) -> String {
    let name = called(name);
    let some = strings::some_messages(messages);
    match (messages, path) {
        (0, _) => strings::bundle_of_none(name),
        (_, Some(path)) => strings::bundle_in_file(path, some, name),
        (_, None) => strings::bundle_shown(some, name),
    }
}

/// What somebody handed on.
pub(crate) fn bundle_taken(name: &str, messages: u64) -> String {
    match messages {
        0 => strings::bundle_nothing_new(called(name)),
        messages => strings::bundle_taken(strings::some_messages(messages), called(name)),
    }
}

/// What somebody wants about how long things last, and what comes of it.
pub(crate) fn disappearing(ours: bool, after: Option<u32>, holds: bool) -> String {
    let span = after.map(|seconds| duration(Duration::from_secs(seconds.into())));
    match (span, holds, ours) {
        (Some(span), true, _) => strings::life_holds(span),
        (None, true, _) => strings::life_is_off().to_owned(),
        (Some(span), false, true) => strings::life_proposed_here(span),
        (None, false, true) => strings::life_off_proposed_here().to_owned(),
        (Some(span), false, false) => strings::life_proposed(span, life(after.unwrap_or_default())),
        (None, false, false) => strings::life_off_proposed().to_owned(),
    }
}

/// A message that is locked, and how it is opened.
pub(crate) fn locked_message(row: &Row, questions: &Questions) -> String {
    let questions = questions.as_slice().iter();
    let asked: Vec<String> = questions.map(|one| quoted(one.as_str())).collect();
    let asked = asked.join(", ");
    match row.ours {
        true => strings::locked_ours(asked, row.number),
        false => strings::locked_theirs(asked, row.number),
    }
}

/// Why a locked message was not opened, or not locked.
pub(crate) fn not_opened(error: SealError) -> String {
    match error {
        SealError::WrongAnswerOrAltered => strings::locked_stays().to_owned(),
        error => by_itself(refused(error)),
    }
}

/// So many seconds, as they are typed.
fn life(seconds: u32) -> String {
    match seconds {
        seconds if seconds.is_multiple_of(86_400) => format!("{}d", seconds / 86_400),
        seconds if seconds.is_multiple_of(3_600) => format!("{}h", seconds / 3_600),
        seconds if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Who said something that was found, and when.
pub(crate) fn hit(name: &str, ours: bool, at: u64) -> String {
    let when = crate::screen::moment(at);
    match ours {
        true => strings::hit_ours(called(name), when),
        false => strings::hit_theirs(called(name), when),
    }
}

/// How many messages nobody has seen.
pub(crate) fn unread(count: u64) -> String {
    match count {
        1_000.. => "999+".to_owned(),
        count => count.to_string(),
    }
}

fn files_up_to(most: u64) -> String {
    match most {
        0 => strings::contact_no_files().to_owned(),
        most => strings::contact_files(size(most)),
    }
}

/// What a person decided about somebody who was met, as they were called until then.
pub(crate) fn contact_edited(contact: &ContactView, edit: &ContactEdit) -> String {
    let name = called(contact.shown_name());
    match edit {
        ContactEdit::Name(given) => {
            let given = given.as_deref().map(str::trim).unwrap_or_default();
            match given {
                "" => strings::contact_unnamed(name, called(&contact.name)),
                given => strings::contact_renamed(name, quoted(given)),
            }
        }
        ContactEdit::Blocked(true) => strings::contact_now_blocked(name),
        ContactEdit::Blocked(false) => strings::contact_unblocked(name),
        ContactEdit::OtherDeviceIsOurs(true) => strings::other_device_ours(name),
        ContactEdit::OtherDeviceIsOurs(false) => strings::other_device_not_ours(name),
        ContactEdit::Allowance(None) => strings::contact_files_usual(name),
        ContactEdit::Allowance(Some(0)) => strings::contact_now_no_files(name),
        ContactEdit::Allowance(Some(most)) => strings::contact_now_files(name, size(*most)),
    }
}

/// What to call a contact among names.
pub(crate) fn name_of(name: &str) -> &str {
    name_or(name, strings::contact())
}

/// A name, or what somebody is called who has none.
pub(crate) fn name_or<'a>(name: &'a str, otherwise: &'a str) -> &'a str {
    match name {
        "" => otherwise,
        name => name,
    }
}

/// What to call a contact.
fn called(name: &str) -> String {
    match name {
        "" => strings::contact().to_owned(),
        name => quoted(name),
    }
}

/// Nobody, or more than one, is called that.
pub(crate) fn not_called(error: NotCalled) -> Stop {
    match error {
        NotCalled::Unknown => Stop::new(
            Status::BadInput,
            "unknown_contact",
            strings::unknown_contact(),
        ),
        NotCalled::Several => Stop::new(
            Status::Usage,
            "several_contacts",
            strings::several_contacts(),
        ),
    }
}

/// Somebody was forgotten.
pub(crate) fn forgotten(name: &str) -> String {
    strings::forgotten(called(name))
}

/// A contact is looked for, and was last heard then.
pub(crate) fn seeking(name: &str, heard: u64) -> String {
    let ago = Duration::from_secs(unix_seconds().saturating_sub(heard));
    match heard {
        0 => strings::seeking(called(name)),
        _ => strings::seeking_heard(called(name), duration(ago)),
    }
}

/// A contact who was gone is here again.
pub(crate) fn back(name: &str) -> String {
    strings::contact_back(called(name))
}

/// So many are looked for at once.
pub(crate) fn listening(contacts: usize) -> String {
    match contacts {
        0 => strings::listen_nobody().to_owned(),
        1 => strings::listen_one().to_owned(),
        many => strings::listen_many(many),
    }
}

/// Somebody wants to send a file, and nobody is there to answer.
pub(crate) fn file_waits(name: &str, file: &str, bytes: u64) -> String {
    strings::listen_file_waits(name, quoted(file), size(bytes))
}

/// Somebody sent a file.
pub(crate) fn file_from(name: &str, bytes: u64, path: &str) -> String {
    strings::listen_file(name, line(path), size(bytes))
}

/// What two say of a restored device, and what the person can do.
pub(crate) fn restored(name: &str, claim: &RestoredClaim) -> String {
    match (claim.theirs, claim.ours) {
        (true, false) => strings::restored_theirs(called(name)),
        (false, true) => strings::restored_ours(called(name)),
        (true, true) | (false, false) => strings::restored_unclear(called(name)),
    }
}

/// What a line means where somebody is asked about a restored device.
pub(crate) fn restored_answer(line: &str) -> Option<bool> {
    consent(line.trim().strip_prefix('/')?)
}

/// They left.
pub(crate) fn peer_left(name: &str) -> String {
    strings::peer_left(quoted(name))
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => of_place(path, strings::unreadable_missing()),
        std::io::ErrorKind::PermissionDenied => of_place(path, strings::unreadable_forbidden()),
        _ => of_place(path, &strings::unreadable(error)),
    }
}

/// A window that has not the columns and rows which a code needs.
pub(crate) fn too_small(needed: (usize, usize), window: (usize, usize)) -> String {
    strings::window_too_small(needed.0, needed.1, window.0, window.1)
}

/// A file that cannot be written.
pub(crate) fn unwritable(path: &str, error: &std::io::Error) -> String {
    of_place(path, &strings::unwritable(error))
}

/// The other side broke the rules.
pub(crate) fn broken(violation: Violation) -> String {
    let why = match violation {
        Violation::Channel(ChannelError::TooLong) => strings::broken_frame_too_long(),
        Violation::Channel(ChannelError::Forged) => strings::broken_forged(),
        Violation::Channel(ChannelError::Malformed) => strings::broken_frame(),
        Violation::Channel(ChannelError::Ended) => strings::broken_ended(),
        Violation::Malformed => strings::broken_unknown(),
        Violation::TextTooLong => strings::broken_too_long(),
        Violation::OutOfTurn => strings::broken_unasked(),
        Violation::Log(_) => strings::broken_log(),
        Violation::Cheated => strings::failure_wrong_certificate(),
    };
    strings::broken(why)
}

pub(crate) fn demo_reads(milliseconds: f64) -> String {
    strings::demo_reads(number(milliseconds, 1))
}

pub(crate) fn demo_met(name: &str, reason: TrustReason) -> String {
    strings::demo_met(line(name), trust_sentence(reason))
}

pub(crate) fn demo_says(text: &str) -> String {
    format!("\"{}\"", line(text))
}

pub(crate) fn demo_file_made(bytes: u64) -> String {
    strings::demo_file_made(size(bytes))
}

pub(crate) fn demo_file_begins(name: &str, bytes: u64) -> String {
    strings::demo_file_begins(line(name), size(bytes))
}

pub(crate) fn demo_file_stored(bytes: u64, seconds: f64) -> String {
    let rate = bytes as f64 / f64::from(1 << 20) / seconds.max(1e-9);
    strings::demo_file_stored(number(seconds, 2), number(rate, 1))
}

pub(crate) fn demo_file_checked(hash: &str) -> String {
    strings::demo_file_checked(hash.get(..16).unwrap_or(hash))
}

pub(crate) fn demo_failed(host: bool, text: &str) -> String {
    match host {
        true => strings::demo_failed_host(line(text)),
        false => strings::demo_failed_guest(line(text)),
    }
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
    let equal = match equal {
        true => strings::demo_equal(),
        false => strings::demo_unequal(),
    };
    [
        String::new(),
        strings::demo_code(bytes, version, modules),
        strings::demo_scan(number(scan_ms, 1), strings::demo_scans(scans.into())),
        strings::demo_together(number(authenticated_ms, 1)),
        strings::demo_file(number(mib_per_s, 1), equal),
        strings::demo_pictures(line(folder)),
        strings::demo_again(seed),
    ]
    .join("\n")
}

// --- Locking files ---------------------------------------------------------------------------------

/// What a container that does not open says, and what to try.
pub(crate) fn refused(error: SealError) -> &'static str {
    match error {
        SealError::NotOurs => strings::refused_not_ours(),
        SealError::Unsupported => strings::refused_newer(),
        SealError::TooExpensive => strings::refused_too_expensive(),
        SealError::WrongAnswerOrAltered => strings::refused_wrong_answer(),
        SealError::Damaged => strings::refused_damaged(),
    }
}

/// A question from elsewhere.
pub(crate) fn question(text: &str) -> String {
    strings::question_said(quoted(text))
}

/// A question that somebody asks who is not known yet.
pub(crate) fn they_ask(text: &str) -> String {
    strings::confirm_question(line(text))
}

/// What is asked for: one of so many answers.
pub(crate) fn answer_prompt(number: usize, of: usize) -> String {
    match of {
        0 | 1 => strings::answer_prompt().to_owned(),
        _ => strings::answer_prompt_of(number + 1, of),
    }
}

/// How good the answers are against somebody who tries them all.
pub(crate) fn strength(strength: &Strength, tries_per_second: f64, cost: &Cost) -> String {
    let rate = strings::strength_rate(tries_per_second.round());
    let time = roughly(strength.attack(cost));
    match strength.verdict {
        Verdict::Weak => strings::strength_weak_said(time, rate),
        Verdict::Fair => strings::strength_fair_said(time, rate),
        Verdict::NoShortcutSeen => strings::strength_no_shortcut_said(rate),
        Verdict::BeyondReach => strings::strength_beyond_reach_said().to_owned(),
    }
}

/// A long time, as people say it.
fn roughly(duration: Duration) -> String {
    type Said = fn(u64) -> String;
    const UNITS: [(f64, Said); 5] = [
        (365.25 * 86_400.0, strings::time_years),
        (30.4 * 86_400.0, strings::time_months),
        (86_400.0, strings::time_days),
        (3600.0, strings::time_hours),
        (60.0, strings::time_minutes),
    ];
    const AGES: f64 = 1e4 * UNITS[0].0;
    let seconds = duration.as_secs_f64();
    if seconds > AGES {
        return strings::time_ages().to_owned();
    }
    match UNITS.iter().find(|(length, _)| seconds >= *length) {
        None => strings::time_a_minute().to_owned(),
        Some((length, said)) => said((seconds / length).round() as u64),
    }
}

/// Something is locked.
pub(crate) fn sealed(path: &str, bytes: u64) -> String {
    strings::sealed_at(line(path), size(bytes))
}

/// A device was written to a file.
pub(crate) fn exported(path: &str, exported: &Exported) -> String {
    let (path, size) = (line(path), size(exported.bytes));
    match exported.messages {
        0 => strings::exported(path, size, exported.contacts),
        messages => strings::exported_with_messages(path, size, exported.contacts, messages),
    }
}

/// A device was made of a file.
pub(crate) fn imported(path: &str, contacts: u64) -> String {
    strings::imported(line(path), contacts)
}

/// Why so much is not written where nobody can be asked.
pub(crate) fn too_large_to_write(bytes: u64) -> String {
    strings::too_large_to_write(size(bytes))
}

/// The question whether to write so much.
pub(crate) fn write_so_much(bytes: u64) -> String {
    strings::write_so_much(size(bytes))
}

/// Something was opened.
pub(crate) fn unsealed(path: &str, folder: bool, bytes: u64) -> String {
    match folder {
        true => strings::unsealed_folder_at(line(path), size(bytes)),
        false => strings::unsealed_at(line(path), size(bytes)),
    }
}

/// What a folder holds that no locked folder can.
pub(crate) fn left_out(paths: &[std::path::PathBuf]) -> String {
    strings::left_out(some_of(paths))
}

/// What was left out of a folder because it cannot be read.
pub(crate) fn left_unread(paths: &[std::path::PathBuf]) -> String {
    strings::left_unread(some_of(paths))
}

/// What was left out of a folder that is sent.
pub(crate) fn not_sent_along(paths: &[std::path::PathBuf]) -> String {
    strings::not_sent_along(some_of(paths))
}

/// What changed in a folder while it was locked.
pub(crate) fn changed_inside(paths: &[std::path::PathBuf]) -> String {
    strings::changed_inside(some_of(paths))
}

/// The first few of these.
fn some_of(paths: &[std::path::PathBuf]) -> String {
    const SHOWN: usize = 5;
    let mut names: Vec<String> = paths
        .iter()
        .take(SHOWN)
        .map(|path| line(&path.to_string_lossy()))
        .collect();
    if paths.len() > SHOWN {
        names.push(strings::and_more(paths.len() - SHOWN));
    }
    names.join(", ")
}

pub(crate) fn already_there(path: &str) -> String {
    of_place(path, strings::already_there())
}

/// Something that cannot be stored.
pub(crate) fn not_stored(path: &str, error: &std::io::Error) -> String {
    use std::io::ErrorKind::{
        NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    let why = match error.kind() {
        StorageFull | QuotaExceeded => strings::no_space(),
        PermissionDenied | ReadOnlyFilesystem => strings::not_permitted(),
        NotFound => strings::no_such_folder(),
        _ => return unwritable(path, error),
    };
    of_place(path, why)
}

/// Files that come in cannot be stored.
pub(crate) fn downloads_take_nothing(folder: &str, error: &std::io::Error) -> String {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => strings::downloads_not_permitted(line(folder)),
        _ => strings::downloads_unwritable(line(folder), error),
    }
}

pub(crate) fn not_a_file(path: &str) -> String {
    of_place(path, strings::neither_file_nor_folder())
}

/// What a folder holds that is never locked, where nothing may be left out.
pub(crate) fn not_a_file_inside(path: &str) -> String {
    of_place(path, strings::neither_file_nor_folder_inside())
}

pub(crate) fn no_locked_file(argument: &str) -> String {
    let start: String = line(argument).chars().take(80).collect();
    of_place(&start, strings::no_locked_file())
}

pub(crate) fn changed_meanwhile(path: &str) -> String {
    of_place(path, strings::changed_meanwhile())
}

pub(crate) fn too_large_to_seal(most: u64) -> String {
    strings::too_large_to_seal(size(most))
}

pub(crate) fn too_large_for_text(most: u64) -> String {
    strings::too_large_for_text(size(most))
}

pub(crate) fn too_large_for_page(most: u64) -> String {
    strings::too_large_for_page(size(most))
}

pub(crate) fn too_large_for_picture(most: u64) -> String {
    strings::too_large_for_picture(size(most))
}

pub(crate) fn unsafe_folder(path: &str) -> String {
    of_place(path, strings::unsafe_folder())
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
    strings::holds_no_file(match held {
        Kind::DeviceState => return strings::holds_a_device().to_owned(),
        Kind::Invitation => strings::is_invitation(),
        Kind::Reply => strings::held_reply(),
        Kind::File => strings::held_file(),
    })
}

/// What is inside, for people.
pub(crate) fn inspected(kind: Kind) -> &'static str {
    match kind {
        Kind::File => strings::inspected_file(),
        Kind::DeviceState => strings::inspected_device_state(),
        Kind::Reply => strings::inspected_reply(),
        Kind::Invitation => strings::inspected_invitation(),
    }
}

pub(crate) fn cost(memory: u64, passes: u8, tries_per_second: f64) -> String {
    strings::cost(size(memory), passes, tries_per_second.round())
}

pub(crate) fn sizes(bytes: u64, content: Option<u64>) -> String {
    match content {
        Some(content) => strings::sizes(size(bytes), size(content)),
        None => strings::sizes_too_short(size(bytes)),
    }
}

/// Why the router opened no port, for somebody who makes an invitation.
pub(crate) fn no_port(error: MappingError) -> String {
    strings::no_port(mapping_error(error))
}

fn mapping_error(error: MappingError) -> &'static str {
    match error {
        MappingError::Socket => strings::mapping_not_asked(),
        MappingError::NoRouter => strings::mapping_router_unknown(),
        MappingError::NotOffered => strings::mapping_not_offered(),
        MappingError::Unusable => strings::mapping_useless(),
        MappingError::Refused => strings::mapping_refused(),
        MappingError::NotPublic => strings::mapping_not_public(),
    }
}

/// One of this machine's own addresses.
pub(crate) fn own_address(address: IpAddr, range: Range) -> String {
    let what = match range {
        Range::Public => strings::range_public(),
        Range::Private => strings::range_private(),
        Range::Carrier => strings::range_carrier(),
        Range::Link => strings::range_link(),
        Range::Loopback => strings::range_loopback(),
        Range::Special => strings::range_special(),
    };
    strings::own_address(address, what)
}

/// How far this machine can be reached in one family of addresses.
pub(crate) fn reachability(family: Family, reachability: Reachability) -> String {
    let what = match reachability {
        Reachability::Absent => strings::opening_absent(),
        Reachability::Silent => strings::opening_silent(),
        Reachability::AddressDependent => strings::opening_strict(),
        Reachability::Unknown => strings::opening_unknown(),
        Reachability::EndpointIndependent => strings::opening_same(),
        Reachability::Public => strings::opening_public(),
        Reachability::Open => strings::opening_open(),
    };
    match family {
        Family::V4 => strings::line_ipv4(what),
        Family::V6 => strings::line_ipv6(what),
    }
}

/// Whether the router opens ports.
pub(crate) fn port_mapping(port: &Result<SocketAddr, MappingError>) -> String {
    match port {
        Ok(external) => strings::port_mapped(external),
        Err(error) => strings::no_port_opened(mapping_error(*error)),
    }
}

/// Whether the router leads back in what is sent to its own address.
pub(crate) fn hairpin(is_heard: bool) -> &'static str {
    match is_heard {
        true => strings::hairpin(),
        false => strings::no_hairpin(),
    }
}

/// What to expect of one situation.
pub(crate) fn verdict(expected: &Expected) -> String {
    let with = match expected.situation {
        Situation::SameNetwork => strings::situation_same_network(),
        Situation::OneScan => strings::situation_one_scan(),
        Situation::TwoScans => strings::situation_two_scans(),
        Situation::StrictThere => strings::situation_strict_there(),
        Situation::SameRouter => strings::situation_same_router(),
    };
    let how = match (expected.chance, expected.situation) {
        (Chance::Yes, Situation::SameNetwork) => strings::chance_unless_apart(),
        (Chance::Yes, _) => strings::chance_yes(),
        (Chance::Likely, _) => strings::chance_likely(),
        (Chance::Unknown, _) => strings::chance_unknown(),
        (Chance::Unlikely, _) => strings::chance_unlikely(),
        (Chance::No, _) => strings::chance_no(),
    };
    let said = match expected.needs_ipv6 && expected.chance >= Chance::Likely {
        true => strings::expected_ipv6(with, how),
        false => strings::expected(with, how),
    };
    format!("  {said}")
}

/// Who was asked for all this.
pub(crate) fn who_was_asked(servers: &[String], router: bool) -> String {
    match (servers, router) {
        ([], false) => strings::nobody_was_asked().to_owned(),
        ([], true) => strings::router_was_asked().to_owned(),
        (servers, false) => strings::asked_servers(servers.join(", ")),
        (servers, true) => strings::servers_and_router(servers.join(", ")),
    }
}

/// Why two did not meet, and what to try.
pub(crate) fn cause(cause: Cause) -> String {
    let why = match cause {
        Cause::NoNetwork => strings::why_no_network(),
        Cause::KeptApart => strings::why_kept_apart(),
        Cause::Firewall => strings::why_firewall(),
        Cause::NoCommonFamily => strings::why_no_common_family(),
        Cause::Blocked => strings::why_blocked(),
        Cause::BothStrict => strings::why_both_strict(),
        Cause::ReplyMissing => strings::why_reply_missing(),
        Cause::OnlyLocal => strings::why_only_local(),
        Cause::OneStrict => strings::why_one_strict(),
        Cause::StrictUnreplied => strings::why_strict_unreplied(),
        Cause::Gone => strings::why_gone(),
    };
    let try_this = match cause.remedy() {
        Remedy::JoinNetwork => strings::try_join_network(),
        Remedy::Hotspot => strings::try_hotspot(),
        Remedy::LetIn => strings::try_let_in(),
        Remedy::OtherNetwork => strings::try_other_network(),
        Remedy::PassReply => strings::try_pass_reply(),
        Remedy::InviteFar => strings::try_invite_far(),
        Remedy::TryHarder => strings::try_trying_harder(),
        Remedy::PassReplyAndTryHarder => strings::try_passing_reply_and_harder(),
        Remedy::Again => strings::try_again(),
    };
    strings::hint(why, try_this)
}

/// Whether somebody who was asked agrees; none if that is no answer.
pub(crate) fn consent(answer: &str) -> Option<bool> {
    match (language(), answer.trim().to_lowercase().as_str()) {
        (_, "y" | "yes") | (Language::German, "j" | "ja") => Some(true),
        (_, "n" | "no") | (Language::German, "nein") => Some(false),
        _ => None,
    }
}

/// Why a text cannot be used.
pub(crate) fn field(error: FieldError) -> String {
    match error {
        FieldError::Blank => strings::text_empty().to_owned(),
        FieldError::TooLong => strings::text_too_long().to_owned(),
        FieldError::ForbiddenCharacter => strings::text_control().to_owned(),
        FieldError::NotALinkBase => strings::link_base_how().to_owned(),
        // What nobody types at a terminal.
        error => error.to_string(),
    }
}

/// Why an answer or a question locks nothing.
pub(crate) fn lock(error: LockError) -> &'static str {
    match error {
        LockError::Blank => strings::answer_empty(),
        LockError::AnswerTooLong => strings::answer_too_long(),
        LockError::Count => strings::questions_count(),
        LockError::QuestionsTooLong => strings::questions_too_long(),
    }
}

/// Why something was not taken, where it is said by itself and not behind the name of the program.
pub(crate) fn by_itself(reason: &str) -> String {
    let mut rest = reason.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

/// Why an answer protects nothing.
pub(crate) fn trivial(reason: Trivial) -> &'static str {
    match reason {
        Trivial::OneCharacter => strings::answer_one_character(),
        Trivial::Common => strings::answer_common(),
        Trivial::InQuestion => strings::answer_in_question(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_stands_in_columns() {
        let symbols = [
            "🐌 snail",
            "📎 paper clip",
            "☕ coffee",
            "⚡ lightning",
            "🍒 cherries",
            "⛵ boat",
        ];
        let told = comparing(&symbols.map(str::to_owned), "0138");
        let columns = |row: &str, before: &str| {
            let (left, _) = row.split_once(before).expect("it is there");
            left.chars().map(margin::width).sum::<usize>()
        };
        let rows: Vec<&str> = told.lines().filter(|row| row.contains("   ")).collect();
        let [above, below] = rows[..] else {
            panic!("{told}")
        };
        assert_eq!(columns(above, "📎"), columns(below, "🍒"));
        assert_eq!(columns(above, "☕"), columns(below, "⛵"));
    }

    #[test]
    fn a_reason_that_is_said_by_itself_begins_like_a_sentence() {
        let said = ["the answer is wrong", "über 9 Zeichen", "Schon groß", ""].map(by_itself);
        assert_eq!(
            said,
            ["The answer is wrong", "Über 9 Zeichen", "Schon groß", ""]
        );
    }

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
            TrustReason::OpenLink,
            TrustReason::SawTheCode,
            TrustReason::TheirQuestion,
            TrustReason::ByYourWord,
        ] {
            assert!(trust_sentence(reason).starts_with("Not verified"));
        }
        assert!(trust_sentence(TrustReason::Scanned).starts_with("Verified"));
    }

    #[test]
    fn neighbours_that_do_not_hear_each_other_are_told_of_the_firewall_of_this_computer() {
        for cause in [Cause::KeptApart, Cause::Firewall] {
            let said = super::cause(cause);
            assert!(said.contains("firewall of this computer"), "{said}");
        }
        assert!(!cause(Cause::BothStrict).contains("firewall"));
    }

    #[test]
    fn a_cable_between_two_machines_is_not_the_end() {
        let said = failure(Failure::NoNetwork);
        assert!(
            said.contains("cable") && said.contains("link-local"),
            "{said}"
        );
    }

    #[test]
    fn every_cause_says_one_thing_to_try() {
        let mut said = std::collections::HashSet::new();
        for cause in [
            Cause::NoNetwork,
            Cause::KeptApart,
            Cause::Firewall,
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
