//! What is being written, saved while it is typed, with the files that go along.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

use super::composer::{Fields, Typed};
use super::effects;
use super::passing::Passing;
use crate::access::{self, Note, Reply};
use crate::db::{Conn, DraftId, DraftKind, TicketId, Tx};
use crate::error::{Error, Result};
use crate::tickets::drafts::{self, Draft};
use crate::tickets::{Attachment, Clean, Moment, NewFile};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::{File, Upload};
use crate::web::gate::Signed;
use crate::web::images;
use crate::web::state::Web;

/// What the script sends one second after the last key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    kind: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    cc: String,
    #[serde(default)]
    bcc: String,
    body: String,
    /// The text with its format, where it has one: then the text is made of it.
    #[serde(default)]
    html: String,
    #[serde(default)]
    forwarded: String,
    #[serde(default)]
    original: String,
    #[serde(default)]
    bare: bool,
    #[serde(default)]
    visible: bool,
    #[serde(default)]
    effects: effects::Fields,
    /// The version that was changed; 0 for none.
    base: Option<i64>,
}

impl Saved {
    fn of(typed: &Typed, known: i64) -> Self {
        let typed = typed.clone();
        Self {
            kind: typed.kind,
            to: typed.to,
            cc: typed.cc,
            bcc: typed.bcc,
            body: typed.body,
            html: typed.html,
            forwarded: typed.forward.forwarded,
            original: typed.forward.original,
            bare: typed.forward.bare,
            visible: typed.forward.visible,
            effects: typed.effects,
            base: Some(known),
        }
    }
}

/// `PUT /tickets/{number}/draft`.
pub async fn put(web: Data<Web>, signed: Signed, number: Path<String>, draft: Json<Saved>) -> Answer {
    let (number, draft, at) = (number.into_inner(), draft.into_inner(), web.moment());
    let (asker, name, kind) = (signed.clone(), number.clone(), draft.kind.clone());
    let kept = web.db.write(move |tx| save(tx, &asker, &name, &draft, &at)).await;
    told(&web, signed, kept, move |conn, signed| other(conn, signed, &number, &kind)).await
}

/// What a browser is told of its text: the version that it is now, or what the same person wrote on another device.
pub async fn told<F>(web: &Data<Web>, signed: Signed, kept: Result<Draft>, other: F) -> Answer
where
    F: FnOnce(&mut Conn, &Signed) -> Result<Option<Draft>> + Send + 'static,
{
    match kept {
        Ok(saved) => Ok(HttpResponse::Ok().json(serde_json::json!({ "revision": saved.revision }))),
        Err(Error::Conflict(why)) => {
            let message = why.in_language(&signed.reader.language);
            let there = web.db.read(move |conn| other(conn, &signed)).await?;
            let text = there.as_ref().map(|draft| drafts::text_of(&draft.fields));
            let html = there.as_ref().map(|draft| drafts::html_of(&draft.fields)).unwrap_or_default();
            let revision = there.map_or(0, |draft| draft.revision);
            let told =
                serde_json::json!({ "message": message, "text": text, "html": html, "revision": revision });
            Ok(HttpResponse::Conflict().json(told))
        }
        Err(error) => Err(error.into()),
    }
}

// What the same person wrote on another device.
fn other(conn: &mut Conn, signed: &Signed, number: &str, kind: &str) -> Result<Option<Draft>> {
    let access = access::readable(conn, &signed.actor, number)?;
    let kind = if kind == "note" { DraftKind::Note } else { DraftKind::Reply };
    drafts::find(conn, &signed.actor, access.ticket().id, kind)
}

fn save(tx: &mut Tx<'_>, signed: &Signed, number: &str, draft: &Saved, at: &Moment) -> Result<Draft> {
    let mut draft = draft.clone();
    if !draft.html.is_empty() {
        let clean = Clean::of(&draft.html, &|_| true);
        (draft.body, draft.html) = (clean.text(), clean.html().to_owned());
    }
    let fields = Fields {
        to: draft.to,
        cc: draft.cc,
        bcc: draft.bcc,
        body_text: draft.body,
        body_html: draft.html,
        kind: if draft.kind == "forward" { draft.kind.clone() } else { String::new() },
        passing: Passing {
            forwarded: draft.forwarded,
            original: draft.original,
            bare: draft.bare,
            visible: draft.visible,
        },
        effects: draft.effects,
    };
    let fields = serde_json::to_string(&fields)?;
    if draft.kind == "note" {
        let access = access::for_change::<Note>(tx, &signed.actor, number)?;
        drafts::save_note(tx, &access, &signed.actor, &fields, draft.base, at)
    } else {
        let access = access::for_change::<Reply>(tx, &signed.actor, number)?;
        drafts::save_reply(tx, &access, &signed.actor, &fields, draft.base, at)
    }
}

/// Keeps what a form brought that is shown once more: its text, and files that no browser sends a second time. Where
/// that cannot be, the page still holds the text.
pub async fn keep(web: &Data<Web>, signed: &Signed, number: &str, typed: &mut Typed, files: Vec<NewFile>) {
    if typed.body.trim().is_empty() && files.is_empty() {
        return;
    }
    let is_note = typed.kind == "note";
    let known = if is_note { typed.revisions.note } else { typed.revisions.reply };
    let (draft, asker, at) = (Saved::of(typed, known), signed.clone(), web.moment());
    let name = number.to_owned();
    let kept = web.db.write(move |tx| {
        let kept = save(tx, &asker, &name, &draft, &at)?;
        for file in &files {
            drafts::attach(tx, &asker.actor, kept.id, file, &at)?;
        }
        Ok(kept.revision)
    });
    match kept.await {
        Ok(revision) if is_note => typed.revisions.note = revision,
        Ok(revision) => typed.revisions.reply = revision,
        Err(error) => tracing::debug!(ticket = number, %error, "a refused text is not kept as a draft"),
    }
}

/// `POST /tickets/{number}/draft/files`: one file of the composer.
pub async fn attach(web: Data<Web>, signed: Signed, number: Path<String>, upload: Upload) -> Answer {
    upload.only(&["inline"])?;
    let number = number.into_inner();
    let file = upload.files.first().cloned().ok_or_else(|| Failure::from(Error::NotFound))?;
    // By what it is, not by what it is called: anything else hangs at the mail.
    let inline = upload.text("inline") == "1" && images::kind(&file.bytes).is_some();
    let file = NewFile { inline, ..prepare(&web, vec![file]).await?.remove(0) };
    let (asker, at) = (signed.clone(), web.moment());
    let kept: Attachment = web
        .db
        .write(move |tx| {
            let access = access::for_change::<Note>(tx, &asker.actor, &number)?;
            let draft = home(tx, &asker, access.ticket().id, &number, &at)?;
            drafts::attach(tx, &asker.actor, draft, &file, &at)
        })
        .await?;
    Ok(attached(&web, &signed, &kept))
}

/// What a browser is told of a file that hangs on the draft now.
pub fn attached(web: &Web, signed: &Signed, kept: &Attachment) -> HttpResponse {
    let language = &signed.reader.language;
    let size = web.pages.size(kept.size, &signed.reader);
    HttpResponse::Created().json(serde_json::json!({
        "id": kept.uid,
        "name": kept.name,
        "size": size,
        "cid": kept.content_id,
        "remove": language.tr_with("file-remove", &[("name", &kept.name)]),
    }))
}

/// The draft that a file hangs on: the one that is there, or an empty one of the kind that is allowed.
pub fn home(
    tx: &mut Tx<'_>,
    signed: &Signed,
    ticket: TicketId,
    number: &str,
    at: &Moment,
) -> Result<DraftId> {
    for kind in [DraftKind::Reply, DraftKind::Note] {
        if let Some(draft) = drafts::find(tx, &signed.actor, ticket, kind)? {
            return Ok(draft.id);
        }
    }
    let fields = serde_json::to_string(&Fields::default())?;
    match access::for_change::<Reply>(tx, &signed.actor, number) {
        Ok(access) => Ok(drafts::save_reply(tx, &access, &signed.actor, &fields, None, at)?.id),
        Err(Error::Forbidden(_)) => {
            let access = access::for_change::<Note>(tx, &signed.actor, number)?;
            Ok(drafts::save_note(tx, &access, &signed.actor, &fields, None, at)?.id)
        }
        Err(error) => Err(error),
    }
}

/// `DELETE /tickets/{number}/draft/files/{uid}`.
pub async fn detach(web: Data<Web>, signed: Signed, path: Path<(String, String)>) -> Answer {
    let (_, uid) = path.into_inner();
    web.db.write(move |tx| drafts::detach(tx, &signed.actor, &uid)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Hashes and compresses uploaded files, off the asynchronous threads and before any transaction.
pub async fn prepare(web: &Data<Web>, files: Vec<File>) -> Result<Vec<NewFile>, Failure> {
    let blobs = web.db.blobs().clone();
    let ready = tokio::task::spawn_blocking(move || -> Result<Vec<NewFile>> {
        files
            .into_iter()
            .map(|file| {
                Ok(NewFile {
                    blob: blobs.prepare(&file.bytes)?,
                    content_type: content_type(&file),
                    name: file.name,
                    content_id: None,
                    inline: false,
                })
            })
            .collect()
    });
    Ok(ready.await.map_err(|error| Error::Unexpected(error.into()))??)
}

fn content_type(file: &File) -> String {
    if file.content_type.is_empty() {
        mime_guess::from_path(&file.name).first_or_octet_stream().to_string()
    } else {
        file.content_type.clone()
    }
}

/// The files that wait with a draft, ready to be sent: those that the page showed. What its author has attached elsewhere
/// meanwhile, to a note perhaps, does not go to a customer unseen.
pub fn kept_files(
    conn: &mut Conn,
    web: &Web,
    signed: &Signed,
    ticket: TicketId,
    typed: &Typed,
) -> Result<Vec<NewFile>> {
    let shows = |file: &Attachment| {
        let within = file.content_id.as_deref().filter(|_| file.inline);
        typed.held.contains(&file.uid) || within.is_some_and(|id| typed.html.contains(id))
    };
    let mut files = Vec::new();
    for kind in [DraftKind::Reply, DraftKind::Note] {
        if let Some(draft) = drafts::find(conn, &signed.actor, ticket, kind)? {
            for file in drafts::files(conn, draft.id)?.into_iter().filter(shows) {
                files.push(drafts::as_new_file(conn, web.db.blobs(), &file)?);
            }
        }
    }
    Ok(files)
}

/// Throws away what was written down of a text that is sent now, and nothing that its author wrote elsewhere.
pub fn finish(tx: &mut Tx<'_>, signed: &Signed, ticket: TicketId, typed: &Typed) -> Result<()> {
    let (actor, known) = (&signed.actor, &typed.revisions);
    let sent = drafts::Sent { text: &typed.body, files: Some(&typed.held) };
    drafts::finish(tx, actor, ticket, DraftKind::Reply, known.reply, &sent)?;
    drafts::finish(tx, actor, ticket, DraftKind::Note, known.note, &sent)
}
