//! What a search means: its names, words and days looked up, for one agent.

use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::language::{Asks, Clause, Key, phrase, shortened, wrong};
use crate::{
    access::{Actor, Rights},
    db::{AgentId, Conn, Priority, QueueId, State, Status, Ts, ticket_text::Field, ticket_text::Phrase},
    error::{Error, Result, say},
    people::agents,
    queues,
    terms::Terms,
    tickets::{
        Moment,
        list::{Condition, Filter, Side, Test, Whose},
    },
};

/// What can stand behind `is:`.
pub const IS: [&str; 11] = [
    "unassigned",
    "assigned",
    "mine",
    "locked",
    "unread",
    "watched",
    "new",
    "open",
    "pending",
    "closed",
    "active",
];

/// What can stand behind `state:`, and which states it means.
const STATES: [(&str, &[State]); 12] = [
    ("new", &[State::New]),
    ("open", &[State::Open]),
    ("pending", &[State::PendingReminder, State::PendingAutoClose]),
    ("pending_reminder", &[State::PendingReminder]),
    ("pending_auto", &[State::PendingAutoClose]),
    ("waiting", &[State::PendingReminder, State::PendingAutoClose]),
    ("closed", &[State::Closed]),
    ("merged", &[State::Merged]),
    ("active", &[State::New, State::Open, State::PendingReminder, State::PendingAutoClose]),
    ("pending reminder", &[State::PendingReminder]),
    ("pending auto close", &[State::PendingAutoClose]),
    (
        "any",
        &[
            State::New,
            State::Open,
            State::PendingReminder,
            State::PendingAutoClose,
            State::Closed,
            State::Merged,
        ],
    ),
];

/// The words for states that are offered.
pub const STATE_WORDS: [&str; 7] = ["new", "open", "pending", "closed", "merged", "active", "any"];

/// Whether what stands behind `is:` is a state.
pub fn is_state(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "new" | "open" | "pending" | "closed" | "active")
}

/// Narrows `filter` down to what a search asks for. What it says itself (a queue, an owner, states) stays asked for too.
///
/// # Errors
/// [`Error::Invalid`] of the field `q` names the word that means nothing and says what would.
pub fn narrow(
    conn: &mut Conn,
    actor: &Actor,
    clauses: &[Clause],
    at: &Moment,
    filter: &mut Filter,
) -> Result<()> {
    let mut reading = Reading { conn, actor, at };
    let mut text: Vec<Phrase> = Vec::new();
    let mut asked: Vec<Condition> = Vec::new();
    for clause in clauses {
        let found = match &clause.asks {
            Asks::Text(phrase) => Test::Text(vec![phrase.clone()]),
            Asks::Key(key, values) => reading.test(*key, values)?,
        };
        match found {
            // One look into the index finds all that must be there together.
            Test::Text(phrases) if !clause.negated => text.extend(phrases),
            test => join(&mut asked, Condition { test, negated: clause.negated }),
        }
    }
    if !text.is_empty() {
        asked.insert(0, Test::Text(text).into());
    }
    for condition in asked {
        match condition {
            // Said where the list has an index for it.
            Condition { test: Test::Queues(only), negated: false }
                if filter.queue.is_none() && only.len() == 1 =>
            {
                filter.queue = only.first().copied();
            }
            Condition { test: Test::Owners(only), negated: false }
                if filter.owner.is_none() && only.len() == 1 =>
            {
                filter.owner = only.first().map(|owner| owner.map_or(Whose::Nobody, Whose::Agent));
            }
            other => filter.also.push(other),
        }
    }
    Ok(())
}

/// The same key twice means either: a ticket is in one queue and in one state.
fn join(asked: &mut Vec<Condition>, new: Condition) {
    if !new.negated {
        for known in asked.iter_mut().filter(|known| !known.negated) {
            match (&mut known.test, &new.test) {
                (Test::Queues(all), Test::Queues(more)) => return all.extend(more),
                (Test::States(all), Test::States(more)) => return all.extend(more),
                (Test::Owners(all), Test::Owners(more)) => return all.extend(more),
                (Test::Priorities(all), Test::Priorities(more)) => return all.extend(more),
                (Test::Numbers(all), Test::Numbers(more)) => return all.extend(more.iter().cloned()),
                _ => {}
            }
        }
    }
    asked.push(new);
}

struct Reading<'a> {
    conn: &'a mut Conn,
    actor: &'a Actor,
    at: &'a Moment,
}

impl Reading<'_> {
    fn test(&mut self, key: Key, values: &[String]) -> Result<Test> {
        Ok(match key {
            Key::Queue => Test::Queues(self.each(values, Self::queue)?),
            Key::State => Test::States(self.each(values, Self::states)?.concat()),
            Key::Owner => Test::Owners(self.each(values, Self::owner)?),
            Key::From => text(Field::Writers, key, values)?,
            Key::Title => text(Field::Title, key, values)?,
            Key::File => text(Field::Files, key, values)?,
            Key::Tag => Test::Tags(values.to_vec()),
            Key::Number => {
                Test::Numbers(values.iter().map(|value| value.trim_start_matches('#').to_owned()).collect())
            }
            Key::Priority => Test::Priorities(self.each(values, Self::priority)?),
            Key::Is => self.is(single(key, values)?)?,
            Key::Has => match single(key, values)?.to_lowercase().as_str() {
                "attachment" | "attachments" | "file" | "files" => Test::Files,
                other => return Err(none_of(key, other, &["attachment"])),
            },
            Key::Waiting => match single(key, values)?.to_lowercase().as_str() {
                "us" => Test::Waits(Side::Us),
                "customer" => Test::Waits(Side::Customer),
                other => return Err(none_of(key, other, &["us", "customer"])),
            },
            Key::Before => Test::Changed(None, Some(self.days(single(key, values)?)?.0)),
            Key::After => Test::Changed(Some(self.days(single(key, values)?)?.0), None),
            Key::Created => self.created(single(key, values)?)?,
        })
    }

    fn each<T>(&mut self, values: &[String], one: impl Fn(&mut Self, &str) -> Result<T>) -> Result<Vec<T>> {
        values.iter().map(|value| one(self, value)).collect()
    }

    /// A queue of which the agent may know.
    fn queue(&mut self, name: &str) -> Result<QueueId> {
        let all = queues::all(self.conn)?;
        let known = |queue: &&queues::Queue| self.actor.scope.in_queue(queue.id) != Rights::NONE;
        let same = |queue: &&queues::Queue| queue.name.to_lowercase() == name.to_lowercase();
        let mut visible = all.iter().filter(known);
        visible.clone().find(same).map(|queue| queue.id).ok_or_else(|| {
            let begins = |queue: &&queues::Queue| queue.name.to_lowercase().starts_with(&name.to_lowercase());
            match visible.find(begins) {
                Some(near) => {
                    wrong(say!("refused-search-queue-near", name = shortened(name), near = near.name))
                }
                None => wrong(say!("refused-search-queue", name = shortened(name))),
            }
        })
    }

    /// An agent by login or name; `None` is nobody.
    fn owner(&mut self, name: &str) -> Result<Option<AgentId>> {
        let name = name.to_lowercase();
        match name.as_str() {
            "me" => return Ok(Some(self.actor.agent.id)),
            "nobody" | "none" => return Ok(None),
            _ => {}
        }
        let all = agents::all(self.conn)?;
        let found = all
            .iter()
            .find(|agent| agent.login == name)
            .or_else(|| all.iter().find(|agent| agent.name.to_lowercase() == name))
            .or_else(|| {
                only(all.iter().filter(|agent| agent.name.to_lowercase().split(' ').any(|part| part == name)))
            });
        found
            .map(|agent| Some(agent.id))
            .ok_or_else(|| wrong(say!("refused-search-agent", name = shortened(&name))))
    }

    /// A kind of state in the words of searches, or a state by its name.
    fn states(&mut self, word: &str) -> Result<Vec<Status>> {
        if let Some(kinds) = kinds(word) {
            return Ok(kinds);
        }
        let terms = Terms::load(self.conn)?;
        let named = terms.state_of(word).filter(|state| state.named.is_some());
        let known = || {
            let named = terms.states.iter().filter(|state| !state.is_retired());
            let named = named.map(|state| quoted(state.name.clone()));
            STATE_WORDS.iter().map(|word| (*word).to_owned()).chain(named).collect::<Vec<_>>()
        };
        named.map(|state| vec![state]).ok_or_else(|| none_of(Key::State, word, &known()))
    }

    /// A priority by its name, its rank, or what the rank is called by default.
    fn priority(&mut self, word: &str) -> Result<Priority> {
        let terms = Terms::load(self.conn)?;
        let known = || {
            let offered = terms.offered_priorities(None).into_iter().rev();
            offered.map(|of| terms.priority_word(of)).map(quoted).collect::<Vec<_>>()
        };
        terms.priority_of(word).ok_or_else(|| none_of(Key::Priority, word, &known()))
    }

    fn is(&self, word: &str) -> Result<Test> {
        let agent = &self.actor.agent;
        Ok(match word.to_lowercase().as_str() {
            "unassigned" => Test::Owners(vec![None]),
            "assigned" => Test::Owned,
            "mine" => Test::Owners(vec![Some(agent.id)]),
            "locked" => Test::Locked,
            "unread" => Test::Unread(agent.id, agent.read_floor),
            "watched" => Test::Watched(agent.id),
            _ if is_state(word) => Test::States(kinds(word).unwrap_or_default()),
            _ => return Err(none_of(Key::Is, word, &IS)),
        })
    }

    fn created(&self, text: &str) -> Result<Test> {
        let (from, to) = match text.split_once("..") {
            Some(("", "")) => return Err(no_day(text)),
            Some((from, "")) => (Some(self.days(from)?.0), None),
            Some(("", to)) => (None, Some(self.days(to)?.1)),
            Some((from, to)) => (Some(self.days(from)?.0), Some(self.days(to)?.1)),
            None => {
                let (from, to) = self.days(text)?;
                (Some(from), Some(to))
            }
        };
        Ok(Test::Created(from, to))
    }

    /// The instant at which a day, month or year begins in the agent's zone, and the one at which it is over.
    fn days(&self, text: &str) -> Result<(Ts, Ts)> {
        let today = self.at.now.to_zoned(self.at.zone.clone()).date();
        let span = match text.to_lowercase().as_str() {
            "today" => Some((today, today)),
            "yesterday" => today.yesterday().ok().map(|day| (day, day)),
            other => typed_days(other, today),
        };
        let found =
            span.and_then(|(first, last)| Some((self.begin(first)?, self.begin(last.tomorrow().ok()?)?)));
        found.ok_or_else(|| no_day(text))
    }

    fn begin(&self, day: Date) -> Option<Ts> {
        let begin: Timestamp = day.to_zoned(self.at.zone.clone()).ok()?.timestamp();
        Some(Ts(begin))
    }
}

/// `2026-11-05`, `2026-11`, `2026`, `7d`: the first and the last day of it.
fn typed_days(text: &str, today: Date) -> Option<(Date, Date)> {
    if let Some(count) = text.strip_suffix('d') {
        let count: i32 = count.parse().ok().filter(|count| (0..=36_500).contains(count))?;
        let day = today.checked_sub(count.days()).ok()?;
        return Some((day, day));
    }
    let numbers: Vec<&str> = text.split('-').collect();
    if !numbers
        .iter()
        .all(|part| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return None;
    }
    let year: i16 = numbers.first().filter(|year| year.len() == 4)?.parse().ok()?;
    match numbers.as_slice() {
        [_] => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
        [_, month] => {
            let first = Date::new(year, month.parse().ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        [_, month, day] => {
            let day = Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
            Some((day, day))
        }
        _ => None,
    }
}

/// The only one, where there is one.
fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next();
    if found.next().is_some() { None } else { first }
}

fn single(key: Key, values: &[String]) -> Result<&str> {
    match values {
        [one] => Ok(one),
        _ => Err(wrong(say!("refused-search-one", word = key.word()))),
    }
}

fn text(field: Field, key: Key, values: &[String]) -> Result<Test> {
    let phrases: Vec<Phrase> = values.iter().filter_map(|value| phrase(field, value, true)).collect();
    if phrases.is_empty() {
        Err(wrong(say!("refused-search-value", word = key.word())))
    } else {
        Ok(Test::Text(phrases))
    }
}

/// The kinds of state that a word means: each of them finds all of its kind, whatever they are called.
fn kinds(word: &str) -> Option<Vec<Status>> {
    let found = STATES.iter().find(|(known, _)| *known == word.to_lowercase());
    found.map(|(_, kinds)| kinds.iter().map(|kind| Status::from(*kind)).collect())
}

fn quoted(name: String) -> String {
    if name.contains(' ') { format!("\"{name}\"") } else { name }
}

fn none_of(key: Key, word: &str, known: &[impl AsRef<str>]) -> Error {
    let known: Vec<String> = known.iter().map(|known| format!("{}:{}", key.word(), known.as_ref())).collect();
    wrong(say!("refused-search-word", key = key.word(), word = shortened(word), known = known.join(", ")))
}

fn no_day(text: &str) -> Error {
    wrong(say!("refused-search-day", word = shortened(text)))
}
