//! The first agent, roles and queue: from the command line, or from the page behind the one-time link.

use diesel::prelude::*;

use super::{
    agents::{self, NewAgent},
    roles::{self, NewRole},
    sessions::digest,
};
use crate::{
    access::Who,
    clock::random_token,
    db::{
        Cause, Conn, Direct, InstallationRight, Right, Ts, Tx, backend,
        schema::{agents as agents_table, settings},
    },
    error::{Error, Result, say},
    queues::{self, NewQueue, Queue},
};

/// The setting that keeps the hash of the one-time link.
const LINK: &str = "setup_link";
/// The setting that keeps the organisation's name.
const ORGANISATION: &str = "organisation";

/// What a new installation needs to know.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The first agent; his roles are given by this.
    pub admin: NewAgent,
    /// The organisation's name; may be empty.
    pub organisation: String,
    /// The first queue's name; empty: `Support`.
    pub queue: String,
    /// Its address; empty: none yet.
    pub address: String,
}

/// Whether the set-up is still to be done: there is no agent.
///
/// # Errors
/// Those of the database.
pub fn is_open(conn: &mut Conn) -> Result<bool> {
    let first: Option<crate::db::AgentId> =
        agents_table::table.select(agents_table::id).first(conn).optional()?;
    Ok(first.is_none())
}

/// Makes a new one-time link's secret; earlier ones no longer count.
///
/// # Errors
/// Those of the database.
pub fn new_link(tx: &mut Tx<'_>) -> Result<String> {
    let secret = random_token();
    backend::put_setting(tx, LINK, &digest(&secret))?;
    Ok(secret)
}

/// Whether the secret of a link is the one that counts, and the set-up still open.
///
/// # Errors
/// Those of the database.
pub fn link_is_good(conn: &mut Conn, secret: &str) -> Result<bool> {
    use subtle::ConstantTimeEq as _;
    if !is_open(conn)? {
        return Ok(false);
    }
    let kept: Option<String> = settings::table.find(LINK).select(settings::value).first(conn).optional()?;
    Ok(kept.is_some_and(|kept| kept.as_bytes().ct_eq(digest(secret).as_bytes()).into()))
}

/// Makes the roles `Admin` and `Agent`, the first queue and the first agent.
///
/// # Errors
/// [`Error::Conflict`] when it was done before; [`Error::Invalid`] for wrong input.
pub fn run(tx: &mut Tx<'_>, setup: &SetUp, now: Ts) -> Result<Queue> {
    backend::one_at_a_time(tx, "setup")?;
    if !is_open(tx)? {
        return Err(Error::Conflict(say!("refused-set-up-done")));
    }
    let everything = vec![("*".to_owned(), vec![Right::Full])];
    roles::insert(
        tx,
        &NewRole {
            name: "Admin".into(),
            grants: everything.clone(),
            installation: InstallationRight::ALL.to_vec(),
        },
        now,
    )?;
    roles::insert(tx, &NewRole { name: "Agent".into(), grants: everything, installation: Vec::new() }, now)?;
    let name = if setup.queue.trim().is_empty() { "Support" } else { setup.queue.trim() };
    let addresses = if setup.address.trim().is_empty() { Vec::new() } else { vec![setup.address.clone()] };
    // The form speaks of the queue and its address: so do the errors.
    let queue = queues::insert(
        tx,
        &Who::machine(Cause::System),
        &NewQueue { name: name.into(), parent: None, addresses },
        now,
    )
    .map_err(|error| match error {
        Error::Invalid(fields) => Error::Invalid(
            fields
                .into_iter()
                .map(|mut field| {
                    field.field = if field.field == "name" { "queue" } else { "address" }.into();
                    field
                })
                .collect(),
        ),
        other => other,
    })?;
    agents::insert(tx, &NewAgent { roles: vec!["Admin".into()], ..setup.admin.clone() }, now)?;
    backend::put_setting(tx, ORGANISATION, setup.organisation.trim())?;
    diesel::delete(settings::table.find(LINK)).execute(&mut **tx)?;
    Ok(queue)
}

/// The setting that keeps the key of inline images' addresses.
const IMAGE_KEY: &str = "image_key";

/// The key that proves the addresses of inline images, made at the first call: every node must know the same.
///
/// # Errors
/// Those of the database.
pub fn image_key(tx: &mut Tx<'_>) -> Result<[u8; 32]> {
    use base64::Engine as _;
    backend::put_setting_once(tx, IMAGE_KEY, &random_token())?;
    let kept: String = settings::table.find(IMAGE_KEY).select(settings::value).first(&mut **tx)?;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(kept)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            Error::Unexpected(anyhow::anyhow!("the setting {IMAGE_KEY} is damaged; delete its row"))
        })
}

/// The organisation's name, or “Turnstone”.
///
/// # Errors
/// Those of the database.
pub fn organisation(conn: &mut Conn) -> Result<String> {
    let name: Option<String> =
        settings::table.find(ORGANISATION).select(settings::value).row(conn).optional()?;
    Ok(name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Turnstone".into()))
}
