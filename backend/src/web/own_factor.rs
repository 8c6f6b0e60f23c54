//! One's own second factor, and giving the password once more before dangerous pages.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::Posted;
use super::gate::Signed;
use super::login::{sign_in_failed, unanswered};
use super::own_passkeys::{self, Here, PasskeyView};
use super::page::{Page, local, see_other, show_as};
use super::qr::Qr;
use super::session;
use super::state::Web;
use super::tickets::acts::Nothing;
use crate::audit;
use crate::db::{Audited, Ts, Tx};
use crate::error::{Error, Result};
use crate::people::{factor, identities, sessions, setup};
use crate::sign_in::{self, Again};

/// The forms: a code, or the password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    code: String,
    current: String,
    next: String,
    username: String,
    /// A form that waits for the password.
    kept: String,
}

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    next: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Errors {
    pub code: String,
    pub current: String,
    /// Of a passkey that was shown or made.
    pub passkey: String,
    /// What the new passkey was to be called, and what is wrong with that.
    pub name: String,
    pub called: String,
    /// Of the password that new recovery codes ask for.
    pub for_codes: String,
    /// Of another name for one, and for which.
    pub rename: String,
    pub renamed: i64,
}

#[derive(Serialize)]
struct FactorView {
    login: String,
    /// Whether there is an app.
    on: bool,
    needed: bool,
    left: i64,
    left_text: String,
    /// Whether the password was given not long ago.
    raised: bool,
    passkeys: Vec<PasskeyView>,
    here: Here,
    pending: bool,
    qr: Qr,
    typed: String,
    codes: Vec<String>,
    errors: Errors,
    /// Whether he has no password to type.
    by_site: bool,
}

#[derive(Serialize)]
struct RaiseView {
    login: String,
    next: String,
    /// A form that waits for the password.
    kept: String,
    errors: Errors,
    /// Sites that can ask for his password in our place.
    ways: Vec<Way>,
    /// Whether he has no password to type.
    by_site: bool,
    /// Whether the code of his app stands in its place.
    by_code: bool,
    here: Here,
}

#[derive(Serialize)]
struct Way {
    url: String,
    label: String,
}

#[derive(Serialize)]
struct AgainView {
    action: String,
    fields: Vec<(String, String)>,
}

const HOME: &str = "/preferences/factor";

/// `GET /preferences/factor`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    // Who has no password to type here gives it at his site first, and is believed for a while.
    if !signed.raised.0 && types_none(&web, &signed).await? {
        return Ok(see_other("/raise?next=%2Fpreferences%2Ffactor"));
    }
    render(&web, &signed, Errors::default(), Vec::new()).await
}

async fn types_none(web: &Data<Web>, signed: &Signed) -> Result<bool> {
    let (id, config, now) = (signed.actor.agent.id, web.config.clone(), web.clock.now());
    web.db.read(move |conn| sign_in::types_none(conn, &config, id, now)).await
}

pub(super) async fn render(web: &Data<Web>, signed: &Signed, errors: Errors, codes: Vec<String>) -> Answer {
    let bad =
        [&errors.code, &errors.current, &errors.for_codes, &errors.passkey, &errors.called, &errors.rename]
            .iter()
            .any(|text| !text.is_empty());
    let status = if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (config, state) = (web.config.clone(), web.clone());
    show_as(web, signed, status, "preferences/factor.html", move |conn, asker| {
        let agent = &asker.actor.agent;
        let organisation = setup::organisation(conn)?;
        let pending = factor::pending(conn, &config, agent, "", &organisation)?;
        let left = factor::codes_left(conn, agent.id)?;
        let view = FactorView {
            login: agent.login.clone(),
            on: factor::has_app(conn, agent.id)?,
            needed: factor::is_needed(conn, agent.id)?,
            left,
            left_text: asker.reader.language.tr_count("factor-codes-left", left),
            raised: asker.raised.0,
            passkeys: own_passkeys::views(conn, agent.id)?,
            here: Here::of(conn, &state, agent.id)?,
            pending: pending.is_some(),
            qr: pending.as_ref().and_then(|pending| Qr::of(&pending.uri)).unwrap_or_default(),
            typed: pending.map(|pending| pending.typed).unwrap_or_default(),
            codes,
            errors,
            by_site: sign_in::types_none(conn, &config, agent.id, asker.reader.now)?,
        };
        Ok(Page::new("preferences", view))
    })
    .await
}

/// `POST /preferences/factor`: a secret to be scanned.
pub async fn create(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    if let Err(refused) = knows_or_has_shown(&web, &signed, &request, &form.0.current).await? {
        return render(&web, &signed, refused, Vec::new()).await;
    }
    let (id, config, now) = (signed.actor.agent.id, web.config.clone(), Ts(web.clock.now()));
    web.db.write(move |tx| factor::begin(tx, &config, id, "", now)).await?;
    Ok(see_other(HOME))
}

/// `POST /preferences/factor/confirmation`: the first code of the app.
pub async fn confirm(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (asker, config, now) = (signed.clone(), web.config.clone(), Ts(web.clock.now()));
    let code = form.0.code;
    let done = web
        .db
        .write(move |tx| {
            factor::confirm(tx, &config, &asker.actor.who(), &asker.actor.agent, ("", &code), now)
        })
        .await;
    match done {
        Ok(codes) => render(&web, &signed, Errors::default(), codes).await,
        Err(Error::Invalid(_)) => {
            let code = signed.reader.language.tr("refused-code");
            render(&web, &signed, Errors { code, ..Errors::default() }, Vec::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /preferences/factor/codes`: new recovery codes.
pub async fn codes(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    if let Err(refused) = knows_or_has_shown(&web, &signed, &request, &form.0.current).await? {
        let refused = Errors { for_codes: refused.current, ..Errors::default() };
        return render(&web, &signed, refused, Vec::new()).await;
    }
    let (asker, now) = (signed.clone(), Ts(web.clock.now()));
    let codes =
        web.db.write(move |tx| factor::renew_codes(tx, &asker.actor.who(), &asker.actor.agent, now)).await?;
    render(&web, &signed, Errors::default(), codes).await
}

/// `POST /preferences/factor/end`.
pub async fn end(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    if let Err(refused) = knows_or_has_shown(&web, &signed, &request, &form.0.current).await? {
        return render(&web, &signed, refused, Vec::new()).await;
    }
    let (asker, now) = (signed.clone(), Ts(web.clock.now()));
    web.db.write(move |tx| factor::end_own(tx, &asker.actor, now)).await?;
    Ok(see_other(HOME))
}

/// `POST /preferences/factor/pending/end`: not after all.
pub async fn cancel(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let asker = signed.clone();
    web.db.write(move |tx| factor::forget_pending(tx, asker.actor.agent.id)).await?;
    Ok(see_other(HOME))
}

/// `GET /raise`: the password once more.
pub async fn ask(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    raise_page(&web, &signed, wish.next.clone(), String::new(), Errors::default()).await
}

/// The password once more before a form that was sent to `action`, which is kept meanwhile.
pub async fn ask_before(web: &Data<Web>, signed: &Signed, action: &str, form: String) -> Answer {
    raise_page(web, signed, action.to_owned(), form, Errors::default()).await
}

/// The same page, which says why a way to sign in did not do it.
pub(super) async fn ask_again(web: &Data<Web>, signed: &Signed, next: String, error: String) -> Answer {
    let errors = Errors { current: error, ..Errors::default() };
    raise_page(web, signed, next, String::new(), errors).await
}

pub(super) async fn raise_page(
    web: &Data<Web>,
    signed: &Signed,
    next: String,
    kept: String,
    errors: Errors,
) -> Answer {
    let good = errors.current.is_empty() && errors.code.is_empty() && errors.passkey.is_empty();
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (sites, language) = (&web.config.sign_in, &signed.reader.language);
    let said = |label: &str| language.tr_with("raise-with", &[("name", label)]);
    let providers = sites.providers().map(|site| (site.id.clone(), site.issuer.clone(), said(&site.label)));
    let certificates = sites.certificates().map(|one| {
        let label = match &one.label {
            Some(label) => said(label),
            None => language.tr("raise-certificate"),
        };
        (one.id.clone(), one.id.clone(), label)
    });
    let by_itself: Vec<String> = sites.certificates().map(|one| one.id.clone()).collect();
    let sites: Vec<(String, String, String)> = providers.chain(certificates).collect();
    let (config, state) = (web.config.clone(), web.clone());
    show_as(web, signed, status, "session/raise.html", move |conn, asker| {
        let by_site = sign_in::types_none(conn, &config, asker.actor.agent.id, asker.reader.now)?;
        let app = factor::has_app(conn, asker.actor.agent.id)?;
        let by_code = by_site && app;
        let next = local(&next, "/admin");
        let ties = identities::of_agent(conn, asker.actor.agent.id)?;
        let wanted = percent_encoding::utf8_percent_encode(&next, percent_encoding::NON_ALPHANUMERIC);
        let ways = sites
            .into_iter()
            // A browser shows a certificate by itself: where there is more to ask for, that is asked for.
            .filter(|(id, _, _)| !app || !by_itself.contains(id))
            .filter(|(_, kept_as, _)| ties.iter().any(|tie| tie.method == *kept_as))
            .map(|(id, _, label)| Way { url: format!("/raise/with/{id}?next={wanted}"), label })
            .collect();
        let login = asker.actor.agent.login.clone();
        let here = Here::of(conn, &state, asker.actor.agent.id)?;
        Ok(Page::new("raise", RaiseView { login, next, kept, errors, ways, by_site, by_code, here }))
    })
    .await
}

/// `POST /raise`: the session gets a new id, and ten minutes.
pub async fn raise(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    let form = form.0;
    let proven = match form.code.is_empty() {
        true => knows_password(&web, &signed, &request, &form.current).await?,
        false => knows_code(&web, &signed, &request, &form.code).await?,
    };
    if let Err(refused) = proven {
        return raise_page(&web, &signed, form.next, form.kept, refused).await;
    }
    let (id, now) = (signed.session.clone(), Ts(web.clock.now()));
    let secret = web.db.write(move |tx| sessions::raise(tx, &id, now)).await?;
    again(&web, &signed, secret, &form.next, &form.kept).await
}

/// On to where the password was asked for, with the session's new id.
pub(super) async fn again(
    web: &Data<Web>,
    signed: &Signed,
    secret: String,
    next: &str,
    kept: &str,
) -> Answer {
    let place = local(next, "/admin");
    let mut answer: HttpResponse = match kept.is_empty() {
        true => see_other(&place),
        false => send_again(web, signed, place, kept).await?,
    };
    super::login::set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(answer)
}

/// The form that waited, to be sent with one more click: a browser repeats nothing by itself that changes something.
async fn send_again(
    web: &Data<Web>,
    signed: &Signed,
    action: String,
    kept: &str,
) -> Result<HttpResponse, super::failure::Failure> {
    let fields = url::form_urlencoded::parse(kept.as_bytes()).into_owned().collect();
    show_as(web, signed, StatusCode::OK, "session/raised.html", move |_, _| {
        Ok(Page::new("raise", AgainView { action, fields }))
    })
    .await
}

/// Asks for the password before something of his own is changed; whoever types none has shown not long ago that it is him. Not
/// for making that last longer.
async fn knows_or_has_shown(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    current: &str,
) -> Result<Result<(), Errors>> {
    if current.is_empty() && signed.raised.1 && types_none(web, signed).await? {
        return Ok(Ok(()));
    }
    knows_password(web, signed, request, current).await
}

/// Asks for the password, as slowly as at the door where somebody guesses.
async fn knows_password(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    current: &str,
) -> Result<Result<(), Errors>> {
    let agent = signed.actor.agent.clone();
    let address = session::client_address(request, &web.config);
    let (now, limits, language) = (web.clock.now(), web.config.limits, &signed.reader.language);
    let (asked, from) = (agent.login.clone(), address.clone());
    let wait = web.db.read(move |conn| sessions::must_wait(conn, Some(&asked), &from, &limits, now)).await?;
    if let Some(wait) = wait {
        let text = language.tr_count("login-slow-down", (wait.as_secs() + 59) / 60);
        return Ok(Err(Errors { current: text, ..Errors::default() }));
    }
    let (state, typed, who) = (web.clone(), current.to_owned(), signed.actor.who());
    // Beside: whoever hangs up before the answer has tried as well.
    let asked = actix_web::rt::spawn(async move {
        let said = sign_in::again(&state.desk, &agent, &typed).await?;
        match said {
            Again::Yes => {}
            Again::Away => unanswered(&state, &agent.login).await?,
            Again::No => {
                sign_in_failed(&address, &agent.login);
                let noted = move |tx: &mut Tx<'_>| {
                    sessions::note_failure(tx, &agent.login, &address, Ts(now))?;
                    audit::counted(tx, &who, Audited::SignInFailed, &agent.login, &address, 1, Ts(now))
                };
                state.db.write(noted).await?;
            }
        }
        Ok(said)
    });
    let said: Result<Again> = asked.await.map_err(|error| Error::Unexpected(error.into()))?;
    let wrong = match said? {
        Again::Yes => return Ok(Ok(())),
        Again::No => "password-wrong",
        Again::Away => "login-away",
    };
    Ok(Err(Errors { current: language.tr(wrong), ..Errors::default() }))
}

/// Asks for the code of the second factor in the place of a password that there is none of, as slowly.
async fn knows_code(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    code: &str,
) -> Result<Result<(), Errors>> {
    let (agent, who) = (signed.actor.agent.clone(), signed.actor.who());
    let address = session::client_address(request, &web.config);
    let (now, limits, language) = (Ts(web.clock.now()), web.config.limits, &signed.reader.language);
    let (config, typed, from) = (web.config.clone(), code.to_owned(), address.clone());
    let tried = web
        .db
        .write(move |tx| {
            if let Some(wait) = sessions::must_wait(tx, Some(&agent.login), &from, &limits, now.0)? {
                return Ok(Err(wait.as_secs()));
            }
            let good = sign_in::types_none(tx, &config, agent.id, now.0)?
                && factor::is_good(tx, &config, &who, agent.id, &typed, now)?;
            if !good {
                sessions::note_failure(tx, &agent.login, &from, now)?;
                audit::counted(tx, &who, Audited::SignInFailed, &agent.login, &from, 1, now)?;
            }
            Ok(Ok(good))
        })
        .await?;
    let code = match tried {
        Ok(true) => return Ok(Ok(())),
        Ok(false) => {
            sign_in_failed(&address, &signed.actor.agent.login);
            language.tr("refused-code")
        }
        Err(seconds) => language.tr_count("login-slow-down", (seconds + 59) / 60),
    };
    Ok(Err(Errors { code, ..Errors::default() }))
}
