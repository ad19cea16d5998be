//! Answers and questions for serde: lists of texts. Answers are read as if they had been typed, which
//! changes nothing about those that were.

use super::{Answers, Question, Questions};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_strs())
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = Vec::<Typed>::deserialize(deserializer)?;
        let typed: Vec<&str> = typed.iter().map(|typed| typed.0.as_str()).collect();
        Self::new(&typed).map_err(D::Error::custom)
    }
}

/// One answer; wiped when dropped.
struct Typed(Zeroizing<String>);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        handfast_token::serialized::read_text(deserializer, "an answer", |text| {
            Some(Self(Zeroizing::new(text.to_owned())))
        })
    }
}

impl Serialize for Questions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Questions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::<Question>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_texts_and_are_checked_like_what_is_typed() {
        let answers = Answers::new(&["Rex", "Straße \"7\""]).unwrap();
        let json = serde_json::to_string(&answers).unwrap();
        assert_eq!(json, r#"["rex","strasse \"7\""]"#);
        assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
        for none in ["[]", r#"[" "]"#, r#"["a","a","a","a","a","a"]"#, r#""a""#] {
            assert!(serde_json::from_str::<Answers>(none).is_err(), "{none}");
        }
        let many = r#"["a","a","a","a","a","a"]"#;
        assert!(serde_json::from_str::<Questions>(many).is_err());
    }
}
