//! What the page calls.

use crate::{Inside, NotOpened, SealedFile, Subject, advice, inside, lock, pack, said};
use handfast_seal::{About, FOLDER_TYPE, FileName, MAX_QUESTIONS, MediaType, SealError};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// A file that is locked with answers.
#[wasm_bindgen]
pub struct LockedFile(SealedFile);

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

/// One of several files that are in another.
#[wasm_bindgen]
pub struct FileInside {
    /// What it is called, with the folders that it is in.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub path: String,
    /// Where it begins, in bytes.
    #[wasm_bindgen(readonly)]
    pub from: f64,
    /// Its length in bytes.
    #[wasm_bindgen(readonly)]
    pub size: f64,
}

#[wasm_bindgen]
impl LockedFile {
    /// The one in a text.
    pub fn in_text(text: &str) -> Result<LockedFile, JsError> {
        SealedFile::in_text(text).map(Self).map_err(refused)
    }

    /// One as it is.
    #[wasm_bindgen(constructor)]
    pub fn new(container: Vec<u8>) -> Result<LockedFile, JsError> {
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
        let typed = Zeroizing::new(typed);
        let opened = self.0.open(&texts(&typed), code);
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
    /// The files that are in this one; nothing if it is no folder, or none that the program would unpack.
    pub fn inside(&self) -> Option<Vec<FileInside>> {
        if self.media_type != FOLDER_TYPE {
            return None;
        }
        let files = inside(&self.content).ok()?.into_iter();
        Some(files.map(FileInside::from).collect())
    }

    /// The content, which is the page's from then on.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.content)
    }
}

impl From<Inside> for FileInside {
    fn from(Inside { path, from, size }: Inside) -> Self {
        // Numbers of JavaScript are whole up to 2^53.
        let [from, size] = [from as f64, size as f64];
        Self { path, from, size }
    }
}

/// Several files on their way into one.
#[wasm_bindgen]
#[derive(Default)]
pub struct Folder {
    files: Vec<(String, u64, Vec<u8>)>,
}

#[wasm_bindgen]
impl Folder {
    /// None so far.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more, changed at that time in milliseconds since 1970-01-01 UTC.
    pub fn add(&mut self, name: String, changed: f64, bytes: Vec<u8>) {
        self.files.push((name, (changed / 1_000.0) as u64, bytes));
    }

    /// The type of several files in one.
    pub fn media_type() -> String {
        FOLDER_TYPE.to_owned()
    }

    /// All of them in one.
    pub fn packed(&self) -> Vec<u8> {
        let files = self.files.iter();
        let files = files.map(|(name, changed, bytes)| (name.as_str(), *changed, bytes.as_slice()));
        pack(&files.collect::<Vec<_>>())
    }
}

/// What is asked, and what opens.
#[wasm_bindgen]
pub struct Lock {
    questions: Vec<String>,
    answers: Zeroizing<Vec<String>>,
    with_code: bool,
}

/// What to think of answers.
#[wasm_bindgen]
pub struct Advice {
    /// The key of the sentence that says it.
    #[wasm_bindgen(readonly, getter_with_clone)]
    pub key: String,
    /// They protect nothing, and nothing is locked with them.
    #[wasm_bindgen(readonly)]
    pub is_trivial: bool,
}

/// What is locked.
#[wasm_bindgen]
pub struct Locked(crate::Locked);

#[wasm_bindgen]
impl Lock {
    /// An answer to each question, and a code beside them if there is to be one.
    #[wasm_bindgen(constructor)]
    pub fn new(questions: Vec<String>, answers: Vec<String>, with_code: bool) -> Self {
        Self {
            questions,
            answers: Zeroizing::new(answers),
            with_code,
        }
    }

    /// The most questions that are asked of one file.
    pub fn most_questions() -> usize {
        MAX_QUESTIONS
    }

    /// The most bytes that are locked here.
    pub fn most_bytes() -> f64 {
        crate::MOST_BYTES as f64
    }

    /// What to think of it; nothing while it cannot be used.
    pub fn advice(&self) -> Option<Advice> {
        let told = self.with(advice).ok()?;
        Some(Advice {
            key: told.key.to_owned(),
            is_trivial: told.is_trivial,
        })
    }

    /// Locks a file with this name and of this type; both may be empty.
    pub fn lock(&self, name: &str, media_type: &str, content: Vec<u8>) -> Result<Locked, JsError> {
        let about = About {
            name: FileName::cleaned(name),
            media_type: MediaType::new(media_type).ok(),
        };
        let locked = self.with(|subject| lock(subject, &about, &Zeroizing::new(content)));
        locked.map(Locked).map_err(|why| JsError::new(why.said()))
    }

    fn with<T>(&self, what: impl FnOnce(&Subject<'_>) -> T) -> T {
        what(&Subject {
            questions: &texts(&self.questions),
            answers: &texts(&self.answers),
            with_code: self.with_code,
        })
    }
}

#[wasm_bindgen]
impl Locked {
    /// The container.
    pub fn container(&self) -> Vec<u8> {
        self.0.container.clone()
    }

    /// It as a text for a messenger; nothing if it is too long for one.
    pub fn text(&self) -> Option<String> {
        self.0.text()
    }

    /// It as a code in a picture; nothing if it is too long for one.
    pub fn code_picture(&self) -> Option<String> {
        self.0.code_picture()
    }

    /// It beside a picture, as a PNG; nothing if it is too long for that.
    pub fn beside_picture(&self) -> Option<Vec<u8>> {
        self.0.beside_picture()
    }

    /// The code that is needed too, in characters and in words; empty if none is.
    pub fn code(&self) -> Vec<String> {
        let code = self.0.code.as_ref();
        code.map_or_else(Vec::new, |code| {
            vec![code.characters.to_string(), code.words.to_string()]
        })
    }
}

fn texts(typed: &[String]) -> Vec<&str> {
    typed.iter().map(String::as_str).collect()
}

fn refused(why: SealError) -> JsError {
    JsError::new(said(NotOpened::Seal(why)))
}
