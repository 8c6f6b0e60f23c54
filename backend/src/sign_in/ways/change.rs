//! Setting a way in, taking it away, and the order in which they are asked.

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Wish, is_given, kept, meant, said, wish::secret_of};
use crate::{
    access::{Actor, for_people},
    audit,
    config::{
        Config,
        sign_in::{Entry, LdapEntry, LocalEntry, MOST, Method},
    },
    db::{Audited, Cause, Conn, Direct, InstallationRight, Right, Ts, Tx, backend, schema::sign_in_methods},
    error::{Error, Result, say},
    people::{identities, passkeys, roles, sessions},
    seal::Key,
};

/// The lock under which they are changed, one after the other.
pub(super) const LOCK: &str = "sign-in methods";
/// What sessions call other ways in: no way that is set may be called so.
const TAKEN: [&str; 2] = ["new", "passkey"];
/// No way in takes more words than this, in bytes of JSON: an authority's certificates are the longest of them.
const LONGEST: usize = 100_000;

/// Whether somebody may change how people sign in: what a page asks before it looks at anything else.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people, and without all others as well: whoever says who vouches for
/// people can come in as anybody; [`Error::Conflict`] where a file says it.
pub(crate) fn may_change(conn: &mut Conn, actor: &Actor, config: &Config) -> Result<()> {
    actor.require(InstallationRight::People)?;
    let everything = (None, Right::Full);
    match for_people(conn, actor)?.may_give([everything], InstallationRight::ALL.iter().copied()) {
        Err(Error::Forbidden(_)) => return Err(Error::Forbidden(say!("refused-way-rights"))),
        other => other?,
    }
    if is_given(config) {
        return Err(Error::Conflict(say!("refused-way-given")));
    }
    Ok(())
}

/// Sets a way in: a new one behind the others, or another in the place of the one of its id.
///
/// # Errors
/// As [`may_change`]; [`Error::Invalid`] for what makes no sense, [`Error::Conflict`] for who would have no way in himself.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    (wish, new): (&Wish, bool),
    now: Ts,
) -> Result<()> {
    backend::one_at_a_time(tx, LOCK)?;
    may_change(tx, actor, config)?;
    let all = said(tx)?;
    let is_there = all.iter().any(|entry| entry.id() == wish.entry.id());
    if new && is_there {
        return Err(Error::invalid("id", say!("refused-way-taken", id = wish.entry.id())));
    }
    if !new && !is_there {
        return Err(Error::NotFound);
    }
    if new && all.len() >= MOST {
        return Err(Error::Conflict(say!("refused-way-most", most = MOST)));
    }
    if new {
        must_be_free(tx, &wish.entry, wish.knows)?;
    }
    let meant = meant(tx, actor, config, wish, now.0)?;
    must_be_known(tx, &wish.entry)?;
    let secret = match &meant.secret {
        Some(_) if !meant.given => secret_of(tx, wish.entry.id())?,
        secret => sealed(tx, config, &wish.entry, secret.as_deref())?,
    };
    store(tx, actor, (&wish.entry, &secret), now)?;
    order(tx, actor, &ids(&all, Some(wish.entry.id())), now)?;
    let before = all.into_iter().find(|entry| entry.id() == wish.entry.id());
    let moved = before.is_some_and(|before| leads_elsewhere(&before, &wish.entry));
    if moved {
        sessions::end_all_by(tx, wish.entry.id())?;
    }
    if wish.entry == Entry::Local(LocalEntry { only_admins: true }) {
        end_of_others(tx, now.0)?;
    }
    must_still_come_in(
        tx,
        actor,
        config,
        &moved.then(|| wish.entry.id().to_owned()).into_iter().collect::<Vec<_>>(),
        now,
    )
}

/// Whether somebody else may be asked after a change: then who came in before has proven nothing to him.
fn leads_elsewhere(before: &Entry, after: &Entry) -> bool {
    match (before, after) {
        (Entry::Ldap(was), Entry::Ldap(is)) => {
            let place = |one: &LdapEntry| {
                (
                    (
                        one.url.clone(),
                        one.tls.clone(),
                        one.ca.clone(),
                        one.bind_dn.clone(),
                        one.direct_bind.clone(),
                    ),
                    (
                        one.base.clone(),
                        one.filter.clone(),
                        one.id_attribute.clone(),
                        one.login_attribute.clone(),
                    ),
                )
            };
            place(was) != place(is)
        }
        (before, after) => before.purpose() != after.purpose(),
    }
}

/// Ends the sessions by a password here of those who no longer come in by one.
fn end_of_others(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    for agent in sessions::agents_by(tx, "local")? {
        if !identities::manages(tx, agent, now)? {
            sessions::end_by(tx, agent, "local")?;
        }
    }
    Ok(())
}

/// A new way is called as no other is or was: who is tied to that name would come in as before, whoever says so now.
fn must_be_free(conn: &mut Conn, entry: &Entry, knows: bool) -> Result<()> {
    if TAKEN.contains(&entry.id()) {
        return Err(Error::invalid("id", say!("refused-way-id")));
    }
    let tied = if let Entry::Ldap(_) = entry { identities::of_method(conn, entry.id())?.len() } else { 0 };
    match tied > 0 && !knows {
        true => Err(Error::invalid("id", say!("refused-way-tied", id = entry.id(), tied = tied))),
        false => Ok(()),
    }
}

/// A group gives roles that are there: a name that nobody has given would wait for somebody to make it.
fn must_be_known(conn: &mut Conn, entry: &Entry) -> Result<()> {
    let known = roles::all(conn)?;
    let unknown = entry.roles().into_iter().flat_map(|map| map.values().flatten());
    match unknown.into_iter().find(|name| known.iter().all(|role| role.name != **name)) {
        Some(name) => Err(Error::invalid("roles", say!("refused-way-role", name = name))),
        None => Ok(()),
    }
}

fn ids(all: &[Entry], more: Option<&str>) -> Vec<String> {
    let mut ids: Vec<String> = all.iter().map(|entry| entry.id().to_owned()).collect();
    if let Some(more) = more.filter(|more| !ids.iter().any(|id| id == more)) {
        ids.push(more.to_owned());
    }
    ids
}

/// The secret as it shall lie in the database: as it lies there already, where it is the same.
fn sealed(conn: &mut Conn, config: &Config, entry: &Entry, secret: Option<&str>) -> Result<String> {
    let Some(secret) = secret else { return Ok(String::new()) };
    let (key, purpose) = (Key::load(config)?, entry.purpose());
    let before = secret_of(conn, entry.id())?;
    if key.open(&before, &purpose).as_deref() == Some(secret) {
        return Ok(before);
    }
    Ok(key.seal(secret, &purpose)?)
}

/// Writes a way in down, with its secret as it is sealed.
fn store(tx: &mut Tx<'_>, actor: &Actor, (entry, secret): (&Entry, &str), now: Ts) -> Result<()> {
    let written = entry.written()?;
    let words = written.to_string();
    if words.len() > LONGEST {
        return Err(Error::invalid("ca", say!("refused-way-long")));
    }
    let before: Option<(String, String)> = sign_in_methods::table
        .find(entry.id())
        .select((sign_in_methods::said, sign_in_methods::secret))
        .first(&mut **tx)
        .optional()?;
    if before.as_ref().is_some_and(|(said, kept)| *said == words && kept == secret) {
        return Ok(());
    }
    let row = (
        sign_in_methods::said.eq(&words),
        sign_in_methods::secret.eq(secret),
        sign_in_methods::agent_id.eq(actor.agent.id),
        sign_in_methods::changed_at.eq(now),
    );
    match &before {
        Some(_) => diesel::update(sign_in_methods::table.find(entry.id())).set(row).execute(&mut **tx)?,
        None => diesel::insert_into(sign_in_methods::table)
            .values((sign_in_methods::id.eq(entry.id()), sign_in_methods::position.eq(0), row))
            .execute(&mut **tx)?,
    };
    let had_secret = before.as_ref().is_some_and(|(_, kept)| !kept.is_empty());
    let is_new_secret = !secret.is_empty() && before.as_ref().is_none_or(|(_, kept)| kept != secret);
    let was = before.map_or(Ok(Value::Null), |(said, _)| serde_json::from_str(&said))?;
    let mut becomes = written;
    // Nothing of the secret but that it was given, or is no longer there.
    if is_new_secret {
        becomes["password"] = json!("given anew");
    } else if secret.is_empty() && had_secret {
        becomes["password"] = json!("none");
    }
    audit::changed(tx, &actor.who(), Audited::Settings, &subject(entry.id()), &was, &becomes, now)
}

/// What the audit log calls it.
fn subject(id: &str) -> String {
    format!("sign-in {id}")
}

/// Brings them into this order, those of the list that are there.
fn order(tx: &mut Tx<'_>, actor: &Actor, ids: &[String], now: Ts) -> Result<()> {
    for (position, id) in (1_i32..).zip(ids) {
        // Passwords that are kept here have a row as soon as their place means something.
        if id == "local" && position > 1 {
            let there = said(tx)?.into_iter().find(|entry| entry.id() == "local");
            let is_kept = kept(tx)?.iter().any(|kept| kept.entry.id() == "local");
            if let Some(entry) = there.filter(|_| !is_kept) {
                store(tx, actor, (&entry, ""), now)?;
            }
        }
        diesel::update(sign_in_methods::table.find(id))
            .set(sign_in_methods::position.eq(position))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Lets one be asked earlier, or later, by one place.
///
/// # Errors
/// As [`may_change`]; [`Error::NotFound`].
pub(crate) fn change_order(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    (id, earlier): (&str, bool),
    now: Ts,
) -> Result<()> {
    backend::one_at_a_time(tx, LOCK)?;
    may_change(tx, actor, config)?;
    let mut ids = ids(&said(tx)?, None);
    let before = ids.join(", ");
    let at = ids.iter().position(|one| one == id).ok_or(Error::NotFound)?;
    let to = if earlier { at.saturating_sub(1) } else { (at + 1).min(ids.len() - 1) };
    if at == to {
        return Ok(());
    }
    ids.swap(at, to);
    order(tx, actor, &ids, now)?;
    let (before, after) = (json!({ "order": before }), json!({ "order": ids.join(", ") }));
    audit::changed(tx, &actor.who(), Audited::Settings, "sign-in", &before, &after, now)
}

/// Takes a way in away, and signs out who came in by it. Who was tied to it stays so, should it come back.
///
/// # Errors
/// As [`may_change`]; [`Error::NotFound`], [`Error::Conflict`] for who would have no way in himself.
pub(crate) fn remove(tx: &mut Tx<'_>, actor: &Actor, config: &Config, id: &str, now: Ts) -> Result<()> {
    backend::one_at_a_time(tx, LOCK)?;
    may_change(tx, actor, config)?;
    // By its row: one that cannot be read can be taken away as well.
    let row = sign_in_methods::table.find(id).filter(sign_in_methods::id.ne("local"));
    let before: Option<String> = row.select(sign_in_methods::said).first(&mut **tx).optional()?;
    let before = before.ok_or(Error::NotFound)?;
    take_away(tx, actor, id, &serde_json::from_str(&before).unwrap_or(Value::Null), now)?;
    must_still_come_in(tx, actor, config, &[], now)
}

fn take_away(tx: &mut Tx<'_>, actor: &Actor, id: &str, was: &Value, now: Ts) -> Result<()> {
    diesel::delete(sign_in_methods::table.find(id)).exec(tx)?;
    sessions::end_all_by(tx, id)?;
    // What came of comparisons with it says nothing of another one of this name.
    crate::sign_in::sync::forget(tx, id)?;
    audit::changed(tx, &actor.who(), Audited::Settings, &subject(id), was, &Value::Null, now)
}

/// Whoever changes it comes in himself afterwards, by what is kept here or what he is tied to; `moved` ways may lead anywhere. The
/// operator's command line locks nobody out.
fn must_still_come_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    moved: &[String],
    now: Ts,
) -> Result<()> {
    let me = actor.agent.id;
    if actor.cause == Cause::Cli
        || crate::sign_in::has_password(tx, config, me, now.0)?
        || passkeys::has_any(tx, me)? && crate::sign_in::passkey_is_enough(tx, config, me, now.0)?
    {
        return Ok(());
    }
    let ways = super::in_force(tx, config)?;
    let ties = identities::of_agent(tx, me)?;
    let is_way = |tie: &str| {
        ways.methods.iter().filter(|method| !moved.iter().any(|id| id == method.id())).any(|method| {
            match method {
                Method::Oidc(site) => site.issuer == tie,
                other => other.id() == tie,
            }
        })
    };
    match ties.iter().any(|tie| is_way(&tie.method)) {
        true => Ok(()),
        false => Err(Error::Conflict(say!("refused-way-self"))),
    }
}

/// Brings all of them to what the configuration's file says, each [`checked`], which knows no secret: one that is kept for the same place stays,
/// and without one the way rests until somebody gives it.
///
/// # Errors
/// As [`put`].
pub(crate) fn put_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    wanted: &[Entry],
    now: Ts,
) -> Result<()> {
    backend::one_at_a_time(tx, LOCK)?;
    may_change(tx, actor, config)?;
    if wanted.len() > MOST {
        return Err(Error::Conflict(say!("refused-way-most", most = MOST)));
    }
    let before = kept(tx)?;
    let asked = ids(&said(tx)?, None);
    let (mut seen, mut moved) = (Vec::new(), Vec::new());
    for entry in wanted {
        if seen.contains(&entry.id()) {
            return Err(Error::invalid("id", say!("refused-way-taken", id = entry.id())));
        }
        seen.push(entry.id());
        must_be_known(tx, entry)?;
        let kept = before.iter().find(|kept| kept.entry.id() == entry.id());
        match kept {
            // What the file says of it, it says knowingly.
            None => must_be_free(tx, entry, true)?,
            Some(kept) if leads_elsewhere(&kept.entry, entry) => {
                sessions::end_all_by(tx, entry.id())?;
                moved.push(entry.id().to_owned());
            }
            Some(_) => {}
        }
        let goes_on = kept.filter(|kept| kept.entry.purpose() == entry.purpose());
        let secret = goes_on.map(|kept| kept.secret.clone()).unwrap_or_default();
        if kept.is_none_or(|kept| kept.entry != *entry) {
            store(tx, actor, (entry, &secret), now)?;
        }
        if *entry == Entry::Local(LocalEntry { only_admins: true }) {
            end_of_others(tx, now.0)?;
        }
    }
    // Passwords that are kept here are never gone.
    for gone in before.iter().filter(|kept| kept.entry.id() != "local" && !seen.contains(&kept.entry.id())) {
        take_away(tx, actor, gone.entry.id(), &gone.entry.written()?, now)?;
    }
    let mut becomes: Vec<String> = seen.iter().map(|id| (*id).to_owned()).collect();
    if !seen.contains(&"local") {
        becomes.insert(0, "local".to_owned());
    }
    order(tx, actor, &becomes, now)?;
    let (was, is) = (json!({ "order": asked.join(", ") }), json!({ "order": becomes.join(", ") }));
    audit::changed(tx, &actor.who(), Audited::Settings, "sign-in", &was, &is, now)?;
    must_still_come_in(tx, actor, config, &moved, now)
}
