//! What would become of a mail now, beside what became of it.

use actix_web::web::{Data, Path};
use serde::Serialize;

use super::{result, step_name, subject};
use crate::db::backend::NUMBER_TO_COME;
use crate::db::{Disposition, InboundId};
use crate::postmaster::{self, Fate, Step};
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;

#[derive(Serialize)]
struct PreviewView {
    id: i64,
    url: String,
    subject: String,
    same: bool,
    may_run_again: bool,
    rows: Vec<Row>,
}

/// One line of the comparison.
#[derive(Serialize)]
struct Row {
    name: String,
    before: Cell,
    after: Cell,
    changed: bool,
}

/// Compares, taking the number of the ticket that the mail opened for that of one to come.
struct Alike(String);

impl Alike {
    fn differ(&self, before: &Cell, after: &Cell) -> bool {
        let plain = |text: &str| match self.0.is_empty() {
            true => text.to_owned(),
            false => text.replace(&self.0, NUMBER_TO_COME),
        };
        plain(&before.result) != plain(&after.result) || plain(&before.reason) != plain(&after.reason)
    }
}

#[derive(Default, Serialize)]
struct Cell {
    result: String,
    reason: String,
}

/// `GET /admin/mail/{id}/preview`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = InboundId(id.into_inner());
    let found = postmaster::preview(&web.desk, signed.actor.clone(), id).await?;
    show(&web, &signed, "recorder/preview.html", move |conn, asker| {
        let (mail, _) = postmaster::detail(conn, &asker.actor, id)?;
        // A ticket that it opened and one that it would open are no difference.
        let opened =
            found.before.ticket.clone().filter(|_| found.before.disposition == Some(Disposition::New));
        let alike = Alike(opened.unwrap_or_default());
        let mut rows = vec![
            Row::of("recorder-result", fate(&found.before, asker), fate(&found.after, asker), asker),
            Row::of("queue", queue(&found.before), queue(&found.after), asker),
        ];
        rows.extend(steps(&found.before.steps, &found.after.steps, asker));
        for row in &mut rows {
            row.changed = alike.differ(&row.before, &row.after);
        }
        let view = PreviewView {
            id: id.0,
            url: format!("/admin/mail/{id}"),
            subject: subject(&mail, asker),
            same: found.is_same(),
            may_run_again: mail.may_run_again(),
            rows,
        };
        Ok(Page::new("recorder", view))
    })
    .await
}

impl Row {
    fn of(key: &str, before: String, after: String, asker: &Asker) -> Self {
        let cell = |result: String| Cell { result, reason: String::new() };
        Self { name: asker.reader.language.tr(key), before: cell(before), after: cell(after), changed: false }
    }
}

fn fate(fate: &Fate, asker: &Asker) -> String {
    result(fate.disposition, fate.ticket.as_deref(), asker)
}

fn queue(fate: &Fate) -> String {
    fate.queue.clone().unwrap_or_default()
}

/// Steps of the same name side by side, in the order of what would happen; then those that would not any more.
fn steps(before: &[Step], after: &[Step], asker: &Asker) -> Vec<Row> {
    let mut left: Vec<&Step> = before.iter().collect();
    let cell = |step: &Step| Cell { result: step.result.clone(), reason: step.reason.clone() };
    let mut rows: Vec<Row> = Vec::with_capacity(after.len());
    for step in after {
        let known = left.iter().position(|known| known.step == step.step).map(|at| left.remove(at));
        let (before, after) = (known.map(cell).unwrap_or_default(), cell(step));
        rows.push(Row { name: step_name(step, asker), changed: false, before, after });
    }
    rows.extend(left.into_iter().map(|step| Row {
        name: step_name(step, asker),
        before: cell(step),
        after: Cell::default(),
        changed: false,
    }));
    rows
}
