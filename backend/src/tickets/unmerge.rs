//! Undo a merge: the ticket stands on its own again, and each article is back where it was.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{
    Article, Event, Moment, belongs, drafts, merge::Undo, model::Ticket, recount::recount, state, store,
};
use crate::{
    access::{Read, Reply, TicketAccess},
    db::{
        AgentId, ArticleId, Conn, Direct, EventKind, MergeId, Sender, State, TicketId, Ts, Tx, columns,
        schema::{
            articles, events, merge_articles, merges, participants, ticket_links, ticket_tags, tickets,
            watchers,
        },
    },
    error::{Error, Result, say},
};

/// A merge that holds.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = merges)]
pub struct Merge {
    id: MergeId,
    target_id: TicketId,
    /// Who merged.
    pub agent_id: Option<AgentId>,
    undo: String,
    last_article_id: ArticleId,
    /// When.
    pub created_at: Ts,
}

/// Lets a merged ticket stand on its own again. `news` says which of the articles that came since go with it; `None`:
/// nobody was asked.
///
/// # Errors
/// [`Error::Conflict`] when something came since and nobody was asked; [`Error::Invalid`] for an article that did not
/// come since.
pub fn unmerge(
    tx: &mut Tx<'_>,
    source: &mut TicketAccess<Reply>,
    survivor: &mut TicketAccess<Reply>,
    news: Option<&[ArticleId]>,
    at: &Moment,
) -> Result<()> {
    let (source, who) = source.parts();
    let (survivor, _) = survivor.parts();
    let merge = open(tx, source.id)?.ok_or_else(|| Error::Conflict(say!("refused-not-merged")))?;
    let undo: Undo = serde_json::from_str(&merge.undo)?;
    let since = came_since(tx, &merge, survivor)?;
    let going = match news {
        None if since.is_empty() => &[],
        None => return Err(Error::Conflict(say!("refused-unmerge-news", n = since.len()))),
        Some(chosen) => chosen,
    };
    if going.iter().any(|id| since.iter().all(|article| article.id != *id)) {
        return Err(Error::invalid("articles", say!("refused-unmerge-article")));
    }
    let went = merge_articles::table
        .filter(merge_articles::merge_id.eq(merge.id))
        .select(merge_articles::article_id);
    diesel::update(
        articles::table.filter(articles::ticket_id.eq(survivor.id).and(articles::id.eq_any(went))),
    )
    .set(articles::ticket_id.eq(source.id))
    .execute(&mut **tx)?;
    for article in going {
        belongs::put(tx, *article, survivor.id, source.id)?;
    }
    take_back(tx, &merge, &undo, source, survivor)?;

    let stood_in: String = tickets::table.find(merge.target_id).select(tickets::number).first(&mut **tx)?;
    restore(tx, source, &undo, at)?;
    let state = source.status().to_string();
    let change = store::state_changed(State::Merged.as_str(), &state);
    store::record(tx, source, who, at.ts(), change)?;
    let left = store::Change::of(EventKind::Unmerged).between(Some(&stood_in), None);
    store::record(tx, source, who, at.ts(), left)?;
    recount(tx, source)?;
    store::save(tx, source, at.ts())?;

    let ended = store::Change::of(EventKind::MergeEnded).between(Some(&source.number), None);
    store::record(tx, survivor, who, at.ts(), ended)?;
    let stays = since.len() > going.len();
    if undo.reopened && merge.target_id == survivor.id && !stays && untouched(tx, survivor, &merge)? {
        let closed = undo.survivor.filter(|state| state.kind == State::Closed);
        state::change(tx, survivor, who, closed.unwrap_or(State::Closed.into()), None, at)?;
    }
    recount(tx, survivor)?;
    store::save(tx, survivor, at.ts())?;
    diesel::update(merges::table.find(merge.id)).set(merges::ended_at.eq(at.ts())).execute(&mut **tx)?;
    Ok(())
}

/// The merge by which a ticket is merged now.
fn open(conn: &mut Conn, source: TicketId) -> Result<Option<Merge>> {
    Ok(merges::table
        .filter(merges::source_id.eq(source).and(merges::ended_at.is_null()))
        .order(merges::id.desc())
        .select(Merge::as_select())
        .first(conn)
        .optional()?)
}

/// The merge by which a ticket is merged now, and what people wrote in the survivor since: what to ask about before it
/// is undone.
///
/// # Errors
/// [`Error::NotFound`] for a ticket that is not merged, or a survivor that is another one.
pub fn preview(
    conn: &mut Conn,
    source: &TicketAccess<Read>,
    survivor: &TicketAccess<Read>,
) -> Result<(Merge, Vec<Article>)> {
    let merge = open(conn, source.ticket().id)?.ok_or(Error::NotFound)?;
    let since = came_since(conn, &merge, survivor.ticket())?;
    Ok((merge, since))
}

/// The articles that would be asked about.
///
/// # Errors
/// [`Error::Conflict`] for a ticket that is not merged.
pub fn since(conn: &mut Conn, source: &Ticket, survivor: &Ticket) -> Result<Vec<ArticleId>> {
    let merge = open(conn, source.id)?.ok_or_else(|| Error::Conflict(say!("refused-not-merged")))?;
    Ok(came_since(conn, &merge, survivor)?.into_iter().map(|article| article.id).collect())
}

/// Tickets that were merged into this one, directly or through others, with who merged them.
///
/// # Errors
/// Those of the database.
pub fn merged_into(conn: &mut Conn, ticket: TicketId) -> Result<Vec<(Ticket, Merge)>> {
    let mut found = Vec::new();
    let mut below = std::collections::VecDeque::from([ticket]);
    while let Some(target) = below.pop_front() {
        let direct: Vec<(Ticket, Merge)> = merges::table
            .inner_join(tickets::table.on(tickets::id.eq(merges::source_id)))
            .filter(merges::target_id.eq(target).and(merges::ended_at.is_null()))
            .order(merges::id)
            .select((columns::<Ticket>(), columns::<Merge>()))
            .rows(conn)?;
        below.extend(direct.iter().map(|(ticket, _)| ticket.id));
        found.extend(direct);
    }
    Ok(found)
}

/// What people wrote in the survivor after the merge: neither what the merge brought nor what another one did.
fn came_since(conn: &mut Conn, merge: &Merge, survivor: &Ticket) -> Result<Vec<Article>> {
    let mut line = vec![merge.target_id];
    while let Some(next) = line.last().copied().filter(|last| *last != survivor.id) {
        let after: Option<TicketId> = tickets::table.find(next).select(tickets::merged_into).first(conn)?;
        match after.filter(|after| !line.contains(after)) {
            Some(after) => line.push(after),
            None => break,
        }
    }
    // Branches that join the line elsewhere brought articles of their own.
    let branches: Vec<MergeId> = merges::table
        .filter(merges::target_id.eq_any(line.clone()).and(merges::ended_at.is_null()))
        .filter(merges::source_id.ne_all(line.clone()).and(merges::id.ne(merge.id)))
        .select(merges::id)
        .load(conn)?;
    let brought = merge_articles::table
        .filter(merge_articles::merge_id.eq_any(branches))
        .select(merge_articles::article_id);
    let mut found: Vec<Article> = articles::table
        .filter(articles::ticket_id.eq(survivor.id).and(articles::id.gt(merge.last_article_id)))
        .filter(articles::sender.ne(Sender::System).and(articles::id.ne_all(brought)))
        .order(articles::id)
        .select(Article::as_select())
        .load(conn)?;
    // Further along the line lie tickets that had articles before this one came to them.
    let along: Vec<(MergeId, ArticleId)> = merges::table
        .filter(merges::source_id.eq_any(line).and(merges::ended_at.is_null()))
        .select((merges::id, merges::last_article_id))
        .load(conn)?;
    for (later, last) in along {
        let went: HashSet<ArticleId> = merge_articles::table
            .filter(merge_articles::merge_id.eq(later))
            .select(merge_articles::article_id)
            .load(conn)?
            .into_iter()
            .collect();
        found.retain(|article| article.id > last || went.contains(&article.id));
    }
    Ok(found)
}

/// People, tags, watchers, links and drafts that came with the source leave again. Somebody who has written since stays.
fn take_back(tx: &mut Tx<'_>, merge: &Merge, undo: &Undo, source: &Ticket, survivor: &Ticket) -> Result<()> {
    for place in [merge.target_id, survivor.id] {
        for address in &undo.people {
            let wrote: i64 = articles::table
                .filter(articles::ticket_id.eq(place).and(articles::from_address.eq(address)))
                .count()
                .get_result(&mut **tx)?;
            if wrote == 0 {
                diesel::delete(participants::table.find((place, address))).execute(&mut **tx)?;
            }
        }
        for tag in &undo.tags {
            diesel::delete(ticket_tags::table.find((place, tag))).execute(&mut **tx)?;
        }
        for agent in &undo.watchers {
            diesel::delete(watchers::table.find((place, *agent))).execute(&mut **tx)?;
        }
        for (from, to, kind) in &undo.links {
            let put = |id: TicketId| if id == merge.target_id { place } else { id };
            diesel::delete(ticket_links::table.find((put(*from), put(*to), *kind))).execute(&mut **tx)?;
        }
    }
    drafts::give_back(tx, &undo.drafts, survivor.id, source.id)
}

/// The source as it was. Whoever was on it begins anew; a moment that has passed is no reason to wait.
fn restore(tx: &mut Tx<'_>, source: &mut Ticket, undo: &Undo, at: &Moment) -> Result<()> {
    source.merged_into = None;
    let (state, until) = state::as_it_was(undo.state, undo.pending_until, at);
    source.set_status(state);
    source.pending_until = until.map(Ts);
    state::wait(tx, source)
}

/// Whether nobody has set the survivor's state since the merge reopened it.
fn untouched(conn: &mut Conn, survivor: &Ticket, merge: &Merge) -> Result<bool> {
    let changes: Vec<Event> = events::table
        .filter(events::ticket_id.eq(survivor.id).and(events::kind.eq(EventKind::StateChanged)))
        .filter(events::at.ge(merge.created_at))
        .select(Event::as_select())
        .load(conn)?;
    Ok(survivor.state == State::Open && changes.len() <= 1)
}
