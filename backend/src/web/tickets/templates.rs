//! The house's texts for a ticket, as the composer asks for them.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::effects::{Chip, Fields};
use crate::access::{self, Actor};
use crate::db::TemplateId;
use crate::error::Error;
use crate::queues::templates::Named;
use crate::queues::{self, Queue};
use crate::tickets::templates;
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::state::Web;
use crate::web::times::Reader;

/// A text that can be chosen.
#[derive(Clone, Debug, Serialize)]
pub struct Offered {
    id: i64,
    name: String,
    /// What it does besides, in words.
    hint: String,
}

/// What can be chosen, by name; `all` are the queues.
pub fn offered(of: &[Named], all: &[Queue], actor: &Actor, reader: &Reader) -> Vec<Offered> {
    let language = &reader.language;
    let mut offered = Vec::with_capacity(of.len());
    for template in of {
        let does = template.effects().known_to(actor, template.is_personal());
        let chips = Fields::of(&does).chips(all, reader);
        let tag = template.language.map(|of| language.tr(&format!("answers-language-{of}")));
        let own = template.is_personal().then(|| language.tr("template-personal"));
        let hint: Vec<String> = own.into_iter().chain(tag).chain(chips.iter().map(Chip::label)).collect();
        offered.push(Offered { id: template.id.0, name: template.name.clone(), hint: hint.join(", ") });
    }
    offered
}

#[derive(Serialize)]
struct List {
    items: Vec<Offered>,
}

/// `GET /tickets/{number}/templates`.
pub async fn list(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    let items = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &signed.actor, &number)?;
            let found = templates::named(conn, &access, &signed.actor)?;
            Ok(offered(&found, &queues::all(conn)?, &signed.actor, &signed.reader))
        })
        .await?;
    Ok(HttpResponse::Ok().json(List { items }))
}

#[derive(Serialize)]
struct Chosen {
    text: String,
    chips: Vec<Chip>,
}

/// `GET /tickets/{number}/templates/{id}`: one, filled in.
pub async fn get(web: Data<Web>, signed: Signed, path: Path<(String, String)>) -> Answer {
    let (number, id) = path.into_inner();
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    let chosen = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &signed.actor, &number)?;
            let (template, filled) = templates::preview(conn, &access, &signed.actor, id)?;
            let all = queues::all(conn)?;
            let does = template.effects.clone().known_to(&signed.actor, template.owner.is_some());
            let chips = Fields::of(&does).chips(&all, &signed.reader);
            Ok(Chosen { text: filled.text, chips })
        })
        .await?;
    Ok(HttpResponse::Ok().json(chosen))
}
