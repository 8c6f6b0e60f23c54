//! The dashboard: one's own tickets, those of nobody, and reminders.

use actix_web::HttpResponse;
use actix_web::web::Data;
use jiff::Timestamp;
use serde::Serialize;

use super::failure::Answer;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show};
use super::state::Web;
use super::tickets::list::{address, rows};
use super::view::RowView;
use crate::db::{Conn, State};
use crate::error::Result;
use crate::queues;
use crate::tickets::list::{self, Filter, Whose};

/// How many tickets a card shows.
const SHOWN: i64 = 8;

#[derive(Serialize)]
struct DashboardView {
    greeting: String,
    now: Timestamp,
    tiles: Vec<Tile>,
    cards: Vec<Card>,
}

#[derive(Serialize)]
struct Tile {
    url: String,
    label: String,
    n: i64,
    hint: String,
}

#[derive(Serialize)]
struct Card {
    id: &'static str,
    label: String,
    n: i64,
    url: Option<String>,
    rows: Vec<RowView>,
    empty: String,
}

/// `GET /`.
pub async fn root() -> HttpResponse {
    see_other("/dashboard")
}

/// `GET /dashboard`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "dashboard/page.html", load).await
}

fn load(conn: &mut Conn, asker: &Asker) -> Result<Page<DashboardView>> {
    let language = &asker.reader.language;
    let mine = Filter { owner: Some(Whose::Agent(asker.actor.agent.id)), ..Filter::default() };
    let nobody = Filter { owner: Some(Whose::Nobody), ..Filter::default() };
    let waiting = Filter { state: Some(State::PendingReminder), ..mine.clone() };
    let counts = list::counts(conn, &asker.actor.scope)?;
    let unowned = counts.values().map(|count| count.unowned).sum();
    let of_mine = list::count_mine(conn, &asker.actor)?;
    let (reminders, _) = list::page(conn, &asker.actor, &waiting, None, 50)?;
    let of_waiting = i64::try_from(reminders.len()).unwrap_or(0);
    let all = queues::all(conn)?;
    let mut cards = Vec::new();
    for (id, filter, n) in [("mine", &mine, of_mine), ("nobody", &nobody, unowned)] {
        let (found, _) = list::page(conn, &asker.actor, filter, None, SHOWN)?;
        cards.push(Card {
            id,
            label: language.tr(&format!("dash-{id}")),
            n,
            url: Some(address(None, id, None)),
            rows: rows(conn, &found, &all, &asker.reader)?,
            empty: language.tr(&format!("dash-{id}-empty")),
        });
    }
    let mut due = rows(conn, &reminders, &all, &asker.reader)?;
    due.sort_by_key(|row| row.due);
    due.truncate(usize::try_from(SHOWN).unwrap_or(8));
    cards.push(Card {
        id: "reminders",
        label: language.tr("dash-reminders"),
        n: of_waiting,
        url: None,
        rows: due,
        empty: language.tr("dash-reminders-empty"),
    });
    let tile = |id: &str, n: i64, url: String| Tile {
        url,
        label: language.tr(&format!("dash-{id}")),
        n,
        hint: language.tr(&format!("dash-{id}-hint")),
    };
    let tiles = vec![
        tile("mine", of_mine, address(None, "mine", None)),
        tile("nobody", unowned, address(None, "nobody", None)),
        tile("reminders", of_waiting, address(None, "waiting", None)),
    ];
    Ok(Page::new(
        "dashboard",
        DashboardView { greeting: greeting(asker), now: asker.reader.now, tiles, cards },
    ))
}

fn greeting(asker: &Asker) -> String {
    let key = match asker.reader.now.to_zoned(asker.reader.zone.clone()).hour() {
        5..12 => "greeting-morning",
        12..18 => "greeting-day",
        _ => "greeting-evening",
    };
    let name = &asker.actor.agent.name;
    let first = name.split_whitespace().next().unwrap_or(name);
    asker.reader.language.tr_with(key, &[("name", first)])
}
