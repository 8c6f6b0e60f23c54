//! Outgoing mails. Needs the right to see the recorder.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    views::instant,
};
use crate::{
    desk::Desk,
    outbox::{self, Listed},
};

/// Which mails.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Where they stand: held, due, sending, sent, deferred, uncertain, bounced, failed, cancelled.
    state: Option<String>,
    /// How many, 1 to 200; 25 where missing.
    limit: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
}

/// An outgoing mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Outgoing)]
pub struct OutgoingView {
    /// Its key.
    pub id: String,
    /// Why: reply, auto_response, notification.
    pub kind: String,
    /// Where it stands.
    pub state: String,
    /// The number of its ticket.
    pub ticket: Option<String>,
    /// The article that it carries.
    pub article: Option<String>,
    /// What it is about; missing where it is written when it is sent, or the ticket is not for the caller.
    pub subject: Option<String>,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
    /// The envelope's recipients.
    pub envelope_to: Vec<String>,
    /// Without angle brackets.
    pub message_id: String,
    /// How often it was tried.
    pub attempts: i32,
    /// What the relay said last, or nothing.
    pub error: String,
    /// When it is tried next; while it is held, until when.
    #[schema(format = DateTime)]
    pub try_at: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the relay took it.
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
}

fn view(Listed { mail, ticket, subject, .. }: Listed) -> OutgoingView {
    OutgoingView {
        id: mail.id.to_string(),
        kind: mail.kind.to_string(),
        state: mail.state.to_string(),
        ticket,
        article: mail.article_id.map(|id| id.to_string()),
        subject,
        envelope_to: mail.recipients(),
        envelope_from: mail.envelope_from,
        message_id: mail.message_id,
        attempts: mail.attempts,
        error: mail.error,
        try_at: instant(mail.try_at),
        created_at: instant(mail.created_at),
        sent_at: mail.sent_at.map(instant),
    }
}

/// Outgoing mails, the newest first.
#[utoipa::path(get, path = "/outbox", tag = "mail", params(Wish), responses((status = 200, body = List<OutgoingView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let state = wish.state.as_deref().map(|word| page::word("state", word)).transpose()?;
            let limit = page::limit(wish.limit.as_deref(), page::DEFAULT)?;
            let cursor = page::cursor(wish.cursor.as_deref())?;
            let (mails, next) = outbox::page(conn, &caller.actor, state, cursor, limit)?;
            Ok(List { items: mails.into_iter().map(view).collect(), next: next.map(|id| id.to_string()) })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
