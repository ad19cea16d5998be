//! Where the log goes on a phone.

use super::{CallbackError, LogLevel, LogSink};
use handfast_native::OwnLines;
use log::{Level, LevelFilter, Log, Metadata, Record};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warn,
            LogLevel::Info => Self::Info,
            LogLevel::Debug => Self::Debug,
        }
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug | Level::Trace => Self::Debug,
        }
    }
}

/// Logs to where the platform keeps logs: Android's own log, or standard error elsewhere, which
/// Apple's tools show. Returns whether this is the first log of the process; a later one is ignored.
#[uniffi::export]
pub fn log_to_platform(level: LogLevel) -> bool {
    #[cfg(target_os = "android")]
    let logger = {
        let tag = android_logger::Config::default()
            .with_max_level(level.into())
            .with_tag("handfast");
        OwnLines(android_logger::AndroidLogger::new(tag))
    };
    #[cfg(not(target_os = "android"))]
    let logger = OwnLines(StandardError);
    install(logger, level)
}

/// Logs to the shell. Returns whether this is the first log of the process; a later one is ignored.
#[uniffi::export]
pub fn log_to(sink: Arc<dyn LogSink>, level: LogLevel) -> bool {
    install(OwnLines(Shell(sink)), level)
}

fn install(logger: impl Log + 'static, level: LogLevel) -> bool {
    let first = log::set_boxed_logger(Box::new(logger)).is_ok();
    if first {
        log::set_max_level(level.into());
    }
    first
}

#[cfg(not(target_os = "android"))]
struct StandardError;

#[cfg(not(target_os = "android"))]
impl Log for StandardError {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        eprintln!("{} {}: {}", record.level(), record.target(), record.args());
    }

    fn flush(&self) {}
}

struct Shell(Arc<dyn LogSink>);

impl Log for Shell {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = record.args().to_string();
        let target = record.target().to_owned();
        // A log that fails has nowhere to say so.
        let _: Result<Result<(), CallbackError>, _> = catch_unwind(AssertUnwindSafe(|| {
            self.0.log(record.level().into(), target, line)
        }));
    }

    fn flush(&self) {}
}
