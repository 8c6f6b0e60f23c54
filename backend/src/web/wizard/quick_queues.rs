//! The first queues: those that are there, and one more at a time.

use actix_web::web::Data;
use serde::Serialize;

use super::show;
use crate::db::{Conn, InstallationRight};
use crate::error::{FieldError, Result};
use crate::people::first_steps::{self, How, Step};
use crate::queues::{self, NewQueue, listing};
use crate::web::failure::{Answer, WHOLE, problems};
use crate::web::fields::Fields;
use crate::web::gate::{Asker, Signed};
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
    /// Why all of it is refused.
    whole: String,
    name_error: String,
    address_error: String,
}

#[derive(Serialize)]
struct Row {
    name: String,
    url: String,
    addresses: String,
}

pub(super) fn load(conn: &mut Conn, asker: &Asker, typed: Option<Typed>) -> Result<QueuesView> {
    // A refusal comes back here as well: to whom the step is closed, it shows no queue.
    asker.actor.require(InstallationRight::QueuesAndMail)?;
    let typed = typed.unwrap_or_default();
    let mut addresses = listing::addresses(conn)?;
    let open = queues::all(conn)?.into_iter().filter(|queue| queue.retired_at.is_none());
    let rows = open.map(|queue| Row {
        url: format!("/admin/queues/{}", queue.id),
        addresses: addresses.remove(&queue.id).unwrap_or_default().join(", "),
        name: queue.name,
    });
    let mut view = QueuesView {
        queues: rows.collect(),
        name: typed.name,
        address: typed.address,
        whole: String::new(),
        name_error: String::new(),
        address_error: String::new(),
    };
    for FieldError { field, message } in typed.problems {
        let place = match field.as_str() {
            WHOLE => &mut view.whole,
            "name" => &mut view.name_error,
            _ => &mut view.address_error,
        };
        *place = message.in_language(&asker.reader.language);
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
    let error = match done {
        // There may be more of them.
        Ok(()) => return Ok(see_other("/admin/setup/queues")),
        Err(error) => error,
    };
    let (status, problems) = problems(error)?;
    let typed = Typed { name, address, problems };
    show(web, signed, status, Some(Step::Queues), move |conn, asker| load(conn, asker, Some(typed))).await
}
