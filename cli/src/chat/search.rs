//! What was said before with whoever is talked to, where the person looks for it.

use super::Chat;
use crate::output::Event;
use crate::strings;
use handfast_native::device::{Command, Done, Search};

/// What is told of what is found, at least: more is for a command of its own.
const MOST: usize = 20;

impl Chat<'_> {
    /// Tells the newest of what these words are in.
    pub(super) async fn search(&mut self, words: &str) {
        let Some(with) = self.person.with.filter(|_| !words.is_empty()) else {
            return self.output.note(strings::search_what());
        };
        let mut search = Search {
            with,
            words: words.to_owned(),
            before: None,
        };
        let mut count = 0;
        while count < MOST {
            let next = Command::Search(Box::new(search.clone()));
            let page = match self.session.orders().order(next).await {
                Ok(Done::Found(page)) => page,
                Ok(_) => return,
                Err(refusal) => return self.refused(refusal),
            };
            count += page.hits.len();
            for hit in page.hits {
                self.output.tell(Event::hit(self.output.name(), hit));
            }
            match page.next {
                Some(next) => search.before = Some(next),
                None => break,
            }
        }
        match count {
            0 => self.output.note(strings::nothing_found()),
            MOST.. => self.output.note(strings::search_more()),
            _ => {}
        }
    }
}
