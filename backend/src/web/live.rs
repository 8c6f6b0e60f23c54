//! Live update: one reader of the event log per process passes changes on to the browsers that listen. What each may
//! hear is decided for each event, with the rights that its agent has at that moment.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::failure::Answer;
use super::gate::Signed;
use super::notices::told::{self, Told as Notice};
use super::presence::{Gathering, Present};
use super::session;
use super::shell::news_count;
use super::state::Web;
use crate::access::{Actor, Who, readable_by_id};
use crate::audit;
use crate::db::{AgentId, Audited, Cause, Conn, InstallationRight, QueueId, Right, TicketId, Ts, Wake};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::notify::board::{self, Entry};
use crate::people::{sessions, viewings};
use crate::postmaster::{self, Pulse};
use crate::tickets::{list, view};

/// Events that a slow listener may lag behind before he is told to look for himself.
const BACKLOG: usize = 256;
/// So many events are read at once.
const BATCH: i64 = 500;
/// A silent line is kept open by a comment this often, and its session looked at.
const PULSE: Duration = Duration::from_secs(20);
/// What somebody is told is told together when it comes so close on each other.
const TOGETHER: Duration = Duration::from_millis(250);
/// An agent's rights are looked up anew for an event when they are older than this.
const FRESH: Duration = Duration::from_secs(1);

/// A change, as listeners are told of it.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Grows; a browser that comes back names the last one it heard.
    #[serde(skip)]
    pub id: i64,
    /// The ticket's number.
    pub ticket: String,
    /// What happened.
    pub kind: String,
    #[serde(skip)]
    queue: QueueId,
    #[serde(skip)]
    ticket_id: TicketId,
}

/// What listeners are told of at once.
#[derive(Clone, Debug)]
enum News {
    /// Tickets changed.
    Changes(Arc<Vec<Change>>),
    /// A mail came in, was processed or put aside.
    Mail,
    /// Somebody came to a ticket, went, or began to write.
    Presence(Arc<Gathering>),
    /// Agents are told of something, each of his own.
    Notices(Arc<Noted>),
}

/// What agents are told, sorted once for all who listen.
#[derive(Debug)]
struct Noted {
    of: HashMap<AgentId, Vec<Entry>>,
    queues: Arc<HashMap<QueueId, String>>,
}

impl Noted {
    fn of(conn: &mut Conn, entries: Vec<Entry>) -> Result<Option<Self>> {
        if entries.is_empty() {
            return Ok(None);
        }
        let mut of: HashMap<AgentId, Vec<Entry>> = HashMap::new();
        for entry in entries {
            of.entry(entry.agent_id).or_default().push(entry);
        }
        Ok(Some(Self { of, queues: Arc::new(told::queue_names(conn)?) }))
    }
}

/// How far the reader of the log is.
#[derive(Clone, Debug)]
struct Place {
    event: i64,
    notices: board::Heard,
}

/// Where changes are handed out.
#[derive(Clone, Debug)]
pub struct Hub {
    sender: broadcast::Sender<News>,
    stop: CancellationToken,
}

impl Hub {
    /// A hub that nobody listens to yet.
    pub fn new() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0, stop: CancellationToken::new() }
    }

    /// Tells who is on a ticket now.
    pub fn gather(&self, gathering: Gathering) {
        // Nobody listening is no mistake.
        let _ = self.sender.send(News::Presence(Arc::new(gathering)));
    }

    /// For whoever reads the log himself: when to look, and when to stop.
    pub fn listen(&self) -> (Ear, CancellationToken) {
        (Ear(self.sender.subscribe()), self.stop.clone())
    }
}

/// Hears that something changed.
#[derive(Debug)]
pub struct Ear(broadcast::Receiver<News>);

impl Ear {
    /// Waits for a change since the last call, or for the end of the hub.
    pub async fn hear(&mut self) {
        // Lagging behind is hearing as well.
        let _ = self.0.recv().await;
        while self.0.try_recv().is_ok() {}
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads the event log and hands changes out, until told to stop; then ends all streams.
pub async fn run(web: Web, mut stopped: watch::Receiver<bool>) {
    let (mut last, mut pulse) = (None, None);
    while !*stopped.borrow() {
        match step(&web, last.clone(), &mut pulse).await {
            Ok(at) => last = Some(at),
            Err(error) => tracing::warn!(%error, "changes cannot be read; browsers hear of them later"),
        }
        note_throttled(&web).await;
        for gathering in web.presence.sweep(web.clock.now()) {
            web.live.gather(gathering);
        }
        tokio::select! {
            () = web.db.wakers().sleep(Wake::EVENTS, web.poll()) => {}
            // The sender is gone: the process ends.
            _ = stopped.changed() => {}
        }
    }
    note_throttled(&web).await;
    web.live.stop.cancel();
}

/// Puts the number of sign-ins that were told to wait into the audit log's count.
async fn note_throttled(web: &Web) {
    let n = i64::from(web.throttled.take());
    if n == 0 {
        return;
    }
    let now = Ts(web.clock.now());
    let who = Who::machine(Cause::Web);
    let noted =
        web.db.write(move |tx| audit::counted(tx, &who, Audited::SignInThrottled, "", "", n, now)).await;
    if let Err(error) = noted {
        tracing::warn!(%error, n, "sign-ins that had to wait were not counted");
    }
}

async fn step(web: &Web, last: Option<Place>, pulse: &mut Option<Pulse>) -> Result<Place> {
    // While nobody listens it is enough to know where the log ends.
    let last = last.filter(|_| web.live.sender.receiver_count() > 0);
    let present = web.clock.now();
    let look = move |conn: &mut Conn| {
        let now = if last.is_some() { Some(postmaster::pulse(conn)?) } else { None };
        match last {
            None => {
                let place = Place { event: view::last_event(conn)?, notices: board::newest(conn)? };
                Ok((Vec::new(), None, place, now))
            }
            Some(mut place) => {
                let changes = after(conn, place.event)?;
                let notices = board::since(conn, &mut place.notices, present)?;
                let notices = Noted::of(conn, notices)?;
                place.event = changes.last().map_or(place.event, |change| change.id);
                Ok((changes, notices, place, now))
            }
        }
    };
    let (changes, notices, newest, now) = web.db.read(look).await?;
    // Nobody listening is no mistake.
    let before = std::mem::replace(pulse, now);
    if now.is_some() && before.is_some() && before != now {
        let _ = web.live.sender.send(News::Mail);
    }
    if !changes.is_empty() {
        let _ = web.live.sender.send(News::Changes(Arc::new(changes)));
    }
    if let Some(notices) = notices {
        let _ = web.live.sender.send(News::Notices(Arc::new(notices)));
    }
    Ok(newest)
}

fn after(conn: &mut Conn, last: i64) -> Result<Vec<Change>> {
    let events = view::events_after(conn, last, BATCH)?;
    let mut ids: Vec<TicketId> = events.iter().map(|event| event.ticket_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let numbers = view::numbers(conn, &ids)?;
    let change = |event: &crate::tickets::Event| Change {
        id: event.id.0,
        ticket: numbers.get(&event.ticket_id).cloned().unwrap_or_default(),
        kind: event.kind.to_string(),
        queue: event.queue_id,
        ticket_id: event.ticket_id,
    };
    Ok(events.iter().map(change).collect())
}

// What somebody may have missed: a ticket may have left his sight since, so what counts is where it is now.
fn missed_by(conn: &mut Conn, actor: &Actor, last: i64) -> Result<Vec<Change>> {
    let changes = after(conn, last)?;
    let ids: Vec<TicketId> = changes.iter().map(|change| change.ticket_id).collect();
    let readable = list::by_ids(conn, actor, &ids)?;
    Ok(changes.into_iter().filter(|change| readable.contains_key(&change.ticket_id)).collect())
}

#[derive(Serialize)]
struct Told<'a> {
    presence: bool,
    ticket: &'a str,
    who: Vec<&'a Present>,
}

#[derive(Serialize)]
struct Noticed<'a> {
    notice: bool,
    unread: &'a str,
    #[serde(flatten)]
    told: &'a Notice,
}

// Without an id: nobody has missed anything who was away meanwhile.
fn presence(gathering: &Gathering, actor: &Actor) -> Option<String> {
    let who = gathering.without(actor.agent.id);
    let told = serde_json::to_string(&Told { presence: true, ticket: &gathering.number, who }).ok()?;
    Some(format!("event: presence\ndata: {told}\n\n"))
}

struct Listener {
    web: Data<Web>,
    secret: String,
    receiver: broadcast::Receiver<News>,
    actor: Actor,
    looked_up: tokio::time::Instant,
    // What was missed while the line was down; `None` once it has been said.
    missed: Option<i64>,
    greeted: bool,
    waiting: Option<Waiting>,
}

/// What somebody will be told in a moment.
struct Waiting {
    at: tokio::time::Instant,
    entries: Vec<Entry>,
    queues: Arc<HashMap<QueueId, String>>,
}

/// `GET /events`.
pub async fn stream(web: Data<Web>, signed: Signed, request: HttpRequest) -> Answer {
    let from_elsewhere = request.headers().contains_key("sec-fetch-site")
        && !session::is_same_site(request.headers(), &web.config);
    let secret = session::secret(&request, &web.config).filter(|_| !from_elsewhere);
    let secret = secret.ok_or(Error::NotFound)?;
    let missed = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let listener = Listener {
        receiver: web.live.sender.subscribe(),
        actor: signed.actor.clone(),
        looked_up: tokio::time::Instant::now(),
        web,
        secret,
        missed,
        greeted: false,
        waiting: None,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressing would hold back what is to be told at once.
        .insert_header(("content-encoding", "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(listener, |mut listener| async move {
            let text = listener.next().await?;
            Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), listener))
        })))
}

impl Listener {
    async fn next(&mut self) -> Option<String> {
        if !self.greeted {
            self.greeted = true;
            return Some("retry: 3000\n: listening\n\n".to_owned());
        }
        if let Some(last) = self.missed.take() {
            let actor = self.actor.clone();
            let missed = self.web.db.read(move |conn| missed_by(conn, &actor, last)).await.ok()?;
            let text = self.tell(&missed).await?;
            if !text.is_empty() {
                return Some(text);
            }
        }
        loop {
            let now = tokio::time::Instant::now();
            if let Some(waiting) = self.waiting.take_if(|waiting| waiting.at <= now) {
                self.refresh().await?;
                let text = self.notices(waiting).await?;
                if !text.is_empty() {
                    return Some(text);
                }
            }
            let patience = self.waiting.as_ref().map_or(PULSE, |waiting| waiting.at.duration_since(now));
            let stop = self.web.live.stop.clone();
            let heard = tokio::select! {
                heard = tokio::time::timeout(patience, self.receiver.recv()) => heard,
                () = stop.cancelled() => return None,
            };
            match heard {
                Ok(Ok(News::Mail)) => {
                    if self.actor.scope.may(InstallationRight::Recorder) {
                        return Some("event: mail\ndata: {\"mail\":true}\n\n".to_owned());
                    }
                }
                Ok(Ok(News::Presence(gathering))) => {
                    self.refresh().await?;
                    if self.may_hear(gathering.queue, gathering.ticket).await? {
                        return presence(&gathering, &self.actor);
                    }
                }
                Ok(Ok(News::Notices(noted))) => self.gather(&noted),
                Ok(Ok(News::Changes(changes))) => {
                    let text = self.tell(&changes).await?;
                    if !text.is_empty() {
                        return Some(text);
                    }
                }
                // Too slow to be told of each: told that there was something.
                Ok(Err(RecvError::Lagged(_))) => return Some("event: ticket\ndata: {}\n\n".to_owned()),
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) if self.waiting.is_some() => {}
                Err(_) => {
                    self.look_up().await?;
                    return Some(": still here\n\n".to_owned());
                }
            }
        }
    }

    fn gather(&mut self, noted: &Noted) {
        let Some(mine) = noted.of.get(&self.actor.agent.id) else { return };
        let queues = Arc::clone(&noted.queues);
        let at = tokio::time::Instant::now() + TOGETHER;
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            at,
            entries: Vec::new(),
            queues: Arc::clone(&queues),
        });
        waiting.queues = queues;
        for entry in mine {
            // The newer one has what the older one said in it.
            waiting.entries.retain(|older| !entry.replaces(older));
            waiting.entries.push(entry.clone());
        }
    }

    // Nothing when the session is over.
    async fn look_up(&mut self) -> Option<()> {
        let (secret, now, limits) = (self.secret.clone(), self.web.clock.now(), self.web.config.limits);
        let found = self
            .web
            .db
            .read(move |conn| {
                let session = sessions::find(conn, &secret, &limits, now)?.ok_or(Error::NotFound)?;
                let actor = Actor::load(conn, session.agent_id, Cause::Web, now)?;
                let seen = viewings::of(conn, &actor, &session.id_hash, now)?;
                Ok(seen.map_or(actor, |(seen, _)| seen))
            })
            .await;
        self.actor = found.ok()?;
        self.looked_up = tokio::time::Instant::now();
        Some(())
    }

    async fn refresh(&mut self) -> Option<()> {
        // Whoever expires wakes nobody.
        if !self.actor.agent.is_active(self.web.clock.now()) {
            return None;
        }
        if self.looked_up.elapsed() > FRESH { self.look_up().await } else { Some(()) }
    }

    async fn tell(&mut self, changes: &[Change]) -> Option<String> {
        self.refresh().await?;
        let mut text = String::new();
        for change in changes {
            if !self.may_hear(change.queue, change.ticket_id).await? {
                continue;
            }
            let data = serde_json::to_string(change).ok()?;
            text.push_str(&format!("id: {}\nevent: ticket\ndata: {data}\n\n", change.id));
        }
        Some(text)
    }

    // His own, of tickets that he may read; without an id, as whoever comes back sees them at the bell.
    async fn notices(&self, waiting: Waiting) -> Option<String> {
        let actor = self.actor.clone();
        let found = self.web.db.read(move |conn| {
            let readable = board::readable(conn, &actor, waiting.entries)?;
            let told = told::all(&Language::named(&actor.agent.language), &waiting.queues, readable);
            Ok((told, board::unread(conn, &actor)?))
        });
        let (told, unread) = found.await.ok()?;
        let unread = news_count(unread);
        let line =
            |told: &Notice| serde_json::to_string(&Noticed { notice: true, unread: &unread, told }).ok();
        told.iter().map(|told| Some(format!("event: notice\ndata: {}\n\n", line(told)?))).collect()
    }

    // Mostly the queue decides; an owner also hears of a ticket that was moved out of his sight.
    async fn may_hear(&self, queue: QueueId, ticket: TicketId) -> Option<bool> {
        if self.actor.scope.in_queue(queue).has(Right::Read) {
            return Some(true);
        }
        let (actor, id) = (self.actor.clone(), ticket);
        let readable = self.web.db.read(move |conn| match readable_by_id(conn, &actor, id) {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        });
        readable.await.ok()
    }
}
