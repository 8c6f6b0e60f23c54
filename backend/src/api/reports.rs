//! Figures of a period.

use actix_web::{HttpResponse, web::Data};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{gate::Caller, page::Params, problem::Answer, views::instant};
use crate::{
    db::{Conn, Right},
    desk::Desk,
    error::{Error, Result, say},
    people::agents,
    queues,
    reports::{self, Figures, Period, Sight},
};

/// Which period and queue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// `YYYY-MM-DD`, the first day; two weeks before the last where missing.
    from: Option<String>,
    /// `YYYY-MM-DD`, the last day; today where missing. At most a year after the first.
    to: Option<String>,
    /// An IANA time zone in which days begin; UTC where missing.
    time_zone: Option<String>,
    /// Only of the queue with this name.
    queue: Option<String>,
}

/// What happened in some time, in the queues that the token's agent may read.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Figures)]
pub struct FiguresView {
    /// Tickets that came in or were opened.
    pub created: i64,
    /// Tickets that were closed and stayed so.
    pub closed: i64,
    /// Tickets whose customer got the first answer.
    pub answered: i64,
    /// Median seconds until the first answer.
    pub first_answer: Option<i64>,
    /// Median seconds from creation to closing.
    pub solution: Option<i64>,
}

/// The figures of a day, or of a week where the period is longer than three months.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartView {
    /// When it begins.
    #[schema(format = DateTime)]
    pub from: String,
    /// Its figures.
    pub figures: FiguresView,
}

/// The figures of a queue or an agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShareView {
    /// The queue's name, the agent's login.
    pub name: String,
    /// Its figures.
    pub figures: FiguresView,
}

/// A period's figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportView {
    /// In all.
    pub all: FiguresView,
    /// One after the other.
    pub parts: Vec<PartView>,
    /// By queue.
    pub queues: Vec<ShareView>,
    /// By agent; without the right to manage people only the token's own.
    pub agents: Vec<ShareView>,
}

impl From<&Figures> for FiguresView {
    fn from(figures: &Figures) -> Self {
        Self {
            created: figures.created,
            closed: figures.closed,
            answered: figures.answered,
            first_answer: figures.first_answer,
            solution: figures.solution,
        }
    }
}

/// Created and closed tickets, times to the first answer and to the closing.
#[utoipa::path(get, path = "/reports", tag = "tickets", params(Wish), responses((status = 200, body = ReportView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    let now = desk.clock.now();
    let report = desk.db.read(move |conn| report(conn, &caller, &wish, now)).await?;
    Ok(HttpResponse::Ok().json(report))
}

fn report(conn: &mut Conn, caller: &Caller, wish: &Wish, now: jiff::Timestamp) -> Result<ReportView> {
    let period = period(wish, now)?;
    let queue = match &wish.queue {
        // What may not be read is not there.
        Some(name) => Some(queues::by_name(conn, name)?.id)
            .filter(|queue| caller.actor.scope.in_queue(*queue).has(Right::Read))
            .ok_or(Error::NotFound)
            .map(Some)?,
        None => None,
    };
    let sight = Sight::of(&caller.actor, queue);
    let totals = reports::totals(conn, &sight, &period)?;
    let share = |name: String, figures: Option<&Figures>| {
        figures.map(|figures| ShareView { name, figures: figures.into() })
    };
    let part = |part: &reports::Part| PartView { from: instant(part.from), figures: (&part.figures).into() };
    Ok(ReportView {
        all: (&totals.all).into(),
        parts: reports::over_time(conn, &sight, &period)?.iter().map(part).collect(),
        queues: queues::all(conn)?
            .into_iter()
            .filter_map(|queue| share(queue.name, totals.queues.get(&queue.id)))
            .collect(),
        agents: agents::all(conn)?
            .into_iter()
            .filter_map(|agent| share(agent.login, totals.agents.get(&agent.id)))
            .collect(),
    })
}

fn period(wish: &Wish, now: jiff::Timestamp) -> Result<Period> {
    let zone = match wish.time_zone.as_deref() {
        Some(name) => TimeZone::get(name).map_err(|_| Error::invalid("time_zone", say!("refused-zone")))?,
        None => TimeZone::UTC,
    };
    let day = |field: &str, text: &Option<String>| -> Result<Option<Date>> {
        let read = |text: &String| text.parse().map_err(|_| Error::invalid(field, say!("refused-day")));
        text.as_ref().map(read).transpose()
    };
    let to = day("to", &wish.to)?.unwrap_or_else(|| now.to_zoned(zone.clone()).date());
    match day("from", &wish.from)? {
        Some(from) => Period::new(from, to, zone),
        None => Ok(Period::ending(to, 14, zone)),
    }
}
