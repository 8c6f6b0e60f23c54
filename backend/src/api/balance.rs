//! The balance of mail, day by day: what came in and went out, and what became of it. Needs the right to see the recorder.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Data};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    gate::Caller,
    page::{List, Params},
    problem::Answer,
};
use crate::{
    db::Ts,
    desk::Desk,
    error::{Error, Result},
    outbox::balance as outgoing,
    postmaster::balance as inbound,
};

/// So many days at most.
const MOST: i32 = 31;

/// Which days.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// The last day, YYYY-MM-DD in the installation's zone; today where missing.
    day: Option<String>,
    /// How many days up to it, 1 to 31; 1 where missing.
    days: Option<String>,
}

/// The balance of one day. Of each line the first number is the sum of all others.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub struct BalanceView {
    /// The day in the installation's zone.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// What came in, by the way it came.
    pub received: Vec<ReceivedView>,
    /// What went out, by its kind.
    pub written: Vec<WrittenView>,
}

/// Mails that came on one way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Received)]
pub struct ReceivedView {
    /// smtp, lmtp, deliver, the name of a mailbox.
    pub source: String,
    /// All that came.
    pub received: i64,
    /// Opened a ticket.
    pub new: i64,
    /// Joined a ticket.
    pub follow_up: i64,
    /// Was there before.
    pub duplicate: i64,
    /// Deliberately not filed.
    pub ignored: i64,
    /// Waits for a person.
    pub quarantined: i64,
    /// Waits to be processed.
    pub waiting: i64,
    /// Why mails were ignored or put aside, and how many.
    pub reasons: BTreeMap<String, i64>,
}

/// Mails of one kind that were written.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Written)]
pub struct WrittenView {
    /// reply, auto_response, notification.
    pub kind: String,
    /// All that was written.
    pub written: i64,
    /// The relay took it.
    pub sent: i64,
    /// It came back.
    pub bounced: i64,
    /// The relay refused it, or was away for too long.
    pub failed: i64,
    /// Its author took it back.
    pub cancelled: i64,
    /// It is on its way.
    pub waiting: i64,
}

/// What came in and went out, the newest day first.
#[utoipa::path(get, path = "/balance", tag = "mail", params(Wish), responses((status = 200, body = List<BalanceView>)))]
pub async fn get(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let zone = desk.config.time_zone.clone();
    let today = desk.clock.now().to_zoned(zone.clone()).date();
    let (last, count) = (day(wish.day.as_deref())?.unwrap_or(today), days(wish.days.as_deref())?);
    let list = desk
        .db
        .read(move |conn| {
            let mut items = Vec::new();
            for ago in 0..count {
                let Some((day, from, to)) =
                    last.checked_sub(ago.days()).ok().and_then(|day| span(day, &zone))
                else {
                    break;
                };
                let received = inbound::received(conn, &caller.actor, from, to)?;
                let written = outgoing::written(conn, &caller.actor, from, to)?;
                items.push(BalanceView {
                    day,
                    received: received.into_iter().map(ReceivedView::from).collect(),
                    written: written.into_iter().map(WrittenView::from).collect(),
                });
            }
            Ok(List::whole(items))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A day that an address names.
///
/// # Errors
/// [`Error::Invalid`] for what is no day.
pub(super) fn day(text: Option<&str>) -> Result<Option<Date>> {
    let wrong = |_| Error::invalid("day", "This is not a day. It looks like 2026-11-26.");
    text.map(|text| text.parse::<Date>().map_err(wrong)).transpose()
}

fn days(text: Option<&str>) -> Result<i32> {
    let Some(text) = text else { return Ok(1) };
    match text.parse() {
        Ok(days) if (1..=MOST).contains(&days) => Ok(days),
        _ => Err(Error::invalid("days", format!("This is not a number from 1 to {MOST}."))),
    }
}

/// When a day begins and ends.
pub(super) fn span(day: Date, zone: &TimeZone) -> Option<(Date, Ts, Ts)> {
    let begin = day.to_zoned(zone.clone()).ok()?;
    let end = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Some((day, Ts(begin.timestamp()), Ts(end.timestamp())))
}

impl From<(String, inbound::Balance)> for ReceivedView {
    fn from((source, it): (String, inbound::Balance)) -> Self {
        Self {
            source,
            received: it.received,
            new: it.new,
            follow_up: it.follow_up,
            duplicate: it.duplicate,
            ignored: it.ignored,
            quarantined: it.quarantined,
            waiting: it.waiting,
            reasons: it.reasons,
        }
    }
}

impl From<(String, outgoing::Balance)> for WrittenView {
    fn from((kind, it): (String, outgoing::Balance)) -> Self {
        Self {
            kind,
            written: it.written,
            sent: it.sent,
            bounced: it.bounced,
            failed: it.failed,
            cancelled: it.cancelled,
            waiting: it.waiting,
        }
    }
}
