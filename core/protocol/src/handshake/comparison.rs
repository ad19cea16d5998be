//! Comparing by eye or voice that nobody is in between: a short authentication string of 36 bits.
//!
//! The host commits to its nonce before it sees the guest's, so that somebody in the middle has one
//! blind try and not as many as they can compute (Vaudenay, CRYPTO 2005). Both people then look at
//! the same six symbols, or at different ones. What they decide is kept elsewhere.

use handfast_token::{Secret, kdf};

/// What the host sends first. It binds the host to its nonce.
pub type Commitment = [u8; 32];

/// The host after it committed.
#[derive(Debug)]
pub struct HostComparison {
    hash: [u8; 32],
    nonce: Secret<32>,
}

impl HostComparison {
    /// Begins on the connection with this handshake hash. `nonce`: 32 random bytes, fresh each time.
    pub fn new(hash: [u8; 32], nonce: Secret<32>) -> Self {
        Self { hash, nonce }
    }

    /// The commitment, which is sent first.
    pub fn commitment(&self) -> Commitment {
        commit(&self.nonce, &self.hash)
    }

    /// Takes the guest's nonce. Returns the opening to send, and the string to show.
    pub fn open(self, guest: &[u8; 32]) -> ([u8; 32], ShortString) {
        let shown = ShortString::derive(&self.nonce, &self.hash, guest);
        (*self.nonce.expose(), shown)
    }
}

/// The guest between the host's commitment and its opening.
#[derive(Debug)]
pub struct GuestComparison {
    hash: [u8; 32],
    commitment: Commitment,
    nonce: [u8; 32],
}

impl GuestComparison {
    /// Answers a commitment. `nonce`: 32 random bytes, fresh each time, and the message to send.
    pub fn new(hash: [u8; 32], commitment: Commitment, nonce: [u8; 32]) -> Self {
        Self {
            hash,
            commitment,
            nonce,
        }
    }

    /// Takes the host's opening and gives what to show. None if it is not what the host committed
    /// to: somebody cheats, and the connection must end.
    pub fn open(self, opening: [u8; 32]) -> Option<ShortString> {
        let host = Secret::new(opening);
        (commit(&host, &self.hash) == self.commitment)
            .then(|| ShortString::derive(&host, &self.hash, &self.nonce))
    }
}

fn commit(nonce: &Secret<32>, hash: &[u8; 32]) -> Commitment {
    *kdf(nonce.expose(), "HFS1 sas commit", &[hash]).expose()
}

/// 36 bits that are equal on both sides if nobody is in between: six symbols of 64, or digits.
///
/// ```
/// use handfast_protocol::handshake::{GuestComparison, HostComparison};
/// use handfast_token::{Secret, random_bytes};
///
/// let hash = [7; 32]; // of the handshake; both have the same
/// let nonce = random_bytes()?;
/// let host = HostComparison::new(hash, Secret::random()?);
/// let guest = GuestComparison::new(hash, host.commitment(), nonce);
///
/// let (opening, at_host) = host.open(&nonce);
/// let at_guest = guest.open(opening).expect("the host kept to its commitment");
/// assert_eq!(at_host.digits(), at_guest.digits());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortString(u64);

impl ShortString {
    fn derive(host: &Secret<32>, hash: &[u8; 32], guest: &[u8; 32]) -> Self {
        let derived = kdf(host.expose(), "HFS1 sas", &[hash, guest]);
        let (head, _) = derived.expose().split_at(8);
        let head = head
            .iter()
            .fold(0, |bits, &byte| bits << 8 | u64::from(byte));
        Self(head >> 28)
    }

    /// The bits, as a number; see [`Self::from_bits`].
    #[cfg(feature = "serde")]
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// None if there are more than 36.
    #[cfg(feature = "serde")]
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        (bits >> 36 == 0).then_some(Self(bits))
    }

    /// The six symbols, each an index into [`SYMBOLS`].
    pub fn symbols(self) -> [u8; 6] {
        std::array::from_fn(|at| (self.0 >> (30 - 6 * at) & 0x3f) as u8)
    }

    /// The same as three groups of four digits, for whoever listens instead of looking.
    pub fn digits(self) -> [u16; 3] {
        [
            (self.0 / 1_0000_0000) as u16,
            (self.0 / 1_0000 % 1_0000) as u16,
            (self.0 % 1_0000) as u16,
        ]
    }
}

/// The 64 symbols: a pictograph, and its English name, which is also the key under which shells keep
/// the name in other languages. Chosen to be told apart at a glance, in one word, in any culture.
/// The order is part of the protocol.
#[rustfmt::skip]
pub const SYMBOLS: [(&str, &str); 64] = [
    ("🐘", "elephant"), ("🦒", "giraffe"), ("🐫", "camel"), ("🦔", "hedgehog"),
    ("🦉", "owl"), ("🦩", "flamingo"), ("🐢", "turtle"), ("🐍", "snake"),
    ("🐸", "frog"), ("🐳", "whale"), ("🦈", "shark"), ("🦀", "crab"),
    ("🐌", "snail"), ("🐝", "bee"), ("🦋", "butterfly"), ("🌵", "cactus"),
    ("🌻", "sunflower"), ("🌲", "fir tree"), ("🍄", "mushroom"), ("🍁", "leaf"),
    ("🍌", "banana"), ("🍒", "cherries"), ("🍍", "pineapple"), ("🍉", "melon"),
    ("🌽", "corn"), ("🥕", "carrot"), ("🧀", "cheese"), ("🥨", "pretzel"),
    ("🥚", "egg"), ("☕", "coffee"), ("🔥", "fire"), ("🌈", "rainbow"),
    ("⭐", "star"), ("🌙", "moon"), ("🌍", "globe"), ("🌋", "volcano"),
    ("⛄", "snowman"), ("⚡", "lightning"), ("☂️", "umbrella"), ("⚓", "anchor"),
    ("🚂", "train"), ("🚲", "bicycle"), ("🚁", "helicopter"), ("🚀", "rocket"),
    ("⛵", "sailboat"), ("🎈", "balloon"), ("🎁", "gift"), ("🎲", "dice"),
    ("🎸", "guitar"), ("🎺", "trumpet"), ("🥁", "drum"), ("🔔", "bell"),
    ("📷", "camera"), ("💡", "lamp"), ("🕯️", "candle"), ("🔑", "key"),
    ("🔨", "hammer"), ("✂️", "scissors"), ("📎", "paper clip"), ("✏️", "pencil"),
    ("👓", "glasses"), ("👑", "crown"), ("🎩", "hat"), ("🧤", "gloves"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn compare(at_host: [u8; 32], at_guest: [u8; 32]) -> (ShortString, Option<ShortString>) {
        let host = HostComparison::new(at_host, Secret::new([1; 32]));
        let guest = GuestComparison::new(at_guest, host.commitment(), [2; 32]);
        let (opening, shown) = host.open(&[2; 32]);
        (shown, guest.open(opening))
    }

    #[test]
    fn both_see_the_same_on_one_connection() {
        let (host, guest) = compare([7; 32], [7; 32]);
        assert_eq!(Some(host), guest);
    }

    #[test]
    fn a_commitment_made_for_another_connection_does_not_open() {
        assert_eq!(compare([7; 32], [8; 32]).1, None);
    }

    #[test]
    fn the_string_depends_on_the_connection_and_on_both_nonces() {
        let string = |host, hash, guest| {
            ShortString::derive(&Secret::new([host; 32]), &[hash; 32], &[guest; 32])
        };
        let all = [
            string(1, 7, 2),
            string(3, 7, 2),
            string(1, 8, 2),
            string(1, 7, 3),
        ];
        let symbols: HashSet<_> = all.iter().map(|string| string.symbols()).collect();
        assert_eq!(symbols.len(), all.len());
    }

    #[test]
    fn a_host_that_changes_its_nonce_is_found_out() {
        let host = HostComparison::new([7; 32], Secret::new([1; 32]));
        let guest = GuestComparison::new([7; 32], host.commitment(), [2; 32]);
        assert_eq!(guest.open([9; 32]), None);
    }

    #[test]
    fn symbols_and_digits_say_the_same_36_bits() {
        let string = ShortString(0x8_1234_5678);
        assert_eq!(string.symbols(), [32, 18, 13, 5, 25, 56]);
        let shown = string.digits().map(|group| format!("{group:04}")).concat();
        assert_eq!(shown.parse(), Ok(0x8_1234_5678_u64));
        let last = ShortString((1 << 36) - 1);
        assert_eq!(last.symbols(), [63; 6]);
        assert_eq!(last.digits(), [687, 1947, 6735]);
    }

    #[test]
    fn the_document_lists_the_symbols_in_their_order() {
        let names = SYMBOLS.map(|(_, name)| name).join(", ");
        let document = include_str!("../../../../docs/protocol.md");
        assert!(document.contains(&format!("\n{names}.\n")));
    }

    #[test]
    fn no_symbol_is_like_another() {
        let pictures: HashSet<_> = SYMBOLS.iter().map(|(picture, _)| picture).collect();
        let names: HashSet<_> = SYMBOLS.iter().map(|(_, name)| name).collect();
        assert_eq!((pictures.len(), names.len()), (64, 64));
    }
}
