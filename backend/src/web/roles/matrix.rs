//! Queues and rights as a table of check boxes: what is ticked is given here, what comes along is shown as such.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::access::Rights;
use crate::db::{Conn, QueueId, Right};
use crate::error::Result;
use crate::i18n::Language;
use crate::queues::{self, Queue};

/// Rights by queue; `None`: in all.
pub type Grants = BTreeSet<(Option<QueueId>, Right)>;

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    right: &'static str,
    label: String,
    hint: String,
}

/// A queue.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What its boxes call the queue; `*` for all.
    key: String,
    /// The keys of the rows that it takes over from, the nearest first.
    above: String,
    name: String,
    /// How many rows it takes over from: 0 for all queues, 1 for a queue below no other.
    depth: usize,
    retired: bool,
    cells: Vec<Cell>,
}

/// A right in a queue.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    right: &'static str,
    label: String,
    value: String,
    checked: bool,
    /// Where it comes from, where it is not given here: another right, a queue above, all queues.
    from: String,
}

/// The columns.
pub fn columns(language: &Language) -> Vec<Column> {
    let column = |right: &Right| Column {
        right: right.as_str(),
        label: language.tr(&format!("matrix-{right}")),
        hint: language.tr(&format!("matrix-hint-{right}")),
    };
    Right::ALL.iter().map(column).collect()
}

/// The rows: all queues, then each below the one that it belongs to. A retired queue only where it gives something.
///
/// # Errors
/// Those of the database.
pub fn rows(conn: &mut Conn, grants: &Grants, language: &Language) -> Result<Vec<Row>> {
    let all = queues::all(conn)?;
    let everywhere = language.tr("matrix-all");
    let top = Above { key: key(None), name: everywhere.clone(), rights: own(grants, None), above: None };
    let mut rows = vec![row(grants, None, &everywhere, 0, false, None, language)];
    below(&all, None, 1, grants, &top, language, &mut rows);
    Ok(rows)
}

/// What a row takes over from.
struct Above<'a> {
    key: String,
    name: String,
    rights: Rights,
    above: Option<&'a Above<'a>>,
}

fn topmost<'a, 'b>(above: &'a Above<'b>) -> &'a Above<'b> {
    std::iter::successors(Some(above), |here| here.above).last().unwrap_or(above)
}

fn own(grants: &Grants, queue: Option<QueueId>) -> Rights {
    grants.iter().filter(|(place, _)| *place == queue).fold(Rights::NONE, |all, (_, right)| all.with(*right))
}

fn below(
    all: &[Queue],
    parent: Option<QueueId>,
    depth: usize,
    grants: &Grants,
    above: &Above<'_>,
    language: &Language,
    rows: &mut Vec<Row>,
) {
    for queue in all.iter().filter(|queue| queue.parent_id == parent) {
        // What is given in all queues holds in one with rights of its own as well.
        let above = if queue.own_rights { topmost(above) } else { above };
        let rights = own(grants, Some(queue.id));
        let retired = queue.retired_at.is_some();
        if !retired || rights != Rights::NONE {
            rows.push(row(grants, Some(queue.id), &queue.name, depth, retired, Some(above), language));
        }
        // A circle of parents, which nothing should make, ends here.
        if depth <= 8 {
            let here =
                Above { key: key(Some(queue.id)), name: queue.name.clone(), rights, above: Some(above) };
            below(all, Some(queue.id), depth + 1, grants, &here, language, rows);
        }
    }
}

fn row(
    grants: &Grants,
    queue: Option<QueueId>,
    name: &str,
    depth: usize,
    retired: bool,
    above: Option<&Above<'_>>,
    language: &Language,
) -> Row {
    let cell = |right: &Right| {
        let checked = grants.contains(&(queue, *right));
        let brought = Right::ALL.iter().find(|other| {
            *other != right && grants.contains(&(queue, **other)) && Rights::NONE.with(**other).has(*right)
        });
        let from = match brought {
            _ if checked => String::new(),
            Some(other) => language.tr(&format!("matrix-{other}")),
            None => inherited(above, *right),
        };
        Cell {
            right: right.as_str(),
            label: language.tr(&format!("matrix-{right}")),
            value: format!("{}:{right}", key(queue)),
            checked,
            from,
        }
    };
    let line = std::iter::successors(above, |here| here.above).map(|here| here.key.as_str());
    Row {
        key: key(queue),
        above: line.collect::<Vec<_>>().join(" "),
        name: name.to_owned(),
        depth,
        retired,
        cells: Right::ALL.iter().map(cell).collect(),
    }
}

/// What a form calls a queue.
fn key(queue: Option<QueueId>) -> String {
    queue.map_or_else(|| "*".to_owned(), |id| id.to_string())
}

fn inherited(mut above: Option<&Above<'_>>, right: Right) -> String {
    while let Some(here) = above {
        if here.rights.has(right) {
            return here.name.clone();
        }
        above = here.above;
    }
    String::new()
}

/// The rights that a form ticked: `*:read`, `7:reply`. `None`: what no page of ours sends.
pub fn read(values: &[String]) -> Option<Grants> {
    let one = |value: &String| {
        let (queue, right) = value.split_once(':')?;
        let queue = if queue == "*" { None } else { Some(QueueId(queue.parse().ok()?)) };
        Some((queue, right.parse().ok()?))
    };
    values.iter().map(one).collect()
}

/// The check boxes of rights, as they are sent again.
pub fn values(grants: &Grants) -> Vec<String> {
    let word = |queue: &Option<QueueId>| queue.map_or_else(|| "*".to_owned(), |id| id.to_string());
    grants.iter().map(|(queue, right)| format!("{}:{right}", word(queue))).collect()
}

/// What changes of a role's own rights, queue by queue, in words.
///
/// # Errors
/// Those of the database.
pub fn changes(
    conn: &mut Conn,
    before: &Grants,
    after: &Grants,
    language: &Language,
) -> Result<Vec<(bool, String)>> {
    let names: BTreeMap<QueueId, String> =
        queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let mut told = Vec::new();
    for (gained, set) in [(true, after - before), (false, before - after)] {
        let mut by_queue: BTreeMap<Option<QueueId>, Vec<Right>> = BTreeMap::new();
        for (queue, right) in set {
            by_queue.entry(queue).or_default().push(right);
        }
        for (queue, rights) in by_queue {
            let place = match queue {
                None => language.tr("matrix-all"),
                Some(id) => names.get(&id).cloned().unwrap_or_default(),
            };
            let words: Vec<String> =
                rights.iter().map(|right| language.tr(&format!("right-{right}"))).collect();
            let key = if gained { "role-gives" } else { "role-takes" };
            told.push((gained, language.tr_with(key, &[("queue", &place), ("what", &words.join(", "))])));
        }
    }
    Ok(told)
}
