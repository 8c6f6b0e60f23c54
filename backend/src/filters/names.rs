//! Queues, agents, states and priorities by key and by name, for rules that speak of them.

use crate::{
    db::{AgentId, Conn, QueueId, Status},
    error::Result,
    people::{Agent, agents},
    queues::{self, Queue},
    terms::Terms,
};

/// All of them, retired ones included.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// By name.
    pub queues: Vec<Queue>,
    /// By name.
    pub agents: Vec<Agent>,
    /// What the house calls states and priorities.
    pub terms: Terms,
    now: jiff::Timestamp,
}

impl Names {
    /// Reads them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(conn: &mut Conn, now: jiff::Timestamp) -> Result<Self> {
        Ok(Self { queues: queues::all(conn)?, agents: agents::all(conn)?, terms: Terms::load(conn)?, now })
    }

    /// A queue.
    pub fn queue(&self, id: QueueId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == id)
    }

    /// A queue that takes new tickets, by its name in any case.
    pub fn queue_named(&self, name: &str) -> Option<&Queue> {
        let name = name.trim().to_lowercase();
        self.queues.iter().find(|queue| queue.retired_at.is_none() && queue.name.to_lowercase() == name)
    }

    /// Whether there is such a state: a kind, or a name of that kind.
    pub fn knows(&self, state: Status) -> bool {
        let named = state.named.map(|id| self.terms.named(id));
        named.is_none_or(|found| found.is_some_and(|found| found.kind == state.kind))
    }

    /// An agent.
    pub fn agent(&self, id: AgentId) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.id == id)
    }

    /// An agent who may sign in, by his login.
    pub fn agent_named(&self, login: &str) -> Option<&Agent> {
        let login = login.trim().to_lowercase();
        self.agents.iter().find(|agent| self.is_active(agent) && agent.login == login)
    }

    /// Whether somebody may be given tickets at all.
    pub fn is_active(&self, agent: &Agent) -> bool {
        agent.is_active(self.now)
    }
}
