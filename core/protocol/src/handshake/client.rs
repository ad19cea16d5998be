//! What somebody says they are. It is a claim, and changes nothing but what is shown.

use std::fmt;

/// What somebody says they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Client {
    kind: ClientKind,
    site: Option<Site>,
}

/// Of which kind somebody says they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[repr(u8)]
pub enum ClientKind {
    /// A program on a computer.
    Program = 1,
    /// An app on a phone.
    App = 2,
    /// A page in a browser.
    Page = 3,
    /// A part of another program.
    Embedded = 4,
    /// A page that was opened from a file.
    File = 5,
}

impl ClientKind {
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Program,
            2 => Self::App,
            3 => Self::Page,
            4 => Self::Embedded,
            5 => Self::File,
            _ => return None,
        })
    }
}

impl Client {
    /// Of this kind, from there. What is no page comes from nowhere.
    pub fn new(kind: ClientKind, site: Option<Site>) -> Self {
        let is_of_a_page = matches!(kind, ClientKind::Page | ClientKind::Embedded);
        Self {
            kind,
            site: site.filter(|_| is_of_a_page),
        }
    }

    /// Of which kind.
    pub fn kind(&self) -> ClientKind {
        self.kind
    }

    /// Of a page, and of what is part of one: where it comes from, if they say so.
    pub fn site(&self) -> Option<&Site> {
        self.site.as_ref()
    }
}

impl From<ClientKind> for Client {
    fn from(kind: ClientKind) -> Self {
        Self::new(kind, None)
    }
}

/// The host of a page, and its port if it is no usual one: `host` of the URL standard, in ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Site(String);

impl Site {
    /// The longest one: a name of 253 characters, and a port.
    pub const MOST_BYTES: usize = 253 + 1 + 5;

    /// None for what is no host: empty, longer, or with anything but small letters, digits, and `.-:[]` in it.
    pub fn new(host: &str) -> Option<Self> {
        let is_part =
            |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']');
        let fits = (1..=Self::MOST_BYTES).contains(&host.len());
        (fits && host.bytes().all(is_part)).then(|| Self(host.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Site {
    type Error = &'static str;

    fn try_from(host: String) -> Result<Self, Self::Error> {
        Self::new(&host).ok_or("no host")
    }
}

impl From<Site> for String {
    fn from(Site(host): Site) -> Self {
        host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_host_and_nothing_that_could_be_taken_for_more() {
        for host in [
            "example.org",
            "127.0.0.1:8080",
            "[fd00::2]:443",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(Site::new(host).map(String::from).as_deref(), Some(host));
        }
        let long = "a".repeat(Site::MOST_BYTES + 1);
        for host in [
            "",
            "Example.org",
            "a b",
            "a/b",
            "bücher.example",
            "<b>",
            "a\n",
            &long,
        ] {
            assert_eq!(Site::new(host), None, "{host:?}");
        }
    }
}
