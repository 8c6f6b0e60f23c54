//! Automatic answers: which of them a queue sends, and what they say.

mod edit;

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

pub use self::edit::{form, submit};
use super::failure::Answer;
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show};
use super::state::Web;
use super::view::Choice;
use crate::db::{AnswerKind, Conn, LetterLanguage, QueueId, Ts};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::notify::answers::{self, Own};
use crate::queues;

/// Where the pages begin.
const HOME: &str = "/admin/auto-responses";

/// What a page says after a change.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    saved: String,
}

impl Wish {
    fn sentence(&self, language: &Language) -> String {
        match self.saved.as_str() {
            "text" => language.tr("answers-saved-text"),
            "reset" => language.tr("answers-saved-reset"),
            "queue" => language.tr("answers-saved-queue"),
            _ => String::new(),
        }
    }
}

#[derive(Serialize)]
struct ListView {
    saved: String,
    kinds: Vec<KindRow>,
    queues: Vec<QueueRow>,
    languages: Vec<String>,
}

/// A kind of answer with its texts.
#[derive(Serialize)]
struct KindRow {
    kind: AnswerKind,
    name: String,
    hint: String,
    on: bool,
    texts: Vec<TextLink>,
}

#[derive(Serialize)]
struct TextLink {
    url: String,
    language: String,
    state: String,
    own: bool,
}

#[derive(Serialize)]
struct QueueRow {
    url: String,
    name: String,
    language: String,
    on: Vec<bool>,
    own: usize,
}

/// `GET /admin/auto-responses`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    show(&web, &signed, "answers/list.html", move |conn, asker| {
        let language = &asker.reader.language;
        let own = answers::all(conn, &asker.actor)?;
        let switches = answers::switches(conn, &asker.actor)?;
        let queues = queues::all(conn)?;
        let rows = queues.iter().filter(|queue| queue.retired_at.is_none()).map(|queue| QueueRow {
            url: format!("{HOME}/{}", queue.id),
            name: queue.name.clone(),
            language: language_name(queue.language, language),
            on: AnswerKind::ALL.iter().map(|kind| answers::is_on(&switches, queue, *kind)).collect(),
            own: own.iter().filter(|text| text.queue_id == Some(queue.id)).count(),
        });
        let view = ListView {
            saved: wish.sentence(language),
            queues: rows.collect(),
            languages: names(language),
            kinds: kinds(None, &own, &HashMap::new(), language),
        };
        Ok(Page::new("answers", view))
    })
    .await
}

fn names(language: &Language) -> Vec<String> {
    LetterLanguage::ALL.iter().map(|of| language_name(*of, language)).collect()
}

fn language_name(of: LetterLanguage, language: &Language) -> String {
    language.tr(&format!("answers-language-{of}"))
}

fn kinds(
    queue: Option<QueueId>,
    own: &[Own],
    on: &HashMap<AnswerKind, bool>,
    language: &Language,
) -> Vec<KindRow> {
    let row = |kind: &AnswerKind| KindRow {
        kind: *kind,
        name: language.tr(&format!("answers-kind-{kind}")),
        hint: language.tr(&format!("answers-hint-{kind}")),
        on: on.get(kind).copied().unwrap_or_default(),
        texts: LetterLanguage::ALL.iter().map(|of| link(queue, *kind, *of, own, language)).collect(),
    };
    AnswerKind::ALL.iter().map(row).collect()
}

fn link(
    queue: Option<QueueId>,
    kind: AnswerKind,
    of: LetterLanguage,
    own: &[Own],
    language: &Language,
) -> TextLink {
    let there = |queue: Option<QueueId>| {
        own.iter().any(|text| text.queue_id == queue && text.kind == kind && text.language == of)
    };
    let scope = scope(queue);
    let state = match queue {
        Some(_) if there(queue) => "queue",
        _ if there(None) => "everywhere",
        _ => "builtin",
    };
    TextLink {
        url: format!("{HOME}/{scope}/{kind}/{of}"),
        language: language_name(of, language),
        state: language.tr(&format!("answers-origin-{state}")),
        own: there(queue),
    }
}

/// The word for a queue, or for all of them, in an address.
fn scope(queue: Option<QueueId>) -> String {
    queue.map_or_else(|| "all".to_owned(), |id| id.to_string())
}

#[derive(Serialize)]
struct QueueView {
    saved: String,
    url: String,
    name: String,
    kinds: Vec<KindRow>,
    languages: Vec<Choice>,
}

/// `GET /admin/auto-responses/{scope}`: what one queue sends.
pub async fn queue(web: Data<Web>, signed: Signed, id: Path<String>, wish: Query<Wish>) -> Answer {
    let id: QueueId = id.parse().map_err(|_| Error::NotFound)?;
    show(&web, &signed, "answers/queue.html", move |conn, asker| load(conn, asker, id, &wish)).await
}

fn load(conn: &mut Conn, asker: &Asker, id: QueueId, wish: &Wish) -> Result<Page<QueueView>> {
    let language = &asker.reader.language;
    let queue = queues::get(conn, id)?;
    let own = answers::all(conn, &asker.actor)?;
    let switches = answers::switches(conn, &asker.actor)?;
    let on = AnswerKind::ALL.iter().map(|kind| (*kind, answers::is_on(&switches, &queue, *kind))).collect();
    let view = QueueView {
        saved: wish.sentence(language),
        url: format!("{HOME}/{id}"),
        kinds: kinds(Some(id), &own, &on, language),
        languages: LetterLanguage::ALL
            .iter()
            .map(|of| Choice::new(of.as_str(), language_name(*of, language), *of == queue.language))
            .collect(),
        name: queue.name,
    };
    Ok(Page::new("answers", view))
}

/// `POST /admin/auto-responses/{scope}`: `on` comes once for each kind that is sent.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    fields.only(&["on", "language"])?;
    let id: QueueId = id.parse().map_err(|_| Error::NotFound)?;
    let sent = fields.all("on");
    let is_on = |kind: &AnswerKind| sent.iter().any(|given| given == kind.as_str());
    let on: Vec<(AnswerKind, bool)> = AnswerKind::ALL.iter().map(|kind| (*kind, is_on(kind))).collect();
    let given = fields.one("language");
    let chosen = LetterLanguage::ALL.iter().copied().find(|language| language.as_str() == given);
    let (actor, now) = (signed.clone(), Ts(web.clock.now()));
    web.db
        .write(move |tx| {
            queues::get(tx, id)?;
            for (kind, on) in &on {
                answers::set_switch(tx, &actor.actor, id, *kind, *on, now)?;
            }
            if let Some(language) = chosen {
                answers::set_language(tx, &actor.actor, id, language, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(see_other(&format!("{HOME}/{id}?saved=queue")))
}
