//! Organisations: where customers work.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::customers::list::{RowView, row};
use super::failure::{Answer, Failure, WHOLE, problems};
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show, show_as};
use super::stale;
use super::state::Web;
use crate::access::for_people;
use crate::db::{Conn, CustomerId, InstallationRight, OrganisationId};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Language;
use crate::people::organisation_edit::{self, Change};
use crate::people::organisations::{self, Organisation};
use crate::people::{customer_list, domains_of_organisations};

/// The fields of one that is there.
const OLD: [&str; 4] = ["name", "domains", "note", "shown"];
/// The fields of a new one.
const NEW: [&str; 3] = ["name", "domains", "note"];

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    said: String,
    after: String,
}

#[derive(Serialize)]
struct ListView {
    organisations: Vec<Line>,
    retired: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    url: String,
    name: String,
    members: i64,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Form {
    name: String,
    domains: String,
    note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Errors {
    /// Why all of it is refused.
    whole: String,
    name: String,
    domains: String,
    note: String,
}

#[derive(Serialize)]
struct OrganisationView {
    /// Empty for one that is to be made.
    url: String,
    action: String,
    title: String,
    retired: bool,
    form: Form,
    /// What is stored, as this page shows it.
    shown: String,
    errors: Errors,
    refused: bool,
    rows: Vec<RowView>,
    next: String,
    first: String,
    said: String,
}

impl Form {
    /// What is stored of one.
    fn stored(conn: &mut Conn, organisation: &Organisation) -> Result<Self> {
        Ok(Self {
            name: organisation.name.clone(),
            domains: domains_of_organisations::of(conn, organisation.id)?.join("\n"),
            note: organisation.note.clone(),
        })
    }

    fn sent(fields: &Fields) -> Self {
        let text = |name: &str| fields.one(name).trim().replace("\r\n", "\n");
        Self { name: text("name"), domains: text("domains"), note: text("note") }
    }

    fn change(&self) -> Change {
        let separates = |c: char| c.is_whitespace() || c == ',' || c == ';';
        let domains = self.domains.split(separates).filter(|word| !word.is_empty()).map(str::to_owned);
        Change {
            name: Some(self.name.clone()),
            note: Some(self.note.clone()),
            domains: Some(domains.collect()),
        }
    }
}

impl Errors {
    fn of(fields: &[FieldError], language: &Language) -> Self {
        let mut errors = Self::default();
        for field in fields {
            let text = match field.field.as_str() {
                WHOLE => &mut errors.whole,
                "domains" => &mut errors.domains,
                "note" => &mut errors.note,
                _ => &mut errors.name,
            };
            *text = field.message.in_language(language);
        }
        errors
    }
}

fn address(id: OrganisationId) -> String {
    format!("/admin/organisations/{id}")
}

/// `GET /admin/organisations`.
pub async fn list(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "organisations/list.html", |conn, asker| {
        let all = organisations::all(conn, &asker.actor)?;
        let line = |(organisation, members): (Organisation, i64)| Line {
            url: address(organisation.id),
            name: organisation.name,
            members,
        };
        let (used, retired): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(organisation, _)| organisation.retired_at.is_none());
        let view = ListView {
            organisations: used.into_iter().map(line).collect(),
            retired: retired.into_iter().map(line).collect(),
        };
        Ok(Page::new("organisations", view))
    })
    .await
}

fn fresh(asker: &Asker, form: Form, errors: Errors) -> Result<Page<OrganisationView>> {
    asker.actor.require(InstallationRight::People)?;
    let view = OrganisationView {
        url: String::new(),
        action: "/admin/organisations".to_owned(),
        title: asker.reader.language.tr("organisation-add"),
        retired: false,
        form,
        shown: String::new(),
        refused: errors != Errors::default(),
        errors,
        rows: Vec::new(),
        next: String::new(),
        first: String::new(),
        said: String::new(),
    };
    Ok(Page::new("organisations", view))
}

/// `GET /admin/organisations/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "organisations/page.html", |_, asker| {
        fresh(asker, Form::default(), Errors::default())
    })
    .await
}

/// `POST /admin/organisations`.
pub async fn create(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&NEW)?;
    let form = Form::sent(&fields.0);
    let (wish, asker, now) = (form.change(), signed.clone(), web.moment().ts());
    let made = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            organisation_edit::create(tx, &people, &wish, now)
        })
        .await;
    match made {
        Ok(id) => Ok(see_other(&format!("{}?said=saved", address(id)))),
        Err(Error::Invalid(fields)) => {
            let errors = Errors::of(&fields, &signed.reader.language);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show_as(&web, &signed, status, "organisations/page.html", move |_, asker| {
                fresh(asker, form, errors)
            })
            .await
        }
        Err(error) => Err(Failure::from(error).back_to("/admin/organisations")),
    }
}

fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: OrganisationId,
    wish: &Wish,
    typed: Option<Form>,
    errors: Errors,
) -> Result<Page<OrganisationView>> {
    let language = &asker.reader.language;
    let organisation = organisations::get(conn, &asker.actor, id)?;
    let looked_for = customer_list::Wish {
        q: String::new(),
        organisation: Some(id),
        after: wish.after.parse().ok().map(CustomerId),
        limit: i64::from(asker.actor.agent.page_size),
    };
    let (members, next) = customer_list::find(conn, &asker.actor, &looked_for)?;
    let url = address(id);
    let stored = Form::stored(conn, &organisation)?;
    let shown = stale::mark(&stored);
    let view = OrganisationView {
        action: url.clone(),
        title: organisation.name,
        retired: organisation.retired_at.is_some(),
        form: typed.unwrap_or(stored),
        shown,
        refused: errors != Errors::default(),
        errors,
        rows: members.into_iter().map(row).collect(),
        next: next.map(|id| format!("{url}?after={id}")).unwrap_or_default(),
        first: if wish.after.is_empty() { String::new() } else { url.clone() },
        said: match wish.said.as_str() {
            "saved" => language.tr("customer-saved"),
            "retired" => language.tr("organisation-is-retired"),
            "restored" => language.tr("organisation-is-back"),
            _ => String::new(),
        },
        url,
    };
    Ok(Page::new("organisations", view))
}

/// `GET /admin/organisations/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = OrganisationId(id.into_inner());
    let wish = wish.into_inner();
    show(&web, &signed, "organisations/page.html", move |conn, asker| {
        load(conn, asker, id, &wish, None, Errors::default())
    })
    .await
}

/// `POST /admin/organisations/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&OLD)?;
    let id = OrganisationId(id.into_inner());
    let (form, shown) = (Form::sent(&fields.0), fields.0.one("shown").to_owned());
    let (wish, asker, now) = (form.change(), signed.clone(), web.moment().ts());
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "organisations")?;
            let people = for_people(tx, &asker.actor)?;
            let before = organisations::get(tx, &asker.actor, id)?;
            stale::must_be_fresh(&shown, &Form::stored(tx, &before)?)?;
            organisation_edit::change(tx, &people, id, &wish, now)
        })
        .await;
    let error = match done {
        Ok(()) => return Ok(see_other(&format!("{}?said=saved", address(id)))),
        Err(error) => error,
    };
    let (status, fields) = problems(error).map_err(|failure| failure.back_to(&address(id)))?;
    let errors = Errors::of(&fields, &signed.reader.language);
    show_as(&web, &signed, status, "organisations/page.html", move |conn, asker| {
        load(conn, asker, id, &Wish::default(), Some(form), errors)
    })
    .await
}

/// `POST /admin/organisations/{id}/retirement`.
pub async fn retire(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    set_retired(&web, &signed, id.into_inner(), &fields.0, true).await
}

/// `POST /admin/organisations/{id}/retirement/end`.
pub async fn restore(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    set_retired(&web, &signed, id.into_inner(), &fields.0, false).await
}

async fn set_retired(
    web: &Data<Web>,
    signed: &Signed,
    id: i64,
    fields: &Fields,
    retired: bool,
) -> Result<HttpResponse, Failure> {
    fields.only(&[])?;
    let id = OrganisationId(id);
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            organisation_edit::retire(tx, &people, id, retired, now)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    let said = if retired { "retired" } else { "restored" };
    Ok(see_other(&format!("{}?said={said}", address(id))))
}
