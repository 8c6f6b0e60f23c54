//! Signing in with a certificate: the browser goes with an errand to where it is asked for one, at a listener of ours or at
//! a trusted proxy, and comes back to the pages let in, or with a word for why not.

use std::any::Any;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie;
use actix_web::dev::Extensions;
use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;

use super::factor::Entry;
use super::failure::{Answer, Failure};
use super::gate::Signed;
use super::login::{failed, set};
use super::page::{local, see_other};
use super::session;
use super::state::Web;
use super::vouched;
use crate::config::sign_in::{Certificate, Presented};
use crate::error::Error;
use crate::i18n::Language;
use crate::people::identities::{Known, Refusal};
use crate::people::{factor as second_factor, sessions};
use crate::sign_in::certificate::{self, Back, Doubt, Wanted, header};

/// How long a line stays open behind an answer. The next errand begins a new one, which proves the key anew.
const LINGERS: Duration = Duration::from_secs(2);

/// What a line to a listener that asks for certificates brought along.
#[derive(Clone)]
pub struct Line {
    /// Whose listener it is.
    method: String,
    /// What was shown; the key to the first is there.
    chain: Vec<CertificateDer<'static>>,
    since: Timestamp,
    socket: Option<Arc<OwnedFd>>,
}

/// Notes what a line was begun with; for `HttpServer::on_connect` of such a listener.
pub fn note(stream: &dyn Any, data: &mut Extensions, method: &str, now: Timestamp) {
    type Encrypted = actix_tls::accept::rustls_0_23::TlsStream<TcpStream>;
    let Some(stream) = stream.downcast_ref::<Encrypted>() else { return };
    let (socket, tls) = stream.get_ref();
    let chain = tls.peer_certificates().unwrap_or_default();
    data.insert(Line {
        method: method.to_owned(),
        chain: chain.iter().map(|one| one.clone().into_owned()).collect(),
        since: now,
        socket: socket.as_fd().try_clone_to_owned().ok().map(Arc::new),
    });
}

/// The way in of this id, where it is one by a certificate.
pub(super) fn method<'a>(web: &'a Web, id: &str) -> Option<&'a Certificate> {
    web.config.sign_in.certificates().find(|one| one.id == id)
}

/// What its button says.
pub(super) fn label(method: &Certificate, language: &Language) -> String {
    match &method.label {
        Some(label) => language.tr_with("login-with", &[("name", label)]),
        None => language.tr("login-certificate"),
    }
}

/// Under which name failures are kept, of which no agent's can be.
fn nobody(method: &Certificate) -> String {
    format!("certificate:{}", method.id)
}

/// Why somebody comes back as he went, in a word of the address that leads to the page which says it.
struct Why(&'static str);

/// What the sign-in page says for a word of its address; `None` for anything else.
pub(super) fn explained(word: &str) -> Option<&'static str> {
    Some(match word {
        "none" => "certificate-none",
        "untrusted" => "certificate-untrusted",
        "expired" => "certificate-expired",
        "early" => "certificate-early",
        "revoked" => "certificate-revoked",
        "purpose" => "certificate-purpose",
        "list" => "certificate-list",
        "nameless" => "certificate-nameless",
        "errand" => "login-errand",
        "shut" => "login-shut",
        "no-account" => "login-no-account",
        "not-tied" => "login-not-tied",
        "slow" => "certificate-slow",
        _ => return None,
    })
}

/// The page that says why, at the address of the pages: this one may be another.
fn to_sign_in(web: &Web, why: &Why, next: &str) -> Answer {
    let mut address = at_home(web, "/login")?;
    address.query_pairs_mut().append_pair("refused", why.0);
    if !next.is_empty() {
        address.query_pairs_mut().append_pair("next", next);
    }
    Ok(see_other(address.as_str()))
}

fn at_home(web: &Web, place: &str) -> Result<url::Url, Failure> {
    web.config.public_url.join(place).map_err(|error| Error::Unexpected(error.into()).into())
}

/// Whether a page of ours leads here: a browser shows the certificate that it remembers without a question, and no
/// other page's link shall sign somebody in with it. `typed`: or somebody who typed the address.
fn is_led_by_us(request: &HttpRequest, typed: bool) -> bool {
    let mut said = request.headers().get_all("sec-fetch-site").peekable();
    said.peek().is_some() && said.all(|site| site == "same-origin" || (typed && site == "none"))
}

/// `GET /login/with/{id}` of such a method: there.
pub(super) fn go(web: &Web, request: &HttpRequest, method: &Certificate, next: &str) -> Answer {
    if !is_led_by_us(request, true) {
        let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        return Ok(see_other(&format!("/login?next={next}")));
    }
    vouched::leave(web, certificate::begin(&web.desk, method, next, "")?)
}

/// `GET /raise/with/{id}` of such a method: there, to show it once more. Whoever has a second factor shows that instead: a
/// browser shows a certificate by itself. Nor does one that a proxy tells of prove anything of this moment.
pub(super) async fn raise(
    web: &Web,
    request: &HttpRequest,
    signed: &Signed,
    method: &Certificate,
    next: &str,
) -> Answer {
    let agent = signed.actor.agent.id;
    let more = web.db.read(move |conn| second_factor::is_on(conn, agent)).await?;
    if more || !method.is_fresh() || !is_led_by_us(request, false) {
        let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        return Ok(see_other(&format!("/raise?next={next}")));
    }
    vouched::leave(web, certificate::begin(&web.desk, method, next, &signed.session)?)
}

/// `GET /login/with/{id}/callback` of such a method: here it is.
pub(super) async fn shown(
    web: &Data<Web>,
    request: &HttpRequest,
    method: &Certificate,
    back: &Back,
) -> Answer {
    let address = session::client_address(request, &web.config);
    let mut answer = match taken(web, request, method, back, &address).await? {
        Ok(answer) => answer,
        Err((why, next)) => to_sign_in(web, &why, &next)?,
    };
    // An errand comes back once.
    let mut over = vouched::cookie(&web.config, String::new());
    over.set_max_age(cookie::time::Duration::ZERO);
    set(&mut answer, &over)?;
    hang_up(request);
    Ok(answer)
}

/// Ends the line a moment after the answer: what a browser says once more on it proves nothing new.
pub fn hang_up(request: &HttpRequest) {
    let Some(socket) = request.conn_data::<Line>().and_then(|line| line.socket.clone()) else { return };
    actix_web::rt::spawn(async move {
        tokio::time::sleep(LINGERS).await;
        // It may have ended by itself.
        let _ = rustix::net::shutdown(&*socket, rustix::net::Shutdown::Both);
    });
}

async fn taken(
    web: &Data<Web>,
    request: &HttpRequest,
    method: &Certificate,
    back: &Back,
    address: &str,
) -> Result<Result<HttpResponse, (Why, String)>, Failure> {
    let (from, now, limits) = (address.to_owned(), web.clock.now(), web.config.limits);
    // Nobody is known yet: the address alone says who goes on trying.
    let wait = web.db.read(move |conn| sessions::must_wait(conn, None, &from, &limits, now)).await?;
    if wait.is_some() {
        web.throttled.one();
        return Ok(Err((Why("slow"), String::new())));
    }
    if is_spoofed(web, request, method) {
        failed(web, &nobody(method), address).await?;
        return Ok(Err((Why("untrusted"), String::new())));
    }
    let kept = vouched::kept(request, &web.config);
    let Some(wanted) = certificate::errand(&web.desk, method, kept, back).await? else {
        // Any page could send a browser here in vain: nothing was guessed at.
        return Ok(Err((Why("errand"), String::new())));
    };
    // Shown once more is shown anew: the line of before proves nothing, and ends now.
    let before = request.conn_data::<Line>().is_some_and(|line| line.since < wanted.begun);
    if before && !wanted.session.is_empty() {
        return Ok(Err((Why("errand"), String::new())));
    }
    let known = match proven(web, request, method).await? {
        Ok(known) => {
            super::connections::signed_in(request);
            known
        }
        Err(Doubt::Nothing) => return Ok(Err((Why("none"), wanted.next))),
        // A fault of the house is nobody's guess.
        Err(doubt @ Doubt::Lists(_)) => return Ok(Err((Why(doubt.word()), wanted.next))),
        Err(doubt) => {
            failed(web, &nobody(method), address).await?;
            return Ok(Err((Why(doubt.word()), wanted.next)));
        }
    };
    if wanted.session.is_empty() {
        enter(web, request, method, known, wanted, address).await
    } else {
        raised(web, request, method, known, wanted, address).await
    }
}

/// What was shown, looked at; beside, because files may have to be read.
async fn proven(
    web: &Data<Web>,
    request: &HttpRequest,
    method: &Certificate,
) -> Result<Result<Known, Doubt>, Failure> {
    let chain = match presented(web, request, method) {
        Ok(chain) => chain,
        Err(doubt) => {
            let (id, why, detail) = (method.id.as_str(), doubt.word(), doubt.detail());
            if doubt != Doubt::Nothing {
                tracing::warn!(target: "turnstone::sign_in", method = id, why, detail, "a certificate is not believed");
            }
            return Ok(Err(doubt));
        }
    };
    let (trust, method, now) = (web.trusts.get(&method.id)?, method.clone(), web.clock.now());
    let looked = actix_web::web::block(move || certificate::shown(&trust, &method, &chain, now)).await;
    Ok(looked.map_err(|error| Error::Unexpected(error.into()))?)
}

/// The certificate of the line, or of a trusted proxy's headers; never of headers that came in any other way.
fn presented(
    web: &Web,
    request: &HttpRequest,
    method: &Certificate,
) -> Result<Vec<CertificateDer<'static>>, Doubt> {
    let line = request.conn_data::<Line>();
    let (certificate, verified) = match &method.presented {
        Presented::Listener(_) => {
            // At the pages' own address, or at another method's, nobody was asked for this one.
            let line = line.filter(|line| line.method == method.id).ok_or(Doubt::Nothing)?;
            return if line.chain.is_empty() { Err(Doubt::Nothing) } else { Ok(line.chain.clone()) };
        }
        Presented::Proxy { certificate, verified } => (certificate, verified),
    };
    if proxy(web, request).is_err() {
        return Err(Doubt::Nothing);
    }
    header::read(&only(request, certificate)?, &only(request, verified)?).map(|own| vec![own])
}

/// Whether somebody sends what only a trusted proxy may say. That is nobody's mistake.
fn is_spoofed(web: &Web, request: &HttpRequest, method: &Certificate) -> bool {
    let Presented::Proxy { certificate, verified } = &method.presented else { return false };
    let headers = request.headers();
    let Err(address) = proxy(web, request) else { return false };
    let sent = headers.contains_key(certificate) || headers.contains_key(verified);
    if sent {
        let method = method.id.as_str();
        tracing::warn!(target: "turnstone::sign_in", address, method, "a certificate's header is ignored: it does not come from a trusted proxy");
    }
    sent
}

/// Whether a trusted proxy asks, on a line that is none of those where we ask for certificates; else who does.
fn proxy(web: &Web, request: &HttpRequest) -> Result<(), String> {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else { return Err("unknown".to_owned()) };
    let ours = request.conn_data::<Line>().is_some();
    if !ours && web.config.is_trusted_proxy(peer) { Ok(()) } else { Err(peer.to_string()) }
}

/// The one value of a header; nothing where there is none.
fn only(request: &HttpRequest, name: &str) -> Result<String, Doubt> {
    let mut values = request.headers().get_all(name);
    let first = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    // One of two may be what somebody else sent along.
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Doubt::Untrusted(format!("the header {name} came twice"))),
    }
}

async fn enter(
    web: &Data<Web>,
    request: &HttpRequest,
    method: &Certificate,
    known: Known,
    wanted: Wanted,
    address: &str,
) -> Result<Result<HttpResponse, (Why, String)>, Failure> {
    let agent = match certificate::enter(&web.desk, known).await? {
        Ok(agent) => agent,
        Err(refusal) => {
            failed(web, &nobody(method), address).await?;
            let why = match refusal {
                Refusal::Shut => "shut",
                Refusal::Unknown | Refusal::NoRole => "no-account",
                _ => "not-tied",
            };
            return Ok(Err((Why(why), wanted.next)));
        }
    };
    let by = (method.id.clone(), method.is_fresh());
    let Entry { secret, place, .. } = vouched::begun(web, request, agent, by, wanted.next).await?;
    let mut answer = see_other(at_home(web, &place)?.as_str());
    set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(Ok(answer))
}

/// It was shown once more: by the same person, for the session that this browser has.
async fn raised(
    web: &Data<Web>,
    request: &HttpRequest,
    method: &Certificate,
    known: Known,
    wanted: Wanted,
    address: &str,
) -> Result<Result<HttpResponse, (Why, String)>, Failure> {
    let (fresh, session) = (method.is_fresh(), wanted.session);
    let done = vouched::raises(web, request, known, session, move |tx, agent| {
        Ok(fresh && !second_factor::is_on(tx, agent)?)
    })
    .await?;
    let Some(secret) = done else {
        failed(web, &nobody(method), address).await?;
        return Ok(Err((Why("errand"), String::new())));
    };
    let mut answer = see_other(at_home(web, &local(&wanted.next, "/admin"))?.as_str());
    set(&mut answer, &session::cookie(secret, &web.config))?;
    Ok(Ok(answer))
}

/// The status of the sign-in page that says a word.
pub(super) fn status(word: &str) -> StatusCode {
    match word {
        "slow" => StatusCode::TOO_MANY_REQUESTS,
        "list" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
