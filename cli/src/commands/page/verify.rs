//! Whether a host serves this build, file by file.

use crate::output::{Output, json_line};
use crate::page::Page;
use crate::status::{Status, Stop};
use crate::strings;
use handfast_native::token::LinkBase;
use serde::Serialize;
use std::time::Duration;

/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a host has in the place of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Finding {
    Same,
    /// Other bytes, or the way to another address.
    Different,
    /// It has none, or says so.
    Missing,
    /// Nobody answered. How the network put it.
    Unreachable(String),
}

/// One of them, as programs read it.
#[derive(Serialize)]
struct Found<'a> {
    event: &'static str,
    path: &'a str,
    served: &'a Finding,
}

/// Asks for every file as a browser does, and compares it. It takes as long as the host does.
pub(super) fn verify(page: &Page, base: &LinkBase) -> Vec<(String, Finding)> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        // What another address serves is not what this host serves.
        .max_redirects(0)
        .build()
        .into();
    let root = base.as_str().trim_end_matches('/');
    let mut findings = Vec::new();
    for (path, file) in page.files() {
        // As whoever opens the page asks for it.
        let path = path
            .strip_suffix("/index.html")
            .map_or(path.to_owned(), |folder| format!("{folder}/"));
        let found = served(&agent, &format!("{root}{path}"), &file.bytes);
        let is_cut_off = matches!(found, Finding::Unreachable(_));
        findings.push((path, found));
        if is_cut_off {
            break;
        }
    }
    findings
}

fn served(agent: &ureq::Agent, url: &str, own: &[u8]) -> Finding {
    let mut response = match agent.get(url).call() {
        Ok(response) => response,
        Err(error) => return Finding::Unreachable(error.to_string()),
    };
    match response.status().as_u16() {
        200 => {}
        300..400 => return Finding::Different,
        _ => return Finding::Missing,
    }
    // One byte more would be another file.
    let body = response
        .body_mut()
        .with_config()
        .limit(own.len() as u64 + 1);
    match body.read_to_vec() {
        Ok(bytes) if bytes == own => Finding::Same,
        Ok(_) | Err(ureq::Error::BodyExceedsLimit(_)) => Finding::Different,
        Err(error) => Finding::Unreachable(error.to_string()),
    }
}

/// Tells what was found.
///
/// # Errors
/// When it is not this build, or cannot be told.
pub(super) fn tell(
    findings: &[(String, Finding)],
    json: bool,
    output: &mut Output,
) -> Result<(), Stop> {
    for (path, served) in findings {
        let said = match served {
            Finding::Same => None,
            Finding::Different => Some(strings::served_otherwise(path)),
            Finding::Missing => Some(strings::served_not(path)),
            Finding::Unreachable(why) => {
                let sentence = strings::served_by_nobody(path, why);
                return Err(Stop::new(Status::NotReached, "not_reached", sentence));
            }
        };
        match (json, said) {
            (true, _) => output.print(&json_line(&Found {
                event: "served",
                path,
                served,
            })),
            (false, Some(said)) => output.say(&said),
            (false, None) => {}
        }
    }
    if findings.iter().any(|(_, served)| *served != Finding::Same) {
        let sentence = strings::served_another();
        return Err(Stop::new(Status::Insecure, "another_page", sentence));
    }
    output.note(strings::served_this(findings.len()));
    Ok(())
}
