//! READY, the first message that each side puts into the sealed channel: who I say I am.

use super::client::{Client, ClientKind, Site};
use super::extensions;
use super::name::{at_most, visible};
use handfast_token::Secret;

/// Longest name in bytes of UTF-8.
pub const MAX_NAME: usize = 64;

/// `random 32 | u8 length, name | u16 length, extensions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    random: Secret<32>,
    name: String,
    clock: u64,
    client: Option<Client>,
}

/// The sender's clock. The number is odd, as those are that a reader may pass over, but this one is there
/// in every READY.
const CLOCK: u8 = 1;
/// What the sender is.
const KIND: u8 = 3;
/// Where a page comes from, or what is part of one.
const SITE: u8 = 5;

/// A READY message that this version cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the other side introduced itself in a way this version does not understand; update the app"
)]
pub struct ReadyError;

impl Ready {
    /// Makes what this side says. `random` is fresh, and enters the secret with which the two find each
    /// other again; `name` is cut to [`MAX_NAME`] bytes and cleaned, and is empty
    /// if nothing of it can be seen; `clock` is in seconds since 1970 UTC.
    pub fn new(random: Secret<32>, name: &str, clock: u64, client: Option<Client>) -> Self {
        // It is cleaned once more after the cut, which may leave nothing that can be seen.
        let name = visible(at_most(&visible(name), MAX_NAME));
        Self {
            random,
            name,
            clock,
            client,
        }
    }

    /// This side's share of the secret with which the two find each other again.
    pub fn random(&self) -> &Secret<32> {
        &self.random
    }

    /// The name, without control and bidirectional characters. It is a claim, not a proof, and may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the clock of this side said, in seconds since 1970 UTC.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// What this side says it is. None if it does not say, or says what this version does not know.
    pub fn client(&self) -> Option<&Client> {
        self.client.as_ref()
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.random.expose().to_vec();
        bytes.push(self.name.len() as u8);
        bytes.extend(self.name.as_bytes());
        let clock = self.clock.to_le_bytes();
        let kind = self.client().map(|client| [client.kind() as u8]);
        let site = self.client().and_then(Client::site);
        let extensions = [
            Some((CLOCK, &clock[..])),
            kind.as_ref().map(|kind| (KIND, &kind[..])),
            site.map(|site| (SITE, site.as_str().as_bytes())),
        ];
        extensions::write(extensions.into_iter().flatten(), &mut bytes);
        bytes
    }

    /// Reads what the other side said.
    ///
    /// # Errors
    /// When a length does not fit, the name is too long or not UTF-8, the clock is missing, an extension
    /// is there that nobody may pass over, or bytes are left over.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadyError> {
        let (random, rest) = bytes.split_first_chunk::<32>().ok_or(ReadyError)?;
        let (&length, rest) = rest.split_first().ok_or(ReadyError)?;
        if usize::from(length) > MAX_NAME {
            return Err(ReadyError);
        }
        let (name, extensions) = rest.split_at_checked(length.into()).ok_or(ReadyError)?;
        let name = std::str::from_utf8(name).map_err(|_| ReadyError)?;
        let (mut clock, mut kind, mut site) = (None, None, None);
        extensions::read(extensions, |number, value| {
            match number {
                CLOCK => clock = Some(u64::from_le_bytes(value.try_into().ok()?)),
                KIND => {
                    let [byte] = value else { return None };
                    kind = ClientKind::from_byte(*byte);
                }
                SITE => site = std::str::from_utf8(value).ok().and_then(Site::new),
                _ => return extensions::unknown(number),
            }
            Some(())
        })
        .ok_or(ReadyError)?;
        let clock = clock.ok_or(ReadyError)?;
        let client = kind.map(|kind| Client::new(kind, site));
        Ok(Self::new(Secret::new(*random), name, clock, client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A READY of 7s, with this name and these extensions.
    fn bytes(name: &[u8], extensions: &[u8]) -> Vec<u8> {
        let length = (extensions.len() as u16).to_le_bytes();
        [&[7; 32][..], &[name.len() as u8], name, &length, extensions].concat()
    }

    /// A READY with this name and nothing that need not be there.
    fn named(name: &str) -> Vec<u8> {
        bytes(name.as_bytes(), &[&[CLOCK, 8, 0][..], &[9; 8]].concat())
    }

    fn ready(name: &str, client: Option<Client>) -> Ready {
        let clock = u64::from_le_bytes([9; 8]);
        Ready::new(Secret::new([7; 32]), name, clock, client)
    }

    #[test]
    fn clock_and_kind_are_extensions_in_their_order() {
        let mut expected = named("Ada");
        expected.extend([KIND, 1, 0, 2]);
        let at = 32 + 1 + 3;
        expected[at..at + 2].copy_from_slice(&15_u16.to_le_bytes());
        let app = Some(ClientKind::App.into());
        assert_eq!(ready("Ada", app).to_bytes(), expected);
        assert_eq!(ready("Ada", None).to_bytes(), named("Ada"));
    }

    #[test]
    fn what_nobody_has_to_know_is_passed_over_and_nothing_else() {
        let clock = [&[CLOCK, 8, 0][..], &[9; 8]].concat();
        let with = |more: &[u8]| Ready::from_bytes(&bytes(b"Ada", &[&clock[..], more].concat()));
        for later in [
            &[7, 0, 0][..],
            &[7, 2, 0, 1, 2, 255, 0, 0],
            &[KIND, 1, 0, 200],
        ] {
            assert_eq!(with(later), Ok(ready("Ada", None)), "{later:?}");
        }
        for (why, more) in [
            ("an even number", &[2, 0, 0][..]),
            ("an even number behind an odd one", &[7, 0, 0, 8, 0, 0]),
            ("the same number twice", &[CLOCK, 0, 0]),
            ("a falling number", &[5, 0, 0, KIND, 1, 0, 1]),
            ("a kind of two bytes", &[KIND, 2, 0, 1, 1]),
            ("a cut length", &[5, 0]),
            ("a cut value", &[5, 1, 0]),
        ] {
            assert_eq!(with(more), Err(ReadyError), "{why}");
        }
        for (why, all) in [
            ("no clock", &[][..]),
            ("a kind and no clock", &[KIND, 1, 0, 1]),
            ("a short clock", &[CLOCK, 7, 0, 1, 2, 3, 4, 5, 6, 7]),
        ] {
            assert_eq!(
                Ready::from_bytes(&bytes(b"Ada", all)),
                Err(ReadyError),
                "{why}"
            );
        }
    }

    #[test]
    fn where_a_page_comes_from_is_an_extension_that_others_do_not_have() {
        let site = Site::new("example.org");
        let with = |kind: u8, site: &[u8]| {
            let length = (site.len() as u16).to_le_bytes();
            let clock = [&[CLOCK, 8, 0][..], &[9; 8]].concat();
            let said = [&[KIND, 1, 0, kind, SITE][..], &length, site].concat();
            Ready::from_bytes(&bytes(b"Ada", &[clock, said].concat()))
        };
        for kind in [ClientKind::Page, ClientKind::Embedded] {
            let client = Client::new(kind, site.clone());
            assert_eq!(client.site(), site.as_ref());
            let at_site = ready("Ada", Some(client));
            assert_eq!(with(kind as u8, b"example.org"), Ok(at_site.clone()));
            assert_eq!(Ready::from_bytes(&at_site.to_bytes()), Ok(at_site));
            // Whatever else somebody writes there is none.
            let nowhere = ready("Ada", Some(kind.into()));
            for site in [&b""[..], b"<b>", b"\xff", &[b'a'; 300]] {
                assert_eq!(with(kind as u8, site), Ok(nowhere.clone()));
            }
        }
        let app = ready("Ada", Some(ClientKind::App.into()));
        assert_eq!(with(ClientKind::App as u8, b"example.org"), Ok(app));
        assert_eq!(with(200, b"example.org"), Ok(ready("Ada", None)));
    }

    #[test]
    fn what_the_other_side_claims_to_be_called_is_cleaned() {
        let name = "A\u{202e}da\n\u{0}";
        assert_eq!(Ready::from_bytes(&named(name)), Ok(ready("Ada", None)));
    }

    #[test]
    fn a_name_of_blank_glyphs_is_none() {
        let blank = "\u{3164}".repeat(21);
        for name in [&blank, "\u{2800}", "\u{200b}", "\u{e0041}\u{e007f}"] {
            let ready = Ready::from_bytes(&named(name)).expect("a name is a claim");
            assert_eq!(ready.name(), "", "{name:?}");
        }
        let late = ready(&format!("{blank}\u{3164}Ana"), None);
        assert_eq!(late.name(), "", "only what fits can be seen");
    }

    #[test]
    fn a_long_name_is_cut_on_writing_and_refused_on_reading() {
        assert_eq!(ready(&"ß".repeat(40), None).name().len(), 64);
        assert_eq!(Ready::from_bytes(&named(&"a".repeat(65))), Err(ReadyError));
    }

    fn any_client() -> impl Strategy<Value = Option<Client>> {
        (any::<u8>(), "[a-z.:\\[\\]-]{0,300}").prop_map(|(kind, site)| {
            Some(Client::new(ClientKind::from_byte(kind)?, Site::new(&site)))
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(random: [u8; 32], name in ".{0,80}", clock: u64, client in any_client()) {
            let ready = Ready::new(Secret::new(random), &name, clock, client);
            prop_assert_eq!(Ready::from_bytes(&ready.to_bytes()), Ok(ready));
        }

        #[test]
        fn a_cut_or_lengthened_message_is_refused(name in "[a-z]{0,64}", cut in 1_usize..45) {
            let mut bytes = ready(&name, None).to_bytes();
            prop_assert!(Ready::from_bytes(&bytes[..bytes.len() - cut]).is_err());
            bytes.push(0);
            prop_assert!(Ready::from_bytes(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = Ready::from_bytes(&bytes);
        }

        #[test]
        fn any_extensions_are_read_without_a_panic(extensions in prop::collection::vec(0_u8..9, 0..40)) {
            let _ = Ready::from_bytes(&bytes(b"Ada", &extensions));
        }
    }
}
