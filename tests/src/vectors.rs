//! Where known answers of others lie, for the tests of several crates: the folder named by
//! `HANDFAST_VECTORS`, or `shared/vectors` beside one of the folders above.

use std::path::{Path, PathBuf};

/// The folder of this name; says that the test is skipped where there is none.
#[allow(clippy::print_stdout)]
pub(crate) fn vectors(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = here.ancestors().map(|folder| folder.join("shared/vectors"));
    let named = std::env::var_os("HANDFAST_VECTORS").map(PathBuf::from);
    let found = named
        .into_iter()
        .chain(beside)
        .map(|folder| folder.join(name))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: no vectors");
    }
    found
}
