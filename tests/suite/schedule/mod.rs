//! Working time: Monday to Friday, 9 to 17, in the installation's zone, unless a calendar says otherwise.

mod calendars;
mod hours;
mod oracle;

use jiff::{Timestamp, tz::TimeZone};
use turnstone::schedule::working_time::{Hours, after};

/// `from` and what `after` gives, both in `zone`, as `2026-11-20T16:00`.
fn later(zone: &str, from: &str, minutes: i64) -> String {
    let zone = TimeZone::get(zone).expect("a zone");
    let from: jiff::civil::DateTime = from.parse().expect("a local time");
    let from: Timestamp = from.to_zoned(zone.clone()).expect("an instant").timestamp();
    after(from, minutes, &Hours::usual(zone.clone())).to_zoned(zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

#[test]
fn within_a_day_it_is_plain_time() {
    assert_eq!(later("UTC", "2026-11-20T10:00", 90), "2026-11-20T11:30");
}

#[test]
fn what_is_left_on_friday_goes_on_on_monday() {
    assert_eq!(later("UTC", "2026-11-20T16:00", 8 * 60), "2026-11-23T16:00");
}

#[test]
fn a_weekend_and_a_night_count_nothing() {
    assert_eq!(later("Europe/Berlin", "2026-11-21T12:00", 60), "2026-11-23T10:00");
    assert_eq!(later("Europe/Berlin", "2026-11-23T20:00", 60), "2026-11-24T10:00");
    assert_eq!(later("Europe/Berlin", "2026-11-23T06:00", 60), "2026-11-23T10:00");
}

#[test]
fn a_full_day_ends_when_the_day_does() {
    assert_eq!(later("UTC", "2026-11-23T09:00", 8 * 60), "2026-11-23T17:00");
}

#[test]
fn the_weekend_on_which_clocks_change_changes_nothing() {
    assert_eq!(later("Europe/Berlin", "2026-10-23T16:30", 60), "2026-10-26T09:30");
    assert_eq!(later("America/New_York", "2026-03-06T16:30", 60), "2026-03-09T09:30");
}

#[test]
fn nonsense_neither_hangs_nor_panics() {
    let mut hours = Hours::usual(TimeZone::UTC);
    for from in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
        let _ = after(from, i64::from(i32::MAX), &hours);
        let _ = after(from, -5, &hours);
    }
    // Where nobody ever works, nothing runs out: not now, and not in the past.
    hours.week = Default::default();
    let never = after(Timestamp::UNIX_EPOCH, 1, &hours);
    assert!(never > Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 3_650), "{never}");
}
