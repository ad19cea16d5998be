//! Any bytes as a container, as the inside of one, and as a change to one: nothing opens that was not
//! sealed, and nothing asks for more than the limits.

#![no_main]

use handfast_seal::{
    About, Answers, Cost, Credential, Header, Kind, Limits, Lock, Profile, Questions, fuzz_inside,
    open_bytes, seal_bytes,
};
use handfast_token::Secret;
use libfuzzer_sys::fuzz_target;

const TINY: Limits = Limits {
    memory_kib: 16..=32,
    passes: 1..=2,
    lanes: 1..=2,
    work_kib: 64,
    content_bytes: 1 << 20,
};

fn asking() -> Lock {
    Lock::Answers {
        cost: Cost {
            memory_kib: 16,
            passes: 1,
            lanes: 1,
        },
        profile: Profile::LATEST,
        with_code: false,
        questions: Questions::default(),
    }
}

fuzz_target!(|input: (u16, u8, &[u8])| {
    let (at, bits, bytes) = input;
    fuzz_inside(bytes, &TINY);
    let answers = Credential::Answers {
        answers: Answers::new(&["Rex"]).expect("short"),
        code: None,
    };
    for (lock, credential) in [
        (Lock::Key, Credential::Key(Secret::new([1; 32]))),
        (asking(), answers),
    ] {
        // Nobody meets the commitment by chance.
        assert!(open_bytes(bytes, &credential, &TINY).is_err());
        let header = Header {
            kind: Kind::File,
            lock,
            salt: [2; 32],
        };
        let sealed = seal_bytes(&header, &credential, &TINY, &About::default(), bytes);
        let mut container = sealed.expect("within the limits");
        let opened = open_bytes(&container, &credential, &TINY).expect("as it was sealed");
        assert_eq!(opened.content, bytes);
        let at = usize::from(at) % container.len();
        container[at] ^= bits.max(1);
        assert!(open_bytes(&container, &credential, &TINY).is_err());
    }
});
