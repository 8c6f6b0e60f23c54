//! The session cookie, and whether a request comes from a page of ours (SECURITY 2.1).

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::HeaderMap;
use subtle::ConstantTimeEq as _;

use crate::config::Config;
use crate::db::Place;

/// The cookie's name. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`; plain HTTP, which is for
/// loopback, cannot have it.
pub fn cookie_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-turnstone" } else { "turnstone" }
}

/// The secret that the browser holds, if any.
pub fn secret(request: &HttpRequest, config: &Config) -> Option<String> {
    let cookie = request.cookie(cookie_name(config))?;
    // Ours are 43 letters; whatever is longer is nobody's.
    (cookie.value().len() <= 64).then(|| cookie.value().to_owned())
}

/// The cookie of a session that has begun. It ends with the browser's; the server ends it earlier.
pub fn cookie(secret: String, config: &Config) -> Cookie<'static> {
    Cookie::build(cookie_name(config), secret)
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .finish()
}

/// The cookie that makes the browser forget.
pub fn no_cookie(config: &Config) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), config);
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// Whether a changing request comes from a page of ours: the browser says so, or its `Origin` is our public address.
/// Two voices that disagree, and silence, are a no.
pub fn is_same_site(headers: &HeaderMap, config: &Config) -> bool {
    let mut said = headers.get_all("sec-fetch-site").peekable();
    if said.peek().is_some() {
        return said.all(|site| site == "same-origin");
    }
    let ours = config.public_url.origin().ascii_serialization();
    let mut origins = headers.get_all("origin").peekable();
    origins.peek().is_some() && origins.all(|origin| origin.as_bytes() == ours.as_bytes())
}

/// Whether a token that came with a form is the session's.
pub fn is_token(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// Who asks: the peer, or behind a trusted proxy the last address that no trusted proxy added.
pub fn client_address(request: &HttpRequest, config: &Config) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else { return "unknown".to_owned() };
    if !config.is_trusted_proxy(peer) {
        return peer.to_string();
    }
    let mut hops: Vec<Option<IpAddr>> = Vec::new();
    for value in request.headers().get_all("x-forwarded-for") {
        let text = value.to_str().unwrap_or_default();
        hops.extend(text.split(',').map(|hop| hop.trim().parse().ok()));
    }
    // What stands before a hop that cannot be read is anybody's word: then the proxy itself counts.
    let stranger = hops.into_iter().rev().find(|hop| hop.is_none_or(|hop| !config.is_trusted_proxy(hop)));
    stranger.flatten().unwrap_or(peer).to_string()
}

/// From where a request comes: its address, and what its browser or program calls itself.
pub fn place(request: &HttpRequest, config: &Config) -> Place {
    let browser = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
    Place::new(client_address(request, config), browser.unwrap_or_default())
}
