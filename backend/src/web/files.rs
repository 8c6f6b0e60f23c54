//! Files: our own assets, attachments, inline images. What came by mail is never shown as a page of ours.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;

use super::failure::{Answer, Failure};
use super::gate::Signed;
use super::headers::IMMUTABLE;
use super::state::Web;
use super::{articles, images};
use crate::access::Actor;
use crate::audit;
use crate::db::{Audited, Cause};
use crate::error::{Error, Result};
use crate::people::sessions;
use crate::tickets::view;

/// Content types that are told to a browser; all else is bytes.
const KNOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];
/// The largest picture that is shown small in a page, in bytes.
const PREVIEW: i64 = 5_000_000;
/// A file gets no page, no script, no frame of ours.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// `GET /assets/{name}`.
pub async fn asset(web: Data<Web>, name: Path<String>) -> Answer {
    let asset = web.assets.get(&format!("/assets/{name}")).ok_or_else(|| Failure::from(Error::NotFound))?;
    Ok(HttpResponse::Ok()
        .content_type(asset.content_type)
        .insert_header(("cache-control", IMMUTABLE))
        .body(asset.body.clone()))
}

/// How a file is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Wish {
    preview: Option<u8>,
}

/// `GET /attachments/{uid}`: always to be saved; with `preview` a small picture for the page.
pub async fn attachment(web: Data<Web>, signed: Signed, uid: Path<String>, wish: Query<Wish>) -> Answer {
    let (uid, state) = (uid.into_inner(), web.clone());
    let (file, bytes) = web
        .db
        .read(move |conn| {
            let file = view::attachment(conn, &signed.actor, &uid)?;
            let bytes = state.db.blobs().read(conn, &file.digest)?;
            Ok((file, bytes))
        })
        .await?;
    if wish.preview.is_some() {
        let kind = images::kind(&bytes)
            .filter(|_| file.size <= PREVIEW)
            .ok_or_else(|| Failure::from(Error::NotFound))?;
        return Ok(sandboxed(HttpResponse::Ok().content_type(kind)).body(bytes));
    }
    Ok(download(&file.name, &file.content_type, bytes))
}

/// `GET /inline/{uid}/{proof}`: an image inside an HTML mail. The sandboxed frame sends no cookie, so the address
/// itself proves that somebody was shown the mail a moment ago.
pub async fn inline(web: Data<Web>, path: Path<(String, String)>) -> Answer {
    let (uid, proof) = path.into_inner();
    let session =
        articles::inline_session(&web, &uid, &proof).ok_or_else(|| Failure::from(Error::NotFound))?;
    let (state, session, now) = (web.clone(), session.to_owned(), web.clock.now());
    let bytes = web
        .db
        .read(move |conn| {
            // Signed out, retired, or without the right by now: the address is worth nothing.
            let session =
                sessions::by_hash(conn, &session, &state.config.limits, now)?.ok_or(Error::NotFound)?;
            let actor = Actor::load(conn, session.agent_id, Cause::Web, now)?;
            let file = view::attachment(conn, &actor, &uid)?;
            state.db.blobs().read(conn, &file.digest)
        })
        .await?;
    let kind = images::kind(&bytes).ok_or_else(|| Failure::from(Error::NotFound))?;
    // The frame has no origin: without this the browser would not let it have the image.
    Ok(sandboxed(HttpResponse::Ok().content_type(kind))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(bytes))
}

/// Writes down that somebody takes a table out, before he has it.
///
/// # Errors
/// Those of the database.
pub async fn taken_out(web: &Data<Web>, signed: &Signed, what: &'static str) -> Result<()> {
    let (actor, now) = (signed.actor.clone(), web.moment().ts());
    web.db.write(move |tx| audit::record(tx, &actor, Audited::Export, what, now)).await
}

/// An answer that the browser saves.
pub fn download(name: &str, content_type: &str, bytes: Vec<u8>) -> HttpResponse {
    let known = KNOWN.iter().find(|known| content_type.eq_ignore_ascii_case(known)).copied();
    saved(name, known.unwrap_or("application/octet-stream")).body(bytes)
}

/// The head of such an answer; the type is told to the browser.
pub fn saved(name: &str, content_type: &str) -> actix_web::HttpResponseBuilder {
    // RFC 8187: everything but its attr-char is encoded, so that no name can end the header or the field.
    const ATTR: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'%')
        .add(b'\'')
        .add(b'(')
        .add(b')')
        .add(b'*')
        .add(b',')
        .add(b'/')
        .add(b':')
        .add(b';')
        .add(b'<')
        .add(b'=')
        .add(b'>')
        .add(b'?')
        .add(b'@')
        .add(b'[')
        .add(b'\\')
        .add(b']')
        .add(b'{')
        .add(b'}');
    let disposition = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR));
    let mut answer = HttpResponse::Ok();
    answer.content_type(content_type.to_owned()).insert_header(("content-disposition", disposition));
    sandboxed(&mut answer);
    answer
}

fn sandboxed(answer: &mut actix_web::HttpResponseBuilder) -> &mut actix_web::HttpResponseBuilder {
    answer.insert_header(("content-security-policy", SANDBOX))
}

/// Whether the page may show the file as a small picture.
pub fn may_preview(content_type: &str, size: i64) -> bool {
    let picture = KNOWN.iter().take(4).any(|known| content_type.eq_ignore_ascii_case(known));
    picture && size <= PREVIEW
}

/// A word for what a file is.
pub fn kind(content_type: &str, name: &str) -> &'static str {
    let (kind, detail) = content_type.split_once('/').unwrap_or((content_type, ""));
    let ext = name.rsplit_once('.').map_or("", |(_, ext)| ext).to_ascii_lowercase();
    match (kind, detail, ext.as_str()) {
        ("image", ..) => "image",
        (_, "pdf", _) | (.., "pdf") => "pdf",
        (_, "calendar", _) | (.., "ics") => "calendar",
        ("message", ..) | (.., "eml") => "mail",
        (.., "zip" | "gz" | "tar" | "7z" | "xz" | "zst") => "archive",
        ("text", ..) => "text",
        _ => "other",
    }
}
