//! Control headers: what a program that hands in mail asks for. They count only in mails from a trusted source, as if a
//! rule stood behind all others.

use mail_ingest::Mail;

use super::{
    model::{Actions, Aside, CustomerFrom},
    names::Names,
    verdict::Arrival,
};
use crate::db::{Priority, Status};

/// What all of their names begin with.
const PREFIX: &str = "x-turnstone-";
/// So many of them are read.
const MOST: usize = 50;

/// What a mail asks for: names without the prefix, and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes(Vec<(String, String)>);

impl Wishes {
    /// Reads them.
    pub fn of(mail: &Mail) -> Self {
        let known = |name: &str| {
            let lower = name.to_ascii_lowercase();
            lower.strip_prefix(PREFIX).map(str::to_owned)
        };
        let all =
            mail.headers.iter().filter_map(|(name, value)| Some((known(name)?, value.trim().to_owned())));
        Self(all.take(MOST).collect())
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the headers, as a reason.
    pub(super) fn because(&self) -> String {
        let names: Vec<String> =
            self.0.iter().map(|(name, _)| format!("X-Turnstone-{}", title(name))).collect();
        format!("its source is trusted: {}", names.join(", "))
    }

    /// What they do, and what of it cannot be done. Where a ticket lies and whose it is was decided when it was
    /// opened: a program that writes the same headers into each mail does not move it back.
    pub(super) fn actions(&self, arrival: Arrival, names: &Names) -> (Actions, Vec<String>) {
        let mut does = Actions::default();
        let mut problems = Vec::new();
        let new = arrival == Arrival::New;
        for (name, value) in &self.0 {
            let on = !matches!(value.to_lowercase().as_str(), "" | "no" | "false" | "0" | "off");
            let good = match name.as_str() {
                "queue" | "owner" | "customer" if !new => true,
                "queue" => {
                    does.queue = names.queue_named(value).map(|queue| queue.id).or(does.queue);
                    names.queue_named(value).is_some()
                }
                "owner" => {
                    does.owner = names.agent_named(value).map(|agent| agent.id).or(does.owner);
                    names.agent_named(value).is_some()
                }
                "customer" => {
                    does.customer = Some(CustomerFrom::Address(value.clone()));
                    mail_ingest::address::normalise(value).is_some()
                }
                "priority" => {
                    let level = names.terms.priority_of(value).map(Priority::level);
                    does.priority = level.or(does.priority);
                    level.is_some()
                }
                "state" => {
                    let state = names.terms.state_of(value);
                    let state = state.filter(|state| super::check::settable(*state));
                    does.state = state.or(does.state);
                    state.is_some()
                }
                "pending-hours" => {
                    let hours = value.parse().ok().filter(|hours| super::check::HOURS.contains(hours));
                    does.hours = hours.or(does.hours);
                    hours.is_some()
                }
                "tag" | "tags" => {
                    let tags = value.split(',').map(str::trim).filter(|tag| !tag.is_empty());
                    let (good, bad): (Vec<&str>, Vec<&str>) = tags.partition(|tag| super::check::is_tag(tag));
                    does.tags.extend(good.into_iter().take(super::check::TAGS).map(str::to_owned));
                    bad.is_empty()
                }
                "ignore" => {
                    does.aside = if on { Some(Aside::Ignore) } else { does.aside };
                    true
                }
                "quarantine" => {
                    does.aside = if on { does.aside.or(Some(Aside::Quarantine)) } else { does.aside };
                    true
                }
                "no-auto-response" => {
                    does.quiet |= on;
                    true
                }
                _ => false,
            };
            if !good {
                let value: String = value.chars().take(100).collect();
                problems.push(format!("X-Turnstone-{}: “{value}” means nothing here", title(name)));
            }
        }
        if does.state.is_some_and(Status::is_pending) && does.hours.is_none() {
            does.state = None;
            problems.push("a pending state needs X-Turnstone-Pending-Hours".to_owned());
        }
        (does, problems)
    }
}

fn title(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
