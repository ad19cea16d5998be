//! What the program says about itself.

use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_handfast"));
    program.args(args).output().expect("the program starts")
}

fn told(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = told(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").expect("a list");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

#[test]
fn the_help_has_examples_and_the_meaning_of_every_exit_status() {
    let help = told(&["--help"]);
    assert!(help.contains("Exit status:") && help.contains("Examples:"));
}

#[test]
fn every_command_explains_itself_here_in_the_manual_and_to_shells() {
    let (manual, completions) = (told(&["man"]), told(&["completions", "bash"]));
    assert!(manual.starts_with(".ie"));
    let commands = commands();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        assert!(told(&[&command, "--help"]).contains("Usage:"), "{command}");
        assert!(manual.contains(&command), "{command}");
        assert!(completions.contains(&command), "{command}");
    }
}

#[test]
fn odd_command_lines_end_with_two() {
    for args in [
        &["invite", "--expires", "8d"][..],
        &["invite", "--expires", "soon"],
        &["invite", "--link-base", "no where"],
        &["join"],
        &["scan"],
        &["dance"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}
