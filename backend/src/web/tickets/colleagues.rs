//! Whom a note can name: the colleagues who may read the ticket; and how it looks where one is named.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use crate::access;
use crate::db::{Channel, Conn, Ts};
use crate::error::Result;
use crate::tickets::{Article, assign, view};
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::state::Web;
use crate::web::text::{Segment, with_mentions};

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

/// The logins that may stand in notes; nobody is looked up where no note names anybody.
///
/// # Errors
/// Those of the database.
pub fn named(conn: &mut Conn, articles: &[Article]) -> Result<HashSet<String>> {
    let names = |article: &Article| article.channel == Channel::Note && article.body_text.contains('@');
    if articles.iter().any(names) { view::logins(conn) } else { Ok(HashSet::new()) }
}

/// Marks the names in a note.
pub fn mark(text: &mut [Segment], article: &Article, logins: &HashSet<String>) {
    if article.channel != Channel::Note || logins.is_empty() {
        return;
    }
    for part in text {
        part.html = with_mentions(&part.html, logins);
    }
}
