//! Which domain's mail may be sent now: one that is slow, busy or down never holds up the rest.

use std::collections::HashMap;

/// So many failures in a row, or one slow session, and a domain is troubled.
const STREAK: u32 = 2;
/// So many troubled domains are remembered.
const REMEMBERED: usize = 1_000;

/// Who has how many lanes. The domain is that of a mail's first recipient: a relay that hands mail on while we wait is
/// slow for that recipient, not for all.
#[derive(Debug)]
pub(super) struct Fairness {
    lanes: usize,
    busy: HashMap<String, usize>,
    failures: HashMap<String, u32>,
}

/// How a session for a domain went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Quickly and well, or refused for a reason of its own.
    Fine,
    /// Put off.
    Failed,
    /// It took so long that others would have waited.
    Slow,
    /// It says nothing about the domain: the relay itself was away.
    Unknown,
}

impl Fairness {
    pub(super) fn new(lanes: usize) -> Self {
        Self { lanes, busy: HashMap::new(), failures: HashMap::new() }
    }

    /// Takes a lane for the domain, if it may have one more.
    pub(super) fn admit(&mut self, domain: &str) -> bool {
        let troubled = self.is_troubled(domain);
        if self.of(domain) >= self.most(troubled) || (troubled && self.of_troubled() >= self.most_troubled())
        {
            return false;
        }
        *self.busy.entry(domain.to_owned()).or_default() += 1;
        true
    }

    /// Gives a lane back.
    pub(super) fn release(&mut self, domain: &str, verdict: Verdict) {
        if let Some(busy) = self.busy.get_mut(domain) {
            *busy = busy.saturating_sub(1);
            if *busy == 0 {
                self.busy.remove(domain);
            }
        }
        match verdict {
            Verdict::Fine => {
                self.failures.remove(domain);
            }
            Verdict::Unknown => {}
            Verdict::Failed | Verdict::Slow => {
                if self.failures.len() >= REMEMBERED && !self.failures.contains_key(domain) {
                    // They are learned anew, each at the price of one session.
                    self.failures.clear();
                }
                let by = if verdict == Verdict::Slow { STREAK } else { 1 };
                let failures = self.failures.entry(domain.to_owned()).or_default();
                *failures = failures.saturating_add(by);
            }
        }
    }

    /// The domains that get no further lane at this moment.
    pub(super) fn closed(&self) -> Vec<String> {
        let all_troubled = self.of_troubled() >= self.most_troubled();
        let troubled = self.failures.keys().filter(|domain| all_troubled && self.is_troubled(domain));
        let full = self.busy.iter().filter(|(domain, busy)| **busy >= self.most(self.is_troubled(domain)));
        let mut closed: Vec<String> = troubled.chain(full.map(|(domain, _)| domain)).cloned().collect();
        closed.sort_unstable();
        closed.dedup();
        closed
    }

    fn of(&self, domain: &str) -> usize {
        self.busy.get(domain).copied().unwrap_or(0)
    }

    fn is_troubled(&self, domain: &str) -> bool {
        self.failures.get(domain).is_some_and(|failures| *failures >= STREAK)
    }

    fn of_troubled(&self) -> usize {
        self.busy.iter().filter(|(domain, _)| self.is_troubled(domain)).map(|(_, busy)| busy).sum()
    }

    /// Half of the lanes, and a quarter for a domain in trouble; never none.
    fn most(&self, troubled: bool) -> usize {
        (self.lanes / if troubled { 4 } else { 2 }).max(1)
    }

    /// A quarter of the lanes is never theirs, however many they are.
    fn most_troubled(&self) -> usize {
        (self.lanes - self.lanes / 4 - usize::from(self.lanes > 1 && self.lanes < 4)).max(1)
    }
}
