//! Giving the password once more before dangerous pages: the password, or what stands in its place.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::failure::{Answer, Failure};
use super::forms::{Nothing, Posted};
use super::gate::Signed;
use super::once_more::{knows_code, knows_password};
use super::own_passkeys::Here;
use super::page::{Page, local, see_other, show_as};
use super::passkeys::{explained, log, note, site};
use super::session;
use super::state::Web;
use crate::db::{Conn, PasskeyPurpose, Ts};
use crate::error::{Error, Result, say};
use crate::people::passkeys::{self, Asker, Refused};
use crate::people::{factor, identities, sessions};
use crate::sign_in;

/// What the form sends: a code, or the password.
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

/// What the form with a passkey sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shown {
    answer: String,
    next: String,
    /// A form that waits for the password.
    kept: String,
}

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    next: String,
}

/// What is wrong with what was given.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Errors {
    pub code: String,
    pub current: String,
    /// With a passkey that was shown.
    pub passkey: String,
}

#[derive(Serialize)]
struct RaiseView {
    login: String,
    next: String,
    /// A form that waits for the password.
    kept: String,
    /// What that form holds, where he shows elsewhere that it is him: it waits on this page meanwhile.
    fields: Vec<(String, String)>,
    errors: Errors,
    /// Sites that can ask for his password in our place.
    ways: Vec<Way>,
    /// Whether he has no password to type.
    by_site: bool,
    /// Whether the code of his app stands in its place.
    by_code: bool,
    /// Whether there is nothing by which he could show it: an app or a passkey is to be set up first.
    nothing: bool,
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

async fn raise_page(web: &Data<Web>, signed: &Signed, next: String, kept: String, errors: Errors) -> Answer {
    let good = errors.current.is_empty() && errors.code.is_empty() && errors.passkey.is_empty();
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (sites, language) = (sign_in::ways::of(&web.desk).await?, &signed.reader.language);
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
    let fresh: Vec<String> =
        sites.certificates().filter(|one| one.is_fresh()).map(|one| one.id.clone()).collect();
    let sites: Vec<(String, String, String)> = providers.chain(certificates).collect();
    let (config, state) = (web.config.clone(), web.clone());
    show_as(web, signed, status, "session/raise.html", move |conn, asker| {
        let by_site = sign_in::types_none(conn, &config, asker.actor.agent.id, asker.reader.now)?;
        let app = factor::has_app(conn, asker.actor.agent.id)?;
        let (by_code, more) = (by_site && app, factor::is_on(conn, asker.actor.agent.id)?);
        let next = local(&next, "/admin");
        let ties = identities::of_agent(conn, asker.actor.agent.id)?;
        // Who goes elsewhere with a form open does so beside it; what a form was sent to need not be a page.
        let back = if kept.is_empty() { next.as_str() } else { "/admin" };
        let wanted = percent_encoding::utf8_percent_encode(back, percent_encoding::NON_ALPHANUMERIC);
        let ways: Vec<Way> = sites
            .into_iter()
            // A browser shows a certificate by itself: where there is more to ask for, that is asked for.
            .filter(|(id, _, _)| !by_itself.contains(id) || (!more && fresh.contains(id)))
            .filter(|(_, kept_as, _)| ties.iter().any(|tie| tie.method == *kept_as))
            .map(|(id, _, label)| Way { url: format!("/raise/with/{id}?next={wanted}"), label })
            .collect();
        let login = asker.actor.agent.login.clone();
        let here = Here::of(conn, &state, asker.actor.agent.id)?;
        let nothing = by_site && !more && ways.is_empty();
        let fields = if ways.is_empty() { Vec::new() } else { fields(&kept) };
        let view = RaiseView { login, next, kept, fields, errors, ways, by_site, by_code, nothing, here };
        Ok(Page::new("raise", view))
    })
    .await
}

/// `POST /raise`: the session gets a new id, and ten minutes.
pub async fn create(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    let form = form.0;
    let proven = match form.code.is_empty() {
        true => knows_password(&web, &signed, &request, &form.current).await?,
        false => knows_code(&web, &signed, &request, &form.code).await?,
    };
    if let Err(wrong) = proven {
        let errors = Errors { code: wrong.code, current: wrong.current, ..Errors::default() };
        return raise_page(&web, &signed, form.next, form.kept, errors).await;
    }
    let (id, now) = (signed.session.clone(), Ts(web.clock.now()));
    let secret = web.db.write(move |tx| sessions::raise(tx, &id, now)).await?;
    again(&web, &signed, secret, &form.next, &form.kept).await
}

/// On to where the password was asked for, with the session's new id.
async fn again(web: &Data<Web>, signed: &Signed, secret: String, next: &str, kept: &str) -> Answer {
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
) -> Result<HttpResponse, Failure> {
    let fields = fields(kept);
    show_as(web, signed, StatusCode::OK, "session/raised.html", move |_, _| {
        Ok(Page::new("raise", AgainView { action, fields }))
    })
    .await
}

fn fields(kept: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(kept.as_bytes()).into_owned().collect()
}

/// `POST /raise/passkey/challenge`.
pub async fn challenge(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let (site, now) = (site(&web)?, Ts(web.clock.now()));
    let (asker, state) = (signed.clone(), web.clone());
    let options = web
        .db
        .write(move |tx| {
            let holder = asker.session.as_str();
            must_be_enough(tx, &state, &asker)?;
            let of = Asker { purpose: PasskeyPurpose::Raise, holder, counts_for: holder };
            passkeys::ask_for(tx, &site, Some(asker.actor.agent.id), &of, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(options))
}

/// Looks that a passkey is enough in place of the password: whom a directory lets in gives his password there.
fn must_be_enough(conn: &mut Conn, web: &Web, asker: &Signed) -> Result<()> {
    match sign_in::passkey_raises(conn, &web.config, asker.actor.agent.id, web.clock.now())? {
        true => Ok(()),
        false => Err(Error::Conflict(say!("passkey-second-only"))),
    }
}

/// What came of a passkey in place of the password.
enum Raised {
    /// The session's new secret.
    Yes(String),
    No(Refused),
    Wait(i64),
}

/// `POST /raise/passkey`: the session gets a new id, and ten minutes.
pub async fn by_passkey(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Shown>) -> Answer {
    let (site, form, now) = (site(&web)?, form.0, Ts(web.clock.now()));
    let address = session::client_address(&request, &web.config);
    let (asker, limits, from, brought) = (signed.clone(), web.config.limits, address.clone(), form.answer);
    let state = web.clone();
    let came = web
        .db
        .write(move |tx| {
            let (agent, holder) = (&asker.actor.agent, asker.session.as_str());
            if let Some(wait) = sessions::must_wait(tx, None, &from, &limits, now.0)? {
                return Ok(Raised::Wait(wait.as_secs().max(1)));
            }
            must_be_enough(tx, &state, &asker)?;
            let purpose = (PasskeyPurpose::Raise, holder);
            match passkeys::shown(tx, &site, Some(agent.id), purpose, &brought, now)? {
                Ok(_) => sessions::raise(tx, holder, now).map(Raised::Yes),
                Err(refused) => {
                    let refused = Refused { agent: Some(agent.id), ..refused };
                    note(tx, refused, &asker.actor.who(), &from, now)?;
                    Ok(Raised::No(refused))
                }
            }
        })
        .await?;
    let language = &signed.reader.language;
    let error = match came {
        Raised::Yes(secret) => return again(&web, &signed, secret, &form.next, &form.kept).await,
        Raised::No(refused) => {
            log(&address, &signed.actor.agent.login, refused.doubt);
            language.tr(explained(refused.doubt))
        }
        Raised::Wait(seconds) => language.tr_count("login-slow-down", (seconds + 59) / 60),
    };
    raise_page(&web, &signed, form.next, form.kept, Errors { passkey: error, ..Errors::default() }).await
}
