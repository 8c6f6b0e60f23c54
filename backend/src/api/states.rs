//! States that the house has named. Who sees tickets sees them; a change needs the right to manage queues and mail.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List},
    problem::Answer,
};
use crate::{
    db::{State, StateId},
    desk::Desk,
    error::{Error, Result, say},
    terms::{
        KINDS, Terms,
        states::{self, NamedState},
    },
};

/// A state of tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = State)]
pub struct StateView {
    /// Its id; null: it is built in, and cannot be changed.
    pub id: Option<String>,
    /// Its name, unique in any case: what a ticket's `state` says and takes.
    pub name: String,
    /// Its kind, by which every rule goes: new, open, pending_reminder, pending_auto, closed, merged, removed.
    pub state_type: String,
    /// Where it stands among the named ones of its kind: 1 is the first.
    pub place: Option<usize>,
    /// Whether it is offered no more. Tickets that are in it stay in it.
    pub retired: bool,
}

fn built_in(kind: &State) -> StateView {
    StateView {
        id: None,
        name: kind.to_string(),
        state_type: kind.kind().to_owned(),
        place: None,
        retired: false,
    }
}

fn view(state: &NamedState, terms: &Terms) -> StateView {
    let mut of_kind = terms.states.iter().filter(|other| other.kind == state.kind);
    StateView {
        id: Some(state.id.to_string()),
        name: state.name.clone(),
        state_type: state.kind.kind().to_owned(),
        place: of_kind.position(|other| other.id == state.id).map(|at| at + 1),
        retired: state.is_retired(),
    }
}

/// All states: those that are built in, then those with a name, by kind and in their order; retired ones included.
#[utoipa::path(get, path = "/states", tag = "administration",
    responses((status = 200, body = List<StateView>)))]
pub async fn list(desk: Data<Desk>, _caller: Caller) -> Answer {
    let list = desk
        .db
        .read(|conn| {
            let terms = Terms::load(conn)?;
            let named = terms.states.iter().map(|state| view(state, &terms));
            Ok(List::whole(State::ALL.iter().map(built_in).chain(named).collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// One state with a name.
#[utoipa::path(get, path = "/states/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = StateView)))]
pub async fn get(desk: Data<Desk>, _caller: Caller, id: Path<String>) -> Answer {
    let id: StateId = page::key(&id)?;
    let found = desk.db.read(move |conn| found(&Terms::load(conn)?, id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

fn found(terms: &Terms, id: StateId) -> Result<StateView> {
    terms.named(id).map(|state| view(state, terms)).ok_or(Error::NotFound)
}

/// A state to be named.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewState {
    /// Its name.
    name: String,
    /// Its kind: open, pending_reminder, pending_auto or closed. It is never another one.
    state_type: String,
}

impl Input for NewState {}

/// Names a state; it stands behind the others of its kind.
#[utoipa::path(post, path = "/states", tag = "administration", request_body = NewState,
    responses((status = 201, body = StateView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<NewState>) -> Answer {
    let (asker, now) = (caller.clone(), desk.moment().ts());
    request
        .create(&desk, &caller, move |tx| {
            let kind = KINDS.into_iter().find(|kind| kind.kind() == value.state_type);
            let kind = kind.ok_or_else(|| Error::invalid("state_type", say!("refused-state-kind")))?;
            let made = states::create(tx, &asker.actor, kind, &value.name, now)?;
            found(&Terms::load(tx)?, made.id)
        })
        .await
}

/// What a state shall be like; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SetNamedState {
    /// Its name, on every ticket that is in it.
    name: Option<String>,
    /// Where it stands among those of its kind: 1 is the first.
    place: Option<usize>,
}

impl Input for SetNamedState {}

/// Gives a state another name, or another place.
#[utoipa::path(put, path = "/states/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = SetNamedState, responses((status = 200, body = StateView)))]
pub async fn put(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<SetNamedState>,
) -> Answer {
    let (id, now): (StateId, _) = (page::key(&id)?, desk.moment().ts());
    let changed = desk
        .db
        .write(move |tx| {
            if let Some(name) = &value.name {
                states::rename(tx, &caller.actor, id, name, now)?;
            }
            if let Some(place) = value.place {
                states::put_at(tx, &caller.actor, id, place, now)?;
            }
            found(&Terms::load(tx)?, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// Offers a state no more; tickets that are in it stay in it.
#[utoipa::path(put, path = "/states/{id}/retirement", tag = "administration", params(("id" = String, Path)),
    responses((status = 204, description = "Retired")))]
pub async fn retire(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    set_retired(desk, caller, &id, true).await
}

/// Offers a state again.
#[utoipa::path(delete, path = "/states/{id}/retirement", tag = "administration", params(("id" = String, Path)),
    responses((status = 204, description = "In use")))]
pub async fn restore(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    set_retired(desk, caller, &id, false).await
}

async fn set_retired(desk: Data<Desk>, caller: Caller, id: &str, retired: bool) -> Answer {
    let (id, now): (StateId, _) = (page::key(id)?, desk.moment().ts());
    desk.db.write(move |tx| states::retire(tx, &caller.actor, id, retired, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
