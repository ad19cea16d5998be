//! A device as it moves to another phone: one file, which a code opens that is made for it alone.

use super::guard::guarded;
use super::handfast::{Keys, STORE};
use super::sealing::credential;
use super::{Code, ErrorKind, Handfast, HandfastError, KeyStore, Sealed};
use handfast_native::device::{Command, Done, ExportTerms};
use handfast_native::seal::{Credential, Header, Limits};
use handfast_native::store::{self, Store};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was written for another phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Exported {
    /// Bytes of the file.
    pub bytes: u64,
    /// How many people are in it.
    pub people: u64,
}

#[uniffi::export]
impl Handfast {
    /// Writes this device to a new file: who it is, whom it has met and, if it is wanted, what was said. The code opens
    /// it, and goes to the other phone another way than the file. From when the other phone takes it up, the two are one
    /// device twice, of which people are warned: this one is to be erased then.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`], [`ErrorKind::StorageFull`], [`ErrorKind::ShutDown`].
    pub async fn export(
        &self,
        path: String,
        code: Arc<Code>,
        with_messages: bool,
    ) -> Result<Exported, HandfastError> {
        let terms = ExportTerms {
            place: PathBuf::from(path),
            with_messages,
            code: code.secret(),
            beside: None,
        };
        match self
            .bridge
            .command(Command::Export(Box::new(terms)))
            .await?
        {
            Done::Exported(exported) => Ok(Exported {
                bytes: exported.bytes,
                people: exported.contacts,
            }),
            _ => Err(ErrorKind::Internal.into()),
        }
    }
}

/// What the file of another phone asks beside its code, for everybody to read; often nothing. Opens nothing.
///
/// # Errors
/// [`ErrorKind::NotAnExport`], also for one that an answer alone would open; [`ErrorKind::NewerVersion`],
/// [`ErrorKind::Storage`].
#[uniffi::export]
pub fn asked_by_export(path: String) -> Result<Vec<String>, HandfastError> {
    guarded(|| {
        let header = Header::read(BufReader::new(File::open(path)?))?;
        store::Export::check(&header)?;
        Ok(Sealed::of(&header).questions)
    })
}

/// The device that another phone wrote, open in memory. Nothing of it is kept before [`Self::make_device`].
#[derive(uniffi::Object)]
pub struct Export {
    export: store::Export,
}

#[uniffi::export]
impl Export {
    /// Opens the file at this path. Reads all of it, so it is not for the thread that draws.
    ///
    /// # Errors
    /// [`ErrorKind::WrongAnswer`] for another code, [`ErrorKind::BadText`] for answers that cannot be right, and those
    /// of [`asked_by_export`].
    #[uniffi::constructor]
    pub fn open(
        path: String,
        answers: Vec<String>,
        code: Arc<Code>,
    ) -> Result<Arc<Self>, HandfastError> {
        guarded(|| {
            let credential = match answers.is_empty() {
                true => Credential::of_code(&code.secret()),
                false => credential(&answers, Some(&code))?,
            };
            let file = BufReader::new(File::open(path)?);
            let export = store::Export::open(file, &credential, &Limits::PHONE)?;
            Ok(Arc::new(Self { export }))
        })
    }

    /// How many people are in it.
    pub fn people(&self) -> u64 {
        self.export.contacts.len() as u64
    }

    /// What was said is in it.
    pub fn has_messages(&self) -> bool {
        !self.export.entries.is_empty()
    }

    /// Makes a device of it in this folder, for [`Handfast::open`], in the place of the one that is there and was shut
    /// down. Whoever returns to it is asked whether that is them. Not for the thread that draws.
    ///
    /// # Errors
    /// Those of [`Handfast::open`]. The device that was there is as it was then.
    pub fn make_device(
        &self,
        folder: String,
        key_store: Arc<dyn KeyStore>,
    ) -> Result<(), HandfastError> {
        guarded(|| {
            let file = Path::new(&folder).join(STORE);
            Ok(Store::replace(&file, &Keys(key_store), &self.export)?)
        })
    }
}
