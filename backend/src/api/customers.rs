//! Addresses of customers.

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
};
use crate::{
    db::{CustomerId, InstallationRight},
    desk::Desk,
    people::addresses as his,
};

/// An address of a customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CustomerAddress)]
pub struct AddressView {
    /// The address.
    pub address: String,
}

/// The addresses of a customer, in order. Needs the right to manage people.
#[utoipa::path(get, path = "/customers/{id}/addresses", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = List<AddressView>)))]
pub async fn addresses(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            his::customer(conn, id)?;
            let views = his::of(conn, id)?.into_iter().map(|address| AddressView { address });
            Ok(List::whole(views.collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// An address that a customer writes from as well.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// The address.
    address: String,
    /// Take it also from another customer: his tickets of this address go along, and he vanishes where nothing is left
    /// of him. Without this the answer is 409.
    #[serde(default)]
    take: bool,
}

impl Input for NewAddress {}

/// Adds an address to a customer: whoever writes from it is this customer. Needs the right to manage people.
#[utoipa::path(post, path = "/customers/{id}/addresses", tag = "administration", params(("id" = String, Path)),
    request_body = NewAddress, responses((status = 201, body = AddressView)))]
pub async fn add(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, request }: Json<NewAddress>,
) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let asker = caller.clone();
    request
        .create(&desk, &caller, move |tx| {
            his::add(tx, &asker.actor, id, &value.address, value.take)?;
            let address = mail_ingest::address::normalise(&value.address).unwrap_or_default();
            Ok(AddressView { address })
        })
        .await
}

/// Takes an address away from a customer, who keeps at least one. Needs the right to manage people.
#[utoipa::path(delete, path = "/customers/{id}/addresses/{address}", tag = "administration",
    params(("id" = String, Path), ("address" = String, Path)), responses((status = 204, description = "Gone")))]
pub async fn remove(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let (id, address) = path.into_inner();
    let id: CustomerId = page::key(&id)?;
    desk.db.write(move |tx| his::remove(tx, &caller.actor, id, &address)).await?;
    Ok(HttpResponse::NoContent().finish())
}
