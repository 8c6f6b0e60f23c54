//! Merge: two tickets turn out to be one. Everything goes to the survivor, and the old number leads there.
//!
//! Articles change their ticket, so that the survivor's page, list row and search need to know nothing of merges. Ids of
//! mails and old events stay where they are and are reached through `merged_into`. What went along is written down, so
//! that [`super::unmerge`] puts each thing back where it was, also from the middle of a chain.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Moment, drafts, locking, model::Ticket, recount::recount, state, store};
use crate::{
    access::{Reply, TicketAccess},
    db::{
        AgentId, ArticleId, DeadlineKind, DraftId, EventKind, LinkKind, MergeId, State, Status, TicketId, Tx,
        backend, each,
        schema::{articles, merge_articles, merges, participants, ticket_links, ticket_tags, watchers},
    },
    error::{Error, Result, say},
};

/// How the tickets were, and what came to the survivor besides articles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Undo {
    pub state: Status,
    pub pending_until: Option<Timestamp>,
    /// The survivor was closed and became open.
    pub reopened: bool,
    /// The state that the survivor was in then; what was written before there were named states has none.
    #[serde(default)]
    pub survivor: Option<Status>,
    pub people: Vec<String>,
    pub tags: Vec<String>,
    pub watchers: Vec<AgentId>,
    pub links: Vec<(TicketId, TicketId, LinkKind)>,
    pub drafts: Vec<DraftId>,
}

/// Merges the first ticket into the second one.
///
/// # Errors
/// [`Error::Invalid`] where the second is the first, or was merged into it.
pub fn merge(
    tx: &mut Tx<'_>,
    source: &mut TicketAccess<Reply>,
    target: &mut TicketAccess<Reply>,
    at: &Moment,
) -> Result<()> {
    let (source, who) = source.parts();
    let (target, _) = target.parts();
    if source.id == target.id {
        return Err(Error::invalid("into", say!("refused-merge-itself", number = source.number)));
    }
    for ticket in [&*source, &*target] {
        if ticket.state == State::Removed {
            return Err(Error::Conflict(say!("refused-merge-removed", number = ticket.number)));
        }
    }
    locking::release(tx, source, who, EventKind::Unlocked, at.ts())?;
    store::clear_deadline(tx, source.id, DeadlineKind::Reminder)?;
    store::clear_deadline(tx, source.id, DeadlineKind::AutoClose)?;
    let undo = Undo {
        state: source.status(),
        pending_until: source.pending_until.map(|until| until.0),
        reopened: target.state == State::Closed && source.state.is_active(),
        survivor: Some(target.status()),
        people: people(tx, source, target)?,
        tags: tags(tx, source, target)?,
        watchers: watching(tx, source, target)?,
        links: links(tx, source, target, at)?,
        drafts: drafts::hand_over(tx, source.id, target.id)?,
    };
    write_down(tx, source, target, who.agent, &undo, at)?;
    diesel::update(articles::table.filter(articles::ticket_id.eq(source.id)))
        .set(articles::ticket_id.eq(target.id))
        .execute(&mut **tx)?;

    let was = source.status().to_string();
    source.set_status(State::Merged);
    (source.merged_into, source.pending_until) = (Some(target.id), None);
    store::record(tx, source, who, at.ts(), store::state_changed(&was, State::Merged.as_str()))?;
    let went = store::Change::of(EventKind::MergedInto).between(None, Some(&target.number));
    store::record(tx, source, who, at.ts(), went)?;
    recount(tx, source)?;
    store::save(tx, source, at.ts())?;

    let came = store::Change::of(EventKind::Merged).between(Some(&source.number), None);
    store::record(tx, target, who, at.ts(), came)?;
    if undo.reopened {
        // What is still to be done there must not vanish from the lists.
        state::change(tx, target, who, State::Open, None, at)?;
    }
    recount(tx, target)?;
    store::save(tx, target, at.ts())
}

fn write_down(
    tx: &mut Tx<'_>,
    source: &Ticket,
    target: &Ticket,
    agent: Option<AgentId>,
    undo: &Undo,
    at: &Moment,
) -> Result<()> {
    let newest: Option<ArticleId> = articles::table
        .filter(articles::ticket_id.eq_any([source.id, target.id]))
        .select(diesel::dsl::max(articles::id))
        .first(&mut **tx)?;
    let id: MergeId = diesel::insert_into(merges::table)
        .values((
            merges::source_id.eq(source.id),
            merges::target_id.eq(target.id),
            merges::agent_id.eq(agent),
            merges::undo.eq(serde_json::to_string(undo)?),
            merges::last_article_id.eq(newest.unwrap_or(ArticleId(0))),
            merges::created_at.eq(at.ts()),
        ))
        .returning(merges::id)
        .get_result(&mut **tx)?;
    let going: Vec<ArticleId> =
        articles::table.filter(articles::ticket_id.eq(source.id)).select(articles::id).load(&mut **tx)?;
    for article in going {
        diesel::insert_into(merge_articles::table)
            .values((merge_articles::merge_id.eq(id), merge_articles::article_id.eq(article)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Who takes part in the source, its customer first, takes part in the survivor as well. Those who were new there.
fn people(tx: &mut Tx<'_>, source: &Ticket, target: &Ticket) -> Result<Vec<String>> {
    let mut going: Vec<(String, String, bool)> = participants::table
        .filter(participants::ticket_id.eq(source.id))
        .order(participants::address)
        .select((participants::address, participants::name, participants::accepted))
        .load(&mut **tx)?;
    going.insert(0, (source.customer_address.clone(), source.customer_name.clone(), true));
    let there: Vec<String> = participants::table
        .filter(participants::ticket_id.eq(target.id))
        .select(participants::address)
        .load(&mut **tx)?;
    let mut came = Vec::new();
    for (address, name, accepted) in going {
        let known = address == target.customer_address || there.contains(&address) || came.contains(&address);
        if address.is_empty() || known {
            continue;
        }
        backend::put_participant(tx, target.id, &address, &name, accepted)?;
        came.push(address);
    }
    Ok(came)
}

fn tags(tx: &mut Tx<'_>, source: &Ticket, target: &Ticket) -> Result<Vec<String>> {
    let of = |tx: &mut Tx<'_>, id: TicketId| -> Result<Vec<String>> {
        Ok(ticket_tags::table
            .filter(ticket_tags::ticket_id.eq(id))
            .select(ticket_tags::tag)
            .load(&mut **tx)?)
    };
    let there = of(tx, target.id)?;
    let came: Vec<String> = of(tx, source.id)?.into_iter().filter(|tag| !there.contains(tag)).collect();
    for tag in &came {
        diesel::insert_into(ticket_tags::table)
            .values((ticket_tags::ticket_id.eq(target.id), ticket_tags::tag.eq(tag)))
            .execute(&mut **tx)?;
    }
    Ok(came)
}

fn watching(tx: &mut Tx<'_>, source: &Ticket, target: &Ticket) -> Result<Vec<AgentId>> {
    let there = super::view::watchers(tx, target.id)?;
    let mut came = super::view::watchers(tx, source.id)?;
    came.retain(|agent| !there.contains(agent));
    for agent in &came {
        diesel::insert_into(watchers::table)
            .values((watchers::ticket_id.eq(target.id), watchers::agent_id.eq(*agent)))
            .execute(&mut **tx)?;
    }
    Ok(came)
}

/// The source's links as links of the survivor. Which ticket goes on where another was closed stays between those two:
/// it would say where mails to the survivor go.
fn links(
    tx: &mut Tx<'_>,
    source: &Ticket,
    target: &Ticket,
    at: &Moment,
) -> Result<Vec<(TicketId, TicketId, LinkKind)>> {
    let of = |tx: &mut Tx<'_>, id: TicketId| -> Result<Vec<(TicketId, TicketId, LinkKind)>> {
        Ok(ticket_links::table
            .filter(ticket_links::ticket_id.eq(id).or(ticket_links::other_id.eq(id)))
            .select((ticket_links::ticket_id, ticket_links::other_id, ticket_links::kind))
            .load(&mut **tx)?)
    };
    let there = of(tx, target.id)?;
    let mut came = Vec::new();
    for (from, to, kind) in of(tx, source.id)? {
        let put = |id: TicketId| if id == source.id { target.id } else { id };
        let kind = if kind == LinkKind::Continues { LinkKind::Related } else { kind };
        let link = (put(from), put(to), kind);
        if link.0 == link.1 || there.contains(&link) || came.contains(&link) {
            continue;
        }
        let row = (
            ticket_links::ticket_id.eq(link.0),
            ticket_links::other_id.eq(link.1),
            ticket_links::kind.eq(link.2),
            ticket_links::created_at.eq(at.ts()),
        );
        each!(&mut **tx, |c| diesel::insert_into(ticket_links::table).values(row).execute(c))?;
        came.push(link);
    }
    Ok(came)
}
