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
use crate::{desk::Desk, search};

/// What to look for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Words that an article contains, all of them, or a ticket's number. At most 200 characters and 8 words.
    q: String,
    /// How many, 1 to 200; 25 where missing. At most 50 are found.
    limit: Option<String>,
}

/// A ticket that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitView {
    /// The ticket.
    pub ticket: TicketView,
    /// The text around the newest hit.
    pub excerpt: String,
}

/// Tickets that contain all of the words, the newest hit first; closed ones as well.
#[utoipa::path(get, path = "/search", tag = "tickets", params(Wish), responses((status = 200, body = List<HitView>)))]
pub async fn find(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let limit = page::limit(wish.limit.as_deref(), page::DEFAULT)?;
            let mut hits = search::find(conn, &caller.actor, &wish.q)?;
            hits.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let tickets: Vec<_> = hits.iter().map(|hit| hit.ticket.clone()).collect();
            let tickets = views::tickets(conn, &tickets)?;
            let items = tickets.into_iter().zip(hits).map(|(ticket, hit)| HitView {
                ticket,
                // The marks around what was hit are for pages.
                excerpt: hit.excerpt.replace(['\u{e000}', '\u{e001}'], ""),
            });
            Ok(List::whole(items.collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
