//! All settings on one page: what each is, who says so, and, of those that can change while the server runs, a field.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use jiff::Timestamp;
use serde::Serialize;

use super::failure::Answer;
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show_as};
use super::state::Web;
use crate::audit;
use crate::config::{Config, Effective, KEYS, Key, Origin, Relay, Secrecy};
use crate::db::{AgentId, Audited, Conn, InstallationRight};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::people::agents;
use crate::settings::{self, CHANGEABLE, Changeable, Kept};

#[derive(Serialize)]
struct SettingsView {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    id: &'static str,
    title: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    effect: String,
    value: String,
    /// Whether somebody else than the default says so.
    said: bool,
    origin: String,
    default: String,
    /// Who changed it last, other than in the file or the environment, and when.
    by: String,
    at: Option<Timestamp>,
    /// Whether a field is offered.
    field: bool,
    typed: String,
    error: String,
    /// What was set on a page before somebody else said it: it would hold again.
    idle: String,
    /// Where it can be tried out.
    test: &'static str,
    /// The page on which it is changed, where it has one of its own.
    page: &'static str,
}

/// Groups of settings, in the order of the page.
const GROUPS: [(&str, &[&str]); 5] = [
    ("people", &["SIGN_IN_TRIES", "SESSION_IDLE_MINUTES", "SESSION_HOURS", "SIGN_IN_FILE", "TIME_ZONE"]),
    (
        "mail",
        &[
            "SMTP_RELAY",
            "RECIPIENT_DELIMITER",
            "DKIM_KEY",
            "DKIM_SELECTOR",
            "AUTO_RESPONSES_PER_DAY",
            "MAIL_RETENTION_DAYS",
            "BIN_DAYS",
            "MAX_MAIL_MB",
            "MAX_ATTACHMENT_MB",
            "SMTP_LISTEN",
            "LMTP_LISTEN",
            "AUTHSERV_ID",
            "DNS_RESOLVER",
        ],
    ),
    (
        "pages",
        &[
            "PUBLIC_URL",
            "WEB_LISTEN",
            "TLS_CERT",
            "TLS_KEY",
            "HTTP_REDIRECT_LISTEN",
            "TRUSTED_PROXIES",
            "ALLOW_PLAIN_HTTP",
        ],
    ),
    ("data", &["DATA_DIR", "DATABASE_URL", "SECRET_KEY", "ROLES"]),
    ("watch", &["LOG", "LOG_FORMAT", "AUDIT_LOG", "METRICS_TOKEN"]),
];

/// Where what is set is looked at, for whom it is shown; and with what lies outside.
const DIAGNOSTICS: &str = "/admin/diagnostics";
const OUTSIDE: &str = "/admin/diagnostics?outside=yes";

/// What a refused form said of a setting.
#[derive(Clone, Debug)]
struct Refused {
    key: String,
    typed: String,
    error: String,
}

/// `GET /admin/settings`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    render(&web, &signed, StatusCode::OK, None).await
}

/// `POST /admin/settings`: one setting; without a value the usual one is in force again.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    fields.only(&["key", "value", "usual"])?;
    let (key, typed) = (fields.one("key").to_owned(), fields.one("value").trim().to_owned());
    let value = (fields.one("usual") != "yes").then(|| typed.clone());
    let (asker, config, now, wanted) = (signed.clone(), web.config.clone(), web.moment().ts(), key.clone());
    let done = web
        .db
        .write(move |tx| settings::change(tx, &asker.actor, &config, &wanted, value.as_deref(), now))
        .await;
    match done {
        Ok(()) => Ok(see_other(&format!("/admin/settings#s-{key}"))),
        Err(Error::Invalid(fields)) => {
            let language = &signed.reader.language;
            let error = fields.first().map(|field| field.message.in_language(language)).unwrap_or_default();
            let refused = Refused { key, typed, error };
            render(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, Some(refused)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn render(web: &Data<Web>, signed: &Signed, status: StatusCode, refused: Option<Refused>) -> Answer {
    let config = web.config.clone();
    show_as(web, signed, status, "settings/page.html", move |conn, asker| {
        Ok(Page::new("settings", view(conn, asker, &config, refused.as_ref())?))
    })
    .await
}

fn view(conn: &mut Conn, asker: &Asker, config: &Config, refused: Option<&Refused>) -> Result<SettingsView> {
    asker.actor.require(InstallationRight::People)?;
    let kept = settings::kept(conn)?;
    let changes = audit::last_changes(conn, Audited::Settings)?;
    let people: Vec<(AgentId, String)> =
        agents::all(conn)?.into_iter().map(|agent| (agent.id, agent.name)).collect();
    let may_look = asker.actor.scope.may(InstallationRight::QueuesAndMail);
    let language = &asker.reader.language;
    let shown = |key: &Key| {
        let mut shown = row(key, config, kept.get(key.name), language);
        if let Some(last) = changes.iter().find(|last| last.subject == key.name) {
            let name = people.iter().find(|(id, _)| Some(*id) == last.agent_id).map(|(_, name)| name.clone());
            let way = || language.tr(&format!("cause-{}", last.cause));
            (shown.by, shown.at) = (name.unwrap_or_else(way), Some(last.at.0));
        }
        if shown.test.starts_with(DIAGNOSTICS) && !may_look {
            shown.test = "";
        }
        if let Some(refused) = refused.filter(|refused| refused.key == key.name) {
            (shown.typed, shown.error) = (refused.typed.clone(), refused.error.clone());
        }
        shown
    };
    let groups = GROUPS.map(|(id, keys)| {
        let known = keys.iter().filter_map(|name| KEYS.iter().find(|key| key.name == *name));
        Group { id, title: language.tr(&format!("settings-group-{id}")), rows: known.map(&shown).collect() }
    });
    Ok(SettingsView { groups: groups.into() })
}

fn row(key: &Key, config: &Config, kept: Option<&Kept>, language: &Language) -> Row {
    let shown: Option<&Effective> = config.shown.iter().find(|setting| setting.key == key.name);
    let given = shown.filter(|setting| setting.origin != Origin::Default);
    let changeable: Option<&Changeable> = CHANGEABLE.iter().find(|setting| setting.key == key.name);
    let default = in_words(key, language);
    let usual = shown.map(|setting| setting.value.clone()).filter(|value| value != key.default);
    let own_page = if key.name == settings::relay::KEY { "/admin/relay" } else { "" };
    let (value, origin) = match (given, kept.filter(|_| changeable.is_some() || !own_page.is_empty())) {
        (Some(given), _) => (given.value.clone(), said_by(&given.origin, language)),
        (None, Some(kept)) => (told(key, &kept.value), language.tr("origin-page")),
        (None, None) => (usual.unwrap_or_else(|| default.clone()), language.tr("origin-default")),
    };
    let idle = kept.filter(|_| given.is_some() && (changeable.is_some() || !own_page.is_empty()));
    let hidden = key.secrecy == Secrecy::Whole && given.is_some();
    Row {
        name: key.name,
        effect: language.tr(&format!("setting-{}", slug(key))),
        value: if hidden { language.tr("settings-hidden") } else { value.clone() },
        said: given.is_some() || kept.is_some(),
        origin,
        default,
        by: String::new(),
        at: None,
        field: changeable.is_some() && given.is_none(),
        // Words such as “off: for ever” are no number to begin with.
        typed: if value.parse::<u32>().is_ok() { value } else { String::new() },
        error: String::new(),
        idle: idle.map(|kept| told(key, &kept.value)).unwrap_or_default(),
        test: match key.name {
            // There a real mail goes through it.
            "SMTP_RELAY" => "/admin/relay#trial",
            "SIGN_IN_FILE" => "/admin/sign-in?outside=yes",
            "DNS_RESOLVER" | "DKIM_KEY" | "RECIPIENT_DELIMITER" => OUTSIDE,
            "TLS_CERT" | "DATABASE_URL" | "DATA_DIR" | "PUBLIC_URL" | "AUTHSERV_ID" => DIAGNOSTICS,
            _ => "",
        },
        page: own_page,
    }
}

/// What holds where nobody says anything: a value as it would be written, or words.
fn in_words(key: &Key, language: &Language) -> String {
    match key.default {
        "none" => language.tr("default-none"),
        words if words.contains(' ') => language.tr(&format!("default-{}", slug(key))),
        value => value.to_owned(),
    }
}

/// How a setting is called where messages about it are.
fn slug(key: &Key) -> String {
    key.name.to_lowercase().replace('_', "-")
}

/// A kept value as a person reads it.
fn told(key: &Key, value: &str) -> String {
    let relay = (key.name == settings::relay::KEY).then(|| Relay::read(value).ok()).flatten();
    relay.map_or_else(|| value.to_owned(), |relay| relay.to_string())
}

/// Who says a setting.
pub(super) fn said_by(origin: &Origin, language: &Language) -> String {
    match origin {
        Origin::Default => language.tr("origin-default"),
        Origin::File(path) => language.tr_with("origin-file", &[("path", &path.display().to_string())]),
        Origin::Environment(name) => language.tr_with("origin-environment", &[("name", name)]),
        Origin::CommandLine(option) => language.tr_with("origin-option", &[("name", option)]),
    }
}
