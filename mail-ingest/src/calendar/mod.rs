//! Calendar parts (RFC 5545 and 5546): what meeting, when, where and with whom, for people to read.

mod parse;
pub mod rule;
mod text;

pub use parse::parse;
pub use text::to_text;

/// What a calendar part asks of its reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Come, or here is the new time.
    Request,
    /// It does not take place.
    Cancel,
    /// Somebody says whether he comes.
    Reply,
    /// Somebody proposes another time.
    Counter,
    /// Take note.
    #[default]
    Publish,
}

/// A calendar part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// What is asked.
    pub method: Method,
    /// The meetings and tasks, at most fifty.
    pub events: Vec<Event>,
}

/// A meeting or a task. All texts are plain, without control characters; nothing in them is to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What it is called, one line.
    pub summary: String,
    /// Where, one line.
    pub location: String,
    /// More about it.
    pub description: String,
    /// A web page of it, http or https.
    pub url: String,
    /// When it begins.
    pub start: Option<When>,
    /// When it ends (for whole days: the last of them), or when a task is due.
    pub end: Option<When>,
    /// Who invites.
    pub organiser: Option<Attendee>,
    /// Who is invited, at most a hundred.
    pub attendees: Vec<Attendee>,
    /// The rule of a series, as written (`FREQ=WEEKLY;BYDAY=MO`).
    pub rule: String,
    /// The meeting was cancelled.
    pub cancelled: bool,
}

/// A date, mostly with a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Year, month, day: a day that exists.
    pub date: (i16, u8, u8),
    /// Hour and minute; `None` for whole days.
    pub time: Option<(u8, u8)>,
    /// The zone as the mail names it, `UTC`, or empty where it names none.
    pub zone: String,
}

/// Somebody who is invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendee {
    /// As the calendar names him, or empty.
    pub name: String,
    /// His address, or empty.
    pub address: String,
    /// What he answered.
    pub answer: Answer,
}

/// An answer to an invitation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// None yet.
    #[default]
    None,
    /// He comes.
    Accepted,
    /// He does not come.
    Declined,
    /// He may come.
    Tentative,
}

/// The day of the week of a date, Monday first.
pub fn weekday(date: (i16, u8, u8)) -> usize {
    let (year, month, day) = (i32::from(date.0), i32::from(date.1), i32::from(date.2));
    // Days since 1 March of year 0, after Howard Hinnant.
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year;
    usize::try_from((days + 2).rem_euclid(7)).unwrap_or(0)
}
