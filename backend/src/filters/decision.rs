//! What is to be done with a mail: the verdict of the rules, its names resolved. Real intake and dry run both do
//! exactly this.

use std::sync::Arc;

use mail_ingest::Mail;

use super::{
    compile::{Compiled, Hits},
    control::Wishes,
    describe,
    model::{Aside, CustomerFrom},
    names::Names,
    verdict::{Arrival, Verdict, verdict},
};
use crate::{
    db::{AgentId, Priority, QueueId, Status},
    i18n::Language,
    queues::OwnAddresses,
    tickets::Person,
};

/// A line of the recorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub result: String,
    /// Why.
    pub reason: String,
}

/// What is to be done with a mail.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// It goes nowhere, because of this.
    pub aside: Option<(Aside, String)>,
    /// A new ticket begins there, a follow-up moves its ticket there; and because of what.
    pub queue: Option<(QueueId, String)>,
    /// The priority afterwards.
    pub priority: Option<Priority>,
    /// The state afterwards, and for how many hours where it is a pending one.
    pub state: Option<(Status, Option<u32>)>,
    /// Whose it becomes, if he may.
    pub owner: Option<AgentId>,
    /// Tags to put on.
    pub tags: Vec<String>,
    /// No automatic answer, because of this.
    pub quiet: Option<String>,
    /// Whose ticket a new one is.
    pub customer: Option<Person>,
    /// The rules that spoke, by position.
    pub fired: Vec<usize>,
    /// What the recorder says, where that was asked: at least one line.
    pub lines: Vec<Line>,
}

impl Decision {
    /// Whether the ticket is changed once it is there.
    pub fn changes(&self) -> bool {
        self.queue.is_some()
            || self.priority.is_some()
            || self.state.is_some()
            || self.owner.is_some()
            || !self.tags.is_empty()
    }
}

/// A mail, and what is asked about it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The rules.
    pub rules: &'a Compiled,
    /// Those whose conditions hold.
    pub hits: &'a Hits,
    /// Its control headers, where its source is trusted.
    pub wishes: Option<&'a Wishes>,
    /// The mail itself, for rules that take the customer from a header.
    pub mail: &'a Mail,
    /// No address of ours is a customer.
    pub own: &'a OwnAddresses,
    /// Whether it opens a ticket.
    pub arrival: Arrival,
    /// A person decided that no rule puts it aside.
    pub let_in: bool,
    /// Whether the recorder's lines are wanted.
    pub explain: bool,
}

impl Question<'_> {
    /// What is to be done. `names` is asked for only when something speaks of what has one.
    ///
    /// # Errors
    /// Those of `names`.
    pub fn decide<E>(&self, names: impl FnOnce() -> Result<Arc<Names>, E>) -> Result<Decision, E> {
        let mut verdict = verdict(self.rules, self.hits, self.arrival, self.let_in);
        let wishes = self.wishes.filter(|wishes| !wishes.is_empty() && verdict.aside.is_none());
        let speaks = |fired: &super::verdict::Fired| {
            let does = &fired.does;
            let terms = does.priority.is_some() || does.state.is_some();
            does.queue.is_some() || does.owner.is_some() || (terms && self.explain)
        };
        let names =
            if wishes.is_some() || verdict.fired.iter().any(speaks) { names()? } else { Arc::default() };
        let mut problems = Vec::new();
        if let Some(wishes) = wishes {
            let (does, wrong) = wishes.actions(self.arrival, &names);
            problems.extend(wrong);
            let by = "its control headers".to_owned();
            verdict.add(None, by, wishes.because(), &does, self.arrival, self.let_in);
        }
        let mut lines = if self.explain { explained(&verdict, &names, self.rules) } else { Vec::new() };
        let decision = resolve(verdict, &names, self.mail, self.own, &mut problems);
        if self.explain {
            lines.extend(problems.into_iter().map(|why| Line { result: "not done".to_owned(), reason: why }));
        }
        Ok(Decision { lines, ..decision })
    }
}

fn explained(verdict: &Verdict, names: &Names, rules: &Compiled) -> Vec<Line> {
    let english = Language::english();
    let line = |fired: &super::verdict::Fired| {
        let mut did = describe::actions(&fired.does, names, &english);
        if fired.let_in {
            did.push("let in by a person all the same".to_owned());
        }
        let result = if did.is_empty() { "no change".to_owned() } else { did.join(", ") };
        Line { result, reason: format!("{}: {}", fired.by, fired.because) }
    };
    let lines: Vec<Line> = verdict.fired.iter().map(line).collect();
    if lines.is_empty() {
        let reason = if rules.rules.is_empty() { "there are no rules" } else { "" };
        return vec![Line { result: "no rule matched".to_owned(), reason: reason.to_owned() }];
    }
    lines
}

fn resolve(
    verdict: Verdict,
    names: &Names,
    mail: &Mail,
    own: &OwnAddresses,
    problems: &mut Vec<String>,
) -> Decision {
    let fired = verdict.fired.iter().filter_map(|fired| fired.rule).collect();
    let mut decision = Decision { aside: verdict.aside, fired, ..Decision::default() };
    if decision.aside.is_none() {
        decision.queue = verdict.queue.filter(|(id, by)| match names.queue(*id) {
            Some(queue) if queue.retired_at.is_none() => true,
            Some(queue) => {
                problems.push(format!("{by} names the queue {}, which is retired", queue.name));
                false
            }
            None => {
                problems.push(format!("{by} names a queue that is gone"));
                false
            }
        });
        decision.owner = verdict.owner.filter(|id| match names.agent(*id) {
            Some(agent) if names.is_active(agent) => true,
            Some(agent) => {
                problems.push(format!("{} may not sign in, and gets no ticket", agent.login));
                false
            }
            None => false,
        });
        decision.priority = verdict.priority.and_then(|level| level.to_string().parse().ok());
        decision.state = verdict.state;
        decision.tags = verdict.tags;
        decision.quiet = verdict.quiet;
        decision.customer = verdict.customer.and_then(|(from, by)| match customer(&from, mail, own) {
            Ok(person) => Some(person),
            Err(why) => {
                problems.push(format!("{by}: {why}"));
                None
            }
        });
    }
    decision
}

/// Whose ticket a mail opens by word of a rule.
fn customer(from: &CustomerFrom, mail: &Mail, own: &OwnAddresses) -> Result<Person, String> {
    let text = match from {
        CustomerFrom::Address(address) => address.as_str(),
        CustomerFrom::Header(name) => {
            mail.header(name).ok_or_else(|| format!("the mail has no header {name}"))?
        }
    };
    let first = mail_ingest::address::parse_list(text).ok().and_then(|list| list.into_iter().next());
    let found = first.and_then(|person| {
        let address = mail_ingest::address::normalise(&person.address)?;
        Some(Person { name: crate::tickets::store::without_nul(person.name), address })
    });
    match found {
        Some(person) if own.contains(&person.address) => {
            Err(format!("{} is our own address and no customer's", person.address))
        }
        Some(person) => Ok(person),
        None => Err("there is no address to take the customer from".to_owned()),
    }
}
