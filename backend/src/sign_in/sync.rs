//! A directory and the agents who are tied to it, compared: who is gone is shut out, who is back is let in, groups give
//! and take their roles. Never the last administrator, and never half of all people by a mistake in a filter.

use std::collections::HashMap;
use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{entry::Person, ldap, ways};
use crate::{
    config::{SignIn, sign_in::Ldap},
    db::{Conn, Direct, Tx, backend, schema::settings},
    desk::Desk,
    error::{Error, Result, Sentence, say},
    i18n::Language,
    people::{
        Agent,
        identities::{self, Difference, Identity, Known},
        setup,
    },
    tickets::Moment,
};

/// Fewer than this many may go at once whatever part of all they are.
const FEW: usize = 3;

/// How a comparison is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// Nothing is changed.
    pub dry: bool,
    /// Even where more than half of all people would go.
    pub force: bool,
}

/// One thing that was done, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The agent's login.
    pub agent: String,
    /// `shut_out`, `let_in`, `roles`, `details`, or `kept`: it was refused.
    pub what: &'static str,
    /// Why, or what exactly.
    pub detail: String,
    /// The same without why it was refused, and why, for pages.
    #[serde(skip)]
    pub parts: (String, Option<Sentence>),
}

/// What came of a comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The directory's id.
    pub directory: String,
    /// So many people it names.
    pub people: usize,
    /// So many agents are tied to it.
    pub agents: usize,
    /// What was done, or would be.
    pub steps: Vec<Step>,
}

/// What is kept of the last comparison, for `turnstone doctor`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Last {
    pub at: jiff::Timestamp,
    /// What went wrong; nothing where nothing did.
    #[serde(default)]
    pub trouble: Kept,
    pub steps: usize,
}

/// A sentence that is kept until somebody reads it, in his language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    key: String,
    values: Vec<(String, String)>,
    text: String,
}

impl Kept {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.key.is_empty() && self.text.is_empty()
    }

    /// What it says.
    pub(super) fn in_language(&self, language: &Language) -> String {
        // Only we write it; a name that no message has is none of its values.
        const NAMES: [&str; 9] =
            ["address", "base", "dn", "directory", "going", "most", "said", "seconds", "tied"];
        if self.key.is_empty() {
            return self.text.clone();
        }
        let value = |(name, value): &(String, String)| {
            NAMES.into_iter().find(|known| known == name).map(|name| (name, value.clone()))
        };
        let values: Vec<(&'static str, String)> = self.values.iter().filter_map(value).collect();
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        language.tr_with(&self.key, &values)
    }
}

impl From<Sentence> for Kept {
    fn from(sentence: Sentence) -> Self {
        match sentence {
            Sentence::Text(text) => Self { text, ..Self::default() },
            Sentence::Message(key, values) => {
                let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                Self { key: key.to_owned(), values, text: String::new() }
            }
        }
    }
}

/// A change that an agent needs.
#[derive(Clone)]
enum Deed {
    ShutOut(&'static str),
    LetIn,
    Align(Box<(Known, Difference)>),
}

/// Compares, and carries out what follows.
///
/// # Errors
/// [`Error::Unavailable`] where the directory cannot be asked; [`Error::Conflict`] where too many people would go.
pub async fn sync(desk: &Desk, directory: &Ldap, mode: Mode) -> Result<Report> {
    at_once(desk, directory, mode)
        .await?
        .map_err(|why| Error::Unavailable(format!("The directory {} cannot be asked: {why}.", directory.id)))
}

/// As [`sync`]; why the directory cannot be asked comes back as a sentence.
///
/// # Errors
/// [`Error::Conflict`] where too many people would go; those of the database.
pub async fn at_once(desk: &Desk, directory: &Ldap, mode: Mode) -> Result<Result<Report, Sentence>> {
    let begun = desk.clock.now();
    let people = match ldap::everybody(directory).await {
        Ok(people) => people,
        Err(why) => return Ok(Err(why)),
    };
    let report = compare(desk, directory, people, mode).await?;
    if !mode.dry {
        let last = Last { at: begun, trouble: Kept::default(), steps: report.steps.len() };
        remember(desk, directory, last).await?;
    }
    Ok(Ok(report))
}

async fn compare(desk: &Desk, directory: &Ldap, people: Vec<Person>, mode: Mode) -> Result<Report> {
    let count = people.len();
    let unclear: Vec<Step> = people.iter().filter_map(unclear).collect();
    let (mine, now) = (directory.clone(), desk.clock.now());
    let (tied, plan) = desk.db.read(move |conn| plan(conn, &mine, people, now)).await?;
    let going = plan.iter().filter(|(.., deed)| matches!(deed, Deed::ShutOut(_))).count();
    let there = tied.max(1);
    // Nobody at all, or all who are tied: hardly ever is that a company of which everybody left at once.
    let suspicious = count == 0 || (going > FEW && going * 2 > there) || (going == tied && tied > 1);
    if going > 0 && suspicious && !mode.force {
        let id = &directory.id;
        return Err(Error::Conflict(say!("why-many-gone", going = going, tied = tied, directory = id)));
    }
    let mut steps = unclear;
    for (tie, agent, deed) in plan {
        steps.extend(carry_out(desk, &tie, &agent, deed, mode.dry).await?);
    }
    Ok(Report { directory: directory.id.clone(), people: count, agents: tied, steps })
}

/// Somebody whose entry cannot be understood: said, and left as he is.
fn unclear(person: &Person) -> Option<Step> {
    let why = person.trouble.clone()?;
    let parts = (why.clone(), None);
    Some(Step { agent: person.login.clone(), what: "kept", detail: why, parts })
}

type Plan = Vec<(Identity, Agent, Deed)>;

fn plan(
    conn: &mut Conn,
    directory: &Ldap,
    people: Vec<Person>,
    now: jiff::Timestamp,
) -> Result<(usize, Plan)> {
    let (unclear, people): (Vec<Person>, Vec<Person>) = people
        .into_iter()
        .partition(|person| person.trouble.is_some() && (person.subject.is_empty() || !person.disabled));
    let people: HashMap<String, Person> =
        people.into_iter().map(|person| (person.subject.clone(), person)).collect();
    let ties = identities::of_method(conn, &directory.id)?;
    let (mut plan, mut tied) = (Plan::new(), 0);
    for (tie, agent) in ties {
        let active = agent.disabled_at.is_none();
        // He is there, and more is not known: without a name for ever his login has to do.
        let is_his = |person: &Person| match person.subject.as_str() {
            "" => person.login.eq_ignore_ascii_case(&tie.login),
            subject => subject == tie.subject,
        };
        if unclear.iter().any(is_his) {
            tied += usize::from(active);
            continue;
        }
        let person = people.get(&tie.subject);
        let why = match person {
            None => Some("gone from the directory"),
            Some(person) if person.disabled => Some("shut in the directory"),
            Some(person) if !person.is_open(now) => Some("over in the directory"),
            Some(_) => None,
        };
        tied += usize::from(active);
        match (why, person) {
            (Some(why), _) if active => plan.push((tie, agent, Deed::ShutOut(why))),
            (None, Some(person)) => {
                let back = !active && tie.gone_at.is_some() && agent.disabled_at == tie.gone_at;
                if back {
                    plan.push((tie.clone(), agent.clone(), Deed::LetIn));
                }
                if active || back {
                    let known = person.known(directory);
                    let different = identities::compare(conn, &agent, &known)?;
                    if !different.is_none() {
                        plan.push((tie, agent, Deed::Align(Box::new((known, different)))));
                    }
                }
            }
            _ => {}
        }
    }
    Ok((tied, plan))
}

async fn carry_out(desk: &Desk, tie: &Identity, agent: &Agent, deed: Deed, dry: bool) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut told = |what: &'static str, detail: String, done: Result<()>| match done {
        Ok(()) => {
            let parts = (detail.clone(), None);
            steps.push(Step { agent: agent.login.clone(), what, detail, parts });
            Ok(())
        }
        Err(error @ (Error::Conflict(_) | Error::Invalid(_))) => {
            let whole = format!("{detail}: {error}");
            let why = match error {
                Error::Conflict(why) => Some(why),
                Error::Invalid(fields) => fields.into_iter().next().map(|field| field.message),
                _ => None,
            };
            let parts = (detail, why);
            steps.push(Step { agent: agent.login.clone(), what: "kept", detail: whole, parts });
            Ok(())
        }
        Err(error) => Err(error),
    };
    let id = agent.id;
    match deed {
        Deed::ShutOut(why) => {
            let tie = tie.clone();
            let done = act(desk, dry, move |tx, at| identities::shut_out(tx, &tie, at).map(drop)).await;
            told("shut_out", why.to_owned(), done)?;
        }
        Deed::LetIn => {
            let tie = tie.clone();
            let done = act(desk, dry, move |tx, at| identities::let_in(tx, &tie, at)).await;
            told("let_in", "there again".to_owned(), done)?;
        }
        Deed::Align(found) => {
            let (known, different) = *found;
            if let Some(roles) = different.roles.clone() {
                let done = act(desk, dry, move |tx, at| identities::put_roles(tx, id, &roles, at.ts())).await;
                let gains = different.gains.iter().map(|name| format!("+{name}"));
                let loses = different.loses.iter().map(|name| format!("-{name}"));
                told("roles", gains.chain(loses).collect::<Vec<_>>().join(" "), done)?;
            }
            if let Some(change) = different.change.clone() {
                let mut parts = Vec::new();
                parts.extend(change.name.as_ref().map(|name| format!("name {name}")));
                parts.extend(change.email.as_ref().map(|email| format!("address {email}")));
                let done =
                    act(desk, dry, move |tx, at| identities::put_change(tx, id, &change, at.ts())).await;
                told("details", parts.join(", "), done)?;
            }
            // By itself: an address that cannot be here does not keep anybody longer than his time.
            if let Some(end) = different.end {
                let detail = end.map_or_else(|| "does not end".to_owned(), |end| format!("ends {end}"));
                let done =
                    act(desk, dry, move |tx, at| identities::put_end(tx, id, &known, end, at.ts())).await;
                told("details", detail, done)?;
            }
        }
    }
    Ok(steps)
}

/// Each for itself: what is refused undoes nothing else.
async fn act<F>(desk: &Desk, dry: bool, mut deed: F) -> Result<()>
where
    F: FnMut(&mut Tx<'_>, &Moment) -> Result<()> + Send + 'static,
{
    let at = desk.moment();
    if dry {
        desk.db.rehearse(move |tx| deed(tx, &at)).await
    } else {
        desk.db.write(move |tx| deed(tx, &at)).await
    }
}

fn key(directory: &Ldap) -> String {
    format!("directory_sync:{}", directory.id)
}

/// What came of the last comparison.
pub(super) fn last(conn: &mut Conn, directory: &Ldap) -> Result<Option<Last>> {
    let kept = setup::kept(conn, &key(directory))?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Forgets what came of comparisons with a directory that is no longer there.
pub(super) fn forget(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    let row = settings::table.find(format!("directory_sync:{id}"));
    diesel::delete(row).exec(tx)?;
    Ok(())
}

/// Takes the next comparison, unless another node has it already.
fn take(tx: &mut Tx<'_>, directory: &Ldap, every: Duration, now: jiff::Timestamp) -> Result<bool> {
    backend::one_at_a_time(tx, &key(directory))?;
    let before = last(tx, directory)?;
    let due = before.as_ref().is_none_or(|last| now.duration_since(last.at).unsigned_abs() >= every);
    if due {
        let begun = Last { at: now, trouble: before.map(|last| last.trouble).unwrap_or_default(), steps: 0 };
        backend::put_setting(tx, &key(directory), &serde_json::to_string(&begun)?)?;
    }
    Ok(due)
}

/// Compares each directory as often as its settings say, until told to stop. A page may set another at any moment.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match ways::of(&desk).await {
            Ok(ways) => all_due(&desk, &ways).await,
            Err(error) => tracing::warn!(%error, "the ways to sign in cannot be read"),
        }
        tokio::select! {
            () = tokio::time::sleep(desk.poll().max(Duration::from_millis(500)) * 10) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn all_due(desk: &Desk, ways: &SignIn) {
    for directory in ways.directories() {
        let Some(every) = directory.sync else { continue };
        if let Err(error) = scheduled(desk, directory, every).await {
            tracing::warn!(directory = directory.id, %error, "a directory was not compared");
        }
    }
}

/// One comparison, where it is due.
///
/// # Errors
/// Those of the database.
pub async fn scheduled(desk: &Desk, directory: &Ldap, every: Duration) -> Result<()> {
    let (mine, now) = (directory.clone(), desk.clock.now());
    if !desk.db.write(move |tx| take(tx, &mine, every, now)).await? {
        return Ok(());
    }
    let compared = match at_once(desk, directory, Mode::default()).await {
        Ok(compared) => compared,
        Err(Error::Unavailable(why)) => Err(why.into()),
        Err(Error::Conflict(why)) => Err(why),
        Err(error) => return Err(error),
    };
    let (trouble, steps) = match compared {
        Ok(report) => {
            for step in &report.steps {
                tracing::info!(
                    directory = directory.id,
                    agent = step.agent,
                    what = step.what,
                    detail = step.detail,
                    "brought up to date"
                );
            }
            (Kept::default(), report.steps.len())
        }
        Err(why) => {
            tracing::warn!(directory = directory.id, error = %why, "a directory was not compared");
            (Kept::from(why), 0)
        }
    };
    remember(desk, directory, Last { at: now, trouble, steps }).await
}

async fn remember(desk: &Desk, directory: &Ldap, last: Last) -> Result<()> {
    let mine = directory.clone();
    desk.db.write(move |tx| backend::put_setting(tx, &key(&mine), &serde_json::to_string(&last)?)).await
}
