//! Seals those containers of `tests/frozen/containers.json` that have no file yet. A file that is
//! there is never written again: it is the promise that later versions open what earlier ones made.
//!
//! `cargo run -p handfast-tests --example freeze`

use anyhow::Result;
use handfast_core::crypto::random_bytes;
use handfast_core::seal::{Limits, seal_bytes, text};
use handfast_tests::frozen::Frozen;

#[allow(clippy::print_stdout)]
fn main() -> Result<()> {
    for frozen in Frozen::all()? {
        if frozen.path().exists() {
            continue;
        }
        let header = frozen.header(random_bytes()?)?;
        let credential = &frozen.credentials()?[0];
        let (about, content) = (frozen.about()?, frozen.content()?);
        let container = seal_bytes(&header, credential, &Limits::PHONE, &about, &content)?;
        println!("{}: {} bytes", frozen.file, container.len());
        let bytes = match frozen.is_text() {
            true => text(&container).into_bytes(),
            false => container,
        };
        std::fs::write(frozen.path(), bytes)?;
    }
    Ok(())
}
