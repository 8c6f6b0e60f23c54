//! The dashboard: one's own tickets, those of nobody, and reminders.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use jiff::Timestamp;
use serde::Serialize;

use super::failure::Answer;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show};
use super::reports::Charts;
use super::state::Web;
use super::tickets::list::{address, place::View, rows};
use super::view::RowView;
use crate::db::{Conn, QueueId, State};
use crate::error::Result;
use crate::people::agents;
use crate::queues::{self, Queue};
use crate::reports::{self, Period, Sight};
use crate::tickets::list::{self, Count, Filter, Whose};

/// How many tickets a card shows.
const SHOWN: i64 = 8;
/// How many days the charts show.
const DAYS: i32 = 14;
/// How many lines of load are shown, the longest first.
const LOADS: usize = 8;

#[derive(Serialize)]
struct DashboardView {
    greeting: String,
    now: Timestamp,
    tiles: Vec<Tile>,
    cards: Vec<Card>,
    charts: Charts,
    loads: [Load; 2],
}

#[derive(Serialize)]
struct Load {
    id: &'static str,
    label: String,
    rows: Vec<LoadRow>,
}

#[derive(Serialize)]
struct LoadRow {
    name: String,
    url: String,
    n: i64,
    /// Of the longest, in per cent.
    share: i64,
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
    let fresh = Filter { state: Some(State::New), ..Filter::default() };
    let new = counts.values().map(|count| count.new).sum();
    let unowned = counts.values().map(|count| count.unowned).sum();
    let of_mine = list::count_mine(conn, &asker.actor)?;
    let (reminders, _) = list::page(conn, &asker.actor, &waiting, None, 50)?;
    let of_waiting = i64::try_from(reminders.len()).unwrap_or(0);
    let all = queues::all(conn)?;
    let mut cards = Vec::new();
    for (id, view, filter, n) in [
        ("mine", View::Mine, &mine, of_mine),
        ("new", View::New, &fresh, new),
        ("nobody", View::Nobody, &nobody, unowned),
    ] {
        let (found, _) = list::page(conn, &asker.actor, filter, None, SHOWN)?;
        cards.push(Card {
            id,
            label: language.tr(&format!("dash-{id}")),
            n,
            url: Some(address(None, view)),
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
        tile("mine", of_mine, address(None, View::Mine)),
        tile("new", new, address(None, View::New)),
        tile("nobody", unowned, address(None, View::Nobody)),
        tile("reminders", of_waiting, address(None, View::Waiting)),
    ];
    Ok(Page::new(
        "dashboard",
        DashboardView {
            greeting: greeting(asker),
            now: asker.reader.now,
            tiles,
            cards,
            charts: charts(conn, asker)?,
            loads: loads(conn, asker, &all, &counts)?,
        },
    ))
}

fn charts(conn: &mut Conn, asker: &Asker) -> Result<Charts> {
    let zone = &asker.reader.zone;
    let today = asker.reader.now.to_zoned(zone.clone()).date();
    let period = Period::ending(today, DAYS, zone.clone());
    let parts = reports::over_time(conn, &Sight::of(&asker.actor, None), &period)?;
    Ok(Charts::of(&parts, &asker.reader))
}

fn loads(
    conn: &mut Conn,
    asker: &Asker,
    queues: &[Queue],
    counts: &HashMap<QueueId, Count>,
) -> Result<[Load; 2]> {
    let language = &asker.reader.language;
    let of = |queue: &Queue| counts.get(&queue.id).map_or(0, |count| count.active);
    let by_queue =
        queues.iter().map(|queue| (queue.name.clone(), address(Some(queue.id), View::All), of(queue)));
    let by_queue = longest(by_queue.collect());
    let agents = reports::load_by_agent(conn, &asker.actor)?;
    let by_agent = agents::all(conn)?
        .into_iter()
        .filter_map(|agent| agents.get(&agent.id).map(|n| (agent.name, String::new(), *n)));
    let by_agent = longest(by_agent.collect());
    Ok([
        Load { id: "by-queue", label: language.tr("dash-by-queue"), rows: by_queue },
        Load { id: "by-agent", label: language.tr("dash-by-agent"), rows: by_agent },
    ])
}

fn longest(mut loads: Vec<(String, String, i64)>) -> Vec<LoadRow> {
    loads.retain(|(_, _, n)| *n > 0);
    loads.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let most = loads.first().map_or(1, |(_, _, n)| *n);
    loads
        .into_iter()
        .take(LOADS)
        .map(|(name, url, n)| LoadRow { name, url, n, share: (n * 100 / most).max(1) })
        .collect()
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
