//! Automatic answers: which of them a queue sends, and what they say.

mod edit;

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

pub use self::edit::{form, submit};
use super::failure::{Answer, problems};
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show, show_as};
use super::stale;
use super::state::Web;
use super::view::Choice;
use crate::db::{AnswerKind, Conn, InstallationRight, LetterLanguage, QueueId, Ts, Tx};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::notify::answers::{self, Own};
use crate::queues::{self, Queue};

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
            kinds: kinds(None, &own, &[], language),
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

fn kinds(queue: Option<QueueId>, own: &[Own], on: &[AnswerKind], language: &Language) -> Vec<KindRow> {
    let row = |kind: &AnswerKind| KindRow {
        kind: *kind,
        name: language.tr(&format!("answers-kind-{kind}")),
        hint: language.tr(&format!("answers-hint-{kind}")),
        on: on.contains(kind),
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

/// What a queue sends, as its form says or as it is stored.
#[derive(Clone, Debug)]
struct Sends {
    on: Vec<AnswerKind>,
    /// Nothing for one that is none of ours.
    language: Option<LetterLanguage>,
}

impl Sends {
    fn stored(conn: &mut Conn, asker: &Asker, queue: &Queue) -> Result<Self> {
        let switches = answers::switches(conn, &asker.actor)?;
        let is_on = |kind: &AnswerKind| answers::is_on(&switches, queue, *kind);
        let on = AnswerKind::ALL.iter().copied().filter(is_on).collect();
        Ok(Self { on, language: Some(queue.language) })
    }

    fn sent(fields: &Fields) -> Self {
        let (on, language) = (fields.all("on"), fields.one("language"));
        let is_on = |kind: &AnswerKind| on.iter().any(|given| given == kind.as_str());
        Self {
            on: AnswerKind::ALL.iter().copied().filter(is_on).collect(),
            language: LetterLanguage::ALL.iter().copied().find(|of| of.as_str() == language),
        }
    }

    fn save(&self, tx: &mut Tx<'_>, asker: &Asker, id: QueueId, now: Ts) -> Result<()> {
        for kind in AnswerKind::ALL.iter().copied() {
            answers::set_switch(tx, &asker.actor, id, kind, self.on.contains(&kind), now)?;
        }
        match self.language {
            Some(language) => answers::set_language(tx, &asker.actor, id, language, now),
            None => Ok(()),
        }
    }
}

#[derive(Serialize)]
struct QueueView {
    saved: String,
    /// Why all of it is refused.
    whole: String,
    /// What is stored, as this page shows it.
    shown: String,
    url: String,
    name: String,
    kinds: Vec<KindRow>,
    languages: Vec<Choice>,
}

/// `GET /admin/auto-responses/{scope}`: what one queue sends.
pub async fn queue(web: Data<Web>, signed: Signed, id: Path<String>, wish: Query<Wish>) -> Answer {
    let id: QueueId = id.parse().map_err(|_| Error::NotFound)?;
    show(&web, &signed, "answers/queue.html", move |conn, asker| load(conn, asker, id, &wish, None)).await
}

/// Loads the page of a queue; `refused` is what was typed, and why it was not saved.
fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: QueueId,
    wish: &Wish,
    refused: Option<(Sends, String)>,
) -> Result<Page<QueueView>> {
    let language = &asker.reader.language;
    // First: it asks for the right.
    let own = answers::all(conn, &asker.actor)?;
    let queue = queues::get(conn, id)?;
    let stored = Sends::stored(conn, asker, &queue)?;
    let shown = stale::mark(&stored);
    let (sends, whole) = refused.unwrap_or((stored, String::new()));
    let chosen = sends.language.unwrap_or(queue.language);
    let view = QueueView {
        saved: wish.sentence(language),
        whole,
        shown,
        url: format!("{HOME}/{id}"),
        kinds: kinds(Some(id), &own, &sends.on, language),
        languages: LetterLanguage::ALL
            .iter()
            .map(|of| Choice::new(of.as_str(), language_name(*of, language), *of == chosen))
            .collect(),
        name: queue.name,
    };
    Ok(Page::new("answers", view))
}

/// `POST /admin/auto-responses/{scope}`: `on` comes once for each kind that is sent.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    fields.only(&["on", "language", "shown"])?;
    let id: QueueId = id.parse().map_err(|_| Error::NotFound)?;
    let (typed, shown) = (Sends::sent(&fields), fields.one("shown").to_owned());
    let (wanted, asker, now) = (typed.clone(), signed.clone(), Ts(web.clock.now()));
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "answers")?;
            asker.actor.require(InstallationRight::QueuesAndMail)?;
            let queue = queues::get(tx, id)?;
            stale::must_be_fresh(&shown, &Sends::stored(tx, &asker, &queue)?)?;
            wanted.save(tx, &asker, id, now)
        })
        .await;
    let error = match done {
        Ok(()) => return Ok(see_other(&format!("{HOME}/{id}?saved=queue"))),
        Err(error) => error,
    };
    let (status, wrong) = problems(error)?;
    let whole = wrong.first().map(|field| field.message.in_language(&signed.reader.language));
    let refused = (typed, whole.unwrap_or_default());
    show_as(&web, &signed, status, "answers/queue.html", move |conn, asker| {
        load(conn, asker, id, &Wish::default(), Some(refused))
    })
    .await
}
