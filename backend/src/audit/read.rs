//! Looking at it.

use diesel::{
    dsl::{max, min, sql},
    prelude::*,
    sql_types::{Bool, Text},
};

use crate::{
    access::Actor,
    db::{
        AgentId, AuditId, Audited, Cause, Conn, InstallationRight, MultiBackend, Ts,
        schema::{agents, audit_events},
    },
    error::{Error, Result, say},
};

/// Something that was done.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_events)]
pub struct Entry {
    /// Its key.
    pub id: AuditId,
    /// When.
    pub at: Ts,
    /// Who did it; `None`: a stranger, the command line or Turnstone itself.
    pub agent_id: Option<AgentId>,
    /// By which way.
    pub cause: Cause,
    /// What.
    pub kind: Audited,
    /// To what or whom.
    pub subject: String,
    /// More about it: a search, an address.
    pub detail: String,
    /// What changed, as it was: JSON, or empty.
    pub was: String,
    /// What changed, as it is.
    pub becomes: String,
    /// The chain's hash.
    pub hash: String,
}

/// Which ones.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Done by this login, or to it.
    pub agent: Option<String>,
    /// Of this kind.
    pub kind: Option<Audited>,
    /// From this moment on.
    pub from: Option<Ts>,
    /// Until before this one.
    pub until: Option<Ts>,
    /// Each of these words stands somewhere in the entry: to whom or what, in more about it, before or after.
    pub words: String,
    /// What each of the words stands for besides itself, in their order: one of it will do.
    pub also: Vec<Vec<Also>>,
}

/// What a word may stand for, in the log's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// In entries of this kind; `None`: of any.
    pub kind: Option<Audited>,
    /// In which part of them.
    pub part: Part,
    /// What stands in it, letter by letter.
    pub text: String,
}

/// A part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// None: each entry of the kind will do.
    Kind,
    /// To what or whom.
    Subject,
    /// More about it.
    Detail,
    /// Before and after, as JSON.
    Changes,
}

/// So many words can be asked for.
const WORDS: usize = 20;
/// So many entries are looked through for words at once; what is older comes with the next page.
const STRETCH: i64 = 100_000;

/// Entries, and where to go on.
#[derive(Clone, Debug)]
pub struct Found {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// `before` of the next page, which may hold none where words are looked for; `None`: there is nothing older.
    pub next: Option<AuditId>,
}

/// What was done before `before`, the newest first, `limit` entries at most. Where words are looked for, so many entries
/// are looked through that a page answers at once, whatever the log holds.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to manage people.
pub fn page(conn: &mut Conn, actor: &Actor, filter: &Filter, before: AuditId, limit: i64) -> Result<Found> {
    actor.require(InstallationRight::People)?;
    load(conn, filter, before, limit)
}

/// The same for the operator.
pub(crate) fn load(conn: &mut Conn, filter: &Filter, before: AuditId, limit: i64) -> Result<Found> {
    if filter.words.split_whitespace().count() > WORDS {
        return Err(Error::invalid("words", say!("refused-audit-words", most = WORDS)));
    }
    let limit = limit.clamp(1, 1_000);
    let (lowest, before) = span(conn, filter, before)?;
    let floor = if filter.words.trim().is_empty() { lowest } else { floor(conn, before)?.max(lowest) };
    let mut entries = entries(conn, filter, (floor, before), limit + 1)?;
    let more = i64::try_from(entries.len()).is_ok_and(|found| found > limit);
    let next = if more {
        entries.pop();
        entries.last().map(|entry| entry.id)
    } else {
        let older = audit_events::id.lt(floor).and(audit_events::id.ge(lowest));
        let older = audit_events::table.filter(older).select(audit_events::id);
        older.first::<AuditId>(conn).optional()?.map(|_| floor)
    };
    Ok(Found { entries, next })
}

/// The ids between which the wanted time lies: the lowest, and the one before which all are. Answered by the index.
fn span(conn: &mut Conn, filter: &Filter, before: AuditId) -> Result<(AuditId, AuditId)> {
    let lowest = match filter.from {
        None => Some(AuditId(0)),
        Some(from) => {
            let since = audit_events::table.filter(audit_events::at.ge(from));
            since.select(min(audit_events::id)).first(conn)?
        }
    };
    let end = match filter.until {
        None => Some(before),
        Some(until) => {
            let earlier = audit_events::table.filter(audit_events::at.lt(until));
            let newest: Option<AuditId> = earlier.select(max(audit_events::id)).first(conn)?;
            newest.map(|id| AuditId(id.0.saturating_add(1)).min(before))
        }
    };
    // Of a time in which nothing was done there is nothing below or above.
    Ok((lowest.unwrap_or(before), end.unwrap_or(AuditId(0))))
}

/// When something was changed last, by whom and by which way.
#[derive(Clone, Debug, Queryable)]
pub struct LastChange {
    /// What.
    pub subject: String,
    /// When.
    pub at: Ts,
    /// By whom; `None`: by the operator or Turnstone itself.
    pub agent_id: Option<AgentId>,
    /// By which way.
    pub cause: Cause,
}

/// The last change of each subject of a kind.
///
/// # Errors
/// Those of the database.
pub fn last_changes(conn: &mut Conn, kind: Audited) -> Result<Vec<LastChange>> {
    // What was only tried has nothing after it.
    let changes = audit_events::kind.eq(kind).and(audit_events::becomes.ne(""));
    let newest: Vec<Option<AuditId>> = audit_events::table
        .filter(changes)
        .group_by(audit_events::subject)
        .select(max(audit_events::id))
        .load(conn)?;
    Ok(audit_events::table
        .filter(audit_events::id.eq_any(newest.into_iter().flatten()))
        .select((audit_events::subject, audit_events::at, audit_events::agent_id, audit_events::cause))
        .load(conn)?)
}

/// Where a stretch below `before` ends.
fn floor(conn: &mut Conn, before: AuditId) -> Result<AuditId> {
    let newest = audit_events::table
        .filter(audit_events::id.lt(before))
        .order(audit_events::id.desc())
        .select(audit_events::id);
    let newest: Option<AuditId> = newest.first(conn).optional()?;
    Ok(AuditId(newest.map_or(0, |id| id.0.saturating_sub(STRETCH - 1).max(0))))
}

fn entries(
    conn: &mut Conn,
    filter: &Filter,
    (floor, before): (AuditId, AuditId),
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut rows = audit_events::table
        .filter(audit_events::id.ge(floor).and(audit_events::id.lt(before)))
        .order(audit_events::id.desc())
        .limit(limit)
        .select(Entry::as_select())
        .into_boxed();
    if let Some(login) = &filter.agent {
        let login = login.trim().to_lowercase().replace('\0', "");
        let ids: Vec<AgentId> =
            agents::table.filter(agents::login.eq(&login)).select(agents::id).load(conn)?;
        rows = rows.filter(
            audit_events::agent_id.eq_any(ids.into_iter().map(Some)).or(audit_events::subject.eq(login)),
        );
    }
    if let Some(kind) = filter.kind {
        rows = rows.filter(audit_events::kind.eq(kind));
    }
    if let Some(from) = filter.from {
        rows = rows.filter(audit_events::at.ge(from));
    }
    if let Some(until) = filter.until {
        rows = rows.filter(audit_events::at.lt(until));
    }
    for (at, word) in filter.words.split_whitespace().take(WORDS).enumerate() {
        let also = filter.also.get(at).map_or(&[][..], Vec::as_slice);
        rows = rows.filter(said(word, also));
    }
    Ok(rows.load(conn)?)
}

/// An expression over an entry.
type Holds = Box<dyn BoxableExpression<audit_events::table, MultiBackend, SqlType = Bool>>;

/// Whether a word stands in an entry, as it is or as what else it stands for.
fn said(word: &str, also: &[Also]) -> Holds {
    let [lower, upper, capital] = spellings(word).map(|word| stands(&word));
    let as_it_is: Holds = Box::new(lower.or(upper).or(capital));
    let kinds = also.iter().filter(|one| one.part == Part::Kind).filter_map(|one| one.kind);
    let of_kinds: Holds = Box::new(audit_events::kind.eq_any(kinds.collect::<Vec<_>>()));
    also.iter()
        .filter_map(stored)
        .fold(Box::new(as_it_is.or(of_kinds)), |either, one| Box::new(either.or(one)))
}

/// Whether what a word may stand for stands in its part of an entry. Cheaper than a word: what is stored has one spelling.
fn stored(one: &Also) -> Option<Holds> {
    let text = format!("%{}%", escaped(&one.text));
    let holds: Holds = match one.part {
        Part::Kind => return None,
        Part::Subject => Box::new(audit_events::subject.like(text).escape('\\')),
        Part::Detail => Box::new(audit_events::detail.like(text).escape('\\')),
        Part::Changes => {
            let was = audit_events::was.like(text.clone()).escape('\\');
            Box::new(was.or(audit_events::becomes.like(text).escape('\\')))
        }
    };
    Some(match one.kind {
        Some(kind) => Box::new(audit_events::kind.eq(kind).and(holds)),
        None => holds,
    })
}

/// Whether these letters stand in an entry.
fn stands(letters: &str) -> Holds {
    Box::new(sql::<Text>(ALL_OF_IT).like(pattern(letters)).escape('\\'))
}

/// What words are looked for in.
const ALL_OF_IT: &str = "lower(subject || ' ' || detail || ' ' || was || ' ' || becomes)";

/// A word in small letters, in capitals, and with a capital first: SQLite's `lower` knows the case of ASCII only.
fn spellings(word: &str) -> [String; 3] {
    let lower = word.to_lowercase();
    let mut letters = lower.chars();
    let capital = letters.next().map(|first| first.to_uppercase().chain(letters).collect());
    [lower.clone(), word.to_uppercase(), capital.unwrap_or_default()]
}

/// A pattern that finds the word in what `lower` has made of a text.
fn pattern(word: &str) -> String {
    format!("%{}%", escaped(&word.to_ascii_lowercase()))
}

/// A text as part of a pattern.
fn escaped(text: &str) -> String {
    let letter = |c: char| match c {
        '%' | '_' | '\\' => format!("\\{c}"),
        // PostgreSQL keeps none.
        '\0' => "_".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(letter).collect()
}
