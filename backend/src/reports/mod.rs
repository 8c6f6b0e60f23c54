//! Figures: how many tickets were created and closed, how long answers and solutions took, who has how many.
//!
//! Read from `milestones`, which triggers keep: an index over exactly the time that is asked for, never the archive.

mod period;

use std::collections::BTreeMap;

use diesel::{dsl::IntoBoxed, prelude::*};

pub use period::{Period, Step};

use crate::{
    access::{Actor, Scope},
    db::{
        AgentId, Conn, InstallationRight, Keep, Milestone, MultiBackend, QueueId, Right, Ts,
        schema::{milestones, tickets},
    },
    error::Result,
};

/// What happened in some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tickets that came in or were opened.
    pub created: i64,
    /// Tickets that were closed and stayed so.
    pub closed: i64,
    /// Tickets whose customer got the first answer.
    pub answered: i64,
    /// Seconds until the first answer that half of them waited at most.
    pub first_answer: Option<i64>,
    /// Seconds until the closing that half of them took at most.
    pub solution: Option<i64>,
}

/// The figures of one part of a period.
#[derive(Clone, Debug)]
pub struct Part {
    /// From this instant on.
    pub from: Ts,
    /// What happened.
    pub figures: Figures,
}

/// What the actor may know: figures of the queues he may read, of one of them where he names one.
#[derive(Clone, Debug)]
pub struct Sight {
    /// `None`: every queue, those that are retired included.
    queues: Option<Vec<QueueId>>,
    /// Whose own figures he sees; `None`: everybody's.
    agent: Option<AgentId>,
}

impl Sight {
    /// Of all readable queues, or of this one, which is empty where it may not be read. How much colleagues do is shown
    /// to whoever manages people; everybody sees himself.
    pub fn of(actor: &Actor, queue: Option<QueueId>) -> Self {
        let scope = &actor.scope;
        let queues = match queue {
            Some(queue) => {
                Some(if scope.in_queue(queue).has(Right::Read) { vec![queue] } else { Vec::new() })
            }
            None if scope.everywhere(Right::Read) => None,
            None => Some(sorted(scope)),
        };
        let all = scope.may(InstallationRight::People);
        Self { queues, agent: (!all).then_some(actor.agent.id) }
    }

    /// Whether colleagues' figures are shown as well.
    pub fn of_colleagues(&self) -> bool {
        self.agent.is_none()
    }
}

fn sorted(scope: &Scope) -> Vec<QueueId> {
    let mut queues = scope.queues_with(Right::Read);
    queues.sort();
    queues
}

type Boxed = IntoBoxed<'static, milestones::table, MultiBackend>;

fn within(sight: &Sight, kind: Milestone, from: Ts, to: Ts) -> Boxed {
    let query = milestones::table
        .filter(milestones::kind.eq(kind))
        .filter(milestones::at.ge(from).and(milestones::at.lt(to)))
        .into_boxed();
    match &sight.queues {
        Some(queues) => query.filter(milestones::queue_id.eq_any(queues.clone())),
        None => query,
    }
}

/// The figures of each part of the period, in order.
///
/// # Errors
/// Those of the database.
pub fn over_time(conn: &mut Conn, sight: &Sight, period: &Period) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for (from, to) in period.parts() {
        let created = within(sight, Milestone::Created, from, to).count().kept().get_result(conn)?;
        let answered = took(conn, sight, Milestone::Answered, from, to)?;
        let closed = took(conn, sight, Milestone::Closed, from, to)?;
        parts.push(Part { from, figures: figures(created, answered, closed) });
    }
    Ok(parts)
}

fn took(conn: &mut Conn, sight: &Sight, kind: Milestone, from: Ts, to: Ts) -> Result<Vec<i64>> {
    Ok(within(sight, kind, from, to).select(milestones::took).kept().load(conn)?)
}

fn figures(created: i64, answered: Vec<i64>, closed: Vec<i64>) -> Figures {
    let n = |list: &Vec<i64>| i64::try_from(list.len()).unwrap_or(i64::MAX);
    Figures {
        created,
        answered: n(&answered),
        closed: n(&closed),
        first_answer: median(answered),
        solution: median(closed),
    }
}

/// What half of them do not exceed. Of an even number the lower middle: a value that occurred.
fn median(mut values: Vec<i64>) -> Option<i64> {
    let middle = values.len().checked_sub(1)? / 2;
    let (_, median, _) = values.select_nth_unstable(middle);
    Some(*median)
}

/// The figures of the whole period in all, by queue, and by agent: those the actor may see.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// In all.
    pub all: Figures,
    /// By queue.
    pub queues: BTreeMap<QueueId, Figures>,
    /// By agent: what he answered first, what was his when it was closed.
    pub agents: BTreeMap<AgentId, Figures>,
}

/// Sums the period up.
///
/// # Errors
/// Those of the database.
pub fn totals(conn: &mut Conn, sight: &Sight, period: &Period) -> Result<Totals> {
    let (from, to) = period.whole();
    let mut created: BTreeMap<QueueId, i64> = BTreeMap::new();
    let queues = within(sight, Milestone::Created, from, to).select(milestones::queue_id);
    for queue in queues.load::<QueueId>(conn)? {
        *created.entry(queue).or_default() += 1;
    }
    let answered = rows(conn, sight, Milestone::Answered, from, to)?;
    let closed = rows(conn, sight, Milestone::Closed, from, to)?;
    let times = |rows: &[Row]| rows.iter().map(|row| row.2).collect();
    let mut sums = Totals {
        all: figures(created.values().sum(), times(&answered), times(&closed)),
        ..Totals::default()
    };
    let by_queue = |rows: &[Row]| grouped(rows, |row| Some(row.0));
    let (answers, closings) = (by_queue(&answered), by_queue(&closed));
    let queues = created.keys().chain(answers.keys()).chain(closings.keys());
    for queue in queues.copied().collect::<std::collections::BTreeSet<_>>() {
        let of = |times: &BTreeMap<QueueId, Vec<i64>>| times.get(&queue).cloned().unwrap_or_default();
        let n = created.get(&queue).copied().unwrap_or(0);
        sums.queues.insert(queue, figures(n, of(&answers), of(&closings)));
    }
    let by_agent = |rows: &[Row]| {
        grouped(rows, |row| row.1.filter(|agent| sight.agent.is_none_or(|only| only == *agent)))
    };
    let (answers, closings) = (by_agent(&answered), by_agent(&closed));
    for agent in answers.keys().chain(closings.keys()).copied().collect::<std::collections::BTreeSet<_>>() {
        let of = |times: &BTreeMap<AgentId, Vec<i64>>| times.get(&agent).cloned().unwrap_or_default();
        sums.agents.insert(agent, figures(0, of(&answers), of(&closings)));
    }
    Ok(sums)
}

type Row = (QueueId, Option<AgentId>, i64);

fn rows(conn: &mut Conn, sight: &Sight, kind: Milestone, from: Ts, to: Ts) -> Result<Vec<Row>> {
    Ok(within(sight, kind, from, to)
        .select((milestones::queue_id, milestones::agent_id, milestones::took))
        .load(conn)?)
}

fn grouped<K: Ord>(rows: &[Row], key: impl Fn(&Row) -> Option<K>) -> BTreeMap<K, Vec<i64>> {
    let mut groups: BTreeMap<K, Vec<i64>> = BTreeMap::new();
    for row in rows {
        if let Some(key) = key(row) {
            groups.entry(key).or_default().push(row.2);
        }
    }
    groups
}

/// How many active tickets lie on whose desk, in the queues the actor may read: everybody's, as the lists show it too.
///
/// # Errors
/// Those of the database.
pub fn load_by_agent(conn: &mut Conn, actor: &Actor) -> Result<BTreeMap<AgentId, i64>> {
    let rows: Vec<(Option<AgentId>, QueueId, i64)> = tickets::table
        .filter(tickets::active.eq(true).and(tickets::owner_id.is_not_null()))
        .group_by((tickets::owner_id, tickets::queue_id))
        .select((tickets::owner_id, tickets::queue_id, diesel::dsl::count_star()))
        .load(conn)?;
    let mut load = BTreeMap::new();
    for (agent, queue, n) in rows {
        if let Some(agent) = agent.filter(|_| actor.scope.in_queue(queue).has(Right::Read)) {
            *load.entry(agent).or_default() += n;
        }
    }
    Ok(load)
}
