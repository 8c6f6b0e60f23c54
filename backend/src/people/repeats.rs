//! Requests that a program may send twice: the answer of the first is kept for a day and given again.

use diesel::prelude::*;
use jiff::SignedDuration;

use crate::{
    db::{AgentId, Ts, Tx, backend, schema::idempotency_keys},
    error::{Error, Result},
};

/// For so long a repetition gets the first answer.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What names a request that may be repeated.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// Chosen by the program, unique among its requests.
    pub key: String,
    /// Tells another request with the same key apart.
    pub request_hash: String,
}

/// Does `job` once per key, in the transaction that keeps its answer; a repetition gets that answer again. A job that
/// fails is not kept: its repetition tries again.
///
/// # Errors
/// Those of `job`; [`Error::Invalid`] for a key that another request used.
pub fn once(
    tx: &mut Tx<'_>,
    agent: AgentId,
    request: Option<&Repeatable>,
    status: u16,
    now: Ts,
    job: impl FnOnce(&mut Tx<'_>) -> Result<String>,
) -> Result<String> {
    let Some(Repeatable { key, request_hash }) = request else { return job(tx) };
    // Two at once: the second waits here until the first has left its answer.
    backend::one_at_a_time(tx, &format!("idempotency {agent} {key}"))?;
    let past = Ts(now.0.checked_sub(KEPT).unwrap_or(now.0));
    diesel::delete(
        idempotency_keys::table
            .filter(idempotency_keys::agent_id.eq(agent).and(idempotency_keys::created_at.lt(past))),
    )
    .execute(&mut **tx)?;
    let known: Option<(String, String)> = idempotency_keys::table
        .find((agent, key))
        .select((idempotency_keys::request_hash, idempotency_keys::body))
        .first(&mut **tx)
        .optional()?;
    match known {
        Some((hash, body)) if hash == *request_hash => Ok(body),
        Some(_) => Err(Error::invalid(
            "Idempotency-Key",
            "Another request has used this key. Choose a new key for each request.",
        )),
        None => {
            let body = job(tx)?;
            if !backend::put_idempotency_key(tx, agent, key, request_hash, status.into(), &body, now)? {
                return Err(Error::Conflict(
                    "The same request is being worked on. Send it once more to get its answer.".into(),
                ));
            }
            Ok(body)
        }
    }
}
