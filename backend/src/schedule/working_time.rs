//! Working time of the built-in calendar: Monday to Friday, 9 to 17 o'clock in the installation's zone.

use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, Weekday, time},
    tz::TimeZone,
};

/// A moment further away than this many days is not looked for.
const HORIZON_DAYS: u32 = 3_660;

/// The moment at which `minutes` of working time have passed since `from`.
///
/// Counts elapsed time, so that a day on which the clocks change is as long as it really is.
pub fn after(from: Timestamp, minutes: i64, zone: &TimeZone) -> Timestamp {
    let mut left = SignedDuration::from_mins(minutes.max(0));
    let mut day = from.to_zoned(zone.clone()).date();
    for _ in 0..HORIZON_DAYS {
        if let Some((opens, closes)) = hours(day, zone) {
            let begin = opens.max(from);
            let here = closes.duration_since(begin);
            if here >= left && here.is_positive() {
                return begin.checked_add(left).unwrap_or(closes);
            }
            if here.is_positive() {
                left -= here;
            }
        }
        match day.checked_add(1.day()) {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    from
}

/// When work begins and ends on a day, if it is a working day.
fn hours(day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        return None;
    }
    let instant = |hour: i8| {
        day.to_datetime(time(hour, 0, 0, 0)).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
    };
    Some((instant(9)?, instant(17)?))
}
