//! Which contact is meant by what somebody typed.

use super::ContactView;

/// How many hexadecimal digits of a key tell contacts of one name apart.
const DIGITS: usize = 8;

/// Why no contact is meant by what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCalled {
    /// Nobody is called so.
    #[error("no contact is called that: look at the list")]
    Unknown,
    /// Several are.
    #[error("several contacts are called that: take the letters and digits behind the name")]
    Several,
}

/// The beginning of a contact's key, which tells those of one name apart.
pub fn short_key(contact: &ContactView) -> String {
    let digits = contact.key.0.iter().map(|byte| format!("{byte:02x}"));
    digits.take(DIGITS / 2).collect()
}

/// The contact that is called so: by the whole name, by its beginning, or by the beginning of the key,
/// whatever the case of letters is.
///
/// # Errors
/// [`NotCalled`], if it is none or several.
pub fn called<'a>(contacts: &'a [ContactView], typed: &str) -> Result<&'a ContactView, NotCalled> {
    let typed = typed.trim().to_lowercase();
    let name = |contact: &ContactView| contact.shown_name().to_lowercase();
    let ways: [&dyn Fn(&ContactView) -> bool; 3] = [
        &|contact| name(contact) == typed,
        &|contact| short_key(contact) == typed,
        &|contact| name(contact).starts_with(&typed),
    ];
    if typed.is_empty() {
        return Err(NotCalled::Unknown);
    }
    for is_meant in ways {
        let mut meant = contacts.iter().filter(|contact| is_meant(contact));
        match (meant.next(), meant.next()) {
            (Some(contact), None) => return Ok(contact),
            (Some(_), Some(_)) => return Err(NotCalled::Several),
            (None, _) => {}
        }
    }
    Err(NotCalled::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
    use handfast_store::Contact;

    fn contacts(names: &[&str]) -> Vec<ContactView> {
        let trust = Trust::because(TrustReason::Scanned);
        let all = names.iter().zip(1..);
        all.map(|(name, key)| Contact::met(PublicKey([key; 32]), *name, trust, 1))
            .map(|contact| ContactView::new(&contact, None))
            .collect()
    }

    #[test]
    fn a_whole_name_goes_before_its_beginning() {
        let contacts = contacts(&["Ann", "Anna", "Ömer"]);
        let meant = |typed| called(&contacts, typed).map(ContactView::shown_name);
        assert_eq!(meant("ann"), Ok("Ann"));
        assert_eq!(meant("anna"), Ok("Anna"));
        assert_eq!(meant("ö"), Ok("Ömer"));
        assert_eq!(meant("an"), Err(NotCalled::Several));
        assert_eq!(meant("zoe"), Err(NotCalled::Unknown));
        assert_eq!(meant("  "), Err(NotCalled::Unknown));
    }

    #[test]
    fn those_of_one_name_are_told_apart_by_their_keys() {
        let contacts = contacts(&["Ann", "Ann", ""]);
        assert_eq!(called(&contacts, "Ann"), Err(NotCalled::Several));
        for contact in &contacts {
            assert_eq!(called(&contacts, &short_key(contact)), Ok(contact));
        }
    }
}
