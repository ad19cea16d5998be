//! What the links of this device begin with.

use super::{ErrorKind, HandfastError};
use handfast_native::token::LinkBase;
use std::sync::{Arc, PoisonError, RwLock};

/// Shared by all that hands out links; it may become another one at any time.
#[derive(Clone)]
pub(super) struct Links(Arc<RwLock<LinkBase>>);

impl Links {
    /// `text` as in [`Settings::link_base`](super::Settings::link_base).
    pub(super) fn new(text: Option<&str>) -> Result<Self, HandfastError> {
        let base = text.map_or(Ok(LinkBase::DEFAULT), read)?;
        Ok(Self(Arc::new(RwLock::new(base))))
    }

    pub(super) fn base(&self) -> LinkBase {
        // It is whole at any time.
        let base = self.0.read().unwrap_or_else(PoisonError::into_inner);
        base.clone()
    }

    /// Gives the whole of what links begin with from now on.
    pub(super) fn begin_with(&self, text: &str) -> Result<String, HandfastError> {
        let base = read(text)?;
        let whole = base.as_str().to_owned();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = base;
        Ok(whole)
    }
}

fn read(text: &str) -> Result<LinkBase, HandfastError> {
    LinkBase::typed(text).map_err(|_| ErrorKind::BadText.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_enough_and_what_is_none_changes_nothing() {
        let links = Links::new(None).unwrap();
        assert_eq!(links.base(), LinkBase::DEFAULT);
        for (typed, whole) in [
            (" example.org ", "https://example.org/"),
            ("example.org:8443", "https://example.org:8443/"),
            ("example.org/meet?x", "https://example.org/meet?x"),
            ("http://[::1]", "http://[::1]/"),
            ("https://example.org/", "https://example.org/"),
        ] {
            assert_eq!(links.begin_with(typed), Ok(whole.to_owned()));
            assert_eq!(links.base().as_str(), whole);
        }
        for typed in ["", " ", "two words", "ftp://example.org", "a#b", "://", "/"] {
            let refused = links.begin_with(typed);
            assert_eq!(refused, Err(ErrorKind::BadText.into()), "{typed:?}");
            assert_eq!(links.base().as_str(), "https://example.org/");
        }
    }
}
