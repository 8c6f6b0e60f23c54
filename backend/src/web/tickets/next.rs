//! Where a page leads once a reply is sent: as its author prefers.

use actix_web::web::Data;

use super::acts::ticket_page;
use super::beside;
use super::list::{self, place::View};
use crate::access;
use crate::db::{AfterSending, ArticleId, QueueId, State};
use crate::error::{Error, Result};
use crate::people::habits;
use crate::tickets::list::{Cursor, Filter, Sort, page};
use crate::web::gate::Signed;
use crate::web::state::Web;

/// So many tickets are looked at for one that nobody is on.
const LOOKED_AT: i64 = 50;

/// Where a ticket stood before it was answered: answering brings it to the top.
#[derive(Clone, Debug)]
pub struct Place {
    queue: QueueId,
    cursor: Cursor,
    /// The list from which it was opened, and the tickets that come next in it.
    list: Option<(String, Vec<String>)>,
}

impl Place {
    /// Whether it was opened from a list.
    pub fn in_list(&self) -> bool {
        self.list.is_some()
    }
}

/// The place of a ticket now.
pub async fn place(
    web: &Data<Web>,
    signed: &Signed,
    number: &str,
    within: Option<&str>,
) -> Result<Option<Place>> {
    let (asker, number, within) = (signed.clone(), number.to_owned(), within.map(str::to_owned));
    web.db
        .read(move |conn| match access::readable(conn, &asker.actor, &number) {
            Ok(access) => {
                let ticket = access.ticket();
                let cursor = Sort::default().place_of(ticket);
                let shown = match &within {
                    Some(query) => beside::shown(conn, &asker, query)?,
                    None => None,
                };
                let list = match shown {
                    Some(shown) => Some((shown.url.clone(), beside::ahead(conn, &asker, &shown, &number)?)),
                    None => None,
                };
                Ok(Some(Place { queue: ticket.queue_id, cursor, list }))
            }
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        })
        .await
}

/// What opens now that a reply was sent, or the ticket was closed without one.
pub async fn after_sending(
    web: &Data<Web>,
    signed: &Signed,
    number: &str,
    article: Option<ArticleId>,
    before: Option<Place>,
) -> Result<String> {
    let (asker, own) = (signed.clone(), number.to_owned());
    web.db
        .read(move |conn| {
            let stay = match article {
                Some(article) => format!("{}#a-{article}", ticket_page(&own)),
                None => ticket_page(&own),
            };
            let list = before.as_ref().and_then(|place| place.list.clone());
            let (state, queue) = match access::readable(conn, &asker.actor, &own) {
                Ok(access) => (access.ticket().state, access.ticket().queue_id),
                Err(Error::NotFound) => return Ok("/tickets".to_owned()),
                Err(error) => return Err(error),
            };
            let back = list.as_ref().map(|(list, _)| list.clone());
            let back = back.unwrap_or_else(|| list::address(Some(queue), View::All));
            let rests = state.is_pending() || state == State::Closed;
            match habits::of(conn, asker.actor.agent.id)?.after_sending {
                AfterSending::Ticket => return Ok(stay),
                AfterSending::Done if !rests => return Ok(stay),
                AfterSending::List => return Ok(back),
                AfterSending::Done | AfterSending::Next => {}
            }
            if let Some((_, ahead)) = list {
                return Ok(ahead.into_iter().next().unwrap_or(back));
            }
            let queue = before.as_ref().map_or(queue, |place| place.queue);
            let filter = Filter { queue: Some(queue), ..Filter::default() };
            let me = asker.actor.agent.id;
            // Down the list from where the ticket stood, then from its top.
            for after in [before.as_ref().map(|place| place.cursor), None] {
                let (rows, _) = page(conn, &asker.actor, &filter, after, LOOKED_AT)?;
                let free = rows.into_iter().map(|row| row.ticket).find(|ticket| {
                    ticket.number != own && !ticket.is_locked_by_other(me) && !ticket.state.is_pending()
                });
                if let Some(next) = free {
                    return Ok(ticket_page(&next.number));
                }
            }
            Ok(back)
        })
        .await
}
