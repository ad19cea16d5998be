//! An invitation, or a text, that opens only for whoever knows the answer.

use super::{
    About, Answers, Cost, Credential, Header, Kind, Limits, Lock, Questions, SealError, open_bytes,
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
    let content = invitation.to_bytes();
    lock_bytes(Kind::Invitation, &content, questions, credential, salt)
}

/// Locks a text with answers, as a file without a name. `salt` is 32 random bytes. It takes the time and memory of
/// [`Cost::STANDARD`]. Whoever gets the container can try answers without anybody noticing.
///
/// # Errors
/// [`SealError::TooExpensive`] if there is not enough memory.
pub fn lock_text(
    text: &str,
    questions: Questions,
    answers: Answers,
    salt: [u8; 32],
) -> Result<Vec<u8>, SealError> {
    let code = None;
    let credential = Credential::Answers { answers, code };
    lock_bytes(Kind::File, text.as_bytes(), questions, &credential, salt)
}

fn lock_bytes(
    kind: Kind,
    content: &[u8],
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
    let header = Header { kind, lock, salt };
    let about = About::default();
    seal_bytes(&header, credential, &Limits::DESKTOP, &about, content)
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

/// Opens a locked text of at most so many bytes. It takes the time and memory that the container asks for, within the
/// limits.
///
/// # Errors
/// Any [`SealError`]; [`SealError::Damaged`] too for a container that holds something else.
pub fn unlock_text(
    container: &[u8],
    answers: Answers,
    most: u64,
    limits: &Limits,
) -> Result<String, SealError> {
    let limits = Limits {
        content_bytes: most,
        ..limits.clone()
    };
    let code = None;
    let opened = open_bytes(container, &Credential::Answers { answers, code }, &limits)?;
    match opened.kind {
        Kind::File => String::from_utf8(opened.content).map_err(|_| SealError::Damaged),
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
    fn a_locked_text_opens_with_the_answer_if_it_is_a_text_and_no_longer_than_it_may_be() {
        let rex = || Answers::new(&["Rex"]).unwrap();
        let container = lock_text("at noon", questions(), rex(), [9; 32]).unwrap();
        let header = Header::parse(&container).unwrap();
        assert_eq!(header.kind, Kind::File);
        let open = |container: &[u8], answer: &str, most| {
            let answers = Answers::new(&[answer]).unwrap();
            unlock_text(container, answers, most, &Limits::PHONE)
        };
        assert_eq!(open(&container, "rex", 7).as_deref(), Ok("at noon"));
        assert_eq!(open(&container, "rex", 6), Err(SealError::TooExpensive));
        let wrong = SealError::WrongAnswerOrAltered;
        assert_eq!(open(&container, "Max", 7), Err(wrong));

        let about = About::default();
        let no_text =
            seal_bytes(&asking(), &answers("Rex"), &TINY_LIMITS, &about, b"\xff").unwrap();
        let opened = unlock_text(&no_text, rex(), 7, &TINY_LIMITS);
        assert_eq!(opened, Err(SealError::Damaged));
        let locked = lock(&invitation(), questions(), &answers("Rex"), [9; 32]).unwrap();
        assert_eq!(open(&locked, "Rex", 1_000), Err(SealError::Damaged));
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
