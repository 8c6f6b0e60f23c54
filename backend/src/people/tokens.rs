//! API tokens: they carry their agent's rights. Only a hash is kept.

use diesel::prelude::*;
use jiff::Timestamp;

use super::sessions::digest;
use crate::{
    clock::random_token,
    db::{AgentId, Conn, TokenId, Ts, Tx, schema::tokens},
    error::{Error, Result},
};

/// Makes a token and returns it: it is shown this once.
///
/// # Errors
/// [`Error::Invalid`] for a name that is empty or too long.
pub fn create(tx: &mut Tx<'_>, agent: AgentId, name: &str, now: Ts) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "A token needs a name of 1 to 100 characters: what it is for."));
    }
    let secret = format!("tst_{}", random_token());
    diesel::insert_into(tokens::table)
        .values((
            tokens::agent_id.eq(agent),
            tokens::name.eq(name),
            tokens::hash.eq(digest(&secret)),
            tokens::created_at.eq(now),
        ))
        .execute(&mut **tx)?;
    Ok(secret)
}

/// The agent of a token that is good.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, secret: &str, now: Timestamp) -> Result<Option<(TokenId, AgentId)>> {
    Ok(tokens::table
        .filter(tokens::hash.eq(digest(secret)).and(tokens::revoked_at.is_null()))
        .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(Ts(now))))
        .select((tokens::id, tokens::agent_id))
        .first(conn)
        .optional()?)
}
