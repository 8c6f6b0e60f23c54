//! A call about a ticket that exists already, noted on a page of its own.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use super::list::subject;
use super::then;
use crate::access::{self, Reply};
use crate::db::Right;
use crate::error::Error;
use crate::tickets::call::{CallInput, call};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;
use crate::web::view::Choice;

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    by: String,
    body: String,
    then: String,
}

#[derive(Serialize)]
struct CallView {
    number: String,
    url: String,
    subject: String,
    customer: String,
    form: Form,
    /// Named states that do not wait.
    named: Vec<Choice>,
    error: String,
}

/// `GET /tickets/{number}/calls/new`.
pub async fn new(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    show(&web, &signed, StatusCode::OK, number.into_inner(), Form::default(), String::new()).await
}

async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    number: String,
    form: Form,
    error: String,
) -> Answer {
    show_as(web, signed, status, "tickets/call.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        access.must(Right::Reply)?;
        let ticket = access.ticket();
        let by_name = !ticket.customer_name.trim().is_empty();
        let view = CallView {
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            subject: subject(ticket, &asker.reader),
            named: then::choices(&asker.reader, false, &form.then),
            customer: if by_name { &ticket.customer_name } else { &ticket.customer_address }.clone(),
            form,
            error,
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}

/// `POST /tickets/{number}/calls`.
pub async fn create(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Form>) -> Answer {
    let (number, form) = (number.into_inner(), form.0);
    let input = CallInput {
        by_us: form.by == "us",
        body_text: form.body.replace("\r\n", "\n"),
        state: then::state(&form.then),
    };
    let (asker, at, own) = (signed.clone(), web.moment(), number.clone());
    let noted = web
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &own)?;
            let state = then::as_it_stands(input.state, access.ticket().status());
            let input = CallInput { state, ..input.clone() };
            Ok(call(tx, &mut access, &asker.actor, &input, &at)?.id)
        })
        .await;
    let language = &signed.reader.language;
    match noted {
        Ok(article) => Ok(see_other(&format!("{}#a-{article}", ticket_page(&number)))),
        Err(Error::Invalid(fields)) => {
            let error =
                fields.iter().map(|field| field.message.in_language(language)).collect::<Vec<_>>().join(" ");
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, number, form, error).await
        }
        Err(Error::Conflict(why)) => {
            let error = why.in_language(language);
            show(&web, &signed, StatusCode::CONFLICT, number, form, error).await
        }
        Err(error) => Err(Failure::from(error).keeping(&form.body).back_to(&ticket_page(&number))),
    }
}
