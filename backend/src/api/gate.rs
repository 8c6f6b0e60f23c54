//! Stands before every route of the API: whose token is it, and what may that agent do now.

use std::{
    future::{Ready, ready},
    ops::Deref,
    sync::Arc,
};

use actix_web::{
    Error as HttpError, FromRequest, HttpMessage as _, HttpRequest, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::AUTHORIZATION,
    middleware::Next,
    web::Data,
};
use sha2::{Digest as _, Sha256};

use super::problem::Problem;
use crate::{
    access::Actor,
    db::{Cause, TokenId, from_place},
    desk::Desk,
    error::{Error, Result},
    people::tokens,
    web::{
        refusals::{Asked, UnknownField},
        routes::Needs,
        session,
    },
};

/// The longest token that is looked up at all, in bytes.
const LONGEST: usize = 200;

/// The agent whose token came with the request. Handlers that ask for it answer nobody else.
#[derive(Clone, Debug)]
pub struct Caller(Arc<Asker>);

/// What is known of the agent.
#[derive(Debug)]
pub struct Asker {
    /// The agent and his rights.
    pub actor: Actor,
    /// The token's key.
    pub token: TokenId,
    /// Made of the token itself, which is kept nowhere: hides what is kept of requests.
    pub(super) salt: [u8; 32],
    secret: String,
}

impl Asker {
    /// Looks the token and its agent up once more: a stream may outlive both.
    ///
    /// # Errors
    /// [`Error::NotFound`] once they are no longer good; [`Error::Forbidden`] once the token may not be used any more.
    pub fn again(&self, conn: &mut crate::db::Conn, now: jiff::Timestamp) -> Result<Actor> {
        let found = tokens::find(conn, &self.secret, now)?.ok_or(Error::NotFound)?;
        let actor = Actor::load(conn, found.agent, Cause::Api, now)?;
        found.allows(&actor)?;
        Ok(actor)
    }
}

impl Deref for Caller {
    type Target = Asker;

    fn deref(&self) -> &Asker {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // The gate has let nobody else through.
        ready(request.extensions().get::<Self>().cloned().ok_or_else(Problem::unauthorized))
    }
}

/// The middleware of all routes of the API. Refuses before the body is read.
pub async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    match admit(&request).await {
        Ok(caller) => {
            let asked = Asked::of(request.request());
            let desk = request.app_data::<Data<Desk>>().cloned();
            request.extensions_mut().insert(caller.clone());
            // Refusals of handlers are answers by now; and a request that is held here could not be routed.
            let answer = match &desk {
                Some(desk) => {
                    let place = session::place(request.request(), &desk.config);
                    from_place(place, next.call(request)).await?
                }
                None => next.call(request).await?,
            };
            let answer = answer.map_into_boxed_body();
            if let Some(desk) = desk {
                let (status, actor) = (answer.status(), caller.actor.clone());
                let unknown_field = answer.response().extensions().contains::<UnknownField>();
                asked.answered(&desk, actor, answer.request(), status, unknown_field).await;
            }
            Ok(answer)
        }
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// The middleware of one route, behind [`pass`]: what belongs to no queue is asked for before the body is read, whatever
/// the verb asks for besides.
pub async fn needs(
    needs: Needs,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let caller = request.extensions().get::<Caller>().cloned();
    if let (Needs::Installation(right), Some(caller)) = (needs, caller)
        && let Err(error) = caller.actor.require(right)
    {
        return Ok(request.into_response(Problem::from(error).error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn admit(request: &ServiceRequest) -> Result<Caller, Problem> {
    let desk = request
        .app_data::<Data<Desk>>()
        .cloned()
        .ok_or_else(|| Problem::from(Error::Unexpected(anyhow::anyhow!("the API has no desk"))))?;
    let secret = bearer(request).ok_or_else(Problem::unauthorized)?;
    let salt = Sha256::new().chain_update("idempotency ").chain_update(&secret).finalize().into();
    let now = desk.clock.now();
    let looked_up = secret.clone();
    let found = desk
        .db
        .read(move |conn| {
            let Some(found) = tokens::find(conn, &looked_up, now)? else { return Ok(None) };
            match Actor::load(conn, found.agent, Cause::Api, now) {
                Ok(actor) => Ok(Some((found, actor))),
                Err(Error::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await?;
    let (found, actor) = found.ok_or_else(Problem::unauthorized)?;
    crate::web::connections::signed_in(request.request());
    if let Err(error) = found.allows(&actor) {
        Asked::of(request.request()).refused(&desk, actor).await;
        return Err(error.into());
    }
    Ok(Caller(Arc::new(Asker { actor, token: found.id, salt, secret })))
}

fn bearer(request: &ServiceRequest) -> Option<String> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let value = headers.next()?.to_str().ok()?;
    // Two voices are no proof.
    if headers.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= LONGEST)
        .then(|| token.to_owned())
}
