//! Received mails: what became of each, and why. Needs the right to see the recorder.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    balance,
    body::Request,
    files::download,
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    views::instant,
};
use crate::{
    db::InboundId,
    desk::Desk,
    postmaster::{self, Inbound, InboundFilter},
};

/// Which mails.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// With or without angle brackets.
    message_id: Option<String>,
    /// The envelope's sender, in any case; empty is the null sender.
    envelope_from: Option<String>,
    /// What became of them.
    disposition: Option<String>,
    /// The way they came: smtp, lmtp, deliver, the name of a mailbox.
    source: Option<String>,
    /// Words of subject, addresses and Message-ID, or the number of a ticket.
    search: Option<String>,
    /// Received on this day, YYYY-MM-DD in the installation's zone.
    day: Option<String>,
    /// true: only those that a machine wrote.
    automatic: Option<bool>,
    /// true: only those that report on another mail.
    bounce: Option<bool>,
    /// How many, 1 to 200; 25 where missing.
    limit: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
}

/// A received mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Inbound)]
pub struct InboundView {
    /// Its key.
    pub id: String,
    /// When it came.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
    /// The envelope's recipients.
    pub envelope_to: Vec<String>,
    /// Where it came from.
    pub source: String,
    /// Without angle brackets.
    pub message_id: String,
    /// Its subject.
    pub subject: String,
    /// What became of it: new, follow_up, duplicate, ignored, quarantined; null until it is processed.
    pub disposition: Option<String>,
    /// The number of its ticket.
    pub ticket: Option<String>,
    /// Its article.
    pub article: Option<String>,
    /// Whether a machine wrote it.
    pub automatic: bool,
    /// Whether it reports on another mail.
    pub bounce: bool,
    /// `sent`, or why there was no automatic answer.
    pub auto_response: String,
    /// Whether it comes from whom it says.
    pub authentication: AuthenticationView,
    /// What happened, step by step.
    pub steps: Vec<StepView>,
    /// Its size in bytes.
    pub size: i64,
    /// How long it took to be processed, in microseconds.
    pub duration_us: i64,
    /// When its original was deleted because of its age.
    #[schema(format = DateTime)]
    pub forgotten_at: Option<String>,
}

/// Whether a mail comes from whom it says, in the words of RFC 8601: pass, fail, softfail, neutral, none, or unknown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Authentication)]
pub struct AuthenticationView {
    /// Whether the server that handed it in may send for the envelope's sender.
    pub spf: String,
    /// Whether a signature in it is valid.
    pub dkim: String,
    /// Whether one of both stands for the domain of From.
    pub dmarc: String,
    /// Whose word this is: the id of the server in front, `turnstone`, or empty where nobody looked.
    pub by: String,
    /// What it rests on, for people.
    pub detail: String,
}

impl From<mail_ingest::Authentication> for AuthenticationView {
    fn from(known: mail_ingest::Authentication) -> Self {
        let word = |verdict: mail_ingest::Verdict| verdict.to_string();
        Self {
            spf: word(known.spf),
            dkim: word(known.dkim),
            dmarc: word(known.dmarc),
            by: known.by,
            detail: known.detail,
        }
    }
}

/// One step of a mail's way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Step)]
pub struct StepView {
    /// Which step.
    pub step: String,
    /// What came out.
    pub result: String,
    /// Why.
    pub reason: String,
    /// How long it took, in microseconds.
    pub took_us: u64,
}

impl From<postmaster::Step> for StepView {
    fn from(step: postmaster::Step) -> Self {
        Self { step: step.step, result: step.result, reason: step.reason, took_us: step.took_us }
    }
}

/// What became of a mail, or would.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Fate)]
pub struct FateView {
    /// new, follow_up, duplicate, ignored, quarantined; null while it waits.
    pub disposition: Option<String>,
    /// The number of its ticket; `(next)` for one that would be opened.
    pub ticket: Option<String>,
    /// The queue of that ticket.
    pub queue: Option<String>,
    /// `sent`, or why there is no automatic answer.
    pub auto_response: String,
    /// Step by step.
    pub steps: Vec<StepView>,
}

impl From<postmaster::Fate> for FateView {
    fn from(fate: postmaster::Fate) -> Self {
        Self {
            disposition: fate.disposition.map(|word| word.to_string()),
            ticket: fate.ticket,
            queue: fate.queue,
            auto_response: fate.auto_response,
            steps: fate.steps.into_iter().map(StepView::from).collect(),
        }
    }
}

/// What became of a mail, and what would now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Preview)]
pub struct PreviewView {
    /// What happened.
    pub before: FateView,
    /// What would happen now.
    pub after: FateView,
    /// Whether the same would happen.
    pub same: bool,
}

fn view((mail, ticket): (Inbound, Option<String>)) -> InboundView {
    let steps = mail.steps().into_iter();
    InboundView {
        id: mail.id.to_string(),
        received_at: instant(mail.received_at),
        envelope_to: mail.recipients(),
        source: mail.way(),
        authentication: mail.authentication().into(),
        steps: steps.map(StepView::from).collect(),
        envelope_from: mail.envelope_from,
        message_id: mail.message_id,
        subject: mail.subject,
        disposition: mail.disposition.map(|word| word.to_string()),
        ticket,
        article: mail.article_id.map(|id| id.to_string()),
        automatic: mail.automatic,
        bounce: mail.bounce,
        auto_response: mail.auto_response,
        size: mail.size,
        duration_us: mail.duration_us,
        forgotten_at: mail.forgotten_at.map(instant),
    }
}

/// Received mails, the newest first.
#[utoipa::path(get, path = "/inbound", tag = "mail", params(Wish), responses((status = 200, body = List<InboundView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let day = balance::day(wish.day.as_deref())?;
    let received = day.and_then(|day| balance::span(day, &desk.config.time_zone));
    let list = desk
        .db
        .read(move |conn| {
            let filter = InboundFilter {
                message_id: wish.message_id,
                envelope_from: wish.envelope_from,
                disposition: wish
                    .disposition
                    .as_deref()
                    .map(|word| page::word("disposition", word))
                    .transpose()?,
                source: wish.source,
                received: received.map(|(_, from, to)| (from, to)),
                search: wish.search.unwrap_or_default(),
                automatic: wish.automatic.unwrap_or_default(),
                bounce: wish.bounce.unwrap_or_default(),
                ..InboundFilter::default()
            };
            let limit = page::limit(wish.limit.as_deref(), page::DEFAULT)?;
            let cursor = page::cursor(wish.cursor.as_deref())?;
            let (mails, next) = postmaster::page(conn, &caller.actor, &filter, cursor, limit)?;
            Ok(List { items: mails.into_iter().map(view).collect(), next: next.map(|id| id.to_string()) })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// One received mail.
#[utoipa::path(get, path = "/inbound/{id}", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = InboundView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let mail = desk.db.read(move |conn| postmaster::detail(conn, &caller.actor, page::key(&id)?)).await?;
    Ok(HttpResponse::Ok().json(view(mail)))
}

/// The mail as it came.
#[utoipa::path(get, path = "/inbound/{id}/raw", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, description = "The bytes, to be saved", content_type = "application/octet-stream")))]
pub async fn raw(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (blobs, name) = (desk.db.blobs().clone(), format!("mail-{id}.eml"));
    let read = move |conn: &mut crate::db::Conn| {
        let id: InboundId = page::key(&id)?;
        postmaster::raw(conn, &blobs, &caller.actor, id)
    };
    let bytes = desk.db.read(read).await?;
    Ok(download(&name, "application/octet-stream", bytes))
}

/// Processes a stored mail once more and shows what would come out. Nothing is written.
#[utoipa::path(post, path = "/inbound/{id}/previews", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = PreviewView)))]
pub async fn preview(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let found = postmaster::preview(&desk, caller.actor.clone(), page::key(&id)?).await?;
    let same = found.is_same();
    let shown = PreviewView { before: found.before.into(), after: found.after.into(), same };
    Ok(HttpResponse::Ok().json(shown))
}

/// Lets a mail be processed once more that became nothing: one in quarantine, or one that was ignored.
#[utoipa::path(post, path = "/inbound/{id}/retry", tag = "mail", params(("id" = String, Path)),
    responses((status = 201, body = InboundView)))]
pub async fn retry(desk: Data<Desk>, caller: Caller, id: Path<String>, request: Request) -> Answer {
    let id: InboundId = page::key(&id)?;
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            postmaster::retry(tx, &asker.actor, id, now)?;
            Ok(view(postmaster::detail(tx, &asker.actor, id)?))
        })
        .await
}

/// Processes a mail once more that a postmaster filter ignored or put into quarantine; this time none does.
#[utoipa::path(post, path = "/inbound/{id}/let-in", tag = "mail", params(("id" = String, Path)),
    responses((status = 201, body = InboundView)))]
pub async fn let_in(desk: Data<Desk>, caller: Caller, id: Path<String>, request: Request) -> Answer {
    let id: InboundId = page::key(&id)?;
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            postmaster::let_in(tx, &asker.actor, id, now)?;
            Ok(view(postmaster::detail(tx, &asker.actor, id)?))
        })
        .await
}
