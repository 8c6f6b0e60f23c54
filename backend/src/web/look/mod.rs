//! What the organisation looks like: its page, and the files that bring colour and logo to every page. What strangers see
//! of it is remembered for a moment, so that they cannot make the database work.

pub mod view;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use self::view::{Form, LookView, Typed};
use super::failure::{Answer, Failure};
use super::forms::Upload;
use super::gate::Signed;
use super::headers::IMMUTABLE;
use super::page::{Page, see_other, show_as};
use super::state::Web;
use crate::access;
use crate::db::{Db, Ts};
use crate::error::Error;
use crate::people::first_steps::{self, How, Step};
use crate::people::setup;
use crate::settings::look::{self, Look};

/// So long what strangers see may be old.
const FRESH: Duration = Duration::from_secs(2);
/// So long a page for strangers waits for the database before it looks as it did.
const PATIENCE: Duration = Duration::from_millis(500);
/// A file gets no page, no script, no frame of ours.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// The organisation's name and look as they were a moment ago, for pages of strangers and for errors.
#[derive(Clone, Debug)]
pub struct Looks(Arc<RwLock<Seen>>);

#[derive(Debug)]
struct Seen {
    at: Option<Instant>,
    name: String,
    look: Look,
    /// The logo that was asked for last: its name, its type, its bytes.
    logo: Option<(String, &'static str, bytes::Bytes)>,
}

impl Default for Looks {
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Seen {
            at: None,
            name: "Turnstone".to_owned(),
            look: Look::default(),
            logo: None,
        })))
    }
}

impl Looks {
    /// As far as is known.
    pub fn known(&self) -> (String, Look) {
        let seen = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (seen.name.clone(), seen.look.clone())
    }

    /// Asks the database again, unless that was done just now.
    pub async fn refresh(&self, db: &Db) {
        let old = |seen: &Seen| seen.at.is_none_or(|at| at.elapsed() >= FRESH);
        // One asks for all, and a database that does not answer is left alone for as long as a good answer would last.
        {
            let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if !old(&seen) {
                return;
            }
            seen.at = Some(Instant::now());
        }
        // A database that does not answer is no reason for a sign-in page without a colour.
        if let Ok(Ok((name, look))) = tokio::time::timeout(PATIENCE, db.read(look::of_pages)).await {
            self.note(name, look);
        }
    }

    /// What somebody has just read anyway.
    pub fn note(&self, name: String, look: Look) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        (seen.at, seen.name, seen.look) = (Some(Instant::now()), name, look);
    }

    fn logo(&self, name: &str) -> Option<(&'static str, bytes::Bytes)> {
        let seen = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // Once there is another one, the former is no longer shown.
        let kept = seen.logo.as_ref().filter(|(kept, ..)| kept == name && seen.look.logo == name)?;
        Some((kept.1, kept.2.clone()))
    }

    fn keep_logo(&self, name: String, kind: &'static str, bytes: bytes::Bytes) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        seen.logo = Some((name, kind, bytes));
    }
}

/// `GET /brand/{name}`: the style of the colour, or the logo. The name changes with the content.
pub async fn file(web: Data<Web>, name: Path<String>) -> Answer {
    let name = name.into_inner();
    let not_found = || Failure::from(Error::NotFound);
    if let Some(logo) = name.strip_suffix(".logo").map(str::to_owned) {
        if let Some((kind, bytes)) = web.looks.logo(&logo) {
            return Ok(picture(kind, bytes));
        }
        // Only the name of the logo there is makes the database work.
        web.looks.refresh(&web.db).await;
        let known = web.looks.known().1.logo == logo || web.db.read(look::load).await?.logo == logo;
        if !known {
            return Err(not_found());
        }
        let wanted = logo.clone();
        let (kind, bytes) = web.db.read(move |conn| look::logo(conn, &wanted)).await?;
        let bytes = bytes::Bytes::from(bytes);
        web.looks.keep_logo(logo, kind, bytes.clone());
        return Ok(picture(kind, bytes));
    }
    let look = web.db.read(look::load).await?;
    let (_, css) = look.style().filter(|(now, _)| *now == name).ok_or_else(not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("cache-control", IMMUTABLE))
        .body(css))
}

fn picture(kind: &'static str, bytes: bytes::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("cache-control", IMMUTABLE))
        .insert_header(("content-security-policy", SANDBOX))
        .body(bytes)
}

/// What the address of the page says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Note {
    #[serde(default)]
    saved: String,
}

/// `GET /admin/look`.
pub async fn page(web: Data<Web>, signed: Signed, note: Query<Note>) -> Answer {
    let typed = Typed { saved: note.saved == "yes", ..Typed::default() };
    show(&web, &signed, StatusCode::OK, typed).await
}

async fn show(web: &Data<Web>, signed: &Signed, status: StatusCode, typed: Typed) -> Answer {
    show_as(web, signed, status, "look/page.html", move |conn, asker| {
        Ok(Page::new("look", LookView::load(conn, asker, view::PLACES[0], typed)?))
    })
    .await
}

/// `POST /admin/look`.
pub async fn update(web: Data<Web>, signed: Signed, upload: Upload) -> Answer {
    let form = Form::of(upload)?;
    let place = form.place();
    match save(&web, &signed, &form).await {
        Ok(()) if place == view::PLACES[1] => Ok(see_other("/admin/setup")),
        Ok(()) => Ok(see_other(&format!("{place}?saved=yes"))),
        Err(Error::Invalid(problems)) => {
            let typed = Typed { form: Some(form), problems, saved: false };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            match place == view::PLACES[1] {
                true => super::wizard::look(&web, &signed, status, typed).await,
                false => show(&web, &signed, status, typed).await,
            }
        }
        Err(error) => Err(error.into()),
    }
}

async fn save(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<(), Error> {
    let (asker, now, change, name) = (signed.clone(), Ts(web.clock.now()), form.change(), form.name.clone());
    let in_setup = form.place() == view::PLACES[1];
    let (name, look) = web
        .db
        .write(move |tx| {
            let people = access::for_people(tx, &asker.actor)?;
            if let Some(name) = &name {
                setup::set_organisation(tx, &people, name, now)?;
            }
            look::change(tx, &asker.actor, &change, now)?;
            if in_setup {
                first_steps::mark(tx, &asker.actor, Step::Look, How::Done, now)?;
            }
            look::of_pages(tx)
        })
        .await?;
    web.looks.note(name, look);
    Ok(())
}
