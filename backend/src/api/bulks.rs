//! One deed on many tickets, worked off by a job.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json, Request, WITH_FILES},
    files::{self, FileInput},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    tickets::{PersonInput, Place, PriorityInput, agent_named, moment, target_queue},
    views::instant,
};
use crate::{
    access::Actor,
    db::{BinReason, BulkId, Conn},
    desk::Desk,
    error::{Error, Result},
    i18n::Language,
    terms::Terms,
    tickets::{
        bulk::{self, Bulk, Deed},
        view,
    },
};

/// What is done to which tickets.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBulk {
    /// Numbers of tickets, 5,000 at most; those that the agent may not read are left out.
    tickets: Vec<String>,
    /// lock, unlock, state, move, assign, priority, tag, untag, watch, unwatch, link, merge, note, reply, customer, delete,
    /// spam, restore.
    act: String,
    /// A state, the name of a queue, a login (null: nobody), a tag, or the number of another ticket, as the act has it. Of
    /// a reply, the state afterwards.
    value: Option<String>,
    /// Of the act `priority`.
    priority: Option<PriorityInput>,
    /// Of the act `customer`.
    customer: Option<PersonInput>,
    /// Until when a pending ticket waits, RFC 3339.
    until: Option<String>,
    /// The text of a note or reply.
    body_text: Option<String>,
    /// Files that go with each note or reply; times the tickets at most 1 GB.
    #[serde(default)]
    attachments: Vec<FileInput>,
}

impl Input for NewBulk {
    const LIMIT: usize = WITH_FILES;
}

/// A deed on many tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Bulk)]
pub struct BulkView {
    /// Its key.
    pub id: String,
    /// What is done.
    pub act: Option<String>,
    /// chosen, running, done.
    pub state: String,
    /// So many tickets.
    pub total: i64,
    /// So many of them wait.
    pub waiting: i64,
    /// So many are done.
    pub done: i64,
    /// So many were refused.
    pub refused: i64,
    /// The bulk that this one undoes.
    pub undoes: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the last ticket was worked off.
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
}

pub(super) fn shown(conn: &mut Conn, bulk: &Bulk) -> Result<BulkView> {
    let progress = bulk::progress(conn, bulk.id)?;
    Ok(BulkView {
        id: bulk.id.to_string(),
        act: bulk.deed()?.map(|deed| deed.word().to_owned()),
        state: bulk.state.to_string(),
        total: progress.total(),
        waiting: progress.waiting,
        done: progress.done,
        refused: progress.refused,
        undoes: bulk.undoes.map(|id| id.to_string()),
        created_at: instant(bulk.created_at),
        finished_at: bulk.finished_at.map(instant),
    })
}

/// Does the same to many tickets. Each needs for itself what doing it alone needs; what one refuses holds up no other.
#[utoipa::path(post, path = "/bulks", tag = "tickets", request_body = NewBulk,
    responses((status = 201, body = BulkView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<NewBulk>) -> Answer {
    let (at, asker, mut value) = (desk.moment(), caller.clone(), value);
    let files = files::prepare(&desk, std::mem::take(&mut value.attachments)).await?;
    request
        .create(&desk, &caller, move |tx| {
            let deed = deed(tx, &asker.actor, &value)?;
            let chosen = view::ids(tx, &value.tickets)?;
            let id = bulk::choose(tx, &asker.actor, &chosen, "", &at)?;
            bulk::keep_files(tx, &asker.actor, id, &files, &at)?;
            bulk::start(tx, &asker.actor, id, &deed, &at)?;
            let made = bulk::get(tx, &asker.actor, id)?;
            shown(tx, &made)
        })
        .await
}

fn deed(conn: &mut Conn, actor: &Actor, new: &NewBulk) -> Result<Deed> {
    let missing = |field: &str| Error::invalid(field, format!("The act “{}” needs it.", new.act));
    let value = || new.value.clone().ok_or_else(|| missing("value"));
    let text = || new.body_text.clone().ok_or_else(|| missing("body_text"));
    Ok(match new.act.as_str() {
        "lock" => Deed::Lock,
        "unlock" => Deed::Unlock,
        "state" => Deed::State {
            to: Terms::load(conn)?.wanted_state("value", &value()?)?,
            until: new.until.as_deref().map(|text| moment("until", text)).transpose()?,
        },
        "move" => Deed::Move { queue: target_queue(conn, actor, "value", &value()?)? },
        "assign" => Deed::Assign {
            owner: new.value.as_deref().map(|login| agent_named(conn, "value", login)).transpose()?,
        },
        "priority" => {
            let given = new.priority.as_ref().ok_or_else(|| missing("priority"))?;
            Deed::Priority { level: given.priority(conn, "priority")?.level() }
        }
        "tag" => Deed::Tag { tag: value()? },
        "untag" => Deed::Untag { tag: value()? },
        "watch" => Deed::Watch,
        "unwatch" => Deed::Unwatch,
        "link" => Deed::Link { ticket: value()? },
        "merge" => Deed::Merge { into: value()? },
        "note" => Deed::Note { text: text()? },
        "reply" => Deed::Reply {
            text: text()?,
            state: match &new.value {
                Some(word) => Some(Terms::load(conn)?.wanted_state("value", word)?),
                None => None,
            },
        },
        "customer" => {
            let person = new.customer.as_ref().ok_or_else(|| missing("customer"))?.person();
            Deed::Customer { address: person.address, name: person.name }
        }
        "delete" => Deed::Remove { reason: BinReason::Deleted },
        "spam" => Deed::Remove { reason: BinReason::Spam },
        "restore" => Deed::Restore,
        other => {
            return Err(Error::invalid("act", format!("“{other}” is nothing that can be done to many.")));
        }
    })
}

fn key(text: &str) -> Result<BulkId> {
    text.parse().map_err(|_| Error::NotFound)
}

/// How far it is. The agent's own only.
#[utoipa::path(get, path = "/bulks/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = BulkView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id = key(&id)?;
    let view = desk
        .db
        .read(move |conn| {
            let found = bulk::get(conn, &caller.actor, id)?;
            shown(conn, &found)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// What became of one of its tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BulkItem)]
pub struct ItemView {
    /// The number of the ticket.
    pub ticket: String,
    /// waiting, done, refused.
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// What became of its tickets, in their order; 200 at once where `limit` is missing.
#[utoipa::path(get, path = "/bulks/{id}/items", tag = "tickets", params(("id" = String, Path), Place),
    responses((status = 200, body = List<ItemView>)))]
pub async fn items(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Params(place): Params<Place>,
) -> Answer {
    let id = key(&id)?;
    let list = desk
        .db
        .read(move |conn| {
            let found = bulk::get(conn, &caller.actor, id)?;
            let limit = page::limit(place.limit.as_deref(), page::MOST)?;
            let after = page::cursor::<i32>(place.cursor.as_deref())?.unwrap_or(-1);
            let rows = bulk::items(conn, &found, None, after, limit + 1)?;
            let (rows, next) = List::<ItemView>::cut(rows, limit, |item| item.position.to_string());
            let ids: Vec<_> = rows.iter().map(|item| item.ticket_id).collect();
            let numbers = view::numbers(conn, &ids)?;
            let view = |item: &bulk::Item| ItemView {
                ticket: numbers.get(&item.ticket_id).cloned().unwrap_or_default(),
                state: item.state.to_string(),
                reason: item.reason().map(|reason| reason.in_language(&Language::english())),
            };
            Ok(List { items: rows.iter().map(view).collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Undoes what it did, ticket by ticket, as another bulk. What changed since is refused there, and says so.
#[utoipa::path(post, path = "/bulks/{id}/undo", tag = "tickets", params(("id" = String, Path)),
    responses((status = 201, body = BulkView)))]
pub async fn undo(desk: Data<Desk>, caller: Caller, id: Path<String>, request: Request) -> Answer {
    let id = key(&id)?;
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let undoing = bulk::undo_all(tx, &asker.actor, id, &at)?;
            let made = bulk::get(tx, &asker.actor, undoing)?;
            shown(tx, &made)
        })
        .await
}
