//! What a search finds, as a stream of lines for a spreadsheet. Used by the page and the API alike.

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::Search;
use crate::{
    access::Actor,
    db::{AgentId, Cause},
    desk::Desk,
    error::Result,
    tickets::{
        export,
        list::{Cursor, Filter, Sort},
    },
};

/// A table that is being taken out.
struct Table {
    desk: Desk,
    agent: AgentId,
    cause: Cause,
    filter: Filter,
    place: Place,
    taken: usize,
}

enum Place {
    Head,
    After(Option<Cursor>),
    End,
}

/// Reads the search, writes down that it is taken out, and gives its lines part by part.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to export, [`crate::error::Error::Invalid`] for a search that means
/// nothing; then nothing was begun.
pub async fn take(
    desk: &Desk,
    actor: &Actor,
    q: String,
    sort: Sort,
) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let at = desk.moment().seen_by(&actor.agent);
    let asker = actor.clone();
    let filter = desk
        .db
        .write(move |tx| {
            export::begin(tx, &asker, &q, at.ts())?;
            let within = Filter { all_states: true, sort, ..Filter::default() };
            let search = Search::read(tx, &asker, &q, &at, within)?;
            Ok(search.filter)
        })
        .await?;
    let begin = Table {
        desk: desk.clone(),
        agent: actor.agent.id,
        cause: actor.cause,
        filter,
        place: Place::Head,
        taken: 0,
    };
    Ok(stream::try_unfold(begin, next))
}

async fn next(mut table: Table) -> Result<Option<(Bytes, Table)>> {
    let after = match table.place {
        Place::Head => {
            table.place = Place::After(None);
            return Ok(Some((Bytes::from(export::head()), table)));
        }
        Place::After(after) => after,
        Place::End => return Ok(None),
    };
    let (agent, cause, filter, now) =
        (table.agent, table.cause, table.filter.clone(), table.desk.clock.now());
    let (lines, count, next) = table
        .desk
        .db
        .read(move |conn| {
            // A right that was taken away meanwhile ends it.
            let actor = Actor::load(conn, agent, cause, now)?;
            export::part(conn, &actor, &filter, after)
        })
        .await?;
    table.taken += count;
    table.place = match next {
        Some(next) if table.taken < export::MOST => Place::After(Some(next)),
        _ => Place::End,
    };
    Ok(Some((Bytes::from(lines), table)))
}
