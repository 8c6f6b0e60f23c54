//! `GET /reports.csv`: the same figures for a spreadsheet, durations in seconds.

use actix_web::web::{Data, Query};

use super::{Wish, readable};
use crate::{
    csv::Csv,
    db::{Conn, InstallationRight},
    error::Result,
    people::agents,
    reports::{self, Figures},
    web::{
        failure::Answer,
        files::{download, taken_out},
        gate::{Asker, Signed},
        state::Web,
    },
};

/// `GET /reports.csv`: by day, by queue and by agent, one below the other; `what` says which.
pub async fn csv(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    let asker = signed.clone();
    let (name, text) = web.db.read(move |conn| sheet(conn, &asker, &wish)).await?;
    taken_out(&web, &signed, "reports").await?;
    Ok(download(&name, "text/csv", text.into_bytes()))
}

fn sheet(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<(String, String)> {
    asker.actor.require(InstallationRight::Export)?;
    let question = wish.read(asker);
    if question.problem.is_some() {
        // A file with other days than those asked for would be believed.
        wish.period(asker.reader.now.to_zoned(asker.reader.zone.clone()).date(), &asker.reader.zone)?;
    }
    let (period, sight) = (&question.period, &question.sight);
    let mut csv = Csv::new(&[
        "what",
        "name",
        "created",
        "closed",
        "answered",
        "first_answer_median_seconds",
        "solution_median_seconds",
    ]);
    for part in reports::over_time(conn, sight, period)? {
        let day = part.from.0.to_zoned(asker.reader.zone.clone()).date();
        csv.line(line("from", day.to_string(), &part.figures));
    }
    let totals = reports::totals(conn, sight, period)?;
    for queue in readable(conn, asker)? {
        if let Some(figures) = totals.queues.get(&queue.id) {
            csv.line(line("queue", queue.name, figures));
        }
    }
    for agent in agents::all(conn)? {
        if let Some(figures) = totals.agents.get(&agent.id) {
            csv.line(line("agent", agent.login, figures));
        }
    }
    csv.line(line("all", String::new(), &totals.all));
    Ok((format!("report-{}-{}.csv", period.first(), period.last()), csv.finish()))
}

fn line(what: &str, name: String, figures: &Figures) -> [String; 7] {
    let took = |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
    [
        what.to_owned(),
        name,
        figures.created.to_string(),
        figures.closed.to_string(),
        figures.answered.to_string(),
        took(figures.first_answer),
        took(figures.solution),
    ]
}
