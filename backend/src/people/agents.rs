//! Agents.

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    agent_words, domains,
    edit::{self, Settings},
    guard, journal, links, password,
};
use crate::{
    access::{Actor, PeopleAccess, Who},
    db::{
        AgentId, Audited, Conn, Direct, RoleId, Ts, Tx, backend, columns,
        schema::{agent_roles, agents, articles, roles, sessions},
    },
    error::{Error, FieldError, Result, say},
    notify::security::{self, Changed},
};

pub use super::ways::without_mail as muted;

/// An agent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = agents)]
pub struct Agent {
    /// His key.
    pub id: AgentId,
    /// What he signs in with.
    pub login: String,
    /// His name.
    pub name: String,
    /// Where notifications go.
    pub email: String,
    /// Put below his replies.
    pub signature: String,
    /// His language, as `en`.
    pub language: String,
    /// His zone; `None`: the installation's.
    pub time_zone: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Tickets per page.
    pub page_size: i32,
    /// Whether single keys act.
    pub keys_enabled: bool,
    /// Whether his lists show one line for each ticket instead of two.
    pub dense_rows: bool,
    /// Out of office until then.
    pub away_until: Option<Ts>,
    /// Who hears of his tickets meanwhile.
    pub stand_in_id: Option<AgentId>,
    /// Articles up to this key count as read.
    pub read_floor: i64,
    /// Since when he may not sign in.
    pub disabled_at: Option<Ts>,
    /// From when he may not sign in.
    pub expires_at: Option<Ts>,
    /// Whether he has to choose a password of his own before he may do anything else.
    pub must_change_password: bool,
    /// When he last signed in.
    pub last_sign_in_at: Option<Ts>,
}

impl Agent {
    /// Whether he may sign in at all.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && self.expires_at.is_none_or(|at| at.0 > now)
    }

    /// Active and not out of office.
    pub fn is_present(&self, now: Timestamp) -> bool {
        self.is_active(now) && self.away_until.is_none_or(|until| until.0 <= now)
    }
}

/// An agent.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(conn: &mut Conn, id: AgentId) -> Result<Agent> {
    Ok(agents::table.find(id).select(columns::<Agent>()).row(conn)?)
}

/// An agent by his login.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_login(conn: &mut Conn, login: &str) -> Result<Agent> {
    Ok(agents::table
        .filter(agents::login.eq(login.trim().to_lowercase()))
        .select(columns::<Agent>())
        .first_row(conn)?)
}

/// The agent of this login, name and address, where he was added after that moment and has not come in yet: who sends the
/// same form twice means him.
///
/// # Errors
/// Those of the database.
pub fn added_since(
    conn: &mut Conn,
    login: &str,
    (name, email): (&str, &str),
    since: Ts,
) -> Result<Option<AgentId>> {
    Ok(agents::table
        .filter(agents::login.eq(login).and(agents::name.eq(name)).and(agents::email.eq(email)))
        .filter(agents::created_at.gt(since).and(agents::last_sign_in_at.is_null()))
        .select(agents::id)
        .first_row(conn)
        .optional()?)
}

/// All agents, disabled ones included, by name.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut Conn) -> Result<Vec<Agent>> {
    Ok(agents::table.order(agents::name).select(columns::<Agent>()).rows(conn)?)
}

/// The agent whose notifications go to this address.
///
/// # Errors
/// Those of the database.
pub fn by_email(conn: &mut Conn, address: &str) -> Result<Option<Agent>> {
    Ok(agents::table
        .filter(agents::email.eq(address.to_lowercase()).and(agents::disabled_at.is_null()))
        .select(columns::<Agent>())
        .first_row(conn)
        .optional()?)
}

/// An agent's name.
///
/// # Errors
/// [`Error::NotFound`].
pub fn name(conn: &mut Conn, id: AgentId) -> Result<String> {
    Ok(agents::table.find(id).select(agents::name).row(conn)?)
}

/// An agent's login.
///
/// # Errors
/// [`Error::NotFound`].
pub fn login(conn: &mut Conn, id: AgentId) -> Result<String> {
    Ok(agents::table.find(id).select(agents::login).row(conn)?)
}

/// An agent to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAgent {
    /// What he signs in with: letters, digits, `.`, `_`, `-`, `@`.
    pub login: String,
    /// His name.
    pub name: String,
    /// Where notifications go.
    pub email: String,
    /// Names of his roles.
    pub roles: Vec<String>,
    /// The hash of his password; `None`: he cannot sign in with one.
    pub password_hash: Option<String>,
    /// Whether somebody else knows that password: he has to choose one of his own first.
    pub must_change_password: bool,
    /// From when he may not sign in.
    pub expires_at: Option<Timestamp>,
    /// How he sees and hears of things.
    pub settings: Settings,
}

/// Makes an agent.
///
/// # Errors
/// [`Error::Forbidden`] for a role that gives more than the actor has himself; [`Error::Invalid`] for what is wrong or
/// taken.
pub fn create(tx: &mut Tx<'_>, people: &PeopleAccess, new: &NewAgent, now: Ts) -> Result<Agent> {
    guard::one_at_a_time(tx)?;
    let (_, _, roles) = check(tx, new)?;
    for role in roles {
        super::roles::may_give_role(tx, people, role)?;
    }
    let agent = insert(tx, new, now)?;
    let mut made = journal::agent(&agent);
    if let Some(fields) = made.as_object_mut() {
        fields.insert("roles".into(), json!(new.roles));
    }
    journal::changed(tx, people, Audited::Agent, &agent.login, (Value::Null, made), now)?;
    Ok(agent)
}

/// Makes an agent before there is anybody who could.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewAgent, now: Ts) -> Result<Agent> {
    let (login, email, roles) = check(tx, new)?;
    let newest: Option<i64> = articles::table
        .select(articles::id)
        .order(articles::id.desc())
        .first_row::<crate::db::ArticleId>(tx)
        .optional()?
        .map(|id| id.0);
    let id: AgentId = diesel::insert_into(agents::table)
        .values((
            agents::login.eq(login),
            agents::name.eq(new.name.trim()),
            agents::email.eq(email),
            agents::password_hash.eq(&new.password_hash),
            agents::read_floor.eq(newest.unwrap_or(0)),
            agents::must_change_password.eq(new.must_change_password),
            agents::expires_at.eq(new.expires_at.map(Ts)),
            agents::created_at.eq(now),
        ))
        .returning(agents::id)
        .row(tx)?;
    for role in roles {
        diesel::insert_into(agent_roles::table)
            .values((agent_roles::agent_id.eq(id), agent_roles::role_id.eq(role)))
            .exec(tx)?;
    }
    edit::apply(tx, id, &new.settings)?;
    agent_words::say(tx, id)?;
    get(tx, id)
}

/// Whether this can be an agent's name.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 200 && !name.chars().any(char::is_control)
}

fn check(conn: &mut Conn, new: &NewAgent) -> Result<(String, String, Vec<RoleId>)> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: crate::error::Sentence| {
        problems.push(FieldError { field: field.into(), message })
    };
    let login = new.login.trim().to_lowercase();
    let allowed = |c: char| c.is_alphanumeric() || "._-@+".contains(c);
    if login.is_empty() || login.chars().count() > 100 || !login.chars().all(allowed) {
        refuse("login", say!("refused-login"));
    } else if by_login(conn, &login).is_ok() {
        refuse("login", say!("refused-login-taken", login = login));
    }
    if !is_name(new.name.trim()) {
        refuse("name", say!("refused-agent-name"));
    }
    let email = mail_ingest::address::normalise(&new.email);
    if email.is_none() {
        refuse("email", say!("refused-address"));
    }
    if let Some(why) = email.as_deref().map(|email| domains::refusal(conn, email)).transpose()?.flatten() {
        refuse("email", why);
    }
    edit::check_settings(&new.settings, &mut refuse);
    let mut ids = Vec::new();
    for role in &new.roles {
        let found: Option<RoleId> = roles::table
            .filter(roles::name.eq(role).and(roles::retired_at.is_null()))
            .select(roles::id)
            .first_row(conn)
            .optional()?;
        match found {
            Some(id) if !ids.contains(&id) => ids.push(id),
            Some(_) => {}
            None => refuse("roles", say!("refused-role-unknown", name = role)),
        }
    }
    match email {
        Some(email) if problems.is_empty() => Ok((login, email, ids)),
        _ => Err(Error::Invalid(problems)),
    }
}

/// Names of an agent's roles.
///
/// # Errors
/// Those of the database.
pub fn role_names(conn: &mut Conn, id: AgentId) -> Result<Vec<String>> {
    Ok(agent_roles::table
        .inner_join(roles::table)
        .filter(agent_roles::agent_id.eq(id))
        .order(roles::name)
        .select(roles::name)
        .rows(conn)?)
}

/// Sets a password; every session of the agent ends. Who had one hears of it, and so does who came in without until now.
///
/// # Errors
/// [`Error::NotFound`].
pub fn set_password(tx: &mut Tx<'_>, id: AgentId, hash: &password::Hash, who: &Who, now: Ts) -> Result<()> {
    let agent = get(tx, id)?;
    let came_in: Option<Ts> = agents::table.find(id).select(agents::last_sign_in_at).row(tx)?;
    if is_password_kept(tx, id)? || came_in.is_some() {
        security::tell(tx, &agent, who, Changed::Password, now)?;
    }
    diesel::update(agents::table.find(id))
        .set((agents::password_hash.eq(hash.as_str()), agents::must_change_password.eq(false)))
        .exec(tx)?;
    diesel::delete(sessions::table.filter(sessions::agent_id.eq(id))).exec(tx)?;
    links::forget(tx, id)
}

/// The agent's password is known to somebody else: he has to choose another when he signs in.
pub(super) fn ask_for_new_password(tx: &mut Tx<'_>, id: AgentId) -> Result<()> {
    diesel::update(agents::table.find(id)).set(agents::must_change_password.eq(true)).exec(tx)?;
    Ok(())
}

/// Whether an agent has a password here.
///
/// # Errors
/// Those of the database.
pub fn is_password_kept(conn: &mut Conn, id: AgentId) -> Result<bool> {
    let hash: Option<String> = agents::table.find(id).select(agents::password_hash).first(conn)?;
    Ok(hash.is_some())
}

/// Whether this is still an agent's password, by a hash of it, which nobody changes until the transaction ends: what was looked
/// at before it began took its time.
///
/// # Errors
/// Those of the database.
pub fn holds_password(tx: &mut Tx<'_>, id: AgentId, hash: &str) -> Result<bool> {
    backend::hold_agent(tx, id)?;
    let kept: Option<String> = agents::table.find(id).select(agents::password_hash).row(tx)?;
    // A sign-in at the same moment may have made the hash of the same password anew.
    Ok(kept.is_some_and(|kept| password::mark(&kept) == password::mark(hash)))
}

/// He needs no other password: he proves elsewhere who he is.
pub(super) fn ask_for_no_password(tx: &mut Tx<'_>, id: AgentId) -> Result<()> {
    diesel::update(agents::table.find(id)).set(agents::must_change_password.eq(false)).execute(&mut **tx)?;
    Ok(())
}

/// Stores the same password's hash anew; nothing else changes.
///
/// # Errors
/// Those of the database.
pub fn renew_hash(tx: &mut Tx<'_>, id: AgentId, hash: &password::Hash) -> Result<()> {
    diesel::update(agents::table.find(id)).set(agents::password_hash.eq(hash.as_str())).exec(tx)?;
    Ok(())
}

/// What a page may look like.
const THEMES: [&str; 3] = ["system", "light", "dark"];

/// What an agent chooses for himself.
#[derive(Clone, Debug)]
pub struct Preferences {
    /// Tickets per page, 5 to 200.
    pub page_size: i32,
    /// A language of ours.
    pub language: String,
    /// An IANA zone; `None`: the installation's.
    pub time_zone: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether single keys act.
    pub keys_enabled: bool,
    /// Put below his replies.
    pub signature: String,
    /// Out of office until then.
    pub away_until: Option<Timestamp>,
    /// Who hears of his tickets meanwhile.
    pub stand_in: Option<AgentId>,
}

/// Saves the actor's own preferences. Going away frees the tickets he has locked.
///
/// # Errors
/// [`Error::Invalid`] names the field.
pub fn save_preferences(
    tx: &mut Tx<'_>,
    actor: &Actor,
    wish: &Preferences,
    at: &crate::tickets::Moment,
) -> Result<()> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, message: crate::error::Sentence| {
        problems.push(FieldError { field: field.into(), message });
    };
    if !(5..=200).contains(&wish.page_size) {
        refuse("page_size", say!("refused-page-size"));
    }
    if let Some(zone) = &wish.time_zone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        refuse("time_zone", say!("refused-zone"));
    }
    if !THEMES.contains(&wish.theme.as_str()) {
        refuse("theme", say!("refused-theme"));
    }
    if wish.signature.len() > 10_000 {
        refuse("signature", say!("refused-signature"));
    }
    if let Some(stand_in) = wish.stand_in
        && let Some(message) = super::stand_ins::refused(tx, actor.agent.id, stand_in, at.now)?
    {
        refuse("stand_in", message);
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let before: Option<Ts> =
        agents::table.find(actor.agent.id).select(agents::away_until).first(&mut **tx)?;
    let before = before.map(|until| until.0);
    diesel::update(agents::table.find(actor.agent.id))
        .set((
            agents::page_size.eq(wish.page_size),
            agents::language.eq(&wish.language),
            agents::time_zone.eq(&wish.time_zone),
            agents::theme.eq(&wish.theme),
            agents::keys_enabled.eq(wish.keys_enabled),
            agents::signature.eq(&wish.signature),
            agents::away_until.eq(wish.away_until.map(Ts)),
            agents::stand_in_id.eq(wish.stand_in),
        ))
        .exec(tx)?;
    let goes = wish.away_until.filter(|until| *until > at.now);
    // Whoever is away already and works all the same keeps what he locked when he saves something else.
    if goes.is_some() && goes != before {
        crate::tickets::lock::release_all(tx, actor, at)?;
    }
    Ok(())
}

/// Chooses the actor's theme.
///
/// # Errors
/// [`Error::Invalid`] for a word that is none.
pub fn set_theme(tx: &mut Tx<'_>, actor: &Actor, theme: &str) -> Result<()> {
    if !THEMES.contains(&theme) {
        return Err(Error::invalid("theme", say!("refused-theme")));
    }
    diesel::update(agents::table.find(actor.agent.id)).set(agents::theme.eq(theme)).exec(tx)?;
    Ok(())
}

/// Chooses whether the actor's lists show one line for each ticket instead of two.
///
/// # Errors
/// Those of the database.
pub fn set_dense_rows(tx: &mut Tx<'_>, actor: &Actor, dense: bool) -> Result<()> {
    diesel::update(agents::table.find(actor.agent.id)).set(agents::dense_rows.eq(dense)).exec(tx)?;
    Ok(())
}
