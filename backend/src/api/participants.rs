//! Who takes part in a conversation besides the customer.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::List,
    problem::Answer,
};
use crate::{
    access::{self, Read, Reply, TicketAccess},
    db::Conn,
    desk::Desk,
    error::{Error, Result},
    tickets::{Person, participants},
};

/// A person besides the customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Participant)]
pub struct ParticipantView {
    /// His address.
    pub address: String,
    /// His name; may be empty.
    pub name: String,
    /// Whether he gets replies; if not, he only quoted a mail of this ticket and waits to be accepted.
    pub accepted: bool,
}

fn views(conn: &mut Conn, access: &TicketAccess<Read>) -> Result<Vec<ParticipantView>> {
    let view = |person: participants::Participant| ParticipantView {
        address: person.address,
        name: person.name,
        accepted: person.accepted,
    };
    Ok(participants::of(conn, access)?.into_iter().map(view).collect())
}

/// Who takes part besides the customer, by address.
#[utoipa::path(get, path = "/tickets/{number}/participants", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = List<ParticipantView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable_survivor(conn, &caller.actor, &number)?;
            Ok(List::whole(views(conn, &access)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A person to be taken into a conversation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParticipant {
    /// His address.
    address: String,
    /// His name.
    #[serde(default)]
    name: String,
}

impl Input for NewParticipant {}

/// Takes a person into the conversation, or accepts one who waits: he gets replies from now on.
#[utoipa::path(post, path = "/tickets/{number}/participants", tag = "tickets", params(("number" = String, Path)),
    request_body = NewParticipant, responses((status = 201, body = ParticipantView)))]
pub async fn add(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewParticipant>,
) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let person = Person { name: value.name.clone(), address: value.address.clone() };
            participants::add(tx, &mut access, &person, &at)?;
            let read = access::readable_survivor(tx, &asker.actor, &number)?;
            let address = mail_ingest::address::normalise(&value.address).unwrap_or_default();
            views(tx, &read)?.into_iter().find(|view| view.address == address).ok_or(Error::NotFound)
        })
        .await
}

/// Takes a person out of the conversation: he gets no replies.
#[utoipa::path(delete, path = "/tickets/{number}/participants/{address}", tag = "tickets",
    params(("number" = String, Path), ("address" = String, Path)), responses((status = 204, description = "Gone")))]
pub async fn remove(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let at = desk.moment();
    desk.db
        .write(move |tx| {
            let (number, address) = &*path;
            let mut access = access::for_change::<Reply>(tx, &caller.actor, number)?;
            participants::remove(tx, &mut access, address, &at)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
