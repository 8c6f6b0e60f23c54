//! Making a page: load everything in one go off the asynchronous threads, then render.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::failure::{Answer, Failure};
use super::gate::{Asker, Guest, Signed};
use super::shell::{Frame, Shell};
use super::state::Web;
use crate::db::Conn;
use crate::error::Result;

/// A page to be shown: which entry of the sidebar it belongs to, and what it shows.
pub struct Page<V> {
    /// The entry: `all`, `mine`, `q5`, `dashboard`, …
    pub at: String,
    /// The view.
    pub view: V,
}

impl<V> Page<V> {
    /// A page.
    pub fn new(at: impl Into<String>, view: V) -> Self {
        Self { at: at.into(), view }
    }
}

#[derive(Serialize)]
struct Whole<'a, V> {
    frame: &'a Frame,
    shell: Shell,
    #[serde(flatten)]
    view: V,
}

/// A page in the shell, with status 200.
pub async fn show<V, F>(web: &Data<Web>, signed: &Signed, template: &'static str, load: F) -> Answer
where
    V: Serialize + 'static,
    F: FnOnce(&mut Conn, &Asker) -> Result<Page<V>> + Send + 'static,
{
    show_as(web, signed, actix_web::http::StatusCode::OK, template, load).await
}

/// A page in the shell.
pub async fn show_as<V, F>(
    web: &Data<Web>,
    signed: &Signed,
    status: actix_web::http::StatusCode,
    template: &'static str,
    load: F,
) -> Answer
where
    V: Serialize + 'static,
    F: FnOnce(&mut Conn, &Asker) -> Result<Page<V>> + Send + 'static,
{
    let html = web.db.read(made(web, signed, template, load)).await??;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// [`show`] for what must not take long, such as a search; `None` when it did.
pub async fn show_within<V, F>(
    web: &Data<Web>,
    signed: &Signed,
    limit: std::time::Duration,
    template: &'static str,
    load: F,
) -> Result<Option<HttpResponse>, Failure>
where
    V: Serialize + 'static,
    F: FnOnce(&mut Conn, &Asker) -> Result<Page<V>> + Send + 'static,
{
    let Some(html) = web.db.read_within(limit, made(web, signed, template, load)).await? else {
        return Ok(None);
    };
    Ok(Some(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html?)))
}

fn made<V, F>(
    web: &Data<Web>,
    signed: &Signed,
    template: &'static str,
    load: F,
) -> impl FnOnce(&mut Conn) -> Result<Result<String, Failure>> + Send + use<V, F>
where
    V: Serialize + 'static,
    F: FnOnce(&mut Conn, &Asker) -> Result<Page<V>> + Send,
{
    let (state, asker) = (web.clone(), signed.clone());
    move |conn| {
        let page = load(conn, &asker)?;
        let shell = Shell::load(conn, &state, &asker, &page.at)?;
        let whole = Whole { frame: &asker.frame, shell, view: page.view };
        Ok(state.pages.render(template, &whole, &asker.reader).map_err(Failure::from))
    }
}

#[derive(Serialize)]
struct Plain<'a, V> {
    frame: &'a Frame,
    #[serde(flatten)]
    view: V,
}

/// A page without the shell.
pub fn show_plain<V: Serialize>(
    web: &Web,
    guest: &Guest,
    status: actix_web::http::StatusCode,
    template: &str,
    view: V,
) -> Answer {
    let html = web.pages.render(template, &Plain { frame: &guest.frame, view }, &guest.reader)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// After a change: on to a page that can be reloaded without doing it again.
pub fn see_other(place: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", place)).finish()
}

/// A place within these pages, or `otherwise`. What a form says may lead nowhere else.
pub fn local(place: &str, otherwise: &str) -> String {
    // Browsers drop tabs and line ends from an address: `/<tab>/elsewhere` would be `//elsewhere`.
    let odd = |c: char| c == '\\' || c.is_control();
    let inside = place.starts_with('/') && !place.starts_with("//") && !place.contains(odd);
    if inside { place.to_owned() } else { otherwise.to_owned() }
}

impl From<Failure> for crate::error::Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}
