//! What the program tells of the network that it is in.

use crate::peer::run;

const NOBODY: [&str; 3] = ["network", "--no-stun", "--no-port-mapping"];

#[test]
fn a_network_can_be_looked_at_without_asking_anybody() {
    let outcome = run(&NOBODY);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let has_network = !outcome.stdout.contains("no network");
    assert_eq!(outcome.stdout.contains("Nobody was asked."), has_network);
}

#[test]
fn programs_read_every_situation_with_its_chance() {
    let outcome = run(&[NOBODY.as_slice(), &["--json"]].concat());
    let line: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("an object");
    assert_eq!(line["event"], "network");
    assert_eq!(line["router_asked"], false);
    assert_eq!(line["stun_servers_asked"], serde_json::json!([]));
    let works = line["works"].as_array().expect("a list");
    let situations: Vec<&str> = works
        .iter()
        .filter_map(|w| w["situation"].as_str())
        .collect();
    assert_eq!(
        situations,
        [
            "same_network",
            "one_scan",
            "two_scans",
            "strict_there",
            "same_router"
        ]
    );
    assert!(works.iter().all(|work| work["chance"].is_string()));
}
