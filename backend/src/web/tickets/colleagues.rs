//! Whom a note can name: the colleagues who may read the ticket.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use crate::access;
use crate::db::Ts;
use crate::tickets::assign;
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::state::Web;

#[derive(Serialize)]
struct Colleague {
    login: String,
    name: String,
}

#[derive(Serialize)]
struct List {
    items: Vec<Colleague>,
}

/// `GET /tickets/{number}/colleagues`.
pub async fn list(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    let now = Ts(web.clock.now());
    let items = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &signed.actor, &number)?;
            let readers = assign::readers(conn, access.ticket().queue_id, now)?;
            let me = signed.actor.agent.id;
            Ok(readers
                .into_iter()
                .filter(|(id, _, _)| *id != me)
                .map(|(_, login, name)| Colleague { login, name })
                .collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(List { items }))
}
