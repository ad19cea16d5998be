//! An invitation that opens only for whoever knows the answer.

use super::{
    About, Cost, Credential, Header, Kind, Limits, Lock, Questions, SealError, open_bytes,
    seal_bytes,
};
use handfast_token::Invitation;

/// Locks an invitation with answers. `salt` is 32 random bytes. It takes the time and memory of
/// [`Cost::STANDARD`]. Whoever gets the container can try answers without anybody noticing.
///
/// # Errors
/// [`SealError::TooExpensive`] if there is not enough memory.
pub fn lock(
    invitation: &Invitation,
    questions: Questions,
    credential: &Credential,
    salt: [u8; 32],
) -> Result<Vec<u8>, SealError> {
    let lock = match credential {
        Credential::Key(_) => Lock::Key,
        Credential::Answers { code, .. } => {
            Lock::answers(Cost::STANDARD, code.is_some(), questions)
        }
    };
    let header = Header {
        kind: Kind::Invitation,
        lock,
        salt,
    };
    let content = invitation.to_bytes();
    let about = About::default();
    seal_bytes(&header, credential, &Limits::DESKTOP, &about, &content)
}

/// Opens a locked invitation. It takes the time and memory that the container asks for, within the
/// limits.
///
/// # Errors
/// Any [`SealError`]; [`SealError::Damaged`] too for a container that holds something else.
pub fn unlock(
    container: &[u8],
    credential: &Credential,
    limits: &Limits,
) -> Result<Invitation, SealError> {
    let opened = open_bytes(container, credential, limits)?;
    match opened.kind {
        Kind::Invitation => Invitation::parse(&opened.content).map_err(|_| SealError::Damaged),
        _ => Err(SealError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TINY_LIMITS, answers, asking};
    use super::*;
    use handfast_token::{Candidates, Expiry, Fingerprint, Question, Secret};

    fn invitation() -> Invitation {
        Invitation {
            secret: Secret::new([3; 16]),
            expiry: Expiry(7),
            fingerprint: Fingerprint([5; 32]),
            candidates: Candidates::default(),
            question: None,
            name: None,
            browser: None,
            host_can_punch: true,
        }
    }

    fn questions() -> Questions {
        Questions::new(vec![Question::new("Where did we meet?").unwrap()]).unwrap()
    }

    #[test]
    fn a_locked_invitation_opens_with_the_answer_and_shows_only_the_question_before() {
        let container = lock(&invitation(), questions(), &answers("Rex"), [9; 32]).unwrap();
        let header = Header::parse(&container).unwrap();
        assert_eq!(header.kind, Kind::Invitation);
        assert!(
            matches!(header.lock, Lock::Answers { questions: asked, .. } if asked == questions())
        );
        let unlocked = unlock(&container, &answers("Rex"), &Limits::PHONE);
        assert_eq!(unlocked, Ok(invitation()));
        assert!(!container.windows(16).any(|part| part == [3; 16]));
    }

    #[test]
    fn a_container_of_something_else_is_no_invitation() {
        let file = asking();
        let about = About::default();
        let sealed = seal_bytes(
            &file,
            &answers("Rex"),
            &TINY_LIMITS,
            &about,
            &invitation().to_bytes(),
        );
        let opened = unlock(&sealed.unwrap(), &answers("Rex"), &TINY_LIMITS);
        assert_eq!(opened, Err(SealError::Damaged));
    }

    #[test]
    fn a_sealed_invitation_must_hold_one() {
        let header = Header {
            kind: Kind::Invitation,
            ..asking()
        };
        let about = About::default();
        let sealed = seal_bytes(
            &header,
            &answers("Rex"),
            &TINY_LIMITS,
            &about,
            b"no invitation",
        );
        let opened = unlock(&sealed.unwrap(), &answers("Rex"), &TINY_LIMITS);
        assert_eq!(opened, Err(SealError::Damaged));
    }
}
