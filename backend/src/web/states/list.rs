//! The page, and what is done to one state on it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use super::HOME;
use super::view::{Typed, load};
use crate::db::{State, StateId, Tx};
use crate::error::{Error, Result};
use crate::terms::states;
use crate::web::failure::{Answer, Failure};
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::Signed;
use crate::web::page::{see_other, show, show_as};
use crate::web::state::Web;

/// What the page says after a change.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    saved: String,
}

/// `GET /admin/states`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let typed = Typed { saved: !wish.saved.is_empty(), ..Typed::default() };
    show(&web, &signed, "states/list.html", move |conn, asker| load(conn, asker, &typed)).await
}

/// The page once more, with what was typed and what is wrong with it.
pub(super) async fn again(web: &Data<Web>, signed: &Signed, status: StatusCode, typed: Typed) -> Answer {
    show_as(web, signed, status, "states/list.html", move |conn, asker| load(conn, asker, &typed)).await
}

/// A state to be named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct New {
    name: String,
    kind: String,
}

/// `POST /admin/states`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<New>) -> Answer {
    let (form, now, asker) = (form.0, web.moment().ts(), signed.clone());
    let kind: State = form.kind.parse().map_err(|_: String| Error::NotFound)?;
    let name = form.name.clone();
    let made = web.db.write(move |tx| states::create(tx, &asker.actor, kind, &name, now).map(drop)).await;
    let typed = |error| Typed { new: (form.name, form.kind, error), ..Typed::default() };
    answered(&web, &signed, made, typed).await
}

/// Another name for a state.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Renaming {
    name: String,
}

/// `POST /admin/states/{id}`.
pub async fn rename(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Renaming>) -> Answer {
    let (id, now, asker) = (key(&id)?, web.moment().ts(), signed.clone());
    let (name, typed) = (form.0.name.clone(), form.0.name);
    let done = web.db.write(move |tx| states::rename(tx, &asker.actor, id, &name, now).map(drop)).await;
    answered(&web, &signed, done, |error| Typed { renamed: Some((id, typed, error)), ..Typed::default() })
        .await
}

/// Another place for a state.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Place {
    place: usize,
}

/// `POST /admin/states/{id}/place`.
pub async fn put_at(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Place>) -> Answer {
    let place = form.0.place;
    change(&web, &signed, &id, move |tx, signed, id| {
        states::put_at(tx, &signed.actor, id, place, signed.reader.now.into()).map(drop)
    })
    .await
}

/// `POST /admin/states/{id}/retirement`.
pub async fn retire(web: Data<Web>, signed: Signed, id: Path<String>, _form: Posted<Nothing>) -> Answer {
    change(&web, &signed, &id, |tx, signed, id| {
        states::retire(tx, &signed.actor, id, true, signed.reader.now.into()).map(drop)
    })
    .await
}

/// `POST /admin/states/{id}/retirement/end`.
pub async fn restore(web: Data<Web>, signed: Signed, id: Path<String>, _form: Posted<Nothing>) -> Answer {
    change(&web, &signed, &id, |tx, signed, id| {
        states::retire(tx, &signed.actor, id, false, signed.reader.now.into()).map(drop)
    })
    .await
}

async fn change(
    web: &Data<Web>,
    signed: &Signed,
    id: &str,
    act: impl Fn(&mut Tx<'_>, &Signed, StateId) -> Result<()> + Send + 'static,
) -> Answer {
    let (id, asker) = (key(id)?, signed.clone());
    let done = web.db.write(move |tx| act(tx, &asker, id)).await;
    done.map_err(|error| Failure::from(error).back_to(HOME))?;
    Ok(see_other(&format!("{HOME}?saved=1")))
}

fn key(id: &str) -> Result<StateId> {
    id.parse().map_err(|_| Error::NotFound)
}

/// Back to the page that can be reloaded, or the page with what is wrong.
async fn answered(
    web: &Data<Web>,
    signed: &Signed,
    done: Result<()>,
    typed: impl FnOnce(String) -> Typed,
) -> Answer {
    match done {
        Ok(()) => Ok(see_other(&format!("{HOME}?saved=1"))),
        Err(Error::Invalid(fields)) => {
            let told = fields.iter().map(|field| field.message.in_language(&signed.reader.language));
            let typed = typed(told.collect::<Vec<_>>().join(" "));
            again(web, signed, StatusCode::UNPROCESSABLE_ENTITY, typed).await
        }
        Err(error) => Err(Failure::from(error).back_to(HOME)),
    }
}
