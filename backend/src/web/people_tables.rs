//! Customers and agents as tables: taken out, looked at before they are taken over, taken over.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use serde::Serialize;

use super::failure::{Answer, Failure};
use super::fields::Fields;
use super::files;
use super::forms::{Posted, Upload};
use super::gate::{Asker, Signed};
use super::page::{Page, show, show_as};
use super::state::Web;
use crate::access::{Actor, for_people};
use crate::db::{AgentId, Cause, Conn, CustomerId, InstallationRight, Tx};
use crate::error::{Error, Result};
use crate::people::table::{Outcome, Report};
use crate::people::{agent_table, customer_table};

/// So many lines of a report are shown of each kind.
const SHOWN: usize = 200;

/// Whose table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Customers,
    Agents,
}

impl Whose {
    const fn place(self) -> &'static str {
        match self {
            Self::Customers => "/admin/customers",
            Self::Agents => "/admin/people",
        }
    }

    const fn at(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Agents => "people",
        }
    }

    fn columns(self) -> String {
        match self {
            Self::Customers => customer_table::COLUMNS.join(", "),
            Self::Agents => agent_table::COLUMNS.join(", "),
        }
    }

    fn import(self, tx: &mut Tx<'_>, web: &Web, actor: &Actor, table: &[u8]) -> Result<Report> {
        let people = for_people(tx, actor)?;
        let now = web.moment().ts();
        match self {
            Self::Customers => customer_table::import(tx, &people, table, now),
            Self::Agents => agent_table::import(tx, &people, table, &web.config.public_url, now),
        }
    }
}

#[derive(Serialize)]
struct ImportView {
    place: &'static str,
    agents: bool,
    columns: String,
    error: String,
    report: Option<ReportView>,
    /// Whether a file is asked for, and whether what was looked at can be taken over.
    ask: bool,
    ready: bool,
    /// The table as it was read, to be sent once more.
    table: String,
}

#[derive(Serialize)]
struct ReportView {
    new: usize,
    changed: usize,
    same: usize,
    refused: usize,
    ignored: String,
    lines: Vec<LineView>,
    more: usize,
    done: bool,
}

#[derive(Serialize)]
struct LineView {
    line: usize,
    who: String,
    outcome: &'static str,
    word: String,
    why: String,
}

impl ReportView {
    fn of(report: Report, asker: &Asker, done: bool) -> Self {
        let language = &asker.reader.language;
        let count = |outcome| report.count(outcome);
        let (new, changed, same, refused) =
            (count(Outcome::New), count(Outcome::Changed), count(Outcome::Same), count(Outcome::Refused));
        // What is refused comes first: it is what somebody has to see to.
        let told = report.lines.into_iter().filter(|line| line.outcome != Outcome::Same);
        let (mut lines, others): (Vec<_>, Vec<_>) = told.partition(|line| line.outcome == Outcome::Refused);
        lines.extend(others);
        let more = lines.len().saturating_sub(SHOWN);
        let lines = lines.into_iter().take(SHOWN).map(|line| LineView {
            line: line.line,
            who: line.who,
            outcome: line.outcome.as_str(),
            word: language.tr(&format!("import-is-{}", line.outcome.as_str())),
            why: line.why.map(|why| why.in_language(language)).unwrap_or_default(),
        });
        let lines = lines.collect();
        Self { new, changed, same, refused, ignored: report.ignored.join(", "), lines, more, done }
    }
}

fn view(whose: Whose, error: String, report: Option<ReportView>, table: String) -> ImportView {
    let (done, refused) = report.as_ref().map_or((false, 1), |report| (report.done, report.refused));
    ImportView {
        ask: refused > 0,
        ready: !done && refused == 0,
        place: whose.place(),
        agents: whose == Whose::Agents,
        columns: whose.columns(),
        error,
        report,
        table,
    }
}

/// `GET /admin/customers/imports/new`.
pub async fn new_customers(web: Data<Web>, signed: Signed) -> Answer {
    form(&web, &signed, Whose::Customers).await
}

/// `GET /admin/people/imports/new`.
pub async fn new_agents(web: Data<Web>, signed: Signed) -> Answer {
    form(&web, &signed, Whose::Agents).await
}

async fn form(web: &Data<Web>, signed: &Signed, whose: Whose) -> Answer {
    show(web, signed, "people/import.html", move |_: &mut Conn, asker| {
        asker.actor.require(InstallationRight::People)?;
        Ok(Page::new(whose.at(), view(whose, String::new(), None, String::new())))
    })
    .await
}

/// `POST /admin/customers/imports`: a file is looked at; the table that was looked at is taken over.
pub async fn customers(web: Data<Web>, signed: Signed, upload: Upload) -> Answer {
    import(web, signed, upload, Whose::Customers).await
}

/// `POST /admin/people/imports`: the same for agents.
pub async fn agents(web: Data<Web>, signed: Signed, upload: Upload) -> Answer {
    import(web, signed, upload, Whose::Agents).await
}

async fn import(web: Data<Web>, signed: Signed, upload: Upload, whose: Whose) -> Answer {
    upload.only(&["table"])?;
    // A table is taken over only as it was looked at; a file is looked at first.
    let looked_at = upload.text("table");
    let sure = !looked_at.is_empty();
    let table = match upload.files.into_iter().next() {
        Some(file) if !sure => file.bytes,
        _ => looked_at.into_bytes(),
    };
    let (asker, state, bytes) = (signed.clone(), web.clone(), table.clone());
    let done = match sure {
        true => {
            web.db
                .write(move |tx| whose.import(tx, &state, &asker.actor, &bytes).and_then(Report::whole))
                .await
        }
        false => web.db.rehearse(move |tx| whose.import(tx, &state, &asker.actor, &bytes)).await,
    };
    let language = signed.reader.language.clone();
    match done {
        Ok(report) => {
            show(&web, &signed, "people/import.html", move |_: &mut Conn, asker| {
                let text = if sure { String::new() } else { crate::csv::decoded(&table) };
                let told = ReportView::of(report, asker, sure);
                Ok(Page::new(whose.at(), view(whose, String::new(), Some(told), text)))
            })
            .await
        }
        Err(Error::Invalid(fields)) => {
            let told = fields.first().map(|field| field.message.in_language(&language)).unwrap_or_default();
            refused(&web, &signed, whose, told).await
        }
        Err(error) => Err(Failure::from(error).back_to(&format!("{}/imports/new", whose.place()))),
    }
}

async fn refused(web: &Data<Web>, signed: &Signed, whose: Whose, told: String) -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show_as(web, signed, status, "people/import.html", move |_: &mut Conn, _| {
        Ok(Page::new(whose.at(), view(whose, told, None, String::new())))
    })
    .await
}

struct Table {
    web: Data<Web>,
    agent: AgentId,
    cause: Cause,
    place: Option<Option<CustomerId>>,
}

/// `POST /admin/customers/exports`.
pub async fn take_customers(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db.write(move |tx| customer_table::begin(tx, &asker.actor, now)).await?;
    let table = Table { web, agent: signed.actor.agent.id, cause: signed.actor.cause, place: Some(None) };
    Ok(files::saved("customers.csv", "text/csv; charset=utf-8").streaming(stream::try_unfold(table, next)))
}

async fn next(mut table: Table) -> Result<Option<(Bytes, Table)>> {
    let Some(place) = table.place else { return Ok(None) };
    let Some(after) = place else {
        table.place = Some(Some(CustomerId(0)));
        return Ok(Some((Bytes::from(customer_table::head()), table)));
    };
    let (agent, cause, now) = (table.agent, table.cause, table.web.clock.now());
    let (lines, next) = table
        .web
        .db
        .read(move |conn| {
            // A right that was taken away meanwhile ends it.
            let actor = Actor::load(conn, agent, cause, now)?;
            customer_table::part(conn, &actor, after)
        })
        .await?;
    table.place = next.map(Some);
    Ok(Some((Bytes::from(lines), table)))
}

/// `POST /admin/people/exports`.
pub async fn take_agents(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    let table: String = web.db.write(move |tx| agent_table::export(tx, &asker.actor, now)).await?;
    let answer: HttpResponse = files::saved("agents.csv", "text/csv; charset=utf-8").body(table);
    Ok(answer)
}
