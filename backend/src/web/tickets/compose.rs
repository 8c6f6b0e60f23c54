//! Sending what the composer holds: a reply, a note, or a forward. Whatever is wrong with it, the text comes back.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::acts::moment;
use super::composer::{Passing, Typed};
use super::draft;
use super::page::{self, Wish};
use crate::access::{self, Note, Reply};
use crate::db::{ArticleId, State, Tx};
use crate::error::{Error, Result};
use crate::tickets::forward::{self, ForwardInput, Original};
use crate::tickets::note::NoteInput;
use crate::tickets::reply::ReplyInput;
use crate::tickets::{self as verbs, Moment, NewFile, Person, Recipients, drafts, view};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::Upload;
use crate::web::gate::Signed;
use crate::web::page::{see_other, show_as};
use crate::web::state::Web;

/// `POST /tickets/{number}/articles`.
pub async fn create(web: Data<Web>, signed: Signed, number: Path<String>, upload: Upload) -> Answer {
    let number = number.into_inner();
    let kind = upload.text("kind");
    // The recipients of a reply stand there as well while something is passed on: they are not meant.
    let to = |name: &str| upload.text(&if kind == "forward" { format!("f{name}") } else { name.to_owned() });
    let typed = Typed {
        to: to("to"),
        cc: to("cc"),
        bcc: to("bcc"),
        kind: kind.clone(),
        forward: Passing {
            forwarded: upload.text("forwarded"),
            original: upload.text("original"),
            bare: upload.text("bare") == "1",
            visible: upload.text("visible") == "1",
        },
        body: upload.text("body"),
        until: upload.text("until"),
        ..Typed::default()
    };
    let remove = upload.text("remove");
    if !remove.is_empty() {
        return without_file(&web, &signed, &number, &remove, typed).await;
    }
    let uploaded = draft::prepare(&web, upload.files.clone()).await?;
    let outcome = match wanted(&upload, &typed, &signed) {
        Ok(wanted) => write(&web, &signed, &number, wanted, uploaded).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(article) => Ok(see_other(&format!("/tickets/{number}#a-{article}"))),
        Err(error) => again(&web, &signed, &number, typed, error).await,
    }
}

/// What the form asks for, understood.
#[derive(Clone, Debug)]
enum Wanted {
    Note { body: String },
    Reply { input: Box<ReplyInput>, take_over: bool },
    Forward { input: Box<ForwardInput>, bare: bool },
}

// A note is what both the tab and the button say. Where they disagree nothing is sent: the dangerous mistake is a
// note that goes to the customer.
fn wanted(upload: &Upload, typed: &Typed, signed: &Signed) -> Result<Wanted> {
    let then = upload.text("then");
    let language = &signed.reader.language;
    let list = |field: &str, text: &str| -> Result<Vec<Person>> {
        let found = mail_ingest::address::parse_list(text).map_err(|bad| {
            Error::invalid(field, language.tr_with("composer-bad-address", &[("address", &bad.entry)]))
        })?;
        Ok(found.iter().map(Person::from).collect())
    };
    match (typed.kind.as_str(), then.as_str()) {
        ("forward", "" | "forward") => {
            let recipients = Recipients {
                to: list("to", &typed.to)?,
                cc: list("cc", &typed.cc)?,
                bcc: list("bcc", &typed.bcc)?,
                ..Recipients::default()
            };
            if recipients.to.is_empty() {
                return Err(Error::invalid("to", language.tr("composer-no-recipient")));
            }
            // A number that is no article's is refused by the verb.
            let article = typed.forward.forwarded.parse::<ArticleId>().unwrap_or(ArticleId(0));
            let original = if typed.forward.original == "mail" { Original::Mail } else { Original::Text };
            let input = ForwardInput {
                article,
                recipients,
                body_text: typed.body.clone(),
                original,
                files: Vec::new(),
                visible: typed.forward.visible,
                hold_seconds: None,
            };
            Ok(Wanted::Forward { input: Box::new(input), bare: typed.forward.bare })
        }
        ("note", "" | "note") => Ok(Wanted::Note { body: typed.body.clone() }),
        ("reply", "" | "open" | "close" | "wait" | "takeover") => {
            let to = list("to", &typed.to)?;
            if to.is_empty() {
                return Err(Error::invalid("to", language.tr("composer-no-recipient")));
            }
            if typed.body.trim().is_empty() {
                return Err(Error::invalid("body_text", language.tr("composer-empty")));
            }
            let until = if then == "wait" { moment(&typed.until, signed)? } else { None };
            let state = match then.as_str() {
                "close" => Some(State::Closed),
                "wait" => Some(State::PendingReminder),
                _ => Some(State::Open),
            };
            let input = ReplyInput {
                to: Some(to),
                cc: list("cc", &typed.cc)?,
                bcc: list("bcc", &typed.bcc)?,
                body_text: typed.body.clone(),
                state,
                until,
                seen: upload.text("seen").parse::<ArticleId>().ok(),
                ..ReplyInput::default()
            };
            Ok(Wanted::Reply { input: Box::new(input), take_over: then == "takeover" })
        }
        _ => Err(Error::invalid("kind", language.tr("composer-mixed"))),
    }
}

async fn write(
    web: &Data<Web>,
    signed: &Signed,
    number: &str,
    wanted: Wanted,
    uploaded: Vec<NewFile>,
) -> Result<ArticleId> {
    let (state, asker, name) = (web.clone(), signed.clone(), number.to_owned());
    let passed_on = match &wanted {
        Wanted::Forward { input, bare } => Some((input.article, input.original, !bare)),
        _ => None,
    };
    let mut files = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &asker.actor, &name)?;
            let mut files = draft::kept_files(conn, &state, &asker, access.ticket().id)?;
            if let Some((id, original, with_files)) = passed_on {
                let article = view::article(conn, &asker.actor, id)?.0;
                files.extend(forward::files(conn, state.db.blobs(), &article, original, with_files)?);
            }
            Ok(files)
        })
        .await?;
    files.extend(uploaded);
    let (asker, name, at) = (signed.clone(), number.to_owned(), web.moment());
    web.db.write(move |tx| perform(tx, &asker, &name, &wanted, &files, &at)).await
}

fn perform(
    tx: &mut Tx<'_>,
    signed: &Signed,
    number: &str,
    wanted: &Wanted,
    files: &[NewFile],
    at: &Moment,
) -> Result<ArticleId> {
    let (article, ticket) = match wanted {
        Wanted::Note { body } => {
            let mut access = access::for_change::<Note>(tx, &signed.actor, number)?;
            let input = NoteInput { subject: String::new(), body_text: body.clone(), files: files.to_vec() };
            let article = verbs::note::note(tx, &mut access, &signed.actor, &input, at)?;
            (article.id, access.ticket().id)
        }
        Wanted::Reply { input, take_over } => {
            let mut access = access::for_change::<Reply>(tx, &signed.actor, number)?;
            if *take_over {
                verbs::lock::take_over(tx, &mut access, &signed.actor, at)?;
            }
            let input = ReplyInput { files: files.to_vec(), ..(**input).clone() };
            let article = verbs::reply::reply(tx, &mut access, &signed.actor, &input, at)?;
            (article.id, access.ticket().id)
        }
        Wanted::Forward { input, .. } => {
            let mut access = access::for_change::<Reply>(tx, &signed.actor, number)?;
            let input = ForwardInput { files: files.to_vec(), ..(**input).clone() };
            let article = forward::forward(tx, &mut access, &signed.actor, &input, at)?;
            (article.id, access.ticket().id)
        }
    };
    draft::discard(tx, signed, ticket)?;
    Ok(article)
}

// The page once more with all that was typed, and what is wrong beside it. The text is kept as a draft as well.
async fn again(web: &Data<Web>, signed: &Signed, number: &str, mut typed: Typed, error: Error) -> Answer {
    let status = match &error {
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        _ => return Err(Failure::from(error).keeping(&typed.body).back_to(&format!("/tickets/{number}"))),
    };
    match &error {
        Error::Invalid(fields) => {
            for field in fields {
                let place = if matches!(field.field.as_str(), "to" | "cc" | "bcc") {
                    &mut typed.to_error
                } else {
                    &mut typed.error
                };
                *place = field.message.in_language(&signed.reader.language);
            }
        }
        Error::Conflict(why) => typed.error = why.in_language(&signed.reader.language),
        other => typed.error = other.to_string(),
    }
    page_with(web, signed, number, status, typed).await
}

async fn page_with(
    web: &Data<Web>,
    signed: &Signed,
    number: &str,
    status: StatusCode,
    typed: Typed,
) -> Answer {
    let (state, name) = (web.clone(), number.to_owned());
    show_as(web, signed, status, "tickets/page.html", move |conn, asker| {
        page::load(conn, &state, asker, &name, &Wish::default(), Some(&typed))
    })
    .await
}

// Without script a file is taken off by a button of the form, which brings all that was typed.
async fn without_file(web: &Data<Web>, signed: &Signed, number: &str, uid: &str, typed: Typed) -> Answer {
    let (asker, uid) = (signed.clone(), uid.to_owned());
    match web.db.write(move |tx| drafts::detach(tx, &asker.actor, &uid)).await {
        Ok(()) | Err(Error::NotFound) => page_with(web, signed, number, StatusCode::OK, typed).await,
        Err(error) => Err(error.into()),
    }
}
