//! Laying single keys elsewhere.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Serialize;

use super::Wish;
use crate::error::{Error, FieldError};
use crate::people::habits;
use crate::people::keys::{self, Group, Map};
use crate::web::failure::Answer;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;

#[derive(Serialize)]
struct KeysView {
    saved: String,
    groups: Vec<GroupView>,
}

#[derive(Serialize)]
struct GroupView {
    title: String,
    keys: Vec<KeyView>,
}

#[derive(Serialize)]
struct KeyView {
    name: &'static str,
    label: String,
    at: String,
    usual: &'static str,
    error: String,
}

/// `GET /preferences/keys`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let saved = if wish.saved == "yes" { signed.reader.language.tr("keys-saved") } else { String::new() };
    show(&web, &signed, StatusCode::OK, None, Vec::new(), saved).await
}

async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    typed: Option<Map>,
    problems: Vec<FieldError>,
    saved: String,
) -> Answer {
    show_as(web, signed, status, "preferences/keys.html", move |conn, asker| {
        let map = match typed {
            Some(map) => map,
            None => Map::read(&habits::of(conn, asker.actor.agent.id)?.keys),
        };
        let language = &asker.reader.language;
        let groups = [
            (Group::List, "keys-in-list"),
            (Group::Ticket, "keys-in-ticket"),
            (Group::Anywhere, "keys-anywhere"),
            (Group::Place, "keys-go-to"),
        ];
        let group = |(group, title): (Group, &str)| GroupView {
            title: language.tr(title),
            keys: map
                .keys()
                .iter()
                .filter(|(key, _)| key.group == group)
                .map(|(key, at)| KeyView {
                    name: key.name,
                    label: language.tr(key.says),
                    at: at.clone(),
                    usual: key.usual,
                    error: problems
                        .iter()
                        .find(|problem| problem.field == key.name)
                        .map_or_else(String::new, |problem| problem.message.in_language(language)),
                })
                .collect(),
        };
        Ok(Page::new("preferences", KeysView { saved, groups: groups.into_iter().map(group).collect() }))
    })
    .await
}

/// `POST /preferences/keys`; `usual` puts all of them back.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    let names: Vec<&str> = keys::ALL.iter().map(|key| key.name).chain(["usual"]).collect();
    fields.only(&names)?;
    let map = match fields.has("usual", "yes") {
        true => Map::read(""),
        false => Map::typed(|name| fields.one(name).to_owned()),
    };
    let (asker, wish) = (signed.clone(), map.clone());
    match web.db.write(move |tx| habits::set_keys(tx, &asker.actor, &wish)).await {
        Ok(()) => Ok(see_other("/preferences/keys?saved=yes")),
        Err(Error::Invalid(problems)) => {
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, Some(map), problems, String::new()).await
        }
        Err(error) => Err(error.into()),
    }
}
