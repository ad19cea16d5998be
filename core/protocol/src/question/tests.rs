use super::machine::session_id;
use super::*;
use crate::handshake::{Attempt, Parties, StaticKey};
use crate::reconnect::MessageError;
use data_encoding::HEXLOWER;
use handfast_seal::{Answers, Profile};
use handfast_token::{Role, Secret};
use proptest::prelude::*;

const HASH: [u8; 32] = [9; 32];

fn answer(text: &str) -> Answers {
    Answers::new(&[text]).expect("one answer")
}

fn question(text: &str) -> Question {
    Question::new(text).expect("a question")
}

/// Two contacts in one channel, whose disks count.
struct Pair {
    sides: [Questions; 2],
    /// Answers that each may still take of the other, and give.
    left: [[u8; 2]; 2],
    right: [Vec<Whose>; 2],
    is_counting: bool,
}

impl Pair {
    fn new() -> Self {
        Self::with([HASH; 2], [[TRIES; 2]; 2])
    }

    fn with(hashes: [[u8; 32]; 2], left: [[u8; 2]; 2]) -> Self {
        let keys = [1, 2].map(|seed| StaticKey::new(Secret::new([seed; 32])).public());
        let side = |at: usize| {
            let random = Secret::new([at as u8; 32]);
            Questions::new(hashes[at], keys[at], keys[1 - at], random)
        };
        Self {
            sides: [side(0), side(1)],
            left,
            right: [Vec::new(), Vec::new()],
            is_counting: true,
        }
    }

    /// Carries what is said until nothing is left. What each said, in order.
    fn settle(&mut self) -> Result<Vec<(usize, Message)>, OutOfTurn> {
        let mut said = Vec::new();
        loop {
            let before = said.len();
            for side in 0..2 {
                while let Some(effect) = self.sides[side].poll_effect() {
                    match effect {
                        Effect::Say(message) => {
                            said.push((side, message.clone()));
                            self.sides[1 - side].heard(message)?;
                        }
                        Effect::Count(whose) if self.is_counting => {
                            let left = &mut self.left[side][whose as usize];
                            *left -= 1;
                            let left = *left;
                            self.sides[side].counted(whose, left);
                        }
                        Effect::Count(_) | Effect::Asked => {}
                        Effect::Right(whose) => self.right[side].push(whose),
                    }
                }
            }
            if said.len() == before {
                return Ok(said);
            }
        }
    }

    fn standing(&self, side: usize, whose: Whose) -> Option<Standing> {
        let asked = match whose {
            Whose::Ours => self.sides[side].ours(),
            Whose::Theirs => self.sides[side].theirs(),
        };
        asked.map(|asked| asked.standing)
    }

    fn standings(&self) -> [Option<Standing>; 2] {
        [
            self.standing(0, Whose::Ours),
            self.standing(1, Whose::Theirs),
        ]
    }

    fn ask(&mut self, expected: &str) {
        let asked = self.sides[0].ask(question("Our dog?"), &answer(expected));
        asked.expect("nothing is asked");
        self.settle().expect("in turn");
    }

    fn try_answer(&mut self, text: &str) {
        self.sides[1].answer(&answer(text)).expect("it is asked");
        self.settle().expect("in turn");
    }
}

#[test]
fn a_right_answer_says_to_who_asked_that_it_is_known() {
    let mut pair = Pair::new();
    pair.ask("Rex");
    assert_eq!(pair.standings(), [Some(Standing::Open); 2]);
    assert_eq!(
        pair.sides[1].theirs().expect("asked").question.as_str(),
        "Our dog?"
    );
    pair.try_answer(" rex");
    assert_eq!(pair.standings(), [Some(Standing::Right); 2]);
    assert_eq!(pair.right, [vec![Whose::Ours], vec![Whose::Theirs]]);
    // Another question can be asked.
    pair.ask("Tom");
    assert_eq!(pair.standings(), [Some(Standing::Open); 2]);
}

#[test]
fn the_third_wrong_answer_is_the_last() {
    let mut pair = Pair::new();
    pair.ask("Rex");
    for left in [2, 1, 0] {
        pair.try_answer("Tom");
        assert_eq!(pair.standings(), [Some(Standing::Wrong(left)); 2]);
    }
    assert_eq!(pair.sides[1].answer(&answer("Rex")), Err(NotNow));
    assert_eq!(pair.left, [[0, TRIES], [TRIES, 0]]);
    assert_eq!(pair.right, [vec![], vec![]]);
}

#[test]
fn who_may_give_fewer_answers_than_are_taken_says_so() {
    let mut pair = Pair::with([HASH; 2], [[TRIES; 2], [TRIES, 1]]);
    pair.ask("Rex");
    pair.try_answer("Tom");
    assert_eq!(pair.standings(), [Some(Standing::Wrong(0)); 2]);
}

#[test]
fn nothing_that_tests_a_guess_leaves_before_it_is_counted() {
    let mut pair = Pair::new();
    pair.ask("Rex");
    pair.is_counting = false;
    pair.sides[1].answer(&answer("Rex")).expect("it is asked");
    let said = pair.settle().expect("in turn");
    assert!(matches!(said[..], [(1, Message::Answer(_))]), "{said:?}");
    // Who asked counts first, and then who is asked.
    pair.sides[0].counted(Whose::Ours, 2);
    let said = pair.settle().expect("in turn");
    assert!(matches!(said[..], [(0, Message::Expect(_))]), "{said:?}");
    pair.sides[1].counted(Whose::Theirs, 2);
    let said = pair.settle().expect("in turn");
    assert!(
        matches!(said[..], [(1, Message::Proof(_)), (0, Message::Match(_))]),
        "{said:?}"
    );
}

#[test]
fn a_right_answer_in_another_channel_is_a_wrong_one() {
    let mut pair = Pair::with([HASH, [8; 32]], [[TRIES; 2]; 2]);
    pair.ask("Rex");
    pair.try_answer("Rex");
    assert_eq!(pair.standings(), [Some(Standing::Wrong(2)); 2]);
}

#[test]
fn no_answer_ends_a_question() {
    let mut pair = Pair::new();
    pair.ask("Rex");
    pair.sides[1].decline().expect("it is asked");
    pair.settle().expect("in turn");
    assert_eq!(pair.standings(), [Some(Standing::NotAnswered); 2]);
    assert_eq!(pair.sides[1].decline(), Err(NotNow));
    assert_eq!(pair.left, [[TRIES; 2]; 2]);
}

#[test]
fn both_ask_at_the_same_time() {
    let mut pair = Pair::new();
    for side in 0..2 {
        let asked = pair.sides[side].ask(question("Our dog?"), &answer("Rex"));
        asked.expect("nothing is asked");
    }
    pair.settle().expect("in turn");
    pair.sides[0].answer(&answer("Rex")).expect("it is asked");
    pair.sides[1].answer(&answer("Tom")).expect("it is asked");
    pair.settle().expect("in turn");
    assert_eq!(pair.standings(), [Some(Standing::Wrong(2)); 2]);
    let other = [
        pair.standing(1, Whose::Ours),
        pair.standing(0, Whose::Theirs),
    ];
    assert_eq!(other, [Some(Standing::Right); 2]);
}

#[test]
fn ten_questions_are_asked_in_one_channel() {
    let mut pair = Pair::new();
    for _ in 0..10 {
        pair.ask("Rex");
        pair.sides[1].decline().expect("it is asked");
        pair.settle().expect("in turn");
    }
    let asked = pair.sides[0].ask(question("Our dog?"), &answer("Rex"));
    assert_eq!(asked, Err(NotNow));
    let eleventh = Message::Ask(question("Our dog?"));
    assert_eq!(pair.sides[1].heard(eleventh), Err(OutOfTurn));
}

#[test]
fn a_match_that_proves_nothing_is_refused() {
    let mut pair = Pair::new();
    pair.ask("Rex");
    pair.sides[1].answer(&answer("Rex")).expect("it is asked");
    // What who asked would say is said by somebody who knows no answer.
    let share = loop {
        match pair.sides[1].poll_effect() {
            Some(Effect::Say(Message::Answer(share))) => break share,
            Some(_) => {}
            None => panic!("a share"),
        }
    };
    assert_eq!(pair.sides[1].heard(Message::Expect(share)), Ok(()));
    pair.sides[1].counted(Whose::Theirs, 2);
    assert_eq!(pair.sides[1].heard(Message::Match([7; 32])), Err(OutOfTurn));
}

#[test]
fn each_message_has_its_one_form() {
    let filled = |kind: u8| [&[kind][..], &[7; 32]].concat();
    for (message, bytes) in [
        (Message::Ask(question("Our dog?")), b"\x19Our dog?".to_vec()),
        (Message::Answer([7; 32]), filled(26)),
        (Message::Expect([7; 32]), filled(27)),
        (Message::Proof([7; 32]), filled(28)),
        (Message::Match([7; 32]), filled(29)),
        (Message::NoMatch(2), vec![30, 2]),
        (Message::NoAnswer, vec![31]),
    ] {
        assert_eq!(message.to_bytes(), bytes);
        assert_eq!(Message::parse(&bytes), Ok(message.clone()));
        if !matches!(message, Message::Ask(_)) {
            let longer = [&bytes[..], &[0]].concat();
            assert_eq!(Message::parse(&longer), Err(MessageError), "{message:?}");
        }
    }
    let long = [&[25][..], &[b'a'; 257]].concat();
    for none in [
        &[][..],
        &[24],
        &[32],
        &[25],
        b"\x19 ",
        b"\x19a\nb",
        &[25, 0xff],
        &long,
    ] {
        assert_eq!(Message::parse(none), Err(MessageError), "{none:?}");
    }
}

#[test]
fn the_worked_example_is_what_the_document_says() {
    let document = include_str!("../../../../docs/protocol.md");
    let stated = |what: &str| {
        let mut lines = document.lines();
        let line = lines.find_map(|line| line.strip_prefix(what)?.strip_prefix(": "));
        line.expect("a line of the worked example").to_owned()
    };
    let counting = |first: u8| std::array::from_fn(|i| first.wrapping_add(i as u8));
    let hash = HEXLOWER.decode(stated("handshake hash of the return").as_bytes());
    let hash: [u8; 32] = hash.unwrap().try_into().unwrap();
    let [host, guest] =
        [0xa0, 0x60].map(|first| StaticKey::new(Secret::new(counting(first))).public());
    let question = question("Our dog?");
    let sid = session_id(&hash, 1, &question);
    let parties = Parties {
        hash: sid,
        host,
        guest,
    };
    let password = answer("Rex").password(Profile::Two, None);
    let attempt = |role, first| {
        let random = Secret::new(counting(first));
        Attempt::new(role, &password, &parties, &random)
    };
    let (asked, asks) = (attempt(Role::Guest, 0x01), attempt(Role::Host, 0x21));
    let shares = (asked.share(), asks.share());
    let asked = asked.agree(&shares.1).expect("a point");
    let asks = asks.agree(&shares.0).expect("a point");
    let proofs = (asked.proof(), asks.proof());
    let computed = [
        ("question", Message::Ask(question).to_bytes()),
        ("sid of the question", sid.to_vec()),
        ("answer", Message::Answer(shares.0).to_bytes()),
        ("expect", Message::Expect(shares.1).to_bytes()),
        ("proof of the answer", Message::Proof(proofs.0).to_bytes()),
        ("match", Message::Match(proofs.1).to_bytes()),
    ];
    let computed = computed.map(|(what, bytes)| (what, HEXLOWER.encode(&bytes)));
    let stated = computed.each_ref().map(|(what, _)| (*what, stated(what)));
    assert_eq!(computed, stated);
}

fn messages() -> impl Strategy<Value = Message> {
    // A point of the group, so that more than the first word is reached.
    let share = {
        let mut pair = Pair::new();
        pair.ask("Rex");
        pair.sides[1].answer(&answer("Rex")).expect("it is asked");
        match pair.sides[1].poll_effect() {
            Some(Effect::Say(Message::Answer(share))) => share,
            other => panic!("{other:?} is no share"),
        }
    };
    prop_oneof![
        Just(Message::Ask(question("Our dog?"))),
        Just(Message::Answer(share)),
        Just(Message::Expect(share)),
        any::<[u8; 32]>().prop_map(Message::Proof),
        any::<[u8; 32]>().prop_map(Message::Match),
        any::<u8>().prop_map(Message::NoMatch),
        Just(Message::NoAnswer),
    ]
}

/// What one side of a pair does.
#[derive(Clone, Debug)]
enum Step {
    Hear(Message),
    Ask,
    Answer,
    Decline,
    Count(bool),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => messages().prop_map(Step::Hear),
        1 => Just(Step::Ask),
        1 => Just(Step::Answer),
        1 => Just(Step::Decline),
        2 => any::<bool>().prop_map(Step::Count),
    ]
}

proptest! {
    #[test]
    fn the_answers_are_right_if_they_are_the_same(expected in "[a-c]", given in prop::collection::vec("[a-c]", 1..=3)) {
        let mut pair = Pair::new();
        pair.ask(&expected);
        for text in given {
            if pair.standings() == [Some(Standing::Right); 2] {
                break;
            }
            pair.try_answer(&text);
            let is_right = pair.standings() == [Some(Standing::Right); 2];
            prop_assert_eq!(is_right, text == expected);
        }
    }

    #[test]
    fn whatever_is_said_nobody_is_right_who_does_not_know_and_every_guess_is_counted(
        steps in prop::collection::vec(steps(), 0..60)
    ) {
        let mut side = Pair::new().sides.into_iter().next().expect("a side");
        let (mut counted, mut shares) = (0, 0);
        for step in steps {
            match step {
                Step::Hear(message) => {
                    if side.heard(message).is_err() {
                        break;
                    }
                }
                Step::Ask => drop(side.ask(question("Our cat?"), &answer("Tom"))),
                Step::Answer => drop(side.answer(&answer("Rex"))),
                Step::Decline => drop(side.decline()),
                Step::Count(ours) => {
                    side.counted(if ours { Whose::Ours } else { Whose::Theirs }, 2);
                }
            }
            while let Some(effect) = side.poll_effect() {
                match effect {
                    Effect::Count(_) => counted += 1,
                    Effect::Say(Message::Expect(_) | Message::Proof(_)) => shares += 1,
                    Effect::Right(whose) => prop_assert!(false, "{:?}", whose),
                    Effect::Say(_) | Effect::Asked => {}
                }
            }
            prop_assert!(shares <= counted);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic_and_have_one_encoding(kind in 24_u8..33, bytes: Vec<u8>) {
        let bytes = [&[kind], &bytes[..]].concat();
        if let Ok(message) = Message::parse(&bytes) {
            prop_assert_eq!(message.to_bytes(), bytes);
        }
    }
}
