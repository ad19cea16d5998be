//! Days and times as the clock on the wall shows them.

use crate::strings;
use chrono::{DateTime, Datelike, Local, NaiveDate, NaiveDateTime, Timelike};

/// Whose clock it is.
#[derive(Clone, Copy)]
pub(crate) enum Zone {
    /// That of this machine.
    Here,
    /// One that is the same everywhere.
    #[cfg(test)]
    Utc,
}

impl Zone {
    /// A moment, given in milliseconds since 1970-01-01 UTC.
    pub(super) fn at(self, moment: u64) -> NaiveDateTime {
        let utc = DateTime::from_timestamp_millis(moment as i64).unwrap_or_default();
        match self {
            Self::Here => utc.with_timezone(&Local).naive_local(),
            #[cfg(test)]
            Self::Utc => utc.naive_utc(),
        }
    }
}

/// Hours and minutes.
pub(super) fn clock(moment: NaiveDateTime) -> String {
    format!("{:02}:{:02}", moment.hour(), moment.minute())
}

/// Day and time of a moment, given in milliseconds since 1970-01-01 UTC, by the clock of this machine.
pub(crate) fn moment(at: u64) -> String {
    let now = crate::output::unix_microseconds() / 1000;
    let [at, today] = [at, now].map(|moment| Zone::Here.at(moment));
    format!("{}, {}", day(at.date(), today.date()), clock(at))
}

/// A day as people say it who know which one it is today.
pub(super) fn day(day: NaiveDate, today: NaiveDate) -> String {
    if day == today {
        return strings::screen_today().to_owned();
    }
    if today.pred_opt() == Some(day) {
        return strings::screen_yesterday().to_owned();
    }
    let mut months = strings::screen_months().split(' ');
    let month = months.nth(day.month0() as usize).unwrap_or_default();
    strings::screen_day(day.day(), month, day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_said_by_its_distance_or_by_its_name() {
        // 2026-11-29 23:30 UTC.
        let now = Zone::Utc.at(1_795_995_000_000);
        assert_eq!(clock(now), "23:30");
        let today = now.date();
        let said = [0, 1, 2, 200].map(|before| {
            let then = today - chrono::Days::new(before);
            day(then, today)
        });
        assert_eq!(
            said,
            ["today", "yesterday", "27 November 2026", "13 May 2026"]
        );
    }
}
