//! Search: what was typed, in all that one may read. The same language narrows the list down.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::gate::{Asker, Signed};
use super::page::{Page, show_within};
use super::state::Web;
use super::text::escape;
use super::tickets::list::place::{Chip, Place, View, chips};
use super::view::{Choice, StateView};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::queues::{self, Queue};
use crate::search::{
    self, Hit, Search,
    excerpt::{BEGIN, END},
};
use crate::tickets::list::{Cursor, Sort};

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    q: String,
    sort: String,
    cursor: Option<String>,
}

#[derive(Default, Serialize)]
struct SearchView {
    q: String,
    error: String,
    hits: Vec<HitView>,
    chips: Vec<Chip>,
    sort: String,
    sorts: Vec<Choice>,
    /// The same as a list, to work through.
    list_url: String,
    first_url: Option<String>,
    next_url: Option<String>,
    help: Vec<Help>,
}

/// A line of the explanation.
#[derive(Serialize)]
struct Help {
    typed: String,
    finds: String,
}

/// What can be typed, in the order in which it is explained.
const HELP: [&str; 17] = [
    "words", "phrase", "without", "queue", "state", "owner", "from", "is", "waiting", "tag", "title", "file",
    "has", "priority", "number", "changed", "created",
];

fn help(asker: &Asker) -> Vec<Help> {
    let language = &asker.reader.language;
    let line = |what: &&str| Help {
        typed: language.tr(&format!("search-help-{what}-typed")),
        finds: language.tr(&format!("search-help-{what}")),
    };
    HELP.iter().map(line).collect()
}

#[derive(Serialize)]
struct HitView {
    url: String,
    number: String,
    /// Markup made here from escaped text.
    subject: String,
    state: StateView,
    /// Markup made here from escaped text.
    excerpt: String,
    who: String,
    queue: String,
    unread: bool,
    updated: jiff::Timestamp,
}

/// `GET /search?q=`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    let shown = show_within(&web, &signed, search::TIME, "search/page.html", move |conn, asker| {
        let view = match load(conn, asker, &wish) {
            Ok(view) => view,
            Err(Error::Invalid(fields)) if fields.iter().all(|field| field.field == "q") => {
                let told: Vec<_> =
                    fields.iter().map(|field| field.message.in_language(&asker.reader.language)).collect();
                SearchView {
                    q: wish.q.clone(),
                    error: told.join(" "),
                    help: help(asker),
                    ..SearchView::default()
                }
            }
            Err(error) => return Err(error),
        };
        Ok(Page::new("search", view))
    });
    Ok(shown.await?.ok_or_else(search::too_slow)?)
}

/// The address of a search.
fn url(q: &str, sort: Sort, cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", q);
    if sort != Sort::default() {
        query.append_pair("sort", sort.word());
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    format!("/search?{}", query.finish())
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<SearchView> {
    let (actor, language) = (&asker.actor, &asker.reader.language);
    let sort = if wish.sort.is_empty() { Sort::default() } else { Sort::named(&wish.sort)? };
    let place = Place { q: wish.q.trim().to_owned(), view: View::Any, sort, ..Place::default() };
    let search = Search::read(conn, actor, &place.q, &asker.reader.moment(), place.filter(actor))?;
    let after = wish.cursor.as_deref().map(str::parse::<Cursor>).transpose()?;
    let (hits, next) = match search.is_empty() {
        true => (Vec::new(), None),
        false => search::hits(conn, actor, &search, after, i64::from(actor.agent.page_size))?,
    };
    let all = queues::all(conn)?;
    let without = |gone: usize| {
        let left = search.clauses.iter().enumerate().filter(|(at, _)| *at != gone);
        left.map(|(_, clause)| clause.source.as_str()).collect::<Vec<_>>().join(" ")
    };
    let chips = chips(&place, &search.clauses)
        .into_iter()
        .enumerate()
        .map(|(at, chip)| Chip { url: url(&without(at), sort, None), ..chip })
        .collect();
    Ok(SearchView {
        hits: hits.into_iter().map(|hit| hit_view(hit, &all, asker)).collect(),
        error: String::new(),
        help: help(asker),
        chips,
        sort: language.tr(&format!("list-sort-{}", sort.word())),
        sorts: Sort::ALL
            .iter()
            .map(|one| {
                let label = language.tr(&format!("list-sort-{}", one.word()));
                Choice::new(url(&place.q, *one, None), label, *one == sort)
            })
            .collect(),
        list_url: place.url(None),
        first_url: wish.cursor.as_ref().map(|_| url(&place.q, sort, None)),
        next_url: next.map(|cursor| url(&place.q, sort, Some(&cursor.to_string()))),
        q: place.q,
    })
}

fn hit_view(hit: Hit, all: &[Queue], asker: &Asker) -> HitView {
    let ticket = &hit.row.ticket;
    let named = !hit.title.trim().is_empty();
    HitView {
        url: format!("/tickets/{}", ticket.number),
        number: ticket.number.clone(),
        subject: marked(&if named { hit.title.clone() } else { asker.reader.language.tr("no-subject") }),
        state: StateView::of(ticket.status(), &asker.reader),
        excerpt: marked(&hit.excerpt),
        who: match ticket.customer_name.is_empty() {
            true => ticket.customer_address.clone(),
            false => ticket.customer_name.clone(),
        },
        queue: all.iter().find(|q| q.id == ticket.queue_id).map_or_else(String::new, |q| q.name.clone()),
        unread: hit.row.unread,
        updated: ticket.updated_at.0,
    }
}

// What was found stands between two private characters, of which the text has none of its own; both become plain tags
// that are balanced by counting all the same.
fn marked(excerpt: &str) -> String {
    let mut html = String::new();
    let mut open = false;
    for part in escape(excerpt).split_inclusive([BEGIN, END]) {
        let text = part.trim_end_matches([BEGIN, END]);
        html.push_str(text);
        match (part.ends_with(BEGIN), part.ends_with(END), open) {
            (true, _, false) => html.push_str("<mark>"),
            (_, true, true) => html.push_str("</mark>"),
            _ => continue,
        }
        open = !open;
    }
    if open {
        html.push_str("</mark>");
    }
    html
}
