//! A directory or a site, set on a page: tried out as it was typed before it is saved, the secret never shown again.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::form::{Kind, Shown, WRONG, entry};
use crate::config::Config;
use crate::config::sign_in::{Bind, Entry, LocalEntry, Method};
use crate::db::{Conn, InstallationRight};
use crate::error::{Error, FieldError, Result, Sentence};
use crate::i18n::Language;
use crate::ops::doctor::Finding;
use crate::people::roles;
use crate::sign_in::look::{self, Seen};
use crate::sign_in::ways::{self, Wish};
use crate::web::diagnostics::{Row, rows};
use crate::web::failure::{Answer, WHOLE, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show_as};
use crate::web::stale;
use crate::web::state::Web;

/// The page that lists them.
const LIST: &str = "/admin/sign-in";

/// What the address of the page says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    saved: String,
}

#[derive(Serialize)]
struct View {
    kind: &'static str,
    /// Nothing for a new one.
    id: String,
    action: String,
    #[serde(flatten)]
    shown_form: Shown,
    roles: Vec<String>,
    /// Whether an attribute is named, or wrongly named, so that they are shown.
    attributes_open: bool,
    errors: BTreeMap<String, String>,
    wrong: bool,
    saved: bool,
    /// Whether a secret is kept, so that none has to be typed.
    kept: bool,
    /// Whether its secret is missing or cannot be opened.
    sealed: bool,
    /// A secret that was tried, sealed.
    tried: String,
    /// The name of which somebody was told that agents are tied to it.
    knows: String,
    /// Whom to look up.
    who: String,
    shown: String,
    findings: Vec<Row>,
    seen: Option<Found>,
    /// What the other site has to be told of us.
    callback: String,
}

/// What a directory says of somebody.
#[derive(Clone, Serialize)]
struct Found {
    /// Why nothing is said.
    error: String,
    facts: Vec<(String, String)>,
}

/// What came of a trial.
#[derive(Clone, Default)]
struct Trial {
    tried: String,
    findings: Vec<Finding>,
    seen: Option<Found>,
}

/// What the form shows.
#[derive(Clone)]
struct Showing {
    kind: Option<Kind>,
    id: String,
    status: StatusCode,
    typed: Option<Fields>,
    problems: Vec<FieldError>,
    trial: Trial,
    saved: bool,
    /// What was stored when it was opened; nothing: what is stored now.
    shown: String,
}

impl Showing {
    fn of(kind: Option<Kind>, id: &str) -> Self {
        Self {
            kind,
            id: id.to_owned(),
            status: StatusCode::OK,
            typed: None,
            problems: Vec::new(),
            trial: Trial::default(),
            saved: false,
            shown: String::new(),
        }
    }
}

/// `GET /admin/sign-in/new/{kind}`.
pub async fn new(web: Data<Web>, signed: Signed, kind: Path<String>) -> Answer {
    show(&web, &signed, Showing::of(Some(Kind::named(&kind)?), "")).await
}

/// `GET /admin/sign-in/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<String>, note: Query<Note>) -> Answer {
    show(&web, &signed, Showing { saved: note.saved == "yes", ..Showing::of(None, &id) }).await
}

async fn show(web: &Data<Web>, signed: &Signed, showing: Showing) -> Answer {
    let config = web.config.clone();
    let status = showing.status;
    show_as(web, signed, status, "sign-in/way.html", move |conn, asker| {
        ways::may_change(conn, &asker.actor, &config)?;
        Ok(Page::new("sign-in", view(conn, asker, &config, showing)?))
    })
    .await
}

fn view(conn: &mut Conn, asker: &Asker, config: &Config, showing: Showing) -> Result<View> {
    let language = &asker.reader.language;
    let stored = stored(conn, &showing.id)?;
    let kind = match (showing.kind, &stored) {
        (Some(kind), _) => kind,
        (None, Some(entry)) => Kind::of(entry)?,
        (None, None) => return Err(Error::NotFound),
    };
    let shown_form = match (&showing.typed, &stored) {
        (Some(fields), _) => Shown::typed(kind, fields),
        (None, Some(entry)) => Shown::kept(entry)?,
        (None, None) => Shown::new(kind),
    };
    let wrong = !showing.problems.is_empty();
    let tied =
        showing.problems.iter().any(|one| matches!(&one.message, Sentence::Message("refused-way-tied", _)));
    let typed_id = showing.typed.as_ref().map(|fields| fields.one("id").trim().to_owned());
    let mut errors: BTreeMap<String, String> =
        showing.problems.into_iter().map(|one| (one.field, one.message.in_language(language))).collect();
    let is_attribute = |name: &str| name.ends_with("_attribute") || name == "disabled_values";
    let attributes_open = shown_form.form.iter().any(|(name, text)| is_attribute(name) && !text.is_empty())
        || errors.keys().any(|name| is_attribute(name));
    let sealed = ways::sealed(conn, config)?.contains(&showing.id);
    let mark = if stored.is_some() { stale::mark(&ways::state(conn, &showing.id)?) } else { String::new() };
    let who = showing.typed.as_ref().map(|fields| fields.one("who").to_owned()).unwrap_or_default();
    let id = [showing.id.as_str(), shown_form.form.get("id").map_or("", String::as_str), "…"];
    let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or_default().to_owned();
    // The page asks for each.
    for field in kind.shown().into_iter().chain(WRONG) {
        errors.entry(field.to_owned()).or_default();
    }
    Ok(View {
        kind: kind.word(),
        action: match showing.id.as_str() {
            "" => format!("{LIST}/new/{}", kind.word()),
            id => format!("{LIST}/{id}"),
        },
        shown_form,
        roles: roles::all(conn)?.into_iter().map(|role| role.name).collect(),
        attributes_open,
        errors,
        wrong,
        saved: showing.saved,
        kept: !sealed && stored.as_ref().is_some_and(|entry| entry.secret().is_some()),
        sealed,
        tried: showing.trial.tried,
        knows: typed_id.filter(|_| tied).unwrap_or_default(),
        who,
        shown: if showing.shown.is_empty() { mark } else { showing.shown },
        findings: rows(showing.trial.findings, language),
        seen: showing.trial.seen,
        callback: callback(config, &id)?,
        id: showing.id,
    })
}

/// Where the other site sends browsers back to.
fn callback(config: &Config, id: &str) -> Result<String> {
    let address = config.public_url.join("/login/with/").map_err(|error| Error::Unexpected(error.into()))?;
    Ok(format!("{address}{id}/callback"))
}

/// What is kept under an id.
fn stored(conn: &mut Conn, id: &str) -> Result<Option<Entry>> {
    Ok(ways::said(conn)?.into_iter().find(|entry| entry.id() == id))
}

/// `POST /admin/sign-in/new/{kind}`: tries a new one out, or saves it.
pub async fn create(web: Data<Web>, signed: Signed, kind: Path<String>, fields: Posted<Fields>) -> Answer {
    let kind = Kind::named(&kind)?;
    kind.only(&fields.0)?;
    let id = fields.0.one("id").trim().to_owned();
    done(&web, &signed, Showing::of(Some(kind), ""), &id, fields.0).await
}

/// `POST /admin/sign-in/{id}`: tries another one out, or saves it; or says who signs in with a password that is kept here.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<String>, fields: Posted<Fields>) -> Answer {
    let (fields, id) = (fields.0, id.into_inner());
    signed.actor.require(InstallationRight::People)?;
    if id == "local" {
        return local(&web, &signed, &fields).await;
    }
    let wanted = id.clone();
    let entry = web.db.read(move |conn| stored(conn, &wanted)).await?.ok_or(Error::NotFound)?;
    let kind = Kind::of(&entry)?;
    kind.only(&fields)?;
    done(&web, &signed, Showing::of(Some(kind), &id), &id, fields).await
}

/// Does what the button says that was pressed. `showing.id` is empty for a new one.
async fn done(web: &Data<Web>, signed: &Signed, showing: Showing, id: &str, fields: Fields) -> Answer {
    let kind = showing.kind.ok_or(Error::NotFound)?;
    let (entry, unread) = entry(kind, id, &fields);
    let wish = Wish {
        entry,
        tried: fields.one("tried").to_owned(),
        // Whoever was told of them, and saves again under that name, means it.
        knows: fields.one("knows") == id,
    };
    // A trial makes what was typed no newer.
    let shown = fields.one("shown").to_owned();
    let showing = Showing { typed: Some(fields.clone()), shown, ..showing };
    let outcome = match fields.one("then") {
        _ if !unread.is_empty() => Err(Error::Invalid(unread)),
        "try" => match tried(web, signed, &wish, fields.one("who")).await {
            Ok(trial) => return show(web, signed, Showing { trial, ..showing }).await,
            Err(error) => Err(error),
        },
        _ => save(web, signed, wish.clone(), &showing).await,
    };
    match outcome {
        Ok(()) => Ok(see_other(&format!("{LIST}/{id}?saved=yes"))),
        Err(error) => {
            let (status, problems) = problems(error)?;
            // Whoever was told of a change, and saves again, means it.
            let shown = if status == StatusCode::CONFLICT { String::new() } else { showing.shown.clone() };
            let tried = ways::seal_tried(&web.config, &signed.actor, &wish, web.clock.now())?;
            let trial = Trial { tried, ..Trial::default() };
            show(web, signed, Showing { status, problems, shown, trial, ..showing }).await
        }
    }
}

async fn save(web: &Data<Web>, signed: &Signed, wish: Wish, showing: &Showing) -> Result<()> {
    let (asker, config, now) = (signed.clone(), web.config.clone(), web.moment().ts());
    let (new, shown) = (showing.id.is_empty(), showing.shown.clone());
    web.db
        .write(move |tx| {
            stale::alone(tx, "ways to sign in")?;
            if !new {
                stale::must_be_fresh(&shown, &ways::state(tx, wish.entry.id())?)?;
            }
            ways::put(tx, &asker.actor, &config, (&wish, new), now)
        })
        .await
}

/// Asks what was typed, as it would be asked once it is saved. Takes as long as the other side, a few seconds at most.
async fn tried(web: &Data<Web>, signed: &Signed, wish: &Wish, who: &str) -> Result<Trial> {
    let (asker, config, wish, now) = (signed.clone(), web.config.clone(), wish.clone(), web.clock.now());
    let (method, tried) = web
        .db
        .read(move |conn| {
            ways::may_change(conn, &asker.actor, &config)?;
            let meant = ways::meant(conn, &asker.actor, &config, &wish, now)?;
            Ok((meant.method, ways::seal_tried(&config, &asker.actor, &wish, now)?))
        })
        .await?;
    let language = &signed.reader.language;
    let findings = look::answers_one(&method, language).await;
    let seen = match &method {
        Method::Ldap(one) if !who.trim().is_empty() && matches!(one.bind, Bind::Service { .. }) => {
            Some(found(look::seen(&web.desk, one, who.trim()).await, language))
        }
        _ => None,
    };
    Ok(Trial { tried, findings, seen })
}

fn found(seen: Result<Option<Seen>, Sentence>, language: &Language) -> Found {
    let none = |error| Found { error, facts: Vec::new() };
    let seen = match seen {
        Ok(Some(seen)) => seen,
        Ok(None) => return none(language.tr("way-nobody")),
        Err(why) => return none(why.in_language(language)),
    };
    let facts = [
        ("way-seen-dn", seen.dn),
        ("way-seen-name", seen.name),
        ("way-seen-mail", seen.email.unwrap_or_default()),
        ("way-seen-groups", seen.groups.join("; ")),
        ("way-seen-roles", seen.roles.join(", ")),
        ("way-seen-open", language.tr(if seen.open { "way-seen-is-open" } else { "way-seen-is-shut" })),
    ];
    let facts = facts.into_iter().map(|(key, text)| {
        let text = if text.is_empty() { language.tr("way-seen-nothing") } else { text };
        (language.tr(key), text)
    });
    Found { error: String::new(), facts: facts.collect() }
}

/// Who signs in with a password that is kept here.
async fn local(web: &Data<Web>, signed: &Signed, fields: &Fields) -> Answer {
    fields.only(&["only_admins"])?;
    let entry = Entry::Local(LocalEntry { only_admins: fields.one("only_admins") == "yes" });
    let (asker, config, now) = (signed.clone(), web.config.clone(), web.moment().ts());
    let wish = Wish { entry, tried: String::new(), knows: false };
    let done = web.db.write(move |tx| ways::put(tx, &asker.actor, &config, (&wish, false), now)).await;
    back(web, signed, done).await
}

/// `POST /admin/sign-in/{id}/order`: asks it earlier or later.
pub async fn order(web: Data<Web>, signed: Signed, id: Path<String>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["then"])?;
    let earlier = fields.0.one("then") == "earlier";
    let (asker, config, now) = (signed.clone(), web.config.clone(), web.moment().ts());
    let done =
        web.db.write(move |tx| ways::change_order(tx, &asker.actor, &config, (&id, earlier), now)).await;
    back(&web, &signed, done).await
}

/// `POST /admin/sign-in/{id}/removal`.
pub async fn remove(web: Data<Web>, signed: Signed, id: Path<String>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let (asker, config, now) = (signed.clone(), web.config.clone(), web.moment().ts());
    let done = web.db.write(move |tx| ways::remove(tx, &asker.actor, &config, &id, now)).await;
    back(&web, &signed, done).await
}

/// To the list, which says why nothing was changed.
async fn back(web: &Data<Web>, signed: &Signed, done: Result<()>) -> Answer {
    match done {
        Ok(()) => Ok(see_other(LIST)),
        Err(error) => {
            let (status, problems) = problems(error)?;
            let whole = problems.iter().find(|one| one.field == WHOLE).or(problems.first());
            let why = whole.map(|one| one.message.in_language(&signed.reader.language)).unwrap_or_default();
            super::refused(web, signed, status, why).await
        }
    }
}
