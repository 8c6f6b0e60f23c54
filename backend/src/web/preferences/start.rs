//! Where somebody begins after signing in.

use crate::access::Actor;
use crate::db::{Conn, QueueId, Right};
use crate::error::Result;
use crate::queues;
use crate::search::views;
use crate::web::gate::Asker;
use crate::web::tickets::list::{address, place::View};
use crate::web::view::Choice;
use crate::web::views::url_of;

/// Where the dashboard is.
const DASHBOARD: &str = "/dashboard";

/// The lists that need no queue: their entry in the sidebar and what they show.
const LISTS: [(&str, View); 3] = [("all", View::All), ("us", View::Us), ("mine", View::Mine)];

/// What can be chosen.
pub fn choices(conn: &mut Conn, asker: &Asker, chosen: &str) -> Result<Vec<Choice>> {
    let language = &asker.reader.language;
    let mut choices = vec![Choice::new("", language.tr("dashboard"), chosen.is_empty())];
    for (entry, label) in [("all", "tickets-all"), ("us", "tickets-us"), ("mine", "tickets-mine")] {
        choices.push(Choice::new(entry, language.tr(label), chosen == entry));
    }
    for queue in queues::all(conn)? {
        if queue.retired_at.is_none() && asker.actor.scope.in_queue(queue.id).has(Right::Read) {
            let entry = format!("q{}", queue.id);
            choices.push(Choice::new(entry.clone(), queue.name, chosen == entry));
        }
    }
    for view in views::of(conn, &asker.actor)? {
        let entry = format!("v{}", view.id);
        choices.push(Choice::new(entry.clone(), view.name, chosen == entry));
    }
    Ok(choices)
}

/// The page that an entry means; the dashboard for one that is gone.
pub fn place(conn: &mut Conn, actor: &Actor, entry: &str) -> Result<String> {
    if let Some((_, view)) = LISTS.iter().find(|(name, _)| *name == entry) {
        return Ok(address(None, *view));
    }
    let id = |kind: char| entry.strip_prefix(kind).and_then(|id| id.parse::<i64>().ok());
    if let Some(queue) = id('q').map(QueueId) {
        let there = queues::all(conn)?.iter().any(|one| one.id == queue && one.retired_at.is_none());
        if there && actor.scope.in_queue(queue).has(Right::Read) {
            return Ok(address(Some(queue), View::All));
        }
    }
    if let Some(view) = id('v') {
        let known = views::of(conn, actor)?;
        if let Some(view) = known.iter().find(|one| one.id.0 == view) {
            return Ok(url_of(view));
        }
    }
    Ok(DASHBOARD.to_owned())
}
