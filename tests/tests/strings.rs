//! The one source of what every face says, and the script that reads it.

use std::path::Path;
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Runs the script where there is `core/strings`.
fn script(place: &Path, arguments: &[&str]) -> Output {
    let script = root().join("scripts/strings");
    let mut command = Command::new("python3");
    let command = command.arg(script).args(arguments).current_dir(place);
    command.output().expect("Python, which the scripts need")
}

/// What the script says of a source with these tables in it; none if it takes them.
fn refused(tables: &str) -> Option<String> {
    let place = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| {
        let file = place.path().join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    };
    write(
        "core/strings/all.toml",
        &format!("faces = [\"terminal\", \"ios\"]\n{tables}"),
    );
    for folder in [
        "android/app/src/main/res/values",
        "android/app/src/main/res/values-de",
    ] {
        write(&format!("{folder}/strings.xml"), "");
    }
    write("ios/App/Resources/Localizable.xcstrings", "");
    write("cli/src/strings.rs", "");
    write("web/src/strings.ts", "");
    let output = script(place.path(), &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}

#[test]
fn what_every_face_reads_is_what_the_source_says() {
    let output = script(root(), &["--check"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_sentence_has_both_languages_with_the_same_places() {
    assert_eq!(refused("[a]\nen = 'To {name}'\nde = 'An {name}'"), None);
    assert_eq!(
        refused(
            "[a]\nen = { one = 'One.', other = '{count}.' }\nde = { one = 'Eins.', other = '{count}.' }"
        ),
        None
    );
    for (tables, why) in [
        ("[a]\nen = 'To'", "the languages are en"),
        ("[a]\nen = 'To'\nde = ' '", "a text is missing"),
        ("[a]\nen = 'To'\nde = 'An'\nfr = 'A'", "the languages are"),
        ("[a]\nen = 'To {name}'\nde = 'An'", "the places are"),
        ("[a]\nen = 'To'\nde = 'An {name}'", "the places are"),
        ("[a]\nen = 'To {name}'\nde = 'An {who}'", "the places are"),
        ("[a]\nen = 'To {'\nde = 'An {'", "a brace"),
        ("[a]\nen = '5 %'\nde = '5 %'", "a percent sign"),
        (
            "[a]\nen = '{count}.'\nde = { one = 'Eins.', other = '{count}.' }",
            "the same forms",
        ),
        (
            "[a]\nen = { other = '{count}.' }\nde = { other = '{count}.' }",
            "the forms one and other",
        ),
        (
            "[a]\nfaces = ['watch']\nen = 'To'\nde = 'An'",
            "the faces are",
        ),
        ("shares = ['a']", "shared, and nowhere"),
        ("[a]\nfaces = []\nen = 'To'\nde = 'An'", "the faces are"),
        (
            "[a]\nen = 'To'\nde = 'An'\n[a.android]\nen = 'To'\nde = 'An'",
            "does not speak it",
        ),
        (
            "[a]\nen = 'To'\nde = 'An'\n[a.ios]\nen = 'To'\nde = 'An {name}'",
            "the places are",
        ),
    ] {
        let said = refused(tables).unwrap_or_default();
        assert!(
            said.contains(": a: ") && said.contains(why),
            "{tables}: {said}"
        );
    }
}
