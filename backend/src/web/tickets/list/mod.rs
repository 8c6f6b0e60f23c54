//! The list: by queue and view, the last changed first, with a mark on what is new.

pub mod place;

use std::collections::HashMap;

use actix_web::web::{Data, Query};
use serde::Serialize;

pub use self::place::Wish;
use self::place::{Chip, Place, View, chips, says_state};
use super::beside;
use crate::access::Actor;
use crate::db::{AgentId, Conn, QueueId, Right, TicketId};
use crate::error::{Error, Result};
use crate::queues::{self, Queue};
use crate::search::{self, Search, language, views};
use crate::tickets::list::{self, Count, Cursor, Row, Sort};
use crate::tickets::{Ticket, summary, view};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show_within};
use crate::web::state::Web;
use crate::web::times::Reader;
use crate::web::view::{Choice, Face, PriorityView, RowView, StateView, Tab};

/// So many tickets are asked for at once where all of a list are meant.
const WHOLE: i64 = 200;

#[derive(Serialize)]
struct ListView {
    title: String,
    /// How many there are in all, where the view is all of them.
    open: String,
    here: String,
    new_url: String,
    tabs: Vec<Tab>,
    /// What narrows the list down, part by part.
    chips: Vec<Chip>,
    q: String,
    /// What is wrong with it.
    error: String,
    /// Fields that go along when something else is typed.
    kept: Vec<(&'static str, String)>,
    sort: String,
    sorts: Vec<Choice>,
    rows: Vec<RowView>,
    dense: bool,
    /// The same as a search, to be kept.
    as_search: String,
    order: &'static str,
    /// The view of the sidebar that is shown, where it may be taken away.
    pinned: Option<i64>,
    targets: Vec<Target>,
    first_url: Option<String>,
    next_url: Option<String>,
    /// What a bulk act did, once.
    done: String,
}

/// A queue to move tickets into.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// Its key.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// `GET /tickets`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    let load = move |conn: &mut Conn, asker: &Asker| load(conn, asker, &wish);
    let shown = show_within(&web, &signed, search::TIME, "tickets/list.html", load).await?;
    Ok(shown.ok_or_else(search::too_slow)?)
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<Page<ListView>> {
    let actor = &asker.actor;
    let language = &asker.reader.language;
    let all = queues::all(conn)?;
    let mut place = Place::read(wish)?;
    // A queue of which one may see nothing does not exist.
    let chosen = match place.queue {
        Some(id) if actor.scope.in_queue(id).has(Right::Read) => Some(find(&all, id)?),
        Some(_) => return Err(Error::NotFound),
        None => None,
    };
    let found = match narrowed(conn, asker, &mut place, wish) {
        Ok(found) => found,
        // What was typed wrongly is said above an empty list, and stays to be corrected.
        Err(Error::Invalid(fields)) if fields.iter().all(|field| field.field == "q") => {
            let told: Vec<_> = fields.iter().map(|field| field.message.in_language(language)).collect();
            Found { error: told.join(" "), ..Found::default() }
        }
        Err(error) => return Err(error),
    };
    let here = place.url(wish.cursor.as_deref());
    let mut rows = rows(conn, &found.rows, &all, &asker.reader)?;
    for row in &mut rows {
        row.url.push_str(&beside::along(beside::query_of(&here)));
    }
    let counts = list::counts(conn, &actor.scope)?;
    let pinned = pinned(conn, asker, &place)?;
    let as_search = place.as_search(chosen.map(|queue| queue.name.as_str()));
    let view = ListView {
        title: pinned.as_ref().map_or_else(|| title(chosen, &place, asker), |view| view.name.clone()),
        open: match place.view == View::All && place.q.is_empty() {
            true => language.tr_count("open-count", sum(&counts, place.queue).active),
            false => String::new(),
        },
        here,
        new_url: place
            .queue
            .map_or_else(|| "/tickets/new".to_owned(), |id| format!("/tickets/new?queue={id}")),
        tabs: tabs(&place, asker, &sum(&counts, place.queue)),
        chips: chips(&place, &found.clauses),
        q: place.q.clone(),
        error: found.error,
        kept: kept(&place),
        sort: language.tr(&format!("list-sort-{}", place.sort.word())),
        sorts: Sort::ALL
            .iter()
            .map(|sort| {
                let label = language.tr(&format!("list-sort-{}", sort.word()));
                Choice::new(place.with_sort(*sort).url(None), label, *sort == place.sort)
            })
            .collect(),
        rows,
        dense: actor.agent.dense_rows,
        as_search,
        order: place.sort.word(),
        pinned: pinned.as_ref().filter(|view| view.is_of(actor)).map(|view| view.id.0),
        targets: targets(actor, &all, place.queue),
        first_url: wish.cursor.as_ref().map(|_| place.url(None)),
        next_url: found.next.map(|cursor| place.url(Some(&cursor.to_string()))),
        done: String::new(),
    };
    Ok(Page::new(entry(&place, pinned.as_ref()), view))
}

/// The entry of the sidebar that a list is.
fn entry(place: &Place, pinned: Option<&views::View>) -> String {
    match (pinned, place.queue, place.view) {
        (Some(view), ..) => format!("v{}", view.id),
        (None, Some(id), _) => format!("q{id}"),
        (None, None, View::Mine) => "mine".to_owned(),
        (None, None, View::Us) => "us".to_owned(),
        (None, None, _) => "all".to_owned(),
    }
}

/// A page of a list, for whoever shows it beside something else.
pub struct Shown {
    /// What the list is called.
    pub title: String,
    /// The entry of the sidebar that it is.
    pub at: String,
    /// Its address, this page of it.
    pub url: String,
    /// Where it begins, where this is not there.
    pub first_url: Option<String>,
    /// Its next page.
    pub next_url: Option<String>,
    /// The tickets of this page.
    pub rows: Vec<Row>,
    /// All queues.
    pub queues: Vec<Queue>,
    place: Place,
    next: Option<Cursor>,
}

/// The page of a list that this query of an address means.
pub fn shown(conn: &mut Conn, asker: &Asker, query: &str) -> Result<Shown> {
    let wish = Query::<Wish>::from_query(query).map_err(|_| Error::NotFound)?.into_inner();
    let queues = queues::all(conn)?;
    let mut place = Place::read(&wish)?;
    let chosen = match place.queue {
        Some(id) if asker.actor.scope.in_queue(id).has(Right::Read) => Some(find(&queues, id)?.clone()),
        Some(_) => return Err(Error::NotFound),
        None => None,
    };
    let found = narrowed(conn, asker, &mut place, &wish)?;
    let pinned = pinned(conn, asker, &place)?;
    let name = pinned.as_ref().map(|view| view.name.clone());
    Ok(Shown {
        title: name.unwrap_or_else(|| title(chosen.as_ref(), &place, asker)),
        at: entry(&place, pinned.as_ref()),
        url: place.url(wish.cursor.as_deref()),
        first_url: wish.cursor.as_ref().map(|_| place.url(None)),
        next_url: found.next.as_ref().map(|cursor| place.url(Some(&cursor.to_string()))),
        rows: found.rows,
        queues,
        next: found.next,
        place,
    })
}

/// The first tickets of the page behind this one, `most` at most.
pub fn next_of(conn: &mut Conn, asker: &Asker, shown: &Shown, most: i64) -> Result<Vec<Row>> {
    match shown.next {
        Some(next) => Ok(part(conn, asker, &mut shown.place.clone(), Some(next), most)?.rows),
        None => Ok(Vec::new()),
    }
}

/// All tickets of the list that an address shows, whatever its page, `most` at most.
pub fn all_of(conn: &mut Conn, asker: &Asker, address: &str, most: usize) -> Result<Vec<TicketId>> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let wish = Query::<Wish>::from_query(query).map_err(|_| Error::NotFound)?.into_inner();
    let mut place = Place::read(&wish)?;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let part = part(conn, asker, &mut place, after, WHOLE)?;
        found.extend(part.rows.iter().map(|row| row.ticket.id));
        after = match part.next {
            Some(next) if found.len() < most => Some(next),
            _ => return Ok(found),
        };
    }
}

/// The view of the sidebar that this is.
fn pinned(conn: &mut Conn, asker: &Asker, place: &Place) -> Result<Option<views::View>> {
    if place.view != View::Any || place.queue.is_some() {
        return Ok(None);
    }
    let known = views::of(conn, &asker.actor)?;
    Ok(known.into_iter().find(|view| view.order() == place.sort && views::is_same(&view.q, &place.q)))
}

#[derive(Default)]
struct Found {
    clauses: Vec<language::Clause>,
    rows: Vec<Row>,
    next: Option<Cursor>,
    error: String,
}

/// The page of a place's tickets that is shown.
fn narrowed(conn: &mut Conn, asker: &Asker, place: &mut Place, wish: &Wish) -> Result<Found> {
    let after = wish.cursor.as_deref().map(str::parse::<Cursor>).transpose()?;
    part(conn, asker, place, after, i64::from(asker.actor.agent.page_size))
}

/// Some of the tickets of a place. A search that names states decides itself about them.
fn part(
    conn: &mut Conn,
    asker: &Asker,
    place: &mut Place,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Found> {
    let actor = &asker.actor;
    if place.q.is_empty() {
        let (rows, next) = list::page(conn, actor, &place.filter(actor), after, limit)?;
        return Ok(Found { rows, next, ..Found::default() });
    }
    if place.view == View::All && says_state(&language::parse(&place.q)?) {
        place.view = View::Any;
    }
    let within = place.filter(actor);
    let search = Search::read(conn, actor, &place.q, &asker.reader.moment(), within)?;
    let (rows, next) = search::page(conn, actor, &search, after, limit.min(search::HITS))?;
    Ok(Found { clauses: search.clauses, rows, next, error: String::new() })
}

fn tabs(place: &Place, asker: &Asker, count: &Count) -> Vec<Tab> {
    let shown = View::ALL.iter().filter(|view| **view != View::Any || place.view == View::Any);
    let n = |view: View| match view {
        View::All => Some(count.active),
        View::Nobody => Some(count.unowned),
        View::New => Some(count.new),
        View::Us => Some(count.waiting),
        View::Waiting => Some(count.pending),
        _ => None,
    };
    shown
        .map(|view| Tab {
            url: place.with_view(*view).url(None),
            label: view.label(&asker.reader.language),
            current: *view == place.view,
            n: n(*view).filter(|n| *n > 0 && place.q.is_empty()),
        })
        .collect()
}

/// What a form that types something else takes along.
fn kept(place: &Place) -> Vec<(&'static str, String)> {
    let queue = place.queue.map(|id| ("queue", id.to_string()));
    let view = Some(place.view).filter(|view| !matches!(view, View::Any));
    let view = view.filter(|view| *view != View::All).map(|view| ("view", view.word().to_owned()));
    let sort =
        Some(place.sort).filter(|sort| *sort != Sort::default()).map(|sort| ("sort", sort.word().to_owned()));
    queue.into_iter().chain(view).chain(sort).collect()
}

fn find(all: &[Queue], id: QueueId) -> Result<&Queue> {
    all.iter().find(|queue| queue.id == id).ok_or(Error::NotFound)
}

fn title(queue: Option<&Queue>, place: &Place, asker: &Asker) -> String {
    match (queue, place.view) {
        (Some(queue), _) => queue.name.clone(),
        (None, View::Mine) => asker.reader.language.tr("tickets-mine"),
        (None, view) => view.label(&asker.reader.language),
    }
}

/// How many there are in a queue, or in all of them.
fn sum(counts: &HashMap<QueueId, Count>, queue: Option<QueueId>) -> Count {
    let mut sum = Count::default();
    for count in counts.iter().filter(|(id, _)| queue.is_none_or(|only| only == **id)).map(|(_, count)| count)
    {
        sum.active += count.active;
        sum.new += count.new;
        sum.unowned += count.unowned;
        sum.pending += count.pending;
        sum.waiting += count.waiting;
    }
    sum
}

/// The address of a list.
pub fn address(queue: Option<QueueId>, view: View) -> String {
    Place { queue, view, ..Place::default() }.url(None)
}

/// Queues that the actor may move tickets into, without the one they are in.
pub fn targets(actor: &Actor, all: &[Queue], from: Option<QueueId>) -> Vec<Target> {
    all.iter()
        .filter(|queue| queue.retired_at.is_none() && Some(queue.id) != from)
        .filter(|queue| actor.scope.in_queue(queue.id).has(Right::MoveInto))
        .map(|queue| Target { id: queue.id.0, name: queue.name.clone() })
        .collect()
}

/// Tickets as rows: one query more for the owners' names.
pub fn rows(conn: &mut Conn, found: &[list::Row], queues: &[Queue], reader: &Reader) -> Result<Vec<RowView>> {
    let mut owners: Vec<AgentId> = found.iter().filter_map(|row| row.ticket.owner_id).collect();
    owners.sort_unstable();
    owners.dedup();
    let names = view::agents(conn, &owners)?;
    let ids: Vec<_> = found.iter().map(|row| row.ticket.id).collect();
    let tags = summary::tags(conn, &ids)?;
    let row = |row: &list::Row| {
        let ticket = &row.ticket;
        let owner =
            ticket.owner_id.map(|id| Face::of_agent(id, names.get(&id).map_or("?", |(_, name)| name)));
        RowView {
            number: ticket.number.clone(),
            url: format!("/tickets/{}", ticket.number),
            subject: subject(ticket, reader),
            state: StateView::of(ticket.status(), reader),
            unread: row.unread,
            messages: ticket.article_count,
            clip: ticket.has_attachments,
            who: who(ticket),
            excerpt: ticket.preview.clone(),
            queue: queues
                .iter()
                .find(|queue| queue.id == ticket.queue_id)
                .map_or_else(String::new, |q| q.name.clone()),
            priority: PriorityView::of(ticket.priority, reader),
            locked: ticket.locked_at.is_some(),
            owner,
            updated: ticket.updated_at.0,
            turn: turn(ticket, reader),
            tags: tags.get(&ticket.id).cloned().unwrap_or_default(),
            due: ticket.pending_until.map(|until| until.0),
        }
    };
    Ok(found.iter().map(row).collect())
}

// Who had the last word: the other side is waited for.
fn turn(ticket: &Ticket, reader: &Reader) -> String {
    match ticket.last_sender.as_str() {
        "agent" if ticket.active => reader.language.tr("list-turn-customer"),
        _ => String::new(),
    }
}

/// A ticket's title, or a word in its place.
pub fn subject(ticket: &Ticket, reader: &Reader) -> String {
    if ticket.title.trim().is_empty() { reader.language.tr("no-subject") } else { ticket.title.clone() }
}

fn who(ticket: &Ticket) -> String {
    if ticket.customer_name.trim().is_empty() {
        ticket.customer_address.clone()
    } else {
        ticket.customer_name.clone()
    }
}
