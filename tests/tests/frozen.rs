//! What was sealed once opens for ever: the containers of `tests/frozen/`.

use anyhow::{Context, Result, ensure};
use handfast_native::seal::{Credential, Header, Limits, Opened, SealError, from_text, open_bytes};
use handfast_tests::frozen::Frozen;

fn read(frozen: &Frozen) -> Result<Vec<u8>> {
    let bytes = std::fs::read(frozen.path())?;
    Ok(match frozen.is_text() {
        true => from_text(std::str::from_utf8(&bytes)?)?,
        false => bytes,
    })
}

#[test]
fn every_frozen_container_opens_with_what_it_was_sealed_with() -> Result<()> {
    let all = Frozen::all()?;
    assert!(all.len() >= 22);
    for frozen in all {
        let container = read(&frozen).with_context(|| frozen.file.clone())?;
        let header = Header::parse(&container)?;
        assert_eq!(header, frozen.header(header.salt)?, "{}", frozen.file);
        let expected = Opened {
            kind: header.kind,
            about: frozen.about()?,
            content: frozen.content()?,
        };
        let credentials = frozen.credentials()?;
        ensure!(!credentials.is_empty(), "{}", frozen.file);
        for credential in credentials {
            let opened = open_bytes(&container, &credential, &Limits::PHONE)
                .with_context(|| frozen.file.clone())?;
            assert!(opened == expected, "{}: {}", frozen.file, frozen.why);
        }
    }
    Ok(())
}

#[test]
fn no_frozen_container_opens_with_anything_else() -> Result<()> {
    for frozen in Frozen::all()? {
        let container = read(&frozen)?;
        let nothing = Credential::Key(handfast_native::token::Secret::new([0; 32]));
        let opened = open_bytes(&container, &nothing, &Limits::PHONE);
        assert_eq!(
            opened,
            Err(SealError::WrongAnswerOrAltered),
            "{}",
            frozen.file
        );
        let mut changed = container.clone();
        *changed.last_mut().context("empty")? ^= 1;
        let opened = open_bytes(&changed, &frozen.credentials()?[0], &Limits::PHONE);
        assert_eq!(opened, Err(SealError::Damaged), "{}", frozen.file);
    }
    Ok(())
}

#[test]
fn the_folder_holds_what_the_index_names_and_no_more() -> Result<()> {
    let mut named: Vec<_> = Frozen::all()?
        .into_iter()
        .map(|frozen| frozen.file)
        .collect();
    named.extend(
        [
            "README.md",
            "answers.json",
            "answers-2.json",
            "containers.json",
        ]
        .map(String::from),
    );
    let mut found = Vec::new();
    let mut bytes = 0;
    for entry in std::fs::read_dir(Frozen::folder())? {
        let entry = entry?;
        bytes += entry.metadata()?.len();
        found.push(entry.file_name().to_string_lossy().into_owned());
    }
    named.sort();
    found.sort();
    assert_eq!(found, named);
    assert!(
        bytes < 300 << 10,
        "{bytes} bytes are a burden to every clone"
    );
    Ok(())
}
