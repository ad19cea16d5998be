use super::*;
use proptest::prelude::*;

const HOUR: u32 = 20_000 * 24;
const NAME: InstanceName = [0xab; 16];

fn seed(fill: u8) -> Secret<32> {
    Secret::new([fill; 32])
}

fn tags(count: usize) -> Vec<Tag> {
    (0..count as u32).map(u32::to_le_bytes).collect()
}

fn announced(count: usize) -> Announcement {
    Announcement::new(NAME, 4000, &tags(count), &seed(1)).unwrap()
}

fn parsed(announcement: &Announcement) -> Option<Announcement> {
    let txt = announcement.txt();
    let txt = txt.iter().map(|(key, value)| (*key, &value[..]));
    Announcement::parse(&announcement.name(), announcement.port, txt)
}

#[test]
fn how_many_contacts_there_are_is_told_up_to_the_next_count() {
    for (contacts, told) in [
        (1, 8),
        (8, 8),
        (9, 16),
        (17, 32),
        (33, 64),
        (64, 64),
        (90, 64),
    ] {
        let announcement = announced(contacts);
        assert_eq!(announcement.tags.len(), told);
        let is_there = |tag| announcement.tags.contains(tag);
        assert!(tags(contacts.min(64)).iter().all(is_there));
        assert_eq!(parsed(&announcement), Some(announcement));
    }
    assert_eq!(Announcement::new(NAME, 4000, &[], &seed(1)), None);
}

#[test]
fn the_order_tells_nothing_and_is_another_each_time() {
    let orders: Vec<Vec<Tag>> = (1..=20)
        .map(|fill| {
            Announcement::new(NAME, 1, &tags(8), &seed(fill))
                .unwrap()
                .tags
        })
        .collect();
    for (at, order) in orders.iter().enumerate() {
        assert!(!orders[..at].contains(order));
    }
    let is_first = |order: &&Vec<Tag>| order[0] == tags(1)[0];
    assert!(orders.iter().filter(is_first).count() < 10);
}

#[test]
fn only_what_is_announced_so_is_read() {
    let bytes = [7; 256];
    let read = |name: &str, port, txt: &[(&'static str, usize)]| {
        let txt = txt.iter().map(|(key, length)| (*key, &bytes[..*length]));
        Announcement::parse(name, port, txt).is_some()
    };
    let name = announced(1).name();
    assert!(read(&name, 1, &[("t0", 32)]));
    assert!(read(&name, 1, &[("t0", 128), ("t1", 128)]));
    assert!(read(&name, 1, &[("t1", 128), ("t0", 128)]));
    for txt in [
        &[][..],
        &[("t0", 0)],
        &[("t0", 31)],
        &[("t0", 33)],
        &[("t0", 36)],
        &[("t0", 256)],
        &[("t1", 32)],
        &[("t0", 32), ("t1", 0)],
        &[("t0", 32), ("t1", 32)],
        &[("t0", 128), ("t1", 64)],
        &[("t0", 32), ("t0", 32)],
        &[("t0", 32), ("t2", 32)],
        &[("T0", 32)],
    ] {
        assert!(!read(&name, 1, txt), "{txt:?}");
    }
    assert!(!read(&name, 0, &[("t0", 32)]));
    for name in [
        "",
        "ab",
        &name[1..],
        &name.to_uppercase(),
        &format!("{name}ab"),
    ] {
        assert!(!read(name, 1, &[("t0", 32)]), "{name}");
    }
}

fn finding(pair: u8) -> FindingKey {
    FindingKey::of_first_meeting(&seed(pair), 19_999)
}

const ANA: PublicKey = PublicKey([1; 32]);
const BEN: PublicKey = PublicKey([2; 32]);

/// What Ana announces in an hour under a name, for the first of these pairs.
fn by_ana(pair: u8, name: InstanceName, hour: u32) -> Found {
    let tag = finding(pair).mdns_tag(ANA, &name, hour, 4000).unwrap();
    Found {
        announcement: Announcement::new(name, 4000, &[tag], &seed(9)).unwrap(),
        addresses: vec![([192, 168, 1, 2], 4000).into()],
    }
}

/// Whom Ben looks for: somebody for each pair, by whose key alone Ana knows them.
fn sought(pairs: &[u8]) -> Vec<Sought> {
    let sought = pairs.iter().map(|pair| Sought {
        key: ANA,
        finding: finding(*pair),
        hours: [HOUR, HOUR - 1, HOUR + 1],
    });
    sought.collect()
}

fn heard(nearby: &mut Nearby, now: Instant, found: Found) -> bool {
    let addresses = found.addresses.clone();
    let lead = nearby.hear(now, found, &sought(&[1, 2]));
    lead.is_some_and(|lead| {
        assert_eq!((lead.key, lead.addresses), (ANA, addresses));
        true
    })
}

#[test]
fn a_contact_is_recognised_in_its_hour_and_the_neighbours_by_the_other_of_the_pair_alone() {
    let hours = [HOUR - 1, HOUR, HOUR + 1];
    for hour in hours {
        let found = by_ana(1, NAME, hour);
        assert!(found.announcement.is_by(&finding(1), ANA, &hours));
        assert!(!found.announcement.is_by(&finding(2), ANA, &hours));
        // Not what she would hear of Ben.
        assert!(!found.announcement.is_by(&finding(1), BEN, &hours));
    }
    let later = by_ana(1, NAME, HOUR + 2);
    assert!(!later.announcement.is_by(&finding(1), ANA, &hours));
    // Another port is another announcement.
    let mut moved = by_ana(1, NAME, HOUR);
    moved.announcement.port = 4001;
    assert!(!moved.announcement.is_by(&finding(1), ANA, &hours));
}

#[test]
fn an_announcement_is_followed_once_and_again_from_other_addresses() {
    let (now, mut nearby) = (Instant::now(), Nearby::default());
    let mut found = by_ana(1, NAME, HOUR);
    assert!(heard(&mut nearby, now, found.clone()));
    assert!(!heard(&mut nearby, now, found.clone()));
    found.addresses.push(([10, 0, 0, 1], 4000).into());
    assert!(heard(&mut nearby, now, found.clone()));
    nearby.gone(&NAME);
    assert!(heard(&mut nearby, now, found));
}

#[test]
fn who_is_looked_for_later_is_found_in_what_was_heard_before() {
    let (now, mut nearby) = (Instant::now(), Nearby::default());
    assert!(!heard(&mut nearby, now, by_ana(3, NAME, HOUR)));
    assert!(nearby.look_for(now, &sought(&[4])).is_empty());
    let leads = nearby.look_for(now, &sought(&[4, 3]));
    assert_eq!(leads.len(), 1);
    nearby.gone(&NAME);
    assert!(nearby.look_for(now, &sought(&[3])).is_empty());
}

#[test]
fn what_leads_to_nobody_is_followed_eight_times_a_minute_and_the_rest_waits() {
    let (now, mut nearby) = (Instant::now(), Nearby::default());
    for fill in 0..8 {
        assert!(heard(&mut nearby, now, by_ana(1, [fill; 16], HOUR)));
    }
    assert_eq!(nearby.waits_until(), None);
    for fill in 8..20 {
        assert!(!heard(&mut nearby, now, by_ana(2, [fill; 16], HOUR)));
    }
    assert_eq!(nearby.waits_until(), Some(now + MINUTE));
    let both = sought(&[1, 2]);
    assert!(nearby.go_on(now + MINUTE / 2, &both).is_empty());
    assert_eq!(nearby.go_on(now + MINUTE, &both).len(), 8);
    // Somebody was there after all.
    let now = now + MINUTE;
    nearby.answered(BEN);
    assert!(nearby.go_on(now, &both).is_empty());
    nearby.answered(ANA);
    assert_eq!(nearby.waits_until().map(|at| at <= now), Some(true));
    assert_eq!(nearby.go_on(now, &both).len(), 4);
    assert_eq!(nearby.waits_until(), None);
}

#[test]
fn a_network_full_of_announcements_takes_no_memory_without_end() {
    let (now, mut nearby) = (Instant::now(), Nearby::default());
    for number in 0..500_u32 {
        let mut name = [0; 16];
        name[..4].copy_from_slice(&number.to_le_bytes());
        heard(&mut nearby, now, by_ana(3, name, HOUR));
    }
    assert_eq!(nearby.known.len(), MOST_INSTANCES);
    assert!(!heard(&mut nearby, now, by_ana(1, NAME, HOUR)));
    nearby.gone(&[0; 16]);
    assert!(heard(&mut nearby, now, by_ana(1, NAME, HOUR)));
}

#[test]
fn an_announcement_that_changes_all_the_time_is_not_looked_at_all_the_time() {
    let (now, mut nearby) = (Instant::now(), Nearby::default());
    let mut found = by_ana(3, NAME, HOUR);
    for number in 1..=MOST_LOOKS {
        found.addresses[0].set_port(number as u16);
        heard(&mut nearby, now, found.clone());
    }
    let right = by_ana(1, [1; 16], HOUR);
    assert!(!heard(&mut nearby, now, right.clone()));
    assert!(heard(&mut nearby, now + MINUTE, right));
}

proptest! {
    #[test]
    fn whatever_is_announced_is_read_as_it_would_be_written(
        name in "[0-9a-f]{30,34}",
        port: u16,
        lengths in prop::collection::vec((prop::sample::select(vec!["t0", "t1", "x"]), 0..140_usize), 0..4),
    ) {
        let bytes = [5; 140];
        let txt = lengths.iter().map(|(key, length)| (*key, &bytes[..*length]));
        if let Some(read) = Announcement::parse(&name, port, txt) {
            prop_assert_eq!(read.name(), name);
            prop_assert_eq!(parsed(&read), Some(read));
        }
    }
}
