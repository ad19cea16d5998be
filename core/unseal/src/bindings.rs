//! What the page calls.

use crate::{NotOpened, SealedFile, said};
use handfast_seal::SealError;
use wasm_bindgen::prelude::*;

/// A file that is locked with answers.
#[wasm_bindgen]
pub struct Locked(SealedFile);

/// What was in it.
#[wasm_bindgen]
pub struct Opened {
    /// What it is called; empty if it has no name.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub name: String,
    /// Of which type it says it is; may be empty.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub media_type: String,
    content: Vec<u8>,
}

#[wasm_bindgen]
impl Locked {
    /// The one in a text.
    pub fn in_text(text: &str) -> Result<Locked, JsError> {
        SealedFile::in_text(text).map(Self).map_err(refused)
    }

    /// One as it is.
    #[wasm_bindgen(constructor)]
    pub fn new(container: Vec<u8>) -> Result<Locked, JsError> {
        SealedFile::new(container).map(Self).map_err(refused)
    }

    /// What is asked.
    pub fn questions(&self) -> Vec<String> {
        self.0.questions().to_vec()
    }

    /// Whether a code is needed too.
    pub fn needs_code(&self) -> bool {
        self.0.needs_code()
    }

    /// Opens it.
    pub fn open(&self, typed: Vec<String>, code: &str) -> Result<Opened, JsError> {
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let opened = self.0.open(&typed, code);
        let opened = opened.map_err(|why| JsError::new(said(why)))?;
        let about = opened.about;
        Ok(Opened {
            name: about
                .name
                .map_or_else(String::new, |name| name.as_str().to_owned()),
            media_type: about
                .media_type
                .map_or_else(String::new, |kind| kind.as_str().to_owned()),
            content: opened.content,
        })
    }
}

#[wasm_bindgen]
impl Opened {
    /// The content, which is the page's from then on.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.content)
    }
}

fn refused(why: SealError) -> JsError {
    JsError::new(said(NotOpened::Seal(why)))
}
