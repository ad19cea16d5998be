//! What a file is called here that somebody else has named: as they did, where that can be.

use handfast_protocol::conversation::{portable_file_name, safe_file_name};
use std::path::Path;

/// How what this program is writing begins; it may be removed as what was left behind.
const OURS: &str = ".handfast-";

/// The names to try in `folder` for something that somebody else called `name`, the best first. None leads out
/// of the folder. A medium that refuses the first keeps the last.
///
/// In the person's own folder a name that begins with a dot may be the configuration of a program, which says
/// what that runs; such a name is not taken there.
pub fn names_in(folder: &Path, name: &str) -> Vec<String> {
    names_below(folder, std::env::home_dir().as_deref(), name)
}

fn names_below(folder: &Path, home: Option<&Path>, name: &str) -> Vec<String> {
    let (kept, portable) = (safe_file_name(name), portable_file_name(name));
    let is_home = || {
        let folder = folder.canonicalize().ok();
        folder.is_some() && folder == home.and_then(|home| home.canonicalize().ok())
    };
    let is_refused = kept.starts_with(OURS) || (kept.starts_with('.') && is_home());
    match is_refused || kept == portable {
        true => vec![portable],
        false => vec![kept, portable],
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_except_where_a_program_would_follow_it() {
        let home = tempfile::tempdir().expect("a folder");
        let downloads = home.path().join("downloads");
        std::fs::create_dir(&downloads).expect("a folder");
        let names = |folder: &Path, name| names_below(folder, Some(home.path()), name);
        assert_eq!(names(&downloads, ".bashrc"), [".bashrc", "bashrc"]);
        assert_eq!(names(&downloads, "a:b?"), ["a:b?", "a_b_"]);
        assert_eq!(names(&downloads, "notes.txt"), ["notes.txt"]);
        assert_eq!(names(&downloads.join("../"), ".bashrc"), ["bashrc"]);
        assert_eq!(names(home.path(), "a:b?"), ["a:b?", "a_b_"]);
        let ours = ".handfast-0123456789abcdef.part";
        assert_eq!(names(&downloads, ours), [&ours[1..]]);
    }
}
