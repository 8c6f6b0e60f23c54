//! One field of a ticket each: owner, queue, state, priority.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    problem::Answer,
    tickets::{PriorityInput, agent_named, moment, renamed, target_queue},
    views::{self, TicketView},
};
use crate::{
    access::{self, Move, Owner, Priority, Reply},
    db::Right,
    desk::Desk,
    terms::Terms,
    tickets::{assign, move_to, priority, state},
};

/// Whose it shall be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOwner {
    /// A login; null: nobody's.
    // Missing is not null: nobody loses a ticket by a misspelt field.
    #[serde(deserialize_with = "present")]
    value: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(source)
}

/// Where it shall be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetQueue {
    /// The name of a queue.
    value: String,
}

/// The state it shall have.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetState {
    /// The name of a state (`GET /states`), or new, open, pending reminder, pending auto close, closed.
    value: String,
    /// Until when a pending ticket waits, RFC 3339; needed for those.
    until: Option<String>,
}

/// How urgent it shall be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPriority {
    /// The name of a priority (`GET /priorities`), very low, low, normal, high, urgent, or 1 to 5.
    value: PriorityInput,
}

impl Input for SetOwner {}
impl Input for SetQueue {}
impl Input for SetState {}
impl Input for SetPriority {}

/// Assigns the ticket. The lock of a locked one goes with it.
#[utoipa::path(put, path = "/tickets/{number}/owner", tag = "tickets", params(("number" = String, Path)),
    request_body = SetOwner, responses((status = 200, body = TicketView)))]
pub async fn owner(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value: set, .. }: Json<SetOwner>,
) -> Answer {
    let at = desk.moment();
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Owner>(tx, &caller.actor, &number)?;
            let to = set.value.as_deref().map(|login| agent_named(tx, "value", login)).transpose()?;
            assign::assign(tx, &mut access, to, &at).map_err(|error| renamed(error, "owner", "value"))?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}

/// Moves the ticket; it is free afterwards. Needs `reply` where it is and `move_into` where it goes.
#[utoipa::path(put, path = "/tickets/{number}/queue", tag = "tickets", params(("number" = String, Path)),
    request_body = SetQueue, responses((status = 200, body = TicketView)))]
pub async fn queue(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value: set, .. }: Json<SetQueue>,
) -> Answer {
    let at = desk.moment();
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Move>(tx, &caller.actor, &number)?;
            let queue = target_queue(tx, &caller.actor, "value", &set.value)?;
            let target = access::for_queue(tx, &caller.actor, queue, Right::MoveInto)?;
            move_to::move_to(tx, &mut access, &target, &at)
                .map_err(|error| renamed(error, "queue", "value"))?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}

/// Sets the state. Closing frees the ticket.
#[utoipa::path(put, path = "/tickets/{number}/state", tag = "tickets", params(("number" = String, Path)),
    request_body = SetState, responses((status = 200, body = TicketView)))]
pub async fn state(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value: set, .. }: Json<SetState>,
) -> Answer {
    let at = desk.moment();
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Reply>(tx, &caller.actor, &number)?;
            let to = Terms::load(tx)?.wanted_state("value", &set.value)?;
            let until = set.until.as_deref().map(|text| moment("until", text)).transpose()?;
            state::set_state(tx, &mut access, to, until, &at)?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}

/// Sets how urgent the ticket is.
#[utoipa::path(put, path = "/tickets/{number}/priority", tag = "tickets", params(("number" = String, Path)),
    request_body = SetPriority, responses((status = 200, body = TicketView)))]
pub async fn priority(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value: set, .. }: Json<SetPriority>,
) -> Answer {
    let at = desk.moment();
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Priority>(tx, &caller.actor, &number)?;
            let to = set.value.priority(tx, "value")?;
            priority::set_priority(tx, &mut access, to, &at)?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}
