//! One's own unfinished texts in a ticket: the same as in the composer, on whichever device.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, Params},
    problem::Answer,
};
use crate::{
    access::{self, Note, Reply},
    db::DraftKind,
    desk::Desk,
    error::{Error, Result},
    tickets::drafts::{self, Draft, Plain},
};

/// Which of the two.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// reply (a forward too) or note; reply where missing.
    kind: Option<String>,
}

impl Wish {
    fn kind(&self) -> Result<DraftKind> {
        match self.kind.as_deref() {
            None => Ok(DraftKind::Reply),
            Some(word) => kind(word),
        }
    }
}

fn kind(word: &str) -> Result<DraftKind> {
    match page::word("kind", word)? {
        DraftKind::Ticket => Err(Error::invalid("kind", "Say reply or note.")),
        kind => Ok(kind),
    }
}

/// An unfinished text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Draft)]
pub struct DraftView {
    /// reply or note.
    pub kind: String,
    /// Recipients as typed.
    pub to: String,
    /// Copies as typed.
    pub cc: String,
    /// Copies that nobody else sees, as typed.
    pub bcc: String,
    /// The text.
    pub body_text: String,
    /// Which version it is.
    pub revision: i64,
}

impl DraftView {
    fn of(draft: &Draft) -> Self {
        let Plain { to, cc, bcc, body_text } = draft.plain();
        Self { kind: draft.kind.to_string(), to, cc, bcc, body_text, revision: draft.revision }
    }
}

/// What is being written.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SetDraft {
    /// reply or note; reply where missing.
    kind: Option<String>,
    /// Recipients as typed.
    to: String,
    /// Copies as typed.
    cc: String,
    /// Copies that nobody else sees, as typed.
    bcc: String,
    /// The text.
    body_text: String,
    /// The version that was changed, 0 for none: 409 where the same agent wrote something else meanwhile. Where missing,
    /// what is there is written over.
    base: Option<i64>,
}

impl Input for SetDraft {}

/// One's own draft in a ticket.
#[utoipa::path(get, path = "/tickets/{number}/draft", tag = "articles", params(("number" = String, Path), Wish),
    responses((status = 200, body = DraftView)))]
pub async fn get(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Params(wish): Params<Wish>,
) -> Answer {
    let kind = wish.kind()?;
    let draft = desk
        .db
        .read(move |conn| {
            let access = access::readable(conn, &caller.actor, &number)?;
            drafts::find(conn, &caller.actor, access.ticket().id, kind)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(HttpResponse::Ok().json(DraftView::of(&draft)))
}

/// Saves one's own draft in a ticket.
#[utoipa::path(put, path = "/tickets/{number}/draft", tag = "articles", params(("number" = String, Path)),
    request_body = SetDraft, responses((status = 200, body = DraftView)))]
pub async fn put(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, .. }: Json<SetDraft>,
) -> Answer {
    let kind = value.kind.as_deref().map_or(Ok(DraftKind::Reply), kind)?;
    let plain = Plain { to: value.to, cc: value.cc, bcc: value.bcc, body_text: value.body_text };
    let fields = serde_json::to_string(&plain).map_err(Error::from)?;
    let (at, base) = (desk.moment(), value.base);
    let draft = desk
        .db
        .write(move |tx| {
            let actor = &caller.actor;
            if kind == DraftKind::Note {
                let access = access::for_change::<Note>(tx, actor, &number)?;
                drafts::save_note(tx, &access, actor, &fields, base, &at)
            } else {
                let access = access::for_change::<Reply>(tx, actor, &number)?;
                drafts::save_reply(tx, &access, actor, &fields, base, &at)
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(DraftView::of(&draft)))
}

/// Throws one's own draft in a ticket away.
#[utoipa::path(delete, path = "/tickets/{number}/draft", tag = "articles", params(("number" = String, Path), Wish),
    responses((status = 204)))]
pub async fn delete(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Params(wish): Params<Wish>,
) -> Answer {
    let kind = wish.kind()?;
    desk.db
        .write(move |tx| {
            let access = access::for_change::<Note>(tx, &caller.actor, &number)?;
            drafts::discard(tx, &caller.actor, access.ticket().id, kind)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
