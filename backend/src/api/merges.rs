//! Merging tickets, undoing it, and taking an article to the ticket that it belongs to.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    problem::Answer,
    views::{self, ArticleView, TicketView, instant},
};
use crate::{
    access,
    db::{ArticleId, Tx},
    desk::Desk,
    error::{Error, Result},
    tickets::{belongs, merge, unmerge, view},
};

/// Where a ticket shall go.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    /// The number of the ticket that goes on. Where that was merged, its survivor does.
    into: String,
}

impl Input for NewMerge {}

/// A merge.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Merge)]
pub struct MergeView {
    /// The number of the ticket that was merged; from now on another name of the other one.
    pub ticket: String,
    /// The number of the ticket that goes on.
    pub into: String,
    /// When.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Merges a ticket into another one. Needs `reply` on both.
#[utoipa::path(post, path = "/tickets/{number}/merges", tag = "tickets", params(("number" = String, Path)),
    request_body = NewMerge, responses((status = 201, body = MergeView)))]
pub async fn create(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewMerge>,
) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let (mut source, mut target) = pair(tx, &asker, &number, &value.into, "into")?;
            merge::merge(tx, &mut source, &mut target, &at)?;
            Ok(MergeView {
                ticket: source.ticket().number.clone(),
                into: target.ticket().number.clone(),
                created_at: instant(at.ts()),
            })
        })
        .await
}

type Pair = (access::TicketAccess<access::Reply>, access::TicketAccess<access::Reply>);

// In a body, a ticket that is not there is wrong input; the address itself is fine.
fn pair(tx: &mut Tx<'_>, asker: &Caller, number: &str, other: &str, field: &str) -> Result<Pair> {
    access::readable(tx, &asker.actor, number)?;
    access::readable_survivor(tx, &asker.actor, other).map_err(|error| match error {
        Error::NotFound => Error::invalid(field, "There is no such ticket, or none that you may see."),
        other => other,
    })?;
    access::for_pair(tx, &asker.actor, number, other)
}

/// Undoes a merge where nothing came since: the ticket stands on its own again, with the articles that it had. Where
/// something came, the answer is 409; say with `POST …/merges/end` what goes along. Needs `reply` on both.
#[utoipa::path(delete, path = "/tickets/{number}/merges", tag = "tickets", params(("number" = String, Path)),
    responses((status = 204, description = "Undone")))]
pub async fn delete(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let at = desk.moment();
    desk.db
        .write(move |tx| {
            let (mut source, mut survivor) = access::for_unmerge(tx, &caller.actor, &number)?;
            unmerge::unmerge(tx, &mut source, &mut survivor, None, &at)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What came since and goes along.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndMerge {
    /// Articles that came to the survivor since and belong to the ticket that leaves; all others stay.
    #[serde(default)]
    articles: Vec<String>,
}

impl Input for EndMerge {}

/// Undoes a merge, also after something came: says which of the new articles go along. Needs `reply` on both.
#[utoipa::path(post, path = "/tickets/{number}/merges/end", tag = "tickets", params(("number" = String, Path)),
    request_body = EndMerge, responses((status = 201, body = TicketView)))]
pub async fn end(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<EndMerge>,
) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let unknown = |_| Error::invalid("articles", "An article is named by its id.");
            let going = value
                .articles
                .iter()
                .map(|id| id.parse::<ArticleId>().map_err(unknown))
                .collect::<Result<Vec<_>>>()?;
            let (mut source, mut survivor) = access::for_unmerge(tx, &asker.actor, &number)?;
            unmerge::unmerge(tx, &mut source, &mut survivor, Some(&going), &at)?;
            views::ticket(tx, source.ticket())
        })
        .await
}

/// Where an article belongs.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTicket {
    /// The number of a ticket.
    value: String,
}

impl Input for SetTicket {}

/// Takes an article to the ticket that it belongs to; later mails that name it go there too. The last article by a
/// person takes its whole ticket along, which is merged. Needs `reply` on both.
#[utoipa::path(put, path = "/articles/{id}/ticket", tag = "articles", params(("id" = String, Path)),
    request_body = SetTicket, responses((status = 200, body = ArticleView)))]
pub async fn take(desk: Data<Desk>, caller: Caller, id: Path<String>, body: Json<SetTicket>) -> Answer {
    let id: ArticleId = id.parse().map_err(|_| Error::NotFound)?;
    let (at, blobs, wanted) = (desk.moment(), desk.db.blobs().clone(), body.value.value);
    let article = desk
        .db
        .write(move |tx| {
            let number = view::article(tx, &caller.actor, id)?.1.ticket().number.clone();
            let (mut source, mut target) = pair(tx, &caller, &number, &wanted, "value")?;
            belongs::take(tx, &mut source, &mut target, id, &blobs, &at)?;
            let (article, _) = view::article(tx, &caller.actor, id)?;
            views::article(tx, &blobs, &article)
        })
        .await?;
    Ok(HttpResponse::Ok().json(article))
}
