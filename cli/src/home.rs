//! Where this machine keeps what outlives a run: a folder with the store and the key that opens it.
//!
//! A store that does not open is left as it is, and the command ends with a sentence about it.

use crate::status::{Status, Stop};
use crate::{strings, words};
use etcetera::BaseStrategy;
use handfast_native::handshake::{StaticKey, visible};
use handfast_native::pairing::{Failure, Identity};
use handfast_native::store::{Fate, KeyFile, Store, StoreError};
use handfast_native::token::Secret;
use std::path::{Path, PathBuf};

/// Names the folder where no argument does.
const VARIABLE: &str = "HANDFAST_HOME";

/// Which folder it is.
#[derive(clap::Args)]
pub(crate) struct HomeArgs {
    #[arg(long, value_name = "DIR", global = true, help = strings::option_home())]
    home: Option<PathBuf>,
}

impl HomeArgs {
    #[cfg(test)]
    pub(crate) fn naming(folder: PathBuf) -> Self {
        Self { home: Some(folder) }
    }

    /// True if the person named a folder for this run.
    pub(crate) fn is_named(&self) -> bool {
        self.home.is_some()
    }

    /// The argument, the variable, or where this system keeps the data of programs.
    fn folder(&self) -> Result<PathBuf, Stop> {
        let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        match self.home.clone().or(named.map(PathBuf::from)) {
            Some(folder) => Ok(folder),
            None => etcetera::base_strategy::choose_native_strategy()
                .map(|places| places.data_dir().join("handfast"))
                .map_err(|_| Stop::new(Status::Home, "no_home", strings::no_home())),
        }
    }
}

/// The folder, open.
#[derive(Clone)]
pub(crate) struct Home {
    folder: PathBuf,
    store: Store,
}

impl Home {
    /// Opens it, and makes it if there is none.
    ///
    /// # Errors
    /// Whatever hinders it. Nothing has been changed then.
    pub(crate) async fn open(args: &HomeArgs) -> Result<Self, Stop> {
        let folder = args.folder()?;
        let opening = tokio::task::spawn_blocking(move || {
            let key = KeyFile::new(folder.join("key"));
            match Store::open(&folder.join("store"), &key) {
                Ok(store) => Ok(Self { folder, store }),
                Err(error) => Err(refused(&folder, error)),
            }
        });
        opening.await.map_err(|_| Failure::Local)?
    }

    /// Opens it if it is there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(crate) async fn open_existing(args: &HomeArgs) -> Result<Option<Self>, Stop> {
        match args.folder()?.try_exists() {
            Ok(false) => Ok(None),
            _ => Self::open(args).await.map(Some),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Does something with the store, beside everything else.
    ///
    /// # Errors
    /// Those of the work, as sentences.
    pub(crate) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Stop> {
        let done = self.store.run(work).await;
        done.map_err(|error| refused(&self.folder, error))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }
}

/// Who this machine is: with a home the same in every run, without one somebody new.
///
/// # Errors
/// When the operating system has no randomness to give.
pub(crate) fn identity(home: Option<&Home>, name: Option<&str>) -> Result<Identity, Stop> {
    let key = match home {
        Some(home) => home.store.identity().clone(),
        None => StaticKey::new(Secret::random().map_err(|_| Failure::Local)?),
    };
    let user = std::env::var("USER").unwrap_or_default();
    Ok(Identity {
        key,
        name: visible(name.unwrap_or(&user)),
    })
}

/// What a store says that refuses.
pub(crate) fn refused(folder: &Path, error: StoreError) -> Stop {
    let (status, kind) = match error {
        StoreError::NotAStore => (Status::Home, "not_a_store"),
        StoreError::Damaged => (Status::Home, "store_damaged"),
        StoreError::Newer => (Status::Home, "store_newer"),
        StoreError::WrongKey => (Status::Home, "key_wrong"),
        StoreError::KeyMissing => (Status::Home, "key_missing"),
        StoreError::Vault(_) => (Status::Home, "key_unusable"),
        StoreError::ReadOnly => (Status::Home, "store_read_only"),
        StoreError::Full => (Status::Home, "disk_full"),
        StoreError::InUse => (Status::Home, "store_in_use"),
        StoreError::Unreachable(_) => (Status::Home, "store_unreachable"),
        StoreError::TooMany => (Status::Home, "too_many"),
        StoreError::TooLong | StoreError::Internal => (Status::Home, "store_failed"),
        StoreError::Unknown => (Status::BadInput, "unknown_invitation"),
        StoreError::Refused => (Status::Insecure, "refused"),
        StoreError::Over(fate) => (
            Status::Expired,
            match fate {
                Fate::Used => "used",
                Fate::Revoked => "revoked",
                Fate::Expired => "expired",
                Fate::Burned => "burned",
            },
        ),
    };
    Stop::new(
        status,
        kind,
        words::store_refused(&folder.to_string_lossy(), error),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_names_the_folder() {
        let args = HomeArgs {
            home: Some("/somewhere".into()),
        };
        assert_eq!(args.folder().ok(), Some(PathBuf::from("/somewhere")));
    }

    #[test]
    fn an_invitation_that_is_over_is_not_a_broken_store() {
        for fate in [Fate::Used, Fate::Revoked, Fate::Expired, Fate::Burned] {
            let stop = refused(Path::new("/h"), StoreError::Over(fate));
            assert_eq!(stop.status, Status::Expired);
            assert!(stop.sentence.contains(": "), "{}", stop.sentence);
        }
        let stop = refused(Path::new("/h"), StoreError::Damaged);
        assert_eq!(stop.status, Status::Home);
        assert!(stop.sentence.starts_with("/h: "));
    }
}
