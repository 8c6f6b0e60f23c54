//! Customers, and from where they write.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
};
use crate::{
    access::for_people,
    audit,
    db::{Audited, Conn, CustomerId, InstallationRight, OrganisationId, Tx},
    desk::Desk,
    error::{Error, Result, say},
    people::{
        addresses as his,
        customer_edit::{self, Change},
        customer_list, customer_view,
        customers::{self, Customer},
        organisations,
    },
};

/// A customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerView {
    /// His key.
    pub id: String,
    /// His name.
    pub name: String,
    /// His addresses, the main one first.
    pub addresses: Vec<String>,
    /// The name of the organisation that he works for.
    pub organisation: Option<String>,
    /// The language that was chosen for him, as a tag; null: what he writes in decides.
    pub language: Option<String>,
    /// What agents should know of him.
    pub note: String,
}

fn view(customer: Customer, addresses: Vec<String>, organisation: Option<String>) -> CustomerView {
    CustomerView {
        id: customer.id.to_string(),
        name: customer.name,
        addresses,
        organisation,
        language: customer.language,
        note: customer.note,
    }
}

/// One customer as he is shown.
pub(super) fn one(conn: &mut Conn, customer: Customer) -> Result<CustomerView> {
    let ids: Vec<OrganisationId> = customer.organisation_id.into_iter().collect();
    let organisation = organisations::names(conn, &ids)?.into_values().next();
    let addresses = his::of(conn, customer.id)?;
    Ok(view(customer, addresses, organisation))
}

/// Which customers.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Words that name or addresses hold, each of them, perhaps only begun. The list is by name then.
    q: Option<String>,
    /// How many, 25 without it, 200 at most.
    limit: Option<String>,
    /// Where to begin: `next` of the page before.
    cursor: Option<String>,
}

/// Customers, the oldest first; with `q` those who fit, by name. Needs the right to manage people.
#[utoipa::path(get, path = "/customers", tag = "administration", params(Which),
    responses((status = 200, body = List<CustomerView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(which): Params<Which>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            let limit = page::limit(which.limit.as_deref(), page::DEFAULT)?;
            let after: Option<CustomerId> = page::cursor(which.cursor.as_deref())?;
            if let Some(q) = which.q.filter(|q| !q.trim().is_empty()) {
                let wish = customer_list::Wish { q, organisation: None, after, limit };
                let (rows, next) = customer_list::find(conn, &caller.actor, &wish)?;
                let items = rows.into_iter().map(|row| view(row.customer, row.addresses, row.organisation));
                return Ok(List { items: items.collect(), next: next.map(|id| id.to_string()) });
            }
            let rows = customers::page(conn, after.unwrap_or(CustomerId(0)), limit + 1)?;
            let (rows, next) =
                List::<CustomerView>::cut(rows, limit, |(customer, _)| customer.id.to_string());
            let ids: Vec<_> = rows.iter().filter_map(|(customer, _)| customer.organisation_id).collect();
            let names = organisations::names(conn, &ids)?;
            let items = rows.into_iter().map(|(customer, addresses)| {
                let organisation = customer.organisation_id.and_then(|id| names.get(&id).cloned());
                view(customer, addresses, organisation)
            });
            Ok(List { items: items.collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A customer of whom one may read a ticket, or any with the right to manage people. The key of one who was merged leads to
/// who he has become.
#[utoipa::path(get, path = "/customers/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = CustomerView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let found = desk
        .db
        .read(move |conn| {
            let seen = customer_view::seen(conn, &caller.actor, id)?;
            one(conn, seen.customer().clone())
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// A customer to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeCustomer {
    /// From where he writes.
    address: String,
    /// His name; without one his address stands in its place.
    #[serde(default)]
    name: String,
    /// The language in which he is written to by machine, as a tag.
    #[serde(default)]
    language: String,
    /// The name of the organisation that he works for.
    organisation: Option<String>,
    /// What agents should know of him.
    #[serde(default)]
    note: String,
}

impl Input for MakeCustomer {}

/// Makes a customer. Needs the right to manage people.
#[utoipa::path(post, path = "/customers", tag = "administration", request_body = MakeCustomer,
    responses((status = 201, body = CustomerView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<MakeCustomer>) -> Answer {
    let (asker, now) = (caller.clone(), desk.moment().ts());
    request
        .create(&desk, &caller, move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let change = Change {
                name: Some(value.name.clone()),
                language: Some(value.language.clone()),
                note: Some(value.note.clone()),
                organisation: named(tx, value.organisation.as_deref())?.filter(Option::is_some),
            };
            let id = customer_edit::create(tx, &people, &value.address, &change, now)?;
            let made = his::customer(tx, id)?;
            one(tx, made)
        })
        .await
}

/// The organisation of a name; an empty one is none.
fn named(conn: &mut Conn, name: Option<&str>) -> Result<Option<Option<OrganisationId>>> {
    let Some(name) = name.map(str::trim) else { return Ok(None) };
    if name.is_empty() {
        return Ok(Some(None));
    }
    let wanted = name.to_lowercase();
    let found = organisations::in_use(conn)?.into_iter().find(|one| one.name.to_lowercase() == wanted);
    match found {
        Some(organisation) => Ok(Some(Some(organisation.id))),
        None => Err(Error::invalid("organisation", say!("refused-organisation-gone"))),
    }
}

/// What of a customer shall change; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCustomer {
    /// His name.
    name: Option<String>,
    /// The language in which he is written to by machine, as a tag (`de`, `fr-CA`); empty: what he writes in decides.
    language: Option<String>,
    /// The name of the organisation that he works for; empty: none.
    organisation: Option<String>,
    /// What agents should know of him.
    note: Option<String>,
}

impl Input for ChangeCustomer {}

/// Changes a customer. Needs the right to manage people.
#[utoipa::path(patch, path = "/customers/{id}", tag = "administration",
    params(("id" = String, Path, description = "His key")), request_body = ChangeCustomer,
    responses((status = 200, body = CustomerView)))]
pub async fn update(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<ChangeCustomer>,
) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let now = desk.moment().ts();
    let view = desk
        .db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            let change = Change {
                name: value.name.clone(),
                language: value.language.clone(),
                note: value.note.clone(),
                organisation: named(tx, value.organisation.as_deref())?,
            };
            customer_edit::change(tx, &people, id, &change, now)?;
            let changed = his::customer(tx, id)?;
            one(tx, changed)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// An address of a customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CustomerAddress)]
pub struct AddressView {
    /// The address.
    pub address: String,
    /// Whether it is the one that stands for the others.
    pub main: bool,
}

fn address_views(conn: &mut Conn, id: CustomerId) -> Result<Vec<AddressView>> {
    let all = his::of(conn, id)?.into_iter().enumerate();
    Ok(all.map(|(at, address)| AddressView { address, main: at == 0 }).collect())
}

/// The addresses of a customer, the main one first. Needs the right to manage people.
#[utoipa::path(get, path = "/customers/{id}/addresses", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = List<AddressView>)))]
pub async fn addresses(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            his::customer(conn, id)?;
            Ok(List::whole(address_views(conn, id)?))
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
    /// Take it also from another customer: his tickets of this address go along, and he becomes this customer where nothing
    /// is left of him. Without this the answer is 409.
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
    let (asker, now) = (caller.clone(), desk.moment().ts());
    request
        .create(&desk, &caller, move |tx| {
            his::add(tx, &asker.actor, id, &value.address, value.take, now)?;
            noted(tx, &asker, id, "address added", now)?;
            let address = mail_ingest::address::normalise(&value.address).unwrap_or_default();
            let main = his::of(tx, id)?.first() == Some(&address);
            Ok(AddressView { address, main })
        })
        .await
}

/// The address that stands for the others.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MainAddress {
    /// One of his.
    value: String,
}

impl Input for MainAddress {}

/// Makes an address the main one. Needs the right to manage people.
#[utoipa::path(put, path = "/customers/{id}/main-address", tag = "administration", params(("id" = String, Path)),
    request_body = MainAddress, responses((status = 200, body = List<AddressView>)))]
pub async fn main(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<MainAddress>,
) -> Answer {
    let id: CustomerId = page::key(&id)?;
    let now = desk.moment().ts();
    let list = desk
        .db
        .write(move |tx| {
            his::set_main(tx, &caller.actor, id, &value.value)?;
            noted(tx, &caller, id, "main address", now)?;
            Ok(List::whole(address_views(tx, id)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Takes an address away from a customer, who keeps at least one. Needs the right to manage people.
#[utoipa::path(delete, path = "/customers/{id}/addresses/{address}", tag = "administration",
    params(("id" = String, Path), ("address" = String, Path)), responses((status = 204, description = "Gone")))]
pub async fn remove(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let (id, address) = path.into_inner();
    let id: CustomerId = page::key(&id)?;
    let now = desk.moment().ts();
    desk.db
        .write(move |tx| {
            his::remove(tx, &caller.actor, id, &address)?;
            noted(tx, &caller, id, "address removed", now)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn noted(tx: &mut Tx<'_>, caller: &Caller, id: CustomerId, what: &str, now: crate::db::Ts) -> Result<()> {
    audit::noted(tx, &caller.actor.who(), Audited::Customer, &format!("customer {id}"), what, now)
}
