//! Signing in and out. Known and unknown accounts are answered alike, in words and in time; too many tries wait.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::factor::{self, From};
use super::failure::{Answer, Failure};
use super::forms::{Open, Posted};
use super::gate::{Guest, Signed};
use super::page::{see_other, show_plain};
use super::session;
use super::state::Web;
use super::tickets::acts::Nothing;
use crate::access::Who;
use crate::audit;
use crate::db::{Audited, Cause, Ts};
use crate::error::Error;
use crate::people::{agents, password, sessions, setup, viewings};

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    next: String,
    out: Option<u8>,
    set: Option<u8>,
}

/// What the form sends.
#[derive(Clone, Deserialize)]
pub struct Form {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
struct LoginView<'a> {
    error: String,
    login: &'a str,
    next: &'a str,
    signed_out: bool,
    set: bool,
}

/// `GET /login`.
pub async fn page(web: Data<Web>, guest: Guest, wish: Query<Wish>) -> Answer {
    let guest = named(&web, guest).await?;
    let view = LoginView {
        error: String::new(),
        login: "",
        next: &wish.next,
        signed_out: wish.out.is_some(),
        set: wish.set.is_some(),
    };
    show_plain(&web, &guest, StatusCode::OK, "session/login.html", view)
}

pub(super) async fn named(web: &Data<Web>, mut guest: Guest) -> Result<Guest, Failure> {
    guest.frame.org = web.db.read(setup::organisation).await?;
    Ok(guest)
}

/// `POST /login`.
pub async fn create(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let form = form.0;
    let login = form.login.trim().to_lowercase();
    let address = session::client_address(&request, &web.config);
    let (now, limits) = (web.clock.now(), web.config.limits);
    let (asked, from) = (login.clone(), address.clone());
    let (wait, candidate) = web
        .db
        .read(move |conn| {
            let wait = sessions::must_wait(conn, &asked, &from, &limits, now)?;
            Ok((wait, sessions::candidate(conn, &asked, now)?))
        })
        .await?;
    if let Some(wait) = wait {
        web.throttled.one();
        return too_many(&web, guest, &form, wait.as_secs().max(1)).await;
    }
    let (agent, hash) = candidate.map_or((None, None), |(agent, hash)| (Some(agent), hash));
    let weak = hash.as_deref().is_some_and(password::is_weak);
    let good = password::verify(form.password.clone(), hash).await?;
    let Some(agent) = agent.filter(|_| good) else {
        sign_in_failed(&address, &login);
        let (asked, from) = (login, address);
        web.db
            .write(move |tx| {
                sessions::note_failure(tx, &asked, &from, Ts(now))?;
                let who = Who::machine(Cause::Web);
                audit::counted(tx, &who, Audited::SignInFailed, &harmless(&asked), &from, 1, Ts(now))
            })
            .await?;
        let error = guest.reader.language.tr("login-failed");
        let guest = named(&web, guest).await?;
        let view = LoginView { error, login: &form.login, next: &form.next, signed_out: false, set: false };
        return show_plain(&web, &guest, StatusCode::UNPROCESSABLE_ENTITY, "session/login.html", view);
    };
    // The only moment at which the password is known: made anew as strongly as passwords are today.
    let stronger = if weak { Some(password::hash(form.password.clone()).await?) } else { None };
    let (from, state, next) = (From::of(&web, &request), web.clone(), form.next.clone());
    let begun = web
        .db
        .write(move |tx| {
            // Once more: guesses that were sent all at once were all let in before the first one had failed.
            if let Some(wait) = sessions::must_wait(tx, &login, &address, &limits, now)? {
                return Ok(Err(wait));
            }
            if let Some(hash) = &stronger {
                agents::renew_hash(tx, agent, hash)?;
            }
            factor::enter(tx, &state, agent, &from, &next, Ts(now)).map(Ok)
        })
        .await?;
    let (secret, place) = match begun {
        Ok(begun) => begun,
        Err(wait) => return too_many(&web, guest, &form, wait.as_secs().max(1)).await,
    };
    let mut answer = see_other(&place);
    set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(answer)
}

/// One line that a log watcher can read, and whose form is promised (docs/fail2ban). What was typed cannot pretend to be
/// more than a login.
pub(super) fn sign_in_failed(address: &str, login: &str) {
    tracing::warn!(target: "turnstone::sign_in", address, login = harmless(login), "sign-in failed");
}

/// A login as it was typed, with nothing in it that no login has.
fn harmless(login: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "._-@+".contains(c) { c } else { '?' };
    login.chars().take(100).map(plain).collect()
}

async fn too_many(web: &Data<Web>, guest: Guest, form: &Form, seconds: i64) -> Answer {
    let error = guest.reader.language.tr_count("login-slow-down", (seconds + 59) / 60);
    let guest = named(web, guest).await?;
    let view = LoginView { error, login: &form.login, next: &form.next, signed_out: false, set: false };
    let mut answer = show_plain(web, &guest, StatusCode::TOO_MANY_REQUESTS, "session/login.html", view)?;
    if let Ok(value) = seconds.to_string().parse() {
        answer.headers_mut().insert(actix_web::http::header::RETRY_AFTER, value);
    }
    Ok(answer)
}

/// `POST /logout`.
pub async fn delete(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let id = signed.session.clone();
    let (who, now) = (signed.person().who(), Ts(web.clock.now()));
    web.db
        .write(move |tx| {
            viewings::end(tx, &id, now)?;
            sessions::end(tx, &id)?;
            audit::noted(tx, &who, Audited::SignOut, who.login.as_deref().unwrap_or_default(), "", now)
        })
        .await?;
    let mut answer = HttpResponse::SeeOther()
        .insert_header(("location", "/login?out=1"))
        .insert_header(("clear-site-data", "\"cache\", \"storage\""))
        .finish();
    set(&mut answer, &session::no_cookie(&web.config))?;
    Ok(answer)
}

/// Adds a cookie to an answer.
pub fn set(answer: &mut HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) -> Result<(), Failure> {
    answer.add_cookie(cookie).map_err(|error| Failure::from(Error::Unexpected(error.into())))
}
