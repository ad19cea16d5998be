//! Where this machine keeps what outlives a run: a folder that a device of the core opens.
//!
//! A store that does not open is left as it is, and the command ends with a sentence about it.

use crate::status::{Status, Stop};
use crate::{strings, words};
use etcetera::BaseStrategy;
use handfast_native::device::{EndReason, NotNamed};
use handfast_native::pairing::Failure;
use handfast_native::store::StoreError;
use handfast_native::{DeviceHandle, Home, Listener, OfHomeError, Options};
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
    /// True if the person named a folder for this run.
    pub(crate) fn is_named(&self) -> bool {
        self.home.is_some()
    }

    /// The argument, the variable, or where this system keeps the data of programs.
    ///
    /// # Errors
    /// When this system has no such place.
    pub(crate) fn place(&self) -> Result<Place, Stop> {
        let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let folder = match self.home.clone().or(named.map(PathBuf::from)) {
            Some(folder) => folder,
            None => etcetera::base_strategy::choose_native_strategy()
                .map(|places| places.data_dir().join("handfast"))
                .map_err(|_| Stop::new(Status::Home, "no_home", strings::no_home()))?,
        };
        Ok(Place::Folder(folder))
    }
}

/// Where a device has what it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this folder.
    Folder(PathBuf),
    /// It keeps nothing.
    Nowhere,
}

impl Place {
    /// Sets its device to work, or uses it through the process in which it is at work already. The folder
    /// is made if there is none.
    ///
    /// # Errors
    /// Whatever hinders it. Nothing has been changed then.
    pub(crate) async fn device(&self, options: Options) -> Result<(DeviceHandle, Listener), Stop> {
        let started = match self {
            Self::Folder(folder) => DeviceHandle::of_home(folder, options).await,
            Self::Nowhere => {
                let home = Home::nowhere().map_err(|error| self.refused(error))?;
                DeviceHandle::start(home, options).await.map_err(Into::into)
            }
        };
        started.map_err(|error| match error {
            OfHomeError::Store(error) => self.refused(error),
            OfHomeError::OtherVersion(version) => {
                let sentence = strings::other_version(words::line(&version));
                Stop::new(Status::Home, "other_version", sentence)
            }
            OfHomeError::Silent(owner) => {
                let sentence = strings::owner_silent(owner);
                Stop::new(Status::Home, "owner_silent", sentence)
            }
            OfHomeError::NotOurs(path) => {
                let sentence = words::of_place(&path.to_string_lossy(), strings::socket_not_ours());
                Stop::new(Status::Home, "socket_not_ours", sentence)
            }
            _ => Failure::Local.into(),
        })
    }

    /// Whether there is anything to open without making it.
    pub(crate) fn exists(&self) -> bool {
        match self {
            Self::Folder(folder) => !matches!(folder.try_exists(), Ok(false)),
            Self::Nowhere => false,
        }
    }

    /// Nothing in this place is meant by what was typed.
    pub(crate) fn not_named(&self, error: &NotNamed) -> Stop {
        let (status, kind) = match error {
            NotNamed::Over(reason) => return self.refused(StoreError::Over(*reason)),
            NotNamed::Unknown => (Status::BadInput, "unknown_invitation"),
            NotNamed::Ambiguous | NotNamed::Several(_) => (Status::Usage, "several_wait"),
            NotNamed::OtherRole(_) => (Status::Usage, "other_seat"),
            NotNamed::Nothing => (Status::BadInput, "nothing_waits"),
            NotNamed::UnderWay => (Status::Failed, "invitation_in_use"),
        };
        Stop::new(status, kind, words::not_named(error))
    }

    /// What a store in this place says that refuses.
    pub(crate) fn refused(&self, error: StoreError) -> Stop {
        let folder = match self {
            Self::Folder(folder) => folder.as_path(),
            Self::Nowhere => Path::new(""),
        };
        let (status, kind) = match error {
            StoreError::NotAStore => (Status::Home, "not_a_store"),
            StoreError::Damaged => (Status::Home, "store_damaged"),
            StoreError::Newer => (Status::Home, "store_newer"),
            StoreError::WrongKey => (Status::Home, "key_wrong"),
            StoreError::KeyMissing => (Status::Home, "key_missing"),
            StoreError::KeyStore(_) => (Status::Home, "key_unusable"),
            StoreError::ReadOnly => (Status::Home, "store_read_only"),
            StoreError::Full => (Status::Home, "disk_full"),
            StoreError::InUse => (Status::Home, "store_in_use"),
            StoreError::Unreachable(_) => (Status::Home, "store_unreachable"),
            StoreError::TooMany => (Status::Home, "too_many"),
            StoreError::TooLong | StoreError::Internal => (Status::Home, "store_failed"),
            StoreError::Unknown => (Status::BadInput, "unknown_invitation"),
            StoreError::Over(reason) => (
                Status::Expired,
                match reason {
                    EndReason::Used => "used",
                    EndReason::Revoked => "revoked",
                    EndReason::Expired => "expired",
                    EndReason::Burned => "burned",
                },
            ),
        };
        let sentence = words::store_refused(&folder.to_string_lossy(), error);
        Stop::new(status, kind, sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_names_the_folder() {
        let args = HomeArgs {
            home: Some("/somewhere".into()),
        };
        assert_eq!(
            args.place().ok(),
            Some(Place::Folder(PathBuf::from("/somewhere")))
        );
    }

    #[test]
    fn an_invitation_that_is_over_is_not_a_broken_store() {
        let place = Place::Folder("/h".into());
        for reason in [
            EndReason::Used,
            EndReason::Revoked,
            EndReason::Expired,
            EndReason::Burned,
        ] {
            let stop = place.refused(StoreError::Over(reason));
            assert_eq!(stop.status, Status::Expired);
            assert!(stop.sentence.contains(": "), "{}", stop.sentence);
        }
        let stop = place.refused(StoreError::Damaged);
        assert_eq!(stop.status, Status::Home);
        assert!(stop.sentence.starts_with("/h: "));
    }
}
