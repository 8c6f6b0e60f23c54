//! The list from which a ticket was opened: it stays beside the ticket, and goes along with what is done to it. Its address
//! travels as `in`, without the part before the question mark, so that a link says all and a reload changes nothing.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::list::{self, Shown};
use crate::access;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::habits;
use crate::tickets::Ticket;
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::view::RowView;

/// So many tickets of the following page are looked at where a page ends.
const BEYOND: i64 = 25;

/// The list beside a ticket.
#[derive(Serialize)]
pub struct Beside {
    title: String,
    /// The list on a page of its own.
    url: String,
    /// This page, to come back to.
    here: String,
    /// Whether it is shown on a wide screen.
    on: bool,
    rows: Vec<RowView>,
    dense: bool,
    first_url: Option<String>,
    next_url: Option<String>,
    /// The neighbours of the ticket in it.
    before: Option<String>,
    after: Option<String>,
}

/// The address of a ticket in a list; `query` is what the address of the list says.
pub fn along(query: &str) -> String {
    format!("?{}", super::page::query("in", query))
}

/// The same behind another pair of the address's query; nothing without a list.
pub fn also(query: Option<&str>) -> String {
    query.map_or_else(String::new, |query| along(query).replacen('?', "&", 1))
}

/// What the address of a list says, as it goes along.
pub fn query_of(list: &str) -> &str {
    list.split_once('?').map_or("", |(_, query)| query)
}

/// The list that goes along with a request, if any.
pub fn of(request: &HttpRequest) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "in").map(|(_, query)| query.into_owned())
}

/// After a form of a ticket's page: where it leads to a ticket, the list goes along.
pub fn keep(request: &HttpRequest, answer: &mut HttpResponse<impl actix_web::body::MessageBody>) {
    if answer.status() != StatusCode::SEE_OTHER || request.method().is_safe() {
        return;
    }
    let Some(query) = of(request) else { return };
    let place = answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
    let Some(place) = place.and_then(|place| with_list(place, &query)) else { return };
    if let Ok(place) = header::HeaderValue::from_str(&place) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
}

/// Where a refused request leads back to: to a ticket with the list that went along.
pub fn back(request: &HttpRequest, place: &str) -> String {
    let kept = of(request).and_then(|query| with_list(place, &query));
    kept.unwrap_or_else(|| place.to_owned())
}

fn with_list(place: &str, query: &str) -> Option<String> {
    let (page, article) = place.split_once('#').map_or((place, ""), |(page, at)| (page, at));
    let number = page.strip_prefix("/tickets/")?;
    let is_ticket = !number.is_empty() && number.starts_with(|c: char| c.is_ascii_digit());
    if !is_ticket || number.contains('/') || number.contains("?in=") {
        return None;
    }
    let at = if article.is_empty() { String::new() } else { format!("#{article}") };
    let more = along(query);
    let more = if number.contains('?') { more.replacen('?', "&", 1) } else { more };
    Some(format!("{page}{more}{at}"))
}

/// The list beside a ticket by itself.
#[derive(Serialize)]
struct Alone {
    ticket: Number,
    beside: Option<Beside>,
}

#[derive(Serialize)]
struct Number {
    number: String,
}

/// `GET /tickets/{number}/beside`: the list that goes along and the counters, for when something else than the ticket
/// changed.
pub async fn page(web: Data<Web>, signed: Signed, number: Path<String>, request: HttpRequest) -> Answer {
    let (number, query) = (number.into_inner(), of(&request));
    show(&web, &signed, "tickets/beside.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        let queue = access.ticket().queue_id;
        let (beside, at) = match load(conn, asker, query.as_deref(), &number)? {
            Some((beside, at)) => (Some(beside), at),
            None => (None, format!("q{queue}")),
        };
        Ok(Page::new(at, Alone { ticket: Number { number }, beside }))
    })
    .await
}

/// The list of an address, `None` where it is none or not for this agent's eyes.
pub fn shown(conn: &mut Conn, asker: &Asker, query: &str) -> Result<Option<Shown>> {
    match list::shown(conn, asker, query) {
        Ok(shown) => Ok(Some(shown)),
        // A ticket opens, whatever is wrong with the list.
        Err(Error::NotFound | Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Loads the list with the neighbours of this ticket, and which entry of the sidebar it is.
pub fn load(
    conn: &mut Conn,
    asker: &Asker,
    query: Option<&str>,
    number: &str,
) -> Result<Option<(Beside, String)>> {
    let Some(query) = query else { return Ok(None) };
    let Some(shown) = shown(conn, asker, query)? else { return Ok(None) };
    let Shown { title, at, queues, rows, url, first_url, next_url, .. } = &shown;
    let query = query_of(url);
    let (before, after) = neighbours(conn, asker, &shown, number)?;
    let on = habits::of(conn, asker.actor.agent.id)?.list_beside;
    let mut views = if on { list::rows(conn, rows, queues, &asker.reader)? } else { Vec::new() };
    for row in &mut views {
        row.url.push_str(&along(query));
    }
    let beside = Beside {
        title: title.clone(),
        here: format!("/tickets/{number}{}", along(query)),
        on,
        rows: views,
        dense: asker.actor.agent.dense_rows,
        url: url.clone(),
        first_url: first_url.clone(),
        next_url: next_url.clone(),
        before,
        after,
    };
    Ok(Some((beside, at.clone())))
}

/// The tickets around this one. One that is no longer in the list stands before its first.
fn neighbours(
    conn: &mut Conn,
    asker: &Asker,
    shown: &Shown,
    number: &str,
) -> Result<(Option<String>, Option<String>)> {
    let here = shown.rows.iter().position(|row| row.ticket.number == number);
    let query = query_of(&shown.url);
    let link = |row: Option<&crate::tickets::list::Row>| {
        row.map(|row| format!("/tickets/{}{}", row.ticket.number, along(query)))
    };
    let before = here.and_then(|at| at.checked_sub(1)).and_then(|at| shown.rows.get(at));
    let after = shown.rows.get(here.map_or(0, |at| at + 1));
    if after.is_some() || here.is_none() {
        return Ok((link(before), link(after)));
    }
    let beyond = beyond(conn, asker, shown, 1)?;
    Ok((link(before), beyond.into_iter().next().map(|(_, url)| url)))
}

/// The tickets of the next page, each with its address there.
fn beyond(conn: &mut Conn, asker: &Asker, shown: &Shown, most: i64) -> Result<Vec<(Ticket, String)>> {
    let Some(next) = &shown.next_url else { return Ok(Vec::new()) };
    let rows = list::next_of(conn, asker, shown, most)?;
    let url = |ticket: &Ticket| format!("/tickets/{}{}", ticket.number, along(query_of(next)));
    Ok(rows
        .into_iter()
        .map(|row| (url(&row.ticket), row.ticket))
        .map(|(url, ticket)| (ticket, url))
        .collect())
}

/// The tickets of a list in the order in which they are offered once this one is done: from its place downwards, then
/// those above it.
pub fn ahead(conn: &mut Conn, asker: &Asker, shown: &Shown, number: &str) -> Result<Vec<String>> {
    let me = asker.actor.agent.id;
    let free = |ticket: &Ticket| ticket.number != number && !ticket.is_locked_by_other(me);
    let here = shown.rows.iter().position(|row| row.ticket.number == number);
    let (above, below) = shown.rows.split_at_checked(here.unwrap_or(0)).unwrap_or_default();
    let query = query_of(&shown.url);
    let of_page = |rows: &[crate::tickets::list::Row]| -> Vec<String> {
        let rows = rows.iter().map(|row| &row.ticket).filter(|ticket| free(ticket));
        rows.map(|ticket| format!("/tickets/{}{}", ticket.number, along(query))).collect()
    };
    let mut ahead = of_page(below);
    if ahead.is_empty() {
        let beyond = beyond(conn, asker, shown, BEYOND)?;
        ahead.extend(beyond.into_iter().filter(|(ticket, _)| free(ticket)).map(|(_, url)| url));
    }
    ahead.extend(of_page(above));
    Ok(ahead)
}
