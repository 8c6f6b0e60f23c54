//! Searches in the sidebar: putting one there, taking it away; and how dense lists are.

use actix_web::web::{Data, Path};
use serde::Deserialize;

use super::failure::{Answer, Failure};
use super::forms::{Nothing, Posted};
use super::gate::Signed;
use super::page::{local, see_other};
use super::state::Web;
use super::tickets::list::place::{Place, View};
use crate::db::ViewId;
use crate::error::Error;
use crate::people::{agents, habits};
use crate::search::views::{self, NewView};
use crate::tickets::list::Sort;

/// The form in the list's head.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    name: String,
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    back: String,
}

/// `POST /views`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    let fields = form.0;
    let sort = if fields.sort.is_empty() { Sort::default() } else { Sort::named(&fields.sort)? };
    let new = NewView { name: fields.name, q: fields.q, sort, team: !fields.team.is_empty() };
    let (back, name) = (local(&fields.back, "/tickets"), new.name.clone());
    let (asker, at) = (signed.clone(), signed.reader.moment());
    let made = web.db.write(move |tx| views::pin(tx, &asker.actor, &new, &at)).await;
    let view = made.map_err(|error| Failure::from(error).keeping(&name).back_to(&back))?;
    Ok(see_other(&url_of(&view)))
}

/// `POST /views/{id}/end`.
pub async fn end(web: Data<Web>, signed: Signed, id: Path<String>, _: Posted<Nothing>) -> Answer {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    web.db.write(move |tx| views::unpin(tx, &signed.actor, ViewId(id))).await?;
    Ok(see_other("/tickets"))
}

/// The list that a view shows.
pub fn url_of(view: &views::View) -> String {
    Place { q: view.q.clone(), view: View::Any, sort: view.order(), ..Place::default() }.url(None)
}

/// How dense lists are to be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    dense: String,
    #[serde(default)]
    back: String,
}

/// `POST /preferences/rows`.
pub async fn rows(web: Data<Web>, signed: Signed, form: Posted<Rows>) -> Answer {
    let (dense, back) = (form.0.dense == "yes", local(&form.0.back, "/tickets"));
    web.db.write(move |tx| agents::set_dense_rows(tx, &signed.actor, dense)).await?;
    Ok(see_other(&back))
}

/// Whether lists stay beside the tickets that are opened from them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    beside: String,
    #[serde(default)]
    back: String,
}

/// `POST /preferences/beside`.
pub async fn beside(web: Data<Web>, signed: Signed, form: Posted<Beside>) -> Answer {
    let (beside, back) = (form.0.beside == "yes", local(&form.0.back, "/tickets"));
    web.db.write(move |tx| habits::set_list_beside(tx, &signed.actor, beside)).await?;
    Ok(see_other(&back))
}
