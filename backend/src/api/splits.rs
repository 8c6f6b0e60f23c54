//! A message becomes a ticket of its own; a call is noted.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    problem::Answer,
    views::{self, ArticleView, TicketView},
};
use crate::{
    access::{self, Reply},
    db::ArticleId,
    desk::Desk,
    error::Error,
    terms::Terms,
    tickets::{
        call::{self, CallInput},
        split, view,
    },
};

/// What the new ticket is about.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSplit {
    /// One line.
    title: String,
    /// The queue of the new ticket, where it is another one; needs `create` there.
    queue: Option<String>,
}

impl Input for NewSplit {}

/// Starts a new ticket with a copy of an article, in the same queue or another; the two are linked. Needs `reply`.
#[utoipa::path(post, path = "/articles/{id}/splits", tag = "articles", params(("id" = String, Path)),
    request_body = NewSplit, responses((status = 201, body = TicketView)))]
pub async fn create(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, request }: Json<NewSplit>,
) -> Answer {
    let id: ArticleId = id.parse().map_err(|_| Error::NotFound)?;
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let mut source = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let queue = match &value.queue {
                Some(name) => Some(super::tickets::target_queue(tx, &asker.actor, "queue", name)?),
                None => None,
            };
            let new = split::split(tx, &mut source, &asker.actor, id, &value.title, queue, &at)?;
            views::ticket(tx, &new)
        })
        .await
}

/// A call.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// What was said.
    body_text: String,
    /// Who called: customer (where missing) or us.
    by: Option<String>,
    /// The state afterwards: new becomes open and others stay where missing; a closed one whose customer called is open.
    state: Option<String>,
}

impl Input for NewCall {}

/// Notes a call with the customer: part of the conversation, though nothing is sent.
#[utoipa::path(post, path = "/tickets/{number}/calls", tag = "articles", params(("number" = String, Path)),
    request_body = NewCall, responses((status = 201, body = ArticleView)))]
pub async fn call(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewCall>,
) -> Answer {
    let by_us = match value.by.as_deref() {
        None | Some("customer") => false,
        Some("us") => true,
        Some(_) => return Err(Error::invalid("by", "Say customer or us.").into()),
    };
    let (at, asker, blobs) = (desk.moment(), caller.clone(), desk.db.blobs().clone());
    request
        .create(&desk, &caller, move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let state = match &value.state {
                Some(word) => Some(Terms::load(tx)?.wanted_state("state", word)?),
                None => None,
            };
            let input = CallInput { by_us, body_text: value.body_text.clone(), state };
            let article = call::call(tx, &mut access, &asker.actor, &input, &at)?;
            views::article(tx, &blobs, &article)
        })
        .await
}
