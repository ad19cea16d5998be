//! What the other side may cost this machine, as the command line says it.

use crate::strings;
use handfast_native::conversation::Limits;

/// A flag for each limit. Without one the usual limit holds.
#[derive(clap::Args)]
pub(crate) struct LimitArgs {
    #[arg(
        long,
        value_name = "SIZE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1GiB",
        value_parser = size,
        help_heading = strings::heading_cost(), help = strings::option_accept_files()
    )]
    accept_files: Option<u64>,
    #[arg(long, value_name = "N", help_heading = strings::heading_cost(), help = strings::option_unverified_messages())]
    unverified_messages: Option<u64>,
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = strings::heading_cost(), help = strings::option_unverified_text())]
    unverified_text: Option<u64>,
    #[arg(long, value_name = "N", help_heading = strings::heading_cost(), help = strings::option_messages())]
    messages: Option<u64>,
    #[arg(long, value_name = "N", help_heading = strings::heading_cost(), help = strings::option_open_files())]
    open_files: Option<usize>,
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = strings::heading_cost(), help = strings::option_keep_free())]
    keep_free: Option<u64>,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::USUAL;
        if let Some(bytes) = self.accept_files {
            limits = limits.with_unasked(bytes);
        }
        let set = |place: &mut u64, wished: Option<u64>| *place = wished.unwrap_or(*place);
        set(&mut limits.unverified.entries, self.unverified_messages);
        set(&mut limits.unverified.bytes, self.unverified_text);
        set(&mut limits.known.entries, self.messages);
        set(&mut limits.verified.entries, self.messages);
        set(&mut limits.keep_free, self.keep_free);
        limits.open_offers = self.open_files.unwrap_or(limits.open_offers);
        limits
    }
}

/// Reads a number of bytes, with or without a unit.
///
/// # Errors
/// How it is written.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u32); 5] = [("", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| strings::size_how())?;
    let (_, power) = UNITS
        .iter()
        .find(|(name, _)| unit.trim_start().eq_ignore_ascii_case(name))
        .ok_or(strings::size_how())?;
    number
        .checked_mul(1 << power)
        .ok_or_else(|| strings::size_how().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitArgs,
        link: String,
    }

    fn limits(line: &[&str]) -> Limits {
        let line = [&["x"], line, &["LINK"]].concat();
        let line = Line::try_parse_from(line).expect("a line");
        assert_eq!(line.link, "LINK");
        line.limits.limits()
    }

    #[test]
    fn without_a_flag_the_usual_limits_hold() {
        assert_eq!(limits(&[]), Limits::USUAL);
    }

    #[test]
    fn each_limit_has_a_flag() {
        assert_eq!(
            limits(&["--accept-files"]),
            Limits::USUAL.with_unasked(1 << 30)
        );
        assert_eq!(limits(&["--accept-files=7"]), Limits::USUAL.with_unasked(7));
        let all = limits(&[
            "--unverified-messages=1",
            "--unverified-text=2KiB",
            "--messages=3",
            "--open-files=4",
            "--keep-free=5 GiB",
        ]);
        assert_eq!((all.unverified.entries, all.unverified.bytes), (1, 2 << 10));
        assert_eq!((all.known.entries, all.verified.entries), (3, 3));
        assert_eq!((all.open_offers, all.keep_free), (4, 5 << 30));
    }

    #[test]
    fn sizes_are_numbers_with_a_unit() {
        for (text, bytes) in [("0", 0), ("12", 12), ("3 MiB", 3 << 20), ("2tib", 2 << 40)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "-1", "1.5GiB", "3 apples", "99999999999TiB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
