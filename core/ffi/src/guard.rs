//! A panic in the core ends in a typed error: Swift would otherwise end the app.

use super::{ErrorKind, HandfastError};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`; a panic becomes [`ErrorKind::Internal`].
pub(super) fn guarded<T>(
    work: impl FnOnce() -> Result<T, HandfastError>,
) -> Result<T, HandfastError> {
    // What the work shares with others is behind locks, which a panic poisons, or immutable.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        log::error!("a call panicked");
        Err(ErrorKind::Internal.into())
    })
}

/// The same for work that was given to the runtime.
pub(super) fn joined<T>(
    result: Result<Result<T, HandfastError>, tokio::task::JoinError>,
) -> Result<T, HandfastError> {
    result.unwrap_or_else(|error| {
        if error.is_panic() {
            log::error!("a task panicked");
            Err(ErrorKind::Internal.into())
        } else {
            Err(ErrorKind::ShutDown.into())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let result: Result<(), _> = guarded(|| panic!("on purpose"));
        assert_eq!(result, Err(ErrorKind::Internal.into()));
    }

    #[tokio::test]
    async fn a_panic_of_a_task_becomes_an_error() {
        let task = tokio::spawn(async { panic!("on purpose") });
        let result: Result<(), _> = joined(task.await);
        assert_eq!(result, Err(ErrorKind::Internal.into()));
    }
}
