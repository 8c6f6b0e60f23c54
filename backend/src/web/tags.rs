//! The administration's page of tags: on how many tickets each is, another name for one, an end for one.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::failure::{Answer, Failure};
use super::forms::Posted;
use super::gate::Signed;
use super::page::{Page, see_other, show_as};
use super::state::Web;
use super::tickets::bulk::address;
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::search::language::{Key, typed};
use crate::tickets::tag_list::{self, Counted, MANY};

/// Where the page is.
const HOME: &str = "/admin/tags";
/// So many tags a page shows.
const ROWS: usize = 50;

/// From where on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    after: String,
}

#[derive(Serialize)]
struct TagsView {
    tags: Vec<Row>,
    after: String,
    first_url: Option<String>,
    next_url: Option<String>,
    refused: bool,
}

#[derive(Serialize)]
struct Row {
    /// Of the fields of its forms.
    id: usize,
    tag: String,
    count: String,
    url: String,
    macros: String,
    /// What was typed as its new name, and what is wrong with that.
    to: String,
    error: String,
}

/// What was refused of one tag.
#[derive(Clone, Debug, Default)]
struct Refused {
    tag: String,
    to: String,
    error: String,
}

/// `GET /admin/tags`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    shown(&web, &signed, wish.into_inner().after, Refused::default(), actix_web::http::StatusCode::OK).await
}

async fn shown(
    web: &Data<Web>,
    signed: &Signed,
    after: String,
    refused: Refused,
    status: actix_web::http::StatusCode,
) -> Answer {
    show_as(web, signed, status, "tags/list.html", move |conn, asker| {
        let mut found = tag_list::page(conn, &asker.actor, &after, ROWS + 1)?;
        let more = found.len() > ROWS;
        found.truncate(ROWS);
        let next = found.last().filter(|_| more).map(|last| place(&last.tag));
        let language = &asker.reader.language;
        let view = TagsView {
            tags: found
                .iter()
                .enumerate()
                .map(|(id, counted)| row(id, counted, &refused, language))
                .collect(),
            after: after.clone(),
            first_url: (!after.is_empty()).then(|| HOME.to_owned()),
            next_url: next,
            refused: !refused.error.is_empty(),
        };
        Ok(Page::new("tags", view))
    })
    .await
}

fn place(after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("{HOME}?{}", query.append_pair("after", after).finish())
}

fn row(id: usize, counted: &Counted, refused: &Refused, language: &Language) -> Row {
    let mine = refused.tag == counted.tag;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("q", &typed(Key::Tag, &counted.tag)).finish();
    Row {
        id,
        tag: counted.tag.clone(),
        count: match counted.tickets {
            many if many > MANY => language.tr_count("tags-many", MANY),
            few => language.tr_count("tags-on", few),
        },
        url: format!("/search?{query}"),
        macros: counted.macros.join(", "),
        to: if mine { refused.to.clone() } else { String::new() },
        error: if mine { refused.error.clone() } else { String::new() },
    }
}

/// A tag, and what it shall be called.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Renaming {
    tag: String,
    to: String,
    /// From where on the page showed them.
    after: String,
}

/// `POST /admin/tags/names`.
pub async fn rename(web: Data<Web>, signed: Signed, form: Posted<Renaming>) -> Answer {
    let (wanted, at, asker) = (form.0, web.moment(), signed.clone());
    let Renaming { tag, to, .. } = wanted.clone();
    let begun = web.db.write(move |tx| tag_list::rename(tx, &asker.actor, &tag, &to, HOME, &at)).await;
    match begun {
        Ok(id) => Ok(see_other(&address(id))),
        Err(Error::Invalid(fields)) => {
            let told = fields.iter().map(|field| field.message.in_language(&signed.reader.language));
            let error = told.collect::<Vec<_>>().join(" ");
            let refused = Refused { tag: wanted.tag.clone(), to: wanted.to, error };
            let status = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
            shown(&web, &signed, wanted.after, refused, status).await
        }
        Err(error) => Err(Failure::from(error).back_to(HOME)),
    }
}

/// A tag that goes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Removal {
    tag: String,
}

/// `POST /admin/tags/removals`.
pub async fn remove(web: Data<Web>, signed: Signed, form: Posted<Removal>) -> Answer {
    let (tag, at, asker) = (form.0.tag, web.moment(), signed.clone());
    let begun: Result<_> = web.db.write(move |tx| tag_list::remove(tx, &asker.actor, &tag, HOME, &at)).await;
    let id = begun.map_err(|error| Failure::from(error).back_to(HOME))?;
    Ok(see_other(&address(id)))
}
