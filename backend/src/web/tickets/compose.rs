//! Sending what the composer holds. Whatever is wrong with it, the text comes back.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::composer::{Revisions, Typed};
use super::page::{self, Wish};
use super::passing::Passing;
use super::{beside, draft, effects, next, send};
use crate::access;
use crate::db::TemplateId;
use crate::error::{Error, Result};
use crate::tickets::{Clean, drafts, templates};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::Upload;
use crate::web::gate::Signed;
use crate::web::page::{see_other, show_as};
use crate::web::state::Web;

/// What the composer sends; of files that hang on the draft, a field each.
const FIELDS: [&str; 28] = [
    "kind",
    "to",
    "cc",
    "bcc",
    "fto",
    "fcc",
    "fbcc",
    "body",
    "html",
    "forwarded",
    "original",
    "bare",
    "visible",
    "then",
    "until",
    "send_at",
    "seen",
    "unattached",
    "template",
    "insert",
    "remove",
    "reply_revision",
    "note_revision",
    "fx_state",
    "fx_queue",
    "fx_priority",
    "fx_tags",
    "held_*",
];

/// `POST /tickets/{number}/articles`.
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    upload: Upload,
) -> Answer {
    let number = number.into_inner();
    upload
        .only(&FIELDS)
        .map_err(|failure| failure.keeping(&upload.text("body")).back_to(&format!("/tickets/{number}")))?;
    let to = To { number: number.clone(), within: beside::of(&request) };
    let mut typed = typed(&upload);
    let uploaded = draft::prepare(&web, upload.files.clone()).await?;
    let (remove, insert) = (upload.text("remove"), upload.text("insert"));
    if upload.text("then") == "look" {
        // Enter in a field presses the first button of a form. It sends nothing.
        draft::keep(&web, &signed, &number, &mut typed, uploaded).await;
        typed.error = signed.reader.language.tr("composer-enter");
        return page_with(&web, &signed, &to, StatusCode::OK, typed).await;
    }
    if !remove.is_empty() || !insert.is_empty() {
        draft::keep(&web, &signed, &number, &mut typed, uploaded).await;
        return match remove.as_str() {
            "" => with_template(&web, &signed, &to, &upload.text("template"), typed).await,
            file => without_file(&web, &signed, &to, file, typed).await,
        };
    }
    let before = next::place(&web, &signed, &number, to.within.as_deref()).await?;
    let answers = typed.kind == "reply" && upload.text("then") != "later";
    let outcome = match send::wanted(&upload, &typed, &signed) {
        Ok(wanted) => send::write(&web, &signed, &number, wanted, uploaded.clone(), &typed).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Some(article)) if answers => {
            Ok(see_other(&next::after_sending(&web, &signed, &number, Some(article), before).await?))
        }
        Ok(Some(article)) => Ok(see_other(&format!("/tickets/{number}#a-{article}"))),
        // A macro has moved it out of sight.
        Ok(None) => Ok(see_other("/tickets")),
        Err(error) => {
            draft::keep(&web, &signed, &number, &mut typed, uploaded).await;
            again(&web, &signed, &to, typed, error).await
        }
    }
}

/// Which ticket is written to, and the list from which it was opened.
struct To {
    number: String,
    within: Option<String>,
}

fn typed(upload: &Upload) -> Typed {
    let kind = upload.text("kind");
    // The recipients of a reply stand there as well while something is passed on: they are not meant.
    let to = |name: &str| upload.text(&if kind == "forward" { format!("f{name}") } else { name.to_owned() });
    let number = |name: &str| upload.text(name).parse().unwrap_or(0);
    let clean = Clean::of(&upload.text("html"), &|_| true);
    let html = clean.html().to_owned();
    Typed {
        to: to("to"),
        cc: to("cc"),
        bcc: to("bcc"),
        forward: Passing {
            forwarded: upload.text("forwarded"),
            original: upload.text("original"),
            bare: upload.text("bare") == "1",
            visible: upload.text("visible") == "1",
        },
        body: if html.is_empty() { upload.text("body") } else { clean.text() },
        html,
        until: upload.text("until"),
        send_at: upload.text("send_at"),
        effects: effects::Fields::read(upload),
        unattached: upload.text("unattached") == "1",
        seen: number("seen"),
        held: held(upload),
        revisions: Revisions { reply: number("reply_revision"), note: number("note_revision") },
        kind,
        ..Typed::default()
    }
}

// A field for each file: without script as well the form says which of them its page showed.
fn held(upload: &Upload) -> Vec<String> {
    let fields = upload.texts().into_iter();
    fields.filter_map(|(name, _)| name.strip_prefix("held_").map(str::to_owned)).collect()
}

// The page once more with all that was typed, and what is wrong beside it.
async fn again(web: &Data<Web>, signed: &Signed, to: &To, mut typed: Typed, error: Error) -> Answer {
    let status = match &error {
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        _ => {
            return Err(Failure::from(error)
                .keeping(&typed.body)
                .back_to(&format!("/tickets/{}", to.number)));
        }
    };
    match &error {
        Error::Invalid(fields) => {
            for field in fields {
                let place = match field.field.as_str() {
                    "to" | "cc" | "bcc" => &mut typed.to_error,
                    send::UNATTACHED => {
                        typed.unattached = true;
                        &mut typed.warning
                    }
                    _ => &mut typed.error,
                };
                *place = field.message.in_language(&signed.reader.language);
            }
        }
        Error::Conflict(why) => typed.error = why.in_language(&signed.reader.language),
        other => typed.error = other.to_string(),
    }
    page_with(web, signed, to, status, typed).await
}

async fn page_with(web: &Data<Web>, signed: &Signed, to: &To, status: StatusCode, typed: Typed) -> Answer {
    let (state, name) = (web.clone(), to.number.clone());
    let wish = Wish { within: to.within.clone(), ..Wish::default() };
    show_as(web, signed, status, "tickets/page.html", move |conn, asker| {
        page::load(conn, &state, asker, &name, &wish, Some(&typed))
    })
    .await
}

// Without script a file is taken off by a button of the form, which brings all that was typed.
async fn without_file(web: &Data<Web>, signed: &Signed, to: &To, uid: &str, typed: Typed) -> Answer {
    let (asker, uid) = (signed.clone(), uid.to_owned());
    match web.db.write(move |tx| drafts::detach(tx, &asker.actor, &uid)).await {
        Ok(()) | Err(Error::NotFound) => page_with(web, signed, to, StatusCode::OK, typed).await,
        Err(error) => Err(error.into()),
    }
}

// Without script a text of the house comes below what was typed.
async fn with_template(web: &Data<Web>, signed: &Signed, to: &To, id: &str, mut typed: Typed) -> Answer {
    if let Ok(id) = id.parse::<TemplateId>() {
        let (asker, name) = (signed.clone(), to.number.clone());
        let found = web.db.read(move |conn| -> Result<_> {
            let access = access::readable(conn, &asker.actor, &name)?;
            templates::preview(conn, &access, &asker.actor, id)
        });
        let (template, filled) = match found.await {
            Ok(found) => found,
            Err(Error::NotFound) => return page_with(web, signed, to, StatusCode::OK, typed).await,
            Err(error) => return Err(error.into()),
        };
        if !typed.html.is_empty() {
            typed.html.push_str(&mail_ingest::html::from_text(&filled.text));
        }
        let before = typed.body.trim_end();
        typed.body = if before.is_empty() { filled.text } else { format!("{before}\n\n{}", filled.text) };
        typed.effects = typed.effects.overlaid(effects::Fields::of(&template.effects));
    }
    page_with(web, signed, to, StatusCode::OK, typed).await
}
