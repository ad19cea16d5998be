//! Durations as people write them: `90s`, `30m`, `2h`, `7d`.

use crate::strings;
use std::time::Duration;

/// Reads a number and its unit.
///
/// # Errors
/// A sentence that shows how to write it.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let unit = text.chars().last().ok_or(strings::duration_how())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return Err(strings::duration_how().into()),
    };
    let number: u64 = text[..text.len() - 1]
        .parse()
        .map_err(|_| strings::duration_how())?;
    number
        .checked_mul(seconds)
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs)
        .ok_or_else(|| strings::duration_how().into())
}

/// The life of an invitation: at most what the format can say.
///
/// # Errors
/// As [`parse`], or that it is too long.
pub(crate) fn parse_lifetime(text: &str) -> Result<Duration, String> {
    let lifetime = parse(text)?;
    if lifetime > handfast_native::token::MAX_LIFETIME {
        return Err(strings::lifetime_too_long().into());
    }
    Ok(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_duration() {
        for (text, seconds) in [
            ("90s", 90),
            ("30m", 1800),
            ("2h", 7200),
            ("7d", 604_800),
            (" 1m ", 60),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in [
            "",
            "m",
            "5",
            "0m",
            "-1m",
            "1.5h",
            "1w",
            "1 h",
            "ä",
            "99999999999999999999s",
            "9999999999999999d",
        ] {
            assert_eq!(
                parse(text),
                Err(strings::duration_how().to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn an_invitation_lives_a_week_at_most() {
        assert!(parse_lifetime("7d").is_ok());
        assert_eq!(
            parse_lifetime("8d"),
            Err(strings::lifetime_too_long().to_owned())
        );
    }
}
