//! Derives the two keys of a container from what somebody knows: the commitment, and the payload key.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::header::Lock;
use super::{Answers, Cost, Header, Limits, SealError};
use handfast_token::{Secret, kdf};

/// What opens a container.
#[derive(Clone, Debug)]
pub enum Credential {
    /// The key itself: 32 random bytes.
    Key(Secret<32>),
    /// Answers, and the code of the second channel where the sender made one.
    Answers {
        /// In the order of the questions.
        answers: Answers,
        /// 16 random bytes.
        code: Option<Secret<16>>,
    },
}

impl Credential {
    /// The key that a code is by itself: who has the code opens it, and nobody guesses 16 random bytes.
    pub fn of_code(code: &Secret<16>) -> Self {
        Self::Key(kdf(code.expose(), "HFS1 code key", &[]))
    }
}

/// The keys of one container, which depend on every byte of its header.
///
/// ChaCha20-Poly1305 does not commit to its key: one ciphertext can be made to open under many,
/// which would let somebody test many answers at once. The commitment closes that (Len, Grubbs,
/// Ristenpart: Partitioning Oracle Attacks, USENIX Security 2021), so it is compared first.
pub(super) struct Keys {
    /// The commitment, which stands in the container behind the header.
    pub(super) commitment: Secret<32>,
    /// The key of the payload.
    pub(super) payload: Secret<32>,
}

impl Keys {
    /// Derives both. For answers this takes the time and memory that the header asks for, once the
    /// limits allow it.
    ///
    /// # Errors
    /// Those of [`Limits::check`]; [`SealError::TooExpensive`] too if there is not enough memory;
    /// [`SealError::WrongAnswerOrAltered`] if the header asks for another kind of credential.
    pub(super) fn derive(
        header: &Header,
        credential: &Credential,
        limits: &Limits,
    ) -> Result<Self, SealError> {
        let master = match (&header.lock, credential) {
            (Lock::Key, Credential::Key(key)) => key.clone(),
            (
                Lock::Answers {
                    cost,
                    profile,
                    with_code,
                    ..
                },
                Credential::Answers { answers, code },
            ) => {
                limits.check(cost)?;
                if *with_code != code.is_some() {
                    return Err(SealError::WrongAnswerOrAltered);
                }
                argon2id(
                    &answers.password(*profile, code.as_ref()),
                    &header.salt,
                    cost,
                )?
            }
            _ => return Err(SealError::WrongAnswerOrAltered),
        };
        let header = header.to_bytes();
        let commitment = kdf(master.expose(), "HFS1 commitment", &[&header]);
        let parts: [&[u8]; 2] = [&header, commitment.expose()];
        let payload = kdf(master.expose(), "HFS1 payload", &parts);
        Ok(Self {
            commitment,
            payload,
        })
    }
}

fn argon2id(password: &[u8], salt: &[u8; 32], cost: &Cost) -> Result<Secret<32>, SealError> {
    let params = Params::new(
        cost.memory_kib,
        u32::from(cost.passes),
        u32::from(cost.lanes),
        Some(32),
    )
    .map_err(|_| SealError::Unsupported)?;
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|_| SealError::TooExpensive)?;
    memory.resize(params.block_count(), Block::default());
    let mut key = Zeroizing::new([0; 32]);
    let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, &mut *key, &mut memory);
    memory.iter_mut().for_each(Zeroize::zeroize);
    done.map_err(|_| SealError::Unsupported)?;
    Ok(Secret::new(*key))
}

#[cfg(test)]
mod tests {
    use super::super::Profile;
    use super::super::header::Kind;
    use super::super::tests::{TINY, TINY_LIMITS, answers, asking, keyed};
    use super::*;
    use data_encoding::HEXLOWER;

    #[test]
    fn argon2id_agrees_with_another_implementation() {
        let key = argon2id(b"HFS1 answer", &[7; 32], &TINY).unwrap();
        assert_eq!(HEXLOWER.encode(key.expose()), ARGON2_REFERENCE);
    }

    /// The C reference library: `argon2id_hash_raw(1, 32, 2, "HFS1 answer", 11, salt, 32, out, 32)`.
    const ARGON2_REFERENCE: &str =
        "a68b3b026ecbfa3fd5d94d72fd65a33c206dea2f520a74fb19345a6a4dfbe43e";

    #[test]
    fn a_raw_key_gives_the_documented_keys() {
        // Computed with Python's hashlib.blake2b(key=, person=, digest_size=32).
        let header = Header {
            kind: Kind::File,
            lock: Lock::Key,
            salt: [7; 32],
        };
        let credential = Credential::Key(Secret::new([1; 32]));
        let keys = Keys::derive(&header, &credential, &TINY_LIMITS).unwrap();
        assert_eq!(
            HEXLOWER.encode(keys.commitment.expose()),
            "728a243fba4acdfef855d3f1f4dd43046af39b91205751788a4bf5236658f926"
        );
        assert_eq!(
            HEXLOWER.encode(keys.payload.expose()),
            "1a4ccd5d5d63f3320a9b3940e9cb44cbcf65718c7eb84c9bd566799d63833b93"
        );
    }

    #[test]
    fn another_kind_of_credential_is_a_wrong_answer() {
        let key = Credential::Key(Secret::new([1; 32]));
        let with_code = Credential::Answers {
            answers: Answers::new(&["Rex"]).unwrap(),
            code: Some(Secret::new([2; 16])),
        };
        for (header, credential) in [
            (asking(), &key),
            (asking(), &with_code),
            (keyed(), &answers("Rex")),
        ] {
            let error = Keys::derive(&header, credential, &TINY_LIMITS).err();
            assert_eq!(error, Some(SealError::WrongAnswerOrAltered));
        }
    }

    #[test]
    fn limits_are_checked_before_anything_is_spent() {
        let mut header = asking();
        for (memory_kib, passes) in [(u32::MAX, 1), (4 << 20, 3), (64 << 10, 255)] {
            header.lock = Lock::Answers {
                cost: Cost {
                    memory_kib,
                    passes,
                    lanes: 1,
                },
                profile: Profile::Two,
                with_code: false,
                questions: Default::default(),
            };
            for limits in [&TINY_LIMITS, &Limits::PHONE] {
                let error = Keys::derive(&header, &answers("Rex"), limits).err();
                assert_eq!(error, Some(SealError::TooExpensive));
            }
        }
    }
}
