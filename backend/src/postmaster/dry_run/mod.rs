//! What rules would do with the mails that are stored: each is read again, and all are played through in their order,
//! once under the rules to compare with and once under the rules in question. Nothing is written.
//!
//! Reading, the rules, matching, policies, the loop brake and all other decisions are those of the real intake
//! ([`super::decide`]); only the world that they ask is another one: [`played`] begins as the installation was before the
//! first of the mails, and holds what they make of it, with what people did between them ([`acts`]).

mod acts;
mod look;
mod played;
mod replay;
mod start;

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::prelude::*;
use tokio::sync::Semaphore;

pub use self::replay::Predicted;
use self::{
    look::{Fact, Looked, Stored},
    replay::replay,
    start::Start,
};
use crate::{
    access::{Actor, Check, Scope, is_left_out},
    db::{Conn, InboundId, InboundStatus, InstallationRight, Right, schema::inbound_mails},
    desk::Desk,
    error::{Error, Result, say},
    filters::{Compiled, Names, Rule, check},
    queues::OwnAddresses,
    settings,
};

/// So many mails are looked at, at most.
pub const MOST: i64 = 10_000;
/// So many mails are read by one job,
const CHUNK: usize = 64;
/// unless they are this large together, in bytes.
const CHUNK_BYTES: i64 = 4 * 1024 * 1024;
/// So many jobs read at once: pages need connections too.
const JOBS: usize = 3;
/// One dry run at a time: each keeps the processors busy for seconds.
static ALONE: Semaphore = Semaphore::const_new(1);

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The rules to compare with; empty: what would happen without any.
    pub before: Vec<Rule>,
    /// The rules in question.
    pub after: Vec<Rule>,
    /// How many of the newest mails, up to [`MOST`].
    pub mails: i64,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Report {
    /// The mails, the newest first.
    pub mails: Vec<Mail>,
    /// The rules in question.
    pub rules: Vec<RuleReport>,
    /// How long it took.
    pub took: Duration,
}

/// A mail and what would become of it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its key.
    pub id: InboundId,
    /// When it came.
    pub at: jiff::Timestamp,
    /// Its subject.
    pub subject: String,
    /// Its author's address.
    pub sender: String,
    /// Under the rules to compare with.
    pub before: Predicted,
    /// Under the rules in question.
    pub after: Predicted,
}

impl Mail {
    /// Whether the rules in question change anything for it.
    pub fn changes(&self) -> bool {
        !self.before.same(&self.after)
    }
}

/// A rule and how often it matched.
#[derive(Clone, Debug)]
pub struct RuleReport {
    /// Its name.
    pub name: String,
    /// Whether it was asked.
    pub enabled: bool,
    /// For so many of the mails it did something.
    pub matched: usize,
}

/// Whether somebody who manages rules may try them: that shows subjects and senders, which the recorder's right is for,
/// and how the tickets of these mails stood, which only whoever reads all queues may know.
pub fn may_try(scope: &Scope) -> bool {
    scope.may(InstallationRight::Recorder)
        && (scope.holds_everywhere(Right::Read) || is_left_out(Check::Trying))
}

/// Tries rules on stored mails.
///
/// # Errors
/// [`Error::Forbidden`], also as [`may_try`] says; [`Error::Invalid`] for rules that could not be saved either.
pub async fn dry_run(desk: &Desk, actor: &Actor, wish: DryRun) -> Result<Report> {
    actor.require(InstallationRight::QueuesAndMail)?;
    actor.require(InstallationRight::Recorder)?;
    if !may_try(&actor.scope) {
        return Err(Error::Forbidden(say!("filter-try-no-right")));
    }
    let _turn = ALONE.acquire().await.map_err(|error| Error::Unexpected(error.into()))?;
    let (begun, now) = (Instant::now(), desk.clock.now());
    let limit = wish.mails.clamp(1, MOST);
    let (rows, own, names, before, after) = desk
        .db
        .read(move |conn| {
            let names = Arc::new(Names::load(conn, now)?);
            let after = check(wish.after, &names)?;
            // What is in force was checked when it was saved.
            let before = Compiled::new(0, wish.before)?;
            let rows = newest(conn, limit)?;
            Ok((rows, OwnAddresses::load(conn)?, names, Arc::new(before), Arc::new(after)))
        })
        .await?;
    let rules = [Arc::clone(&before), Arc::clone(&after)];
    let (looked, facts) = look_at_all(desk, rows, &Arc::new(own), &names, &rules).await?;
    let limits = desk.config.limits;
    desk.db
        .read(move |conn| {
            let cap = settings::limits(conn, &limits)?.auto_responses.into();
            let start = Start::load(conn, &names, &looked, facts, cap, now)?;
            let played = [replay(conn, &start, &looked, 0)?, replay(conn, &start, &looked, 1)?];
            Ok(assemble(looked, played, &after, begun))
        })
        .await
}

fn assemble(
    looked: Vec<Looked>,
    [before, then]: [Vec<Predicted>; 2],
    after: &Compiled,
    begun: Instant,
) -> Report {
    let mut rules: Vec<RuleReport> = after
        .rules
        .iter()
        .map(|rule| RuleReport { name: rule.name.clone(), enabled: rule.enabled, matched: 0 })
        .collect();
    for fired in then.iter().flat_map(|one| &one.fired) {
        if let Some(rule) = rules.get_mut(*fired) {
            rule.matched += 1;
        }
    }
    let mails = looked.into_iter().zip(before.into_iter().zip(then)).map(|(mail, (before, after))| Mail {
        id: mail.row.id,
        at: mail.row.received_at.0,
        subject: mail.row.subject,
        sender: mail.row.sender,
        before,
        after,
    });
    let mut mails: Vec<Mail> = mails.collect();
    mails.reverse();
    Report { mails, rules, took: begun.elapsed() }
}

/// The newest mails that are not still waiting and whose originals are kept, the oldest of them first.
fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<Stored>> {
    let mut rows: Vec<Stored> = inbound_mails::table
        .filter(inbound_mails::status.ne(InboundStatus::Waiting).and(inbound_mails::forgotten_at.is_null()))
        .order(inbound_mails::id.desc())
        .limit(limit)
        .select(Stored::as_select())
        .load(conn)?;
    rows.reverse();
    Ok(rows)
}

/// Reads all mails again, several at a time, in portions of bounded size.
async fn look_at_all(
    desk: &Desk,
    rows: Vec<Stored>,
    own: &Arc<OwnAddresses>,
    names: &Arc<Names>,
    rules: &[Arc<Compiled>; 2],
) -> Result<(Vec<Looked>, Vec<Fact>)> {
    let portions = Arc::new(portions(rows));
    let next = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(std::sync::Mutex::new(Vec::with_capacity(portions.len())));
    let jobs = std::thread::available_parallelism().map_or(1, usize::from).min(JOBS);
    let working = (0..jobs).map(|_| {
        let (portions, next, done) = (Arc::clone(&portions), Arc::clone(&next), Arc::clone(&done));
        let (own, names, rules) = (Arc::clone(own), Arc::clone(names), rules.clone());
        let blobs = desk.db.blobs().clone();
        desk.db.read(move |conn| {
            while let Some((at, portion)) = {
                let at = next.fetch_add(1, Ordering::Relaxed);
                portions.get(at).map(|portion| (at, portion))
            } {
                let looked = look::at(conn, &blobs, portion, &own, &names, &rules)?;
                done.lock().unwrap_or_else(PoisonError::into_inner).push((at, looked));
            }
            Ok(())
        })
    });
    for ended in futures_util::future::join_all(working).await {
        ended?;
    }
    let mut done = std::mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner));
    done.sort_by_key(|(at, _)| *at);
    let (mut mails, mut facts) = (Vec::new(), Vec::new());
    for (_, (looked, known)) in done {
        mails.extend(looked);
        facts.extend(known);
    }
    Ok((mails, facts))
}

fn portions(rows: Vec<Stored>) -> Vec<Vec<Stored>> {
    let mut portions: Vec<Vec<Stored>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        bytes += row.size;
        match portions.last_mut() {
            Some(last) if last.len() < CHUNK && bytes <= CHUNK_BYTES => last.push(row),
            _ => {
                bytes = row.size;
                portions.push(vec![row]);
            }
        }
    }
    portions
}
