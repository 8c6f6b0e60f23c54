//! One ticket: head, conversation, details, and the composer below.

mod head;
mod props;

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use self::head::Head;
use self::props::Props;
use super::articles::{self, Entry};
use super::beside::{self, Beside};
use super::composer::{self, Composer, Typed};
use super::history::{self, Line};
use super::list::{self, Target};
use super::side::{self, Side};
use crate::access::{self, Rights};
use crate::db::{AgentId, Conn, LinkKind, Right, State};
use crate::error::{Error, Result};
use crate::notify::board;
use crate::queues;
use crate::tickets::{acts, read, view};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show};
use crate::web::presence::Present;
use crate::web::state::Web;

/// What the address may ask for besides.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    /// Begin the reply with a quote of this article.
    pub quote: Option<i64>,
    /// Begin a forward of this article.
    pub forward: Option<i64>,
    /// Show the conversation from this article on.
    pub from: Option<i64>,
    /// Show an article's remote images: its id and the proof that a form asked for it.
    pub images: Option<String>,
    /// The list from which the ticket was opened.
    #[serde(rename = "in")]
    pub within: Option<String>,
}

/// What the templates under `tickets/page` show.
#[derive(Serialize)]
pub struct TicketView {
    ticket: Head,
    /// The list from which it was opened.
    beside: Option<Beside>,
    /// What forms and links hang behind their addresses, so that the list goes along.
    along: String,
    also: String,
    has_files: bool,
    last_article: i64,
    unread: bool,
    may: May,
    targets: Vec<Target>,
    entries: Vec<Entry>,
    composer: Composer,
    /// Who else is here.
    present: Vec<Present>,
    #[serde(flatten)]
    props: Props,
    side: Side,
    history: Vec<Line>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct May {
    reply: bool,
    note: bool,
    owner: bool,
    priority: bool,
    full: bool,
}

/// `GET /tickets/{number}`. The number of a merged ticket leads to the one in which it lives on.
pub async fn page(web: Data<Web>, signed: Signed, number: Path<String>, wish: Query<Wish>) -> Answer {
    let (number, wish, state) = (number.into_inner(), wish.into_inner(), web.clone());
    let (asker, old) = (signed.clone(), number.clone());
    let survivor = web
        .db
        .read(move |conn| match access::readable_survivor(conn, &asker.actor, &old) {
            Ok(access) => Ok(Some(access.ticket().number.clone())),
            // Who may read only the old one is shown that.
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        })
        .await?;
    if let Some(survivor) = survivor.filter(|survivor| *survivor != number) {
        let along = wish.within.as_deref().map_or_else(String::new, beside::along);
        return Ok(see_other(&format!("/tickets/{survivor}{along}")));
    }
    show(&web, &signed, "tickets/page.html", move |conn, asker| {
        load(conn, &state, asker, &number, &wish, None)
    })
    .await
}

/// Loads the page; `typed` is what a refused form held, in place of the draft.
pub fn load(
    conn: &mut Conn,
    web: &Web,
    asker: &Asker,
    number: &str,
    wish: &Wish,
    typed: Option<&Typed>,
) -> Result<Page<TicketView>> {
    let access = access::readable(conn, &asker.actor, number)?;
    let ticket = access.ticket();
    let rights = access.rights();
    // In the bin a ticket can be read and taken out, no more.
    let may = if ticket.state == State::Removed { May::default() } else { May::of(rights) };
    let all = queues::all(conn)?;
    let queue = all.iter().find(|queue| queue.id == ticket.queue_id);
    let queue_name = queue.map_or_else(String::new, |queue| queue.name.clone());
    let events = view::history(conn, &access)?;
    let seen = read::last_seen(conn, &asker.actor, ticket.id)?;
    // What is quoted or forwarded is shown as well.
    let from = [wish.from, wish.quote, wish.forward].into_iter().flatten().min();
    let view::Conversation { shown: written, hidden } = view::conversation(conn, &access, seen, from)?;
    let mut people: Vec<AgentId> = written.iter().filter_map(|article| article.agent_id).collect();
    people.extend(ticket.owner_id);
    people.sort_unstable();
    people.dedup();
    let mut names = view::agents_in(conn, &events)?;
    names.extend(view::agents(conn, &people)?);
    let links = view::links(conn, &asker.actor, &access)?;
    let guess = links.iter().find(|link| link.kind == LinkKind::PossiblyBelongsTo && !link.reverse);
    let story = articles::Story {
        names: &names,
        events: &events,
        articles: &written,
        hidden,
        seen,
        wish,
        guess: guess.map(|link| &link.ticket),
    };
    let entries = articles::entries(conn, web, asker, &access, &story)?;
    let composer = composer::load(conn, asker, &access, &written, wish, typed)?;
    let along = beside::load(conn, asker, wish.within.as_deref(), &ticket.number)?;
    let (beside, at) =
        along.map_or((None, format!("q{}", ticket.queue_id)), |(beside, at)| (Some(beside), at));
    let view = TicketView {
        beside,
        along: wish.within.as_deref().map_or_else(String::new, beside::along),
        also: beside::also(wish.within.as_deref()),
        has_files: ticket.has_attachments,
        last_article: written.last().map_or(0, |article| article.id.0),
        unread: ticket.last_article_id > seen || board::has_unread(conn, &asker.actor, ticket.id)?,
        targets: if may.reply {
            list::targets(&asker.actor, &all, Some(ticket.queue_id))
        } else {
            Vec::new()
        },
        entries,
        composer,
        present: web.presence.others(ticket.id, asker.actor.agent.id, asker.reader.now),
        props: props::load(conn, asker, &access, &links)?,
        side: side::load(conn, web, asker, &access)?,
        history: history::lines(&events, &names, asker, &acts::of(conn, &access)?),
        ticket: head::head(ticket, &queue_name, &names, asker),
        may,
    };
    Ok(Page::new(at, view))
}

impl May {
    fn of(rights: Rights) -> Self {
        Self {
            reply: rights.has(Right::Reply),
            note: rights.has(Right::Note),
            owner: rights.has(Right::Owner),
            priority: rights.has(Right::Priority),
            full: rights.has(Right::Full),
        }
    }
}

/// One pair of an address's query.
pub fn query(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}
