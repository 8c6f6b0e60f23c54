//! The mail recorder: every mail that reached us, what it became and why, and those that wait in quarantine.

use actix_web::web::{Data, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::files::download;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show};
use super::state::Web;
use super::tickets::acts::Nothing;
use super::view::Tab;
use crate::db::{Conn, Disposition, InboundId, InboundStatus, Ts};
use crate::error::Result;
use crate::postmaster::{self as view, Inbound, InboundFilter};

/// How many mails a page shows.
const SHOWN: i64 = 50;
/// How much of a raw mail the page shows, in bytes.
const RAW: usize = 64 * 1024;

/// Which mails, from where on.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    show: String,
    cursor: Option<i64>,
}

#[derive(Serialize)]
struct ListView {
    quarantine: Vec<Waiting>,
    filters: Vec<Tab>,
    mails: Vec<MailRow>,
    next_url: Option<String>,
}

#[derive(Serialize)]
struct Waiting {
    subject: String,
    sender: String,
    at: Timestamp,
    size: i64,
    reason: String,
    url: String,
}

#[derive(Serialize)]
struct MailRow {
    at: Timestamp,
    icon: &'static str,
    colour: &'static str,
    subject: String,
    sender: String,
    url: String,
    ticket: Option<String>,
    result: String,
    why: String,
}

const FILTERS: [(&str, &str); 4] = [
    ("", "recorder-all"),
    ("new", "recorder-new"),
    ("follow_up", "recorder-follow-up"),
    ("quarantined", "recorder-quarantined"),
];

/// `GET /admin/mail`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "recorder/list.html", move |conn, asker| load(conn, asker, &wish)).await
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<Page<ListView>> {
    let filter = InboundFilter {
        quarantined: wish.show == "quarantined",
        disposition: match wish.show.as_str() {
            "new" => Some(Disposition::New),
            "follow_up" => Some(Disposition::FollowUp),
            _ => None,
        },
        ..InboundFilter::default()
    };
    let (mails, next) = view::page(conn, &asker.actor, &filter, wish.cursor.map(InboundId), SHOWN)?;
    let aside = InboundFilter { quarantined: true, ..InboundFilter::default() };
    let (waiting, _) = view::page(conn, &asker.actor, &aside, None, SHOWN)?;
    let address = |show: &str| {
        if show.is_empty() { "/admin/mail".to_owned() } else { format!("/admin/mail?show={show}") }
    };
    let language = &asker.reader.language;
    let view = ListView {
        quarantine: waiting
            .iter()
            .map(|(mail, _)| Waiting {
                subject: subject(mail, asker),
                sender: sender(mail, asker),
                at: mail.received_at.0,
                size: mail.size,
                reason: why(mail),
                url: format!("/admin/mail/{}", mail.id),
            })
            .collect(),
        filters: FILTERS
            .iter()
            .map(|(show, key)| Tab {
                url: address(show),
                label: language.tr(key),
                current: *show == wish.show,
            })
            .collect(),
        mails: mails.iter().map(|(mail, ticket)| row(mail, ticket.as_ref(), asker)).collect(),
        next_url: next.map(|id| format!("/admin/mail?show={}&cursor={id}", wish.show)),
    };
    Ok(Page::new("recorder", view))
}

fn row(mail: &Inbound, ticket: Option<&String>, asker: &Asker) -> MailRow {
    let (icon, colour) = match mail.disposition {
        Some(Disposition::New) => ("plus", "c-green"),
        Some(Disposition::FollowUp) if mail.bounce => ("refresh", "c-red"),
        Some(Disposition::FollowUp) => ("reply", "c-brand"),
        Some(Disposition::Duplicate) => ("merge", ""),
        Some(Disposition::Ignored) => ("close", ""),
        Some(Disposition::Quarantined) => ("warning", "c-red"),
        None => ("clock", ""),
    };
    MailRow {
        at: mail.received_at.0,
        icon,
        colour,
        subject: subject(mail, asker),
        sender: sender(mail, asker),
        url: format!("/admin/mail/{}", mail.id),
        ticket: ticket.cloned(),
        result: result(mail, ticket, asker),
        why: why(mail),
    }
}

fn subject(mail: &Inbound, asker: &Asker) -> String {
    if mail.subject.trim().is_empty() { asker.reader.language.tr("no-subject") } else { mail.subject.clone() }
}

fn sender(mail: &Inbound, asker: &Asker) -> String {
    match (mail.sender.as_str(), mail.envelope_from.as_str()) {
        ("", "") => asker.reader.language.tr("sender-null"),
        ("", envelope) => envelope.to_owned(),
        (sender, _) => sender.to_owned(),
    }
}

fn result(mail: &Inbound, ticket: Option<&String>, asker: &Asker) -> String {
    let key = mail.disposition.map_or_else(|| "none".to_owned(), |disposition| disposition.to_string());
    let number = ticket.map_or("", String::as_str);
    asker.reader.language.tr_with(&format!("disposition-{key}"), &[("ticket", number)])
}

// The step that decided: of an answer the match, of a new ticket the queue, else the last one that gave a reason.
fn why(mail: &Inbound) -> String {
    let decisive = match mail.disposition {
        Some(Disposition::FollowUp) => "match",
        Some(Disposition::New) => "queue",
        Some(Disposition::Duplicate) => "duplicate",
        _ => "",
    };
    let steps = mail.steps();
    if let Some(step) = steps.iter().find(|step| step.step == decisive && !step.reason.is_empty()) {
        return step.reason.clone();
    }
    mail.steps()
        .into_iter()
        .rev()
        .map(|step| step.reason)
        .find(|reason| !reason.is_empty())
        .unwrap_or_default()
}

#[derive(Serialize)]
struct MailView {
    mail: MailFacts,
    steps: Vec<StepView>,
    raw: String,
    raw_cut: bool,
}

#[derive(Serialize)]
struct MailFacts {
    id: i64,
    url: String,
    subject: String,
    sender: String,
    at: Timestamp,
    size: i64,
    ticket: Option<String>,
    quarantined: bool,
    reason: String,
    result: String,
    source: String,
    envelope_from: String,
    recipients: String,
    message_id: String,
    auto_response: String,
}

#[derive(Serialize)]
struct StepView {
    step: String,
    result: String,
    reason: String,
}

/// `GET /admin/mail/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let (id, state) = (InboundId(id.into_inner()), web.clone());
    show(&web, &signed, "recorder/mail.html", move |conn, asker| {
        let (mail, ticket) = view::detail(conn, &asker.actor, id)?;
        let bytes = view::raw(conn, state.db.blobs(), &asker.actor, id)?;
        let shown = bytes.get(..RAW).unwrap_or(&bytes);
        let steps = mail.steps().into_iter().map(|step| StepView {
            step: step.step,
            result: step.result,
            reason: step.reason,
        });
        let facts = MailFacts {
            id: id.0,
            url: format!("/admin/mail/{id}"),
            subject: subject(&mail, asker),
            sender: sender(&mail, asker),
            at: mail.received_at.0,
            size: mail.size,
            quarantined: mail.status == InboundStatus::Quarantined,
            reason: why(&mail),
            result: result(&mail, ticket.as_ref(), asker),
            ticket,
            source: mail.way(),
            envelope_from: format!("<{}>", mail.envelope_from),
            recipients: mail.recipients().join(", "),
            message_id: mail.message_id.clone(),
            auto_response: mail.auto_response.clone(),
        };
        let raw = String::from_utf8_lossy(shown).into_owned();
        let view = MailView { mail: facts, steps: steps.collect(), raw, raw_cut: bytes.len() > shown.len() };
        Ok(Page::new("recorder", view))
    })
    .await
}

/// `GET /admin/mail/{id}/raw`.
pub async fn raw(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let (id, state) = (InboundId(id.into_inner()), web.clone());
    let bytes = web.db.read(move |conn| view::raw(conn, state.db.blobs(), &signed.actor, id)).await?;
    Ok(download(&format!("mail-{id}.eml"), "message/rfc822", bytes))
}

/// `POST /admin/mail/{id}/retry`.
pub async fn retry(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, now) = (InboundId(id.into_inner()), Ts(web.clock.now()));
    web.db.write(move |tx| view::retry(tx, &signed.actor, id, now)).await?;
    Ok(see_other(&format!("/admin/mail/{id}")))
}
