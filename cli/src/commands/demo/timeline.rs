//! A demonstration told line by line: when, who, what.

use super::figures::{Figures, Who};
use super::{GUEST_NAME, HOST_NAME};
use crate::output::{Event, Parting, Stamped, State};
use crate::{strings, words};

/// The lines, in the order of time, counted from `origin`.
pub(super) fn lines(events: &[(Who, Stamped)], origin: u64) -> Vec<String> {
    let mut told: Vec<_> = events
        .iter()
        .filter_map(|(who, stamped)| Some((stamped.at_us, *who, what(*who, &stamped.event)?)))
        .collect();
    told.sort_by_key(|(at, ..)| *at);
    let width = width_of_roles();
    told.into_iter()
        .map(|(at, who, what)| {
            let at = (at as f64 - origin as f64) / 1000.0;
            format!(
                "{:>9} ms  {:<width$}  {what}",
                words::number(at, 1),
                role(who)
            )
        })
        .collect()
}

/// The column in which it stands what was done.
pub(super) fn column() -> usize {
    "123456789 ms  ".len() + width_of_roles() + "  ".len()
}

fn width_of_roles() -> usize {
    role(Who::Host).len().max(role(Who::Guest).len())
}

fn role(who: Who) -> &'static str {
    match who {
        Who::Host => strings::host_role(),
        Who::Guest => strings::guest_role(),
    }
}

fn what(who: Who, event: &Event) -> Option<String> {
    Some(match event {
        Event::Invitation {
            bytes,
            qr_version,
            qr_modules,
            ..
        } => strings::demo_draws(HOST_NAME, *bytes, *qr_version, *qr_modules),
        Event::Reply {
            bytes,
            qr_version,
            qr_modules,
            ..
        } => strings::demo_replies(GUEST_NAME, *bytes, *qr_version, *qr_modules),
        Event::Photographed { frame, .. } => strings::demo_photographs(*frame),
        Event::Scanned { scan_ms, .. } => words::demo_reads(*scan_ms),
        Event::State { state } => match (who, state) {
            (_, State::Knocking) => strings::demo_knocks().into(),
            (_, State::Answered) => strings::demo_heard().into(),
            (_, State::TheyAreHere) => strings::demo_they_are_here().into(),
            (_, State::Checking) => strings::demo_open().into(),
            // Said by other events, or nothing has happened yet.
            (
                _,
                State::Waiting
                | State::ScanTheirCode
                | State::ShowAgain
                | State::SeatTaken
                | State::ReplyNeeded,
            ) => return None,
        },
        Event::Met { name, trusted, .. } => words::demo_met(name, trusted.0.reason()),
        Event::MessageSent { text, .. } => words::demo_says(text),
        Event::FileMade { bytes, .. } => words::demo_file_made(*bytes),
        Event::FileOffered { name, bytes, .. } => words::demo_file_begins(name, *bytes),
        Event::FileReceived { bytes, seconds, .. } => words::demo_file_stored(*bytes, *seconds),
        Event::FileChecked { blake2b, .. } => words::demo_file_checked(blake2b),
        Event::Ended { reason } => match reason {
            Parting::PeerLeft => strings::demo_peer_left().into(),
            Parting::Left => strings::demo_leaves().into(),
        },
        Event::Failed { text, .. } => words::line(text),
        _ => return None,
    })
}

/// A few lines at the end.
pub(super) fn summary(figures: &Figures, folder: &str) -> String {
    words::demo_summary(words::Summary {
        bytes: figures.invitation.bytes,
        version: figures.invitation.qr_version,
        modules: figures.invitation.qr_modules,
        scans: figures.scans,
        scan_ms: figures.scan_ms,
        authenticated_ms: figures.authenticated_ms,
        mib_per_s: figures.file.mib_per_s,
        equal: figures.file.equal,
        seed: figures.seed,
        folder,
    })
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::example;
    use super::*;

    #[test]
    fn lines_are_in_order_and_in_columns() {
        let mut events = example();
        events.reverse();
        let lines = lines(&events, 1_000_000);
        assert!(
            lines[0].starts_with("   -100.0 ms  host   "),
            "{}",
            lines[0]
        );
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("      0.0 ms  guest  "))
        );
        assert!(lines.iter().all(|line| line.as_bytes()[21..23] != *b"  "));
        assert!(lines.iter().all(|line| line.as_bytes()[column()] != b' '));
    }
}
