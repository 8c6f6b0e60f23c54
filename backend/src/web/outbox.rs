//! The outbox: every mail that leaves us, and where it stands.

use actix_web::web::{Data, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::gate::{Asker, Signed};
use super::page::{Page, show};
use super::state::Web;
use super::view::Tab;
use crate::db::{Conn, Delivery, OutboxId};
use crate::error::Result;
use crate::notify;
use crate::outbox::{self, Listed};

/// How many mails a page shows.
const SHOWN: i64 = 50;

/// In which state, from where on.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    show: String,
    cursor: Option<i64>,
}

#[derive(Serialize)]
struct OutboxView {
    filters: Vec<Tab>,
    mails: Vec<MailRow>,
    next_url: Option<String>,
}

#[derive(Serialize)]
struct MailRow {
    url: String,
    number: Option<String>,
    subject: String,
    to: String,
    kind: String,
    state: String,
    colour: &'static str,
    error: String,
    at: Timestamp,
}

const FILTERS: [&str; 6] = ["", "due", "deferred", "uncertain", "failed", "bounced"];

/// `GET /admin/outbox`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "outbox/list.html", move |conn, asker| load(conn, asker, &wish)).await
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<Page<OutboxView>> {
    let language = &asker.reader.language;
    let state: Option<Delivery> = wish.show.parse().ok();
    let (mails, next) = outbox::page(conn, &asker.actor, state, wish.cursor.map(OutboxId), SHOWN)?;
    let filters = FILTERS
        .iter()
        .map(|show| Tab {
            url: if show.is_empty() {
                "/admin/outbox".to_owned()
            } else {
                format!("/admin/outbox?show={show}")
            },
            label: language.tr(&if show.is_empty() {
                "outbox-all".to_owned()
            } else {
                format!("delivery-{show}")
            }),
            current: *show == wish.show,
            n: None,
        })
        .collect();
    let view = OutboxView {
        filters,
        mails: mails.iter().map(|mail| row(mail, asker)).collect(),
        next_url: next.map(|id| format!("/admin/outbox?show={}&cursor={id}", wish.show)),
    };
    Ok(Page::new("outbox", view))
}

fn row(listed: &Listed, asker: &Asker) -> MailRow {
    let language = &asker.reader.language;
    let mail = &listed.mail;
    let link = listed.ticket.as_ref().filter(|_| listed.readable);
    let anchor = mail.article_id.map_or_else(String::new, |id| format!("#a-{id}"));
    MailRow {
        url: link.map_or_else(String::new, |number| format!("/tickets/{number}{anchor}")),
        number: listed.ticket.clone(),
        subject: listed.subject.clone().unwrap_or_else(|| language.tr(nameless(listed))),
        to: mail.recipients().join(", "),
        kind: language.tr(&format!("outbox-kind-{}", mail.kind)),
        state: language.tr(&format!("delivery-{}", mail.state)),
        colour: match mail.state {
            Delivery::Sent => "is-green",
            Delivery::Failed | Delivery::Bounced => "is-red",
            Delivery::Deferred | Delivery::Uncertain => "is-amber",
            Delivery::Held | Delivery::Due | Delivery::Sending | Delivery::Cancelled => "",
        },
        error: mail.error.clone(),
        at: mail.sent_at.unwrap_or(mail.created_at).0,
    }
}

// What a mail is called whose subject is written when it is sent, or is not for this reader.
fn nameless(listed: &Listed) -> &'static str {
    match (listed.mail.event.as_str(), &listed.ticket) {
        (notify::gathering::EVENT, _) => "outbox-of-digest",
        (notify::security::EVENT, _) => "outbox-of-security",
        (_, Some(_)) if !listed.readable => "outbox-of-another",
        _ => "no-subject",
    }
}
