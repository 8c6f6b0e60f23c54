//! The list: by queue and view, the last changed first, with a mark on what is new.

use std::collections::HashMap;

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::db::{AgentId, Conn, QueueId, Right, State, TicketId};
use crate::error::{Error, Result};
use crate::queues::{self, Queue};
use crate::tickets::list::{self, Count, Cursor, Filter, Whose};
use crate::tickets::{Ticket, summary, view};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::times::Reader;
use crate::web::view::{Face, PriorityView, RowView, StateView, Tab};

/// What the address says about which tickets to show.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    /// Only of this queue.
    pub queue: Option<i64>,
    /// `all`, `nobody`, `mine`, `waiting`, `watched`, `closed`.
    #[serde(default)]
    pub view: String,
    /// Where the page begins.
    pub cursor: Option<String>,
}

const VIEWS: [(&str, &str); 6] = [
    ("all", "list-view-all"),
    ("nobody", "list-view-nobody"),
    ("mine", "list-view-mine"),
    ("waiting", "list-view-waiting"),
    ("watched", "list-view-watched"),
    ("closed", "list-view-closed"),
];

#[derive(Serialize)]
struct ListView {
    title: String,
    open: i64,
    here: String,
    new_url: String,
    tabs: Vec<Tab>,
    rows: Vec<RowView>,
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
    show(&web, &signed, "tickets/list.html", move |conn, asker| load(conn, asker, &wish)).await
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<Page<ListView>> {
    let actor = &asker.actor;
    let language = &asker.reader.language;
    let all = queues::all(conn)?;
    let queue = wish.queue.map(QueueId);
    // A queue of which one may see nothing does not exist.
    let chosen = match queue {
        Some(id) if actor.scope.in_queue(id).has(Right::Read) => Some(find(&all, id)?),
        Some(_) => return Err(Error::NotFound),
        None => None,
    };
    let current = VIEWS.iter().find(|(name, _)| *name == wish.view).unwrap_or(&VIEWS[0]);
    let filter = filter(actor, queue, current.0);
    let after = wish.cursor.as_deref().map(str::parse::<Cursor>).transpose()?;
    let (found, next) = list::page(conn, actor, &filter, after, i64::from(actor.agent.page_size))?;
    let counts = list::counts(conn, &actor.scope)?;
    let base = |view: &str| address(queue, view, None);
    let view = ListView {
        title: title(chosen, current, asker),
        open: open(&counts, queue),
        here: address(queue, current.0, wish.cursor.as_deref()),
        new_url: queue.map_or_else(|| "/tickets/new".to_owned(), |id| format!("/tickets/new?queue={id}")),
        tabs: VIEWS
            .iter()
            .map(|(name, key)| Tab { url: base(name), label: language.tr(key), current: *name == current.0 })
            .collect(),
        rows: rows(conn, &found, &all, &asker.reader)?,
        targets: targets(actor, &all, queue),
        first_url: wish.cursor.as_ref().map(|_| base(current.0)),
        next_url: next.map(|cursor| address(queue, current.0, Some(&cursor.to_string()))),
        done: String::new(),
    };
    let at = match (queue, current.0) {
        (Some(id), _) => format!("q{id}"),
        (None, "mine") => "mine".to_owned(),
        (None, _) => "all".to_owned(),
    };
    Ok(Page::new(at, view))
}

/// All tickets of the list that an address shows, whatever its page, `most` at most.
pub fn all_of(conn: &mut Conn, asker: &Asker, address: &str, most: usize) -> Result<Vec<TicketId>> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let wish = Query::<Wish>::from_query(query).map_err(|_| Error::NotFound)?.into_inner();
    let queue = wish.queue.map(QueueId);
    let view = VIEWS.iter().find(|(name, _)| *name == wish.view).unwrap_or(&VIEWS[0]);
    let filter = filter(&asker.actor, queue, view.0);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (rows, next) = list::page(conn, &asker.actor, &filter, after, 200)?;
        found.extend(rows.iter().map(|row| row.ticket.id));
        after = match next {
            Some(next) if found.len() < most => Some(next),
            _ => return Ok(found),
        };
    }
}

fn find(all: &[Queue], id: QueueId) -> Result<&Queue> {
    all.iter().find(|queue| queue.id == id).ok_or(Error::NotFound)
}

fn title(queue: Option<&Queue>, view: &(&str, &str), asker: &Asker) -> String {
    match (queue, view.0) {
        (Some(queue), _) => queue.name.clone(),
        (None, "mine") => asker.reader.language.tr("tickets-mine"),
        (None, _) => asker.reader.language.tr(view.1),
    }
}

fn filter(actor: &Actor, queue: Option<QueueId>, view: &str) -> Filter {
    let mut filter = Filter { queue, ..Filter::default() };
    match view {
        "nobody" => filter.owner = Some(Whose::Nobody),
        "mine" => filter.owner = Some(Whose::Agent(actor.agent.id)),
        "watched" => filter.watcher = Some(actor.agent.id),
        "waiting" => filter.state = Some(State::PendingReminder),
        "closed" => filter.state = Some(State::Closed),
        _ => {}
    }
    filter
}

fn open(counts: &HashMap<QueueId, Count>, queue: Option<QueueId>) -> i64 {
    match queue {
        Some(id) => counts.get(&id).map_or(0, |count| count.active),
        None => counts.values().map(|count| count.active).sum(),
    }
}

/// The address of a list.
pub fn address(queue: Option<QueueId>, view: &str, cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(queue) = queue {
        query.append_pair("queue", &queue.to_string());
    }
    if view != "all" && !view.is_empty() {
        query.append_pair("view", view);
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    let query = query.finish();
    if query.is_empty() { "/tickets".to_owned() } else { format!("/tickets?{query}") }
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
            state: StateView::of(ticket.state, &reader.language),
            unread: row.unread,
            messages: ticket.article_count,
            clip: ticket.has_attachments,
            who: who(ticket),
            excerpt: ticket.preview.clone(),
            queue: queues
                .iter()
                .find(|queue| queue.id == ticket.queue_id)
                .map_or_else(String::new, |q| q.name.clone()),
            priority: PriorityView::of(ticket.priority, &reader.language),
            locked: ticket.locked_at.is_some(),
            owner,
            updated: ticket.updated_at.0,
            tags: tags.get(&ticket.id).cloned().unwrap_or_default(),
            due: ticket.pending_until.map(|until| until.0),
        }
    };
    Ok(found.iter().map(row).collect())
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
