//! Every change of people is written down: the one place that does it.

use std::collections::BTreeSet;

use super::roles::Role;
use crate::{
    access::PeopleAccess,
    db::{QueueId, Right, Ts, Tx},
    error::Result,
};

type Grants = BTreeSet<(Option<QueueId>, Right)>;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The allowed domains were set.
    Domains,
    /// An agent was added.
    AgentAdded,
    /// An agent was changed.
    AgentChanged,
    /// An agent got other roles.
    RolesGiven,
    /// An agent was retired.
    AgentRetired,
    /// An agent was brought back.
    AgentRestored,
    /// A link was made that sets an agent's password.
    LinkMade,
    /// An agent's password was set by somebody else.
    PasswordSet,
    /// Sessions of an agent were ended.
    SessionsEnded,
    /// A token of an agent was revoked.
    TokenRevoked,
    /// A role was added.
    RoleAdded,
    /// A role was changed.
    RoleChanged,
    /// A role was retired.
    RoleRetired,
    /// A role was brought back.
    RoleRestored,
}

/// Writes down what became of a role.
pub(super) fn role(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    before: Option<(&Role, &Grants)>,
    after: Option<(&Role, &Grants)>,
    now: Ts,
) -> Result<()> {
    let told = |side: Option<(&Role, &Grants)>| {
        side.map_or_else(String::new, |(role, grants)| {
            format!("{} [{}] {grants:?}", role.name, role.installation)
        })
    };
    let name = after.or(before).map_or("", |(role, _)| role.name.as_str());
    note(tx, people, Deed::RoleChanged, name, &told(before), &told(after), now)
}

/// Writes down what was done to whom; never a secret.
pub(super) fn note(
    _tx: &mut Tx<'_>,
    people: &PeopleAccess,
    deed: Deed,
    subject: &str,
    before: &str,
    after: &str,
    _now: Ts,
) -> Result<()> {
    let by = people.who().login.as_deref().unwrap_or("operator");
    tracing::info!(?deed, by, subject, before, after, "people were changed");
    Ok(())
}
