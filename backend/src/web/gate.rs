//! Stands before every route: is the request from a page of ours, who asks, may he ask this at all. Behind it a
//! refusal becomes a page in the reader's language.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error as HttpError, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::future::{Ready, ready};
use sha2::{Digest as _, Sha256};

use super::failure::Failure;
use super::raise;
use super::refusals::Asked;
use super::routes::{Csrf, Needs, Route};
use super::session;
use super::shell::{Frame, Viewing};
use super::state::Web;
use super::times::Reader;
use crate::access::{Actor, Check, is_left_out};
use crate::db::{Cause, Ts, from_place, hex, reading_only};
use crate::error::{Error, say};
use crate::people::{sessions, viewings};
use crate::settings::look;
use crate::terms::Terms;

/// A signed-in agent, his session and how he reads. Handlers that ask for it answer nobody else.
#[derive(Clone, Debug)]
pub struct Signed(Arc<Asker>);

/// What a signed-in agent's request is done with.
#[derive(Debug)]
pub struct Asker {
    /// The agent and his rights.
    pub actor: Actor,
    /// Who really asks, where somebody looks through the agent's eyes.
    pub viewer: Option<Actor>,
    /// The token that his forms carry.
    pub csrf: String,
    /// The hash that names his session.
    pub session: String,
    /// Whether he gave his password not long ago: enough to see, and to send, what gives power over others.
    pub raised: (bool, bool),
    /// How he reads.
    pub reader: Reader,
    /// The frame of his pages.
    pub frame: Frame,
}

impl Asker {
    /// Who signed in.
    pub fn person(&self) -> &Actor {
        self.viewer.as_ref().unwrap_or(&self.actor)
    }
}

impl std::ops::Deref for Signed {
    type Target = Asker;

    fn deref(&self) -> &Asker {
        &self.0
    }
}

/// What is known of anybody: how he reads.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Language, zone, now.
    pub reader: Reader,
    /// Language, theme and name of the installation for the page's frame.
    pub frame: Frame,
}

impl FromRequest for Signed {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // The gate has let nobody else through; a route without it is a mistake that answers 404.
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| Error::NotFound.into()))
    }
}

impl FromRequest for Guest {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| Error::NotFound.into()))
    }
}

/// The check came with a header; a form need not bring the token again.
#[derive(Clone, Copy, Debug)]
pub struct TokenSeen;

/// The middleware of one route.
pub async fn pass(
    route: &'static Route,
    web: Data<Web>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let wants_json = wants_json(request.request());
    if route.is_page_of_strangers() {
        web.looks.refresh(&web.db).await;
    }
    let guest = guest(&web, request.request());
    let signed = match admit(route, &web, &request, &guest).await {
        Ok(signed) => signed,
        Err(Refusal::SignIn) => {
            let answer = to_sign_in(request.request(), wants_json, &guest);
            return Ok(request.into_response(answer));
        }
        Err(Refusal::Password(signed)) => {
            let answer = match kept_form(&mut request, &signed).await {
                Some(form) => raise::ask_before(&web, &signed, request.path(), form).await,
                None => Ok(to_raise(request.request())),
            };
            let failed = |failure: Failure| failure.answer(&web, &signed.reader, &signed.frame, wants_json);
            return Ok(request.into_response(answer.unwrap_or_else(failed)));
        }
        Err(Refusal::OnlyLooks(signed)) => {
            let failure = Failure::from(Error::Forbidden(say!("refused-viewing")));
            let answer = failure.answer(&web, &signed.reader, &signed.frame, wants_json);
            return Ok(request.into_response(answer));
        }
        Err(Refusal::OwnPassword) => {
            let answer = to_own_password(wants_json, &guest);
            return Ok(request.into_response(answer));
        }
        Err(Refusal::Right(signed, error)) => {
            Asked::of(request.request()).refused(&web.desk, signed.person().clone()).await;
            let answer = Failure::from(error).answer(&web, &signed.reader, &signed.frame, wants_json);
            return Ok(request.into_response(answer));
        }
        Err(Refusal::Because(failure)) => {
            let answer = failure.answer(&web, &guest.reader, &guest.frame, wants_json);
            return Ok(request.into_response(answer));
        }
    };
    let guest = signed
        .as_ref()
        .map_or(guest, |signed| Guest { reader: signed.reader.clone(), frame: signed.frame.clone() });
    request.extensions_mut().insert(guest.clone());
    let asked = signed.clone().map(|signed| (signed, Asked::of(request.request())));
    let only_looks = signed.as_ref().is_some_and(|signed| signed.viewer.is_some())
        && !WHILE_VIEWING.contains(&route.path)
        && !is_left_out(Check::OnlyLooks);
    if let Some(signed) = signed {
        request.extensions_mut().insert(signed);
    }
    let call = from_place(session::place(request.request(), &web.config), next.call(request));
    let answer = if only_looks { reading_only(call).await? } else { call.await? };
    let answer = answer.map_into_boxed_body();
    if let Some((signed, asked)) = asked {
        let status = answer.status();
        // Bodies that a page of ours would not send.
        let unknown_field = status == StatusCode::BAD_REQUEST;
        asked.answered(&web.desk, signed.person().clone(), answer.request(), status, unknown_field).await;
    }
    let told = answer.response().error().and_then(|error| error.as_error::<Failure>());
    let told = told.map(|failure| {
        let back = super::tickets::beside::back(answer.request(), &failure.back);
        failure.answer_from(&web, &guest.reader, &guest.frame, wants_json, &back)
    });
    Ok(match told {
        Some(page) => answer.into_response(page),
        None => {
            let (request, mut response) = answer.into_parts();
            super::tickets::beside::keep(&request, &mut response);
            ServiceResponse::new(request, response)
        }
    })
}

/// What can be done with a password that somebody else knows.
const BEFORE_OWN_PASSWORD: [&str; 2] = ["/password/change", "/logout"];

/// The changes that are left to whoever looks through another agent's eyes.
const WHILE_VIEWING: [&str; 2] = ["/viewing/end", "/logout"];
/// What he does not see: where passwords and second factors are.
const NOT_WHILE_VIEWING: [&str; 4] =
    ["/preferences/factor", "/password/change", "/raise", "/raise/with/{id}"];

/// Whether a route is closed to whoever only looks.
fn is_closed(route: &Route) -> bool {
    let open = WHILE_VIEWING.contains(&route.path);
    let changes = !route.method.is_safe();
    (changes && !open) || route.raised || NOT_WHILE_VIEWING.contains(&route.path)
}

enum Refusal {
    SignIn,
    Password(Signed),
    OnlyLooks(Signed),
    OwnPassword,
    Right(Signed, Error),
    Because(Failure),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Because(error.into())
    }
}

async fn admit(
    route: &Route,
    web: &Data<Web>,
    request: &ServiceRequest,
    guest: &Guest,
) -> Result<Option<Signed>, Refusal> {
    let changes = !request.method().is_safe();
    // Strangers' pages are the same for everybody: no look at the database but for what they look like, now and then.
    let public = matches!(route.needs, Needs::Public);
    let signed = if public { None } else { find(web, request.request(), guest).await? };
    if signed.is_none() && !public {
        return Err(Refusal::SignIn);
    }
    let ours = session::is_same_site(request.headers(), &web.config) || is_left_out(Check::SameSite);
    if changes && !ours {
        return Err(Refusal::Because(Failure::plain(StatusCode::FORBIDDEN)));
    }
    let Some(signed) = signed else { return Ok(None) };
    if signed.viewer.is_some() && is_closed(route) && !is_left_out(Check::OnlyLooks) {
        return Err(Refusal::OnlyLooks(signed));
    }
    let must_change = signed.viewer.is_none()
        && signed.actor.agent.must_change_password
        && !is_left_out(Check::OwnPassword);
    if must_change && !BEFORE_OWN_PASSWORD.contains(&route.path) {
        return Err(Refusal::OwnPassword);
    }
    if let Needs::Installation(right) = route.needs {
        signed.actor.require(right).map_err(|error| Refusal::Right(signed.clone(), error))?;
    }
    let (sees, sends) = signed.raised;
    if route.raised && !(if changes { sends } else { sees }) && !is_left_out(Check::Raised) {
        return Err(Refusal::Password(signed));
    }
    let header = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok());
    if header.is_some_and(|given| session::is_token(given, &signed.csrf)) || is_left_out(Check::FormToken) {
        request.extensions_mut().insert(TokenSeen);
    } else if changes && matches!(route.csrf, Csrf::Header) {
        return Err(Refusal::Because(Failure::plain(StatusCode::FORBIDDEN)));
    }
    Ok(Some(signed))
}

async fn find(web: &Data<Web>, request: &HttpRequest, guest: &Guest) -> Result<Option<Signed>, Error> {
    let Some(secret) = session::secret(request, &web.config) else { return Ok(None) };
    let (now, limits) = (web.clock.now(), web.config.limits);
    let found = web
        .db
        .read(move |conn| {
            let Some(session) = sessions::find(conn, &secret, &limits, now)? else { return Ok(None) };
            match Actor::load(conn, session.agent_id, Cause::Web, now) {
                Ok(actor) => {
                    let seen = match actor.scope.may(crate::db::InstallationRight::People) {
                        true => viewings::of(conn, &actor, &session.id_hash, now)?,
                        false => None,
                    };
                    Ok(Some((session, actor, seen, look::of_pages(conn)?, Terms::load(conn)?)))
                }
                Err(Error::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await?;
    let Some((session, person, seen, (organisation, look), terms)) = found else { return Ok(None) };
    super::connections::signed_in(request);
    if sessions::needs_touch(&session, now) {
        let (db, id) = (web.db.clone(), session.id_hash.clone());
        // Beside the answer: being late by a request only ends an idle session a minute early.
        actix_web::rt::spawn(async move {
            if let Err(error) = db.write(move |tx| sessions::touch(tx, &id, Ts(now))).await {
                tracing::warn!(%error, "a session's last use was not noted");
            }
        });
    }
    // What gives power over others stays shut while somebody only looks.
    let raised = match seen {
        None => (session.is_raised(now, false), session.is_raised(now, true)),
        Some(_) => (false, false),
    };
    let reader = web.reader_of(&person.agent);
    // A form of the other's pages is no form of one's own: sent once the look is over, it is refused.
    let csrf = match &seen {
        None => session.csrf,
        Some((seen, begun)) => {
            let of = format!("{} {} {}", session.csrf, seen.agent.id, begun.0);
            hex(&Sha256::digest(of))
        }
    };
    let seen = seen.map(|(seen, _)| seen);
    let mut frame = Frame::of(reader.language.tag(), &person.agent.theme, (organisation, look));
    frame.viewing = seen.as_ref().map(|seen| Viewing { name: seen.agent.name.clone(), csrf: csrf.clone() });
    // The other's zone, one's own language: times as he sees them, in words that whoever looks can read.
    let zone = seen.as_ref().map_or_else(|| reader.zone.clone(), |seen| web.reader_of(&seen.agent).zone);
    let reader = Reader { now: guest.reader.now, zone, terms: Arc::new(terms), ..reader };
    let (actor, viewer) = match seen {
        Some(seen) => (seen, Some(person)),
        None => (person, None),
    };
    Ok(Some(Signed(Arc::new(Asker { actor, viewer, csrf, session: session.id_hash, raised, reader, frame }))))
}

/// How somebody reads who has not signed in.
pub fn guest(web: &Web, request: &HttpRequest) -> Guest {
    let wish =
        request.headers().get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let reader = web.reader_for(wish);
    let frame = Frame::of(reader.language.tag(), "system", web.looks.known());
    Guest { reader, frame }
}

/// Whether a script asks, which wants a line of JSON instead of a page.
pub fn wants_json(request: &HttpRequest) -> bool {
    request.headers().get("accept").is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"))
}

/// A form that came too late, to be sent once more after the password. Only with its token: what somebody else made the
/// browser send is not shown as if it had been typed. `None`: there is no form that could be kept.
async fn kept_form(request: &mut ServiceRequest, signed: &Signed) -> Option<String> {
    if request.method() != actix_web::http::Method::POST
        || request.request().content_type() != "application/x-www-form-urlencoded"
    {
        return None;
    }
    let body = request.extract::<actix_web::web::Bytes>().await.ok()?;
    let mut given = false;
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(&body) {
        match name.as_ref() {
            "csrf" => given = session::is_token(&value, &signed.csrf),
            // What a passkey signed holds for the session as it was.
            "answer" => return None,
            _ => {
                kept.append_pair(&name, &value);
            }
        }
    }
    given.then(|| kept.finish())
}

/// Asks for the password once more; afterwards back to the page, or where a form cannot be repeated, to its page.
fn to_raise(request: &HttpRequest) -> HttpResponse {
    let asked = request.uri().path_and_query().map_or("/admin", |path| path.as_str());
    let page = match (request.method().is_safe(), request.path().strip_suffix("/imports")) {
        (true, _) => asked.to_owned(),
        // A file cannot be kept; its form can be filled in again.
        (false, Some(place)) => format!("{place}/imports/new"),
        (false, None) => "/admin".to_owned(),
    };
    let next = percent_encoding::utf8_percent_encode(&page, percent_encoding::NON_ALPHANUMERIC);
    HttpResponse::SeeOther().insert_header(("location", format!("/raise?next={next}"))).finish()
}

fn to_own_password(wants_json: bool, guest: &Guest) -> HttpResponse {
    if wants_json {
        let message = guest.reader.language.tr("password-own-first");
        return HttpResponse::Forbidden().json(serde_json::json!({ "message": message }));
    }
    HttpResponse::SeeOther().insert_header(("location", "/password/change")).finish()
}

fn to_sign_in(request: &HttpRequest, wants_json: bool, guest: &Guest) -> HttpResponse {
    if wants_json {
        let message = guest.reader.language.tr("login-locked-form");
        return HttpResponse::Unauthorized().json(serde_json::json!({ "message": message }));
    }
    // A page that listens while its session ends somewhere else: no form for what cannot show one, and no more of it.
    let listens = request.headers().get("accept").is_some_and(|wants| wants == "text/event-stream");
    if listens && request.method().is_safe() {
        return HttpResponse::NoContent().finish();
    }
    // Back to the page afterwards; what a form was about cannot be repeated.
    let page =
        request.uri().path_and_query().filter(|_| request.method().is_safe()).map(|path| path.as_str());
    let place = match page {
        Some(page) if page != "/" => {
            format!(
                "/login?next={}",
                percent_encoding::utf8_percent_encode(page, percent_encoding::NON_ALPHANUMERIC)
            )
        }
        _ => "/login".to_owned(),
    };
    HttpResponse::SeeOther().insert_header(("location", place)).finish()
}
