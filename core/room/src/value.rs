//! What stands at a path of the graph.

use crate::malformed::{Malformed, array, end, flag};
use crate::path::Path;
use bytes::{Buf, Bytes};
use handfast_protocol::log::chain::{Blind, ChainHash};
use handfast_token::kdf;
use std::fmt;

/// Longest text and longest bytes that are one value.
pub const MAX_TEXT: usize = 49_152;

/// Most bytes of a value's encoding.
pub(crate) const MAX_VALUE: usize = 1 + MAX_TEXT;

/// A value. What it is does not show in `Debug`.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing: what stood here is gone.
    Nothing,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number. It is never NaN.
    Float(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
    /// What stands at that path stands here too.
    Link(Path),
}

impl Value {
    /// `type u8 | value`
    pub fn to_bytes(&self) -> Vec<u8> {
        let with = |kind: u8, value: &[u8]| [&[kind], value].concat();
        match self {
            Self::Nothing => with(0, &[]),
            Self::Bool(value) => with(1, &[u8::from(*value)]),
            Self::Integer(value) => with(2, &value.to_le_bytes()),
            Self::Float(value) => with(3, &value.to_le_bytes()),
            Self::Text(value) => with(4, value.as_bytes()),
            Self::Bytes(value) => with(5, value),
            Self::Link(path) => with(6, path.as_str().as_bytes()),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is cut, too long, or nothing that an author writes.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        if bytes.len() > MAX_VALUE {
            return Err(Malformed);
        }
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).map_err(|_| Malformed);
        let value = match bytes.try_get_u8()? {
            0 => Self::Nothing,
            1 => Self::Bool(flag(&mut bytes)?),
            2 => Self::Integer(i64::from_le_bytes(array(&mut bytes)?)),
            3 => match f64::from_le_bytes(array(&mut bytes)?) {
                value if value.is_nan() => return Err(Malformed),
                value => Self::Float(value),
            },
            4 => return Ok(Self::Text(text(&bytes)?)),
            5 => return Ok(Self::Bytes(bytes)),
            6 => return Ok(Self::Link(Path::parse(&text(&bytes)?)?)),
            _ => return Err(Malformed),
        };
        end(&bytes)?;
        Ok(value)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(..)")
    }
}

/// What an index says in place of a value.
pub(crate) fn value_commitment(blind: &Blind, value: &[u8]) -> ChainHash {
    *kdf(blind.expose(), "HFS1 value", &[value]).expose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_that_is_none_is_no_value() {
        let nan = Value::Float(f64::NAN).to_bytes();
        assert!(Value::parse(nan.into()).is_err());
    }

    #[test]
    fn a_value_above_the_limit_is_refused() {
        let text = |length| Value::Text("a".repeat(length)).to_bytes();
        assert!(Value::parse(text(MAX_TEXT).into()).is_ok());
        assert!(Value::parse(text(MAX_TEXT + 1).into()).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_read_has_one_encoding(kind in 0_u8..8, rest: Vec<u8>) {
            let bytes = [&[kind], &rest[..]].concat();
            if let Ok(value) = Value::parse(bytes.clone().into()) {
                prop_assert_eq!(value.to_bytes(), bytes);
            }
        }

        #[test]
        fn what_is_written_is_read(text: String, integer: i64, float: f64) {
            let values = [Value::Text(text), Value::Integer(integer), Value::Float(float)];
            for value in values {
                prop_assert_eq!(Value::parse(value.to_bytes().into()), Ok(value));
            }
        }
    }
}
