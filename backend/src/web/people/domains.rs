//! In which domains agents may have their address.

use actix_web::web::Data;
use serde::Serialize;

use crate::access::for_people;
use crate::db::{Conn, InstallationRight};
use crate::error::Result;
use crate::people::domains;
use crate::web::failure::{Answer, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::stale;
use crate::web::state::Web;

#[derive(Serialize)]
struct DomainsView {
    domains: String,
    /// What is stored, as this page shows it.
    shown: String,
    error: String,
}

fn load(conn: &mut Conn, asker: &Asker, typed: Option<String>, error: String) -> Result<Page<DomainsView>> {
    asker.actor.require(InstallationRight::People)?;
    let stored = domains::allowed(conn)?;
    let shown = stale::mark(&stored);
    let domains = typed.unwrap_or_else(|| stored.join("\n"));
    Ok(Page::new("people", DomainsView { domains, shown, error }))
}

/// `GET /admin/people/domains`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "people/domains.html", |conn, asker| load(conn, asker, None, String::new())).await
}

/// `POST /admin/people/domains`.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["domains", "shown"])?;
    let (typed, shown) = (fields.0.one("domains").to_owned(), fields.0.one("shown").to_owned());
    let wanted: Vec<String> = typed
        .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let (asker, now) = (signed.clone(), web.moment().ts());
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "domains")?;
            let people = for_people(tx, &asker.actor)?;
            stale::must_be_fresh(&shown, &domains::allowed(tx)?)?;
            domains::set(tx, &people, &wanted, now)
        })
        .await;
    let error = match done {
        Ok(()) => return Ok(see_other("/admin/people")),
        Err(error) => error,
    };
    let (status, fields) = problems(error)?;
    let told = fields.first().map(|field| field.message.in_language(&signed.reader.language));
    let told = told.unwrap_or_default();
    show_as(&web, &signed, status, "people/domains.html", move |conn, asker| {
        load(conn, asker, Some(typed), told)
    })
    .await
}
