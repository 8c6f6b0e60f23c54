//! Texts and switches of automatic answers as they are stored.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{Text, builtin, by_default, placeholders};
use crate::{
    access::Actor,
    audit,
    db::{
        AnswerKind, Audited, Conn, Direct, InstallationRight, LetterLanguage, QueueId, Ts, Tx, columns,
        schema::{auto_response_switches, auto_response_templates, queues as queue_rows},
    },
    error::{Error, FieldError, Result, say},
    queues::{self, Queue},
};

/// The longest subject, in characters.
const SUBJECT: usize = 200;
/// The longest body, in characters.
const BODY: usize = 10_000;

/// Whose text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The queue's own.
    Queue,
    /// The installation's, for every queue.
    Everywhere,
    /// Turnstone's.
    BuiltIn,
}

/// A text that replaces a built-in one.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = auto_response_templates)]
pub struct Own {
    /// Its queue; `None`: every queue that has none of its own.
    pub queue_id: Option<QueueId>,
    /// Which answer.
    pub kind: AnswerKind,
    /// In which language.
    pub language: LetterLanguage,
    /// One line.
    pub subject: String,
    /// The body.
    pub body: String,
    /// When it was last changed.
    pub updated_at: Ts,
}

/// A text to be stored.
#[derive(Clone, Debug)]
pub struct Change {
    /// For which queue; `None`: every queue that has none of its own.
    pub queue: Option<QueueId>,
    /// Which answer.
    pub kind: AnswerKind,
    /// In which language.
    pub language: LetterLanguage,
    /// What it says.
    pub text: Text,
}

/// The text that a queue sends, and whose it is. `None` as the queue asks for what all queues share.
///
/// # Errors
/// Those of the database.
pub fn template(
    conn: &mut Conn,
    queue: Option<QueueId>,
    kind: AnswerKind,
    language: LetterLanguage,
) -> Result<(Text, Origin)> {
    // At most two rows: a queue's own and the one of all queues.
    let rows: Vec<(Option<QueueId>, String, String)> = auto_response_templates::table
        .filter(auto_response_templates::kind.eq(kind).and(auto_response_templates::language.eq(language)))
        .filter(auto_response_templates::queue_id.is_null().or(auto_response_templates::queue_id.eq(queue)))
        .select((
            auto_response_templates::queue_id,
            auto_response_templates::subject,
            auto_response_templates::body,
        ))
        .rows(conn)?;
    let best = rows.into_iter().max_by_key(|(queue, _, _)| queue.is_some());
    Ok(match best {
        Some((Some(_), subject, body)) => (Text { subject, body }, Origin::Queue),
        Some((None, subject, body)) => (Text { subject, body }, Origin::Everywhere),
        None => (builtin::text(kind, language), Origin::BuiltIn),
    })
}

/// All texts that replace built-in ones.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail.
pub fn all(conn: &mut Conn, actor: &Actor) -> Result<Vec<Own>> {
    actor.require(InstallationRight::QueuesAndMail)?;
    Ok(auto_response_templates::table
        .order(auto_response_templates::id)
        .select(columns::<Own>())
        .rows(conn)?)
}

/// Whether a queue sends this kind of answer.
///
/// # Errors
/// Those of the database.
pub fn enabled(conn: &mut Conn, queue: &Queue, kind: AnswerKind) -> Result<bool> {
    if kind == AnswerKind::Received {
        return Ok(queue.auto_response);
    }
    let said: Option<bool> = auto_response_switches::table
        .find((queue.id, kind))
        .select(auto_response_switches::enabled)
        .row(conn)
        .optional()?;
    Ok(said.unwrap_or(by_default(kind)))
}

/// What was said about queues and kinds of answers.
pub type Switches = HashMap<(QueueId, AnswerKind), bool>;

/// All switches that were set.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail.
pub fn switches(conn: &mut Conn, actor: &Actor) -> Result<Switches> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let rows: Vec<(QueueId, AnswerKind, bool)> = auto_response_switches::table
        .select((
            auto_response_switches::queue_id,
            auto_response_switches::kind,
            auto_response_switches::enabled,
        ))
        .rows(conn)?;
    Ok(rows.into_iter().map(|(queue, kind, on)| ((queue, kind), on)).collect())
}

/// [`enabled`] for a list of queues.
pub fn is_on(switches: &Switches, queue: &Queue, kind: AnswerKind) -> bool {
    match kind {
        AnswerKind::Received => queue.auto_response,
        kind => switches.get(&(queue.id, kind)).copied().unwrap_or(by_default(kind)),
    }
}

/// Sets the language of a queue's answers where nothing else tells.
///
/// # Errors
/// [`Error::Forbidden`] without the right.
pub fn set_language(
    tx: &mut Tx<'_>,
    actor: &Actor,
    queue: QueueId,
    language: LetterLanguage,
    now: Ts,
) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let told = |conn: &mut Conn| {
        let it = queues::get(conn, queue)?;
        Ok((it.name, json!({ "language": it.language.as_str() })))
    };
    audit::around(tx, (&actor.who(), Audited::AutoResponse, now), told, |tx| {
        diesel::update(queue_rows::table.find(queue)).set(queue_rows::language.eq(language)).exec(tx)?;
        Ok(())
    })
}

/// Lets a queue send a kind of answer, or not.
///
/// # Errors
/// [`Error::Forbidden`] without the right.
pub fn set_switch(
    tx: &mut Tx<'_>,
    actor: &Actor,
    queue: QueueId,
    kind: AnswerKind,
    enabled: bool,
    now: Ts,
) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let told = |conn: &mut Conn| {
        let it = queues::get(conn, queue)?;
        let on = self::enabled(conn, &it, kind)?;
        Ok((it.name, json!({ "answer": kind.as_str(), "enabled": on })))
    };
    audit::around(tx, (&actor.who(), Audited::AutoResponse, now), told, |tx| switch(tx, queue, kind, enabled))
}

fn switch(tx: &mut Tx<'_>, queue: QueueId, kind: AnswerKind, enabled: bool) -> Result<()> {
    if kind == AnswerKind::Received {
        diesel::update(queue_rows::table.find(queue)).set(queue_rows::auto_response.eq(enabled)).exec(tx)?;
        return Ok(());
    }
    diesel::delete(auto_response_switches::table.find((queue, kind))).exec(tx)?;
    diesel::insert_into(auto_response_switches::table)
        .values((
            auto_response_switches::queue_id.eq(queue),
            auto_response_switches::kind.eq(kind),
            auto_response_switches::enabled.eq(enabled),
        ))
        .exec(tx)?;
    Ok(())
}

/// Stores a text in place of an earlier one.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::Invalid`] for an empty or overlong text, or a name that the kind does
/// not know.
pub fn save(tx: &mut Tx<'_>, actor: &Actor, change: &Change, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let text = check(change)?;
    audit::around(
        tx,
        (&actor.who(), Audited::AutoResponse, now),
        |conn| told(conn, change),
        |tx| {
            delete(tx, change)?;
            insert(tx, actor, change, &text, now)
        },
    )
}

/// What the audit log is told of a text.
fn told(conn: &mut Conn, change: &Change) -> Result<(String, Value)> {
    let queue = change.queue.map(|id| queues::get(conn, id)).transpose()?.map(|queue| queue.name);
    let (text, origin) = template(conn, change.queue, change.kind, change.language)?;
    let own = match origin {
        Origin::Queue => true,
        Origin::Everywhere => change.queue.is_none(),
        Origin::BuiltIn => false,
    };
    let value = json!({
        "answer": change.kind.as_str(), "language": change.language.as_str(), "own": own,
        "subject": text.subject, "body": text.body,
    });
    Ok((queue.unwrap_or_else(|| "*".to_owned()), value))
}

fn insert(tx: &mut Tx<'_>, actor: &Actor, change: &Change, text: &Text, now: Ts) -> Result<()> {
    diesel::insert_into(auto_response_templates::table)
        .values((
            auto_response_templates::queue_id.eq(change.queue),
            auto_response_templates::kind.eq(change.kind),
            auto_response_templates::language.eq(change.language),
            auto_response_templates::subject.eq(&text.subject),
            auto_response_templates::body.eq(&text.body),
            auto_response_templates::updated_at.eq(now),
            auto_response_templates::updated_by.eq(actor.agent.id),
        ))
        .exec(tx)?;
    Ok(())
}

/// Takes an own text away: what was behind it counts again.
///
/// # Errors
/// [`Error::Forbidden`] without the right.
pub fn reset(tx: &mut Tx<'_>, actor: &Actor, change: &Change, now: Ts) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let about = (&actor.who(), Audited::AutoResponse, now);
    audit::around(tx, about, |conn| told(conn, change), |tx| delete(tx, change))
}

fn delete(tx: &mut Tx<'_>, change: &Change) -> Result<()> {
    let of_kind = auto_response_templates::table
        .filter(auto_response_templates::kind.eq(change.kind))
        .filter(auto_response_templates::language.eq(change.language));
    match change.queue {
        Some(queue) => {
            diesel::delete(of_kind.filter(auto_response_templates::queue_id.eq(queue))).exec(tx)?
        }
        None => diesel::delete(of_kind.filter(auto_response_templates::queue_id.is_null())).exec(tx)?,
    };
    Ok(())
}

/// The text as it is stored, or what is wrong with it.
///
/// # Errors
/// [`Error::Invalid`].
pub fn check(change: &Change) -> Result<Text> {
    let subject = change.text.subject.trim().to_owned();
    let body = change.text.body.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message| problems.push(FieldError { field: field.into(), message });
    if subject.is_empty() {
        refuse("subject", say!("refused-answer-no-subject"));
    } else if subject.chars().any(char::is_control) || subject.chars().count() > SUBJECT {
        refuse("subject", say!("refused-answer-subject", most = SUBJECT));
    }
    if body.is_empty() {
        refuse("body", say!("refused-answer-no-body"));
    } else if body.chars().count() > BODY || body.contains('\0') {
        refuse("body", say!("refused-answer-body", most = BODY));
    }
    let list =
        |names: Vec<String>| names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(" ");
    let known = list(placeholders::known(change.kind).into_iter().map(str::to_owned).collect());
    for (field, text) in [("subject", &subject), ("body", &body)] {
        let unknown = placeholders::unknown(text, change.kind);
        if !unknown.is_empty() {
            refuse(field, say!("refused-placeholder", names = list(unknown), known = known));
        }
    }
    if problems.is_empty() { Ok(Text { subject, body }) } else { Err(Error::Invalid(problems)) }
}
