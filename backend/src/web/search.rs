//! Search: words or a ticket number, in all that one may read.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::gate::Signed;
use super::page::{Page, show};
use super::state::Web;
use super::text::escape;
use super::tickets::list::subject;
use super::view::StateView;
use crate::error::Error;
use crate::queues;
use crate::search;

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct SearchView {
    q: String,
    error: String,
    hits: Vec<HitView>,
}

#[derive(Serialize)]
struct HitView {
    url: String,
    number: String,
    subject: String,
    state: StateView,
    /// Markup made here from escaped text.
    excerpt: String,
    who: String,
    queue: String,
    updated: jiff::Timestamp,
}

/// `GET /search?q=`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let q = wish.into_inner().q;
    show(&web, &signed, "search/page.html", move |conn, asker| {
        let (found, error) = match search::find(conn, &asker.actor, &q) {
            Ok(found) => (found, String::new()),
            Err(Error::Invalid(_)) => (Vec::new(), asker.reader.language.tr("search-too-long")),
            Err(error) => return Err(error),
        };
        let all = queues::all(conn)?;
        let hits = found
            .iter()
            .map(|hit| HitView {
                url: format!("/tickets/{}", hit.ticket.number),
                number: hit.ticket.number.clone(),
                subject: subject(&hit.ticket, &asker.reader),
                state: StateView::of(hit.ticket.state, &asker.reader.language),
                excerpt: marked(&hit.excerpt),
                who: if hit.ticket.customer_name.is_empty() {
                    &hit.ticket.customer_address
                } else {
                    &hit.ticket.customer_name
                }
                .clone(),
                queue: all
                    .iter()
                    .find(|q| q.id == hit.ticket.queue_id)
                    .map_or_else(String::new, |q| q.name.clone()),
                updated: hit.ticket.updated_at.0,
            })
            .collect();
        Ok(Page::new("search", SearchView { q, error, hits }))
    })
    .await
}

// The index marks hits with two private characters, which a mail could also contain: both become plain tags that are
// balanced by counting.
fn marked(excerpt: &str) -> String {
    let mut html = String::new();
    let mut open = false;
    for part in escape(excerpt).split_inclusive(['\u{e000}', '\u{e001}']) {
        let text = part.trim_end_matches(['\u{e000}', '\u{e001}']);
        html.push_str(text);
        match (part.ends_with('\u{e000}'), part.ends_with('\u{e001}'), open) {
            (true, _, false) => html.push_str("<mark>"),
            (_, true, true) => html.push_str("</mark>"),
            _ => continue,
        }
        open = !open;
    }
    if open {
        html.push_str("</mark>");
    }
    html
}
