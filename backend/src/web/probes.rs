//! What machines ask: is it alive, is it ready, how much of what. No session, no page.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use subtle::ConstantTimeEq;

use super::failure::{Answer, Failure};
use super::state::Web;
use crate::access::Actor;
use crate::config::Secret;
use crate::db::{Cause, InstallationRight};
use crate::error::Error;
use crate::ops::{health, metrics};
use crate::people::tokens;

const TEXT: &str = "text/plain; charset=utf-8";
/// The Prometheus text format.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The process lives.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type(TEXT).body("alive\n")
}

/// Mail and pages are taken; else 503 and why not.
pub async fn ready(web: Data<Web>) -> HttpResponse {
    match health::ready(&web.db, &web.config).await {
        Ok(()) => HttpResponse::Ok().content_type(TEXT).body("ready\n"),
        Err(reasons) => {
            tracing::warn!(reasons = reasons.join("; "), "not ready");
            // Strangers may ask: they learn what is wrong in a word, the log says it in full.
            let words: Vec<&str> = reasons.iter().filter_map(|reason| reason.split(':').next()).collect();
            HttpResponse::ServiceUnavailable()
                .content_type(TEXT)
                .body(format!("not ready: {}\n", words.join(", ")))
        }
    }
}

/// The numbers, for who has the token of the settings or an API token of somebody who may see the recorder.
///
/// # Errors
/// 404 where the settings have no token.
pub async fn numbers(web: Data<Web>, request: HttpRequest) -> Answer {
    let Some(token) = &web.config.metrics_token else { return Err(Failure::from(Error::NotFound)) };
    if !may_see(&web, token, &request).await? {
        let challenge = (header::WWW_AUTHENTICATE, "Bearer realm=\"metrics\"");
        return Ok(HttpResponse::Unauthorized().insert_header(challenge).finish());
    }
    if let Err(error) = health::measure(&web.db, &web.config, web.clock.now()).await {
        tracing::warn!(%error, "the metrics lack what only the database knows");
    }
    Ok(HttpResponse::Ok().content_type(EXPOSITION).body(metrics::render()))
}

async fn may_see(web: &Web, token: &Secret, request: &HttpRequest) -> Result<bool, Error> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(given) =
        header.and_then(|value| value.strip_prefix("Bearer ")).map(|given| given.trim().to_owned())
    else {
        return Ok(false);
    };
    if given.as_bytes().ct_eq(token.reveal().as_bytes()).into() {
        return Ok(true);
    }
    let now = web.clock.now();
    web.db
        .read(move |conn| {
            let Some(found) = tokens::find(conn, &given, now)? else { return Ok(false) };
            match Actor::load(conn, found.agent, Cause::Api, now) {
                Ok(actor) => {
                    Ok(found.allows(&actor).is_ok() && actor.require(InstallationRight::Recorder).is_ok())
                }
                Err(Error::NotFound) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
}
