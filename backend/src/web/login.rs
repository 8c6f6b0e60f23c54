//! Signing in and out. Known and unknown accounts are answered alike, in words and in time; too many tries wait.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::certificate;
use super::factor::{self, From};
use super::failure::{Answer, Failure};
use super::forms::{Nothing, Open, Posted};
use super::gate::{Guest, Signed};
use super::known;
use super::page::{see_other, show_plain};
use super::session;
use super::state::Web;
use crate::access::Who;
use crate::audit;
use crate::config::sign_in::Method;
use crate::db::{Audited, Cause, Ts, carried};
use crate::error::Error;
use crate::i18n::Language;
use crate::people::identities::Refusal;
use crate::people::passkeys::{self, Site};
use crate::people::{agents, sessions, setup, viewings};
use crate::sign_in::{self, Entered, ways};

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    next: String,
    out: Option<u8>,
    set: Option<u8>,
    /// The site that vouched for whoever has signed out.
    with: Option<String>,
    /// Why a certificate did not do.
    refused: Option<String>,
}

/// What the form sends.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
struct LoginView<'a> {
    error: String,
    /// What went wrong with a passkey.
    passkey: String,
    login: &'a str,
    next: &'a str,
    signed_out: bool,
    set: bool,
    ways: Vec<Way>,
    /// Whether somebody may have a passkey to show.
    passkeys: bool,
    farewell: Option<Farewell>,
}

/// A way in besides the password.
#[derive(Serialize)]
struct Way {
    url: String,
    /// What its button says.
    label: String,
    icon: &'static str,
}

/// Where one signs out elsewhere as well.
#[derive(Serialize)]
struct Farewell {
    url: String,
    label: String,
}

/// What the page says besides its form.
#[derive(Default)]
pub(super) struct Says<'a> {
    /// What went wrong.
    pub error: String,
    /// What went wrong with a passkey.
    pub passkey: String,
    /// What was typed.
    pub login: &'a str,
    /// Where to go afterwards.
    pub next: &'a str,
    /// Whether somebody has just signed out.
    pub signed_out: bool,
    /// Whether somebody has just set his password.
    pub set: bool,
    /// The site that vouched for whoever has signed out.
    pub with: Option<&'a str>,
}

/// The page, with a way for each site that vouches for people.
pub(super) async fn show(web: &Data<Web>, guest: Guest, status: StatusCode, says: Says<'_>) -> Answer {
    let guest = named(web, guest).await?;
    let next = percent_encoding::utf8_percent_encode(says.next, percent_encoding::NON_ALPHANUMERIC);
    let sites = ways::of(&web.desk).await?;
    let language = &guest.reader.language;
    let url = |id: &str| format!("/login/with/{id}?next={next}");
    let ways = sites.methods.iter().filter_map(|method| match method {
        Method::Oidc(site) => {
            let label = language.tr_with("login-with", &[("name", &site.label)]);
            Some(Way { url: url(&site.id), label, icon: "users" })
        }
        Method::Certificate(one) => {
            Some(Way { url: url(&one.id), label: certificate::label(one, language), icon: "key" })
        }
        Method::Local { .. } | Method::Ldap(_) => None,
    });
    let left = says.with.and_then(|id| sites.providers().find(|site| site.id == id));
    let view = LoginView {
        error: says.error,
        passkey: says.passkey,
        login: says.login,
        next: says.next,
        signed_out: says.signed_out,
        set: says.set,
        ways: ways.collect(),
        passkeys: Site::of(&web.config).is_some() && web.db.read(passkeys::are_used).await?,
        farewell: left
            .map(|site| Farewell { url: format!("/login/with/{}/end", site.id), label: site.label.clone() }),
    };
    show_plain(web, &guest, status, "session/login.html", view)
}

/// `GET /login`.
pub async fn page(web: Data<Web>, guest: Guest, wish: Query<Wish>) -> Answer {
    let refused = wish.refused.as_deref().unwrap_or_default();
    let (error, status) = match certificate::explained(refused) {
        Some(key) => (guest.reader.language.tr(key), certificate::status(refused)),
        None => (String::new(), StatusCode::OK),
    };
    let says = Says {
        error,
        next: &wish.next,
        signed_out: wish.out.is_some(),
        set: wish.set.is_some(),
        with: wish.with.as_deref(),
        ..Says::default()
    };
    show(&web, guest, status, says).await
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
    let counted = known::counted_as(&web, &request, &login).await?;
    let (now, limits) = (web.clock.now(), web.config.limits);
    let (asked, from) = (counted.clone(), address.clone());
    let wait = web.db.read(move |conn| sessions::must_wait(conn, Some(&asked), &from, &limits, now)).await?;
    if let Some(wait) = wait {
        web.throttled.one();
        return too_many(&web, guest, &form, wait.as_secs().max(1)).await;
    }
    let language = &guest.reader.language;
    let tried = Tried { login: login.clone(), counted: counted.clone(), address };
    let (error, status) = match asked_for(&web, tried, &form.password).await? {
        sign_in::Answer::In(entered) => {
            return enter(web, request, guest, form, (login, counted), entered).await;
        }
        sign_in::Answer::No => (language.tr("login-failed"), StatusCode::UNPROCESSABLE_ENTITY),
        sign_in::Answer::Refused(refusal) => (refused(language, refusal), StatusCode::UNPROCESSABLE_ENTITY),
        sign_in::Answer::Away => (language.tr("login-away"), StatusCode::SERVICE_UNAVAILABLE),
    };
    show(&web, guest, status, Says { error, login: &form.login, next: &form.next, ..Says::default() }).await
}

/// Somebody who tries to come in with a password.
struct Tried {
    /// What was typed as the login.
    login: String,
    /// Under which name it counts where it was in vain.
    counted: String,
    /// Where it comes from.
    address: String,
}

/// Asks whether they belong together, and notes where they do not. Beside: whoever hangs up before the answer has tried as
/// well.
async fn asked_for(web: &Data<Web>, tried: Tried, password: &str) -> Result<sign_in::Answer, Error> {
    let (web, password) = (web.clone(), password.to_owned());
    let asked = actix_web::rt::spawn(carried(async move {
        let answer = sign_in::by_password(&web.desk, &tried.login, &password).await?;
        match &answer {
            sign_in::Answer::In(_) => {}
            sign_in::Answer::Away => unanswered(&web, &tried.counted).await?,
            sign_in::Answer::No | sign_in::Answer::Refused(_) => in_vain(&web, tried).await?,
        }
        Ok(answer)
    }));
    asked.await.map_err(|error| Error::Unexpected(error.into()))?
}

/// Notes a try that could not be answered, under this name alone: a directory that is away makes nobody a guesser, and
/// an office behind one address is not shut out with it.
pub(super) async fn unanswered(web: &Data<Web>, counted: &str) -> Result<(), Error> {
    let (asked, now) = (counted.to_owned(), Ts(web.clock.now()));
    web.db.write(move |tx| sessions::note_failure(tx, &asked, "", now)).await
}

/// Why somebody who is known elsewhere does not come in, as he is told.
pub(super) fn refused(language: &Language, refusal: Refusal) -> String {
    language.tr(match refusal {
        Refusal::Shut => "login-shut",
        Refusal::Unknown | Refusal::NoRole => "login-no-account",
        Refusal::NoAddress
        | Refusal::Domain
        | Refusal::Ambiguous
        | Refusal::Unproven
        | Refusal::Manages
        | Refusal::LoginTaken => "login-not-tied",
    })
}

/// Notes a failure of somebody who has typed no login, under a name that is none.
pub(super) async fn failed(web: &Data<Web>, nobody: &str, address: &str) -> Result<(), Error> {
    let (login, counted) = (nobody.to_owned(), nobody.to_owned());
    in_vain(web, Tried { login, counted, address: address.to_owned() }).await
}

/// Notes a failure: for whoever watches the log, for the audit log, and against whoever goes on guessing.
async fn in_vain(web: &Data<Web>, tried: Tried) -> Result<(), Error> {
    sign_in_failed(&tried.address, &tried.login);
    let now = Ts(web.clock.now());
    web.db
        .write(move |tx| {
            sessions::note_failure(tx, &tried.counted, &tried.address, now)?;
            let (who, login) = (Who::machine(Cause::Web), harmless(&tried.login));
            audit::counted(tx, &who, Audited::SignInFailed, &login, &tried.address, 1, now)
        })
        .await
}

/// Lets somebody in who has proven who he is.
async fn enter(
    web: Data<Web>,
    request: HttpRequest,
    guest: Guest,
    form: Form,
    (login, counted): (String, String),
    entered: Entered,
) -> Answer {
    let address = session::client_address(&request, &web.config);
    let (now, limits) = (web.clock.now(), web.config.limits);
    let (agent, stronger, verified) = (entered.agent, entered.stronger, entered.verified);
    let (from, state, next) = (From::of(&web, &request).by(&entered.method), web.clone(), form.next.clone());
    let begun = web
        .db
        .write(move |tx| {
            // Once more: guesses that were sent all at once were all let in before the first one had failed.
            if let Some(wait) = sessions::must_wait(tx, Some(&counted), &address, &limits, now)? {
                return Ok(Begun::Wait(wait));
            }
            if let Some(verified) = &verified
                && !agents::holds_password(tx, agent, verified)?
            {
                return Ok(Begun::TooLate);
            }
            if let Some(hash) = &stronger {
                agents::renew_hash(tx, agent, hash)?;
            }
            factor::enter(tx, &state, agent, &from, &next, Ts(now)).map(Begun::In)
        })
        .await?;
    let entry = match begun {
        Begun::In(entry) => entry,
        Begun::Wait(wait) => return too_many(&web, guest, &form, wait.as_secs().max(1)).await,
        Begun::TooLate => {
            let error = guest.reader.language.tr("login-failed");
            let says = Says { error, login: &form.login, next: &form.next, ..Says::default() };
            return show(&web, guest, StatusCode::UNPROCESSABLE_ENTITY, says).await;
        }
    };
    let mut answer = see_other(&entry.place);
    match entry.is_whole {
        true => known::let_in(&web, &mut answer, &login, entry.secret).await?,
        // Whoever has the password alone is no more known than before.
        false => set(&mut answer, &session::cookie(entry.secret, &web.config))?,
    }
    Ok(answer)
}

/// What came of a password that was right.
enum Begun {
    In(factor::Entry),
    Wait(SignedDuration),
    /// It was, when it was looked at; another has been set meanwhile.
    TooLate,
}

/// One line that a log watcher can read, and whose form is promised (docs/fail2ban). What was typed cannot pretend to be
/// more than a login.
pub(super) fn sign_in_failed(address: &str, login: &str) {
    tracing::warn!(target: "turnstone::sign_in", address, login = harmless(login), "sign-in failed");
}

/// A login as it was typed, with nothing in it that no login has.
pub(super) fn harmless(login: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "._-@+".contains(c) { c } else { '?' };
    login.chars().take(100).map(plain).collect()
}

async fn too_many(web: &Data<Web>, guest: Guest, form: &Form, seconds: i64) -> Answer {
    let error = guest.reader.language.tr_count("login-slow-down", (seconds + 59) / 60);
    let says = Says { error, login: &form.login, next: &form.next, ..Says::default() };
    let mut answer = show(web, guest, StatusCode::TOO_MANY_REQUESTS, says).await?;
    if let Ok(value) = seconds.to_string().parse() {
        answer.headers_mut().insert(actix_web::http::header::RETRY_AFTER, value);
    }
    Ok(answer)
}

/// `POST /logout`.
pub async fn delete(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let id = signed.session.clone();
    let (who, now) = (signed.person().who(), Ts(web.clock.now()));
    let came_by = web
        .db
        .write(move |tx| {
            let method = sessions::method(tx, &id)?;
            viewings::end(tx, &id, now)?;
            sessions::end(tx, &id)?;
            audit::noted(tx, &who, Audited::SignOut, who.login.as_deref().unwrap_or_default(), "", now)?;
            Ok(method)
        })
        .await?;
    let ways = ways::of(&web.desk).await?;
    let site = came_by.filter(|id| ways.providers().any(|site| site.id == *id));
    let place = match site {
        Some(site) => format!("/login?out=1&with={site}"),
        None => "/login?out=1".to_owned(),
    };
    let mut answer = HttpResponse::SeeOther()
        .insert_header(("location", place))
        .insert_header(("clear-site-data", "\"cache\", \"storage\""))
        .finish();
    set(&mut answer, &session::no_cookie(&web.config))?;
    Ok(answer)
}

/// Adds a cookie to an answer.
pub fn set(answer: &mut HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) -> Result<(), Failure> {
    answer.add_cookie(cookie).map_err(|error| Failure::from(Error::Unexpected(error.into())))
}
