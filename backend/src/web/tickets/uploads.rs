//! A large file of the composer, sent in pieces: the browser asks how far it is, and goes on from there. In the manner of
//! the draft “Resumable Uploads for HTTP”: `Upload-Offset` says where a piece begins, and how much has arrived.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use serde::Deserialize;

use super::draft;
use crate::access::{self, Note};
use crate::error::Error;
use crate::tickets::drafts;
use crate::tickets::uploads::{self, HalfSent, NewUpload};
use crate::tickets::{Attachment, NewFile};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::{File, safe_name};
use crate::web::gate::Signed;
use crate::web::images;
use crate::web::state::Web;

/// How far a file is, and where the next piece begins.
const OFFSET: &str = "upload-offset";
/// All of it.
const LENGTH: &str = "upload-length";
/// A piece has arrived after so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is to come.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    name: String,
    #[serde(default)]
    content_type: String,
    #[serde(default)]
    inline: bool,
    size: i64,
}

/// `POST /tickets/{number}/draft/uploads`.
pub async fn create(web: Data<Web>, signed: Signed, number: Path<String>, begun: Json<Begun>) -> Answer {
    let (begun, at) = (begun.into_inner(), web.moment());
    let largest = i64::try_from(web.config.limits.attachment).unwrap_or(i64::MAX);
    let new = NewUpload {
        name: safe_name(&begun.name),
        content_type: begun.content_type.chars().filter(|c| !c.is_control()).take(100).collect(),
        inline: begun.inline,
        size: begun.size,
    };
    let made = web
        .db
        .write(move |tx| {
            let access = access::for_change::<Note>(tx, &signed.actor, &number)?;
            uploads::begin(tx, &access, &signed.actor, &new, largest, &at)
        })
        .await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((OFFSET, "0"));
    Ok(answer.json(serde_json::json!({ "id": made.uid })))
}

/// `HEAD /tickets/{number}/draft/uploads/{uid}`: how far it is.
pub async fn offset(web: Data<Web>, signed: Signed, path: Path<(String, String)>) -> Answer {
    let (number, uid) = path.into_inner();
    let upload = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &signed.actor, &number)?;
            uploads::find(conn, &signed.actor, access.ticket().id, &uid)
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((OFFSET, upload.received.to_string()));
    answer.insert_header((LENGTH, upload.size.to_string()));
    Ok(answer.finish())
}

/// `PATCH /tickets/{number}/draft/uploads/{uid}`: the next piece; the last one makes it a file of the draft.
pub async fn put(
    web: Data<Web>,
    signed: Signed,
    path: Path<(String, String)>,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let (number, uid) = path.into_inner();
    let begins = request.headers().get(OFFSET).and_then(|text| text.to_str().ok()?.parse::<i64>().ok());
    let begins = begins.filter(|at| *at >= 0);
    let piece = tokio::time::timeout(PATIENCE, read(payload))
        .await
        .map_err(|_| Failure::plain(StatusCode::BAD_REQUEST))??;
    let (asker, name, key, at) = (signed.clone(), number.clone(), uid.clone(), web.moment());
    let upload = web
        .db
        .write(move |tx| {
            let access = access::for_change::<Note>(tx, &asker.actor, &name)?;
            // Whoever may not know of the ticket does not hear what is wrong with his request.
            let Some(begins) = begins else { return Ok(None) };
            uploads::take(tx, &asker.actor, access.ticket().id, &key, begins, &piece, &at).map(Some)
        })
        .await?
        .ok_or_else(|| Failure::plain(StatusCode::BAD_REQUEST))?;
    if !upload.is_whole() {
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((OFFSET, upload.received.to_string()));
        return Ok(answer.finish());
    }
    let kept = attach(&web, &signed, number, &upload).await?;
    Ok(draft::attached(&web, &signed, &kept))
}

async fn read(mut payload: Payload) -> Result<Vec<u8>, Failure> {
    let mut piece = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Failure::plain(StatusCode::BAD_REQUEST))?;
        if piece.len() + chunk.len() > uploads::PIECE {
            return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE));
        }
        piece.extend_from_slice(&chunk);
    }
    Ok(piece)
}

/// What has arrived becomes a file of the draft.
async fn attach(
    web: &Data<Web>,
    signed: &Signed,
    number: String,
    upload: &HalfSent,
) -> Result<Attachment, Failure> {
    let whole = upload.clone();
    let (known, bytes) = web
        .db
        .read(move |conn| Ok((uploads::attachment(conn, &whole)?, uploads::bytes(conn, &whole)?)))
        .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    // By what it is, not by what it is called: anything else hangs at the mail.
    let inline = upload.inline && images::kind(&bytes).is_some();
    let (name, content_type) = (upload.name.clone(), upload.content_type.clone());
    let ready = draft::prepare(web, vec![File { name, content_type, bytes }]).await?;
    let file = ready.into_iter().next().ok_or_else(|| Failure::from(Error::NotFound))?;
    let file = NewFile { inline, ..file };
    let (asker, uid, at) = (signed.clone(), upload.uid.clone(), web.moment());
    let kept = web
        .db
        .write(move |tx| {
            let access = access::for_change::<Note>(tx, &asker.actor, &number)?;
            let ticket = access.ticket().id;
            uploads::finish(tx, &asker.actor, ticket, &uid, &at, |tx| {
                let draft = draft::home(tx, &asker, ticket, &number, &at)?;
                drafts::attach(tx, &asker.actor, draft, &file, &at)
            })
        })
        .await?;
    Ok(kept)
}

/// `DELETE /tickets/{number}/draft/uploads/{uid}`.
pub async fn delete(web: Data<Web>, signed: Signed, path: Path<(String, String)>) -> Answer {
    let (number, uid) = path.into_inner();
    web.db
        .write(move |tx| {
            let access = access::for_change::<Note>(tx, &signed.actor, &number)?;
            uploads::end(tx, &signed.actor, access.ticket().id, &uid)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
