//! Signing in with a passkey: alone, as the second step behind a password, and set up there where a role asks for one. A
//! script asks for a challenge and sends the answer as a form; what comes of it are pages like those of the other ways.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::factor::{
    CodesView, From, Tried, Wrong, after, completed, enrolment_page, greeted, held, landing, waiting, whole,
};
use super::failure::Answer;
use super::forms::Open;
use super::gate::Guest;
use super::known;
use super::login::{Says, harmless, named, set, show, sign_in_failed};
use super::page::{see_other, show_plain};
use super::session;
use super::state::Web;
use crate::access::Who;
use crate::audit;
use crate::clock::random_token;
use crate::config::Config;
use crate::db::{Audited, Cause, PasskeyPurpose, SessionStage, Ts, Tx};
use crate::error::{Error, Result, say};
use crate::people::passkeys::{self, Asker, Doubt, Refused, Site};
use crate::people::{Agent, agents, factor, sessions};
use crate::sign_in;

/// Under which name failures are kept where nobody is known; no agent's can be.
const NOBODY: &str = "passkey:unknown";

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    answer: String,
    next: String,
}

/// The site, or why there is none.
pub(super) fn site(web: &Web) -> Result<Site> {
    Site::of(&web.config).ok_or_else(|| Error::Conflict(say!("passkey-address")))
}

/// What somebody is told who was not believed.
pub(super) fn explained(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Challenge => "passkey-too-late",
        Doubt::Unknown => "passkey-unknown",
        Doubt::NotHis => "passkey-not-yours",
        Doubt::Verification => "passkey-unverified",
        Doubt::Counter => "passkey-copied",
        Doubt::Taken => "passkey-there",
        Doubt::Form | Doubt::Kind | Doubt::Origin | Doubt::Site | Doubt::Presence | Doubt::Signature => {
            "passkey-refused"
        }
    }
}

/// Notes that somebody was not believed: for whoever watches the log, for the audit log, and against who goes on trying.
pub(super) fn note(tx: &mut Tx<'_>, refused: Refused, by: &Who, address: &str, now: Ts) -> Result<String> {
    let login = match refused.agent {
        Some(agent) => agents::login(tx, agent)?,
        None => NOBODY.to_owned(),
    };
    sessions::note_failure(tx, &login, address, now)?;
    audit::counted(tx, by, Audited::SignInFailed, &harmless(&login), address, 1, now)?;
    Ok(login)
}

/// The line in the log, and why: that alone is for whoever runs the installation.
pub(super) fn log(address: &str, login: &str, doubt: Doubt) {
    sign_in_failed(address, login);
    reason(doubt);
}

/// Why one is not believed: most often `PUBLIC_URL` is not what browsers see.
pub(super) fn reason(doubt: Doubt) {
    tracing::info!(target: "turnstone::sign_in", why = doubt.word(), "a passkey is not believed");
}

/// The cookie that binds a stranger's challenge to his browser.
fn cookie(config: &Config, holder: String) -> Cookie<'static> {
    Cookie::build(name(config), holder)
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Strict)
        .max_age(Duration::minutes(5))
        .finish()
}

fn name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-turnstone-passkey" } else { "turnstone-passkey" }
}

/// What the browser holds; ours are 43 letters.
fn cookie_of(request: &HttpRequest, config: &Config) -> Option<String> {
    let held = request.cookie(name(config))?;
    (held.value().len() == 43).then(|| held.value().to_owned())
}

fn holder(request: &HttpRequest, config: &Config) -> String {
    cookie_of(request, config).map(|held| sessions::digest(&held)).unwrap_or_default()
}

/// What a script is told that has to wait.
fn slow_down(web: &Web, guest: &Guest, seconds: i64) -> HttpResponse {
    web.throttled.one();
    let message = guest.reader.language.tr_count("login-slow-down", (seconds + 59) / 60);
    HttpResponse::TooManyRequests()
        .insert_header(("retry-after", seconds.to_string()))
        .json(json!({ "message": message }))
}

/// How long this address has to wait, in seconds.
async fn must_wait(web: &Data<Web>, address: &str) -> Result<Option<i64>> {
    let (from, now, limits) = (address.to_owned(), web.clock.now(), web.config.limits);
    let wait = web.db.read(move |conn| sessions::must_wait(conn, None, &from, &limits, now)).await?;
    Ok(wait.map(|wait| wait.as_secs().max(1)))
}

/// Who asks for a challenge: somebody, or his browser by itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Offering {
    offered: String,
}

/// `POST /login/passkey/challenge`: for whoever it may be.
pub async fn challenge(web: Data<Web>, request: HttpRequest, guest: Guest, wish: Query<Offering>) -> Answer {
    let (site, offered) = (site(&web)?, !wish.offered.is_empty());
    let address = session::client_address(&request, &web.config);
    if let Some(seconds) = must_wait(&web, &address).await? {
        return Ok(slow_down(&web, &guest, seconds));
    }
    // Two tabs of a browser hold the same: what one asked for is not lost to the other.
    let kept = cookie_of(&request, &web.config);
    let (held, now) = (kept.unwrap_or_else(random_token), Ts(web.clock.now()));
    let (holder, of) = (sessions::digest(&held), passkeys::counts_for(&sessions::network(&address), offered));
    // Read first: who goes on asking writes nothing.
    let asks = of.clone();
    if web.db.read(move |conn| passkeys::asks_too_much(conn, &asks, now)).await? {
        return Ok(slow_down(&web, &guest, 60));
    }
    let options = web
        .db
        .write(move |tx| {
            let asker = Asker { purpose: PasskeyPurpose::SignIn, holder: &holder, counts_for: &of };
            passkeys::ask_for(tx, &site, None, &asker, now)
        })
        .await?;
    let mut answer = HttpResponse::Ok().json(options);
    set(&mut answer, &cookie(&web.config, held))?;
    Ok(answer)
}

/// What came of a passkey that was shown without a password.
enum Alone {
    /// The cookie's secret, and where to go.
    In(String, String),
    /// Why not; and whose it would have been.
    No(Doubt, String),
    /// It is his, and he stays out.
    Out(&'static str, String),
    Wait(i64),
}

/// `POST /login/passkey`: alone.
pub async fn create(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let site = site(&web)?;
    let (form, from) = (form.0, From::of(&web, &request).by("passkey"));
    let address = from.address.clone();
    let came = match must_wait(&web, &address).await? {
        Some(seconds) => Alone::Wait(seconds),
        None => {
            let (state, holder) = (web.clone(), holder(&request, &web.config));
            let (brought, next) = (form.answer, form.next.clone());
            web.db.write(move |tx| alone(tx, &state, &site, &holder, &brought, &from, &next)).await?
        }
    };
    let language = &guest.reader.language;
    let mut wait = None;
    let (error, status) = match came {
        Alone::In(secret, place) => {
            let mut answer = see_other(&place);
            set(&mut answer, &session::cookie(secret, &web.config))?;
            return over(&web, answer);
        }
        Alone::No(doubt, login) => {
            log(&address, &login, doubt);
            (language.tr(explained(doubt)), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Alone::Out(key, login) => {
            sign_in_failed(&address, &login);
            (language.tr(key), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Alone::Wait(seconds) => {
            web.throttled.one();
            wait = Some(seconds);
            (language.tr_count("login-slow-down", (seconds + 59) / 60), StatusCode::TOO_MANY_REQUESTS)
        }
    };
    let says = Says { passkey: error, next: &form.next, ..Says::default() };
    let mut answer = show(&web, guest, status, says).await?;
    if let Some(seconds) = wait.and_then(|seconds| seconds.to_string().parse().ok()) {
        answer.headers_mut().insert(RETRY_AFTER, seconds);
    }
    Ok(answer)
}

/// Whoever is in needs it no longer.
fn over(web: &Web, mut answer: HttpResponse) -> Answer {
    let mut cookie = cookie(&web.config, String::new());
    cookie.set_max_age(Duration::ZERO);
    set(&mut answer, &cookie)?;
    Ok(answer)
}

fn alone(
    tx: &mut Tx<'_>,
    web: &Web,
    site: &Site,
    holder: &str,
    brought: &str,
    from: &From,
    next: &str,
) -> Result<Alone> {
    let now = Ts(web.clock.now());
    let nobody = Who::machine(Cause::Web);
    let id = match passkeys::shown(tx, site, None, (PasskeyPurpose::SignIn, holder), brought, now)? {
        Ok(id) => id,
        Err(refused) => {
            let login = note(tx, refused, &nobody, &from.address, now)?;
            return Ok(Alone::No(refused.doubt, login));
        }
    };
    let agent = agents::get(tx, id)?;
    // A signature is not guessed: what strangers type under his login keeps nobody out who brings one.
    if let Some(wait) = sessions::must_wait(tx, None, &from.address, &web.config.limits, now.0)? {
        return Ok(Alone::Wait(wait.as_secs().max(1)));
    }
    let out = match agent.is_active(now.0) {
        false => Some("login-shut"),
        true if !sign_in::passkey_is_enough(tx, &web.config, id, now.0)? => Some("passkey-second-only"),
        true => None,
    };
    if let Some(key) = out {
        sessions::note_failure(tx, &agent.login, &from.address, now)?;
        audit::counted(tx, &nobody, Audited::SignInFailed, &agent.login, &from.address, 1, now)?;
        return Ok(Alone::Out(key, agent.login));
    }
    let place = landing(tx, id, next, now)?;
    Ok(Alone::In(whole(tx, id, from, &from.method, now)?, place))
}

/// The agent whose session waits for this step, with the hash of what his browser holds.
async fn half(
    web: &Data<Web>,
    request: &HttpRequest,
    stage: SessionStage,
) -> Result<Option<(Agent, String)>> {
    Ok(waiting(web, request, stage).await?.map(|agent| (agent, held(web, request))))
}

/// What a script is told whose page has gone stale.
fn gone(guest: &Guest) -> HttpResponse {
    HttpResponse::Unauthorized().json(json!({ "message": guest.reader.language.tr("passkey-too-late") }))
}

/// `POST /login/factor/passkey/challenge`: for whoever has given his password.
pub async fn factor_challenge(web: Data<Web>, request: HttpRequest, guest: Guest) -> Answer {
    let site = site(&web)?;
    let Some((agent, holder)) = half(&web, &request, SessionStage::Factor).await? else {
        return Ok(gone(&guest));
    };
    asked_once(&web, &request, &guest, agent, move |tx, agent, now| {
        let asker = Asker { purpose: PasskeyPurpose::Factor, holder: &holder, counts_for: &holder };
        passkeys::ask_for(tx, &site, Some(agent.id), &asker, now)
    })
    .await
}

/// Thinks a challenge up, unless somebody tries too often.
async fn asked_once(
    web: &Data<Web>,
    request: &HttpRequest,
    guest: &Guest,
    agent: Agent,
    ask: impl Fn(&mut Tx<'_>, &Agent, Ts) -> Result<Value> + Send + 'static,
) -> Answer {
    let address = session::client_address(request, &web.config);
    if let Some(seconds) = must_wait(web, &address).await? {
        return Ok(slow_down(web, guest, seconds));
    }
    let now = Ts(web.clock.now());
    let options = web.db.write(move |tx| ask(tx, &agent, now)).await?;
    Ok(HttpResponse::Ok().json(options))
}

/// `POST /login/factor/passkey`: the second step.
pub async fn second(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let site = site(&web)?;
    let Some((agent, holder)) = half(&web, &request, SessionStage::Factor).await? else {
        return Ok(see_other("/login"));
    };
    let (form, from) = (form.0, From::of(&web, &request));
    let (address, who, limits) = (from.address.clone(), agent.clone(), web.config.limits);
    let (brought, next, now) = (form.answer, form.next.clone(), Ts(web.clock.now()));
    let came = web
        .db
        .write(move |tx| {
            if let Some(wait) = sessions::must_wait(tx, None, &from.address, &limits, now.0)? {
                return Ok(Tried::Wait(wait.as_secs().max(1)));
            }
            let purpose = (PasskeyPurpose::Factor, holder.as_str());
            match passkeys::shown(tx, &site, Some(who.id), purpose, &brought, now)? {
                Ok(id) => {
                    let place = landing(tx, id, &next, now)?;
                    Ok(Tried::Good(completed(tx, id, &from, SessionStage::Factor, now)?, place))
                }
                Err(refused) => {
                    let refused = Refused { agent: Some(who.id), ..refused };
                    note(tx, refused, &by(&who), &from.address, now)?;
                    Ok(Tried::Doubted(refused.doubt))
                }
            }
        })
        .await?;
    if let Tried::Doubted(doubt) = &came {
        log(&address, &agent.login, *doubt);
    }
    after(&web, guest, agent, came, &form.next).await
}

fn by(agent: &Agent) -> Who {
    Who { agent: Some(agent.id), login: Some(agent.login.clone()), cause: Cause::Web }
}

/// `POST /login/enrolment/passkey/challenge`: a role asks for a second factor.
pub async fn enrolment_challenge(web: Data<Web>, request: HttpRequest, guest: Guest) -> Answer {
    let site = site(&web)?;
    let Some((agent, holder)) = half(&web, &request, SessionStage::Enrolment).await? else {
        return Ok(gone(&guest));
    };
    asked_once(&web, &request, &guest, agent, move |tx, agent, now| {
        let asker = Asker { purpose: PasskeyPurpose::Add, holder: &holder, counts_for: &holder };
        factor::must_be_off(tx, agent.id)?;
        passkeys::ask_for_new(tx, &site, agent, &asker, now)
    })
    .await
}

/// What came of a passkey that a role asks for.
enum Enrolled {
    /// The recovery codes, the cookie's secret, and where to go.
    In(Vec<String>, String, String),
    No(Doubt),
    Wait(i64),
}

/// `POST /login/enrolment/passkey`: the session becomes whole with it.
pub async fn enrol(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let site = site(&web)?;
    let Some((agent, holder)) = half(&web, &request, SessionStage::Enrolment).await? else {
        return Ok(see_other("/login"));
    };
    let guest = greeted(named(&web, guest).await?, &agent);
    let (form, from, now) = (form.0, From::of(&web, &request), Ts(web.clock.now()));
    let (who, wanted, brought) = (agent.clone(), form.next.clone(), form.answer);
    let called = guest.reader.language.tr("passkey-first");
    let (limits, waits, address) = (web.config.limits, holder.clone(), from.address.clone());
    let done = web
        .db
        .write(move |tx| {
            if let Some(wait) = sessions::must_wait(tx, None, &from.address, &limits, now.0)? {
                return Ok(Enrolled::Wait(wait.as_secs().max(1)));
            }
            factor::must_be_off(tx, who.id)?;
            let added = passkeys::add(tx, &site, &who, (&waits, &brought), &called, now)?;
            let codes = match added {
                Ok(codes) => codes,
                Err(doubt) => {
                    let refused = Refused { agent: Some(who.id), doubt };
                    note(tx, refused, &by(&who), &from.address, now)?;
                    return Ok(Enrolled::No(doubt));
                }
            };
            let place = landing(tx, who.id, &wanted, now)?;
            Ok(Enrolled::In(codes, completed(tx, who.id, &from, SessionStage::Enrolment, now)?, place))
        })
        .await?;
    match done {
        Enrolled::In(codes, secret, next) => {
            let view = CodesView { codes, next };
            let mut answer = show_plain(&web, &guest, StatusCode::OK, "session/codes.html", view)?;
            known::let_in(&web, &mut answer, &agent.login, secret).await?;
            Ok(answer)
        }
        Enrolled::No(doubt) => {
            log(&address, &agent.login, doubt);
            let passkey = guest.reader.language.tr(explained(doubt));
            let wrong = Wrong { passkey, ..Wrong::default() };
            enrolment_page(&web, guest, (agent, holder), &form.next, wrong).await
        }
        Enrolled::Wait(seconds) => {
            web.throttled.one();
            let passkey = guest.reader.language.tr_count("login-slow-down", (seconds + 59) / 60);
            let wrong = Wrong { passkey, ..Wrong::default() };
            enrolment_page(&web, guest, (agent, holder), &form.next, wrong).await
        }
    }
}
