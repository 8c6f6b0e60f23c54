//! All queues, each below the one that it belongs to.

use actix_web::web::Data;
use serde::Serialize;

use super::address;
use crate::db::QueueId;
use crate::queues::{self, Queue, listing};
use crate::tickets::list;
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;

#[derive(Serialize)]
struct ListView {
    queues: Vec<Row>,
    retired: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    url: String,
    name: String,
    depth: usize,
    addresses: String,
    note: String,
    policy: String,
    open: i64,
    default: bool,
}

/// `GET /admin/queues`.
pub async fn list(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "queues/list.html", |conn, asker| {
        let all = queues::all(conn)?;
        let mut addresses = listing::addresses(conn)?;
        let counts = list::counts(conn, &asker.actor.scope)?;
        let default = queues::default_queue(conn).ok();
        let mut row = |queue: &Queue, depth: usize| Row {
            url: address(queue.id),
            name: queue.name.clone(),
            depth,
            addresses: addresses.remove(&queue.id).unwrap_or_default().join(", "),
            note: queue.note.clone(),
            policy: asker.reader.language.tr(&format!("policy-{}", queue.follow_up_policy)),
            open: counts.get(&queue.id).map_or(0, |count| count.active),
            default: default == Some(queue.id),
        };
        let in_order = tree(&all);
        let view = ListView {
            queues: in_order
                .iter()
                .filter(|(queue, _)| queue.retired_at.is_none())
                .map(|(queue, depth)| row(queue, *depth))
                .collect(),
            retired: all
                .iter()
                .filter(|queue| queue.retired_at.is_some())
                .map(|queue| row(queue, 0))
                .collect(),
        };
        Ok(Page::new("queues", view))
    })
    .await
}

/// Each queue below the one that it belongs to.
fn tree(all: &[Queue]) -> Vec<(&Queue, usize)> {
    fn below<'a>(
        all: &'a [Queue],
        parent: Option<QueueId>,
        depth: usize,
        rows: &mut Vec<(&'a Queue, usize)>,
    ) {
        for queue in all.iter().filter(|queue| queue.parent_id == parent) {
            rows.push((queue, depth));
            // A circle of parents, which nothing should make, ends here.
            if depth < 8 {
                below(all, Some(queue.id), depth + 1, rows);
            }
        }
    }
    let mut rows = Vec::new();
    below(all, None, 0, &mut rows);
    rows
}
