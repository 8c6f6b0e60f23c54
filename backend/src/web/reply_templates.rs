//! The administration's pages of the texts that agents insert: the list, one of them, a new one.

mod rows;

pub(super) use self::rows::{Names, Row, row};

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use self::rows::language_name;
use super::failure::{Answer, Failure, WHOLE, problems};
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show, show_as};
use super::stale;
use super::state::Web;
use super::view::Choice;
use crate::access::Actor;
use crate::db::{Conn, InstallationRight, LetterLanguage, RoleId, TemplateId, Ts};
use crate::error::{Error, FieldError, Result, say};
use crate::i18n::Language;
use crate::queues::templates::{self, Change, Scope, Template};
use crate::queues::{Queue, placeholders};

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

/// `GET /admin/templates`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    show(&web, &signed, "reply-templates/list.html", move |conn, asker| {
        let language = &asker.reader.language;
        let names = Names::load(conn, &asker.actor)?;
        let (mut offered, mut retired) = (Vec::new(), Vec::new());
        for template in templates::all(conn)? {
            let row = row(&template, HOME, &names, asker);
            if template.retired { retired.push(row) } else { offered.push(row) }
        }
        let saved = if wish.saved.is_empty() { String::new() } else { language.tr("templates-saved") };
        Ok(Page::new("templates", ListView { saved, templates: offered, retired }))
    })
    .await
}

/// The fields of a text, of the house or of one's own.
const TEXT: [&str; 8] = ["name", "language", "body", "state", "wait_days", "to_queue", "priority", "tags"];
/// Those that say for whom a text of the house is: `queue` comes once for each queue in which it is offered, `role` for each
/// role to whose holders.
const FOR_WHOM: [&str; 3] = ["scope", "queue", "role"];

/// The form, of a text of the house or of one's own.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed(Fields);

impl Typed {
    /// A text of one's own, as it was sent.
    ///
    /// # Errors
    /// 400 for a field that its page does not offer, also where that of the house does.
    pub(super) fn own(sent: Fields) -> Result<Self, Failure> {
        sent.only(&TEXT)?;
        Ok(Self(sent))
    }

    // A text of the house as it was sent; `besides` are the fields that only this page has.
    fn house(sent: Fields, besides: &[&str]) -> Result<Self, Failure> {
        let names: Vec<&str> = [&TEXT[..], &FOR_WHOM[..], besides].concat();
        sent.only(&names)?;
        Ok(Self(sent))
    }

    /// What is stored, as it would be typed.
    pub(super) fn of(template: &Template) -> Self {
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
        fields.push(("scope", template.scope().as_str().to_owned()));
        fields.extend(template.queues.iter().map(|queue| ("queue", queue.to_string())));
        fields.extend(template.roles.iter().map(|role| ("role", role.to_string())));
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What shall be stored, for whom left aside.
    pub(super) fn words(&self) -> Result<Change> {
        let chosen = |name: &str| Some(self.0.one(name)).filter(|value| !value.is_empty());
        let odd = |_| Error::NotFound;
        let days = self.0.one("wait_days").trim();
        Ok(Change {
            name: self.0.one("name").to_owned(),
            language: chosen("language").map(str::parse).transpose().map_err(|_| Error::NotFound)?,
            body: self.0.one("body").to_owned(),
            effects: templates::Effects {
                state: chosen("state").map(str::parse).transpose().map_err(|_| Error::NotFound)?,
                // What is no number is refused as none that will do.
                wait_days: if days.is_empty() { None } else { Some(days.parse().unwrap_or(0)) },
                queue: chosen("to_queue").map(str::parse).transpose().map_err(odd)?,
                priority: chosen("priority").map(str::parse).transpose().map_err(|_| Error::NotFound)?,
                tags: self.0.one("tags").split(',').map(|tag| tag.trim().to_owned()).collect(),
            },
            ..Change::default()
        })
    }

    // With whom it is for. Roles that its keeper may not know of stay as they are.
    fn change(&self, actor: &Actor, stored: Option<&Template>) -> Result<Change> {
        let mut change = self.words()?;
        let (queues, roles) = (self.0.all("queue"), self.0.all("role"));
        match self.0.one("scope") {
            "roles" if !actor.scope.may(InstallationRight::People) => {
                change.roles = stored.map(|stored| stored.roles.clone()).unwrap_or_default();
            }
            "roles" => {
                let ids = roles.iter().map(|id| id.parse().map_err(|_| Error::NotFound));
                change.roles = ids.collect::<Result<_>>()?;
            }
            "queues" | "" => {
                let ids = queues.iter().map(|id| id.parse().map_err(|_| Error::NotFound));
                change.queues = ids.collect::<Result<_>>()?;
            }
            "everybody" => {}
            // What no form of ours sends is not taken for the widest.
            _ => return Err(Error::NotFound),
        }
        let nobody = match self.0.one("scope") {
            "queues" => change.queues.is_empty(),
            "roles" => change.roles.is_empty(),
            _ => false,
        };
        if nobody {
            return Err(Error::invalid("queues", say!("refused-template-nobody")));
        }
        Ok(change)
    }
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Errors {
    /// Why all of it is refused.
    whole: String,
    name: String,
    body: String,
    scope: String,
    state: String,
    priority: String,
    wait_days: String,
    tags: String,
}

/// The form of a text: of the house, or of one's own.
#[derive(Serialize)]
pub(super) struct EditView {
    /// Nothing for one that is to be made.
    url: String,
    title: String,
    /// What is stored, as this page shows it; nothing where one alone can change it.
    shown: String,
    retired: bool,
    name: String,
    body: String,
    wait_days: String,
    tags: String,
    languages: Vec<Choice>,
    /// `everybody`, `queues` or `roles`.
    scope: String,
    queues: Vec<Choice>,
    /// Nothing for who may not know of them.
    roles: Vec<Choice>,
    /// Whether it is for roles that its keeper may not know of.
    hidden_roles: bool,
    /// Whether it is known who can use it, and who that is, by name.
    counted: bool,
    readers: String,
    n: usize,
    states: Vec<Choice>,
    targets: Vec<Choice>,
    priorities: Vec<Choice>,
    names: Vec<Name>,
    errors: Errors,
    wrong: bool,
}

/// A name that is filled in, and what stands for it.
#[derive(Serialize)]
pub(super) struct Name {
    name: String,
    means: String,
}

impl Name {
    /// All that there are.
    pub(super) fn all(language: &Language) -> Vec<Self> {
        let one = |name: &&str| Self {
            name: placeholders::shown(name),
            means: language.tr(&format!("template-means-{}", name.replace('.', "-"))),
        };
        placeholders::NAMES.iter().map(one).collect()
    }
}

/// `GET /admin/templates/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "reply-templates/edit.html", |conn, asker| {
        house(conn, asker, None, Some(Typed::default()), Errors::default())
    })
    .await
}

/// `GET /admin/templates/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<String>) -> Answer {
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    show(&web, &signed, "reply-templates/edit.html", move |conn, asker| {
        house(conn, asker, Some(id), None, Errors::default())
    })
    .await
}

fn house(
    conn: &mut Conn,
    asker: &Asker,
    id: Option<TemplateId>,
    typed: Option<Typed>,
    errors: Errors,
) -> Result<Page<EditView>> {
    asker.actor.require(InstallationRight::QueuesAndMail)?;
    let stored = id.map(|id| templates::get(conn, id)).transpose()?;
    let names = Names::load(conn, &asker.actor)?;
    let mut view = view(asker, HOME, stored.as_ref(), typed, errors, &names.queues);
    if let Some(stored) = &stored {
        view.shown = stale::mark(&Typed::of(stored));
        let readers = templates::readers(conn, &asker.actor, stored, Ts(asker.reader.now))?;
        view.counted = readers.is_some();
        view.n = readers.as_ref().map_or(0, Vec::len);
        view.readers = readers.unwrap_or_default().join(", ");
        view.hidden_roles = !stored.roles.is_empty() && names.roles.is_empty();
    }
    let chosen: Vec<String> = view.roles.iter().map(|role| role.value.clone()).collect();
    let choice = |(id, name, retired): &(RoleId, String, bool)| {
        let value = id.to_string();
        let current = chosen.contains(&value);
        (current || !retired).then(|| Choice::new(value, name.clone(), current))
    };
    view.roles = names.roles.iter().filter_map(choice).collect();
    Ok(Page::new("templates", view))
}

/// The form; `all` are the queues that may be named in it.
pub(super) fn view(
    asker: &Asker,
    home: &str,
    stored: Option<&Template>,
    typed: Option<Typed>,
    errors: Errors,
    all: &[Queue],
) -> EditView {
    let language = &asker.reader.language;
    let form = typed.or_else(|| stored.map(Typed::of)).unwrap_or_default().0;
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
    let roles = form.all("role").into_iter().map(|id| Choice::new(id, "", true)).collect();
    let scope = match form.one("scope") {
        "" if !form.all("queue").is_empty() => Scope::Queues.as_str(),
        "" => Scope::Everybody.as_str(),
        word => word,
    };
    EditView {
        url: stored.map_or_else(String::new, |stored| format!("{home}/{}", stored.id)),
        title: stored.map_or_else(|| language.tr("template-new"), |stored| stored.name.clone()),
        shown: String::new(),
        scope: scope.to_owned(),
        roles,
        hidden_roles: false,
        counted: false,
        readers: String::new(),
        n: 0,
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
        names: Name::all(language),
        wrong: errors != Errors::default(),
        errors,
    }
}

/// `POST /admin/templates`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    let form = Typed::house(form.0, &[])?;
    let (typed, now, asker) = (form.clone(), web.moment().ts(), signed.clone());
    let made = web.db.write(move |tx| {
        let change = typed.change(&asker.actor, None)?;
        templates::create(tx, &asker.actor, &change, now)
    });
    let made = made.await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /admin/templates/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Fields>) -> Answer {
    let form = Typed::house(form.0, &["shown"])?;
    let id: TemplateId = id.parse().map_err(|_| Error::NotFound)?;
    let (typed, now, asker) = (form.clone(), web.moment().ts(), signed.clone());
    let made = web.db.write(move |tx| {
        stale::alone(tx, "templates")?;
        asker.actor.require(InstallationRight::QueuesAndMail)?;
        let stored = templates::get(tx, id)?;
        stale::must_be_fresh(typed.0.one("shown"), &Typed::of(&stored))?;
        let change = typed.change(&asker.actor, Some(&stored))?;
        templates::change(tx, &asker.actor, id, &change, now)
    });
    let made = made.await;
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
    let error = match done {
        Ok(_) => return Ok(see_other(&format!("{HOME}?saved=1"))),
        Err(error) => error,
    };
    let (status, fields) = problems(error).map_err(|failure| failure.back_to(HOME))?;
    let errors = by_field(fields, &signed.reader.language);
    show_as(web, signed, status, "reply-templates/edit.html", move |conn, asker| {
        house(conn, asker, id, Some(form), errors)
    })
    .await
}

pub(super) fn by_field(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            WHOLE => &mut errors.whole,
            "body" => &mut errors.body,
            "queues" | "roles" => &mut errors.scope,
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
pub async fn retire(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Fields>) -> Answer {
    form.0.only(&[])?;
    offer(&web, &signed, &id, false).await
}

/// `POST /admin/templates/{id}/retirement/end`.
pub async fn restore(web: Data<Web>, signed: Signed, id: Path<String>, form: Posted<Fields>) -> Answer {
    form.0.only(&[])?;
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
