//! The lock: “I am on it”.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use super::{
    gate::Caller,
    problem::Answer,
    views::{self, TicketView},
};
use crate::{
    access::{self, Reply},
    desk::Desk,
    tickets::lock,
};

/// Takes the lock, and with it the ticket. One's own again is fine; another agent's is 409 and names him.
#[utoipa::path(put, path = "/tickets/{number}/lock", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = TicketView)))]
pub async fn put(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let at = desk.moment();
    let ticket = desk
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Reply>(tx, &caller.actor, &number)?;
            lock::lock(tx, &mut access, &caller.actor, &at)?;
            views::ticket(tx, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}

/// Frees the ticket; it keeps its owner.
#[utoipa::path(delete, path = "/tickets/{number}/lock", tag = "tickets", params(("number" = String, Path)),
    responses((status = 204, description = "Free")))]
pub async fn delete(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let at = desk.moment();
    desk.db
        .write(move |tx| {
            let mut access = access::for_change::<Reply>(tx, &caller.actor, &number)?;
            lock::unlock(tx, &mut access, &at)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
