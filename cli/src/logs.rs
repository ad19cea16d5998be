//! Logs for developers, by `RUST_LOG`, on standard error.

use handfast_native::OwnLines;

/// Starts logging if `RUST_LOG` asks for it.
pub(crate) fn start() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    let logger = env_logger::Builder::from_default_env().build();
    let level = logger.filter();
    if log::set_boxed_logger(Box::new(OwnLines(logger))).is_ok() {
        log::set_max_level(level);
    }
}
