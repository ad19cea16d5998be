//! A laboratory of networks: the real program, as processes, in network namespaces of its own.
//!
//! Needs root, and `ip`, `nft`, `conntrack` and `turnserver`; without them its tests say so and pass.

mod absence;
mod addresses;
mod again;
mod captures;
mod chosen;
mod faults;
mod figures;
mod kinds;
mod matrix;
mod narrow;
mod nat;
mod near;
mod path;
mod person;
mod probe;
mod returns;
mod rough;
mod scenario;
mod space;
mod stun;
mod victims;
mod world;

/// Why the laboratory cannot run here.
fn missing() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() != 0) {
        return Some("needs root".into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    for tool in ["ip", "bridge", "nft", "conntrack", "setpriv", "turnserver"] {
        if !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()) {
            return Some(format!("{tool} is missing"));
        }
    }
    let space = match space::Space::new() {
        Ok(space) => space,
        Err(error) => return Some(format!("no network namespaces: {error}")),
    };
    // A kernel without virtual links or translation is no place for it either.
    let links = "link add name one type veth peer name other\nlink add name lan type bridge";
    let rules = "table ip lab { chain out {
        type nat hook postrouting priority srcnat; masquerade
    }
    }";
    let tried = space.try_run("ip", &["-batch", "-"], links);
    tried
        .and_then(|_| space.try_run("nft", &["-f", "-"], rules))
        .err()
}

/// Ends a test where the laboratory cannot run, with a line that says why.
#[macro_export]
macro_rules! lab_or_skip {
    () => {
        if let Some(reason) = $crate::missing() {
            eprintln!("skipped: {reason}");
            return;
        }
    };
}
