//! Logs for developers, by `RUST_LOG`, on standard error. Each line begins with the seconds since 1970, so that
//! those of several processes can be put in order.

use handfast_native::OwnLines;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

/// Starts logging if `RUST_LOG` asks for it.
pub(crate) fn start() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    let logger = env_logger::Builder::from_default_env()
        .format(|out, record| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let seconds = now.unwrap_or_default().as_secs_f64();
            let (level, target) = (record.level(), record.target());
            writeln!(out, "{seconds:.3} {level} {target}: {}", record.args())
        })
        .build();
    let level = logger.filter();
    if log::set_boxed_logger(Box::new(OwnLines(logger))).is_ok() {
        log::set_max_level(level);
    }
}
