//! What the rules that match do together.

use super::{
    compile::{Compiled, Hits},
    model::{Actions, Aside, CustomerFrom, Mails},
};
use crate::db::{AgentId, QueueId, Status};

/// Where a mail goes, as far as a rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It opens a ticket.
    New,
    /// It belongs to one that there is.
    FollowUp,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fired {
    /// Its position; `None` for control headers.
    pub rule: Option<usize>,
    /// Its name, as the recorder says it.
    pub by: String,
    pub because: String,
    pub does: Actions,
    /// It would have put the mail aside, and a person said otherwise.
    pub let_in: bool,
}

/// What the rules say about one mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub(super) fired: Vec<Fired>,
    pub(super) aside: Option<(Aside, String)>,
    pub(super) queue: Option<(QueueId, String)>,
    pub(super) priority: Option<i32>,
    pub(super) state: Option<(Status, Option<u32>)>,
    pub(super) owner: Option<AgentId>,
    pub(super) tags: Vec<String>,
    pub(super) quiet: Option<String>,
    pub(super) customer: Option<(CustomerFrom, String)>,
}

/// Asks the rules in their order. `let_in`: a person decided that this mail is not to be put aside.
pub fn verdict(rules: &Compiled, hits: &Hits, arrival: Arrival, let_in: bool) -> Verdict {
    let mut verdict = Verdict::default();
    for (position, rule, because) in rules.matched(hits) {
        let speaks = match rule.mails {
            Mails::Both => true,
            Mails::New => arrival == Arrival::New,
            Mails::FollowUp => arrival == Arrival::FollowUp,
        };
        if !speaks {
            continue;
        }
        let by = format!("rule “{}”", rule.name);
        verdict.add(Some(position), by, because, &rule.actions, arrival, let_in);
        if verdict.aside.is_some() || rule.stop {
            break;
        }
    }
    verdict
}

impl Verdict {
    /// Adds what one rule does.
    pub(super) fn add(
        &mut self,
        rule: Option<usize>,
        by: String,
        because: String,
        does: &Actions,
        arrival: Arrival,
        let_in: bool,
    ) {
        let past = let_in && does.aside.is_some();
        self.fired.push(Fired { rule, by: by.clone(), because, does: does.clone(), let_in: past });
        if let Some(aside) = does.aside.filter(|_| !let_in) {
            self.aside = Some((aside, by));
            return;
        }
        if let Some(queue) = does.queue {
            self.queue = Some((queue, by.clone()));
        }
        self.priority = does.priority.or(self.priority);
        self.state = does.state.map(|state| (state, does.hours)).or(self.state);
        self.owner = does.owner.or(self.owner);
        for tag in &does.tags {
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
        if let Some(customer) = does.customer.clone().filter(|_| arrival == Arrival::New) {
            self.customer = Some((customer, by.clone()));
        }
        if does.quiet {
            self.quiet = Some(by);
        }
    }
}
