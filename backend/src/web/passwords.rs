//! Passwords that are set without an old one: behind a one-time link, and at the first sign-in with one that somebody
//! else knows.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::{Open, Posted};
use super::gate::{Guest, Signed};
use super::known;
use super::page::{see_other, show_plain};
use super::session;
use super::state::Web;
use crate::audit;
use crate::db::{Audited, PasswordLink, Ts};
use crate::error::{Error, FieldError};
use crate::i18n::Language;
use crate::people::{agents, links, password, sessions, setup};

/// The secret of a link.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    token: String,
}

/// What the form behind a link sends.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    token: String,
    password: String,
}

/// What the form of a first sign-in sends.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    password: String,
}

#[derive(Serialize)]
struct View {
    token: String,
    csrf: String,
    invitation: bool,
    name: String,
    login: String,
    error: String,
}

fn message(fields: &[FieldError], language: &Language) -> String {
    fields.iter().map(|field| field.message.in_language(language)).collect::<Vec<_>>().join(" ")
}

/// `GET /password/new?token=`. A link that does not work says so, and what to do.
pub async fn new(web: Data<Web>, guest: Guest, wish: Query<Wish>) -> Answer {
    show(&web, guest, wish.into_inner().token, String::new()).await
}

async fn show(web: &Data<Web>, mut guest: Guest, token: String, error: String) -> Answer {
    let (secret, now) = (token.clone(), web.clock.now());
    let (open, organisation) =
        web.db.read(move |conn| Ok((links::find(conn, &secret, now)?, setup::organisation(conn)?))).await?;
    guest.frame.org = organisation;
    let Some(open) = open else {
        return show_plain(web, &guest, StatusCode::NOT_FOUND, "session/link-gone.html", ());
    };
    // In the language that was chosen for him.
    guest.reader = web.reader_of(&open.agent);
    guest.frame.lang = guest.reader.language.tag();
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = View {
        token,
        csrf: String::new(),
        invitation: open.kind == PasswordLink::Invitation,
        name: open.agent.name,
        login: open.agent.login,
        error,
    };
    show_plain(web, &guest, status, "session/new-password.html", view)
}

/// `POST /password/new`.
pub async fn create(web: Data<Web>, guest: Guest, form: Open<Form>) -> Answer {
    let Form { token, password } = form.0;
    let (secret, now) = (token.clone(), web.clock.now());
    let open = web.db.read(move |conn| links::find(conn, &secret, now)).await?;
    let Some(open) = open else { return show(&web, guest, token, String::new()).await };
    let agent = &open.agent;
    if let Err(error) = password::check_strength(&password, &[&agent.login, &agent.name, &agent.email]) {
        let Error::Invalid(fields) = error else { return Err(error.into()) };
        let text = message(&fields, &web.reader_of(agent).language);
        return show(&web, guest, token, text).await;
    }
    let hash = password::hash(password).await?;
    let secret = token.clone();
    match web.db.write(move |tx| links::use_up(tx, &secret, &hash, Ts(now))).await {
        Ok(_) => Ok(see_other("/login?set=1")),
        Err(Error::NotFound) => show(&web, guest, token, String::new()).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /password/change`: before anything else can be done.
pub async fn change_page(web: Data<Web>, signed: Signed) -> Answer {
    ask(&web, &signed, String::new())
}

fn ask(web: &Web, signed: &Signed, error: String) -> Answer {
    if !signed.actor.agent.must_change_password {
        return Ok(see_other("/preferences"));
    }
    let guest = Guest { reader: signed.reader.clone(), frame: signed.frame.clone() };
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = View {
        token: String::new(),
        csrf: signed.csrf.clone(),
        invitation: false,
        name: signed.actor.agent.name.clone(),
        login: signed.actor.agent.login.clone(),
        error,
    };
    show_plain(web, &guest, status, "session/new-password.html", view)
}

/// `POST /password/change`: the session gets a new id, all others end.
pub async fn change(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Change>) -> Answer {
    let agent = signed.actor.agent.clone();
    if !agent.must_change_password {
        return Ok(see_other("/preferences"));
    }
    let wanted = form.0.password;
    let language = &signed.reader.language;
    if let Err(error) = password::check_strength(&wanted, &[&agent.login, &agent.name, &agent.email]) {
        let Error::Invalid(fields) = error else { return Err(error.into()) };
        return ask(&web, &signed, message(&fields, language));
    }
    let (login, now) = (agent.login.clone(), web.clock.now());
    let kept = web.db.read(move |conn| sessions::candidate(conn, &login, now)).await?;
    if password::verify(wanted.clone(), kept.and_then(|(_, hash)| hash)).await? {
        return ask(&web, &signed, language.tr("password-same"));
    }
    let hash = password::hash(wanted).await?;
    let address = session::client_address(&request, &web.config);
    let browser = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
    let browser = browser.unwrap_or_default().to_owned();
    let (who, session, limits) = (signed.actor.who(), signed.session.clone(), web.config.limits);
    let login = agent.login.clone();
    let secret = web
        .db
        .write(move |tx| {
            // Somebody else knows the password that he came with, and may have been faster.
            sessions::hold(tx, agent.id, &session, &limits, now)?;
            agents::set_password(tx, agent.id, &hash, &who, Ts(now))?;
            audit::noted(tx, &who, Audited::Password, &agent.login, &address, Ts(now))?;
            sessions::begin(tx, agent.id, &address, &browser, Ts(now))
        })
        .await?;
    let mut answer = see_other("/dashboard");
    known::let_in(&web, &mut answer, &login, secret).await?;
    Ok(answer)
}
