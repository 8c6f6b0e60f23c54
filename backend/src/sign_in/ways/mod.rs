//! The ways in that are in force: those of the file that `SIGN_IN_FILE` names, or where there is none those that a page has
//! set, each with its secret sealed. Read where they are needed, in the transaction that needs them: nothing is cached.

mod change;
mod wish;

pub(crate) use self::{
    change::{change_order, may_change, put, put_all, remove},
    wish::{Wish, checked, meant, seal_tried},
};

use diesel::prelude::*;

use crate::{
    config::{
        Config, SignIn,
        sign_in::{Entry, LocalEntry, Method},
    },
    db::{AgentId, Conn, Direct, Ts, Tx, backend, schema::sign_in_methods},
    desk::Desk,
    error::{Error, Result, say},
    seal::Key,
};

/// A way in as a page has set it.
#[derive(Clone)]
pub struct Kept {
    /// What was said, without the secret.
    pub entry: Entry,
    /// The secret, sealed; empty where none is needed, or nobody has given it.
    secret: String,
    /// Who set it.
    pub agent: AgentId,
    /// When.
    pub changed_at: Ts,
}

impl Kept {
    /// The way in itself; `None` where its secret is missing or cannot be opened, or what was said counts no longer.
    fn method(self, key: Option<&Key>) -> Option<Method> {
        let Self { mut entry, secret, .. } = self;
        if entry.secret().is_some() {
            entry.set_secret(key?.open(&secret, &entry.purpose())?);
        }
        entry.checked().ok()
    }
}

/// Whether the file says the ways in, so that no page can.
pub fn is_given(config: &Config) -> bool {
    config.is_given("SIGN_IN_FILE") || config.sign_in != SignIn::default()
}

/// What a page has set, in its order. Passwords that are kept here are always among it.
///
/// # Errors
/// Those of the database.
pub fn kept(conn: &mut Conn) -> Result<Vec<Kept>> {
    let rows: Vec<(String, String, AgentId, Ts)> = sign_in_methods::table
        .order((sign_in_methods::position, sign_in_methods::id))
        .select((
            sign_in_methods::said,
            sign_in_methods::secret,
            sign_in_methods::agent_id,
            sign_in_methods::changed_at,
        ))
        .rows(conn)?;
    let mut all = Vec::with_capacity(rows.len() + 1);
    for (said, secret, agent, changed_at) in rows {
        match serde_json::from_str(&said).map_err(Into::into).and_then(Entry::read) {
            Ok(entry) => all.push(Kept { entry, secret, agent, changed_at }),
            // Only we write these rows.
            Err(error) => tracing::error!(%error, "a way to sign in cannot be read; set it anew"),
        }
    }
    Ok(all)
}

/// Puts passwords that are kept here before all others where nobody said where they stand.
fn with_local(mut entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(|entry| matches!(entry, Entry::Local(_))) {
        entries.insert(0, Entry::Local(LocalEntry::default()));
    }
    entries
}

/// All that is said, in its order, whether or not it can be used: what a page lists.
///
/// # Errors
/// Those of the database.
pub fn said(conn: &mut Conn) -> Result<Vec<Entry>> {
    Ok(with_local(kept(conn)?.into_iter().map(|kept| kept.entry).collect()))
}

/// The ways in that are in force. One whose secret is missing is not: `doctor` and the page say so.
///
/// # Errors
/// Those of the database; when the key that opens secrets cannot be read.
pub fn in_force(conn: &mut Conn, config: &Config) -> Result<SignIn> {
    if is_given(config) {
        return Ok(config.sign_in.clone());
    }
    let kept = kept(conn)?;
    let sealed = kept.iter().any(|kept| !kept.secret.is_empty());
    // Without the key those rest that need it; passwords that are kept here go on working.
    let key = match sealed.then(|| Key::load(config)) {
        Some(Err(error)) => {
            tracing::error!(%error, "ways to sign in rest: the key that opens their secrets cannot be read");
            None
        }
        other => other.transpose()?,
    };
    let mut methods: Vec<Method> = kept.into_iter().filter_map(|kept| kept.method(key.as_ref())).collect();
    if !methods.iter().any(|method| matches!(method, Method::Local { .. })) {
        methods.insert(0, Method::Local { only_admins: false });
    }
    Ok(SignIn { methods })
}

/// What tells one state of a way from another, its secret included; nothing where none was set.
///
/// # Errors
/// Those of the database.
pub(crate) fn state(conn: &mut Conn, id: &str) -> Result<String> {
    let row: Option<(String, String)> = sign_in_methods::table
        .find(id)
        .select((sign_in_methods::said, sign_in_methods::secret))
        .first(conn)
        .optional()?;
    Ok(row.map(|(said, secret)| format!("{said}\n{secret}")).unwrap_or_default())
}

/// Whether an agent who is tied by this name (an id, or a site's issuer) is tied to a way that was set and rests.
///
/// # Errors
/// Those of the database.
pub(super) fn rests(conn: &mut Conn, config: &Config, tie: &str) -> Result<bool> {
    if is_given(config) {
        return Ok(false);
    }
    let sealed = sealed(conn, config)?;
    Ok(kept(conn)?.iter().any(|kept| {
        let name = match &kept.entry {
            Entry::Oidc(site) => site.issuer.as_str(),
            other => other.id(),
        };
        name == tie && sealed.iter().any(|id| id == kept.entry.id())
    }))
}

/// Looks, in the transaction that lets somebody in, that the way by which he came is still there.
///
/// # Errors
/// [`Error::Conflict`] where it was taken away meanwhile.
pub(crate) fn must_be_there(tx: &mut Tx<'_>, config: &Config, method: &str) -> Result<()> {
    if is_given(config) || ["local", "passkey"].contains(&method) {
        return Ok(());
    }
    backend::beside_others(tx, change::LOCK)?;
    match in_force(tx, config)?.methods.iter().any(|one| one.id() == method) {
        true => Ok(()),
        false => Err(Error::Conflict(say!("refused-way-gone"))),
    }
}

/// The ids of ways that were set and are not in force, for want of a secret that can be opened.
///
/// # Errors
/// As [`in_force`].
pub fn sealed(conn: &mut Conn, config: &Config) -> Result<Vec<String>> {
    if is_given(config) {
        return Ok(Vec::new());
    }
    let force = in_force(conn, config)?;
    let is_in_force = |id: &str| force.methods.iter().any(|method| method.id() == id);
    let all: Vec<String> =
        sign_in_methods::table.order(sign_in_methods::id).select(sign_in_methods::id).rows(conn)?;
    Ok(all.into_iter().filter(|id| !is_in_force(id)).collect())
}

/// The ways in that are in force, for who holds no connection.
///
/// # Errors
/// As [`in_force`].
pub async fn of(desk: &Desk) -> Result<SignIn> {
    let config = desk.config.clone();
    if is_given(&config) {
        return Ok(config.sign_in.clone());
    }
    desk.db.read(move |conn| in_force(conn, &config)).await
}
