//! One mailbox: how it does, a test mail, its settings; and the form of a new one.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{Choices, Errors, Form};
use super::list::Row;
use crate::db::{MailboxId, Ts};
use crate::error::{Error, FieldError, Result};
use crate::mailboxes::{self, HopState, Mailbox, Test, Wish};
use crate::web::failure::{Answer, problems};
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show_as};
use crate::web::stale;
use crate::web::state::Web;

/// What the page says after a change.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Note {
    #[serde(default)]
    saved: String,
}

#[derive(Serialize)]
struct View {
    id: Option<i64>,
    action: String,
    form: Form,
    errors: Errors,
    choices: Choices,
    saved: String,
    wrong: String,
    status: Option<Row>,
    rests: bool,
    test: Option<TestView>,
}

#[derive(Serialize)]
struct TestView {
    token: String,
    running: bool,
    hops: Vec<HopView>,
}

#[derive(Serialize)]
struct HopView {
    look: &'static str,
    icon: &'static str,
    word: String,
    detail: String,
    seconds: String,
}

/// What the form shows: what is stored, or what was typed and is wrong.
struct Shown {
    id: Option<MailboxId>,
    status: StatusCode,
    form: Option<Form>,
    problems: Vec<FieldError>,
    saved: String,
}

async fn show(web: &Data<Web>, signed: &Signed, shown: Shown) -> Answer {
    let state = web.clone();
    let status = shown.status;
    show_as(web, signed, status, "mailboxes/page.html", move |conn, asker| {
        let language = &asker.reader.language;
        // Before anything else: without the right there is nothing to see.
        asker.actor.require(crate::db::InstallationRight::QueuesAndMail)?;
        let listed = shown.id.map(|id| mailboxes::get(conn, &asker.actor, id)).transpose()?;
        let mut form = match (shown.form, &listed) {
            (Some(form), _) => form,
            (None, Some(listed)) => Form::of(&Wish::of(conn, &listed.mailbox)?),
            (None, None) => Form::of(&Wish::default()),
        };
        // What is there by now: whoever was told of it, and saves again, means it.
        form.shown = listed.as_ref().map(|listed| stale::mark(&listed.mailbox.version)).unwrap_or_default();
        let test = match &listed {
            Some(listed) => {
                mailboxes::hops(conn, &listed.mailbox, &state.config, language, asker.reader.now)?
            }
            None => None,
        };
        let view = View {
            id: shown.id.map(|id| id.0),
            action: shown
                .id
                .map_or_else(|| "/admin/mailboxes".to_owned(), |id| format!("/admin/mailboxes/{id}")),
            choices: Choices::load(conn, &form, language)?,
            form,
            wrong: if shown.problems.is_empty() { String::new() } else { language.tr("mailbox-check") },
            errors: Errors::of(shown.problems, language),
            saved: shown.saved,
            rests: listed.as_ref().is_some_and(|listed| listed.mailbox.disabled_at.is_some()),
            status: listed.as_ref().map(|listed| Row::of(listed, asker)),
            test: test.map(|test| hops(&test, asker)),
        };
        Ok(Page::new("mailboxes", view))
    })
    .await
}

fn hops(test: &Test, asker: &Asker) -> TestView {
    let language = &asker.reader.language;
    let since = |at: Timestamp| {
        let seconds = at.duration_since(test.started_at).as_millis().max(0);
        language.tr_with(
            "mailbox-hop-seconds",
            &[("n", &language.decimal(seconds / 1_000, seconds % 1_000 / 100))],
        )
    };
    let hop = |hop: &mailboxes::Hop| {
        let (look, icon) = match hop.state {
            HopState::Ok => ("ok", "done"),
            HopState::Bad => ("bad", "warning"),
            HopState::Todo => ("todo", "wait"),
        };
        HopView {
            look,
            icon,
            word: language.tr(&format!("mailbox-hop-{}", hop.hop)),
            detail: hop.detail.clone(),
            seconds: hop.at.map_or_else(String::new, since),
        }
    };
    TestView {
        token: test.token.clone(),
        running: !test.is_over(),
        hops: test.hops.iter().map(hop).collect(),
    }
}

/// `GET /admin/mailboxes/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    let shown =
        Shown { id: None, status: StatusCode::OK, form: None, problems: Vec::new(), saved: String::new() };
    show(&web, &signed, shown).await
}

/// `GET /admin/mailboxes/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>, note: Query<Note>) -> Answer {
    let saved = match note.saved.as_str() {
        "yes" => signed.reader.language.tr("mailbox-saved"),
        _ => String::new(),
    };
    let id = Some(MailboxId(id.into_inner()));
    show(&web, &signed, Shown { id, status: StatusCode::OK, form: None, problems: Vec::new(), saved }).await
}

/// `POST /admin/mailboxes`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (form, asker, config, now) = (form.0, signed.clone(), web.config.clone(), Ts(web.clock.now()));
    let typed = form.clone();
    let made =
        web.db.write(move |tx| mailboxes::create(tx, &asker.actor, &config, &typed.wish()?, now)).await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /admin/mailboxes/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Form>) -> Answer {
    let (form, asker, config, now) = (form.0, signed.clone(), web.config.clone(), Ts(web.clock.now()));
    let (id, typed) = (MailboxId(id.into_inner()), form.clone());
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "mailboxes")?;
            let before = mailboxes::get(tx, &asker.actor, id)?.mailbox;
            stale::must_be_fresh(&typed.shown, &before.version)?;
            mailboxes::update(tx, &asker.actor, &config, id, &typed.wish()?, now)
        })
        .await;
    answer(&web, &signed, Some(id), form, done).await
}

// Back to the page that can be reloaded, or the form with what was typed and what is wrong about it.
async fn answer(
    web: &Data<Web>,
    signed: &Signed,
    id: Option<MailboxId>,
    form: Form,
    done: Result<Mailbox>,
) -> Answer {
    let error = match done {
        Ok(mailbox) => return Ok(see_other(&format!("/admin/mailboxes/{}?saved=yes", mailbox.id))),
        Err(error) => error,
    };
    let (status, problems) = problems(error)?;
    show(web, signed, Shown { id, status, form: Some(form), problems, saved: String::new() }).await
}

/// Whether a mailbox shall rest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    rest: String,
}

/// `POST /admin/mailboxes/{id}/rest`.
pub async fn rest(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Rest>) -> Answer {
    let (id, on, now) = (MailboxId(id.into_inner()), form.0.rest != "yes", Ts(web.clock.now()));
    web.db.write(move |tx| mailboxes::enable(tx, &signed.actor, id, on, now)).await?;
    Ok(see_other(&format!("/admin/mailboxes/{id}")))
}

/// `POST /admin/mailboxes/{id}/removal`.
pub async fn remove(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, now) = (MailboxId(id.into_inner()), Ts(web.clock.now()));
    web.db.write(move |tx| mailboxes::remove(tx, &signed.actor, id, now)).await?;
    Ok(see_other("/admin/mailboxes"))
}

/// `POST /admin/mailboxes/{id}/tests`.
pub async fn test(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, now, blobs) = (MailboxId(id.into_inner()), Ts(web.clock.now()), web.db.blobs().clone());
    let asker = signed.clone();
    let sent = web.db.write(move |tx| mailboxes::start_test(tx, &asker.actor, &blobs, id, now)).await;
    match sent {
        Ok(_) => Ok(see_other(&format!("/admin/mailboxes/{id}#test"))),
        Err(Error::Invalid(problems)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show(&web, &signed, Shown { id: Some(id), status, form: None, problems, saved: String::new() })
                .await
        }
        Err(error) => Err(error.into()),
    }
}
