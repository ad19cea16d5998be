//! A device as it moves: out of a page into a file, and out of a file into this browser, in the place of whoever was
//! there.

use handfast_device::ExportTerms;
use handfast_seal::{
    Answers, Credential, Header, Limits, Lock, SealError, code_characters, code_from_text,
};
use handfast_store::{Change, Export, ExportError, Image, StoreError};
use handfast_token::{Secret, random_bytes};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// A device in a file, and the code that opens it.
pub struct Packed {
    /// The file.
    pub container: Vec<u8>,
    /// The code as a person types it; made for this file alone.
    pub code: Zeroizing<String>,
}

/// A file with a device in it, until it is opened and its person has decided.
pub struct Arrived {
    container: Vec<u8>,
    lock: Lock,
    opened: Option<Export>,
}

/// Why nothing moves.
#[derive(Debug, thiserror::Error)]
pub enum NotMoved {
    /// What was typed is no code.
    #[error("this is no code")]
    BadCode,
    /// Nothing was answered.
    #[error("this is no answer")]
    NoAnswer,
    /// There is nothing to take along, or nothing was opened.
    #[error("there is nothing to move")]
    Nothing,
    /// It is no export, or cannot be opened or made.
    #[error(transparent)]
    Export(#[from] ExportError),
}

impl From<StoreError> for NotMoved {
    fn from(error: StoreError) -> Self {
        Self::Export(error.into())
    }
}

/// Seals an export under a code of its own.
pub(crate) fn pack(export: &Export) -> Result<Packed, NotMoved> {
    let random = || random_bytes().map_err(|_| StoreError::Internal);
    let terms = ExportTerms {
        place: PathBuf::new(),
        with_messages: true,
        code: Secret::new(random()?),
        beside: None,
    };
    let (lock, credential) = terms.lock();
    let salt = random_bytes().map_err(|_| StoreError::Internal)?;
    let mut container = Vec::new();
    export.seal(lock, salt, &credential, &Limits::PHONE, &mut container)?;
    Ok(Packed {
        container,
        code: code_characters(&terms.code),
    })
}

impl Arrived {
    /// What a person brings as a file; None if it is no device.
    pub fn new(container: Vec<u8>) -> Option<Result<Self, NotMoved>> {
        let header = Header::parse(&container).ok()?;
        let is_another = matches!(Export::check(&header), Err(ExportError::NotAnExport));
        (!is_another).then(|| {
            Export::check(&header)?;
            Ok(Self {
                container,
                lock: header.lock,
                opened: None,
            })
        })
    }

    /// What has to be answered beside the code.
    pub fn questions(&self) -> Vec<String> {
        match &self.lock {
            Lock::Key => Vec::new(),
            Lock::Answers { questions, .. } => {
                let questions = questions.as_slice().iter();
                questions.map(|one| one.as_str().to_owned()).collect()
            }
        }
    }

    /// Opens it. How many people are in it, and whether what was written is.
    ///
    /// # Errors
    /// Whatever hinders it; see [`NotMoved`].
    pub fn open(&mut self, typed: &[&str], code: &str) -> Result<(usize, bool), NotMoved> {
        let code = code_from_text(code).map_err(|_| NotMoved::BadCode)?;
        let credential = match self.lock {
            Lock::Key => Credential::of_code(&code),
            Lock::Answers { .. } => Credential::Answers {
                answers: Answers::new(typed).map_err(|_| NotMoved::NoAnswer)?,
                code: Some(code),
            },
        };
        let export = Export::open(&self.container[..], &credential, &Limits::PHONE)?;
        let found = (export.contacts.len(), !export.entries.is_empty());
        self.opened = Some(export);
        Ok(found)
    }

    /// What has to be written, in the place of everything, to be this device from now on.
    ///
    /// # Errors
    /// [`NotMoved::Nothing`] before it is open.
    pub fn settle(&mut self, key: Secret<32>) -> Result<Vec<Change>, NotMoved> {
        let export = self.opened.take().ok_or(NotMoved::Nothing)?;
        let (_, changes) = Image::import(key, &export)?;
        Ok(changes)
    }
}

/// The key of the sentence that says why nothing moves.
pub fn not_moved(why: &NotMoved) -> &'static str {
    match why {
        NotMoved::BadCode => "sealed_code_bad",
        NotMoved::NoAnswer => "kind_bad_text",
        NotMoved::Nothing => "kind_not_yet",
        NotMoved::Export(ExportError::AnswerAlone | ExportError::NotAnExport) => {
            "kind_not_an_export"
        }
        NotMoved::Export(ExportError::Seal(SealError::WrongAnswerOrAltered)) => "kind_wrong_answer",
        NotMoved::Export(ExportError::Seal(SealError::TooExpensive)) => "kind_too_expensive",
        NotMoved::Export(ExportError::Seal(SealError::Unsupported)) => "kind_newer_version",
        NotMoved::Export(ExportError::Seal(_) | ExportError::Io(_)) => "kind_incomplete",
        NotMoved::Export(ExportError::Store(StoreError::Newer)) => "kind_newer_version",
        NotMoved::Export(_) => "kind_internal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
    use handfast_seal::{Cost, Question, Questions};
    use handfast_store::Contact;

    fn export() -> Export {
        let (mut image, _) = Image::new(Secret::new([7; 32])).unwrap();
        let identity = image.identity().private().clone();
        let trust = Trust::because(TrustReason::Scanned);
        let ada = Contact::met(PublicKey([1; 32]), "Ada", trust, 1);
        let (export, ..) = image
            .batch(|batch| {
                batch.meet(ada)?;
                batch.export(identity, true)
            })
            .unwrap();
        export
    }

    #[test]
    fn a_device_that_moves_is_the_same_elsewhere_and_opens_by_its_code_alone() {
        let export = export();
        let Packed { container, code } = pack(&export).unwrap();
        let mut arrived = Arrived::new(container).unwrap().unwrap();
        assert!(arrived.questions().is_empty());
        assert!(matches!(
            arrived.settle(Secret::new([8; 32])),
            Err(NotMoved::Nothing)
        ));
        let wrong = code_characters(&Secret::new([1; 16]));
        for (typed, why) in [
            ("nothing", "sealed_code_bad"),
            (&wrong, "kind_wrong_answer"),
        ] {
            let error = arrived.open(&[], typed).err().unwrap();
            assert_eq!(not_moved(&error), why);
        }
        assert_eq!(arrived.open(&[], &code).unwrap(), (1, false));
        let changes = arrived.settle(Secret::new([8; 32])).unwrap();
        let values = changes.into_iter().map(|one| (one.row, one.value.unwrap()));
        let mut image = Image::open(Secret::new([8; 32]), values).unwrap();
        assert_eq!(image.identity().private(), &export.identity);
        let (contacts, ..) = image.batch(|batch| batch.contacts()).unwrap();
        let there: Vec<PublicKey> = contacts.iter().map(|contact| contact.key).collect();
        assert_eq!(there, [PublicKey([1; 32])]);
    }

    #[test]
    fn what_is_asked_beside_the_code_has_to_be_answered_too() {
        let code = Secret::new([5; 16]);
        let question = Question::new("Where?").unwrap();
        let answers = Answers::new(&["here"]).unwrap();
        let lock = Lock::answers(
            Cost::STANDARD,
            true,
            Questions::new(vec![question]).unwrap(),
        );
        let credential = Credential::Answers {
            answers,
            code: Some(code.clone()),
        };
        let mut container = Vec::new();
        let sealed = export().seal(lock, [2; 32], &credential, &Limits::PHONE, &mut container);
        sealed.unwrap();
        let mut arrived = Arrived::new(container).unwrap().unwrap();
        assert_eq!(arrived.questions(), ["Where?"]);
        let code = code_characters(&code);
        assert!(arrived.open(&["there"], &code).is_err());
        assert!(arrived.open(&["HERE "], &code).is_ok());
    }

    #[test]
    fn what_is_no_device_is_left_to_others() {
        for bytes in [&b""[..], b"HFS1", b"hello"] {
            assert!(Arrived::new(bytes.to_vec()).is_none());
        }
    }
}
