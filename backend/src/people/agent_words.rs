//! What agents are found by, and where they stand in lists: the same on both databases, whatever their capitals and accents.

use diesel::prelude::*;

use crate::{
    db::{AgentId, Tx, schema::agents, words::words_of},
    error::Result,
};

/// So much of it is kept, in characters.
const LONGEST: usize = 1_000;

/// Says anew by what an agent is found. Whoever changes name, login or address calls it.
pub(super) fn say(tx: &mut Tx<'_>, id: AgentId) -> Result<()> {
    let (login, name, email): (String, String, String) =
        agents::table.find(id).select((agents::login, agents::name, agents::email)).first(&mut **tx)?;
    let of = |text: &str| words_of(text).join(" ");
    let cut = |text: String| text.chars().take(LONGEST).collect::<String>();
    let named = Some(of(&name)).filter(|name| !name.is_empty());
    // Never empty, because that means that it is still to be said.
    let sort_name = named.unwrap_or_else(|| "~".to_owned());
    let found_by = format!("{} {} {}", of(&name), of(&login), of(&email));
    diesel::update(agents::table.find(id))
        .set((agents::sort_name.eq(cut(sort_name)), agents::found_by.eq(cut(found_by))))
        .execute(&mut **tx)?;
    Ok(())
}

/// Says agents of whom that was not done yet: those from before there was such a list. They are few enough for one transaction.
///
/// # Errors
/// Those of the database.
pub fn say_missing(tx: &mut Tx<'_>) -> Result<()> {
    let missing: Vec<AgentId> =
        agents::table.filter(agents::sort_name.eq("")).select(agents::id).load(&mut **tx)?;
    missing.into_iter().try_for_each(|id| say(tx, id))
}
