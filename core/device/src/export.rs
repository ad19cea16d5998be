//! What a person wants of an export, which is a device as it moves to another one.

use super::{Device, Done, Output, Refusal, RequestId};
use handfast_seal::{Answers, Cost, Credential, Lock, Questions};
use handfast_token::Secret;
use std::path::PathBuf;

/// What is written, where, and what opens it. There is always a code: an answer alone can be guessed.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExportTerms {
    /// The file, which is not there yet; an absolute path.
    #[cfg_attr(feature = "serde", serde(with = "crate::serialized::path"))]
    pub place: PathBuf,
    /// What was said goes along.
    pub with_messages: bool,
    /// What opens it, random and made for this file alone.
    pub code: Secret<16>,
    /// Questions that have to be answered as well, and their answers.
    pub beside: Option<(Questions, Answers)>,
}

impl ExportTerms {
    /// How the container is locked, and what opens it.
    pub fn lock(&self) -> (Lock, Credential) {
        match &self.beside {
            None => (Lock::Key, Credential::of_code(&self.code)),
            Some((questions, answers)) => {
                let credential = Credential::Answers {
                    answers: answers.clone(),
                    code: Some(self.code.clone()),
                };
                let lock = Lock::answers(Cost::STANDARD, true, questions.clone());
                (lock, credential)
            }
        }
    }
}

/// What is in a file that was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Exported {
    /// Bytes of the file.
    pub bytes: u64,
    /// Contacts in it.
    pub contacts: u64,
    /// Texts and files of conversations in it.
    pub messages: u64,
}

impl Device {
    /// Has it written by whoever has the disk; [`Input::Exported`](super::Input::Exported) follows.
    pub(super) fn export(
        &mut self,
        request: RequestId,
        terms: Box<ExportTerms>,
    ) -> Result<Option<Done>, Refusal> {
        self.shared.put(Output::Export(request, terms));
        Ok(None)
    }
}
