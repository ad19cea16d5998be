//! The two files by which phones learn that links to a host open their app, at its root under `.well-known`
//! (Apple: Supporting associated domains; Android: Digital Asset Links).

use crate::strings;
use serde_json::{Value, json};

/// Whose app it is.
#[derive(clap::Args)]
pub(super) struct Apps {
    #[arg(long, value_name = "TEAM", value_parser = team, conflicts_with_all = ["verify", "hashes"], help = strings::page_team())]
    team: Option<String>,
    #[arg(long, value_name = "ID", value_parser = app, default_value = "example.handfast", help = strings::page_bundle())]
    bundle: String,
    #[arg(long, value_name = "ID", value_parser = app, default_value = "example.handfast.app", help = strings::page_package())]
    package: String,
    #[arg(long, value_name = "SHA256", value_parser = certificate, conflicts_with_all = ["verify", "hashes"], help = strings::page_certificate())]
    certificate: Vec<String>,
}

impl Apps {
    pub(super) fn are_all_named(&self) -> bool {
        self.team.is_some() && !self.certificate.is_empty()
    }

    /// For each phone whose app is named.
    pub(super) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut add = |name: &str, content: Value| {
            let path = format!(".well-known/{name}");
            files.push((path, format!("{content:#}\n").into_bytes()));
        };
        if let Some(team) = &self.team {
            let app = format!("{team}.{}", self.bundle);
            let behind =
                json!({ "/": "/", "#": "?*", "comment": "Links with a token behind the #" });
            let details = json!([{ "appIDs": [app], "components": [behind] }]);
            let content = json!({ "applinks": { "details": details } });
            add("apple-app-site-association", content);
        }
        if !self.certificate.is_empty() {
            let target = json!({
                "namespace": "android_app",
                "package_name": self.package,
                "sha256_cert_fingerprints": self.certificate,
            });
            let relation = "delegate_permission/common.handle_all_urls";
            add(
                "assetlinks.json",
                json!([{ "relation": [relation], "target": target }]),
            );
        }
        files
    }
}

/// Apple's ten characters for a developer.
fn team(text: &str) -> Result<String, &'static str> {
    let is_one = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    match text.len() == 10 && text.bytes().all(is_one) {
        true => Ok(text.to_owned()),
        false => Err(strings::page_team_how()),
    }
}

/// Names with points between them.
fn app(text: &str) -> Result<String, &'static str> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    match text.contains('.') && text.split('.').all(is_name) {
        true => Ok(text.to_owned()),
        false => Err(strings::page_app_how()),
    }
}

/// Thirty-two bytes in hexadecimal, with colons, as keytool and apksigner print them.
fn certificate(text: &str) -> Result<String, &'static str> {
    let is_byte = |byte: &str| byte.len() == 2 && byte.bytes().all(|b| b.is_ascii_hexdigit());
    match text.split(':').count() == 32 && text.split(':').all(is_byte) {
        true => Ok(text.to_ascii_uppercase()),
        false => Err(strings::page_certificate_how()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apps(team: Option<&str>, certificates: usize) -> Apps {
        Apps {
            team: team.map(str::to_owned),
            bundle: "org.example.meet".to_owned(),
            package: "org.example.meet.app".to_owned(),
            certificate: vec![certificate(&["ab"; 32].join(":")).unwrap(); certificates],
        }
    }

    #[test]
    fn each_phone_finds_its_app_by_name_and_signature() {
        let files = apps(Some("ABCDE12345"), 2).files();
        let read = |number: usize| serde_json::from_slice::<Value>(&files[number].1).unwrap();
        assert_eq!(files[0].0, ".well-known/apple-app-site-association");
        let detail = &read(0)["applinks"]["details"][0];
        assert_eq!(detail["appIDs"][0], "ABCDE12345.org.example.meet");
        assert_eq!(files[1].0, ".well-known/assetlinks.json");
        let target = &read(1)[0]["target"];
        assert_eq!(target["package_name"], "org.example.meet.app");
        let certificates = target["sha256_cert_fingerprints"].as_array().unwrap();
        assert_eq!(certificates.len(), 2);
        assert!(certificates[0].as_str().unwrap().starts_with("AB:AB:"));
    }

    #[test]
    fn a_phone_whose_app_nobody_named_is_told_nothing() {
        assert!(apps(None, 0).files().is_empty());
        assert_eq!(apps(Some("ABCDE12345"), 0).files().len(), 1);
        assert_eq!(apps(None, 1).files().len(), 1);
    }

    #[test]
    fn what_names_no_app_is_refused() {
        for text in ["", "abcde12345", "ABCDE1234", "ABCDE123456", "ABCDE-2345"] {
            assert!(team(text).is_err(), "{text}");
        }
        for text in ["", "app", "a..b", "a.1b", ".a", "a.", "a.b c", "a.b\""] {
            assert!(app(text).is_err(), "{text}");
        }
        for text in [
            "",
            "AB",
            &["AB"; 31].join(":"),
            &["AG"; 32].join(":"),
            &"AB".repeat(32),
        ] {
            assert!(certificate(text).is_err(), "{text}");
        }
    }
}
