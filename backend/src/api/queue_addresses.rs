//! The addresses of a queue from outside. Needs the right to manage queues and mail.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{gate::Caller, page, problem::Answer};
use crate::{
    db::QueueId,
    desk::Desk,
    i18n::Language,
    ops::addresses::{self, Record},
};

/// What was found out about the addresses of a queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = QueueAddresses)]
pub struct LookView {
    /// Each address.
    pub addresses: Vec<ReachView>,
    /// Whether a mail server can hand in mail by SMTP or LMTP.
    pub listener: bool,
    /// Each of their domains.
    pub domains: Vec<DomainView>,
}

/// How mail to an address reaches us.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReachView {
    /// The address.
    pub address: String,
    /// Mailboxes that are fetched from and bear it.
    pub mailboxes: Vec<FetchedView>,
    /// When a mail came to it last, as far as the newest 5,000 mails tell, RFC 3339.
    pub last_mail_at: Option<String>,
}

/// A mailbox that bears an address.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FetchedView {
    /// Its name.
    pub name: String,
    /// Whether it was looked into the last time that it was tried.
    pub works: bool,
}

/// A domain.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DomainView {
    /// Its name.
    pub domain: String,
    /// MX, SPF, whether that covers the relay, DKIM and DMARC, in this order.
    pub records: Vec<RecordView>,
}

/// What is published of one kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordView {
    /// mx, spf, relay, dkim, dmarc.
    pub kind: String,
    /// good, warning, bad, unknown.
    pub weight: String,
    /// Where it stands, or should.
    pub name: String,
    /// What stands there, word for word.
    pub found: Vec<String>,
    /// What it means, in English.
    pub means: String,
    /// What to publish, as a line of a zone; empty where nothing has to be added.
    pub add: String,
}

fn record(record: &Record, english: &Language) -> RecordView {
    let means = match record.error.as_str() {
        "" => english.tr(&format!("dns-{}", record.means)),
        error => english.tr_with("dns-silent", &[("error", error)]),
    };
    RecordView {
        kind: record.kind.to_owned(),
        weight: record.weight.as_str().to_owned(),
        name: record.at.clone(),
        found: record.found.clone(),
        means,
        add: record.add.clone(),
    }
}

/// Whether mail to a queue's addresses reaches us, and what the DNS says of mail from them: asked now, within two seconds.
#[utoipa::path(get, path = "/queues/{id}/addresses", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = LookView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: QueueId = page::key(&id)?;
    let look = addresses::look(&desk.db, &desk.config, &caller.actor, id).await?;
    let english = Language::english();
    let fetched =
        |mailbox: &addresses::Fetched| FetchedView { name: mailbox.name.clone(), works: mailbox.works };
    let view = LookView {
        addresses: look
            .addresses
            .iter()
            .map(|reach| ReachView {
                address: reach.address.clone(),
                mailboxes: reach.mailboxes.iter().map(fetched).collect(),
                last_mail_at: reach.last.map(|at| at.0.to_string()),
            })
            .collect(),
        listener: look.listens,
        domains: look
            .domains
            .iter()
            .map(|domain| DomainView {
                domain: domain.name.clone(),
                records: domain.records.iter().map(|one| record(one, &english)).collect(),
            })
            .collect(),
    };
    Ok(HttpResponse::Ok().json(view))
}
