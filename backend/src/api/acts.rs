//! What agents did to a ticket and can be undone, its bin, its customer.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List},
    problem::Answer,
    tickets::{PersonInput, renamed},
    views::{self, TicketView, instant},
};
use crate::{
    access::{self, Full, Read},
    db::{ActId, BinReason, UndoField},
    desk::Desk,
    error::{Error, say},
    tickets::{
        acts, bin, customer,
        undo::{self, Outcome, Standing},
        view,
    },
};

/// Something that an agent did to a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Act)]
pub struct ActView {
    /// Its key.
    pub id: String,
    /// What: moved, closed, state_changed, assigned, priority_changed, tagged, untagged, customer_changed, removed, spam,
    /// restored, locked, undone.
    pub kind: String,
    /// The login of the agent who did it.
    pub actor: Option<String>,
    /// The event under which history shows it.
    pub event: String,
    /// When.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// What it changed: as_left is set back by an undo, as_before is so already, changed_since has to be named.
    pub fields: Vec<FieldView>,
}

/// One thing that was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ActField)]
pub struct FieldView {
    /// queue, state, owner, priority, customer, tag.
    pub field: String,
    /// as_left, as_before, changed_since.
    pub standing: String,
}

/// What was done to a ticket and is not undone, the oldest first.
#[utoipa::path(get, path = "/tickets/{number}/acts", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = List<ActView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable(conn, &caller.actor, &number)?;
            let done = acts::of(conn, &access)?;
            let people: Vec<_> = done.iter().map(|act| act.agent_id).collect();
            let names = view::agents(conn, &people)?;
            let mut items = Vec::new();
            for act in done {
                let fields = undo::fields(conn, &access, &act)?;
                items.push(ActView {
                    id: act.id.to_string(),
                    kind: act.kind.to_string(),
                    actor: names.get(&act.agent_id).map(|(login, _)| login.clone()),
                    event: act.event_id.to_string(),
                    created_at: instant(act.created_at),
                    fields: fields.into_iter().map(field_view).collect(),
                });
            }
            Ok(List::whole(items))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

fn field_view((field, standing): (UndoField, Standing)) -> FieldView {
    let standing = match standing {
        Standing::AsLeft => "as_left",
        Standing::AsBefore => "as_before",
        Standing::ChangedSince => "changed_since",
    };
    FieldView { field: field.to_string(), standing: standing.to_owned() }
}

/// What is set back although it changed since.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUndo {
    /// queue, state, owner, priority, customer; those of them that changed since and are not named stay. Missing: where
    /// anything changed since, the answer is 409 and nothing is done.
    #[serde(default)]
    anyway: Option<Vec<String>>,
}

impl Input for NewUndo {}

/// Undoes what an agent did. Each thing needs the right that changing it needs, now.
#[utoipa::path(post, path = "/tickets/{number}/acts/{id}/undo", tag = "tickets",
    params(("number" = String, Path), ("id" = String, Path)), request_body = NewUndo,
    responses((status = 201, body = TicketView)))]
pub async fn undo(
    desk: Data<Desk>,
    caller: Caller,
    path: Path<(String, String)>,
    Json { value, request }: Json<NewUndo>,
) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let (number, id) = &*path;
            let id: ActId = id.parse().map_err(|_| Error::NotFound)?;
            let anyway = match &value.anyway {
                Some(words) => Some(
                    words
                        .iter()
                        .map(|word| page::word::<UndoField>("anyway", word))
                        .collect::<Result<Vec<_>, _>>()?,
                ),
                None => None,
            };
            let mut access = access::for_change::<Read>(tx, &asker.actor, number)?;
            match undo::undo(tx, &mut access, &asker.actor, id, anyway.as_deref(), &at)? {
                Outcome::Done => views::ticket(tx, access.ticket()),
                Outcome::Ask => {
                    let act = undo::preview(tx, &access, id)?;
                    let news: Vec<_> = act
                        .fields
                        .iter()
                        .filter(|(_, standing)| *standing == Standing::ChangedSince)
                        .map(|(field, _)| field.as_str())
                        .collect();
                    // A colleague who has locked it since is the one change without a field.
                    let news = if news.is_empty() { "lock".to_owned() } else { news.join(", ") };
                    Err(Error::Conflict(say!("refused-undo-changed", fields = news)))
                }
            }
        })
        .await
}

/// Why a ticket goes into the bin.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRemoval {
    /// deleted (where missing) or spam.
    #[serde(default)]
    reason: Option<String>,
}

impl Input for SetRemoval {}

/// Puts a ticket into the bin: it is in no list and no search any more, and what has not left yet does not leave. From
/// `spam` nobody gets an automatic answer again.
#[utoipa::path(put, path = "/tickets/{number}/removal", tag = "tickets", params(("number" = String, Path)),
    request_body = SetRemoval, responses((status = 200, body = TicketView)))]
pub async fn remove(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, .. }: Json<SetRemoval>,
) -> Answer {
    let at = desk.moment();
    let reason: BinReason =
        value.reason.as_deref().map_or(Ok(BinReason::Deleted), |word| page::word("reason", word))?;
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Full>(tx, &caller.actor, &number)?;
            bin::remove(tx, &mut access, reason, &at)?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}

/// Takes a ticket out of the bin; it is in the state that it had.
#[utoipa::path(delete, path = "/tickets/{number}/removal", tag = "tickets", params(("number" = String, Path)),
    responses((status = 204, description = "Out of the bin")))]
pub async fn restore(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let at = desk.moment();
    desk.db
        .write(move |tx| {
            let mut access = access::for_restore(tx, &caller.actor, &number)?;
            bin::restore(tx, &mut access, &at)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whose a ticket shall be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCustomer {
    /// A person with his address.
    value: PersonInput,
}

impl Input for SetCustomer {}

/// Says whose ticket it is. The former customer, where he wrote in it, waits in the conversation to be accepted.
#[utoipa::path(put, path = "/tickets/{number}/customer", tag = "tickets", params(("number" = String, Path)),
    request_body = SetCustomer, responses((status = 200, body = TicketView)))]
pub async fn customer(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value: set, .. }: Json<SetCustomer>,
) -> Answer {
    let at = desk.moment();
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Full>(tx, &caller.actor, &number)?;
            customer::set_customer(tx, &mut access, &set.value.person(), &at)
                .map_err(|error| renamed(error, "customer", "value"))?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}
