//! Files: sent along as base64 within the JSON, read as bytes that a browser never shows as a page of ours.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use base64::Engine as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    gate::Caller,
    problem::{Answer, Told},
};
use crate::{
    config::Limits,
    db::Blobs,
    desk::Desk,
    error::{Error, Result},
    tickets::{NewFile, view},
};

/// So many files go with one article.
const FILES: usize = 200;
/// The longest file name, in characters.
const NAME: usize = 200;
/// Content types that are told to a browser; all else is bytes.
const KNOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

/// A file to send along.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileInput {
    /// Its file name.
    pub name: String,
    /// Its media type; `application/octet-stream` where missing.
    pub content_type: Option<String>,
    /// Its bytes as base64 (RFC 4648, 4), at most 25 MB unless the installation says otherwise.
    #[schema(format = Byte)]
    pub content: String,
}

/// Decodes and stores files, so that an article can name them. Takes time, and has to happen outside of a transaction.
///
/// # Errors
/// [`Error::Invalid`] names the file that is wrong.
pub async fn prepare(desk: &Desk, files: Vec<FileInput>) -> Result<Vec<NewFile>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    if files.len() > FILES {
        return Err(Error::invalid("attachments", format!("At most {FILES} files. Pack some together.")));
    }
    let (blobs, largest) = (desk.db.blobs().clone(), desk.config.limits.attachment);
    let made = tokio::task::spawn_blocking(move || {
        files.into_iter().enumerate().map(|(at, file)| prepared(&blobs, at, &file, largest)).collect()
    });
    made.await.map_err(|error| Error::Unexpected(error.into()))?
}

fn prepared(blobs: &Blobs, at: usize, file: &FileInput, largest: usize) -> Result<NewFile> {
    let refuse = |field: &str, text: &str| Error::invalid(format!("attachments[{at}].{field}"), text);
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(file.content.trim())
        .map_err(|_| refuse("content", "This is not base64 (RFC 4648, with padding)."))?;
    if bytes.len() > largest {
        let most = Limits::in_megabytes(largest);
        return Err(refuse("content", &format!("The file is larger than {most} MB.")));
    }
    // The last part of a path, without what could steer a terminal or a file system.
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let name = name.trim().trim_start_matches('.').trim().to_owned();
    if name.is_empty() {
        return Err(refuse("name", "The file needs a name."));
    }
    let content_type = file.content_type.as_deref().unwrap_or("application/octet-stream").trim();
    if !is_media_type(content_type) {
        return Err(refuse("content_type", "This is not a media type. It looks like application/pdf."));
    }
    Ok(NewFile {
        name,
        content_type: content_type.to_ascii_lowercase(),
        content_id: None,
        inline: false,
        blob: blobs.prepare(&bytes)?,
    })
}

fn is_media_type(text: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text.len() <= 100
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, detail)| token(kind) && token(detail))
}

/// The bytes of a file.
#[utoipa::path(get, path = "/attachments/{uid}", tag = "articles", params(("uid" = String, Path)), responses(
    (status = 200, description = "The bytes, to be saved", content_type = "application/octet-stream"),
    (status = 404, body = Told, content_type = "application/problem+json"),
))]
pub async fn get(desk: Data<Desk>, caller: Caller, uid: Path<String>) -> Answer {
    let (uid, blobs) = (uid.into_inner(), desk.db.blobs().clone());
    let (file, bytes) = desk
        .db
        .read(move |conn| {
            let file = view::attachment(conn, &caller.actor, &uid)?;
            let bytes = blobs.read(conn, &file.digest)?;
            Ok((file, bytes))
        })
        .await?;
    Ok(download(&file.name, &file.content_type, bytes))
}

/// Bytes to be saved, never shown (SECURITY: a file gets no page, no script, no frame of ours).
pub fn download(name: &str, content_type: &str, bytes: Vec<u8>) -> HttpResponse {
    // RFC 8187, attr-char: no name can end the header or the field.
    const ATTR: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let known = KNOWN.iter().find(|known| content_type.eq_ignore_ascii_case(known)).copied();
    HttpResponse::Ok()
        .content_type(known.unwrap_or("application/octet-stream"))
        .insert_header(("content-security-policy", "default-src 'none'; sandbox"))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("cache-control", "no-store"))
        .insert_header((
            "content-disposition",
            format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR)),
        ))
        .body(bytes)
}
