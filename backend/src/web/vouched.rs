//! Signing in by the word of another site: the browser goes there with an errand and comes back with it. Certificates
//! (`certificate`) share the addresses.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::certificate;
use super::factor::{self, Entry, From};
use super::failure::{Answer, Failure};
use super::gate::{Guest, Signed};
use super::login::{Says, failed, refused, set, show};
use super::page::{local, see_other};
use super::session;
use super::state::Web;
use crate::config::Config;
use crate::config::sign_in::Oidc;
use crate::db::{AgentId, Ts, Tx};
use crate::error::{Error, Result};
use crate::people::identities::{self, Known};
use crate::people::sessions;
use crate::sign_in::oidc::{self, Back, Trouble, Vouched};
use crate::sign_in::{self, ways};

/// The longest cookie that is ours.
const LONGEST: usize = 4_000;

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    next: String,
}

async fn site(web: &Web, id: &str) -> Result<Oidc, Failure> {
    let ways = ways::of(&web.desk).await?;
    ways.providers().find(|site| site.id == id).cloned().ok_or_else(|| Error::NotFound.into())
}

/// Under which name failures are kept, of which no agent's can be: what somebody is called elsewhere may be anybody's login.
fn nobody(provider: &Oidc) -> String {
    format!("oidc:{}", provider.id)
}

/// The cookie that binds an errand to the browser. Lax, so that it comes along when the other site sends the browser back.
pub(super) fn cookie(config: &Config, sealed: String) -> Cookie<'static> {
    Cookie::build(name(config), sealed)
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::minutes(15))
        .finish()
}

fn name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-turnstone-errand" } else { "turnstone-errand" }
}

pub(super) fn kept(request: &HttpRequest, config: &Config) -> Option<String> {
    let cookie = request.cookie(name(config))?;
    (cookie.value().len() <= LONGEST).then(|| cookie.value().to_owned())
}

/// `GET /login/with/{id}`: there.
pub async fn go(
    web: Data<Web>,
    request: HttpRequest,
    guest: Guest,
    id: Path<String>,
    wish: Query<Wish>,
) -> Answer {
    if let Some(method) = certificate::method(&web, &id) {
        return certificate::go(&web, &request, method, &wish.next);
    }
    let provider = &site(&web, &id).await?;
    match oidc::begin(&web.desk, &web.sites, provider, &wish.next, "").await {
        Ok(begun) => leave(&web, begun),
        Err(trouble) => {
            let (key, status) = explained(provider, trouble)?;
            let error = guest.reader.language.tr(key);
            show(&web, guest, status, Says { error, next: &wish.next, ..Says::default() }).await
        }
    }
}

/// `GET /raise/with/{id}`: there, to give the password once more.
pub async fn raise(
    web: Data<Web>,
    request: HttpRequest,
    signed: Signed,
    id: Path<String>,
    wish: Query<Wish>,
) -> Answer {
    if let Some(method) = certificate::method(&web, &id) {
        return certificate::raise(&web, &request, &signed, method, &wish.next).await;
    }
    let provider = &site(&web, &id).await?;
    match oidc::begin(&web.desk, &web.sites, provider, &wish.next, &signed.session).await {
        Ok(begun) => leave(&web, begun),
        Err(trouble) => {
            let (key, _) = explained(provider, trouble)?;
            let error = signed.reader.language.tr(key);
            super::raise::ask_again(&web, &signed, wish.next.clone(), error).await
        }
    }
}

pub(super) fn leave(web: &Web, begun: sign_in::Begun) -> Answer {
    let mut answer = see_other(begun.address.as_str());
    set(&mut answer, &cookie(&web.config, begun.cookie))?;
    Ok(answer)
}

/// `GET /login/with/{id}/callback`: back.
pub async fn back(
    web: Data<Web>,
    request: HttpRequest,
    guest: Guest,
    id: Path<String>,
    brought: Query<Back>,
) -> Answer {
    if let Some(method) = certificate::method(&web, &id) {
        let brought =
            Query::from_query(request.query_string()).map_or_else(|_| Default::default(), Query::into_inner);
        return certificate::shown(&web, &request, method, &brought).await;
    }
    let provider = &site(&web, &id).await?;
    let address = session::client_address(&request, &web.config);
    let (from, now, limits) = (address.clone(), web.clock.now(), web.config.limits);
    // Nobody is known yet: the address alone says who goes on trying.
    let wait = web.db.read(move |conn| sessions::must_wait(conn, None, &from, &limits, now)).await?;
    if let Some(wait) = wait {
        web.throttled.one();
        let minutes = (wait.as_secs().max(1) + 59) / 60;
        let error = guest.reader.language.tr_count("login-slow-down", minutes);
        return show(&web, guest, StatusCode::TOO_MANY_REQUESTS, Says { error, ..Says::default() }).await;
    }
    let done =
        oidc::finish(&web.desk, &web.sites, provider, kept(&request, &web.config), brought.into_inner())
            .await;
    let mut answer = match done {
        Ok(vouched) if vouched.session.is_empty() => {
            enter(&web, &request, guest, provider, vouched, &address).await?
        }
        Ok(vouched) => raised(&web, &request, guest, provider, vouched, &address).await?,
        Err(trouble) => {
            // Without an errand of this browser nothing was guessed at: any page could send it here in vain.
            let guessed = matches!(trouble, Trouble::Doubt(_) | Trouble::Email);
            let (key, status) = explained(provider, trouble)?;
            if guessed {
                failed(&web, &nobody(provider), &address).await?;
            }
            let error = guest.reader.language.tr(key);
            show(&web, guest, status, Says { error, ..Says::default() }).await?
        }
    };
    // An errand comes back once.
    let mut over = cookie(&web.config, String::new());
    over.set_max_age(Duration::ZERO);
    set(&mut answer, &over)?;
    Ok(answer)
}

/// What somebody is told; the log gets the rest.
fn explained(provider: &Oidc, trouble: Trouble) -> Result<(&'static str, StatusCode), Failure> {
    let site = provider.id.as_str();
    Ok(match trouble {
        Trouble::Errand => ("login-errand", StatusCode::UNPROCESSABLE_ENTITY),
        Trouble::Denied => ("login-denied", StatusCode::UNPROCESSABLE_ENTITY),
        Trouble::Away(why) => {
            tracing::warn!(target: "turnstone::sign_in", site, why, "a site that vouches for people cannot be asked");
            ("login-site-away", StatusCode::SERVICE_UNAVAILABLE)
        }
        Trouble::Doubt(why) => {
            tracing::warn!(target: "turnstone::sign_in", site, why, "what a site says is not believed");
            ("login-doubt", StatusCode::UNPROCESSABLE_ENTITY)
        }
        Trouble::Email => ("login-email", StatusCode::UNPROCESSABLE_ENTITY),
        Trouble::Ours(error) => return Err(error.into()),
    })
}

async fn enter(
    web: &Data<Web>,
    request: &HttpRequest,
    guest: Guest,
    provider: &Oidc,
    vouched: Vouched,
    address: &str,
) -> Answer {
    let agent = match sign_in::settle(&web.desk, vouched.known).await? {
        Ok(agent) => agent,
        Err(refusal) => {
            failed(web, &nobody(provider), address).await?;
            let error = refused(&guest.reader.language, refusal);
            let says = Says { error, next: &vouched.next, ..Says::default() };
            return show(web, guest, StatusCode::UNPROCESSABLE_ENTITY, says).await;
        }
    };
    let Entry { secret, place, .. } =
        begun(web, request, agent, (provider.id.clone(), true), vouched.next).await?;
    let mut answer: HttpResponse = see_other(&place);
    set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(answer)
}

/// Begins the session of somebody who has proven by this method who he is, just now or some time ago.
pub(super) async fn begun(
    web: &Data<Web>,
    request: &HttpRequest,
    agent: AgentId,
    (method, fresh): (String, bool),
    next: String,
) -> Result<Entry> {
    let (state, from, now) = (web.clone(), From::of(web, request).by(&method), Ts(web.clock.now()));
    web.db
        .write(move |tx| {
            let entry = factor::enter(tx, &state, agent, &from, &next, now)?;
            if !fresh {
                sessions::lower(tx, &sessions::digest(&entry.secret))?;
            }
            Ok(entry)
        })
        .await
}

/// Raises the session of this browser, where it is `wanted` and its owner is who has shown himself elsewhere; `also`: and
/// where this holds. `None`: it is another's, or over.
pub(super) async fn raises(
    web: &Data<Web>,
    request: &HttpRequest,
    known: Known,
    wanted: String,
    also: impl Fn(&mut Tx<'_>, AgentId) -> Result<bool> + Send + 'static,
) -> Result<Option<String>> {
    let secret = session::secret(request, &web.config).unwrap_or_default();
    let (limits, now) = (web.config.limits, Ts(web.clock.now()));
    web.db
        .write(move |tx| {
            let Some(own) = sessions::find(tx, &secret, &limits, now.0)? else { return Ok(None) };
            let his = identities::tied(tx, &known)?.is_some_and(|tie| tie.agent_id == own.agent_id);
            if his && own.id_hash == wanted && also(tx, own.agent_id)? {
                sessions::raise(tx, &own.id_hash, now).map(Some)
            } else {
                Ok(None)
            }
        })
        .await
}

/// The password was given once more: by the same person, for the session that this browser has.
async fn raised(
    web: &Data<Web>,
    request: &HttpRequest,
    guest: Guest,
    provider: &Oidc,
    vouched: Vouched,
    address: &str,
) -> Answer {
    let done = raises(web, request, vouched.known, vouched.session, |_, _| Ok(true)).await?;
    let Some(secret) = done else {
        failed(web, &nobody(provider), address).await?;
        let error = guest.reader.language.tr("login-errand");
        return show(web, guest, StatusCode::UNPROCESSABLE_ENTITY, Says { error, ..Says::default() }).await;
    };
    let mut answer = see_other(&local(&vouched.next, "/admin"));
    set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(answer)
}

/// `GET /login/with/{id}/end`: to where one signs out there as well.
pub async fn end(web: Data<Web>, guest: Guest, id: Path<String>) -> Answer {
    let provider = &site(&web, &id).await?;
    match oidc::farewell(&web.desk, &web.sites, provider).await {
        Ok(Some(address)) => Ok(see_other(address.as_str())),
        Ok(None) => Ok(see_other("/login?out=1")),
        Err(trouble) => {
            let (key, status) = explained(provider, trouble)?;
            let error = guest.reader.language.tr(key);
            show(&web, guest, status, Says { error, ..Says::default() }).await
        }
    }
}
