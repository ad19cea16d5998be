//! `handfast page`: the page for a host of static files, and whether a host serves this one.

mod links;
mod verify;

use super::Hands;
use crate::links::link_base;
use crate::output::{Output, hex, json_line};
use crate::page::{HEADERS, Page};
use crate::sealed_files::landing::not_stored;
use crate::status::{Status, Stop};
use crate::strings;
use handfast_native::token::LinkBase;
use links::Apps;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;

#[derive(clap::Args)]
#[command(after_help = strings::page_examples())]
pub(crate) struct Args {
    #[command(flatten)]
    order: Order,
    #[arg(long, value_name = "HOST", value_parser = host, conflicts_with_all = ["verify", "hashes"], help = strings::page_host())]
    host: Option<String>,
    #[command(flatten)]
    apps: Apps,
    #[arg(long, value_name = "DIR", help = strings::serve_folder())]
    from: Option<PathBuf>,
    #[arg(long, help = strings::option_json())]
    pub(super) json: bool,
}

/// One thing at a time.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Order {
    #[arg(value_name = "DIR", requires = "host", help = strings::page_folder())]
    dir: Option<PathBuf>,
    #[arg(long, value_name = "URL", value_parser = link_base, help = strings::page_verify())]
    verify: Option<LinkBase>,
    #[arg(long, help = strings::page_hashes())]
    hashes: bool,
}

/// A file and its BLAKE3 hash, as programs read it.
#[derive(Serialize)]
struct Hashed<'a> {
    event: &'static str,
    path: &'a str,
    blake3: String,
}

/// The name of a host, as it stands in links. Phones look for their files at its root, and a page has an
/// origin to itself, so nothing follows it.
fn host(text: &str) -> Result<String, &'static str> {
    idna::domain_to_ascii_strict(text)
        .ok()
        .filter(|name| !name.is_empty())
        .ok_or_else(strings::page_host_how)
}

pub(crate) async fn run(args: Args, mut hands: Hands) -> Result<(), Stop> {
    let page = Page::read(args.from.as_deref())?;
    match (args.order, args.host) {
        (
            Order {
                verify: Some(base), ..
            },
            _,
        ) => {
            let verifying = spawn_blocking(move || verify::verify(&page, &base));
            let verifying = async {
                let verified = verifying.await;
                verified.map_err(|_| Stop::local(strings::went_wrong()))
            };
            let findings = hands.interrupt.stops(verifying).await?;
            verify::tell(&findings, args.json, &mut hands.output)
        }
        (Order { dir: Some(dir), .. }, Some(host)) => {
            write(&page, &dir, &args.apps)?;
            tell_written(&dir, &host, &args.apps, &mut hands.output);
            Ok(())
        }
        _ => {
            tell_hashes(&page, args.json, &hands.output);
            Ok(())
        }
    }
}

/// One line each, as the usual programs for such lists read them.
fn tell_hashes(page: &Page, json: bool, output: &Output) {
    for (path, file) in page.files() {
        let blake3 = hex(blake3::hash(&file.bytes).as_bytes());
        let path = path.trim_start_matches('/');
        output.print(&match json {
            true => json_line(&Hashed {
                event: "file",
                path,
                blake3,
            }),
            false => format!("{blake3}  {path}"),
        });
    }
}

/// Writes everything that the host is to serve, over an earlier page if there is one.
fn write(page: &Page, dir: &Path, apps: &Apps) -> Result<(), Stop> {
    let mut files: BTreeMap<String, Vec<u8>> = page
        .files()
        .map(|(path, file)| (path.trim_start_matches('/').to_owned(), file.bytes.to_vec()))
        .collect();
    files.extend(apps.files());
    files.insert("_headers".to_owned(), headers().into_bytes());
    // Otherwise one host leaves out what begins with a point.
    files.insert(".nojekyll".to_owned(), Vec::new());
    if let Some(stranger) = stranger(dir, &files) {
        let sentence = strings::page_not_alone(stranger.display());
        return Err(Stop::new(Status::NotStored, "not_alone", sentence));
    }
    for (path, bytes) in files {
        let path = dir.join(path);
        let folder = path.parent().unwrap_or(dir);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, bytes))
            .map_err(|error| not_stored(&path, &error))?;
    }
    Ok(())
}

/// Something in the folder that is not of the page. What would be served beside it could read what it reads.
fn stranger(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> Option<PathBuf> {
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(dir.join(&folder)).ok()?.flatten() {
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = path.to_string_lossy().replace('\\', "/");
            match is_folder {
                // How it gets to its host, which serves none of it.
                true if name == ".git" => {}
                true => folders.push(path),
                false if files.contains_key(&name) || name == "CNAME" => {}
                false => return Some(dir.join(path)),
            }
        }
    }
    None
}

/// As several hosts read them.
fn headers() -> String {
    let lines = HEADERS.map(|(name, value)| format!("  {name}: {value}\n"));
    let all = lines.concat();
    format!("/*\n{all}/.well-known/*\n  content-type: application/json\n")
}

fn tell_written(dir: &Path, host: &str, apps: &Apps, output: &mut Output) {
    output.note(strings::page_written(dir.display(), host));
    if !apps.are_all_named() {
        output.note(strings::page_without_apps());
    }
}
