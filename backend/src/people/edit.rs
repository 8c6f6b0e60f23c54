//! What is changed about an agent by whoever manages people.

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::json;

use super::{
    account, agent_words, agents, agents::Agent, domains, guard::Guard, journal, links, roles, ways,
};
use crate::{
    access::PeopleAccess,
    db::{
        AgentId, Audited, Notice, RoleId, Ts, Tx, Wake,
        schema::{agent_roles, agents as table, roles as roles_table},
    },
    error::{Error, FieldError, Result, Sentence, say},
    i18n::Language,
    notify::security::{self, Changed},
};

/// What shall be otherwise; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// His name.
    pub name: Option<String>,
    /// Where notifications and links go.
    pub email: Option<String>,
    /// From when he may not sign in.
    pub expires_at: Option<Option<Timestamp>>,
    /// How he sees and hears of things.
    pub settings: Settings,
}

/// What an agent could choose himself, chosen for him.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Tickets per page, 5 to 200.
    pub page_size: Option<i32>,
    /// A language of ours.
    pub language: Option<String>,
    /// An IANA zone; `Some(None)`: the installation's.
    pub time_zone: Option<Option<String>>,
    /// What he gets no mail about.
    pub muted: Option<Vec<Notice>>,
}

/// Changes an agent.
///
/// # Errors
/// [`Error::Invalid`] names the field; [`Error::Conflict`] for the last agent who can manage people and would expire;
/// [`Error::Forbidden`] for the address of one who may do what the actor may not: links go there.
pub fn change(tx: &mut Tx<'_>, people: &PeopleAccess, id: AgentId, wish: &Change, now: Ts) -> Result<Agent> {
    let before = agents::get(tx, id)?;
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: Sentence| {
        problems.push(FieldError { field: field.into(), message });
    };
    let name = wish.name.as_deref().unwrap_or(&before.name).trim();
    if !agents::is_name(name) {
        refuse("name", say!("refused-agent-name"));
    }
    let mut email = before.email.clone();
    if let Some(wanted) = &wish.email {
        match mail_ingest::address::normalise(wanted) {
            None => refuse("email", say!("refused-address")),
            Some(wanted) if wanted != before.email => {
                if let Some(why) = domains::refusal(tx, &wanted)? {
                    refuse("email", why);
                }
                email = wanted;
            }
            Some(_) => {}
        }
    }
    check_settings(&wish.settings, &mut refuse);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let expires_at = wish.expires_at.map_or(before.expires_at, |end| end.map(Ts));
    if email != before.email || !before.is_active(now.0) {
        roles::may_have_all_of(tx, people, id)?;
    }
    let guard = Guard::before(tx, people, now)?;
    diesel::update(table::table.find(id))
        .set((table::name.eq(name), table::email.eq(&email), table::expires_at.eq(expires_at)))
        .execute(&mut **tx)?;
    guard.after(tx, now)?;
    agent_words::say(tx, id)?;
    apply(tx, id, &wish.settings)?;
    let after = agents::get(tx, id)?;
    if after.email != before.email {
        // What was sent to the address before may be in anybody's hands.
        links::forget(tx, id)?;
        security::tell(tx, &before, people.who(), Changed::Address(&after.email), now)?;
    }
    // Who was expired comes back with nothing in his hands; who is expired now loses it at once.
    if !before.is_active(now.0) || !after.is_active(now.0) {
        account::cut(tx, id, now)?;
    }
    let told = (journal::agent(&before), journal::agent(&after));
    journal::changed(tx, people, Audited::Agent, &after.login, told, now)?;
    Ok(after)
}

/// What is wrong with settings.
pub(super) fn check_settings(settings: &Settings, refuse: &mut impl FnMut(&str, Sentence)) {
    if settings.page_size.is_some_and(|size| !(5..=200).contains(&size)) {
        refuse("page_size", say!("refused-page-size"));
    }
    if let Some(Some(zone)) = &settings.time_zone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        refuse("time_zone", say!("refused-zone"));
    }
    if let Some(tag) = &settings.language
        && !Language::all().contains(tag)
    {
        refuse("language", say!("refused-language"));
    }
}

/// Writes settings that were checked.
pub(super) fn apply(tx: &mut Tx<'_>, id: AgentId, settings: &Settings) -> Result<()> {
    let row = table::table.find(id);
    if let Some(size) = settings.page_size {
        diesel::update(row).set(table::page_size.eq(size)).execute(&mut **tx)?;
    }
    if let Some(tag) = &settings.language {
        diesel::update(row).set(table::language.eq(tag)).execute(&mut **tx)?;
    }
    if let Some(zone) = &settings.time_zone {
        diesel::update(row).set(table::time_zone.eq(zone)).execute(&mut **tx)?;
    }
    if let Some(muted) = &settings.muted {
        ways::set_without_mail(tx, id, muted)?;
    }
    Ok(())
}

/// Gives an agent these roles and no others. Retired roles that he has stay as they are.
///
/// # Errors
/// [`Error::Invalid`] for a role that is not in use; [`Error::Forbidden`] for one that gives more than the actor has;
/// [`Error::Conflict`] when nobody would be left to manage people.
pub fn set_roles(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    id: AgentId,
    wanted: &[RoleId],
    now: Ts,
) -> Result<()> {
    let login = agents::login(tx, id)?;
    let usable: Vec<RoleId> = roles_table::table
        .filter(roles_table::retired_at.is_null())
        .select(roles_table::id)
        .load(&mut **tx)?;
    if wanted.iter().any(|role| !usable.contains(role)) {
        return Err(Error::invalid("roles", say!("refused-role-gone")));
    }
    let before = agents::role_names(tx, id)?;
    let has: Vec<RoleId> = agent_roles::table
        .filter(agent_roles::agent_id.eq(id).and(agent_roles::role_id.eq_any(&usable)))
        .select(agent_roles::role_id)
        .load(&mut **tx)?;
    let guard = Guard::before(tx, people, now)?;
    for role in has.iter().filter(|role| !wanted.contains(role)) {
        let row = agent_roles::table.filter(agent_roles::agent_id.eq(id).and(agent_roles::role_id.eq(role)));
        diesel::delete(row).execute(&mut **tx)?;
    }
    let mut given = has;
    for role in wanted {
        if given.contains(role) {
            continue;
        }
        given.push(*role);
        roles::may_give_role(tx, people, *role)?;
        diesel::insert_into(agent_roles::table)
            .values((agent_roles::agent_id.eq(id), agent_roles::role_id.eq(role)))
            .execute(&mut **tx)?;
    }
    guard.after(tx, now)?;
    let after = agents::role_names(tx, id)?;
    tx.wake(Wake::EVENTS);
    let told = (json!({ "roles": before }), json!({ "roles": after }));
    journal::changed(tx, people, Audited::Agent, &login, told, now)
}
