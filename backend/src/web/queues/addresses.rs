//! What becomes of mail to the addresses of a queue, and what others make of mail from them. Asked when somebody opens
//! the page, and answered within two seconds.

use actix_web::web::{Data, Path};
use jiff::Timestamp;
use serde::Serialize;

use super::address;
use crate::db::QueueId;
use crate::i18n::Language;
use crate::ops::addresses::{self, Look, Record, Weight};
use crate::queues;
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;

#[derive(Serialize)]
struct AddressesView {
    url: String,
    name: String,
    /// So many mails were looked through.
    newest: i64,
    addresses: Vec<AddressRow>,
    domains: Vec<DomainView>,
}

#[derive(Serialize)]
struct AddressRow {
    address: String,
    colour: &'static str,
    word: String,
    /// By which ways mail to it comes in; sentences.
    ways: Vec<String>,
    /// When a mail came to it last.
    last: Option<Timestamp>,
}

#[derive(Serialize)]
struct DomainView {
    name: String,
    records: Vec<RecordRow>,
}

#[derive(Serialize)]
struct RecordRow {
    kind: String,
    colour: &'static str,
    word: String,
    at: String,
    found: Vec<String>,
    means: String,
    add: String,
}

/// `GET /admin/queues/{id}/addresses`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = QueueId(id.into_inner());
    let look = addresses::look(&web.db, &web.config, &signed.actor, id).await?;
    show(&web, &signed, "queues/addresses.html", move |conn, asker| {
        let language = &asker.reader.language;
        let view = AddressesView {
            url: address(id),
            name: queues::get(conn, id)?.name,
            newest: addresses::NEWEST,
            addresses: rows(&look, language),
            domains: look
                .domains
                .iter()
                .map(|domain| DomainView {
                    name: domain.name.clone(),
                    records: domain.records.iter().map(|record| row(record, language)).collect(),
                })
                .collect(),
        };
        Ok(Page::new("queues", view))
    })
    .await
}

fn rows(look: &Look, language: &Language) -> Vec<AddressRow> {
    let one = |reach: &addresses::Reach| {
        let mut ways: Vec<String> = reach
            .mailboxes
            .iter()
            .map(|mailbox| {
                let key = if mailbox.works { "reach-mailbox" } else { "reach-mailbox-fails" };
                language.tr_with(key, &[("name", &mailbox.name)])
            })
            .collect();
        if look.listens {
            ways.push(language.tr("reach-listener"));
        }
        let fetched = reach.mailboxes.iter().any(|mailbox| mailbox.works);
        let weight = match (fetched || (look.listens && reach.last.is_some()), look.listens) {
            (true, _) => Weight::Good,
            // Whether the server in front hands it in is seen once it does.
            (false, true) => Weight::Unknown,
            (false, false) => Weight::Bad,
        };
        if ways.is_empty() {
            ways.push(language.tr("reach-nothing"));
        }
        let (colour, word) = shown(weight, language);
        AddressRow { address: reach.address.clone(), colour, word, ways, last: reach.last.map(|at| at.0) }
    };
    look.addresses.iter().map(one).collect()
}

fn row(record: &Record, language: &Language) -> RecordRow {
    let (colour, word) = shown(record.weight, language);
    let means = match record.error.as_str() {
        "" => language.tr(&format!("dns-{}", record.means)),
        error => language.tr_with("dns-silent", &[("error", error)]),
    };
    RecordRow {
        kind: if record.kind == "relay" { language.tr("dns-relay") } else { record.kind.to_uppercase() },
        colour,
        word,
        at: record.at.clone(),
        found: record.found.clone(),
        means,
        add: record.add.clone(),
    }
}

fn shown(weight: Weight, language: &Language) -> (&'static str, String) {
    let colour = match weight {
        Weight::Good => "is-green",
        Weight::Warning => "is-amber",
        Weight::Bad => "is-red",
        Weight::Unknown => "is-line",
    };
    (colour, language.tr(&format!("weight-{}", weight.as_str())))
}
