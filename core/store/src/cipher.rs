//! Sealing one value, bound to the place where it lies.
//!
//! A sealed value is `salt 16 | ChaCha20-Poly1305 of the value + 16`, with the nonce zero under a
//! key of its own, `KDF(store key, "HFS1 store value", salt, table, row)`. A value moved to another
//! row or table does not open there. Rows are named by `KDF(store key, "HFS1 store row", table,
//! name)`, so that whoever holds the file alone cannot ask it for a name they know.

use super::StoreError;
use chacha20poly1305::aead::{Aead, AeadInPlace};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use handfast_token::{Secret, kdf, random_bytes};
use zeroize::Zeroizing;

const SALT: usize = 16;

/// How many bytes a sealed value is longer.
#[cfg(feature = "sqlite")]
pub(super) const SEAL: usize = SALT + 16;

/// The name of a row as it stands in the file.
pub(super) type RowId = [u8; 16];

/// What seals and opens the values of one store.
pub(super) struct Cipher {
    key: Secret<32>,
}

impl Cipher {
    pub(super) fn new(key: Secret<32>) -> Self {
        Self { key }
    }

    /// Stands in the store in the clear, to tell a wrong key from a damaged value.
    #[cfg(any(feature = "sqlite", test))]
    pub(super) fn check(&self) -> Secret<32> {
        kdf(self.key.expose(), "HFS1 store check", &[])
    }

    /// Where the value of this name lies in a table.
    pub(super) fn row(&self, table: &str, name: &[u8]) -> RowId {
        let id = kdf(
            self.key.expose(),
            "HFS1 store row",
            &[table.as_bytes(), name],
        );
        let mut row = RowId::default();
        row.copy_from_slice(&id.expose()[..16]);
        row
    }

    pub(super) fn seal(
        &self,
        table: &str,
        row: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let salt: [u8; SALT] = random_bytes().map_err(StoreError::internal)?;
        let sealed = self
            .at(table, row, salt)
            .encrypt(&Nonce::default(), value)
            .map_err(StoreError::internal)?;
        Ok([&salt[..], &sealed].concat())
    }

    /// # Errors
    /// [`StoreError::Damaged`] if it was sealed elsewhere, or is not what was sealed.
    pub(super) fn open(
        &self,
        table: &str,
        row: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (salt, sealed) = sealed.split_first_chunk().ok_or(StoreError::Damaged)?;
        // In place: nothing of the value stays behind in memory that nobody wipes.
        let mut value = Zeroizing::new(sealed.to_vec());
        self.at(table, row, *salt)
            .decrypt_in_place(&Nonce::default(), &[], &mut *value)
            .map_err(|_| StoreError::Damaged)?;
        Ok(value)
    }

    fn at(&self, table: &str, row: &[u8], salt: [u8; SALT]) -> ChaCha20Poly1305 {
        let parts: [&[u8]; 3] = [&salt, table.as_bytes(), row];
        let key = kdf(self.key.expose(), "HFS1 store value", &parts);
        ChaCha20Poly1305::new(key.expose().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cipher(fill: u8) -> Cipher {
        Cipher::new(Secret::new([fill; 32]))
    }

    #[test]
    fn a_value_opens_only_where_it_was_put() {
        let cipher = cipher(1);
        let (here, there) = (cipher.row("a", b"x"), cipher.row("a", b"y"));
        let sealed = cipher.seal("a", &here, b"value").unwrap();
        assert_eq!(*cipher.open("a", &here, &sealed).unwrap(), b"value");
        for (table, row) in [("b", here), ("a", there)] {
            let moved = cipher.open(table, &row, &sealed).err();
            assert_eq!(moved, Some(StoreError::Damaged));
        }
    }

    #[test]
    fn the_same_value_is_never_written_alike() {
        let cipher = cipher(1);
        let row = cipher.row("a", b"x");
        let [one, other] = [0, 1].map(|_| cipher.seal("a", &row, b"value").unwrap());
        assert_ne!(one, other);
    }

    #[test]
    fn names_of_rows_follow_from_the_key() {
        assert_eq!(cipher(1).row("a", b"x"), cipher(1).row("a", b"x"));
        assert_ne!(cipher(1).row("a", b"x"), cipher(2).row("a", b"x"));
        assert_ne!(cipher(1).check(), cipher(2).check());
    }

    proptest! {
        #[test]
        fn changed_bytes_do_not_open(value: Vec<u8>, at: prop::sample::Index, bits in 1u8..) {
            let cipher = cipher(1);
            let row = cipher.row("a", b"x");
            let mut sealed = cipher.seal("a", &row, &value).unwrap();
            prop_assert_eq!(&**cipher.open("a", &row, &sealed).unwrap(), &value[..]);
            let at = at.index(sealed.len());
            sealed[at] ^= bits;
            prop_assert_eq!(cipher.open("a", &row, &sealed).err(), Some(StoreError::Damaged));
            prop_assert!(cipher.open("a", &row, &sealed[..at]).is_err());
        }
    }
}
