//! A customer who has not written yet.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::address;
use super::form::{Choices, Errors, Form, NEW};
use crate::access::for_people;
use crate::db::{Conn, InstallationRight};
use crate::error::{Error, Result};
use crate::people::customer_edit;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::state::Web;

#[derive(Serialize)]
struct NewView {
    form: Form,
    choices: Choices,
    errors: Errors,
    refused: bool,
}

fn load(conn: &mut Conn, asker: &Asker, form: Form, errors: Errors) -> Result<Page<NewView>> {
    asker.actor.require(InstallationRight::People)?;
    let choices = form.choices(conn, &asker.reader.language)?;
    let refused = errors != Errors::default();
    Ok(Page::new("customers", NewView { form, choices, errors, refused }))
}

/// `GET /admin/customers/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "customers/new.html", |conn, asker| {
        load(conn, asker, Form::default(), Errors::default())
    })
    .await
}

/// `POST /admin/customers`.
pub async fn create(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&NEW)?;
    let form = Form::sent(&fields.0);
    let (typed, asker, now) = (form.clone(), signed.clone(), web.moment().ts());
    let made = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            customer_edit::create(tx, &people, &typed.address, &typed.change(None)?, now)
        })
        .await;
    match made {
        Ok(id) => Ok(see_other(&format!("{}?said=added", address(id)))),
        Err(Error::Invalid(fields)) => {
            let errors = Errors::of(&fields, &signed.reader.language);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show_as(&web, &signed, status, "customers/new.html", move |conn, asker| {
                load(conn, asker, form, errors)
            })
            .await
        }
        Err(error) => Err(Failure::from(error).back_to("/admin/customers")),
    }
}
