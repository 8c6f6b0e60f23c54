//! Tickets: the list, one, a new one, its history.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Input, Json, WITH_FILES},
    files::{self, FileInput},
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    views::{self, EventView, TicketView},
};
use crate::{
    access::{self, Actor, Owner, Reply},
    db::{Channel, Conn, CustomerId, EventId, Priority, QueueId, Right, State, Status, Tx},
    desk::Desk,
    error::{Error, Result},
    people, queues, search,
    terms::Terms,
    tickets::{
        Moment, NewFile, Person, Ticket, assign,
        list::{self, Cursor, Filter, Whose},
        open::{self, OpenInput},
        state, summary,
    },
};

/// The key of no customer: the database counts from one.
const NOBODY: CustomerId = CustomerId(0);

/// Which tickets.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// A search as it is typed on the page: words, "exact phrases", `queue:`, `state:`, `from:` and more, a `-` before what
    /// must not be there. Finds closed tickets too. At most 200 characters and 8 words; then at most 50 tickets a page.
    q: Option<String>,
    /// The name of a queue.
    queue: Option<String>,
    /// A state by its name; `active` for those in which somebody still has to do something. Without it: all but removed ones.
    state: Option<String>,
    /// A kind of state, in place of `state`.
    state_type: Option<String>,
    /// The login of the owner; `me`; nothing for tickets of nobody.
    owner: Option<String>,
    /// `true`: somebody is on it; `false`: nobody.
    lock: Option<String>,
    /// An address of the customer.
    customer: Option<String>,
    /// `changed` (the last changed first), `created`, `waiting` (the longest unanswered first), `due`, `priority`.
    sort: Option<String>,
    /// `me`: those that the token's agent watches.
    watcher: Option<String>,
    /// How many, 1 to 200; 25 where missing.
    limit: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
}

/// Tickets, the last changed first unless `sort` says otherwise.
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(Wish), responses((status = 200, body = List<TicketView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let at = desk.moment().seen_by(&caller.actor.agent);
    let page = desk.db.read_within(search::TIME, move |conn| load(conn, &caller.actor, &wish, &at)).await?;
    Ok(HttpResponse::Ok().json(page.ok_or_else(search::too_slow)?))
}

fn load(conn: &mut Conn, actor: &Actor, wish: &Wish, at: &Moment) -> Result<List<TicketView>> {
    let limit = page::limit(wish.limit.as_deref(), page::DEFAULT)?;
    let filter = filter(conn, actor, wish)?;
    let after = wish.cursor.as_deref().map(str::parse::<Cursor>).transpose()?;
    let (rows, next) = match wish.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        Some(q) => {
            let search = search::Search::read(conn, actor, q, at, filter)?;
            search::page(conn, actor, &search, after, limit.min(search::HITS))?
        }
        None => list::page(conn, actor, &filter, after, limit)?,
    };
    let found: Vec<Ticket> = rows.into_iter().map(|row| row.ticket).collect();
    Ok(List { items: views::tickets(conn, &found)?, next: next.map(|cursor| cursor.to_string()) })
}

fn filter(conn: &mut Conn, actor: &Actor, wish: &Wish) -> Result<Filter> {
    let mut filter = Filter { all_states: true, ..Filter::default() };
    if let Some(name) = wish.queue.as_deref().filter(|name| !name.is_empty()) {
        filter.queue = Some(visible_queue(conn, actor, "queue", name)?);
    }
    match (wish.state.as_deref(), wish.state_type.as_deref()) {
        (Some("active"), _) => filter.all_states = false,
        (Some(word), _) => match Terms::load(conn)?.wanted_state("state", word)? {
            Status { kind, named: None } => filter.state = Some(kind),
            named => filter.also.push(list::Test::States(vec![named]).into()),
        },
        (None, Some(kind)) => {
            let state = State::ALL.iter().find(|state| state.kind() == kind);
            filter.state = Some(*state.ok_or_else(|| {
                Error::invalid(
                    "state_type",
                    "This is none of: new, open, pending_reminder, pending_auto, closed, merged, removed.",
                )
            })?);
        }
        (None, None) => {}
    }
    filter.sort = wish.sort.as_deref().map_or(Ok(list::Sort::default()), list::Sort::named)?;
    filter.owner = match wish.owner.as_deref() {
        None => None,
        Some("") => Some(Whose::Nobody),
        Some("me") => Some(Whose::Agent(actor.agent.id)),
        Some(login) => Some(Whose::Agent(agent_named(conn, "owner", login)?)),
    };
    filter.locked = match wish.lock.as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(Error::invalid("lock", "Say true or false.")),
    };
    match wish.watcher.as_deref() {
        None => {}
        Some("me") => filter.also.push(list::Test::Watched(actor.agent.id).into()),
        Some(_) => return Err(Error::invalid("watcher", "Say me: what others watch is their own affair.")),
    }
    if let Some(address) = wish.customer.as_deref() {
        // Nobody's tickets are asked for as somebody's are: the answer does not tell which of the two it was.
        filter.customer = Some(people::customers::known(conn, address)?.unwrap_or(NOBODY));
    }
    Ok(filter)
}

/// A queue by its name, to put a ticket into: what the actor may do there is for the proof to say.
///
/// # Errors
/// [`Error::Invalid`] where there is none, or none of which the actor may know.
pub fn target_queue(conn: &mut Conn, actor: &Actor, field: &str, name: &str) -> Result<QueueId> {
    visible_queue(conn, actor, field, name)
}

/// A queue of which the actor may know, by its name.
///
/// # Errors
/// [`Error::Invalid`] for any other.
fn visible_queue(conn: &mut Conn, actor: &Actor, field: &str, name: &str) -> Result<QueueId> {
    let unknown = || Error::invalid(field, format!("There is no queue called “{name}”."));
    match queues::by_name(conn, name) {
        Ok(queue) if actor.scope.in_queue(queue.id) != access::Rights::NONE => Ok(queue.id),
        Ok(_) | Err(Error::NotFound) => Err(unknown()),
        Err(error) => Err(error),
    }
}

/// An agent by his login.
///
/// # Errors
/// [`Error::Invalid`] where there is none.
pub fn agent_named(conn: &mut Conn, field: &str, login: &str) -> Result<crate::db::AgentId> {
    match people::agents::by_login(conn, login) {
        Ok(agent) => Ok(agent.id),
        Err(Error::NotFound) => Err(Error::invalid(field, format!("There is no agent called “{login}”."))),
        Err(error) => Err(error),
    }
}

/// One ticket.
#[utoipa::path(get, path = "/tickets/{number}", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = TicketView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let ticket = desk
        .db
        .read(move |conn| {
            let access = access::readable(conn, &caller.actor, &number)?;
            views::ticket(conn, access.ticket())
        })
        .await?;
    Ok(HttpResponse::Ok().json(ticket))
}

/// A person: the address alone, `Name <address>`, or both apart.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum PersonInput {
    /// As typed.
    Text(String),
    /// Apart.
    Apart {
        /// The name; may be empty.
        #[serde(default)]
        name: String,
        /// The address.
        address: String,
    },
}

impl PersonInput {
    /// The person, with the address in its normal form where it is one.
    pub fn person(&self) -> Person {
        let (name, address) = match self {
            Self::Text(text) => match mail_ingest::address::parse_list(text).as_deref() {
                Ok([one]) => (one.name.clone(), one.address.clone()),
                _ => (String::new(), text.clone()),
            },
            Self::Apart { name, address } => (name.clone(), address.clone()),
        };
        let name = name.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        let address = mail_ingest::address::normalise(&address).unwrap_or(address);
        Person { name: name.trim().to_owned(), address }
    }
}

/// A number or a word.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PriorityInput {
    /// A name of the house, or very low, low, normal, high, urgent.
    Word(String),
    /// 1 to 5.
    Level(i32),
}

impl PriorityInput {
    /// The priority.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is none.
    pub fn priority(&self, conn: &mut Conn, field: &str) -> Result<Priority> {
        let terms = Terms::load(conn)?;
        match self {
            Self::Word(word) => terms.wanted_priority(field, word),
            Self::Level(level) => terms.wanted_priority(field, &level.to_string()),
        }
    }
}

/// A ticket to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTicket {
    /// The name of its queue.
    queue: String,
    /// One line.
    title: String,
    /// For whom.
    customer: PersonInput,
    /// `phone`: notes of a call, nothing is sent; `mail`: the text goes to the customer.
    #[serde(default = "phone")]
    channel: String,
    /// The text.
    #[serde(default)]
    body_text: String,
    /// Where missing, the one that new tickets have.
    priority: Option<PriorityInput>,
    /// The login of the agent whose it shall be.
    owner: Option<String>,
    /// The state afterwards.
    state: Option<String>,
    /// Until when a pending ticket waits, RFC 3339.
    until: Option<String>,
    /// For how long a mail can be taken back; the queue's hold where missing, 0 sends at once.
    hold_seconds: Option<i32>,
    /// Its files.
    #[serde(default)]
    attachments: Vec<FileInput>,
}

fn phone() -> String {
    Channel::Phone.to_string()
}

impl Input for NewTicket {
    const LIMIT: usize = WITH_FILES;
}

/// Opens a ticket.
#[utoipa::path(post, path = "/tickets", tag = "tickets", request_body = NewTicket,
    responses((status = 201, body = TicketView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<NewTicket>) -> Answer {
    let mut new = value;
    let files = files::prepare(&desk, std::mem::take(&mut new.attachments)).await?;
    let (at, asker) = (desk.moment(), caller.clone());
    request.create(&desk, &caller, move |tx| made(tx, &asker.actor, &new, &files, &at)).await
}

fn made(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewTicket,
    files: &[NewFile],
    at: &Moment,
) -> Result<TicketView> {
    let queue = target_queue(tx, actor, "queue", &new.queue)?;
    let proof = access::for_queue(tx, actor, queue, Right::Create)?;
    if queues::get(tx, queue)?.retired_at.is_some() {
        return Err(Error::invalid("queue", "This queue is retired. Choose another one."));
    }
    let terms = Terms::load(tx)?;
    let wanted = new.state.as_deref().map(|word| terms.wanted_state("state", word)).transpose()?;
    let until = new.until.as_deref().map(|text| moment("until", text)).transpose()?;
    let input = OpenInput {
        title: new.title.clone(),
        customer: new.customer.person(),
        channel: page::word("channel", &new.channel)?,
        body_text: new.body_text.clone(),
        body_html: None,
        files: files.to_vec(),
        priority: match &new.priority {
            Some(given) => given.priority(tx, "priority")?,
            None => terms.usual(),
        },
        state: None,
        hold_seconds: new.hold_seconds,
    };
    let (mut ticket, _) = open::open(tx, &proof, actor, &input, at)?;
    if let Some(login) = &new.owner {
        let owner = agent_named(tx, "owner", login)?;
        let mut access = access::for_change::<Owner>(tx, actor, &ticket.number)?;
        assign::assign(tx, &mut access, Some(owner), at)?;
        ticket = access.ticket().clone();
    }
    if let Some(wanted) = wanted {
        let mut access = access::for_change::<Reply>(tx, actor, &ticket.number)?;
        state::set_state(tx, &mut access, wanted, until, at)
            .map_err(|error| renamed(error, "value", "state"))?;
        ticket = access.ticket().clone();
    }
    views::ticket(tx, &ticket)
}

/// An instant as RFC 3339.
///
/// # Errors
/// [`Error::Invalid`] for what is none.
pub fn moment(field: &str, text: &str) -> Result<jiff::Timestamp> {
    text.parse()
        .map_err(|_| Error::invalid(field, "This is not a moment. It looks like 2026-11-22T09:00:00Z."))
}

/// The domain's errors name its own fields; a request may call one otherwise.
pub fn renamed(error: Error, from: &str, to: &str) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            for field in fields.iter_mut().filter(|field| field.field == from) {
                to.clone_into(&mut field.field);
            }
            Error::Invalid(fields)
        }
        other => other,
    }
}

/// Where a list of one ticket's entries begins.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Place {
    /// How many, 1 to 200.
    pub limit: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// All that changed on a ticket, the oldest first; 200 at once where `limit` is missing.
#[utoipa::path(get, path = "/tickets/{number}/history", tag = "tickets", params(("number" = String, Path), Place),
    responses((status = 200, body = List<EventView>)))]
pub async fn history(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Params(place): Params<Place>,
) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable(conn, &caller.actor, &number)?;
            let limit = page::limit(place.limit.as_deref(), page::MOST)?;
            let after = page::cursor(place.cursor.as_deref())?.unwrap_or(EventId(0));
            let rows = summary::history_after(conn, &access, after, limit + 1)?;
            let (rows, next) = List::<EventView>::cut(rows, limit, |event| event.id.to_string());
            Ok(List { items: views::events(conn, &rows)?, next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
