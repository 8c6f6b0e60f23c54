//! Automatic answers: texts and switches. Needs the right to manage queues and mail.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
};
use crate::{
    db::{AnswerKind, Conn, InstallationRight, LetterLanguage},
    desk::Desk,
    error::{Error, Result, say},
    notify::answers::{self, Change, Origin, Text},
    queues::{self, Queue},
};

/// Whose texts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// The name of a queue; without one, the texts that all queues share.
    queue: Option<String>,
}

/// A text of an automatic answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AutoResponse)]
pub struct AutoResponseView {
    /// The name of a queue; null: all queues.
    pub queue: Option<String>,
    /// received, reopened, rejected, new_because_closed.
    pub kind: String,
    /// en, de, fr.
    pub language: String,
    /// One line, with words in braces that are filled in.
    pub subject: String,
    /// The body.
    pub body: String,
    /// Whose text it is: queue, everywhere, built_in.
    pub origin: String,
    /// Whether the queue sends this kind; null where no queue was named.
    pub enabled: Option<bool>,
}

/// The texts of automatic answers as they would be sent, in all languages.
#[utoipa::path(get, path = "/auto-responses", tag = "administration", params(Wish),
    responses((status = 200, body = List<AutoResponseView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::QueuesAndMail)?;
            let queue = named(conn, wish.queue.as_deref())?;
            let mut items = Vec::new();
            for kind in AnswerKind::ALL {
                for language in LetterLanguage::ALL {
                    items.push(view(conn, queue.as_ref(), *kind, *language)?);
                }
            }
            Ok(List::whole(items))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

fn named(conn: &mut Conn, name: Option<&str>) -> Result<Option<Queue>> {
    let unknown = |name: &str| Error::invalid("queue", say!("refused-queue-unknown", name = name));
    name.map(|name| match queues::by_name(conn, name) {
        Err(Error::NotFound) => Err(unknown(name)),
        other => other,
    })
    .transpose()
}

fn view(
    conn: &mut Conn,
    queue: Option<&Queue>,
    kind: AnswerKind,
    language: LetterLanguage,
) -> Result<AutoResponseView> {
    let (text, origin) = answers::template(conn, queue.map(|queue| queue.id), kind, language)?;
    let enabled = queue.map(|queue| answers::enabled(conn, queue, kind)).transpose()?;
    let origin = match origin {
        Origin::Queue => "queue",
        Origin::Everywhere => "everywhere",
        Origin::BuiltIn => "built_in",
    };
    Ok(AutoResponseView {
        queue: queue.map(|queue| queue.name.clone()),
        kind: kind.to_string(),
        language: language.to_string(),
        subject: text.subject,
        body: text.body,
        origin: origin.to_owned(),
        enabled,
    })
}

/// A text to be kept, and whether the queue sends it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAutoResponse {
    /// The name of a queue; without one, all queues that have no text of their own.
    queue: Option<String>,
    /// received, reopened, rejected, new_because_closed.
    kind: String,
    /// en, de, fr.
    language: String,
    /// One line; together with `body`. Without both, the text stays.
    subject: Option<String>,
    /// The body.
    body: Option<String>,
    /// Takes the text away: the one behind it is sent again.
    #[serde(default)]
    reset: bool,
    /// Whether the queue sends this kind, in any language.
    enabled: Option<bool>,
}

impl Input for SetAutoResponse {}

/// Sets the text of an automatic answer, and whether a queue sends it.
#[utoipa::path(put, path = "/auto-responses", tag = "administration", request_body = SetAutoResponse,
    responses((status = 200, body = AutoResponseView)))]
pub async fn put(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<SetAutoResponse>) -> Answer {
    let now = desk.moment().ts();
    let view = desk
        .db
        .write(move |tx| {
            let actor = &caller.actor;
            actor.require(InstallationRight::QueuesAndMail)?;
            let queue = named(tx, value.queue.as_deref())?;
            let kind: AnswerKind = page::word("kind", &value.kind)?;
            let language: LetterLanguage = page::word("language", &value.language)?;
            let id = queue.as_ref().map(|queue| queue.id);
            let change = |subject: &str, body: &str| Change {
                queue: id,
                kind,
                language,
                text: Text { subject: subject.to_owned(), body: body.to_owned() },
            };
            match (&value.subject, &value.body) {
                (Some(subject), Some(body)) => answers::save(tx, actor, &change(subject, body), now)?,
                (None, None) => {}
                (None, _) => return Err(Error::invalid("subject", say!("refused-answer-no-subject"))),
                (_, None) => return Err(Error::invalid("body", say!("refused-answer-no-body"))),
            }
            if value.reset {
                answers::reset(tx, actor, &change("", ""), now)?;
            }
            match (id, value.enabled) {
                (Some(id), Some(on)) => answers::set_switch(tx, actor, id, kind, on, now)?,
                (None, Some(_)) => return Err(Error::invalid("enabled", say!("refused-answer-switch"))),
                (_, None) => {}
            }
            let queue = named(tx, value.queue.as_deref())?;
            view(tx, queue.as_ref(), kind, language)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
