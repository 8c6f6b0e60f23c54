//! The page of a bulk: what can be done to the chosen tickets, or how far it is and what was refused.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::address;
use crate::access::Rights;
use crate::db::{BulkId, BulkItemState, BulkState, Conn, InstallationRight, Priority, QueueId, Ts};
use crate::error::{Error, Result};
use crate::queues;
use crate::tickets::bulk::{self, Bulk, Deed, Item};
use crate::tickets::{Ticket, list as tickets};
use crate::web::failure::Answer;
use crate::web::fields::Fields;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show_as};
use crate::web::state::Web;
use crate::web::tickets::list::{self, Target};
use crate::web::tickets::reminder::{self, Quick};
use crate::web::tickets::then;
use crate::web::view::{Choice, PriorityView, StateView};

/// So many tickets are listed by name.
const LISTED: i64 = 500;

/// What the page shows.
#[derive(Serialize)]
pub struct BulkView {
    url: String,
    back: String,
    title: String,
    chosen: bool,
    running: bool,
    total: i64,
    waiting: i64,
    done: i64,
    refused: i64,
    undoable: bool,
    undoes: bool,
    refusals: Vec<Line>,
    others: Vec<Line>,
    /// So many more are not listed.
    unlisted: i64,
    forms: Option<Forms>,
}

#[derive(Serialize)]
struct Line {
    url: String,
    number: String,
    subject: String,
    state: StateView,
    why: String,
}

/// What can be chosen.
#[derive(Serialize)]
struct Forms {
    targets: Vec<Target>,
    owners: Vec<Choice>,
    /// States that the house has named.
    states: Vec<Choice>,
    /// Those of them in which a reply leaves a ticket.
    then: Vec<Choice>,
    priorities: Vec<Choice>,
    quick: Vec<Quick>,
    error: String,
    /// The act whose form was refused, and what it held.
    act: String,
    typed: HashMap<String, String>,
    /// The names of files that were sent with a form that was refused: they go along.
    files: String,
}

/// Loads it; `refused` is what a form held, and why it was not good.
pub fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: BulkId,
    refused: Option<(&Fields, &Error)>,
) -> Result<Page<BulkView>> {
    let bulk = bulk::get(conn, &asker.actor, id)?;
    let progress = bulk::progress(conn, id)?;
    let chosen = bulk.state == BulkState::Chosen;
    let other = if chosen { BulkItemState::Waiting } else { BulkItemState::Done };
    let refusals = lines(conn, asker, &bulk, BulkItemState::Refused)?;
    let others = lines(conn, asker, &bulk, other)?;
    let listed = i64::try_from(refusals.len() + others.len()).unwrap_or(i64::MAX);
    let deed = bulk.deed()?;
    let view = BulkView {
        url: address(id),
        back: bulk.back.clone(),
        title: title(conn, asker, deed.as_ref())?,
        chosen,
        running: bulk.state == BulkState::Running,
        total: progress.total(),
        waiting: progress.waiting,
        done: progress.done,
        refused: progress.refused,
        undoable: bulk.state == BulkState::Done
            && progress.done > 0
            && bulk.undoes.is_none()
            && !matches!(deed, Some(Deed::Note { .. })),
        undoes: bulk.undoes.is_some(),
        unlisted: (progress.total() - listed).max(0),
        refusals,
        others,
        forms: if chosen { Some(forms(conn, asker, id, refused)?) } else { None },
    };
    Ok(Page::new("bulk", view))
}

fn title(conn: &mut Conn, asker: &Asker, deed: Option<&Deed>) -> Result<String> {
    let language = &asker.reader.language;
    let Some(deed) = deed else { return Ok(language.tr("bulk-choose-title")) };
    let word = language.tr(&format!("bulk-deed-{}", deed.word()));
    Ok(match deed {
        Deed::Move { queue } if knows(asker, *queue) => {
            format!("{word}: {}", queues::get(conn, *queue)?.name)
        }
        Deed::Tag { tag } | Deed::Untag { tag } => format!("{word}: {tag}"),
        Deed::Merge { into: number } | Deed::Link { ticket: number } => format!("{word}: {number}"),
        Deed::State { to, .. } if to.named.is_some() => {
            format!("{word}: {}", StateView::of(*to, &asker.reader).word)
        }
        _ => word,
    })
}

// A form can name any key. What is there behind it is told to those who know of the queue.
fn knows(asker: &Asker, queue: QueueId) -> bool {
    let scope = &asker.actor.scope;
    scope.in_queue(queue) != Rights::NONE || scope.may(InstallationRight::QueuesAndMail)
}

// Tickets that he may not read (any more) are named by their number alone.
fn lines(conn: &mut Conn, asker: &Asker, bulk: &Bulk, state: BulkItemState) -> Result<Vec<Line>> {
    let items: Vec<Item> = bulk::items(conn, bulk, Some(state), -1, LISTED)?;
    let ids: Vec<_> = items.iter().map(|item| item.ticket_id).collect();
    let readable = tickets::by_ids_everywhere(conn, &asker.actor, &ids)?;
    let numbers = crate::tickets::view::numbers(conn, &ids)?;
    let language = &asker.reader.language;
    let line = |item: &Item| {
        let ticket: Option<&Ticket> = readable.get(&item.ticket_id);
        let number = numbers.get(&item.ticket_id).cloned().unwrap_or_default();
        Line {
            url: ticket.map_or_else(String::new, |ticket| format!("/tickets/{}", ticket.number)),
            subject: ticket.map_or_else(String::new, |ticket| list::subject(ticket, &asker.reader)),
            state: StateView::of(
                ticket.map_or(crate::db::State::Closed.into(), Ticket::status),
                &asker.reader,
            ),
            why: item.reason().map_or_else(String::new, |reason| reason.in_language(language)),
            number,
        }
    };
    Ok(items.iter().map(line).collect())
}

fn forms(conn: &mut Conn, asker: &Asker, id: BulkId, refused: Option<(&Fields, &Error)>) -> Result<Forms> {
    let all = queues::all(conn)?;
    let language = &asker.reader.language;
    let typed = |name: &str| refused.map_or("", |(fields, _)| fields.one(name));
    let agents = crate::people::agents::all(conn)?;
    let now = Ts(asker.reader.now);
    let owners = agents
        .into_iter()
        .filter(|agent| agent.is_active(now.0))
        .map(|agent| Choice::new(agent.id.to_string(), agent.name, typed("owner") == agent.id.to_string()))
        .collect();
    let terms = &asker.reader.terms;
    let states = terms.offered(None).into_iter().filter(|state| state.named.is_some()).map(|state| {
        let word = StateView::of(state, &asker.reader).word;
        Choice::new(state.to_string(), word, typed("state") == state.to_string())
    });
    let level = |priority: Priority| {
        let view = PriorityView::of(priority, &asker.reader);
        let current = if typed("priority").is_empty() {
            priority == terms.usual()
        } else {
            typed("priority") == view.level.to_string()
        };
        Choice::new(view.level.to_string(), view.word, current)
    };
    let error = match refused {
        Some((_, Error::Invalid(problems))) => {
            problems.iter().map(|problem| problem.message.in_language(language)).collect::<Vec<_>>().join(" ")
        }
        Some((_, error)) => error.to_string(),
        None => String::new(),
    };
    let kept = ["text", "tag", "ticket-number", "until", "customer", "then"];
    Ok(Forms {
        targets: list::targets(&asker.actor, &all, None),
        owners,
        states: states.collect(),
        then: then::choices(&asker.reader, false, typed("then")),
        priorities: terms.offered_priorities(None).into_iter().map(level).collect(),
        quick: reminder::quick(&asker.reader),
        error,
        files: bulk::files(conn, id)?.join(", "),
        act: typed("act").to_owned(),
        typed: kept.iter().map(|name| (name.replace('-', "_"), typed(name).replace("\r\n", "\n"))).collect(),
    })
}

/// The page once more, with what was typed and what is wrong with it.
pub async fn again(web: &Data<Web>, signed: &Signed, id: BulkId, fields: &Fields, error: &Error) -> Answer {
    let text: Vec<crate::error::FieldError> = match error {
        Error::Invalid(problems) => problems.clone(),
        _ => Vec::new(),
    };
    let fields = fields.clone();
    show_as(web, signed, StatusCode::UNPROCESSABLE_ENTITY, "tickets/bulk/page.html", move |conn, asker| {
        load(conn, asker, id, Some((&fields, &Error::Invalid(text))))
    })
    .await
}
