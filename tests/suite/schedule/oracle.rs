//! Working time, held against a clock that is looked at minute by minute.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use turnstone::schedule::working_time::{Hours, Span, Week, after};

/// Zones with hours that are left out or come twice, also at midnight, by half an hour, and in the south.
const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Chatham",
];
/// How far the minutes are walked.
const DAYS: i64 = 21;

/// The same numbers each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

fn spans(numbers: &mut Numbers) -> Vec<Span> {
    let mut edges: BTreeSet<u16> = BTreeSet::new();
    for _ in 0..numbers.below(4) * 2 {
        edges.insert(numbers.below(1_441) as u16);
    }
    let edges: Vec<u16> = edges.into_iter().collect();
    edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Counts the minutes at whose beginning the clock on the wall shows working time.
fn walked(from: Timestamp, minutes: i64, hours: &Hours) -> Option<Timestamp> {
    let mut left = minutes;
    for minute in 0..DAYS * 1_440 {
        let at = from + SignedDuration::from_mins(minute);
        let wall = at.to_zoned(hours.zone.clone());
        let of_day = wall.hour() as u16 * 60 + wall.minute() as u16;
        let day = &hours.week.0[wall.weekday().to_monday_zero_offset() as usize];
        let off = hours.once.contains(&wall.date()) || hours.yearly.contains(&(wall.month(), wall.day()));
        if !off && day.iter().any(|(opens, closes)| (*opens..*closes).contains(&of_day)) {
            left -= 1;
            if left == 0 {
                return Some(at + SignedDuration::from_mins(1));
            }
        }
    }
    None
}

#[test]
fn working_time_is_what_a_clock_on_the_wall_counts() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut reached = 0;
    for round in 0..270_usize {
        let zone = TimeZone::get(ZONES[round % ZONES.len()]).expect("a zone");
        // Most begin shortly before a night on which clocks change.
        let year = 2_020 + numbers.below(12) as i16;
        let begin = Date::new(year, 1, 1).unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        let changes: Vec<Timestamp> =
            zone.following(begin).take(2).map(|change| change.timestamp()).collect();
        let about = changes.get(numbers.below(3) as usize).copied().unwrap_or(begin);
        let about = Timestamp::from_second(about.as_second().div_euclid(60) * 60).unwrap();
        let from = about - SignedDuration::from_mins(numbers.below(4_000) as i64);
        let first = from.to_zoned(zone.clone()).date();
        let once: BTreeSet<Date> = (0..numbers.below(4))
            .map(|_| first.checked_add(jiff::Span::new().days(numbers.below(14) as i64)).unwrap())
            .collect();
        let other = first.checked_add(jiff::Span::new().days(3)).unwrap();
        let yearly = BTreeSet::from([(other.month(), other.day())]);
        let week = Week(std::array::from_fn(|_| spans(&mut numbers)));
        let hours = Hours { zone, week, once, yearly };
        let minutes = 1 + numbers.below(2_500) as i64;
        let found = after(from, minutes, &hours);
        match walked(from, minutes, &hours) {
            Some(expected) => {
                reached += 1;
                assert_eq!(found, expected, "round {round}: {minutes} minutes from {from} by {hours:?}");
            }
            None => assert!(found > from + SignedDuration::from_hours(24 * DAYS), "round {round}: {found}"),
        }
        // Nothing that is counted is counted twice, and later work ends later.
        let stretches: Vec<_> = hours.stretches(from).take(40).collect();
        assert!(stretches.iter().all(|(begins, ends)| begins < ends), "round {round}");
        assert!(stretches.windows(2).all(|pair| pair[0].1 <= pair[1].0), "round {round}: {stretches:?}");
        assert!(after(from, minutes + 1, &hours) > found || hours.week.is_empty(), "round {round}");
    }
    assert!(reached > 150, "only {reached} rounds were counted to the end");
}
