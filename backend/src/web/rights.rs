//! Rights in sentences: who gains and loses what.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{AgentId, Conn, QueueId, Right};
use crate::error::Result;
use crate::i18n::Language;
use crate::people::agents;
use crate::people::effects::{Effect, What};
use crate::queues;

/// A sentence about a change.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Whether something is gained.
    pub gained: bool,
    /// Who gains or loses what, and where.
    pub text: String,
}

/// So many names stand in a sentence; then they are counted.
const NAMED: usize = 3;

/// All rights of a queue in one sentence, for the same people; what a right brings along is not said twice.
///
/// # Errors
/// Those of the database.
pub fn told(conn: &mut Conn, effects: &[Effect], language: &Language) -> Result<Vec<Told>> {
    let names: BTreeMap<AgentId, String> =
        agents::all(conn)?.into_iter().map(|agent| (agent.id, agent.name)).collect();
    let queues: BTreeMap<QueueId, String> =
        queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let mut in_queues: Vec<(QueueId, bool, Vec<AgentId>, Vec<Right>)> = Vec::new();
    let mut sentences = Vec::new();
    for effect in effects {
        match &effect.what {
            What::InQueue(queue, right) => {
                let same = in_queues.iter_mut().find(|(other, gained, who, _)| {
                    other == queue && *gained == effect.gained && *who == effect.agents
                });
                match same {
                    Some((.., rights)) => rights.push(*right),
                    None => in_queues.push((*queue, effect.gained, effect.agents.clone(), vec![*right])),
                }
            }
            What::Installation(right) => {
                let key = if effect.gained { "rights-gain" } else { "rights-lose" };
                let what = language.tr(&format!("installation-{right}"));
                let who = who(&effect.agents, &names, language);
                let text = language.tr_values(key, count(&effect.agents), &[("who", &who), ("what", &what)]);
                sentences.push(Told { gained: effect.gained, text });
            }
        }
    }
    let places = in_queues.into_iter().map(|(queue, gained, people, rights)| {
        let key = if gained { "rights-gain-in" } else { "rights-lose-in" };
        let what = words(&rights, gained, language);
        let queue = queues.get(&queue).map_or("", String::as_str);
        let who = who(&people, &names, language);
        let values = [("who", who.as_str()), ("what", &what), ("queue", queue)];
        Told { gained, text: language.tr_values(key, count(&people), &values) }
    });
    let mut all: Vec<Told> = places.collect();
    all.extend(sentences);
    Ok(all)
}

fn count(people: &[AgentId]) -> i64 {
    i64::try_from(people.len()).unwrap_or(i64::MAX)
}

fn who(people: &[AgentId], names: &BTreeMap<AgentId, String>, language: &Language) -> String {
    let first: Vec<&str> =
        people.iter().take(NAMED).filter_map(|id| names.get(id)).map(String::as_str).collect();
    match people.len().checked_sub(NAMED).filter(|more| *more > 0) {
        None => first.join(", "),
        Some(more) => {
            let more = i64::try_from(more).unwrap_or(i64::MAX);
            language.tr_values("rights-and-more", more, &[("names", &first.join(", "))])
        }
    }
}

/// The names of rights. Who gains the one that holds all others has them all; who loses it may keep some.
fn words(rights: &[Right], gained: bool, language: &Language) -> String {
    if rights.len() == Right::ALL.len() || (gained && rights.contains(&Right::Full)) {
        return language.tr(&format!("right-{}", Right::Full));
    }
    let names: Vec<String> = rights.iter().map(|right| language.tr(&format!("right-{right}"))).collect();
    names.join(", ")
}
