//! A ticket on paper, and all that happened to it as a table.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::acts::ticket_page;
use super::history::{self, Line};
use super::list::subject;
use crate::access;
use crate::db::{AgentId, Sender};
use crate::queues;
use crate::tickets::{acts, view};
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::text::{Segment, segments};
use crate::web::view::{PriorityView, StateView};

#[derive(Serialize)]
struct HistoryView {
    number: String,
    url: String,
    subject: String,
    lines: Vec<Line>,
}

/// `GET /tickets/{number}/history`: each change with what was before and after, who did it, and why.
pub async fn history(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    let number = number.into_inner();
    show(&web, &signed, "tickets/history.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        let events = view::history(conn, &access)?;
        let names = view::agents_in(conn, &events)?;
        let ticket = access.ticket();
        let view = HistoryView {
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            subject: subject(ticket, &asker.reader),
            lines: history::lines(&events, &names, asker, &acts::of(conn, &access)?),
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}

/// What is on the paper.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    /// `all`: also what only agents see.
    #[serde(default)]
    with: String,
}

#[derive(Serialize)]
struct PaperView {
    number: String,
    url: String,
    subject: String,
    queue: String,
    state: StateView,
    priority: PriorityView,
    owner: String,
    customer: String,
    address: String,
    tags: Vec<String>,
    opened: jiff::Timestamp,
    printed: jiff::Timestamp,
    internal: bool,
    hidden: usize,
    articles: Vec<Sheet>,
}

#[derive(Serialize)]
struct Sheet {
    who: String,
    to: String,
    subject: String,
    at: jiff::Timestamp,
    internal: bool,
    text: Vec<Segment>,
    files: Vec<String>,
}

/// `GET /tickets/{number}/printout`: the conversation without anything around it, nothing folded. What only agents see
/// is on it when it is asked for: paper travels.
pub async fn printout(web: Data<Web>, signed: Signed, number: Path<String>, wish: Query<Wish>) -> Answer {
    let (number, internal) = (number.into_inner(), wish.with == "all");
    show(&web, &signed, "tickets/printout.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        let ticket = access.ticket();
        let written = view::articles(conn, &access)?;
        let mut files = view::attachments(conn, &written)?;
        let own: Vec<AgentId> = ticket.owner_id.into_iter().collect();
        let owner = view::agents(conn, &own)?.into_values().next().map(|(_, name)| name);
        let shown = |article: &&crate::tickets::Article| internal || article.visible;
        let hidden = written.iter().filter(|article| !shown(article)).count();
        let articles = written
            .iter()
            .filter(shown)
            .map(|article| {
                let to = article.recipients().to;
                let named = !article.from_name.is_empty();
                Sheet {
                    who: match article.sender {
                        Sender::System => asker.reader.language.tr("actor-system"),
                        _ if named => format!("{} <{}>", article.from_name, article.from_address),
                        _ => article.from_address.clone(),
                    },
                    to: to.iter().map(|person| person.address.clone()).collect::<Vec<_>>().join(", "),
                    subject: article.subject.clone(),
                    at: article.created_at.0,
                    internal: !article.visible,
                    text: segments(&article.body_text),
                    files: files
                        .remove(&article.id)
                        .unwrap_or_default()
                        .into_iter()
                        .filter(|file| !file.inline)
                        .map(|file| file.name)
                        .collect(),
                }
            })
            .collect();
        let view = PaperView {
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            subject: subject(ticket, &asker.reader),
            queue: queues::get(conn, ticket.queue_id)?.name,
            state: StateView::of(ticket.status(), &asker.reader),
            priority: PriorityView::of(ticket.priority, &asker.reader),
            owner: owner.unwrap_or_else(|| asker.reader.language.tr("nobody")),
            customer: ticket.customer_name.clone(),
            address: ticket.customer_address.clone(),
            tags: view::tags(conn, ticket.id)?,
            opened: ticket.created_at.0,
            printed: asker.reader.now,
            internal,
            hidden,
            articles,
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}
