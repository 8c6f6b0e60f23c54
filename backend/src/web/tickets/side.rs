//! What stands beside a ticket besides its fields: tags, who watches, whether it lies in the bin.

use serde::Serialize;

use super::reminder::{self, Quick};
use crate::access::{Read, TicketAccess};
use crate::db::{Conn, Right, State};
use crate::error::Result;
use crate::tickets::links::Bond;
use crate::tickets::{bin, view};
use crate::web::gate::Asker;
use crate::web::state::Web;
use crate::web::view::{Choice, Face};

/// The rest of the details panel.
#[derive(Serialize)]
pub struct Side {
    tags: Vec<String>,
    watching: bool,
    watchers: Vec<Face>,
    bonds: Vec<Choice>,
    quick: Vec<Quick>,
    bin: Option<InBin>,
}

/// Why a ticket is nowhere else.
#[derive(Serialize)]
struct InBin {
    sentence: String,
    /// Until when it can be taken out.
    until: Option<jiff::Timestamp>,
    restore: bool,
}

/// Loads it.
pub fn load(conn: &mut Conn, web: &Web, asker: &Asker, access: &TicketAccess<Read>) -> Result<Side> {
    let ticket = access.ticket();
    let language = &asker.reader.language;
    let watching = view::watchers(conn, ticket.id)?;
    let names = view::agents(conn, &watching)?;
    let mut watchers: Vec<Face> =
        watching.iter().filter_map(|id| names.get(id).map(|(_, name)| Face::of_agent(*id, name))).collect();
    watchers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Side {
        tags: view::tags(conn, ticket.id)?,
        watching: watching.contains(&asker.actor.agent.id),
        watchers,
        bonds: Bond::ALL
            .iter()
            .map(|bond| {
                let word = language.tr(&format!("bond-{}", bond.as_str()));
                Choice::new(bond.as_str(), word, *bond == Bond::default())
            })
            .collect(),
        quick: reminder::quick(&asker.reader),
        bin: if ticket.state == State::Removed { Some(in_bin(conn, web, asker, access)?) } else { None },
    })
}

fn in_bin(conn: &mut Conn, web: &Web, asker: &Asker, access: &TicketAccess<Read>) -> Result<InBin> {
    let language = &asker.reader.language;
    let Some(row) = bin::of(conn, access.ticket().id)? else {
        return Ok(InBin { sentence: language.tr("bin-gone"), until: None, restore: false });
    };
    let people: Vec<_> = row.agent_id.into_iter().collect();
    let who = view::agents(conn, &people)?
        .into_values()
        .next()
        .map_or_else(|| language.tr("actor-system"), |(_, name)| name);
    let date = asker.reader.stamp(row.removed_at.0);
    let key = format!("bin-is-{}", row.reason);
    Ok(InBin {
        sentence: language.tr_with(&key, &[("who", &who), ("date", &date)]),
        until: bin::until(&row, crate::settings::limits(conn, &web.config.limits)?.bin_days),
        restore: access.rights().has(Right::Full),
    })
}
