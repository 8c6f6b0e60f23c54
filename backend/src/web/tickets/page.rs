//! One ticket: head, conversation, details, and the composer below.

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::articles::{self, Entry};
use super::beside::{self, Beside};
use super::composer::{self, Composer, Typed};
use super::history::{self, Line};
use super::list::{self, Target};
use super::side::{self, Side};
use crate::access::{self, Rights, TicketAccess};
use crate::db::{AgentId, Conn, LinkKind, Priority, Right, State, Ts};
use crate::error::{Error, Result};
use crate::people::stand_ins::{self, Absence};
use crate::queues;
use crate::tickets::{Ticket, acts, assign, participants, read, unmerge, view};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show};
use crate::web::presence::Present;
use crate::web::state::Web;
use crate::web::view::{Choice, Face, PriorityView, StateView, look_of};

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
    states: Vec<StateChoice>,
    until: String,
    owners: Vec<OwnerChoice>,
    /// That the owner is away, and who stands in for him.
    owner_away: String,
    priorities: Vec<PriorityChoice>,
    others: Vec<Other>,
    linked: Vec<Bond>,
    merged: Vec<Gone>,
    people: Vec<Taking>,
    side: Side,
    history: Vec<Line>,
}

#[derive(Serialize)]
struct Head {
    number: String,
    url: String,
    subject: String,
    queue: QueueLink,
    state: StateView,
    priority: PriorityView,
    closed: bool,
    pending_until: Option<jiff::Timestamp>,
    lock: Lock,
    owner: Option<Face>,
    customer: Customer,
}

#[derive(Serialize)]
struct QueueLink {
    id: i64,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct Lock {
    /// `free`, `mine` or `other`.
    state: &'static str,
    /// Lock and owner in one sentence.
    sentence: String,
    short: String,
    holder: String,
}

#[derive(Serialize)]
struct Customer {
    /// His page; of somebody who is no customer what he wrote.
    url: String,
    known: bool,
    face: Face,
    address: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct May {
    reply: bool,
    note: bool,
    owner: bool,
    priority: bool,
    full: bool,
}

#[derive(Serialize)]
struct StateChoice {
    value: &'static str,
    word: String,
    current: bool,
    pending: bool,
}

#[derive(Serialize)]
struct OwnerChoice {
    id: i64,
    name: String,
    current: bool,
}

#[derive(Serialize)]
struct PriorityChoice {
    level: i32,
    word: String,
    current: bool,
}

#[derive(Serialize)]
struct Other {
    url: String,
    look: &'static str,
    subject: String,
    number: String,
}

/// A linked ticket.
#[derive(Serialize)]
struct Bond {
    #[serde(flatten)]
    other: Other,
    /// How they belong together, in words.
    kind: String,
    /// Where the two can be merged, for a guess that an agent has to confirm.
    merge_url: Option<String>,
}

/// Somebody besides the customer.
#[derive(Serialize)]
struct Taking {
    face: Face,
    address: String,
    accepted: bool,
}

/// A ticket that was merged into this one.
#[derive(Serialize)]
struct Gone {
    number: String,
    subject: String,
    undo_url: String,
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
    let mut people: Vec<AgentId> = events.iter().filter_map(|event| event.agent_id).collect();
    people.extend(written.iter().filter_map(|article| article.agent_id));
    people.extend(ticket.owner_id);
    people.sort_unstable();
    people.dedup();
    let mut names = view::agents(conn, &people)?;
    names.extend(view::agents_in(conn, &events)?);
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
    let absences = stand_ins::absences(conn, asker.reader.now)?;
    let view = TicketView {
        beside,
        along: wish.within.as_deref().map_or_else(String::new, beside::along),
        also: beside::also(wish.within.as_deref()),
        has_files: ticket.has_attachments,
        last_article: written.last().map_or(0, |article| article.id.0),
        unread: ticket.last_article_id > seen,
        targets: if may.reply {
            list::targets(&asker.actor, &all, Some(ticket.queue_id))
        } else {
            Vec::new()
        },
        entries,
        composer,
        present: web.presence.others(ticket.id, asker.actor.agent.id, asker.reader.now),
        states: states(ticket, asker),
        until: ticket.pending_until.map_or_else(String::new, |until| asker.reader.field(until.0)),
        owners: owners(conn, asker, &access, &absences)?,
        owner_away: match ticket.owner_id.and_then(|owner| absences.get(&owner)) {
            Some(absence) => away(absence, asker),
            None => String::new(),
        },
        priorities: Priority::all()
            .map(|priority| PriorityView::of(priority, &asker.reader.language))
            .map(|view| PriorityChoice {
                current: view.level == ticket.priority.level(),
                level: view.level,
                word: view.word,
            })
            .collect(),
        others: others(conn, asker, &access)?,
        linked: links.iter().map(|link| bond(link, ticket, asker)).collect(),
        people: participants::of(conn, &access)?
            .into_iter()
            .map(|person| Taking {
                face: Face::of_mailbox(&person.name, &person.address),
                address: person.address,
                accepted: person.accepted,
            })
            .collect(),
        merged: unmerge::merged_into(conn, ticket.id)?
            .into_iter()
            .map(|(gone, _)| Gone {
                subject: list::subject(&gone, &asker.reader),
                undo_url: format!("/tickets/{}/merges", gone.number),
                number: gone.number,
            })
            .collect(),
        side: side::load(conn, asker, &access)?,
        history: history::lines(&events, &names, asker, &acts::of(conn, &access)?),
        ticket: head(ticket, &queue_name, &names, asker),
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

type Names = HashMap<AgentId, (String, String)>;

fn head(ticket: &Ticket, queue: &str, names: &Names, asker: &Asker) -> Head {
    let language = &asker.reader.language;
    let owner_name = ticket.owner_id.and_then(|id| names.get(&id)).map(|(_, name)| name.clone());
    Head {
        number: ticket.number.clone(),
        url: format!("/tickets/{}", ticket.number),
        subject: list::subject(ticket, &asker.reader),
        queue: QueueLink {
            id: ticket.queue_id.0,
            name: queue.to_owned(),
            url: list::address(Some(ticket.queue_id), list::place::View::All),
        },
        state: StateView::of(ticket.state, language),
        priority: PriorityView::of(ticket.priority, language),
        closed: !ticket.state.is_active(),
        pending_until: ticket.pending_until.map(|until| until.0),
        lock: lock(ticket, owner_name.as_deref(), asker),
        owner: ticket.owner_id.zip(owner_name).map(|(id, name)| Face::of_agent(id, &name)),
        customer: Customer {
            url: ticket.customer_id.map_or_else(
                || format!("/search?{}", query("q", &ticket.customer_address)),
                crate::web::customers::address,
            ),
            known: ticket.customer_id.is_some(),
            face: Face::of_mailbox(&ticket.customer_name, &ticket.customer_address),
            address: ticket.customer_address.clone(),
        },
    }
}

/// One pair of an address's query.
pub fn query(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

fn lock(ticket: &Ticket, owner: Option<&str>, asker: &Asker) -> Lock {
    let language = &asker.reader.language;
    let me = asker.actor.agent.id;
    let since = ticket.locked_at.map_or_else(String::new, |at| asker.reader.since(at.0));
    let name = owner.unwrap_or("?");
    match (ticket.lock_holder(), ticket.owner_id) {
        (Some(holder), _) if holder == me => Lock {
            state: "mine",
            sentence: language.tr_with("lock-mine", &[("since", &since)]),
            short: language.tr("lock-short-mine"),
            holder: name.to_owned(),
        },
        (Some(_), _) => Lock {
            state: "other",
            sentence: language.tr_with("lock-other", &[("name", name), ("since", &since)]),
            short: name.to_owned(),
            holder: name.to_owned(),
        },
        (None, owner_id) => Lock {
            state: "free",
            sentence: match owner_id {
                Some(id) if id == me => language.tr("lock-free-yours"),
                Some(_) => language.tr_with("lock-free-owner", &[("name", name)]),
                None => language.tr("lock-free"),
            },
            short: language.tr("lock-short-free"),
            holder: String::new(),
        },
    }
}

fn states(ticket: &Ticket, asker: &Asker) -> Vec<StateChoice> {
    let offered = [State::Open, State::PendingReminder, State::PendingAutoClose, State::Closed];
    let current = (!offered.contains(&ticket.state)).then_some(ticket.state);
    current
        .into_iter()
        .chain(offered)
        .map(|state| StateChoice {
            value: state.as_str(),
            word: StateView::of(state, &asker.reader.language).word,
            current: state == ticket.state,
            pending: state.is_pending(),
        })
        .collect()
}

/// Until when somebody is away, and who stands in for him.
fn away(absence: &Absence, asker: &Asker) -> String {
    let until = asker.reader.stamp(absence.until);
    match &absence.stand_in {
        Some(name) => {
            asker.reader.language.tr_with("away-with-stand-in", &[("date", &until), ("name", name)])
        }
        None => asker.reader.language.tr_with("away-until", &[("date", &until)]),
    }
}

fn owners(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<access::Read>,
    absences: &HashMap<AgentId, Absence>,
) -> Result<Vec<OwnerChoice>> {
    if !access.rights().has(Right::Owner) {
        return Ok(Vec::new());
    }
    let ticket = access.ticket();
    let able = assign::candidates(conn, ticket.queue_id, Ts(asker.reader.now))?;
    let me = asker.actor.agent.id;
    let mut choices: Vec<OwnerChoice> = able
        .into_iter()
        .map(|(id, _, name)| OwnerChoice {
            name: match absences.get(&id) {
                _ if id == me => asker.reader.language.tr_with("owner-you", &[("name", &name)]),
                Some(absence) => {
                    let away = away(absence, asker);
                    asker.reader.language.tr_with("owner-away", &[("name", &name), ("away", &away)])
                }
                None => name,
            },
            current: ticket.owner_id == Some(id),
            id: id.0,
        })
        .collect();
    // An owner who lost his role still is the owner: leaving him out would change him by saving.
    if let Some(owner) = ticket.owner_id.filter(|owner| choices.iter().all(|choice| choice.id != owner.0)) {
        let names = view::agents(conn, &[owner])?;
        let name = names.get(&owner).map_or_else(|| "?".to_owned(), |(_, name)| name.clone());
        choices.push(OwnerChoice { id: owner.0, name, current: true });
    }
    Ok(choices)
}

fn others(conn: &mut Conn, asker: &Asker, access: &TicketAccess<access::Read>) -> Result<Vec<Other>> {
    let found = view::others_of_customer(conn, &asker.actor, access)?;
    Ok(found.iter().map(|ticket| other(ticket, asker)).collect())
}

fn bond(link: &view::Linked, ticket: &Ticket, asker: &Asker) -> Bond {
    let kind =
        if link.reverse { format!("link-{}-reverse", link.kind) } else { format!("link-{}", link.kind) };
    let guess = link.kind == LinkKind::PossiblyBelongsTo;
    let (from, to) = if link.reverse { (&link.ticket, ticket) } else { (ticket, &link.ticket) };
    let open = from.state != State::Merged;
    Bond {
        other: other(&link.ticket, asker),
        kind: asker.reader.language.tr(&kind),
        merge_url: (guess && open)
            .then(|| format!("/tickets/{}/merges/new?{}", from.number, query("into", &to.number))),
    }
}

fn other(ticket: &Ticket, asker: &Asker) -> Other {
    Other {
        url: format!("/tickets/{}", ticket.number),
        look: look_of(ticket.state),
        subject: list::subject(ticket, &asker.reader),
        number: ticket.number.clone(),
    }
}

/// The queues in which the actor may open tickets, for forms.
pub fn queues_to_open(conn: &mut Conn, asker: &Asker, chosen: Option<i64>) -> Result<Vec<Choice>> {
    let all = queues::all(conn)?;
    let open = all.iter().filter(|queue| queue.retired_at.is_none());
    let able = open.filter(|queue| asker.actor.scope.in_queue(queue.id).has(Right::Create));
    Ok(able
        .map(|queue| Choice::new(queue.id.to_string(), queue.name.clone(), chosen == Some(queue.id.0)))
        .collect())
}
