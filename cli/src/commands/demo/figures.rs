//! What a demonstration measured, out of what its two processes said.

use crate::output::{Event, Stamped};
use serde::Serialize;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Host,
    Guest,
}

/// All figures. Times are in milliseconds.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Figures {
    pub(super) invitation: Drawn,
    /// The guest's reply, where two scans were needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply: Option<Drawn>,
    /// Looking at the frames until the first code was read.
    pub(super) scan_ms: f64,
    /// Frames until then.
    pub(super) frames: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply_scan_ms: Option<f64>,
    /// From the text of the last scan that was needed to the later of both sides.
    pub(super) ready_ms: f64,
    pub(super) open_ms: f64,
    pub(super) authenticated_ms: f64,
    pub(super) host: Steps,
    pub(super) guest: Steps,
    pub(super) scans: u8,
    pub(super) messages: Messages,
    pub(super) file: File,
    pub(super) seed: u64,
    pub(super) pictures: Vec<String>,
}

/// A code.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Drawn {
    pub(super) bytes: usize,
    pub(super) link_chars: usize,
    pub(super) qr_version: u8,
    pub(super) qr_modules: usize,
}

/// When one side was how far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Steps {
    pub(super) ready_ms: f64,
    pub(super) open_ms: f64,
    pub(super) authenticated_ms: f64,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Messages {
    pub(super) sent: usize,
    pub(super) received: usize,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct File {
    pub(super) bytes: u64,
    pub(super) seconds: f64,
    pub(super) mib_per_s: f64,
    /// Whether what the host read from its disk is what the guest had made.
    pub(super) equal: bool,
}

/// The moment of the first scan, from which a timeline counts.
pub(super) fn first_scan(events: &[(Who, Stamped)]) -> Option<u64> {
    let mut scans = events
        .iter()
        .filter_map(|(_, stamped)| match stamped.event {
            Event::Scanned { .. } => Some(stamped.at_us),
            _ => None,
        });
    scans.next()
}

/// The figures; none if something did not happen.
pub(super) fn figures(
    events: &[(Who, Stamped)],
    seed: u64,
    screens: Vec<String>,
) -> Option<Figures> {
    let find = |of: Who| events.iter().filter(move |(who, _)| *who == of);
    let drawn = |stamped: &Stamped| match &stamped.event {
        Event::Invitation {
            link,
            bytes,
            qr_version,
            qr_modules,
            ..
        }
        | Event::Reply {
            link,
            bytes,
            qr_version,
            qr_modules,
            ..
        } => Some(Drawn {
            bytes: *bytes,
            link_chars: link.chars().count(),
            qr_version: *qr_version,
            qr_modules: *qr_modules,
        }),
        _ => None,
    };
    let scan = |of: Who| {
        find(of).find_map(|(_, stamped)| match stamped.event {
            Event::Scanned { frames, scan_ms } => Some((stamped.at_us, frames, scan_ms)),
            _ => None,
        })
    };
    let (guest_scan, frames, scan_ms) = scan(Who::Guest)?;
    let host_scan = scan(Who::Host);
    let last_scan = host_scan.map_or(guest_scan, |(at, ..)| at);
    let host = steps(events, Who::Host, last_scan)?;
    let guest = steps(events, Who::Guest, last_scan)?;
    let count = |wanted: fn(&Event) -> bool| {
        let all = events.iter();
        all.filter(|(_, stamped)| wanted(&stamped.event)).count()
    };
    let made = events
        .iter()
        .find_map(|(_, stamped)| match &stamped.event {
            Event::FileMade { bytes, blake2b } => Some((*bytes, blake2b.clone())),
            _ => None,
        })?;
    let checked = events
        .iter()
        .find_map(|(_, stamped)| match &stamped.event {
            Event::FileChecked { bytes, blake2b } => Some((*bytes, blake2b.clone())),
            _ => None,
        })?;
    let seconds = events.iter().find_map(|(_, stamped)| match stamped.event {
        Event::FileReceived { seconds, .. } => Some(seconds),
        _ => None,
    })?;
    let photographs = events
        .iter()
        .filter_map(|(_, stamped)| match &stamped.event {
            Event::Photographed { picture, .. } => Some(picture.clone()),
            _ => None,
        });
    Some(Figures {
        invitation: find(Who::Host).find_map(|(_, stamped)| drawn(stamped))?,
        reply: find(Who::Guest).find_map(|(_, stamped)| drawn(stamped)),
        scan_ms,
        frames,
        reply_scan_ms: host_scan.map(|(.., scan_ms)| scan_ms),
        ready_ms: host.ready_ms.max(guest.ready_ms),
        open_ms: host.open_ms.max(guest.open_ms),
        authenticated_ms: host.authenticated_ms.max(guest.authenticated_ms),
        host,
        guest,
        scans: find(Who::Guest).find_map(|(_, stamped)| match stamped.event {
            Event::Met { scans, .. } => Some(scans),
            _ => None,
        })?,
        messages: Messages {
            sent: count(|event| matches!(event, Event::MessageSent { .. })),
            received: count(|event| matches!(event, Event::Message { .. })),
        },
        file: File {
            bytes: checked.0,
            seconds,
            mib_per_s: checked.0 as f64 / f64::from(1 << 20) / seconds.max(1e-9),
            equal: made == checked,
        },
        seed,
        pictures: screens.into_iter().chain(photographs).collect(),
    })
}

/// When one side was how far, from `origin` on. What is known exactly are the distances between the
/// steps, by that side's steady clock, and the moment of the last one.
fn steps(events: &[(Who, Stamped)], of: Who, origin: u64) -> Option<Steps> {
    events
        .iter()
        .find_map(|(who, stamped)| match stamped.event {
            Event::Met {
                ready_ms,
                open_ms,
                authenticated_ms,
                ..
            } if *who == of => {
                let last = (stamped.at_us as f64 - origin as f64) / 1000.0;
                let authenticated = authenticated_ms?;
                let at = |step: f64| ((last - (authenticated - step)) * 1000.0).round() / 1000.0;
                Some(Steps {
                    ready_ms: at(ready_ms?),
                    open_ms: at(open_ms?),
                    authenticated_ms: at(authenticated),
                })
            }
            _ => None,
        })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::output::{FileHash, Trusted};
    use handfast_native::handshake::{Trust, TrustReason};

    /// A demonstration as it might have gone; the first scan is at 1 second.
    pub(in super::super) fn example() -> Vec<(Who, Stamped)> {
        use Who::{Guest, Host};
        let met = |name: &str, start: f64| Event::Met {
            name: name.into(),
            client: None,
            trusted: Trusted(Trust::because(TrustReason::Scanned)),
            scans: 1,
            ready_ms: Some(start + 2.0),
            open_ms: Some(start + 20.0),
            authenticated_ms: Some(start + 25.0),
        };
        let file = || ("aa".to_owned(), 32 << 20);
        let list = vec![
            (
                Host,
                900_000,
                Event::Invitation {
                    link: "https://h.example/#abc".into(),
                    text: "handfast:abc".into(),
                    bytes: 58,
                    qr_version: 5,
                    qr_modules: 37,
                    expires_in_s: 600,
                },
            ),
            (
                Guest,
                950_000,
                Event::FileMade {
                    bytes: file().1,
                    blake2b: file().0,
                },
            ),
            (
                Guest,
                980_000,
                Event::Photographed {
                    frame: 1,
                    picture: "/d/frame-1.png".into(),
                },
            ),
            (
                Guest,
                1_000_000,
                Event::Scanned {
                    frames: 1,
                    scan_ms: 12.0,
                },
            ),
            (Guest, 1_027_000, met("Ana", 0.5)),
            (Host, 1_028_000, met("Ben", 500.0)),
            (
                Guest,
                1_029_000,
                Event::MessageSent {
                    row: 1,
                    text: "Hi".into(),
                },
            ),
            (
                Host,
                1_030_000,
                Event::Message {
                    row: 1,
                    text: "Hi".into(),
                },
            ),
            (
                Host,
                1_530_000,
                Event::FileReceived {
                    name: "f".into(),
                    path: "/d/f".into(),
                    bytes: file().1,
                    hash: FileHash::Blake2b(file().0),
                    seconds: 0.5,
                },
            ),
            (
                Host,
                1_600_000,
                Event::FileChecked {
                    bytes: file().1,
                    blake2b: file().0,
                },
            ),
        ];
        list.into_iter()
            .map(|(who, at_us, event)| (who, Stamped { at_us, event }))
            .collect()
    }

    #[test]
    fn times_count_from_the_scanned_text_on_both_sides() {
        let figures = figures(&example(), 7, vec![]).expect("complete");
        assert_eq!(figures.guest.authenticated_ms, 27.0);
        assert_eq!(figures.guest.ready_ms, 4.0);
        assert_eq!(figures.host.open_ms, 23.0);
        assert_eq!(figures.authenticated_ms, 28.0);
        assert_eq!(figures.file.mib_per_s, 64.0);
        assert!(figures.file.equal);
        assert_eq!(
            figures.messages,
            Messages {
                sent: 1,
                received: 1
            }
        );
        assert_eq!(figures.pictures, ["/d/frame-1.png"]);
        assert_eq!(first_scan(&example()), Some(1_000_000));
    }

    #[test]
    fn a_file_that_differs_is_not_equal_and_a_missing_step_gives_no_figures() {
        let mut events = example();
        if let Some((_, last)) = events.last_mut() {
            last.event = Event::FileChecked {
                bytes: 32 << 20,
                blake2b: "ab".into(),
            };
        }
        assert!(!figures(&events, 7, vec![]).expect("complete").file.equal);
        for missing in 0..events.len() {
            let mut events = events.clone();
            let removed = events.remove(missing).1.event;
            let optional = matches!(
                removed,
                Event::Message { .. } | Event::MessageSent { .. } | Event::Photographed { .. }
            );
            assert_eq!(
                figures(&events, 7, vec![]).is_some(),
                optional,
                "{removed:?}"
            );
        }
    }

    #[test]
    fn the_object_for_programs_has_the_promised_keys() {
        let figures = figures(&example(), 7, vec![]).expect("complete");
        let value = serde_json::to_value(figures).expect("plain");
        for pointer in [
            "/invitation/bytes",
            "/invitation/link_chars",
            "/invitation/qr_version",
            "/invitation/qr_modules",
            "/scan_ms",
            "/ready_ms",
            "/open_ms",
            "/authenticated_ms",
            "/host/ready_ms",
            "/guest/authenticated_ms",
            "/scans",
            "/messages/sent",
            "/messages/received",
            "/file/bytes",
            "/file/seconds",
            "/file/mib_per_s",
            "/file/equal",
            "/seed",
            "/pictures",
        ] {
            assert!(value.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
