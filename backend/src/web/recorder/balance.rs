//! The balance sheet: per day what came in and went out, and what became of it. Every line adds up.

use std::collections::BTreeMap;

use actix_web::web::{Data, Query};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::span;
use crate::csv::Csv;
use crate::db::Conn;
use crate::error::Result;
use crate::outbox::balance as outgoing;
use crate::postmaster::balance as inbound;
use crate::web::failure::Answer;
use crate::web::files::{download, taken_out};
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;

/// So many days on a page.
const DAYS: i32 = 14;

/// Up to which day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// `YYYY-MM-DD` in the reader's zone; today where it is missing or no day.
    until: String,
}

/// The balance of one day.
struct Day {
    date: Date,
    received: BTreeMap<String, inbound::Balance>,
    written: BTreeMap<String, outgoing::Balance>,
}

#[derive(Serialize)]
struct BalanceView {
    received: Vec<ReceivedRow>,
    received_sum: ReceivedRow,
    written: Vec<WrittenRow>,
    written_sum: WrittenRow,
    csv_url: String,
    older_url: String,
    newer_url: Option<String>,
}

#[derive(Default, Serialize)]
struct ReceivedRow {
    day: String,
    source: String,
    url: String,
    received: i64,
    new: i64,
    follow_up: i64,
    duplicate: i64,
    ignored: i64,
    quarantined: i64,
    waiting: i64,
    reasons: Vec<String>,
}

#[derive(Default, Serialize)]
struct WrittenRow {
    day: String,
    kind: String,
    written: i64,
    sent: i64,
    bounced: i64,
    failed: i64,
    cancelled: i64,
    waiting: i64,
}

/// `GET /admin/mail/balance`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "recorder/balance.html", move |conn, asker| {
        let until = until(&wish, asker);
        let days = load(conn, asker, until)?;
        Ok(Page::new("balance", view(&days, until, asker)))
    })
    .await
}

/// `GET /admin/mail/balance.csv`.
pub async fn csv(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let (wish, asker) = (wish.into_inner(), signed.clone());
    let (name, text) = web
        .db
        .read(move |conn| {
            let until = until(&wish, &asker);
            Ok((format!("mail-balance-{until}.csv"), sheet(&load(conn, &asker, until)?)))
        })
        .await?;
    taken_out(&web, &signed, "mail balance").await?;
    Ok(download(&name, "text/csv", text.into_bytes()))
}

fn until(wish: &Wish, asker: &Asker) -> Date {
    let today = asker.reader.now.to_zoned(asker.reader.zone.clone()).date();
    wish.until.trim().parse().map_or(today, |day: Date| day.min(today))
}

fn load(conn: &mut Conn, asker: &Asker, until: Date) -> Result<Vec<Day>> {
    let mut days = Vec::new();
    for ago in 0..DAYS {
        let Ok(date) = until.checked_sub(ago.days()) else { break };
        let Some((from, to)) = span(&asker.reader, date) else { break };
        let received = inbound::received(conn, &asker.actor, from, to)?;
        days.push(Day { date, received, written: outgoing::written(conn, &asker.actor, from, to)? });
    }
    Ok(days)
}

fn view(days: &[Day], until: Date, asker: &Asker) -> BalanceView {
    let language = &asker.reader.language;
    let (mut received, mut written) = (Vec::new(), Vec::new());
    let (mut all_in, mut all_out) = (inbound::Balance::default(), outgoing::Balance::default());
    for day in days {
        let name =
            span(&asker.reader, day.date).map(|(from, _)| asker.reader.day(from.0)).unwrap_or_default();
        for (source, balance) in &day.received {
            all_in.add(balance);
            received.push(received_row(name.clone(), day.date, source, balance));
        }
        for (kind, balance) in &day.written {
            all_out.add(balance);
            written.push(written_row(name.clone(), language.tr(&format!("outbox-kind-{kind}")), balance));
        }
    }
    let today = asker.reader.now.to_zoned(asker.reader.zone.clone()).date();
    let page = |day: Date| format!("/admin/mail/balance?until={day}");
    BalanceView {
        received,
        received_sum: received_row(String::new(), until, "", &all_in),
        written,
        written_sum: written_row(String::new(), String::new(), &all_out),
        csv_url: format!("/admin/mail/balance.csv?until={until}"),
        older_url: page(until.saturating_sub(DAYS.days())),
        newer_url: (until < today).then(|| page(until.saturating_add(DAYS.days()).min(today))),
    }
}

fn received_row(day: String, date: Date, source: &str, balance: &inbound::Balance) -> ReceivedRow {
    let source_part: String = url::form_urlencoded::byte_serialize(source.as_bytes()).collect();
    ReceivedRow {
        day,
        source: source.to_owned(),
        url: format!("/admin/mail?day={date}&source={source_part}"),
        received: balance.received,
        new: balance.new,
        follow_up: balance.follow_up,
        duplicate: balance.duplicate,
        ignored: balance.ignored,
        quarantined: balance.quarantined,
        waiting: balance.waiting,
        reasons: balance.reasons.iter().map(|(why, mails)| format!("{mails} × {why}")).collect(),
    }
}

fn written_row(day: String, kind: String, balance: &outgoing::Balance) -> WrittenRow {
    WrittenRow {
        day,
        kind,
        written: balance.written,
        sent: balance.sent,
        bounced: balance.bounced,
        failed: balance.failed,
        cancelled: balance.cancelled,
        waiting: balance.waiting,
    }
}

/// Both balances as one table; the words are those of the API, for programs.
fn sheet(days: &[Day]) -> String {
    let mut csv = Csv::new(&[
        "day",
        "direction",
        "source",
        "total",
        "new",
        "follow_up",
        "duplicate",
        "ignored",
        "quarantined",
        "sent",
        "bounced",
        "failed",
        "cancelled",
        "waiting",
        "reasons",
    ]);
    for day in days {
        let date = day.date.to_string();
        for (source, b) in &day.received {
            let reasons: Vec<String> = b.reasons.iter().map(|(why, n)| format!("{n} x {why}")).collect();
            let counts = [
                b.received,
                b.new,
                b.follow_up,
                b.duplicate,
                b.ignored,
                b.quarantined,
                0,
                0,
                0,
                0,
                b.waiting,
            ];
            csv.line(
                [date.clone(), "in".into(), source.clone()]
                    .into_iter()
                    .chain(counts.iter().map(ToString::to_string))
                    .chain([reasons.join("; ")]),
            );
        }
        for (kind, b) in &day.written {
            let counts = [b.written, 0, 0, 0, 0, 0, b.sent, b.bounced, b.failed, b.cancelled, b.waiting];
            csv.line(
                [date.clone(), "out".into(), kind.clone()]
                    .into_iter()
                    .chain(counts.iter().map(ToString::to_string))
                    .chain([String::new()]),
            );
        }
    }
    csv.finish()
}
