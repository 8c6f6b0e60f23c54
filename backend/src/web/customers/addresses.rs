//! From where a customer writes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::address;
use super::page::{Back, Wish, show_customer};
use crate::access::Actor;
use crate::audit;
use crate::db::{Audited, CustomerId, Tx};
use crate::error::{Error, Result};
use crate::people::addresses;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::see_other;
use crate::web::state::Web;

/// `POST /admin/customers/{id}/addresses`: with `take` also one under which somebody else is known.
pub async fn create(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["address", "take"])?;
    let id = CustomerId(id.into_inner());
    let (typed, take) = (fields.0.one("address").trim().to_owned(), !fields.0.one("take").is_empty());
    let (wanted, now) = (typed.clone(), web.moment().ts());
    let done = changed(&web, &signed, id, "address added", move |tx, actor| {
        addresses::add(tx, actor, id, &wanted, take, now)
    })
    .await;
    let language = &signed.reader.language;
    let (told, taken) = match done {
        Ok(()) => return Ok(see_other(&format!("{}?said=address", address(id)))),
        Err(Error::Invalid(fields)) => {
            (fields.first().map(|field| field.message.in_language(language)).unwrap_or_default(), false)
        }
        Err(Error::Conflict(why)) => (why.in_language(language), true),
        Err(error) => return Err(Failure::from(error).back_to(&address(id))),
    };
    let status = if taken { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let back = Back { address_error: told, address_typed: typed, taken, ..Back::default() };
    show_customer(&web, &signed, status, id, Wish::default(), back).await
}

/// `POST /admin/customers/{id}/addresses/end`.
pub async fn end(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["address"])?;
    let id = CustomerId(id.into_inner());
    let gone = fields.0.one("address").to_owned();
    changed(&web, &signed, id, "address removed", move |tx, actor| addresses::remove(tx, actor, id, &gone))
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&format!("{}?said=address-gone", address(id))))
}

/// `POST /admin/customers/{id}/addresses/main`.
pub async fn main(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["address"])?;
    let id = CustomerId(id.into_inner());
    let main = fields.0.one("address").to_owned();
    changed(&web, &signed, id, "main address", move |tx, actor| addresses::set_main(tx, actor, id, &main))
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&format!("{}?said=main", address(id))))
}

/// Changes what belongs to a customer, and writes down that it was done.
async fn changed<F>(
    web: &Data<Web>,
    signed: &Signed,
    id: CustomerId,
    what: &'static str,
    deed: F,
) -> Result<()>
where
    F: Fn(&mut Tx<'_>, &Actor) -> Result<()> + Send + 'static,
{
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| {
            deed(tx, &asker.actor)?;
            audit::noted(tx, &asker.actor.who(), Audited::Customer, &format!("customer {id}"), what, now)
        })
        .await
}
