//! Signing in and out. Known and unknown accounts are answered alike, in words and in time; too many tries wait.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::failure::{Answer, Failure};
use super::forms::{Open, Posted};
use super::gate::{Guest, Signed};
use super::page::{local, see_other, show_plain};
use super::preferences::start;
use super::session;
use super::state::Web;
use super::tickets::acts::Nothing;
use crate::access::Actor;
use crate::db::{Cause, Ts};
use crate::error::Error;
use crate::people::{habits, password, sessions, setup};

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    next: String,
    out: Option<u8>,
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
}

/// `GET /login`.
pub async fn page(web: Data<Web>, guest: Guest, wish: Query<Wish>) -> Answer {
    let guest = named(&web, guest).await?;
    let view =
        LoginView { error: String::new(), login: "", next: &wish.next, signed_out: wish.out.is_some() };
    show_plain(&web, &guest, StatusCode::OK, "session/login.html", view)
}

/// `GET /password/reset`: how to get a new password.
pub async fn forgotten(web: Data<Web>, guest: Guest) -> Answer {
    let guest = named(&web, guest).await?;
    show_plain(&web, &guest, StatusCode::OK, "session/forgotten.html", ())
}

async fn named(web: &Data<Web>, mut guest: Guest) -> Result<Guest, Failure> {
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
        return too_many(&web, guest, &form, wait.as_secs().max(1)).await;
    }
    let (agent, hash) = candidate.map_or((None, None), |(agent, hash)| (Some(agent), hash));
    let good = password::verify(form.password.clone(), hash).await?;
    let Some(agent) = agent.filter(|_| good) else {
        // One line that a log watcher can read; the login is quoted, so that it cannot pretend to be more.
        tracing::warn!(address, login = ?login, "sign-in failed");
        let (asked, from) = (login, address);
        web.db.write(move |tx| sessions::note_failure(tx, &asked, &from, Ts(now))).await?;
        let error = guest.reader.language.tr("login-failed");
        let guest = named(&web, guest).await?;
        let view = LoginView { error, login: &form.login, next: &form.next, signed_out: false };
        return show_plain(&web, &guest, StatusCode::UNPROCESSABLE_ENTITY, "session/login.html", view);
    };
    let browser = request
        .headers()
        .get("user-agent")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let old = session::secret(&request, &web.config);
    let begun = web
        .db
        .write(move |tx| {
            // Once more: guesses that were sent all at once were all let in before the first one had failed.
            if let Some(wait) = sessions::must_wait(tx, &login, &address, &limits, now)? {
                return Ok(Err(wait));
            }
            if let Some(old) = &old {
                sessions::end(tx, &sessions::digest(old))?;
            }
            sessions::begin(tx, agent, &address, &browser, Ts(now)).map(Ok)
        })
        .await?;
    let secret = match begun {
        Ok(secret) => secret,
        Err(wait) => return too_many(&web, guest, &form, wait.as_secs().max(1)).await,
    };
    let start = web
        .db
        .read(move |conn| {
            let actor = Actor::load(conn, agent, Cause::Web, now)?;
            let entry = habits::of(conn, agent)?.start_at;
            start::place(conn, &actor, &entry)
        })
        .await?;
    let mut answer = see_other(&local(&form.next, &start));
    set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(answer)
}

async fn too_many(web: &Data<Web>, guest: Guest, form: &Form, seconds: i64) -> Answer {
    let error = guest.reader.language.tr_count("login-slow-down", (seconds + 59) / 60);
    let guest = named(web, guest).await?;
    let view = LoginView { error, login: &form.login, next: &form.next, signed_out: false };
    let mut answer = show_plain(web, &guest, StatusCode::TOO_MANY_REQUESTS, "session/login.html", view)?;
    if let Ok(value) = seconds.to_string().parse() {
        answer.headers_mut().insert(actix_web::http::header::RETRY_AFTER, value);
    }
    Ok(answer)
}

/// `POST /logout`.
pub async fn delete(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let id = signed.session.clone();
    web.db.write(move |tx| sessions::end(tx, &id)).await?;
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
