//! Articles: those of a ticket, one, those of a Message-ID.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    gate::Caller,
    page::{self, List, Params},
    problem::{Answer, Problem},
    tickets::Place,
    views::{self, ArticleView},
};
use crate::{
    access,
    db::ArticleId,
    desk::Desk,
    tickets::{summary, view},
};

/// Entries of a ticket at once, where `limit` is missing.
const DEFAULT: i64 = 100;

/// The entries of a ticket, the oldest first; 100 at once where `limit` is missing.
#[utoipa::path(get, path = "/tickets/{number}/articles", tag = "articles", params(("number" = String, Path), Place),
    responses((status = 200, body = List<ArticleView>)))]
pub async fn of_ticket(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Params(place): Params<Place>,
) -> Answer {
    let blobs = desk.db.blobs().clone();
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable_survivor(conn, &caller.actor, &number)?;
            let limit = page::limit(place.limit.as_deref(), DEFAULT)?;
            let after = page::cursor(place.cursor.as_deref())?.unwrap_or(ArticleId(0));
            let rows = summary::articles_after(conn, &access, after, limit + 1)?;
            let (rows, next) = List::<ArticleView>::cut(rows, limit, |article| article.id.to_string());
            Ok(List { items: views::articles(conn, &blobs, &rows)?, next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Which articles.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// With or without angle brackets.
    message_id: Option<String>,
    /// Accepted as for any list; a Message-ID has few articles.
    limit: Option<String>,
}

/// The articles with a Message-ID, in all tickets that the agent may read.
#[utoipa::path(get, path = "/articles", tag = "articles", params(Wish),
    responses((status = 200, body = List<ArticleView>)))]
pub async fn find(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let Some(id) = wish.message_id else {
        return Err(Problem::field("message_id", "Say which: articles?message_id=…"));
    };
    let blobs = desk.db.blobs().clone();
    let list = desk
        .db
        .read(move |conn| {
            let limit = page::limit(wish.limit.as_deref(), page::DEFAULT)?;
            let id = id.trim().trim_matches(['<', '>']);
            let mut found = view::articles_by_message_id(conn, &caller.actor, id)?;
            found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(List::whole(views::articles(conn, &blobs, &found)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// One article.
#[utoipa::path(get, path = "/articles/{id}", tag = "articles", params(("id" = String, Path)),
    responses((status = 200, body = ArticleView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: ArticleId = page::key(&id)?;
    let blobs = desk.db.blobs().clone();
    let article = desk
        .db
        .read(move |conn| {
            let (article, _) = view::article(conn, &caller.actor, id)?;
            views::article(conn, &blobs, &article)
        })
        .await?;
    Ok(HttpResponse::Ok().json(article))
}
