//! Texts that agents insert into what they write: for everybody, for those who work in some queues or have some roles,
//! or an agent's own ([`own`]). A text with effects is a macro: what it does to the ticket is offered together with it,
//! and done when it is sent.

mod check;
pub mod own;
mod readers;
mod scope;

pub use self::{
    readers::readers,
    scope::{Scope, is_named_to, may_move_into},
};

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use self::check::{check, offered_terms, refuse_taken};
use crate::{
    access::{Actor, Check, is_left_out},
    audit,
    db::{
        AgentId, Audited, Conn, InstallationRight, Keep, LetterLanguage, Priority, QueueId, RoleId, State,
        StateId, Status, TemplateId, Ts, Tx,
        schema::{reply_template_queues, reply_template_roles, reply_templates},
    },
    error::{Error, Result, say},
    terms::Terms,
};

/// So many can be in use.
const MOST: i64 = 500;

/// What happens to the ticket when the text is sent; `None`: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The state afterwards.
    pub state: Option<Status>,
    /// For how many days a pending state waits.
    pub wait_days: Option<i32>,
    /// Where the ticket goes.
    pub queue: Option<QueueId>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Words that are put on it.
    pub tags: Vec<String>,
}

/// A text as it is stored.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its key.
    pub id: TemplateId,
    /// How agents find it.
    pub name: String,
    /// In which language; `None`: in no language in particular.
    pub language: Option<LetterLanguage>,
    /// What it says, with names in double braces.
    pub body: String,
    /// What happens besides.
    pub effects: Effects,
    /// Whose it is alone; `None`: the house's.
    pub owner: Option<AgentId>,
    /// Where it is offered; empty: everywhere.
    pub queues: Vec<QueueId>,
    /// To the holders of which roles it is offered; empty: to everybody.
    pub roles: Vec<RoleId>,
    /// Whether it is offered no more.
    pub retired: bool,
}

/// A text to be stored.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// How agents find it.
    pub name: String,
    /// In which language.
    pub language: Option<LetterLanguage>,
    /// What it says.
    pub body: String,
    /// What happens besides.
    pub effects: Effects,
    /// Where it is offered; empty: everywhere.
    pub queues: Vec<QueueId>,
    /// To the holders of which roles; empty: to everybody. Not together with queues.
    pub roles: Vec<RoleId>,
}

/// A text by its name, and what it does besides.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reply_templates)]
pub struct Named {
    /// Its key.
    pub id: TemplateId,
    /// How agents find it.
    pub name: String,
    /// In which language; `None`: in no language in particular.
    pub language: Option<LetterLanguage>,
    owner_id: Option<AgentId>,
    state: Option<State>,
    state_id: Option<StateId>,
    wait_days: Option<i32>,
    to_queue_id: Option<QueueId>,
    priority: Option<Priority>,
    tags: String,
}

impl Named {
    /// Whether it is the reader's own.
    pub fn is_personal(&self) -> bool {
        self.owner_id.is_some()
    }

    /// What happens besides.
    pub fn effects(&self) -> Effects {
        Effects {
            state: self.state.map(|kind| Status { kind, named: self.state_id }),
            wait_days: self.wait_days,
            queue: self.to_queue_id,
            priority: self.priority,
            // Only we write this column; tags that cannot be read are not put on.
            tags: serde_json::from_str(&self.tags).unwrap_or_default(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reply_templates)]
struct Row {
    id: TemplateId,
    name: String,
    language: Option<LetterLanguage>,
    body: String,
    owner_id: Option<AgentId>,
    state: Option<State>,
    state_id: Option<StateId>,
    wait_days: Option<i32>,
    to_queue_id: Option<QueueId>,
    priority: Option<Priority>,
    tags: String,
    retired_at: Option<Ts>,
}

impl Row {
    fn with(self, queues: Vec<QueueId>, roles: Vec<RoleId>) -> Template {
        Template {
            id: self.id,
            name: self.name,
            language: self.language,
            body: self.body,
            effects: Effects {
                state: self.state.map(|kind| Status { kind, named: self.state_id }),
                wait_days: self.wait_days,
                queue: self.to_queue_id,
                priority: self.priority,
                // Only we write this column; tags that cannot be read are not put on.
                tags: serde_json::from_str(&self.tags).unwrap_or_default(),
            },
            owner: self.owner_id,
            queues,
            roles,
            retired: self.retired_at.is_some(),
        }
    }
}

/// Those of the house by name, retired ones included; never what is somebody's own.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<Template>> {
    let rows: Vec<Row> = reply_templates::table
        .filter(reply_templates::owner_id.is_null())
        .order((reply_templates::name, reply_templates::id))
        .select(Row::as_select())
        .load(conn)?;
    let places: Vec<(TemplateId, QueueId)> = reply_template_queues::table
        .order(reply_template_queues::queue_id)
        .select((reply_template_queues::template_id, reply_template_queues::queue_id))
        .load(conn)?;
    let holders: Vec<(TemplateId, RoleId)> = reply_template_roles::table
        .order(reply_template_roles::role_id)
        .select((reply_template_roles::template_id, reply_template_roles::role_id))
        .load(conn)?;
    let (mut by_template, mut by_role) = (grouped(places), grouped(holders));
    Ok(rows
        .into_iter()
        .map(|row| {
            let queues = by_template.remove(&row.id).unwrap_or_default();
            let roles = by_role.remove(&row.id).unwrap_or_default();
            row.with(queues, roles)
        })
        .collect())
}

fn grouped<T>(pairs: Vec<(TemplateId, T)>) -> HashMap<TemplateId, Vec<T>> {
    let mut grouped: HashMap<TemplateId, Vec<T>> = HashMap::new();
    for (template, of) in pairs {
        grouped.entry(template).or_default().push(of);
    }
    grouped
}

// Those that are offered to somebody in a queue, by name. Who looks through another's eyes sees nothing that is only
// the other's.
macro_rules! here {
    ($actor:expr, $queue:expr) => {{
        let me = $actor.himself();
        let whatever = TemplateId(if is_left_out(Check::Templates) { i64::MAX } else { 0 });
        let for_others = reply_template_roles::table.select(reply_template_roles::template_id);
        let for_him = reply_template_roles::table
            .filter(reply_template_roles::role_id.eq_any($actor.scope.roles().to_vec()))
            .select(reply_template_roles::template_id);
        let elsewhere = reply_template_queues::table.select(reply_template_queues::template_id);
        let here = reply_template_queues::table
            .filter(reply_template_queues::queue_id.eq($queue))
            .select(reply_template_queues::template_id);
        reply_templates::table
            .filter(reply_templates::retired_at.is_null())
            .filter(reply_templates::id.ne_all(elsewhere).or(reply_templates::id.eq_any(here)))
            .filter(
                reply_templates::owner_id
                    .is_null()
                    .or(reply_templates::owner_id.eq(me))
                    .or(reply_templates::id.lt(whatever)),
            )
            .filter(
                reply_templates::id
                    .ne_all(for_others)
                    .or(reply_templates::id.eq_any(for_him))
                    .or(reply_templates::id.lt(whatever)),
            )
            .order((reply_templates::name, reply_templates::id))
    }};
}

/// Those that are offered to somebody in a queue, by name; without the queues and roles that they are for.
///
/// # Errors
/// Those of the database.
pub fn offered_in(conn: &mut Conn, actor: &Actor, queue: QueueId) -> Result<Vec<Template>> {
    let rows: Vec<Row> = here!(actor, queue).select(Row::as_select()).kept().load(conn)?;
    Ok(rows.into_iter().map(|row| row.with(Vec::new(), Vec::new())).collect())
}

/// The same without their texts, to choose from.
///
/// # Errors
/// Those of the database.
pub fn named_in(conn: &mut Conn, actor: &Actor, queue: QueueId) -> Result<Vec<Named>> {
    Ok(here!(actor, queue).select(Named::as_select()).kept().load(conn)?)
}

/// One of the house.
///
/// # Errors
/// [`Error::NotFound`], also for what is somebody's own.
pub fn get(conn: &mut Conn, id: TemplateId) -> Result<Template> {
    let row: Row = reply_templates::table
        .find(id)
        .filter(reply_templates::owner_id.is_null())
        .select(Row::as_select())
        .first(conn)?;
    let queues = reply_template_queues::table
        .filter(reply_template_queues::template_id.eq(id))
        .order(reply_template_queues::queue_id)
        .select(reply_template_queues::queue_id)
        .load(conn)?;
    let roles = reply_template_roles::table
        .filter(reply_template_roles::template_id.eq(id))
        .order(reply_template_roles::role_id)
        .select(reply_template_roles::role_id)
        .load(conn)?;
    Ok(row.with(queues, roles))
}

/// Stores a new one.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage queues and mail; [`Error::Invalid`] for what is wrong with it.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, change: &Change, now: Ts) -> Result<Template> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let there: i64 = reply_templates::table
        .filter(reply_templates::retired_at.is_null().and(reply_templates::owner_id.is_null()))
        .count()
        .get_result(&mut **tx)?;
    if there >= MOST {
        return Err(Error::invalid("name", say!("refused-templates", most = MOST)));
    }
    let checked = check(tx, None, None, change)?;
    scope::may_choose_roles(actor, &[], &checked.roles)?;
    let id = insert(tx, None, &checked, now)?;
    write(tx, actor, id, &checked, now)?;
    let made = get(tx, id)?;
    let (name, told) = told(tx, id)?;
    audit::changed(tx, &actor.who(), Audited::Template, &name, &Value::Null, &told, now)?;
    Ok(made)
}

fn insert(tx: &mut Tx<'_>, owner: Option<AgentId>, checked: &Change, now: Ts) -> Result<TemplateId> {
    Ok(diesel::insert_into(reply_templates::table)
        .values((
            reply_templates::name.eq(&checked.name),
            reply_templates::language.eq(checked.language),
            reply_templates::body.eq(&checked.body),
            reply_templates::owner_id.eq(owner),
            reply_templates::updated_at.eq(now),
        ))
        .returning(reply_templates::id)
        .get_result(&mut **tx)?)
}

/// What the audit log is told of a text.
fn told(conn: &mut Conn, id: TemplateId) -> Result<(String, Value)> {
    let it = get(conn, id)?;
    let does = &it.effects;
    let terms = Terms::load(conn)?;
    let value = json!({
        "name": it.name, "language": it.language.map(LetterLanguage::as_str), "body": it.body,
        "state": does.state.map(|state| terms.state_word(state)), "wait_days": does.wait_days, "to_queue": does.queue,
        "priority": does.priority.map(|priority| terms.priority_word(priority)), "tags": does.tags, "queues": it.queues,
        "roles": it.roles, "retired": it.retired,
    });
    Ok((it.name, value))
}

/// Stores one in place of what it was.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`].
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, change: &Change, now: Ts) -> Result<Template> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let before = get(tx, id)?;
    let checked = check(tx, None, Some(id), change)?;
    scope::may_choose_roles(actor, &before.roles, &checked.roles)?;
    let about = (&actor.who(), Audited::Template, now);
    audit::around(
        tx,
        about,
        |conn| told(conn, id),
        |tx| {
            write(tx, actor, id, &checked, now)?;
            get(tx, id)
        },
    )
}

fn write(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, change: &Change, now: Ts) -> Result<()> {
    let effects = &change.effects;
    diesel::update(reply_templates::table.find(id))
        .set((
            reply_templates::name.eq(&change.name),
            reply_templates::language.eq(change.language),
            reply_templates::body.eq(&change.body),
            reply_templates::state.eq(effects.state.map(|state| state.kind)),
            reply_templates::state_id.eq(effects.state.and_then(|state| state.named)),
            reply_templates::wait_days.eq(effects.wait_days),
            reply_templates::to_queue_id.eq(effects.queue),
            reply_templates::priority.eq(effects.priority),
            reply_templates::tags.eq(serde_json::to_string(&effects.tags)?),
            reply_templates::updated_at.eq(now),
            reply_templates::updated_by.eq(actor.agent.id),
        ))
        .execute(&mut **tx)?;
    diesel::delete(reply_template_queues::table.filter(reply_template_queues::template_id.eq(id)))
        .execute(&mut **tx)?;
    for queue in &change.queues {
        diesel::insert_into(reply_template_queues::table)
            .values((reply_template_queues::template_id.eq(id), reply_template_queues::queue_id.eq(queue)))
            .execute(&mut **tx)?;
    }
    diesel::delete(reply_template_roles::table.filter(reply_template_roles::template_id.eq(id)))
        .execute(&mut **tx)?;
    for role in &change.roles {
        diesel::insert_into(reply_template_roles::table)
            .values((reply_template_roles::template_id.eq(id), reply_template_roles::role_id.eq(role)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Offers it no more; `offered` again where that is true.
///
/// # Errors
/// [`Error::Forbidden`] without the right; [`Error::NotFound`]; [`Error::Invalid`] where its name was given to another
/// one in the meantime.
pub fn retire(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, offered: bool, now: Ts) -> Result<Template> {
    actor.require(InstallationRight::QueuesAndMail)?;
    let template = get(tx, id)?;
    if offered {
        refuse_taken(tx, None, Some(id), &template.name, template.language)?;
        offered_terms(tx, &template.effects)?;
    }
    let since = (!offered).then_some(now);
    audit::around(
        tx,
        (&actor.who(), Audited::Template, now),
        |conn| told(conn, id),
        |tx| {
            diesel::update(reply_templates::table.find(id))
                .set(reply_templates::retired_at.eq(since))
                .execute(&mut **tx)?;
            get(tx, id)
        },
    )
}
