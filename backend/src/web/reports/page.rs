//! `GET /reports`: a period's figures over time, by queue and by agent.

use actix_web::web::{Data, Query};
use serde::Serialize;

use super::{Question, Wish, chart, chart::Chart, readable};
use crate::{
    db::{Conn, InstallationRight},
    error::Result,
    people::agents,
    queues::Queue,
    reports::{self, Figures, Part, Step},
    web::{
        failure::Answer,
        gate::{Asker, Signed},
        page::{Page, show},
        state::Web,
        times::Reader,
        view::Face,
    },
};

#[derive(Serialize)]
struct ReportView {
    from: String,
    to: String,
    queue: String,
    queues: Vec<Choice>,
    presets: Vec<Preset>,
    problem: Option<String>,
    sum: FigureRow,
    charts: Charts,
    by_week: bool,
    parts: Vec<FigureRow>,
    by_queue: Vec<FigureRow>,
    by_agent: Vec<FigureRow>,
    of_colleagues: bool,
    csv_url: Option<String>,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Serialize)]
struct Preset {
    days: i32,
    url: String,
    current: bool,
}

/// The two drawings that the dashboard shows as well.
#[derive(Serialize)]
pub struct Charts {
    counts: Chart,
    answers: Chart,
    created: i64,
    closed: i64,
    rows: Vec<FigureRow>,
}

/// Figures as words.
#[derive(Clone, Serialize)]
pub struct FigureRow {
    name: String,
    face: Option<Face>,
    url: String,
    created: i64,
    closed: i64,
    answered: i64,
    first_answer: String,
    solution: String,
}

impl FigureRow {
    fn new(name: String, figures: &Figures, reader: &Reader) -> Self {
        let took = |seconds: Option<i64>| seconds.map_or_else(|| "–".to_owned(), |s| reader.took(s));
        Self {
            name,
            face: None,
            url: String::new(),
            created: figures.created,
            closed: figures.closed,
            answered: figures.answered,
            first_answer: took(figures.first_answer),
            solution: took(figures.solution),
        }
    }
}

impl Charts {
    /// Draws the parts of a period.
    pub fn of(parts: &[Part], reader: &Reader) -> Self {
        let short: Vec<String> = parts.iter().map(|part| reader.day_of_month(part.from.0)).collect();
        let of = |pick: fn(&Figures) -> i64| parts.iter().map(|part| pick(&part.figures)).collect::<Vec<_>>();
        let (created, closed) = (of(|figures| figures.created), of(|figures| figures.closed));
        let answers: Vec<Option<i64>> = parts.iter().map(|part| part.figures.first_answer).collect();
        Self {
            counts: chart::bars(&short, &created, &closed),
            answers: chart::line(&short, &answers, |seconds| reader.took(seconds)),
            created: created.iter().sum(),
            closed: closed.iter().sum(),
            rows: parts
                .iter()
                .map(|part| FigureRow::new(reader.day_month(part.from.0), &part.figures, reader))
                .collect(),
        }
    }
}

/// `GET /reports`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "reports/page.html", move |conn, asker| {
        Ok(Page::new("reports", load(conn, asker, &wish)?))
    })
    .await
}

fn load(conn: &mut Conn, asker: &Asker, wish: &Wish) -> Result<ReportView> {
    let question = wish.read(asker);
    let Question { period, sight, queue, problem } = &question;
    let queues = readable(conn, asker)?;
    let parts = reports::over_time(conn, sight, period)?;
    let totals = reports::totals(conn, sight, period)?;
    let charts = Charts::of(&parts, &asker.reader);
    let asked = problem.is_some();
    let export = asker.actor.scope.may(InstallationRight::Export);
    let address = address(&question);
    Ok(ReportView {
        // What was typed wrongly stays to be mended.
        from: if asked { wish.from.clone() } else { period.first().to_string() },
        to: if asked { wish.to.clone() } else { period.last().to_string() },
        queue: queue.map(|id| id.to_string()).unwrap_or_default(),
        queues: choices(&queues, &question),
        presets: presets(asker, &question),
        problem: problem.clone(),
        sum: FigureRow::new(String::new(), &totals.all, &asker.reader),
        by_week: period.step() == Step::Week,
        parts: charts.rows.clone(),
        charts,
        by_queue: by_queue(&totals, &queues, asker),
        by_agent: by_agent(conn, &totals, asker)?,
        of_colleagues: sight.of_colleagues(),
        csv_url: export.then(|| format!("/reports.csv?{address}")),
    })
}

fn address(question: &Question) -> String {
    let Question { period, queue, .. } = question;
    let queue = queue.map(|queue| format!("&queue={queue}")).unwrap_or_default();
    format!("from={}&to={}{queue}", period.first(), period.last())
}

fn choices(queues: &[Queue], question: &Question) -> Vec<Choice> {
    let choice = |queue: &Queue| Choice {
        value: queue.id.to_string(),
        label: queue.name.clone(),
        chosen: Some(queue.id) == question.queue,
    };
    queues.iter().map(choice).collect()
}

fn presets(asker: &Asker, question: &Question) -> Vec<Preset> {
    let zone = asker.reader.zone.clone();
    let today = asker.reader.now.to_zoned(zone.clone()).date();
    let preset = |days: i32| {
        let period = reports::Period::ending(today, days, zone.clone());
        let current = (period.first(), period.last()) == (question.period.first(), question.period.last());
        let queue = question.queue.map(|queue| format!("&queue={queue}")).unwrap_or_default();
        Preset { days, url: format!("/reports?from={}&to={}{queue}", period.first(), period.last()), current }
    };
    [7, 14, 30, 90, 365].map(preset).into()
}

fn by_queue(totals: &reports::Totals, queues: &[Queue], asker: &Asker) -> Vec<FigureRow> {
    queues
        .iter()
        .filter_map(|queue| {
            let figures = totals.queues.get(&queue.id)?;
            let url = format!("/tickets?queue={}", queue.id);
            Some(FigureRow { url, ..FigureRow::new(queue.name.clone(), figures, &asker.reader) })
        })
        .collect()
}

fn by_agent(conn: &mut Conn, totals: &reports::Totals, asker: &Asker) -> Result<Vec<FigureRow>> {
    let mut rows = Vec::new();
    for agent in agents::all(conn)? {
        if let Some(figures) = totals.agents.get(&agent.id) {
            let face = Some(Face::of_agent(agent.id, &agent.name));
            rows.push(FigureRow { face, ..FigureRow::new(agent.name, figures, &asker.reader) });
        }
    }
    Ok(rows)
}
