//! Reports: what happened in a period, as charts, tables and files for spreadsheets.

pub mod chart;
mod csv;
mod page;

pub use csv::csv;
pub use page::{Charts, page};

use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;

use super::gate::Asker;
use crate::{
    db::{Conn, QueueId, Right},
    error::{Error, Result, say},
    i18n::Language,
    queues::{self, Queue},
    reports::{Period, Sight},
};

/// So many days where nobody says otherwise.
const DAYS: i32 = 14;

/// Which period and queue, as the address says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// `YYYY-MM-DD`, the first day.
    from: String,
    /// `YYYY-MM-DD`, the last day.
    to: String,
    /// A queue's key; empty for all.
    queue: String,
}

/// A wish that was understood.
struct Question {
    period: Period,
    sight: Sight,
    queue: Option<QueueId>,
    /// Why the period is not the one that was asked for.
    problem: Option<String>,
}

impl Wish {
    fn read(&self, asker: &Asker) -> Question {
        let zone = &asker.reader.zone;
        let today = asker.reader.now.to_zoned(zone.clone()).date();
        let usual = || Period::ending(today, DAYS, zone.clone());
        let queue = self.queue.parse::<QueueId>().ok();
        let (period, problem) = match self.period(today, zone) {
            Ok(period) => (period, None),
            Err(error) => (usual(), Some(told(&error, &asker.reader.language))),
        };
        Question { period, sight: Sight::of(&asker.actor, queue), queue, problem }
    }

    fn period(&self, today: Date, zone: &TimeZone) -> Result<Period> {
        let to = day("to", &self.to)?.unwrap_or(today);
        match day("from", &self.from)? {
            Some(from) => Period::new(from, to, zone.clone()),
            None => Ok(Period::ending(to, DAYS, zone.clone())),
        }
    }
}

fn day(field: &str, text: &str) -> Result<Option<Date>> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::invalid(field, say!("refused-day"))),
    }
}

fn told(error: &Error, language: &Language) -> String {
    match error {
        Error::Invalid(fields) => {
            fields.iter().map(|field| field.message.in_language(language)).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

// The queues whose figures he may see, retired ones included: they have a past.
fn readable(conn: &mut Conn, asker: &Asker) -> Result<Vec<Queue>> {
    let mut all = queues::all(conn)?;
    all.retain(|queue| asker.actor.scope.in_queue(queue.id).has(Right::Read));
    Ok(all)
}
