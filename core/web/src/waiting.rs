//! What a page that is loaded anew needs to go on with an invitation, of its own or accepted. The browser keeps it
//! for the tab alone, beside the certificate, whose key nobody sees.

use handfast_device::Record;
use handfast_store::{Kept, PendingReply};
use zeroize::Zeroizing;

const INVITATION: u8 = 1;
const REPLY: u8 = 2;

/// What waits, as bytes. None if it is larger than anything that is kept.
pub(crate) fn write(record: Record) -> Option<Zeroizing<Vec<u8>>> {
    let (kind, bytes) = match record {
        Record::Invitation(pending) => (INVITATION, Kept::Waiting(pending).to_bytes()),
        Record::Reply(reply) => (REPLY, reply.to_bytes()),
    };
    Some(Zeroizing::new([&[kind], &bytes.ok()?[..]].concat()))
}

/// Reads what [`write`] wrote. None for anything else.
pub(crate) fn read(bytes: &[u8]) -> Option<Record> {
    match bytes {
        [INVITATION, rest @ ..] => match Kept::parse(rest) {
            Ok(Kept::Waiting(pending)) => Some(Record::Invitation(pending)),
            Ok(Kept::Over { .. }) | Err(_) => None,
        },
        [REPLY, rest @ ..] => {
            let reply = PendingReply::parse(rest).ok()?;
            Some(Record::Reply(Box::new(reply)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::description::tests::CHROMIUM;
    use crate::{Deed, Guard, NotDone, Page, Sought};
    use handfast_device::{Event, Provenance, SessionId, View};
    use handfast_protocol::pairing::Now;
    use handfast_token::{Invitation, LinkBase, Token, link};

    fn now() -> Now {
        Now {
            monotonic: web_time::Instant::now(),
            unix: 1_790_000_000,
        }
    }

    fn page(waiting: &[u8]) -> Page {
        Page::new(5, waiting, None, now()).unwrap()
    }

    /// Lets a page act in a browser that describes itself so. The invitation that it shows, and whether in another
    /// form than before.
    fn hosts(page: &mut Page, sdp: &str) -> (SessionId, Invitation, bool) {
        let mut shown = None;
        while let Some(deed) = page.poll(now()) {
            match deed {
                Deed::Bind(session) => page.bound(session, sdp, now()).unwrap(),
                Deed::Show(Event::View(session, view)) => {
                    if let View::Hosting {
                        token: Token::Invitation(invitation),
                        is_reissued,
                        ..
                    } = *view
                    {
                        shown = Some((session, invitation, is_reissued));
                    }
                }
                _ => {}
            }
        }
        shown.expect("an invitation")
    }

    #[test]
    fn a_page_that_is_loaded_anew_shows_the_same_invitation_with_what_its_browser_chose_now() {
        let mut before = page(&[]);
        before
            .invite("Ana", Guard::Open, ["", ""], true, now())
            .unwrap();
        let (session, invitation, is_reissued) = hosts(&mut before, CHROMIUM);
        assert!(!is_reissued);
        let kept = before.pending(session).unwrap();
        let mut after = page(&kept);
        assert!(after.resume("Ana", false, now()));
        let chosen = CHROMIUM.replace("rnWW", "rnWX");
        let (_, shown, is_reissued) = hosts(&mut after, &chosen);
        assert!(is_reissued);
        assert_ne!(shown.browser, invitation.browser);
        let as_before = Invitation {
            browser: invitation.browser.clone(),
            ..shown
        };
        assert_eq!(as_before, invitation);
    }

    #[test]
    fn what_was_not_kept_by_a_page_begins_nothing() {
        for waiting in [&[][..], &[0], &[1], &[2, 1, 0], &[3; 80]] {
            assert!(!page(waiting).resume("Ana", false, now()), "{waiting:?}");
        }
    }

    #[test]
    fn of_several_invitations_one_is_chosen_and_a_host_takes_none() {
        let of = |name: &str| {
            let mut page = page(&[]);
            page.invite(name, Guard::Open, ["", ""], true, now())
                .unwrap();
            let (_, invitation, _) = hosts(&mut page, CHROMIUM);
            link(&LinkBase::DEFAULT, &invitation.to_bytes())
        };
        let both = format!("{} or {}", of("Ana"), of("Zoë"));
        let mut page = page(&[]);
        page.take(Sought::Invitation, both.as_bytes(), now())
            .unwrap();
        assert!(matches!(page.poll(now()), Some(Deed::Choose(found)) if found.len() == 2));
        assert!(matches!(page.choose(2, now()), Err(NotDone::NotNow)));
        page.take(Sought::Invitation, both.as_bytes(), now())
            .unwrap();
        page.choose(1, now()).unwrap();
        let opened = std::iter::from_fn(|| page.poll(now())).find_map(|deed| match deed {
            Deed::Show(Event::View(_, view)) => match *view {
                View::Opened {
                    name, provenance, ..
                } => Some((name, provenance)),
                _ => None,
            },
            _ => None,
        });
        let zoë = Some("Zoë".to_owned());
        assert_eq!(opened, Some((zoë, Provenance::Carried)));
        let one = of("Ana");
        let taken = page.take(Sought::Reply, one.as_bytes(), now());
        assert!(matches!(taken, Err(NotDone::NoReply)));
    }
}
