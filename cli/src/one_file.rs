//! A page that is one file, with something inside it for whoever opens it.

use crate::page::Page;
use crate::status::Stop;
use crate::strings;

/// The place for it, as `web/one_file.mjs` writes it.
const PLACE: &str = r#"<script type="text/plain" id="carried"></script>"#;

/// See the module text.
pub(crate) struct OneFile(String);

impl OneFile {
    /// The whole page, which connects.
    ///
    /// # Errors
    /// That it was not built.
    pub(crate) fn whole() -> Result<Self, Stop> {
        Self::built("/handfast.html")
    }

    /// The part of it that opens a locked file, and reaches nobody.
    ///
    /// # Errors
    /// As [`Self::whole`].
    pub(crate) fn of_locked_file() -> Result<Self, Stop> {
        Self::built("/sealed.html")
    }

    fn built(path: &str) -> Result<Self, Stop> {
        let page = Page::read(None)?;
        let html = page
            .at(path)
            .and_then(|file| String::from_utf8(file.bytes.to_vec()).ok());
        let html = html.filter(|html| html.matches(PLACE).count() == 1);
        html.map(Self)
            .ok_or_else(|| Stop::bad_input(strings::page_not_built()))
    }

    /// The same with this inside: a token's text, or a locked file's.
    pub(crate) fn carrying(&self, text: &str) -> String {
        let place = PLACE.replace("></", &format!(">{text}</"));
        self.0.replacen(PLACE, &place, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_stands_in_its_place_and_nowhere_else() {
        let file = OneFile(format!("<main></main>{PLACE}<script>1</script>"));
        let carrying = file.carrying("hfs1:AAAA");
        let expected = r#"<main></main><script type="text/plain" id="carried">hfs1:AAAA</script><script>1</script>"#;
        assert_eq!(carrying, expected);
    }
}
