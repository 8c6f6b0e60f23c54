//! Full text.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    gate::Caller,
    page::{self, List, Params},
    problem::Answer,
    views::{self, TicketView},
};
use crate::{
    access::Actor,
    db::Conn,
    desk::Desk,
    error::Result,
    search::{
        self, Search,
        excerpt::{BEGIN, END},
    },
    tickets::{
        Moment,
        list::{Cursor, Filter, Sort},
    },
};

/// What to look for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Words, "exact phrases", a ticket's number, and `queue:`, `state:`, `owner:`, `from:`, `is:`, `waiting:`, `tag:`,
    /// `title:`, `file:`, `has:`, `priority:`, `number:`, `before:`, `after:`, `created:`; a `-` before what must not be
    /// there. At most 200 characters and 8 words.
    q: String,
    /// `changed`, `created`, `waiting`, `due`, `priority`.
    sort: Option<String>,
    /// How many, 1 to 50; 25 where missing.
    limit: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
}

/// A ticket that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitView {
    /// The ticket.
    pub ticket: TicketView,
    /// The text around what was found.
    pub excerpt: String,
}

/// Tickets that a search finds, the last changed first; closed ones as well.
#[utoipa::path(get, path = "/search", tag = "tickets", params(Wish), responses((status = 200, body = List<HitView>)))]
pub async fn find(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let at = desk.moment().seen_by(&caller.actor.agent);
    let list = desk.db.read_within(search::TIME, move |conn| load(conn, &caller.actor, &wish, &at)).await?;
    Ok(HttpResponse::Ok().json(list.ok_or_else(search::too_slow)?))
}

fn load(conn: &mut Conn, actor: &Actor, wish: &Wish, at: &Moment) -> Result<List<HitView>> {
    let limit = page::limit(wish.limit.as_deref(), page::DEFAULT)?;
    let after = wish.cursor.as_deref().map(str::parse::<Cursor>).transpose()?;
    let sort = wish.sort.as_deref().map_or(Ok(Sort::default()), Sort::named)?;
    let within = Filter { all_states: true, sort, ..Filter::default() };
    let search = Search::read(conn, actor, &wish.q, at, within)?;
    if search.is_empty() {
        return Ok(List::whole(Vec::new()));
    }
    let (hits, next) = search::hits(conn, actor, &search, after, limit)?;
    let tickets: Vec<_> = hits.iter().map(|hit| hit.row.ticket.clone()).collect();
    let tickets = views::tickets(conn, &tickets)?;
    let items = tickets.into_iter().zip(hits).map(|(ticket, hit)| HitView {
        ticket,
        // The marks around what was found are for pages.
        excerpt: hit.excerpt.replace([BEGIN, END], ""),
    });
    Ok(List { items: items.collect(), next: next.map(|cursor| cursor.to_string()) })
}
