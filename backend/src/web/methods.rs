//! The ways to sign in: what each is, whether it works, and a directory compared by hand. Where no file says them they are set
//! here (`edit`), all but certificates, which need files and a listener of this machine. Whoever manages people can always come
//! in with a password that is kept here.

pub mod edit;
mod form;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::diagnostics::{Row, rows};
use super::failure::{Answer, problems};
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, show_as};
use super::state::Web;
use crate::access::for_people;
use crate::audit;
use crate::config::sign_in::{Bind, Certificate, Entry, Ldap, Method, Oidc, Presented, RoleMap};
use crate::config::{Config, Origin};
use crate::db::{Audited, Conn, InstallationRight};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::ops::doctor::Finding;
use crate::sign_in::look;
use crate::sign_in::sync::{self, Mode, Report, Step};
use crate::sign_in::ways;

/// Whether directories and sites are asked as well.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    outside: String,
}

#[derive(Serialize)]
struct WaysView {
    /// The file that says them; empty where none does.
    file: String,
    /// Whether whoever looks may change them here.
    may: bool,
    /// Why something was not done.
    refused: String,
    ways: Vec<Way>,
    findings: Vec<Row>,
    asked: bool,
}

/// One of them, in the order in which they are asked.
#[derive(Serialize)]
struct Way {
    id: String,
    kind: String,
    facts: Vec<Fact>,
    /// What groups give, a line each.
    gives: Vec<Fact>,
    /// Whether it can be compared with the agents.
    compares: bool,
    /// Of passwords that are kept here: whether only those sign in with one who manage people.
    only_admins: Option<bool>,
    /// Whether its secret is missing, so that nobody comes in by it.
    sealed: bool,
    outcome: Option<Outcome>,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    text: String,
}

/// What came of a comparison.
#[derive(Clone, Default, Serialize)]
struct Outcome {
    /// Why there is none.
    error: String,
    told: String,
    steps: Vec<Done>,
    /// Whether it was only tried.
    dry: bool,
}

#[derive(Clone, Serialize)]
struct Done {
    agent: String,
    what: String,
    detail: String,
    kept: bool,
}

/// `GET /admin/sign-in`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    render(&web, &signed, StatusCode::OK, Told { asked: wish.outside == "yes", ..Told::default() }).await
}

/// The page, which says why something was not done.
async fn refused(web: &Data<Web>, signed: &Signed, status: StatusCode, why: String) -> Answer {
    render(web, signed, status, Told { refused: why, ..Told::default() }).await
}

/// What the page says besides.
#[derive(Default)]
struct Told {
    /// Whether directories and sites are asked as well.
    asked: bool,
    /// A directory that was compared, and what came of it.
    compared: Option<(String, Outcome)>,
    /// Why something was not done.
    refused: String,
}

/// `POST /admin/sign-in/{id}/syncs`: looks what a comparison would do, or does it.
pub async fn compare(web: Data<Web>, signed: Signed, id: Path<String>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["then"])?;
    signed.actor.require(InstallationRight::People)?;
    let ways = ways::of(&web.desk).await?;
    let mut directories = ways.directories();
    let directory = directories.find(|one| one.id == *id && can_be_asked(one)).ok_or(Error::NotFound)?;
    let dry = fields.0.one("then") != "do";
    if !dry {
        noted(&web, &signed, &directory.id).await?;
    }
    // Whoever asked may be gone before the answer: what was begun is done to its end.
    let (desk, mine) = (web.desk.clone(), directory.clone());
    let done = tokio::spawn(async move { sync::at_once(&desk, &mine, Mode { dry, force: false }).await });
    let language = &signed.reader.language;
    let (status, outcome) = match done.await.map_err(|error| Error::Unexpected(error.into()))? {
        Ok(Ok(report)) => (StatusCode::OK, outcome(&report, dry, language)),
        Ok(Err(away)) => {
            let why = away.in_language(language);
            let error = language.tr_with("doctor-directory-away", &[("id", &directory.id), ("why", &why)]);
            (StatusCode::BAD_GATEWAY, Outcome { error, dry, ..Outcome::default() })
        }
        Err(error) => {
            let (status, wrong) = problems(error)?;
            let error =
                wrong.iter().map(|one| one.message.in_language(language)).collect::<Vec<_>>().join(" ");
            (status, Outcome { error, dry, ..Outcome::default() })
        }
    };
    let compared = Some((directory.id.clone(), outcome));
    render(&web, &signed, status, Told { compared, ..Told::default() }).await
}

/// Says who does it, before it is done.
async fn noted(web: &Web, signed: &Signed, id: &str) -> Result<()> {
    let (asker, id, now) = (signed.clone(), id.to_owned(), web.moment().ts());
    web.db
        .write(move |tx| {
            for_people(tx, &asker.actor)?;
            audit::noted(tx, &asker.actor.who(), Audited::Agent, &id, "directory compared", now)
        })
        .await
}

/// Whether an account of ours may look around in it: people who only prove who they are say nothing of others.
fn can_be_asked(directory: &Ldap) -> bool {
    matches!(directory.bind, Bind::Service { .. })
}

async fn render(web: &Data<Web>, signed: &Signed, status: StatusCode, told: Told) -> Answer {
    let Told { asked, mut compared, refused } = told;
    let language = signed.reader.language.clone();
    let mut found: Vec<Finding> = look::inside(&web.desk, &language).await?;
    if asked {
        found.extend(look::outside(&web.desk, &language).await?);
    }
    let config = web.config.clone();
    show_as(web, signed, status, "sign-in/page.html", move |conn, asker: &Asker| {
        asker.actor.require(InstallationRight::People)?;
        let view = WaysView {
            file: file(&config),
            may: match ways::may_change(conn, &asker.actor, &config) {
                Err(Error::Forbidden(_) | Error::Conflict(_)) => false,
                other => other.map(|()| true)?,
            },
            refused,
            ways: all(conn, &config, &mut compared, &language)?,
            findings: rows(found, &language),
            asked,
        };
        Ok(Page::new("sign-in", view))
    })
    .await
}

/// The file that says them.
fn file(config: &Config) -> String {
    let said = config.shown.iter().find(|one| one.key == "SIGN_IN_FILE" && one.origin != Origin::Default);
    said.map_or_else(String::new, |one| one.value.clone())
}

/// All of them, in their order; those too whose secret is missing.
fn all(
    conn: &mut Conn,
    config: &Config,
    compared: &mut Option<(String, Outcome)>,
    language: &Language,
) -> Result<Vec<Way>> {
    let force = ways::in_force(conn, config)?;
    let mut all: Vec<Way> = force.methods.iter().map(|method| way(method, compared, language)).collect();
    if ways::is_given(config) {
        return Ok(all);
    }
    for (at, entry) in ways::said(conn)?.iter().enumerate() {
        if force.methods.iter().all(|method| method.id() != entry.id()) {
            all.insert(at.min(all.len()), waiting(entry, language));
        }
    }
    Ok(all)
}

/// One that waits for its secret.
fn waiting(entry: &Entry, language: &Language) -> Way {
    let (kind, address) = match entry {
        Entry::Local(_) => ("methods-local", ""),
        Entry::Ldap(one) => ("methods-ldap", one.url.as_str()),
        Entry::Oidc(one) => ("methods-oidc", one.issuer.as_str()),
    };
    Way {
        id: entry.id().to_owned(),
        kind: language.tr(kind),
        facts: vec![fact("methods-address", address, language)],
        gives: Vec::new(),
        compares: false,
        only_admins: None,
        sealed: true,
        outcome: None,
    }
}

fn way(method: &Method, compared: &mut Option<(String, Outcome)>, language: &Language) -> Way {
    let (id, kind, facts, roles) = match method {
        Method::Local { only_admins } => {
            let who = if *only_admins { "methods-only-admins" } else { "methods-everybody" };
            ("local", "methods-local", vec![fact("methods-who", language.tr(who), language)], None)
        }
        Method::Ldap(one) => (&*one.id, "methods-ldap", directory(one, language), Some(&one.roles)),
        Method::Oidc(one) => (&*one.id, "methods-oidc", site(one, language), Some(&one.roles)),
        Method::Certificate(one) => {
            (&*one.id, "methods-certificate", certificate(one, language), Some(&one.roles))
        }
    };
    Way {
        id: id.to_owned(),
        kind: language.tr(kind),
        facts,
        gives: roles.map(gives).unwrap_or_default(),
        compares: matches!(method, Method::Ldap(one) if can_be_asked(one)),
        only_admins: match method {
            Method::Local { only_admins } => Some(*only_admins),
            _ => None,
        },
        sealed: false,
        outcome: compared.take_if(|(of, _)| of == id).map(|(_, outcome)| outcome),
    }
}

fn fact(label: &str, text: impl Into<String>, language: &Language) -> Fact {
    Fact { label: language.tr(label), text: text.into() }
}

fn directory(one: &Ldap, language: &Language) -> Vec<Fact> {
    let every = one.sync.map_or_else(
        || language.tr("methods-by-hand"),
        |every| language.tr_count("methods-minutes", i64::try_from(every.as_secs() / 60).unwrap_or(i64::MAX)),
    );
    vec![
        fact("methods-address", &one.url, language),
        fact("methods-base", &one.base, language),
        fact("methods-filter", &one.filter, language),
        fact("methods-compared", every, language),
        makes(one.make, language),
    ]
}

fn site(one: &Oidc, language: &Language) -> Vec<Fact> {
    vec![
        fact("methods-button", &one.label, language),
        fact("methods-address", &one.issuer, language),
        fact("methods-client", &one.client_id, language),
        fact("methods-claim", &one.roles_claim, language),
        makes(one.make, language),
    ]
}

fn certificate(one: &Certificate, language: &Language) -> Vec<Fact> {
    let presented = match &one.presented {
        Presented::Listener(address) => {
            language.tr_with("methods-listener", &[("address", &address.to_string())])
        }
        Presented::Proxy { certificate, .. } => language.tr_with("methods-proxy", &[("header", certificate)]),
    };
    vec![
        fact("methods-presented", presented, language),
        fact("methods-authorities", one.ca.display().to_string(), language),
        fact("methods-naming", one.naming.word(), language),
        makes(one.make, language),
    ]
}

/// Whether whoever comes for the first time becomes an agent.
fn makes(make: bool, language: &Language) -> Fact {
    fact(
        "methods-first-time",
        language.tr(if make { "methods-makes" } else { "methods-makes-not" }),
        language,
    )
}

fn gives(roles: &RoleMap) -> Vec<Fact> {
    roles.0.iter().map(|(group, roles)| Fact { label: group.clone(), text: roles.join(", ") }).collect()
}

fn outcome(report: &Report, dry: bool, language: &Language) -> Outcome {
    let (people, agents) = (report.people.to_string(), report.agents.to_string());
    let counted = language.tr_with("methods-counted", &[("people", &people), ("agents", &agents)]);
    let then = match (report.steps.is_empty(), dry) {
        (true, _) => "methods-nothing",
        (false, true) => "methods-would",
        (false, false) => "methods-done",
    };
    Outcome {
        error: String::new(),
        told: format!("{counted} {}", language.tr(then)),
        steps: report.steps.iter().map(|step| done(step, language)).collect(),
        dry,
    }
}

fn done(step: &Step, language: &Language) -> Done {
    let what = match step.what {
        "shut_out" => "methods-shut-out",
        "let_in" => "methods-let-in",
        "roles" => "methods-roles",
        "details" => "methods-details",
        _ => "methods-kept",
    };
    let (detail, why) = &step.parts;
    let why = why.as_ref().map(|why| why.in_language(language));
    Done {
        agent: step.agent.clone(),
        what: language.tr(what),
        detail: std::iter::once(told(detail, language)).chain(why).collect::<Vec<_>>().join(": "),
        kept: step.what == "kept",
    }
}

/// What a step says of itself; what it names is shown as it is.
fn told(detail: &str, language: &Language) -> String {
    let known = match detail {
        "gone from the directory" => Some("methods-gone"),
        "shut in the directory" => Some("methods-shut"),
        "over in the directory" => Some("methods-over"),
        "there again" => Some("methods-back"),
        "does not end" => Some("methods-endless"),
        _ => None,
    };
    if let Some(key) = known {
        return language.tr(key);
    }
    let named = [("name ", "methods-name"), ("address ", "methods-mail"), ("ends ", "methods-ends")];
    let named = named.iter().find_map(|(word, key)| detail.strip_prefix(word).map(|what| (what, *key)));
    match named {
        // Both have changed.
        Some((what, key)) if key == "methods-name" && what.contains(", address ") => {
            let (name, address) = what.rsplit_once(", address ").unwrap_or((what, ""));
            let name = language.tr_with(key, &[("what", name)]);
            format!("{name}, {}", language.tr_with("methods-mail", &[("what", address)]))
        }
        Some((what, key)) => language.tr_with(key, &[("what", what)]),
        None => detail.to_owned(),
    }
}
