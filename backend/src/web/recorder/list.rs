//! The list of received mails: searched and filtered by what the address says, the newest first.

use actix_web::web::{Data, Query};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use super::{StepView, result, sender, span, steps, subject, why};
use crate::db::{Conn, Disposition, InboundId};
use crate::error::Result;
use crate::postmaster::{self, Inbound, InboundFilter};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::view::{Choice, Tab};

/// How many mails a page shows.
const SHOWN: i64 = 50;

/// Which mails, from where on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Words, an address, a Message-ID or a ticket's number.
    q: String,
    /// What became of them.
    show: String,
    /// The way they came.
    source: String,
    /// `YYYY-MM-DD` in the reader's zone.
    day: String,
    /// `automatic`, `bounce`.
    kind: String,
    cursor: Option<i64>,
}

impl Wish {
    /// The address of the same list with other filters or another page.
    fn address(&self, show: &str, cursor: Option<InboundId>) -> String {
        let mut query = Serializer::new(String::new());
        let cursor = cursor.map(|id| id.to_string()).unwrap_or_default();
        let all = [
            ("q", self.q.trim()),
            ("show", show),
            ("source", &self.source),
            ("day", &self.day),
            ("kind", &self.kind),
            ("cursor", &cursor),
        ];
        for (name, value) in all.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { "/admin/mail".to_owned() } else { format!("/admin/mail?{query}") }
    }

    fn is_narrow(&self) -> bool {
        [&self.q, &self.source, &self.day, &self.kind].iter().any(|value| !value.trim().is_empty())
    }
}

#[derive(Serialize)]
struct ListView {
    quarantine: Vec<Waiting>,
    filters: Vec<Tab>,
    wish: WishView,
    mails: Vec<MailRow>,
    first_url: Option<String>,
    next_url: Option<String>,
}

#[derive(Serialize)]
struct WishView {
    q: String,
    show: String,
    day: String,
    /// What is wrong with the day.
    day_error: String,
    sources: Vec<Choice>,
    kinds: Vec<Choice>,
    narrow: bool,
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
    id: i64,
    message_id: String,
    steps: Vec<StepView>,
}

const FILTERS: [(&str, &str); 7] = [
    ("", "recorder-all"),
    ("new", "recorder-new"),
    ("follow_up", "recorder-follow-up"),
    ("duplicate", "recorder-duplicate"),
    ("ignored", "recorder-ignored"),
    ("quarantined", "recorder-quarantined"),
    ("waiting", "recorder-waiting"),
];
const KINDS: [(&str, &str); 3] =
    [("", "recorder-kind-any"), ("automatic", "recorder-kind-automatic"), ("bounce", "recorder-kind-bounce")];

/// `GET /admin/mail`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "recorder/list.html", move |conn, asker| load(conn, asker, &wish)).await
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<Page<ListView>> {
    let language = &asker.reader.language;
    let day: Option<Date> = wish.day.trim().parse().ok();
    let received = day.and_then(|day| span(&asker.reader, day));
    let day_error = if wish.day.trim().is_empty() || received.is_some() {
        String::new()
    } else {
        language.tr("recorder-day-wrong")
    };
    let filter = InboundFilter {
        quarantined: wish.show == "quarantined",
        waiting: wish.show == "waiting",
        disposition: wish.show.parse().ok().filter(|known| *known != Disposition::Quarantined),
        source: Some(wish.source.replace('\0', "")).filter(|source| !source.is_empty()),
        received,
        automatic: wish.kind == "automatic",
        bounce: wish.kind == "bounce",
        search: wish.q.clone(),
        ..InboundFilter::default()
    };
    let (mails, next) = postmaster::page(conn, &asker.actor, &filter, wish.cursor.map(InboundId), SHOWN)?;
    let sources = postmaster::sources(conn, &asker.actor)?;
    let any = Choice::new("", language.tr("recorder-any-source"), wish.source.is_empty());
    let known = sources.iter().map(|source| Choice::new(source, source, *source == wish.source));
    let view = ListView {
        quarantine: quarantine(conn, asker)?,
        filters: FILTERS
            .iter()
            .map(|(show, key)| Tab {
                url: wish.address(show, None),
                label: language.tr(key),
                current: *show == wish.show,
                n: None,
            })
            .collect(),
        wish: WishView {
            q: wish.q.clone(),
            show: wish.show.clone(),
            day: wish.day.clone(),
            day_error,
            sources: std::iter::once(any).chain(known).collect(),
            kinds: KINDS
                .iter()
                .map(|(kind, key)| Choice::new(*kind, language.tr(key), *kind == wish.kind))
                .collect(),
            narrow: wish.is_narrow(),
        },
        mails: mails.iter().map(|(mail, ticket)| row(mail, ticket.as_ref(), asker)).collect(),
        first_url: wish.cursor.map(|_| wish.address(&wish.show, None)),
        next_url: next.map(|id| wish.address(&wish.show, Some(id))),
    };
    Ok(Page::new("recorder", view))
}

fn quarantine(conn: &mut Conn, asker: &Asker) -> Result<Vec<Waiting>> {
    let aside = InboundFilter { quarantined: true, ..InboundFilter::default() };
    let (waiting, _) = postmaster::page(conn, &asker.actor, &aside, None, SHOWN)?;
    let row = |(mail, _): &(Inbound, Option<String>)| Waiting {
        subject: subject(mail, asker),
        sender: sender(mail, asker),
        at: mail.received_at.0,
        size: mail.size,
        reason: why(mail),
        url: format!("/admin/mail/{}", mail.id),
    };
    Ok(waiting.iter().map(row).collect())
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
        result: result(mail.disposition, ticket.map(String::as_str), asker),
        why: why(mail),
        id: mail.id.0,
        message_id: mail.message_id.clone(),
        steps: steps(mail, asker),
    }
}
