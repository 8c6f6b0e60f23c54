//! The bin: what was deleted or marked as spam, and the way back.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use super::list::{self, subject};
use crate::access::{self, Full};
use crate::db::{AgentId, BinReason, Right, State};
use crate::error::Error;
use crate::queues;
use crate::settings;
use crate::tickets::list::{Cursor, Filter};
use crate::tickets::{bin, list as tickets, view};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;

/// Where the list begins.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    cursor: Option<String>,
}

#[derive(Serialize)]
struct BinView {
    rows: Vec<Row>,
    days: u16,
    first_url: Option<String>,
    next_url: Option<String>,
}

#[derive(Serialize)]
struct Row {
    number: String,
    url: String,
    subject: String,
    customer: String,
    queue: String,
    reason: String,
    who: String,
    at: Option<jiff::Timestamp>,
    until: Option<jiff::Timestamp>,
    restore: bool,
}

/// `GET /tickets/bin`: what lies in the bin, the last deleted first, as far as one may read it.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let (wish, given) = (wish.into_inner(), web.config.limits);
    show(&web, &signed, "tickets/bin.html", move |conn, asker| {
        let days = settings::limits(conn, &given)?.bin_days;
        let filter = Filter { state: Some(State::Removed), ..Filter::default() };
        let after = wish.cursor.as_deref().map(str::parse::<Cursor>).transpose()?;
        let size = i64::from(asker.actor.agent.page_size);
        let (found, next) = tickets::page(conn, &asker.actor, &filter, after, size)?;
        let ids: Vec<_> = found.iter().map(|row| row.ticket.id).collect();
        let binned = bin::of_all(conn, &ids)?;
        let people: Vec<AgentId> = binned.iter().filter_map(|row| row.agent_id).collect();
        let names = view::agents(conn, &people)?;
        let all = queues::all(conn)?;
        let language = &asker.reader.language;
        let row = |ticket: &crate::tickets::Ticket| {
            let row = binned.iter().find(|row| row.ticket_id == ticket.id);
            let who = row.and_then(|row| row.agent_id).and_then(|id| names.get(&id));
            Row {
                number: ticket.number.clone(),
                url: ticket_page(&ticket.number),
                subject: subject(ticket, &asker.reader),
                customer: ticket.customer_address.clone(),
                queue: all
                    .iter()
                    .find(|queue| queue.id == ticket.queue_id)
                    .map_or_else(String::new, |queue| queue.name.clone()),
                reason: row.map_or_else(
                    || language.tr("bin-gone-short"),
                    |row| language.tr(&format!("bin-reason-{}", row.reason)),
                ),
                who: who.map_or_else(String::new, |(_, name)| name.clone()),
                at: row.map(|row| row.removed_at.0),
                until: row.and_then(|row| bin::until(row, days)),
                restore: row.is_some()
                    && asker.actor.scope.on_ticket(ticket, asker.actor.agent.id).has(Right::Full),
            }
        };
        let view = BinView {
            rows: found.iter().map(|found| row(&found.ticket)).collect(),
            days,
            first_url: wish.cursor.as_ref().map(|_| "/tickets/bin".to_owned()),
            next_url: next
                .map(|cursor| format!("/tickets/bin?{}", super::page::query("cursor", &cursor.to_string()))),
        };
        Ok(Page::new("bin", view))
    })
    .await
}

/// Why it goes there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    reason: String,
}

/// `POST /tickets/{number}/removal`: into the bin. What is on the page is gone then: on to the queue's list.
pub async fn create(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Reason>) -> Answer {
    let (number, at, asker) = (number.into_inner(), web.moment(), signed.clone());
    let reason: BinReason = form.0.reason.parse().map_err(|text: String| Error::invalid("reason", text))?;
    let own = number.clone();
    let queue = web
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Full>(tx, &asker.actor, &own)?;
            bin::remove(tx, &mut access, reason, &at)?;
            Ok(access.ticket().queue_id)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&ticket_page(&number)))?;
    Ok(see_other(&list::address(Some(queue), list::place::View::All)))
}

/// `POST /tickets/{number}/removal/end`: out of it again.
pub async fn end(web: Data<Web>, signed: Signed, number: Path<String>, _form: Posted<Nothing>) -> Answer {
    let (number, at, asker) = (number.into_inner(), web.moment(), signed.clone());
    let own = number.clone();
    web.db
        .write(move |tx| {
            let mut access = access::for_restore(tx, &asker.actor, &own)?;
            bin::restore(tx, &mut access, &at)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&ticket_page(&number)))?;
    Ok(see_other(&ticket_page(&number)))
}
