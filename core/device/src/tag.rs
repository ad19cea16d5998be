//! What people call something that waits, where a list or a command has to name it.

use super::{EndReason, Pending, PendingId, Role, SessionId};
use handfast_protocol::handshake::StaticKey;
use handfast_token::kdf;
use std::fmt;

const LABEL: &str = "handfast tag";

/// Of each syllable: 16 consonants and 4 vowels are 6 bits.
const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";

/// Names something that waits, in four syllables of 6 bits each. It follows from the device's long-term
/// key, so it stays the same, and says nothing about the invitation to anybody else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag([u8; 3]);

impl Tag {
    pub(super) fn of(key: &StaticKey, pending: PendingId) -> Self {
        let role: &[u8] = match pending.role {
            Role::Host => b"host",
            Role::Guest => b"guest",
        };
        let all = kdf(key.private().expose(), LABEL, &[role, &pending.id]);
        let [first, second, third, ..] = *all.expose();
        Self([first, second, third])
    }

    /// Reads what was written as a whole.
    #[cfg(feature = "serde")]
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (syllables, []) = text.as_bytes().as_chunks::<2>() else {
            return None;
        };
        let mut bits = 0_u32;
        for [consonant, vowel] in syllables.as_array::<4>()? {
            let consonant = CONSONANTS.iter().position(|one| one == consonant)?;
            let vowel = VOWELS.iter().position(|one| one == vowel)?;
            bits = bits << 6 | (consonant << 2 | vowel) as u32;
        }
        let [_, first, second, third] = bits.to_be_bytes();
        Some(Self([first, second, third]))
    }

    /// Whether somebody who typed this may mean it: the beginning is enough.
    fn begins_with(&self, typed: &str) -> bool {
        !typed.is_empty() && self.to_string().starts_with(typed)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third] = self.0.map(u32::from);
        let bits = first << 16 | second << 8 | third;
        for shift in [18, 12, 6, 0] {
            let syllable = (bits >> shift) as usize;
            let (consonant, vowel) = (CONSONANTS[syllable >> 2 & 15], VOWELS[syllable & 3]);
            write!(f, "{}{}", char::from(consonant), char::from(vowel))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why nothing is meant by what was typed, or by nothing at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNamed {
    /// There is none that is called so.
    #[error("nothing that waits is called that: look at the list")]
    Unknown,
    /// Several begin so.
    #[error("several begin like that: write more of the name")]
    Ambiguous,
    /// It waits in this role, and the other one was asked for.
    #[error("that one waits in the other role")]
    OtherRole(Role),
    /// It is over.
    #[error("that one is over: make a new invitation")]
    Over(EndReason),
    /// Nothing waits in that role.
    #[error("nothing waits: make or accept an invitation")]
    Nothing,
    /// A session goes on with everything that waits in that role.
    #[error("everything that waits is under way already: look there")]
    UnderWay,
    /// These wait, so it has to be said which one is meant.
    #[error("several wait: say which one")]
    Several(Vec<Tag>),
}

/// One that waits or is over, by what people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Named {
    /// What people call it.
    pub tag: Tag,
    /// Which one it is.
    pub id: PendingId,
    /// What became of it; None if it waits.
    pub ended: Option<EndReason>,
}

/// The one that is meant by a tag, or by the beginning of one.
///
/// # Errors
/// [`NotNamed::Unknown`] or [`NotNamed::Ambiguous`].
pub fn named<'a>(names: &'a [Named], typed: &str) -> Result<&'a Named, NotNamed> {
    let typed = typed.trim().to_lowercase();
    let mut meant = names.iter().filter(|one| one.tag.begins_with(&typed));
    match (meant.next(), meant.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(NotNamed::Unknown),
        (Some(_), Some(_)) => Err(NotNamed::Ambiguous),
    }
}

/// What a person wants to go on with in this role: what they call it or, without that, the only one
/// that waits and that no session goes on with.
///
/// # Errors
/// [`NotNamed`] if there is none such, or several.
pub fn to_resume(
    names: &[Named],
    pending: &[(Pending, Option<SessionId>)],
    role: Role,
    typed: Option<&str>,
) -> Result<PendingId, NotNamed> {
    if let Some(typed) = typed {
        let one = named(names, typed)?;
        return match one.ended {
            _ if one.id.role != role => Err(NotNamed::OtherRole(one.id.role)),
            Some(reason) => Err(NotNamed::Over(reason)),
            None => Ok(one.id),
        };
    }
    // What seems to have expired is taken up only by who names it.
    let waits = |one: &&(Pending, _)| one.0.id.role == role && one.0.expires_at.is_some();
    let waiting: Vec<&(Pending, _)> = pending.iter().filter(waits).collect();
    let mut free = waiting.iter().filter(|(_, session)| session.is_none());
    match (free.next(), free.next()) {
        (Some((one, _)), None) => Ok(one.id),
        (Some(_), Some(_)) => {
            let is_waiting = |name: &&Named| waiting.iter().any(|(one, _)| one.id == name.id);
            let tags = names.iter().filter(is_waiting).map(|name| name.tag);
            Err(NotNamed::Several(tags.collect()))
        }
        (None, _) if waiting.is_empty() => Err(NotNamed::Nothing),
        (None, _) => Err(NotNamed::UnderWay),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provenance;
    use handfast_token::Secret;
    use std::collections::HashSet;

    fn name(tag: [u8; 3], id: PendingId) -> Named {
        Named {
            tag: Tag(tag),
            id,
            ended: None,
        }
    }

    fn waits(id: PendingId, session: Option<u64>) -> (Pending, Option<SessionId>) {
        let pending = Pending {
            id,
            name: None,
            is_on_this_machine: false,
            made: 0,
            provenance: Provenance::Camera,
            expires_at: Some(60),
        };
        (pending, session.map(SessionId))
    }

    #[test]
    fn a_tag_is_four_syllables_and_no_two_are_spelled_alike() {
        assert_eq!(Tag([0; 3]).to_string(), "babababa");
        assert_eq!(Tag([0xff; 3]).to_string(), "zuzuzuzu");
        let all: HashSet<String> = (0..=255)
            .flat_map(|byte| [[byte, 0, 0], [0, byte, 0], [0, 0, byte]])
            .map(|tag| Tag(tag).to_string())
            .collect();
        assert_eq!(all.len(), 3 * 255 + 1);
    }

    #[test]
    fn a_tag_follows_from_the_device_the_role_and_the_invitation() {
        let key = |byte| StaticKey::new(Secret::new([byte; 32]));
        let tag = Tag::of(&key(1), PendingId::hosted([2; 16]));
        assert_eq!(tag, Tag::of(&key(1), PendingId::hosted([2; 16])));
        assert_ne!(tag, Tag::of(&key(1), PendingId::accepted([2; 16])));
        assert_ne!(tag, Tag::of(&key(1), PendingId::hosted([3; 16])));
        assert_ne!(tag, Tag::of(&key(4), PendingId::hosted([2; 16])));
    }

    #[test]
    fn the_beginning_of_a_tag_is_enough_where_it_is_the_only_one() {
        let names = [
            name([0, 0, 0], PendingId::hosted([1; 16])),
            name([0, 0, 99], PendingId::hosted([2; 16])),
            name([0xff; 3], PendingId::hosted([3; 16])),
        ];
        let found = |typed: &str| named(&names, typed).map(|one| one.id.id[0]);
        assert_eq!(found(" ZUzu"), Ok(3));
        assert_eq!(found("baba"), Err(NotNamed::Ambiguous));
        assert_eq!(found(&names[1].tag.to_string()), Ok(2));
        assert_eq!(found("nono"), Err(NotNamed::Unknown));
        assert_eq!(found(""), Err(NotNamed::Unknown));
    }

    #[test]
    fn without_a_name_the_only_one_that_is_free_is_meant() {
        let (one, other) = (PendingId::hosted([1; 16]), PendingId::hosted([2; 16]));
        let names = [name([1; 3], one), name([2; 3], other)];
        let meant = |pending: &[_]| to_resume(&names, pending, Role::Host, None);
        assert_eq!(meant(&[]), Err(NotNamed::Nothing));
        assert_eq!(meant(&[waits(one, Some(7))]), Err(NotNamed::UnderWay));
        assert_eq!(meant(&[waits(one, Some(7)), waits(other, None)]), Ok(other));
        let several = NotNamed::Several(vec![Tag([1; 3]), Tag([2; 3])]);
        assert_eq!(meant(&[waits(one, None), waits(other, None)]), Err(several));
        let other_role = to_resume(&names, &[waits(one, None)], Role::Guest, None);
        assert_eq!(other_role, Err(NotNamed::Nothing));
    }

    #[test]
    fn what_is_over_or_waits_in_the_other_role_says_so() {
        let id = PendingId::hosted([1; 16]);
        let mut names = [name([0; 3], id)];
        let meant = |names: &[Named], role| to_resume(names, &[], role, Some("ba"));
        assert_eq!(
            meant(&names, Role::Guest),
            Err(NotNamed::OtherRole(Role::Host))
        );
        // Named, it is taken up even if it seems to have expired; the session finds that out.
        assert_eq!(meant(&names, Role::Host), Ok(id));
        names[0].ended = Some(EndReason::Used);
        assert_eq!(
            meant(&names, Role::Host),
            Err(NotNamed::Over(EndReason::Used))
        );
    }
}
