//! Logs for developers, by `RUST_LOG`, on standard error.
//!
//! The libraries beneath write passwords and addresses at their debug level, so only our own crates
//! ever pass, whatever the variable says.

use log::{Log, Metadata, Record};

struct Fence(env_logger::Logger);

impl Log for Fence {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata.target()) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if is_ours(record.target()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// Whether a log target is one of our crates or a module in one.
fn is_ours(target: &str) -> bool {
    let root = target.split("::").next().unwrap_or_default();
    matches!(root, "handfast" | "handfast_core")
}

/// Starts logging if `RUST_LOG` asks for it.
pub(crate) fn start() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    let logger = env_logger::Builder::from_default_env().build();
    let level = logger.filter();
    if log::set_boxed_logger(Box::new(Fence(logger))).is_ok() {
        log::set_max_level(level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_crates_pass() {
        let trace = env_logger::Builder::new().parse_filters("trace").build();
        let fence = Fence(trace);
        let enabled = |target: &str| {
            let metadata = Metadata::builder()
                .target(target)
                .level(log::Level::Debug)
                .build();
            fence.enabled(&metadata)
        };
        for ours in ["handfast", "handfast_core", "handfast_core::pairing::host"] {
            assert!(enabled(ours), "{ours}");
        }
        for other in [
            "rtc",
            "rtc_ice::agent",
            "handfast_corep",
            "handfastx::y",
            "",
            "tokio",
        ] {
            assert!(!enabled(other), "{other}");
        }
    }
}
