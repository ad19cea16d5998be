//! The program itself, for tests that run it as a process.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of `handfast`, built once in the profile of the test that asks.
///
/// # Panics
/// When it does not build: nothing that asks could go on.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build().unwrap_or_else(|error| panic!("handfast: {error:#}")))
}

fn build() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(2).context("target/PROFILE/deps/test")?;
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "handfast"]);
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    build.env("CARGO_TARGET_DIR", folder.parent().context("target")?);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    ensure!(build.status()?.success(), "it does not build");
    Ok(folder.join("handfast"))
}
