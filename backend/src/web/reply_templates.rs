//! The administration's pages of the texts that agents insert: the list, one of them, a new one.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::failure::{Answer, Failure};
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show, show_as};
use super::state::Web;
use super::tickets::acts::Nothing;
use super::tickets::effects::{Chip, Fields as Effects};
use super::times::Reader;
use super::view::Choice;
use crate::db::{Conn, InstallationRight, LetterLanguage, QueueId, TemplateId};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Language;
use crate::queues::templates::{self, Change, Template};
use crate::queues::{self, Queue, placeholders};

/// Where the pages begin.
const HOME: &str = "/admin/templates";

/// What a page says after a change.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    saved: String,
}

#[derive(Serialize)]
struct ListView {
    saved: String,
    templates: Vec<Row>,
    retired: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    url: String,
    name: String,
    language: String,
    queues: String,
    does: Vec<String>,
    begins: String,
}

/// `GET /admin/templates`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    show(&web, &signed, "reply-templates/list.html", move |conn, asker| {
        let language = &asker.reader.language;
        let all = queues::all(conn)?;
        let (mut offered, mut retired) = (Vec::new(), Vec::new());
        for template in templates::all(conn)? {
            let row = row(&template, &all, &asker.reader);
            if template.retired { retired.push(row) } else { offered.push(row) }
        }
        let saved = if wish.saved.is_empty() { String::new() } else { language.tr("templates-saved") };
        Ok(Page::new("templates", ListView { saved, templates: offered, retired }))
    })
    .await
}

fn row(template: &Template, all: &[Queue], reader: &Reader) -> Row {
    let language = &reader.language;
    let named = |id: &QueueId| all.iter().find(|queue| queue.id == *id).map(|queue| queue.name.as_str());
    let names: Vec<&str> = template.queues.iter().filter_map(named).collect();
    let chips = Effects::of(&template.effects).chips(all, reader);
    Row {
        url: format!("{HOME}/{}", template.id),
        name: template.name.clone(),
        language: language_name(template.language, language),
        queues: if names.is_empty() { language.tr("templates-everywhere") } else { names.join(", ") },
        does: chips.iter().map(Chip::label).collect(),
        begins: template.body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned(),
    }
}

fn language_name(of: Option<LetterLanguage>, language: &Language) -> String {
    match of {
        Some(of) => language.tr(&format!("answers-language-{of}")),
        None => language.tr("templates-any-language"),
    }
}

/// The form: `queue` comes once for each queue in which the text is offered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(field, given)| field == name && given == value)
    }

    fn of(template: &Template) -> Self {
        let effects = &template.effects;
        let mut fields = vec![
            ("name", template.name.clone()),
            ("language", template.language.map_or_else(String::new, |of| of.to_string())),
            ("body", template.body.clone()),
            ("state", effects.state.map_or_else(String::new, |state| state.to_string())),
            ("wait_days", effects.wait_days.map_or_else(String::new, |days| days.to_string())),
            ("to_queue", effects.queue.map_or_else(String::new, |queue| queue.to_string())),
            ("priority", effects.priority.map_or_else(String::new, |priority| priority.level().to_string())),
            ("tags", effects.tags.join(", ")),
        ];
        fields.extend(template.queues.iter().map(|queue| ("queue", queue.to_string())));
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn change(&self) -> Result<Change> {
        let chosen = |name: &str| Some(self.one(name)).filter(|value| !value.is_empty());
        let odd = |_| Error::NotFound;
        let days = self.one("wait_days").trim();
        Ok(Change {
            name: self.one("name").to_owned(),
            language: chosen("language").map(str::parse).transpose().map_err(|_| Error::NotFound)?,
            body: self.one("body").to_owned(),
            effects: templates::Effects {
                state: chosen("state").map(str::parse).transpose().map_err(|_| Error::NotFound)?,
                // What is no number is refused as none that will do.
                wait_days: if days.is_empty() { None } else { Some(days.parse().unwrap_or(0)) },
                queue: chosen("to_queue").map(str::parse).transpose().map_err(odd)?,
                priority: chosen("priority").map(str::parse).transpose().map_err(|_| Error::NotFound)?,
                tags: self.one("tags").split(',').map(|tag| tag.trim().to_owned()).collect(),
            },
            queues: self
                .0
                .iter()
                .filter(|(name, _)| name == "queue")
                .map(|(_, id)| id.parse().map_err(odd))
                .collect::<Result<_>>()?,
        })
    }
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, Serialize)]
struct Errors {
    name: String,
    body: String,
    state: String,
    priority: String,
    wait_days: String,
    tags: String,
}

#[derive(Serialize)]
struct EditView {
    /// Nothing for one that is to be made.
    url: String,
    title: String,
    retired: bool,
    name: String,
    body: String,
    wait_days: String,
    tags: String,
    languages: Vec<Choice>,
    queues: Vec<Choice>,
    states: Vec<Choice>,
    targets: Vec<Choice>,
    priorities: Vec<Choice>,
    names: Vec<Name>,
    errors: Errors,
    wrong: bool,
}

#[derive(Serialize)]
struct Name {
    name: String,
    means: String,
}

/// `GET /admin/templates/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "reply-templates/edit.html", |conn, asker| {
        load(conn, asker, None, Some(Typed::default()), Errors::default(), false)
    })
    .await
}

/// `GET /admin/templates/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<String>) -> Answer {
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    show(&web, &signed, "reply-templates/edit.html", move |conn, asker| {
        load(conn, asker, Some(id), None, Errors::default(), false)
    })
    .await
}

fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: Option<TemplateId>,
    typed: Option<Typed>,
    errors: Errors,
    wrong: bool,
) -> Result<Page<EditView>> {
    asker.actor.require(InstallationRight::QueuesAndMail)?;
    let language = &asker.reader.language;
    let stored = id.map(|id| templates::get(conn, id)).transpose()?;
    let form = typed.or_else(|| stored.as_ref().map(Typed::of)).unwrap_or_default();
    let all = queues::all(conn)?;
    let choice = |field: &str, value: String, label: String| {
        let current = form.has(field, &value);
        Choice::new(value, label, current)
    };
    let none = |field: &str| Choice::new("", language.tr("templates-unchanged"), form.one(field).is_empty());
    let usable = |queue: &&Queue| {
        queue.retired_at.is_none()
            || form.has("queue", &queue.id.to_string())
            || form.has("to_queue", &queue.id.to_string())
    };
    let places = |field: &'static str| {
        all.iter().filter(usable).map(move |queue| (field, queue.id.to_string(), queue.name.clone()))
    };
    let languages = std::iter::once(None).chain(LetterLanguage::ALL.iter().copied().map(Some)).map(|of| {
        let value = of.map_or_else(String::new, |of| of.to_string());
        let current = form.one("language") == value;
        Choice::new(value, language_name(of, language), current)
    });
    let terms = &asker.reader.terms;
    let states = terms.offered(form.one("state").parse().ok()).into_iter();
    let states = states.map(|state| choice("state", state.to_string(), terms.state(state, language)));
    let priorities = terms
        .offered_priorities(form.one("priority").parse().ok())
        .into_iter()
        .map(|priority| choice("priority", priority.level().to_string(), terms.priority(priority, language)));
    let view = EditView {
        url: id.map_or_else(String::new, |id| format!("{HOME}/{id}")),
        title: stored.as_ref().map_or_else(|| language.tr("template-new"), |stored| stored.name.clone()),
        retired: stored.is_some_and(|stored| stored.retired),
        name: form.one("name").to_owned(),
        body: form.one("body").to_owned(),
        wait_days: form.one("wait_days").to_owned(),
        tags: form.one("tags").to_owned(),
        languages: languages.collect(),
        queues: places("queue").map(|(field, id, name)| choice(field, id, name)).collect(),
        states: std::iter::once(none("state")).chain(states).collect(),
        targets: std::iter::once(none("to_queue"))
            .chain(places("to_queue").map(|(field, id, name)| choice(field, id, name)))
            .collect(),
        priorities: std::iter::once(none("priority")).chain(priorities).collect(),
        names: placeholders::NAMES
            .iter()
            .map(|name| Name {
                name: placeholders::shown(name),
                means: language.tr(&format!("template-means-{}", name.replace('.', "-"))),
            })
            .collect(),
        errors,
        wrong,
    };
    Ok(Page::new("templates", view))
}

/// `POST /admin/templates`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Typed>) -> Answer {
    let (form, now, asker) = (form.0, web.moment().ts(), signed.clone());
    let change = form.change()?;
    let made = web.db.write(move |tx| templates::create(tx, &asker.actor, &change, now)).await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /admin/templates/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Typed>) -> Answer {
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    let (form, now, asker) = (form.0, web.moment().ts(), signed.clone());
    let change = form.change()?;
    let made = web.db.write(move |tx| templates::change(tx, &asker.actor, id, &change, now)).await;
    answer(&web, &signed, Some(id), form, made).await
}

// Back to the list, or the form with what was typed and what is wrong about it.
async fn answer(
    web: &Data<Web>,
    signed: &Signed,
    id: Option<TemplateId>,
    form: Typed,
    done: Result<Template>,
) -> Answer {
    let problems = match done {
        Ok(_) => return Ok(see_other(&format!("{HOME}?saved=1"))),
        Err(Error::Invalid(problems)) => problems,
        Err(error) => return Err(Failure::from(error).back_to(HOME)),
    };
    let errors = by_field(problems, &signed.reader.language);
    show_as(web, signed, StatusCode::UNPROCESSABLE_ENTITY, "reply-templates/edit.html", move |conn, asker| {
        load(conn, asker, id, Some(form), errors, true)
    })
    .await
}

fn by_field(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            "body" => &mut errors.body,
            "state" => &mut errors.state,
            "priority" => &mut errors.priority,
            "wait_days" => &mut errors.wait_days,
            "tags" => &mut errors.tags,
            _ => &mut errors.name,
        };
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(&message.in_language(language));
    }
    errors
}

/// `POST /admin/templates/{id}/retirement`.
pub async fn retire(web: Data<Web>, signed: Signed, id: Path<String>, _form: Posted<Nothing>) -> Answer {
    offer(&web, &signed, &id, false).await
}

/// `POST /admin/templates/{id}/retirement/end`.
pub async fn restore(web: Data<Web>, signed: Signed, id: Path<String>, _form: Posted<Nothing>) -> Answer {
    offer(&web, &signed, &id, true).await
}

async fn offer(web: &Data<Web>, signed: &Signed, id: &str, offered: bool) -> Answer {
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| templates::retire(tx, &asker.actor, id, offered, now))
        .await
        .map_err(|error| Failure::from(error).back_to(&format!("{HOME}/{id}")))?;
    Ok(see_other(&format!("{HOME}?saved=1")))
}
