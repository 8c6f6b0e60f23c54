//! One received mail: its envelope, its origin, every step with its reason, and its source.

use actix_web::web::{Data, Path};
use jiff::Timestamp;
use serde::Serialize;

use mail_ingest::Verdict;

use super::{StepView, milliseconds, raw::visible, result, sender, steps, subject, why};
use crate::db::{InboundId, InboundStatus, Ts};
use crate::postmaster::{self, Inbound};
use crate::web::failure::Answer;
use crate::web::files::download;
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;

/// How much of a raw mail the page shows, in bytes.
const RAW: usize = 64 * 1024;

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
    may_run_again: bool,
    /// A rule put it aside.
    by_rule: bool,
    forgotten_at: Option<Timestamp>,
    reason: String,
    result: String,
    source: String,
    peer: String,
    helo: String,
    envelope_from: String,
    recipients: String,
    message_id: String,
    auto_response: String,
    took: String,
    origin: Vec<OriginView>,
    origin_by: String,
    origin_detail: String,
}

#[derive(Serialize)]
struct OriginView {
    method: &'static str,
    word: &'static str,
    colour: &'static str,
}

/// `GET /admin/mail/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let (id, state) = (InboundId(id.into_inner()), web.clone());
    show(&web, &signed, "recorder/mail.html", move |conn, asker| {
        let (mail, ticket) = postmaster::detail(conn, &asker.actor, id)?;
        let bytes = match mail.forgotten_at {
            Some(_) => Vec::new(),
            None => postmaster::raw(conn, state.db.blobs(), &asker.actor, id)?,
        };
        let shown = bytes.get(..RAW).unwrap_or(&bytes);
        let view = MailView {
            steps: steps(&mail, asker),
            raw: visible(shown),
            raw_cut: bytes.len() > shown.len(),
            mail: facts(&mail, ticket, asker),
        };
        Ok(Page::new("recorder", view))
    })
    .await
}

fn facts(mail: &Inbound, ticket: Option<String>, asker: &Asker) -> MailFacts {
    let origin = mail.authentication();
    MailFacts {
        id: mail.id.0,
        url: format!("/admin/mail/{}", mail.id),
        subject: subject(mail, asker),
        sender: sender(mail, asker),
        at: mail.received_at.0,
        size: mail.size,
        quarantined: mail.status == InboundStatus::Quarantined,
        may_run_again: mail.may_run_again(),
        by_rule: mail.is_aside_by_rule(),
        forgotten_at: mail.forgotten_at.map(|at| at.0),
        reason: why(mail),
        result: result(mail.disposition, ticket.as_deref(), asker),
        ticket,
        source: mail.source.clone(),
        peer: mail.peer.clone(),
        helo: mail.helo.clone(),
        envelope_from: format!("<{}>", mail.envelope_from),
        recipients: mail.recipients().join(", "),
        message_id: mail.message_id.clone(),
        auto_response: mail.auto_response.clone(),
        took: milliseconds(mail.duration_us.unsigned_abs(), asker),
        origin: [("SPF", origin.spf), ("DKIM", origin.dkim), ("DMARC", origin.dmarc)]
            .map(|(method, verdict)| OriginView { method, word: verdict.as_str(), colour: colour(verdict) })
            .into(),
        origin_by: origin.by,
        origin_detail: origin.detail,
    }
}

fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "is-green",
        Verdict::Fail => "is-red",
        Verdict::SoftFail => "is-amber",
        Verdict::Neutral | Verdict::None | Verdict::Unknown => "",
    }
}

/// `GET /admin/mail/{id}/raw`.
pub async fn raw(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let (id, state) = (InboundId(id.into_inner()), web.clone());
    let bytes = web.db.read(move |conn| postmaster::raw(conn, state.db.blobs(), &signed.actor, id)).await?;
    Ok(download(&format!("mail-{id}.eml"), "message/rfc822", bytes))
}

/// `POST /admin/mail/{id}/retry`.
pub async fn retry(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, now) = (InboundId(id.into_inner()), Ts(web.clock.now()));
    web.db.write(move |tx| postmaster::retry(tx, &signed.actor, id, now)).await?;
    Ok(see_other(&format!("/admin/mail/{id}")))
}

/// `POST /admin/mail/{id}/let-in`.
pub async fn let_in(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, now) = (InboundId(id.into_inner()), Ts(web.clock.now()));
    web.db.write(move |tx| postmaster::let_in(tx, &signed.actor, id, now)).await?;
    Ok(see_other(&format!("/admin/mail/{id}")))
}
