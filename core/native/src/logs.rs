//! Logs hold lines of our own crates and no others: libraries beneath write passwords and addresses at
//! their debug level.

use log::{Log, Metadata, Record};

/// The crates whose lines pass.
const OURS: &[&str] = &[
    "handfast",
    "handfast_core",
    "handfast_device",
    "handfast_native",
    "handfast_net",
    "handfast_protocol",
    "handfast_qr",
    "handfast_seal",
    "handfast_store",
    "handfast_token",
];

/// A log that lets only lines of our own crates pass, as far as it is told to.
pub struct OwnLines<L>(pub L);

impl<L: Log> Log for OwnLines<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata.target()) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// True if a log target is one of our crates or a module in one.
fn is_ours(target: &str) -> bool {
    let root = target.split("::").next().unwrap_or_default();
    OURS.contains(&root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Log for &Heard {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push(record.target().to_owned());
        }

        fn flush(&self) {}
    }

    #[test]
    fn only_our_own_crates_pass() {
        let heard = Heard::default();
        let log = OwnLines(&heard);
        let ours = [
            "handfast",
            "handfast_core",
            "handfast_protocol::pairing::host",
        ];
        let others = [
            "rtc",
            "rtc_ice::agent",
            "handfast_corep",
            "handfastx::y",
            "",
            "tokio",
        ];
        for target in ours.iter().chain(&others) {
            log.log(&Record::builder().target(target).build());
        }
        assert_eq!(*heard.0.lock().unwrap(), ours);
    }
}
