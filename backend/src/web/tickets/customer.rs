//! Whose ticket it is: the page on which another customer is named.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use super::list::subject;
use crate::access::{self, Full};
use crate::db::Right;
use crate::error::Error;
use crate::tickets::customer;
use crate::web::failure::{Answer, Failure};
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;

#[derive(Serialize)]
struct CustomerView {
    number: String,
    url: String,
    subject: String,
    name: String,
    address: String,
    typed: String,
    error: String,
}

/// `GET /tickets/{number}/customer`.
pub async fn page(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    show(&web, &signed, StatusCode::OK, number.into_inner(), String::new(), String::new()).await
}

async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    number: String,
    typed: String,
    error: String,
) -> Answer {
    show_as(web, signed, status, "tickets/customer.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        access.must(Right::Full)?;
        let ticket = access.ticket();
        let view = CustomerView {
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            subject: subject(ticket, &asker.reader),
            name: ticket.customer_name.clone(),
            address: ticket.customer_address.clone(),
            typed,
            error,
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}

/// A person as typed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    customer: String,
}

/// `POST /tickets/{number}/customer`.
pub async fn update(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Form>) -> Answer {
    let (number, typed) = (number.into_inner(), form.0.customer);
    let person = super::new::customer(&typed);
    let (asker, at, own) = (signed.clone(), web.moment(), number.clone());
    let changed = web
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Full>(tx, &asker.actor, &own)?;
            customer::set_customer(tx, &mut access, &person, &at)
        })
        .await;
    match changed {
        Ok(()) => Ok(see_other(&ticket_page(&number))),
        Err(Error::Invalid(fields)) => {
            let error = fields
                .iter()
                .map(|field| field.message.in_language(&signed.reader.language))
                .collect::<Vec<_>>()
                .join(" ");
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, number, typed, error).await
        }
        Err(error) => Err(Failure::from(error).back_to(&ticket_page(&number))),
    }
}
