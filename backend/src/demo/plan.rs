//! When what happens: each story gets a beginning in the last weeks, and each step a moment at which people work.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::cast::{CUSTOMERS, Customer};
use super::dice::Dice;
use super::story::{End, Story, Told, Who};

/// How far back the demo reaches.
const WEEKS: i64 = 5;
/// How often a story is told, by how it ends: most of a helpdesk's tickets are done.
const CLOSED_TIMES: usize = 4;

/// A story that happens to somebody at a certain time.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) customer: &'static Customer,
    pub(super) told: Told,
    pub(super) queue: String,
    pub(super) end: End,
    pub(super) html: bool,
    pub(super) auto: bool,
    pub(super) priority: Option<i32>,
    pub(super) attachment: Option<String>,
    /// Sent to the wrong address at first.
    pub(super) astray: bool,
    /// Of the steps that had happened by now.
    times: Vec<Timestamp>,
}

impl Case {
    /// Whether this is the last step of the whole story, and not only the last until now.
    pub(super) fn is_last(&self, step: usize) -> bool {
        step + 1 == self.told.steps.len()
    }
}

/// One thing to do, ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub(super) at: Timestamp,
    pub(super) case: usize,
    pub(super) step: usize,
}

/// The past as a list of cases and a queue of what happens in them.
pub(super) struct Plan {
    pub(super) cases: Vec<Case>,
    due: BinaryHeap<Reverse<Due>>,
}

impl Plan {
    /// Plans the weeks before `now`.
    pub(super) fn new(stories: &[Story], now: Timestamp, dice: &mut Dice) -> Self {
        let mut cases = Vec::new();
        for story in stories {
            let times = if story.end == End::Closed { CLOSED_TIMES } else { 1 };
            // One of several began lately and is still under way.
            cases.extend(
                (0..times).map(|time| case(story, time == 0 && times > 1 && dice.chance(60), now, dice)),
            );
        }
        cases.sort_by_key(|case| case.times.first().copied());
        let steps = cases.iter().enumerate().flat_map(|(index, case)| {
            case.times.iter().enumerate().map(move |(step, at)| Reverse(Due { at: *at, case: index, step }))
        });
        let due = steps.collect();
        Self { cases, due }
    }

    /// The next thing that happens.
    pub(super) fn next(&mut self) -> Option<Due> {
        self.due.pop().map(|Reverse(due)| due)
    }
}

fn case(story: &Story, lately: bool, now: Timestamp, dice: &mut Dice) -> Case {
    let customer = dice.pick(CUSTOMERS);
    let begin = beginning(story, lately, now, dice);
    let told = story.tell(customer, weekday_before(begin, dice), dice);
    let mut times = vec![begin];
    let mut at = begin;
    for step in told.steps.iter().skip(1) {
        // People are not clocks: between two thirds and one and a half of the time in the script.
        let wait = step.after.as_secs() * dice.between(67, 150) / 100;
        at = later(at, SignedDuration::from_secs(wait));
        if step.who != Who::Customer {
            at = at_work(at, dice);
        }
        if at >= now {
            break;
        }
        times.push(at);
    }
    Case {
        customer,
        told,
        queue: story.queue.clone(),
        end: story.end,
        html: story.html,
        auto: story.auto,
        priority: story.priority,
        attachment: story.attachment.clone(),
        astray: story.queue != "Support" && dice.chance(12),
        times,
    }
}

/// When the first mail came: so that finished stories had time to finish (unless they began lately), and new ones
/// are new.
fn beginning(story: &Story, lately: bool, now: Timestamp, dice: &mut Dice) -> Timestamp {
    let span = story.steps().map(|step| step.after.as_secs()).sum::<i64>();
    let hour = 3_600;
    let seconds_ago = match story.end {
        End::New => dice.between(hour / 4, 20 * hour),
        End::Open => span * 13 / 10 + dice.between(hour / 2, 90 * hour),
        End::Closed if lately => dice.between(hour, 80 * hour),
        End::PendingDays(_) => span * 13 / 10 + dice.between(2 * hour, 30 * hour),
        End::Closed => span * 15 / 10 + dice.between(30 * hour, WEEKS * 7 * 24 * hour),
    };
    let at = later(now, SignedDuration::from_secs(-seconds_ago));
    // Mail comes at any hour, but mostly by day; a new one stays where it is so as not to lie in the future.
    if story.end != End::New && !lately && dice.chance(80) { by_day(at, dice) } else { at }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

fn zoned(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::UTC)
}

/// Out of the night, into the morning after it.
fn by_day(at: Timestamp, dice: &mut Dice) -> Timestamp {
    match i64::from(zoned(at).hour()) {
        hour @ 0..=6 => later(at, SignedDuration::from_mins((7 - hour) * 60 + dice.between(0, 90))),
        _ => at,
    }
}

/// The next moment at which somebody is in the office, if this one is not.
fn at_work(at: Timestamp, dice: &mut Dice) -> Timestamp {
    let mut at = at;
    loop {
        let local = zoned(at);
        let hour = i64::from(local.hour());
        let weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
        at = if weekend || hour >= 18 {
            later(at, SignedDuration::from_mins((24 - hour) * 60 - i64::from(local.minute())))
        } else if hour < 8 {
            return later(at, SignedDuration::from_mins((8 - hour) * 60 + dice.between(0, 100)));
        } else {
            return at;
        };
    }
}

/// The name of a day shortly before.
fn weekday_before(at: Timestamp, dice: &mut Dice) -> &'static str {
    match zoned(later(at, SignedDuration::from_hours(-24 * dice.between(1, 5)))).weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
