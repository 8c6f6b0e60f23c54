//! The job that works bulks off: a few tickets at a time, from each bulk in turn, so that a large one holds up no small
//! one. Each ticket is a transaction of its own; whoever changes its row carries it out.

use std::{sync::Arc, time::Duration};

use diesel::prelude::*;
use futures_util::future::join_all;
use tokio::sync::watch;

use super::{Bulk, Deed, Reason, deed, files, undo};
use crate::{
    access::Actor,
    db::{
        ArticleId, BulkId, BulkItemState, BulkState, TicketId, Tx, Wake,
        schema::{bulk_items, bulks, tickets},
    },
    desk::Desk,
    error::{Error, Result},
    notify::gathering,
    tickets::{Moment, NewFile},
};

/// So many bulks are worked on at once.
const BULKS: i64 = 8;
/// So many tickets of each: they share a commit where the database does that.
const AT_ONCE: i64 = 16;

/// Works off what waits until told to stop.
pub(crate) async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match step(&desk).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "deeds on many tickets wait: the database does not answer");
            }
        }
        tokio::select! {
            () = desk.db.wakers().sleep(Wake::BULK, desk.poll().max(Duration::from_millis(10))) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Works some tickets of each running bulk off; whether there was anything to do.
async fn step(desk: &Desk) -> Result<bool> {
    let running: Vec<Bulk> = desk
        .db
        .read(|conn| {
            Ok(bulks::table
                .filter(bulks::state.eq(BulkState::Running))
                .order(bulks::id)
                .limit(BULKS)
                .select(Bulk::as_select())
                .load(conn)?)
        })
        .await?;
    let mut busy = false;
    for bulk in &running {
        match some_of(desk, bulk).await {
            Ok(()) => busy = true,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            // It holds up no other, and is tried again after a while.
            Err(error) => tracing::error!(bulk = bulk.id.0, %error, "a deed on many tickets does not get on"),
        }
    }
    Ok(busy)
}

async fn some_of(desk: &Desk, bulk: &Bulk) -> Result<()> {
    let id = bulk.id;
    let due: Vec<(TicketId, String)> = desk
        .db
        .read(move |conn| {
            Ok(bulk_items::table
                .inner_join(tickets::table)
                .filter(bulk_items::bulk_id.eq(id).and(bulk_items::state.eq(BulkItemState::Waiting)))
                .order(bulk_items::position)
                .limit(AT_ONCE)
                .select((bulk_items::ticket_id, tickets::number))
                .load(conn)?)
        })
        .await?;
    if due.is_empty() {
        return finish(desk, id).await;
    }
    let Some(deed) = bulk.deed()? else { return finish(desk, id).await };
    let (blobs, what) = (desk.db.blobs().clone(), deed.clone());
    let files = desk.db.read(move |conn| files::load(conn, &blobs, id, &what)).await?;
    let deed = Arc::new((deed, files));
    let each = due.into_iter().map(|(ticket, number)| work_off(desk, bulk, &deed, ticket, number));
    join_all(each).await.into_iter().collect()
}

/// What is done, and the files that go with it.
type What = Arc<(Deed, Vec<NewFile>)>;

async fn work_off(desk: &Desk, bulk: &Bulk, deed: &What, ticket: TicketId, number: String) -> Result<()> {
    let (bulk, deed, at) = (bulk.clone(), Arc::clone(deed), desk.moment());
    let id = bulk.id;
    let result = desk.db.write(move |tx| carry_out(tx, &bulk, &deed, ticket, &number, &at)).await;
    let error = match result {
        Ok(()) => return Ok(()),
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => error,
    };
    if let Error::Unexpected(cause) = &error {
        tracing::error!(
            bulk = id.0,
            ticket = ticket.0,
            error = format!("{cause:#}"),
            "a ticket of a bulk failed"
        );
    }
    let reason = serde_json::to_string(&Reason::of(&error))?;
    desk.db.write(move |tx| settle(tx, id, ticket, BulkItemState::Refused, &reason).map(drop)).await
}

/// Changes the row of a ticket that waits; `false`: it does not wait any more.
fn settle(tx: &mut Tx<'_>, bulk: BulkId, ticket: TicketId, to: BulkItemState, why: &str) -> Result<bool> {
    let one = bulk_items::table
        .filter(bulk_items::bulk_id.eq(bulk).and(bulk_items::ticket_id.eq(ticket)))
        .filter(bulk_items::state.eq(BulkItemState::Waiting));
    let changed =
        diesel::update(one).set((bulk_items::state.eq(to), bulk_items::reason.eq(why))).execute(&mut **tx)?;
    Ok(changed > 0)
}

/// On several nodes only one changes the row, and with it the ticket.
fn carry_out(
    tx: &mut Tx<'_>,
    bulk: &Bulk,
    (deed, files): &(Deed, Vec<NewFile>),
    ticket: TicketId,
    number: &str,
    at: &Moment,
) -> Result<()> {
    if !settle(tx, bulk.id, ticket, BulkItemState::Done, "")? {
        return Ok(());
    }
    tx.part_of(bulk.id);
    // With the rights that he has now: the bulk may have begun a while ago.
    let actor = Actor::load(tx, bulk.agent_id, bulk.cause, at.now)?;
    let since = undo::newest(tx, ticket)?;
    let article: Option<ArticleId> = deed::perform(tx, &actor, number, deed, files, at)?;
    undo::claim(tx, ticket, bulk.agent_id, since, bulk.id)?;
    if article.is_some() {
        diesel::update(bulk_items::table.find((bulk.id, ticket)))
            .set(bulk_items::article_id.eq(article))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Tells those who are to hear of it, one after the other; then it is done.
async fn finish(desk: &Desk, id: BulkId) -> Result<()> {
    loop {
        let (at, blobs) = (desk.moment(), desk.db.blobs().clone());
        let more = desk
            .db
            .write(move |tx| {
                // On several nodes only one tells and ends it: the others wait for its row.
                let running = bulks::table.find(id).filter(bulks::state.eq(BulkState::Running));
                let mine =
                    diesel::update(running).set(bulks::state.eq(BulkState::Running)).execute(&mut **tx)?;
                if mine == 0 {
                    return Ok(false);
                }
                if gathering::bulk_ended(tx, id, at.ts())? {
                    return Ok(true);
                }
                files::let_go(tx, &blobs, id)?;
                diesel::update(bulks::table.find(id))
                    .set((bulks::state.eq(BulkState::Done), bulks::finished_at.eq(at.ts())))
                    .execute(&mut **tx)?;
                Ok(false)
            })
            .await?;
        if !more {
            return Ok(());
        }
    }
}
