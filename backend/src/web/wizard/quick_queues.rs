//! The first queues: those that are there, and one more at a time.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::show;
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::people::first_steps::{self, How, Step};
use crate::queues::{self, NewQueue, listing};
use crate::web::failure::Answer;
use crate::web::fields::Fields;
use crate::web::gate::Signed;
use crate::web::page::see_other;
use crate::web::state::Web;

/// What was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    name: String,
    address: String,
    problems: Vec<FieldError>,
}

#[derive(Serialize)]
pub(super) struct QueuesView {
    queues: Vec<Row>,
    name: String,
    address: String,
    name_error: String,
    address_error: String,
}

#[derive(Serialize)]
struct Row {
    name: String,
    url: String,
    addresses: String,
}

pub(super) fn load(conn: &mut Conn, typed: Option<(Typed, crate::i18n::Language)>) -> Result<QueuesView> {
    let mut addresses = listing::addresses(conn)?;
    let open = queues::all(conn)?.into_iter().filter(|queue| queue.retired_at.is_none());
    let rows = open.map(|queue| Row {
        url: format!("/admin/queues/{}", queue.id),
        addresses: addresses.remove(&queue.id).unwrap_or_default().join(", "),
        name: queue.name,
    });
    let mut view = QueuesView {
        queues: rows.collect(),
        name: String::new(),
        address: String::new(),
        name_error: String::new(),
        address_error: String::new(),
    };
    if let Some((typed, language)) = typed {
        (view.name, view.address) = (typed.name, typed.address);
        for FieldError { field, message } in typed.problems {
            let place = if field == "name" { &mut view.name_error } else { &mut view.address_error };
            *place = message.in_language(&language);
        }
    }
    Ok(view)
}

pub(super) async fn update(web: &Data<Web>, signed: &Signed, fields: &Fields) -> Answer {
    fields.only(&["do", "name", "address"])?;
    let (name, address) = (fields.one("name").trim().to_owned(), fields.one("address").trim().to_owned());
    let (asker, now) = (signed.clone(), crate::db::Ts(web.clock.now()));
    let addresses = if address.is_empty() { Vec::new() } else { vec![address.clone()] };
    let new = NewQueue { name: name.clone(), parent: None, addresses };
    let done = web
        .db
        .write(move |tx| {
            queues::create(tx, &asker.actor, &new, now)?;
            first_steps::mark(tx, &asker.actor, Step::Queues, How::Done, now)
        })
        .await;
    match done {
        // There may be more of them.
        Ok(()) => Ok(see_other("/admin/setup/queues")),
        Err(Error::Invalid(problems)) => {
            let typed = (Typed { name, address, problems }, signed.reader.language.clone());
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show(web, signed, status, Some(Step::Queues), move |conn, _| load(conn, Some(typed))).await
        }
        Err(error) => Err(error.into()),
    }
}
