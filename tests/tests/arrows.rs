//! Data walks one way: which of our crates may use which, as `docs/architecture.md` draws it. Whoever
//! may use a crate may use what lies below it. Tests may use more.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Each crate, and those that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("handfast-token", &[]),
    ("handfast-qr", &[]),
    ("handfast-seal", &["handfast-token"]),
    ("handfast-protocol", &["handfast-seal"]),
    ("handfast-room", &["handfast-protocol"]),
    ("handfast-store", &["handfast-protocol"]),
    ("handfast-net", &["handfast-protocol"]),
    ("handfast-device", &["handfast-store"]),
    ("handfast-camera", &["handfast-qr"]),
    ("handfast-sim", &["handfast-device"]),
    (
        "handfast-native",
        &["handfast-device", "handfast-net", "handfast-qr"],
    ),
    ("handfast-core", &["handfast-native"]),
    ("handfast-reader", &["handfast-qr", "handfast-token"]),
    ("handfast-sealing", &["handfast-seal", "handfast-qr"]),
    ("handfast-web", &["handfast-device", "handfast-qr"]),
    ("handfast", &["handfast-native", "handfast-camera"]),
    ("handfast-tests", &["handfast-native", "handfast-sim"]),
    (
        "handfast-bench",
        &["handfast-tests", "handfast-camera", "handfast-core"],
    ),
];

/// Our crates, and what each uses of ours beside its tests.
fn used() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("one object");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let dependencies = list(&package["dependencies"]);
            let used = dependencies
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| text(&dependency["name"]))
                .filter(|name| name.starts_with("handfast"));
            (text(&package["name"]), used.collect())
        })
        .collect()
}

/// What a crate may use: what is named, and what lies below that.
fn allowed(name: &str) -> BTreeSet<&'static str> {
    let named = ARROWS.iter().find(|(crate_name, _)| *crate_name == name);
    let Some((_, named)) = named else {
        panic!("{name} has no place among the crates");
    };
    named
        .iter()
        .flat_map(|below| allowed(below).into_iter().chain([*below]))
        .collect()
}

#[test]
fn no_crate_uses_another_that_does_not_lie_below_it() {
    let used = used();
    assert!(used.len() > 10, "{used:?}");
    for (name, used) in used {
        let allowed = allowed(&name);
        for other in used {
            assert!(
                allowed.contains(other.as_str()),
                "{name} uses {other}, which does not lie below it"
            );
        }
    }
}

#[test]
fn no_simulator_is_in_the_product() {
    let used = used();
    for face in ["handfast", "handfast-core"] {
        let mut reached = BTreeSet::new();
        let mut next = vec![face.to_owned()];
        while let Some(name) = next.pop() {
            if reached.insert(name.clone()) {
                next.extend(used[&name].iter().cloned());
            }
        }
        assert!(reached.contains("handfast-protocol"), "{reached:?}");
        assert!(!reached.contains("handfast-sim"), "{face}: {reached:?}");
        assert!(!reached.contains("handfast-bench"), "{face}: {reached:?}");
    }
}
