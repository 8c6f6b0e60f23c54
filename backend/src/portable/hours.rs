//! Calendars: from the file to the tables.

use std::collections::BTreeSet;

use super::{
    document::{CalendarText, Document},
    places::of,
};
use crate::{
    access::Actor,
    db::{CalendarId, QueueId, Ts, Tx},
    error::{Error, Result, say},
    queues::calendars,
    tickets::Moment,
};

/// Brings the calendars to what the document says. Which queues count otherwise now goes into `counts`. Those that come back
/// are to be retired once queues have chosen them: a queue may count by a calendar that is offered no more, and for as long
/// as it is chosen, it is.
pub(super) fn all_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (is, wanted): (&Document, &Document),
    counts: &mut BTreeSet<QueueId>,
    at: &Moment,
) -> Result<BTreeSet<CalendarId>> {
    make_way(tx, actor, wanted, at.ts())?;
    let changed: Vec<&CalendarText> =
        wanted.calendars.iter().filter(|calendar| !is.calendars.contains(calendar)).collect();
    let mut asleep = BTreeSet::new();
    for calendar in changed {
        let (id, by) = calendar_to(tx, actor, calendar, at).map_err(of("calendars", calendar))?;
        counts.extend(by);
        asleep.extend(Some(id).filter(|_| calendar.retired));
    }
    let names = calendars::names(tx)?;
    for queue in wanted.queues.iter().filter(|queue| !is.queues.contains(queue)) {
        let chosen = names.iter().find(|calendar| Some(&calendar.name) == queue.calendar.as_ref());
        if let Some(calendar) = chosen.filter(|calendar| calendar.is_retired())
            && asleep.insert(calendar.id)
        {
            calendars::retire(tx, actor, calendar.id, false, at.ts())?;
        }
    }
    Ok(asleep)
}

/// The installation's own calendar stays itself under whatever name. Where the file gives it the name of another one, and
/// that one the name that becomes free, they change names; where it says nothing of that one, the name is taken.
fn make_way(tx: &mut Tx<'_>, actor: &Actor, wanted: &Document, now: Ts) -> Result<()> {
    let names = calendars::names(tx)?;
    let own = wanted.calendars.iter().find(|calendar| calendar.own);
    let was = names.iter().find(|calendar| calendar.id == calendars::OWN);
    let (Some(own), Some(was)) = (own, was) else { return Ok(()) };
    let holder = names.iter().find(|calendar| calendar.id != calendars::OWN && calendar.name == own.name);
    let Some(holder) =
        holder.filter(|_| wanted.calendars.iter().any(|other| !other.own && other.name == was.name))
    else {
        return Ok(());
    };
    let aside = (1..).map(|n: u32| format!("({n})")).find(|free| names.iter().all(|one| &one.name != free));
    let mut rename = |id: CalendarId, name: String| {
        let change = calendars::Change { name, ..calendars::Change::of(&calendars::get(tx, id)?) };
        calendars::change_uncounted(tx, actor, id, &change, now).map(|_| ())
    };
    rename(calendars::OWN, aside.unwrap_or_default())?;
    rename(holder.id, was.name.clone())
}

fn calendar_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    text: &CalendarText,
    at: &Moment,
) -> Result<(CalendarId, Vec<QueueId>)> {
    let mut change = calendars::Change {
        name: text.name.clone(),
        time_zone: text.time_zone.clone().unwrap_or_default(),
        holidays: text.holidays.join("\n"),
        ..calendars::Change::default()
    };
    for (day, written) in &text.hours {
        let place = calendars::DAYS.iter().position(|known| known == day);
        let place = place.and_then(|at| change.hours.get_mut(at));
        *place.ok_or_else(|| Error::invalid("hours", say!("refused-weekday", name = day)))? = written.clone();
    }
    let same = |calendar: &calendars::Named| calendar.name == text.name;
    let id = match text.own {
        true => Some(calendars::OWN),
        false => calendars::names(tx)?.into_iter().find(same).map(|calendar| calendar.id),
    };
    let (calendar, by) = match id {
        Some(id) => calendars::change_uncounted(tx, actor, id, &change, at.ts())?,
        None => (calendars::create(tx, actor, &change, at)?, Vec::new()),
    };
    if calendar.retired {
        calendars::retire(tx, actor, calendar.id, false, at.ts())?;
    }
    Ok((calendar.id, by))
}
