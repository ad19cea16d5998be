//! Files on their way, each as a row at the foot of the screen.

use crate::{margin, strings, symbol, terminal, words};
use std::time::{Duration, Instant};

/// How many columns of a file's name are shown.
const MOST_OF_A_NAME: usize = 24;

/// The most columns of a bar.
const MOST_OF_A_BAR: usize = 40;

/// How often what is drawn may change.
const PACE: Duration = Duration::from_millis(50);

/// The files that are on their way.
#[derive(Default)]
pub(super) struct UnderWay {
    files: Vec<File>,
    drawn: Option<Instant>,
}

struct File {
    name: String,
    incoming: bool,
    done: u64,
    bytes: u64,
    /// When it was heard of first, and how far it was then.
    begun: (Instant, u64),
}

impl UnderWay {
    /// A file is that far.
    pub(super) fn moved(&mut self, name: &str, incoming: bool, done: u64, bytes: u64) {
        let now = Instant::now();
        let is_it = |file: &&mut File| file.name == name && file.incoming == incoming;
        match self.files.iter_mut().find(is_it) {
            Some(file) => file.done = done,
            None => self.files.push(File {
                name: name.to_owned(),
                incoming,
                done,
                bytes,
                begun: (now, done),
            }),
        }
        if self.drawn.is_none_or(|drawn| now - drawn >= PACE) {
            self.drawn = Some(now);
            self.draw(now);
        }
    }

    /// A file is there, or will not come.
    pub(super) fn is_over(&mut self, name: &str, incoming: bool) {
        let before = self.files.len();
        self.files
            .retain(|file| file.name != name || file.incoming != incoming);
        if self.files.len() < before {
            self.draw(Instant::now());
        }
    }

    /// Nothing is on its way any more.
    pub(super) fn clear(&mut self) {
        self.files.clear();
        self.draw(Instant::now());
    }

    fn draw(&self, now: Instant) {
        let columns = terminal::columns();
        let rows = self.files.iter().map(|file| file.row(now, columns));
        terminal::under_way(rows.collect());
    }
}

impl File {
    fn row(&self, now: Instant, columns: usize) -> String {
        let name = words::line(&self.name);
        let name = margin::cut(&name, MOST_OF_A_NAME);
        let (begun, from) = self.begun;
        let seconds = now.saturating_duration_since(begun).as_secs_f64();
        let rate = (self.done.saturating_sub(from)) as f64 / seconds.max(0.001);
        let told = format!(
            "{}%  {}/s",
            percent(self.done, self.bytes),
            words::size(rate as u64)
        );
        let left = match rate as u64 {
            0 => String::new(),
            rate => {
                let left = self.bytes.saturating_sub(self.done) / rate;
                format!("  {} {}", clock(left), strings::progress_left())
            }
        };
        let row = format!("{}{name} {} {told}{left}", margin::MARK, BAR);
        let used: usize = row.chars().map(margin::width).sum();
        let room = columns.saturating_sub(used).min(MOST_OF_A_BAR);
        let row = row.replacen(
            BAR,
            &bar(self.done, self.bytes, room, symbol::has_blocks()),
            1,
        );
        margin::cut(&row, columns.saturating_sub(1)).to_owned()
    }
}

/// What stands in a row where its bar will be.
const BAR: &str = "\u{0}";

/// How much of a file is through, in hundredths.
pub(crate) fn percent(done: u64, bytes: u64) -> u64 {
    let share = u128::from(done.min(bytes)) * 100 / u128::from(bytes.max(1));
    share as u64
}

/// The same as a bar of so many columns, in blocks where there are some.
pub(crate) fn bar(done: u64, bytes: u64, room: usize, has_blocks: bool) -> String {
    let filled = percent(done, bytes) as usize * room / 100;
    let (full, empty) = match has_blocks {
        true => ("█", "░"),
        false => ("#", "-"),
    };
    format!("{}{}", full.repeat(filled), empty.repeat(room - filled))
}

/// Seconds as a clock says them.
pub(crate) fn clock(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match hours {
        0 => format!("{minutes}:{:02}", seconds % 60),
        _ => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_how_far_a_file_is_and_fits() {
        let now = Instant::now();
        let file = File {
            name: "a very long name of some file.bin".to_owned(),
            incoming: true,
            done: 300 << 20,
            bytes: 1000 << 20,
            begun: (now, 0),
        };
        let later = now + Duration::from_secs(3);
        for columns in 20..140 {
            let row = file.row(later, columns);
            let used: usize = row.chars().map(margin::width).sum();
            assert!(used < columns, "{columns}: {row}");
            if columns >= 80 {
                assert!(row.starts_with("* a very long name of some "), "{row}");
                assert!(row.contains(" 30%  100 MiB/s  0:07 "), "{row}");
            }
        }
        assert_eq!(clock(3_723), "1:02:03");
    }
}
