//! What somebody hands in: invitations, replies, and those of several that the person means.

use super::Page;
use super::connection::Peer;
use super::deed::{Deed, Guard, NotDone, Sought};
use handfast_device::{Command, DeliveryMode, InviteTerms, Protection, Provenance};
use handfast_protocol::pairing::Now;
use handfast_seal::{Answers, Header, Kind};
use handfast_token::{FindError, Question, ReplyError, SealedReply, Token, find, find_among};

impl Page {
    /// Takes what was handed in, a text or a file that is no picture.
    ///
    /// # Errors
    /// [`NotDone::Find`] if nothing is in there, [`NotDone::NoInvitation`], [`NotDone::NoReply`] and
    /// [`NotDone::Reply`] if it is something else.
    pub fn take(&mut self, sought: Sought, bytes: &[u8], now: Now) -> Result<(), NotDone> {
        // A file may be larger than anything that is searched.
        if sought == Sought::Invitation && is_locked_file(bytes) {
            self.deeds.push_back(Deed::OpenFile(bytes.to_vec()));
            return Ok(());
        }
        let found = find(bytes, |_| {
            Err("the reader of pictures is a module of its own")
        });
        self.take_found(sought, found, Provenance::Carried, now)
    }

    /// Takes what was read in a picture, or seen by the camera: the texts of all codes in there.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_read(
        &mut self,
        sought: Sought,
        texts: &[String],
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        self.take_found(sought, find_among(texts), provenance, now)
    }

    /// Takes the invitation that the person means, of those that [`Deed::Choose`] told.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn choose(&mut self, number: usize, now: Now) -> Result<(), NotDone> {
        let (mut choices, provenance) = std::mem::take(&mut self.choices).ok_or(NotDone::NotNow)?;
        match number < choices.len() {
            true => self.open(choices.swap_remove(number), provenance, now),
            false => Err(NotDone::NotNow),
        }
    }

    fn take_found(
        &mut self,
        sought: Sought,
        found: Result<Token, FindError>,
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        match (sought, found) {
            (Sought::Reply, Ok(Token::Reply(reply))) => self.take_reply(reply, provenance, now),
            (Sought::Reply, Ok(_)) => Err(NotDone::NoReply),
            (Sought::Invitation, Err(FindError::SeveralTokens(mut found))) => {
                found.retain(|one| matches!(one, Token::Invitation(_) | Token::Sealed(_)));
                match found.len() {
                    0 => Err(NotDone::NoInvitation),
                    1 => self.open(found.remove(0), provenance, now),
                    _ => {
                        self.deeds.push_back(Deed::Choose(found.clone()));
                        self.choices = Some((found, provenance));
                        Ok(())
                    }
                }
            }
            (Sought::Invitation, Ok(found)) => self.open(found, provenance, now),
            (_, Err(error)) => Err(error.into()),
        }
    }

    fn open(&mut self, found: Token, provenance: Provenance, now: Now) -> Result<(), NotDone> {
        let command = match found {
            Token::Invitation(invitation) => Command::Open(Box::new(invitation), provenance),
            Token::Sealed(container) if is_locked_file(&container) => {
                self.deeds.push_back(Deed::OpenFile(container));
                return Ok(());
            }
            Token::Sealed(container) => Command::OpenLocked(container),
            Token::Reply(reply) => return self.take_reply(reply, provenance, now),
            Token::Here(_) | Token::Bundle(_) => return Err(NotDone::NoInvitation),
        };
        self.command(command, now);
        Ok(())
    }

    /// Makes an invitation of somebody who is called this. `keeps`: whoever comes of it is to be kept, if anything is.
    ///
    /// # Errors
    /// [`NotDone::Question`] and [`NotDone::Answers`] if what guards it cannot be used.
    pub fn invite(
        &mut self,
        name: &str,
        guard: Guard,
        [question, answer]: [&str; 2],
        keeps: bool,
        now: Now,
    ) -> Result<(), NotDone> {
        let asked = || Ok::<_, NotDone>((Question::new(question)?, Answers::new(&[answer])?));
        let protection = match guard {
            Guard::Open => Protection::Open,
            Guard::Asked => {
                asked().map(|(question, answers)| Protection::Asked(question, answers))?
            }
            Guard::Locked => {
                let (question, answers) = asked()?;
                Protection::Locked(question.into(), answers)
            }
        };
        self.call(name, now);
        let terms = InviteTerms {
            // No server is asked, as nobody but the page's own host is.
            is_far: false,
            protection,
            name: Some(name.to_owned()),
            terms: self.terms(name, keeps),
            // It can be copied from where it is shown.
            ..InviteTerms::new(DeliveryMode::Send)
        };
        self.command(Command::Invite(Box::new(terms)), now);
        Ok(())
    }

    /// Takes a reply. It is known here to which of the invitations of this page it belongs.
    fn take_reply(
        &mut self,
        reply: SealedReply,
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        let mut opened = self.connections.values().filter_map(|connection| {
            let Some(Peer::Guest(host, _)) = &connection.peer else {
                return None;
            };
            Some(reply.open(&host.keys))
        });
        let is_for = |result: &Result<_, ReplyError>| *result != Err(ReplyError::OtherInvitation);
        let opened = opened.find(is_for);
        opened.unwrap_or(Err(ReplyError::OtherInvitation))?;
        self.command(Command::Reply(Box::new(reply), provenance), now);
        Ok(())
    }
}

/// Whether these bytes are a container with a file inside.
fn is_locked_file(bytes: &[u8]) -> bool {
    Header::parse(bytes).is_ok_and(|header| header.kind == Kind::File)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_seal::{About, Credential, Limits, Lock, seal_bytes, text};
    use handfast_token::{Secret, picture_with};

    #[test]
    fn a_locked_file_goes_to_whoever_opens_files_however_it_comes() {
        let now = Now {
            monotonic: web_time::Instant::now(),
            unix: 1_790_000_000,
        };
        let header = Header {
            kind: Kind::File,
            lock: Lock::Key,
            salt: [7; 32],
        };
        let key = Credential::Key(Secret::random().unwrap());
        let container = seal_bytes(&header, &key, &Limits::PHONE, &About::default(), b"hello");
        let container = container.unwrap();
        let large = [&container[..], &[0; 2 << 20]].concat();
        for (handed, inside) in [
            (container.clone(), &container),
            (text(&container).into_bytes(), &container),
            (picture_with(&container), &container),
            (large.clone(), &large),
        ] {
            let mut page = Page::new(5, &[], None, now).unwrap();
            page.take(Sought::Invitation, &handed, now).unwrap();
            let deed = page.poll(now);
            assert!(matches!(deed, Some(Deed::OpenFile(found)) if found == *inside));
            assert!(page.take(Sought::Reply, &handed, now).is_err());
        }
    }
}
