//! What the caller is told, and by which ways.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List},
    problem::Answer,
};
use crate::{
    db::{Notice, NoticeId, Pace},
    desk::Desk,
    error::{Error, Result},
    notify::board,
    people::ways::{self, Way},
};

/// Something that the caller was told in the browser.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct NoticeView {
    /// Its key.
    pub id: String,
    /// When it happened.
    pub at: String,
    /// `new_ticket`, `follow_up`, `assigned`, `lock_timeout`, `move`, `reminder`, `delivery_failure`, `taken_over`, `mention`.
    pub event: String,
    /// The ticket's number; of a deed on many tickets one of them.
    pub ticket: String,
    /// Its title.
    pub title: String,
    /// So many answers, or tickets of a deed on many.
    pub count: i32,
    /// Whether it is about many tickets.
    pub bulk: bool,
    /// Whether the caller has seen it.
    pub read: bool,
}

/// The last things that the caller was told, the newest first: of a month, 100 at most, of tickets that he may read.
#[utoipa::path(get, path = "/notices", tag = "people", responses((status = 200, body = List<NoticeView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let entries = desk.db.read(move |conn| board::recent(conn, &caller.actor)).await?;
    let items = entries.into_iter().filter_map(|(entry, ticket)| {
        Some(NoticeView {
            id: entry.id.to_string(),
            at: entry.at.0.to_string(),
            event: entry.notice()?.to_string(),
            ticket: ticket.number,
            title: ticket.title,
            count: entry.n,
            bulk: entry.bulk_id.is_some(),
            read: entry.read_at.is_some(),
        })
    });
    Ok(HttpResponse::Ok().json(List::whole(items.collect())))
}

/// Up to which one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpTo {
    /// The key of the newest that was seen.
    up_to: String,
}

impl Input for UpTo {}

/// Marks notices as read.
#[utoipa::path(put, path = "/notices/read", tag = "people", request_body = UpTo,
    responses((status = 200, body = List<NoticeView>)))]
pub async fn read(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<UpTo>) -> Answer {
    let wrong = |_| Error::invalid("up_to", "This is not the key of a notice.");
    let last: NoticeId = value.up_to.parse().map_err(wrong)?;
    let (at, asker) = (desk.moment(), caller.clone());
    desk.db.write(move |tx| board::read_up_to(tx, &asker.actor, last, at.ts())).await?;
    list(desk, caller).await
}

/// By which ways the caller hears of an event.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Way)]
pub struct WayView {
    /// The event, as in `GET notices`.
    pub event: String,
    /// When by mail: `now`, with what else came `quarter`, `hour` or `day`, or `off`.
    pub mail: String,
    /// Whether in the browser.
    pub browser: bool,
}

fn shown(ways: Vec<(Notice, Way)>) -> List<WayView> {
    let view = |(notice, way): (Notice, Way)| WayView {
        event: notice.to_string(),
        mail: way.mail.to_string(),
        browser: way.browser,
    };
    List::whole(ways.into_iter().map(view).collect())
}

/// By which ways the caller hears of each event.
#[utoipa::path(get, path = "/preferences/notices", tag = "people", responses((status = 200, body = List<WayView>)))]
pub async fn ways(desk: Data<Desk>, caller: Caller) -> Answer {
    let ways = desk.db.read(move |conn| ways::of(conn, caller.actor.agent.id)).await?;
    Ok(HttpResponse::Ok().json(shown(ways)))
}

/// Ways to be chosen.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ways {
    /// Of these events; others stay as they are.
    items: Vec<WayView>,
}

impl Input for Ways {}

/// Chooses by which ways the caller hears of events.
#[utoipa::path(put, path = "/preferences/notices", tag = "people", request_body = Ways,
    responses((status = 200, body = List<WayView>)))]
pub async fn choose(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<Ways>) -> Answer {
    let wishes: Vec<(Notice, Way)> = value.items.iter().map(wish).collect::<Result<_>>()?;
    let ways = desk
        .db
        .write(move |tx| {
            let mut ways = ways::of(tx, caller.actor.agent.id)?;
            for (notice, way) in &mut ways {
                if let Some((_, wish)) = wishes.iter().rfind(|(event, _)| event == notice) {
                    *way = *wish;
                }
            }
            ways::set(tx, caller.actor.agent.id, &ways)?;
            Ok(ways)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown(ways)))
}

fn wish(item: &WayView) -> Result<(Notice, Way)> {
    let way = Way { mail: page::word::<Pace>("mail", &item.mail)?, browser: item.browser };
    Ok((page::word("event", &item.event)?, way))
}
