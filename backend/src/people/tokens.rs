//! API tokens: they carry their agent's rights. Only a hash is kept. An operator makes them for anybody, on the command
//! line; agents make their own where a role gives them the right `api`, and those work no longer than it does.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::sessions::digest;
use crate::{
    access::{Actor, Check, is_left_out},
    audit,
    clock::random_token,
    db::{AgentId, Audited, Conn, InstallationRight, TokenId, Ts, Tx, Wake, schema::tokens},
    error::{Error, Result, say},
    notify::security::{self, Changed},
};

/// So many tokens that work an agent may have made himself.
const OWN: usize = 20;
/// The longest life of a token that ends by itself, in days.
const LONGEST: u32 = 3_650;

/// A token that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its key.
    pub id: TokenId,
    /// Whose it is.
    pub agent: AgentId,
    /// Whether he made it himself.
    pub own: bool,
}

impl Found {
    /// Whether its agent may use it now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a token that its agent made himself, and whose roles do not have the right any more.
    pub fn allows(self, actor: &Actor) -> Result<()> {
        if self.own {
            actor.require(InstallationRight::Api).map_err(|_| Error::Forbidden(say!("refused-own-token")))?;
        }
        Ok(())
    }
}

/// One of an agent's tokens.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub struct Token {
    /// Its key.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Since when.
    pub created_at: Ts,
    /// When it ends by itself.
    pub expires_at: Option<Ts>,
    /// Whether he made it himself.
    pub own: bool,
}

/// Makes a token on an operator's behalf and returns it: it is shown this once.
///
/// # Errors
/// [`Error::Invalid`] for a name that is empty or too long.
pub fn create(tx: &mut Tx<'_>, agent: AgentId, name: &str, now: Ts) -> Result<String> {
    made(tx, agent, name, None, false, now)
}

/// Makes a token for whoever asks, that ends after so many days, or not by itself; returns it: it is shown this once.
///
/// # Errors
/// [`Error::Forbidden`] without the right `api`; [`Error::Invalid`] for a name or a number of days that cannot be;
/// [`Error::Conflict`] for whoever has too many.
pub fn create_own(tx: &mut Tx<'_>, actor: &Actor, name: &str, days: Option<u32>, now: Ts) -> Result<String> {
    actor.require(InstallationRight::Api)?;
    if of(tx, actor.agent.id, now.0)?.iter().filter(|token| token.own).count() >= OWN {
        return Err(Error::Conflict(say!("refused-tokens", most = OWN)));
    }
    let wrong = || Error::invalid("days", say!("refused-token-days", most = LONGEST));
    let end = match days {
        None => None,
        Some(days) if (1..=LONGEST).contains(&days) => {
            let life = SignedDuration::from_hours(24 * i64::from(days));
            Some(Ts(now.0.checked_add(life).map_err(|_| wrong())?))
        }
        Some(_) => return Err(wrong()),
    };
    let secret = made(tx, actor.agent.id, name, end, true, now)?;
    let told = json!({ "token": name.trim(), "expires_at": end.map(|end| end.0.to_string()) });
    audit::changed(tx, &actor.who(), Audited::Token, &actor.agent.login, &Value::Null, &told, now)?;
    security::tell(tx, &actor.agent, &actor.who(), Changed::TokenMade(name.trim()), now)?;
    Ok(secret)
}

fn made(tx: &mut Tx<'_>, agent: AgentId, name: &str, end: Option<Ts>, own: bool, now: Ts) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", say!("refused-token-name")));
    }
    let secret = format!("tst_{}", random_token());
    diesel::insert_into(tokens::table)
        .values((
            tokens::agent_id.eq(agent),
            tokens::name.eq(name),
            tokens::hash.eq(digest(&secret)),
            tokens::created_at.eq(now),
            tokens::expires_at.eq(end),
            tokens::own.eq(own),
        ))
        .execute(&mut **tx)?;
    Ok(secret)
}

/// Ends a token of whoever asks, whoever made it.
///
/// # Errors
/// [`Error::NotFound`] for a token that is not his, or does not work any more.
pub fn end_own(tx: &mut Tx<'_>, actor: &Actor, token: TokenId, now: Ts) -> Result<()> {
    let works = || tokens::table.filter(tokens::id.eq(token).and(tokens::revoked_at.is_null()));
    let (owner, name): (AgentId, String) =
        works().select((tokens::agent_id, tokens::name)).first(&mut **tx)?;
    if owner != actor.agent.id && !is_left_out(Check::OwnToken) {
        return Err(Error::NotFound);
    }
    diesel::update(works()).set(tokens::revoked_at.eq(now)).execute(&mut **tx)?;
    tx.wake(Wake::EVENTS);
    let told = json!({ "token": name });
    security::tell(tx, &actor.agent, &actor.who(), Changed::TokenEnded(&name), now)?;
    audit::changed(tx, &actor.who(), Audited::Token, &actor.agent.login, &told, &Value::Null, now)
}

/// The tokens of an agent that work, by name.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, agent: AgentId, now: Timestamp) -> Result<Vec<Token>> {
    Ok(tokens::table
        .filter(tokens::agent_id.eq(agent).and(tokens::revoked_at.is_null()))
        .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(Ts(now))))
        .order((tokens::name, tokens::id))
        .select(Token::as_select())
        .load(conn)?)
}

/// The token that is good under this secret.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, secret: &str, now: Timestamp) -> Result<Option<Found>> {
    let found: Option<(TokenId, AgentId, bool)> = tokens::table
        .filter(tokens::hash.eq(digest(secret)).and(tokens::revoked_at.is_null()))
        .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(Ts(now))))
        .select((tokens::id, tokens::agent_id, tokens::own))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, agent, own)| Found { id, agent, own }))
}
