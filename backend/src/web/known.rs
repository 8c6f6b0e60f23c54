//! The cookie of a browser with which somebody has come in (see [`browsers`]): whoever guesses at his login from elsewhere
//! does not keep him waiting here.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::failure::Failure;
use super::login::set;
use super::session;
use super::state::Web;
use crate::config::Config;
use crate::error::Result;
use crate::people::browsers;

fn name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-turnstone-known" } else { "turnstone-known" }
}

/// Whoever owns this login is in, with all that it takes, and has this session now: the browser keeps both.
pub(super) async fn let_in(
    web: &Data<Web>,
    answer: &mut HttpResponse,
    login: &str,
    secret: String,
) -> Result<(), Failure> {
    set(answer, &session::cookie(secret, &web.config))?;
    let (login, now) = (login.to_owned(), web.clock.now());
    let kept = match web.db.write(move |tx| browsers::known(tx, &login, now)).await {
        Ok(kept) => kept,
        Err(error) => {
            // He is in all the same.
            tracing::warn!(%error, "cannot note with which browser somebody came in");
            return Ok(());
        }
    };
    let cookie = Cookie::build(name(&web.config), kept)
        .path("/")
        .http_only(true)
        .secure(web.config.is_https())
        .same_site(SameSite::Strict)
        .max_age(Duration::seconds(browsers::KNOWN_FOR.as_secs()));
    set(answer, &cookie.finish())
}

/// Under which name wrong passwords of this login are counted that come with a request.
pub(super) async fn counted_as(web: &Data<Web>, request: &HttpRequest, login: &str) -> Result<String> {
    let kept = request.cookie(name(&web.config)).map(|cookie| cookie.value().to_owned());
    let (login, now) = (login.to_owned(), web.clock.now());
    web.db.read(move |conn| browsers::counted_as(conn, &login, kept.as_deref(), now)).await
}
