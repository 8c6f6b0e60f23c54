//! Who is on a ticket at this moment, looking or writing. Kept in memory and for seconds only. Nodes that share a database
//! tell each other what their browsers say; one that has just begun knows all within the time in which they repeat it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::failure::Answer;
use super::gate::Signed;
use super::state::Web;
use super::view::Face;
use crate::access;
use crate::db::{AgentId, QueueId, TicketId};
use crate::error::Error;

/// Whoever was not heard of for so long has gone. Browsers tell every 20 seconds.
const GONE: SignedDuration = SignedDuration::from_secs(50);
/// So many browsers are remembered on one ticket.
const ON_ONE: usize = 100;
/// On so many tickets.
const TICKETS: usize = 10_000;
/// The longest name that a browser gives itself, in bytes.
const TAB: usize = 40;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// Has the ticket before him.
    Viewing,
    /// Writes a reply or a note.
    Writing,
}

/// Somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Present {
    /// Who.
    pub face: Face,
    /// What he does.
    pub doing: Doing,
    #[serde(skip)]
    agent: AgentId,
}

/// All who are on one ticket, as listeners are told of it.
#[derive(Clone, Debug)]
pub struct Gathering {
    /// The ticket's number.
    pub number: String,
    /// Its key.
    pub ticket: TicketId,
    /// Its queue.
    pub queue: QueueId,
    /// Who is there.
    pub present: Vec<Present>,
}

impl Gathering {
    /// The others, as one of them is told.
    pub fn without(&self, agent: AgentId) -> Vec<&Present> {
        self.present.iter().filter(|present| present.agent != agent).collect()
    }
}

#[derive(Clone, Debug)]
struct Browser {
    tab: String,
    agent: AgentId,
    name: String,
    doing: Doing,
    seen: Timestamp,
}

#[derive(Clone, Debug)]
struct Room {
    number: String,
    queue: QueueId,
    browsers: Vec<Browser>,
}

impl Room {
    // Each once, however many windows he has open.
    fn present(&self) -> Vec<Present> {
        let mut present: Vec<Present> = Vec::new();
        for browser in &self.browsers {
            match present.iter_mut().find(|known| known.agent == browser.agent) {
                Some(known) => known.doing = known.doing.max(browser.doing),
                None => present.push(Present {
                    face: Face::of_agent(browser.agent, &browser.name),
                    doing: browser.doing,
                    agent: browser.agent,
                }),
            }
        }
        present
    }

    fn forget(&mut self, now: Timestamp) {
        self.browsers.retain(|browser| now.duration_since(browser.seen) < GONE);
    }

    fn gathering(&self, ticket: TicketId) -> Gathering {
        Gathering { number: self.number.clone(), ticket, queue: self.queue, present: self.present() }
    }
}

/// Who is where. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Presence(Arc<Mutex<HashMap<TicketId, Room>>>);

impl Presence {
    fn rooms(&self) -> std::sync::MutexGuard<'_, HashMap<TicketId, Room>> {
        // Whoever panicked left a whole map behind: each change is one statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who besides `agent` is on a ticket.
    pub fn others(&self, ticket: TicketId, agent: AgentId, now: Timestamp) -> Vec<Present> {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(&ticket) else { return Vec::new() };
        room.forget(now);
        room.present().into_iter().filter(|present| present.agent != agent).collect()
    }

    /// Notes what a browser says; the gathering, where it is another one than before.
    fn note(
        &self,
        room: (TicketId, &str, QueueId),
        browser: (AgentId, &str, &str),
        doing: Option<Doing>,
        now: Timestamp,
    ) -> Option<Gathering> {
        let ((ticket, number, queue), (agent, name, tab)) = (room, browser);
        let mut rooms = self.rooms();
        if rooms.len() >= TICKETS && !rooms.contains_key(&ticket) {
            return None;
        }
        let room = rooms.entry(ticket).or_insert_with(|| Room {
            number: number.to_owned(),
            queue,
            browsers: Vec::new(),
        });
        let before = room.present();
        room.queue = queue;
        room.forget(now);
        room.browsers.retain(|known| (known.agent, known.tab.as_str()) != (agent, tab));
        if let Some(doing) = doing
            && room.browsers.len() < ON_ONE
        {
            let (tab, name) = (tab.to_owned(), name.to_owned());
            room.browsers.push(Browser { tab, agent, name, doing, seen: now });
        }
        let (now_there, gathering) = (room.present(), room.gathering(ticket));
        if room.browsers.is_empty() {
            rooms.remove(&ticket);
        }
        let same = before.len() == now_there.len() && before.iter().all(|known| now_there.contains(known));
        (!same).then_some(gathering)
    }

    /// Forgets browsers that fell silent; the gatherings that are others thereby.
    pub fn sweep(&self, now: Timestamp) -> Vec<Gathering> {
        let mut changed = Vec::new();
        self.rooms().retain(|ticket, room| {
            let before = room.present();
            room.forget(now);
            if room.present() != before {
                changed.push(room.gathering(*ticket));
            }
            !room.browsers.is_empty()
        });
        changed
    }
}

/// What a browser says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Nothing: its window was closed or covered.
    doing: Option<Doing>,
    /// Tells the windows of one person apart.
    tab: String,
}

/// What a browser said to one node, as the others are told.
#[derive(Debug, Serialize, Deserialize)]
struct Word {
    node: String,
    ticket: TicketId,
    number: String,
    queue: QueueId,
    agent: AgentId,
    name: String,
    tab: String,
    doing: Option<Doing>,
}

/// Hears what other nodes' browsers say, until told to stop.
pub async fn hear(web: Web, mut stopped: watch::Receiver<bool>) {
    let mut words = web.db.hear();
    while !*stopped.borrow() {
        let said = tokio::select! {
            said = words.recv() => said,
            _ = stopped.changed() => return,
        };
        match said {
            Ok(text) => heard(&web, &text),
            // They are repeated.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn heard(web: &Web, text: &str) {
    // Another version may say it otherwise.
    let Ok(word) = serde_json::from_str::<Word>(text) else { return };
    if word.node == *web.node {
        return;
    }
    // Windows of two nodes are never one.
    let tab = format!("{}/{}", word.node, word.tab);
    let room = (word.ticket, word.number.as_str(), word.queue);
    let browser = (word.agent, word.name.as_str(), tab.as_str());
    if let Some(gathering) = web.presence.note(room, browser, word.doing, web.clock.now()) {
        web.live.gather(gathering);
    }
}

/// `PUT /tickets/{number}/presence`.
pub async fn put(web: Data<Web>, signed: Signed, number: Path<String>, said: Json<Said>) -> Answer {
    let said = said.into_inner();
    let (asker, name) = (signed.clone(), number.into_inner());
    let ticket = web
        .db
        .read(move |conn| access::readable(conn, &asker.actor, &name).map(|access| access.ticket().clone()))
        .await?;
    let agent = &signed.actor.agent;
    let tab: String = said.tab.chars().take(TAB).collect();
    let changed = web.presence.note(
        (ticket.id, &ticket.number, ticket.queue_id),
        (agent.id, &agent.name, &tab),
        said.doing,
        web.clock.now(),
    );
    if let Some(gathering) = changed {
        web.live.gather(gathering);
    }
    let word = Word {
        node: web.node.to_string(),
        ticket: ticket.id,
        number: ticket.number,
        queue: ticket.queue_id,
        agent: agent.id,
        name: agent.name.clone(),
        tab,
        doing: said.doing,
    };
    if let Err(error) = web.db.say(serde_json::to_string(&word).map_err(Error::from)?).await {
        tracing::debug!(%error, "other nodes do not hear who is on a ticket");
    }
    Ok(HttpResponse::NoContent().finish())
}
