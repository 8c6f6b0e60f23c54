//! What quick open offers while somebody types: tickets, views, and how the search may go on.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::gate::{Asker, Signed};
use super::state::Web;
use super::tickets::list::{place::View, subject};
use super::view::StateView;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::search::{self, Search, complete, views};
use crate::tickets::list::Filter;

/// So many tickets are offered.
const TICKETS: i64 = 8;

/// What was typed so far.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    q: String,
}

#[derive(Default, Serialize)]
struct Suggestions {
    tickets: Vec<Found>,
    words: Vec<Word>,
    views: Vec<Place>,
}

#[derive(Serialize)]
struct Found {
    url: String,
    number: String,
    subject: String,
    who: String,
    state: String,
}

#[derive(Serialize)]
struct Word {
    typed: String,
    label: String,
}

#[derive(Serialize)]
struct Place {
    url: String,
    label: String,
}

/// `GET /search/suggestions?q=`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let q = wish.into_inner().q;
    let asker = signed.clone();
    let found = web.db.read_within(search::TIME, move |conn| load(conn, &asker, &q)).await?;
    Ok(HttpResponse::Ok().json(found.unwrap_or_default()))
}

fn load(conn: &mut Conn, asker: &Asker, q: &str) -> Result<Suggestions> {
    let actor = &asker.actor;
    let begun = q.trim().to_lowercase();
    let words = complete::completions(conn, actor, q, asker.reader.now)?;
    let named = views::of(conn, actor)?.into_iter().filter(|view| view.name.to_lowercase().contains(&begun));
    let own = named.map(|view| Place { url: super::views::url_of(&view), label: view.name });
    let language = &asker.reader.language;
    let built_in = View::ALL
        .iter()
        .filter(|view| **view != View::Any)
        .map(|view| Place { url: super::tickets::list::address(None, *view), label: view.label(language) });
    let built_in = built_in.filter(|place| place.label.to_lowercase().contains(&begun));
    Ok(Suggestions {
        tickets: tickets(conn, asker, q)?,
        words: words.into_iter().map(|word| Word { typed: word.typed, label: word.label }).collect(),
        views: own.chain(built_in).take(6).collect(),
    })
}

fn tickets(conn: &mut Conn, asker: &Asker, q: &str) -> Result<Vec<Found>> {
    let within = Filter { all_states: true, ..Filter::default() };
    let search = match Search::read(conn, &asker.actor, q, &asker.reader.moment(), within) {
        Ok(search) => search,
        // Half typed is not wrong yet.
        Err(Error::Invalid(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if search.is_empty() {
        return Ok(Vec::new());
    }
    // What it is about and from whom says more than a word somewhere in it.
    let mut rows = match search.in_heads() {
        Some(heads) => search::page(conn, &asker.actor, &heads, None, TICKETS)?.0,
        None => Vec::new(),
    };
    if i64::try_from(rows.len()).is_ok_and(|found| found < TICKETS) {
        let (more, _) = search::page(conn, &asker.actor, &search, None, TICKETS)?;
        let new = more.into_iter().filter(|row| rows.iter().all(|known| known.ticket.id != row.ticket.id));
        let new: Vec<_> = new.collect();
        rows.extend(new);
    }
    rows.truncate(usize::try_from(TICKETS).unwrap_or(8));
    let found = |row: crate::tickets::list::Row| Found {
        url: format!("/tickets/{}", row.ticket.number),
        subject: subject(&row.ticket, &asker.reader),
        state: StateView::of(row.ticket.status(), &asker.reader).word,
        who: match row.ticket.customer_name.trim() {
            "" => row.ticket.customer_address.clone(),
            name => name.to_owned(),
        },
        number: row.ticket.number,
    };
    Ok(rows.into_iter().map(found).collect())
}
