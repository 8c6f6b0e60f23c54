//! Merging two tickets: finding the other one, looking at both, and undoing it.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::list::subject;
use crate::access::{self, Read, TicketAccess};
use crate::db::{ArticleId, Conn, Right, State};
use crate::error::{Error, Result, say};
use crate::tickets::list::Filter;
use crate::tickets::{Article, Ticket, merge, unmerge, view};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;
use crate::web::view::{Face, StateView};
use crate::{queues, search};

/// So many of a ticket's last articles are shown before it is merged.
const SHOWN: usize = 3;
/// So much of each, in characters.
const EXCERPT: usize = 280;

/// What is looked for, or was chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    q: String,
    into: String,
}

#[derive(Serialize)]
struct NewView {
    ticket: Side,
    q: String,
    error: String,
    found: Vec<Candidate>,
    /// Those of the same customer, before anything is looked for.
    suggested: bool,
    other: Option<Side>,
    two_customers: bool,
}

/// One of the two tickets.
#[derive(Serialize)]
struct Side {
    number: String,
    url: String,
    subject: String,
    queue: String,
    state: StateView,
    face: Face,
    address: String,
    messages: i32,
    last: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    id: i64,
    who: String,
    at: jiff::Timestamp,
    text: String,
}

/// A ticket to choose.
#[derive(Serialize)]
pub(super) struct Candidate {
    number: String,
    subject: String,
    who: String,
    state: StateView,
}

/// `GET /tickets/{number}/merges/new`: first a list to choose from, then both tickets side by side.
pub async fn new(web: Data<Web>, signed: Signed, number: Path<String>, wish: Query<Wish>) -> Answer {
    let (number, wish) = (number.into_inner(), wish.into_inner());
    show(&web, &signed, "tickets/merges/new.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        must_reply(&access)?;
        if access.ticket().state == State::Merged {
            return Err(Error::Conflict(say!("refused-merged")));
        }
        let (other, error) = other(conn, asker, &access, &wish)?;
        let suggested = wish.q.trim().is_empty() && other.is_none();
        let found = match &other {
            None => candidates(conn, asker, &access, &wish.q)?,
            Some(_) => Vec::new(),
        };
        let mine = access.ticket();
        let two_customers =
            other.as_ref().is_some_and(|(other, _)| other.ticket().customer_address != mine.customer_address);
        let other = match other {
            Some((other, articles)) => Some(side(conn, asker, &other, &articles)?),
            None => None,
        };
        let articles = view::articles(conn, &access)?;
        let view = NewView {
            ticket: side(conn, asker, &access, &articles)?,
            q: wish.q.clone(),
            error,
            found,
            suggested,
            other,
            two_customers,
        };
        Ok(Page::new(format!("q{}", mine.queue_id), view))
    })
    .await
}

/// Tickets that this one can be brought together with: what a search finds, or those of the same customer.
pub(super) fn candidates(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<Read>,
    q: &str,
) -> Result<Vec<Candidate>> {
    let found = if q.trim().is_empty() {
        view::others_of_customer(conn, &asker.actor, access)?
    } else {
        match searched(conn, asker, q) {
            Ok(found) => found,
            Err(Error::Invalid(_)) => Vec::new(),
            Err(error) => return Err(error),
        }
    };
    let able = |ticket: &&Ticket| {
        ticket.id != access.ticket().id
            && !matches!(ticket.state, State::Merged | State::Removed)
            && asker.actor.scope.on_ticket(ticket, asker.actor.agent.id).has(Right::Reply)
    };
    Ok(found.iter().filter(able).map(|ticket| candidate(ticket, asker)).collect())
}

fn searched(conn: &mut Conn, asker: &Asker, q: &str) -> Result<Vec<Ticket>> {
    let within = Filter { all_states: true, ..Filter::default() };
    let search = search::Search::read(conn, &asker.actor, q, &asker.reader.moment(), within)?;
    let (rows, _) = search::page(conn, &asker.actor, &search, None, search::HITS)?;
    Ok(rows.into_iter().map(|row| row.ticket).collect())
}

type Chosen = Option<(TicketAccess<Read>, Vec<Article>)>;

// The ticket that was named, as far as it can be merged into; else why it cannot.
fn other(conn: &mut Conn, asker: &Asker, mine: &TicketAccess<Read>, wish: &Wish) -> Result<(Chosen, String)> {
    let named = wish.into.trim().trim_start_matches('#');
    if named.is_empty() {
        return Ok((None, String::new()));
    }
    let other = match access::readable_survivor(conn, &asker.actor, named) {
        Ok(other) => other,
        Err(Error::NotFound) => {
            return Ok((None, asker.reader.language.tr_with("merge-unknown", &[("number", named)])));
        }
        Err(error) => return Err(error),
    };
    must_reply(&other)?;
    if other.ticket().id == mine.ticket().id {
        let text = say!("refused-merge-itself", number = mine.ticket().number);
        return Ok((None, text.in_language(&asker.reader.language)));
    }
    let articles = view::articles(conn, &other)?;
    Ok((Some((other, articles)), String::new()))
}

pub(super) fn must_reply(access: &TicketAccess<Read>) -> Result<()> {
    if access.rights().has(Right::Reply) {
        return Ok(());
    }
    Err(Error::Forbidden(say!("refused-ticket-right", right = Right::Reply)))
}

fn side(conn: &mut Conn, asker: &Asker, access: &TicketAccess<Read>, articles: &[Article]) -> Result<Side> {
    let ticket = access.ticket();
    let skipped = articles.len().saturating_sub(SHOWN);
    Ok(Side {
        number: ticket.number.clone(),
        url: format!("/tickets/{}", ticket.number),
        subject: subject(ticket, &asker.reader),
        queue: queues::get(conn, ticket.queue_id)?.name,
        state: StateView::of(ticket.status(), &asker.reader),
        face: Face::of_mailbox(&ticket.customer_name, &ticket.customer_address),
        address: ticket.customer_address.clone(),
        messages: ticket.article_count,
        last: articles.iter().skip(skipped).map(said).collect(),
    })
}

fn said(article: &Article) -> Said {
    let words: Vec<&str> = article.body_text.split_whitespace().take(80).collect();
    let text = words.join(" ");
    let cut = text.char_indices().nth(EXCERPT).map_or(text.len(), |(at, _)| at);
    let name = if article.from_name.is_empty() { &article.from_address } else { &article.from_name };
    Said {
        id: article.id.0,
        who: name.clone(),
        at: article.created_at.0,
        text: text.get(..cut).unwrap_or_default().to_owned(),
    }
}

fn candidate(ticket: &Ticket, asker: &Asker) -> Candidate {
    Candidate {
        number: ticket.number.clone(),
        subject: subject(ticket, &asker.reader),
        who: if ticket.customer_name.is_empty() { &ticket.customer_address } else { &ticket.customer_name }
            .clone(),
        state: StateView::of(ticket.status(), &asker.reader),
    }
}

/// The other ticket.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Into {
    into: String,
}

/// `POST /tickets/{number}/merges`.
pub async fn create(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Into>) -> Answer {
    let (number, into, at) = (number.into_inner(), form.0.into, web.moment());
    let back = format!("/tickets/{number}/merges/new");
    let asker = signed.clone();
    let survivor = web
        .db
        .write(move |tx| {
            let (mut source, mut target) = access::for_pair(tx, &asker.actor, &number, &into)?;
            merge::merge(tx, &mut source, &mut target, &at)?;
            Ok(target.ticket().number.clone())
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&back))?;
    Ok(see_other(&format!("/tickets/{survivor}")))
}

#[derive(Serialize)]
struct EndView {
    number: String,
    subject: String,
    into: String,
    into_url: String,
    who: String,
    at: jiff::Timestamp,
    news: Vec<Said>,
}

/// `GET /tickets/{number}/merges`: where the ticket went, and what came since, before it is undone.
pub async fn page(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    let number = number.into_inner();
    show(&web, &signed, "tickets/merges/end.html", move |conn, asker| {
        let source = access::readable(conn, &asker.actor, &number)?;
        let survivor = access::readable_survivor(conn, &asker.actor, &number)?;
        must_reply(&source)?;
        must_reply(&survivor)?;
        let (merge, since) = unmerge::preview(conn, &source, &survivor)?;
        let people: Vec<_> = merge.agent_id.into_iter().collect();
        let who =
            view::agents(conn, &people)?.into_values().next().map_or_else(String::new, |(_, name)| name);
        let view = EndView {
            number: source.ticket().number.clone(),
            subject: subject(source.ticket(), &asker.reader),
            into: survivor.ticket().number.clone(),
            into_url: format!("/tickets/{}", survivor.ticket().number),
            who,
            at: merge.created_at.0,
            news: since.iter().map(said).collect(),
        };
        Ok(Page::new(format!("q{}", survivor.ticket().queue_id), view))
    })
    .await
}

/// `POST /tickets/{number}/merges/end`: the ticket stands on its own again, with the chosen of the new articles.
pub async fn end(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Fields>) -> Answer {
    form.0.only(&["article", "asked"])?;
    let (number, at) = (number.into_inner(), web.moment());
    let back = format!("/tickets/{number}/merges");
    // Which articles the page showed: what came after it was opened is asked about once more.
    let ids =
        |name: &str| -> Vec<ArticleId> { form.0.all(name).iter().filter_map(|id| id.parse().ok()).collect() };
    let (going, asked) = (ids("article"), ids("asked"));
    let (asker, own) = (signed.clone(), number.clone());
    web.db
        .write(move |tx| {
            let (mut source, mut survivor) = access::for_unmerge(tx, &asker.actor, &own)?;
            let since = unmerge::since(tx, source.ticket(), survivor.ticket())?;
            let new = since.iter().filter(|id| !asked.contains(id)).count();
            if new > 0 {
                return Err(Error::Conflict(say!("refused-unmerge-news", n = new)));
            }
            unmerge::unmerge(tx, &mut source, &mut survivor, Some(&going), &at)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&back))?;
    Ok(see_other(&format!("/tickets/{number}")))
}
