//! The frozen containers of `tests/frozen/`: sealed once, opened by every later version.
//!
//! `containers.json` says what each one is, what opens it and what is inside; the folder's README
//! explains its fields. This reads the index and turns its entries into arguments of the core. It
//! seals nothing and writes nothing; `examples/freeze.rs` does, for entries that have no file yet.

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use handfast_native::seal::{
    About, Answers, Cost, Credential, FileName, Header, Kind, Lock, MediaType, Profile, Question,
    Questions,
};
use handfast_native::token::{Secret, kdf};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One container of the index.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Its file: `*.hfs` for the bytes, `*.txt` for the text form.
    pub file: String,
    /// In a word, why it is here.
    pub why: String,
    kind: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    typed_otherwise: Vec<String>,
    #[serde(default = "first_profile")]
    profile: u8,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    questions: Vec<String>,
    #[serde(default)]
    cost: Option<(u32, u8, u8)>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    media_type: Option<String>,
    /// 0 or 1. The core does not tell it; the length of the file does.
    pub codec: u8,
    content: Content,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Hex(String),
    Text(String),
    Repeated { text: String, bytes: usize },
    Noise(u64),
}

impl Frozen {
    /// The folder with index and containers.
    pub fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("frozen")
    }

    /// Every entry of the index.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn all() -> Result<Vec<Self>> {
        let index = std::fs::read_to_string(Self::folder().join("containers.json"))?;
        serde_json::from_str(&index).context("containers.json")
    }

    /// Where the container lies.
    pub fn path(&self) -> PathBuf {
        Self::folder().join(&self.file)
    }

    /// Whether it is kept in the form for messengers.
    pub fn is_text(&self) -> bool {
        self.file.ends_with(".txt")
    }

    /// The header, with this salt.
    ///
    /// # Errors
    /// If the entry says something that no header can.
    pub fn header(&self, salt: [u8; 32]) -> Result<Header> {
        let kind = match self.kind.as_str() {
            "invitation" => Kind::Invitation,
            "reply" => Kind::Reply,
            "file" => Kind::File,
            "device state" => Kind::DeviceState,
            other => bail!("no kind is called {other}"),
        };
        let questions: Result<Vec<_>, _> =
            self.questions.iter().map(|q| Question::new(q)).collect();
        let lock = match self.cost {
            None => Lock::Key,
            Some((memory_kib, passes, lanes)) => Lock::Answers {
                cost: Cost {
                    memory_kib,
                    passes,
                    lanes,
                },
                profile: match self.profile {
                    1 => Profile::One,
                    2 => Profile::Two,
                    other => bail!("there is no profile {other}"),
                },
                with_code: self.code.is_some(),
                questions: Questions::new(questions?)?,
            },
        };
        Ok(Header { kind, lock, salt })
    }

    /// What the container was sealed with, and then what opens it as well: the same answers as
    /// somebody else would type them.
    ///
    /// # Errors
    /// If the entry says something that no credential can.
    pub fn credentials(&self) -> Result<Vec<Credential>> {
        if let Some(key) = &self.key {
            return Ok(vec![Credential::Key(Secret::new(bytes(key)?))]);
        }
        let mut all = Vec::new();
        for typed in [&self.answers, &self.typed_otherwise] {
            let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
            if typed.is_empty() {
                continue;
            }
            let code = self.code.as_ref().map(|code| bytes(code)).transpose()?;
            all.push(Credential::Answers {
                answers: Answers::new(&typed)?,
                code: code.map(Secret::new),
            });
        }
        Ok(all)
    }

    /// What is told about the content.
    ///
    /// # Errors
    /// If the entry has a name or type that cannot be.
    pub fn about(&self) -> Result<About> {
        Ok(About {
            name: self.name.as_deref().map(FileName::new).transpose()?,
            media_type: self.media_type.as_deref().map(MediaType::new).transpose()?,
        })
    }

    /// The content itself.
    ///
    /// # Errors
    /// If the entry is not hexadecimal where it should be.
    pub fn content(&self) -> Result<Vec<u8>> {
        Ok(match &self.content {
            Content::Hex(hex) => HEXLOWER.decode(hex.as_bytes())?,
            Content::Text(text) => text.clone().into_bytes(),
            Content::Repeated { text, bytes } => text.bytes().cycle().take(*bytes).collect(),
            Content::Noise(length) => (0..length.div_ceil(32))
                .flat_map(|n| *kdf(b"noise", "HFS1 test", &[&n.to_le_bytes()]).expose())
                .take(usize::try_from(*length)?)
                .collect(),
        })
    }
}

/// What an entry was sealed with that names no profile.
fn first_profile() -> u8 {
    1
}

fn bytes<const N: usize>(hex: &str) -> Result<[u8; N]> {
    let bytes = HEXLOWER.decode(hex.as_bytes())?;
    bytes.try_into().ok().context("another length")
}
