//! The rule of a series, as far as people are told it.

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Each day.
    Day,
    /// Each week.
    Week,
    /// Each month.
    Month,
    /// Each year.
    Year,
}

/// A day on which it happens: 0 is Monday; of a month or year the so-many-th, counted from its end where negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct On {
    /// The day of the week, 0 to 6.
    pub weekday: usize,
    /// Which of them.
    pub nth: Option<i8>,
}

/// `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// The unit.
    pub every: Every,
    /// So many of them lie between two times; at least 1.
    pub interval: u32,
    /// The days; empty: that of the first time.
    pub on: Vec<On>,
    /// The last day: year, month, day.
    pub until: Option<(i16, u8, u8)>,
    /// How many times.
    pub count: Option<u32>,
}

/// So many days of a rule are told.
const DAYS: usize = 31;

/// Reads a rule; `None` for one that says nothing that people could be told.
pub fn read(rule: &str) -> Option<Repeats> {
    let part = |name: &str| {
        rule.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
    };
    let every = match part("FREQ") {
        "DAILY" => Every::Day,
        "WEEKLY" => Every::Week,
        "MONTHLY" => Every::Month,
        "YEARLY" => Every::Year,
        _ => return None,
    };
    Some(Repeats {
        every,
        interval: part("INTERVAL").parse().unwrap_or(1).max(1),
        on: part("BYDAY").split(',').filter_map(day).take(DAYS).collect(),
        until: date(part("UNTIL")),
        count: part("COUNT").parse().ok(),
    })
}

/// `MO` is Monday, `2TU` the 2nd Tuesday, `-1FR` the last Friday.
fn day(code: &str) -> Option<On> {
    let code = code.trim();
    let (number, code) = code.split_at_checked(code.len().checked_sub(2)?)?;
    let weekday = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|known| *known == code)?;
    let nth = if number.is_empty() { None } else { Some(number.parse().ok().filter(|nth| *nth != 0)?) };
    Some(On { weekday, nth })
}

fn date(text: &str) -> Option<(i16, u8, u8)> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = (rest.get(..2)?.parse().ok()?, rest.get(2..4)?.parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year.parse().ok()?, month, day))
}
