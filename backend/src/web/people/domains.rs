//! In which domains agents may have their address.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use crate::access::for_people;
use crate::db::InstallationRight;
use crate::error::Error;
use crate::people::domains;
use crate::web::failure::Answer;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::state::Web;

#[derive(Serialize)]
struct DomainsView {
    domains: String,
    error: String,
}

/// `GET /admin/people/domains`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "people/domains.html", |conn, asker| {
        asker.actor.require(InstallationRight::People)?;
        let view = DomainsView { domains: domains::allowed(conn)?.join("\n"), error: String::new() };
        Ok(Page::new("people", view))
    })
    .await
}

/// `POST /admin/people/domains`.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["domains"])?;
    let typed = fields.0.one("domains").to_owned();
    let wanted: Vec<String> = typed
        .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let (asker, now) = (signed.clone(), web.moment().ts());
    let done = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            domains::set(tx, &people, &wanted, now)
        })
        .await;
    match done {
        Ok(()) => Ok(see_other("/admin/people")),
        Err(Error::Invalid(fields)) => {
            let language = signed.reader.language.clone();
            let error = fields.first().map(|field| field.message.in_language(&language)).unwrap_or_default();
            let view = DomainsView { domains: typed, error };
            show_as(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, "people/domains.html", |_, _| {
                Ok(Page::new("people", view))
            })
            .await
        }
        Err(error) => Err(error.into()),
    }
}
