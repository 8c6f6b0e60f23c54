//! The mail recorder: every mail that reached us, what it became and why, what it would become now, and the balance.

pub mod balance;
pub mod list;
pub mod mail;
pub mod preview;
pub mod raw;

use jiff::civil::Date;
use serde::Serialize;

use super::gate::Asker;
use super::times::Reader;
use crate::db::{Disposition, Ts};
use crate::postmaster::{Inbound, Step};

fn subject(mail: &Inbound, asker: &Asker) -> String {
    if mail.subject.trim().is_empty() { asker.reader.language.tr("no-subject") } else { mail.subject.clone() }
}

fn sender(mail: &Inbound, asker: &Asker) -> String {
    match (mail.sender.as_str(), mail.envelope_from.as_str()) {
        ("", "") => asker.reader.language.tr("sender-null"),
        ("", envelope) => envelope.to_owned(),
        (sender, _) => sender.to_owned(),
    }
}

fn result(disposition: Option<Disposition>, ticket: Option<&str>, asker: &Asker) -> String {
    let key = disposition.map_or_else(|| "none".to_owned(), |disposition| disposition.to_string());
    asker.reader.language.tr_with(&format!("disposition-{key}"), &[("ticket", ticket.unwrap_or_default())])
}

// The step that decided: of an answer the match, of a new ticket the queue, else the last one that gave a reason.
fn why(mail: &Inbound) -> String {
    let decisive = match mail.disposition {
        Some(Disposition::FollowUp) => "match",
        Some(Disposition::New) => "queue",
        Some(Disposition::Duplicate) => "duplicate",
        Some(Disposition::Ignored | Disposition::Quarantined) if !mail.reason.is_empty() => {
            return mail.reason.clone();
        }
        _ => "",
    };
    let steps = mail.steps();
    // What the loop brake joined has a match step as well: that it found none.
    let braked = steps.iter().find(|step| step.step == "brake");
    let decided = braked.or(steps.iter().find(|step| step.step == decisive && !step.reason.is_empty()));
    let last = || steps.iter().rev().find(|step| !step.reason.is_empty());
    decided.or_else(last).map(|step| step.reason.clone()).unwrap_or_default()
}

/// One step, as both the list and the page of a mail show it.
#[derive(Serialize)]
struct StepView {
    step: String,
    result: String,
    reason: String,
    took: String,
}

fn steps(mail: &Inbound, asker: &Asker) -> Vec<StepView> {
    let view = |step: Step| StepView {
        took: asker.reader.language.tr_with("mail-step-took", &[("ms", &milliseconds(step.took_us, asker))]),
        step: step_name(&step, asker),
        result: step.result,
        reason: step.reason,
    };
    mail.steps().into_iter().map(view).collect()
}

/// The name of a step in plain words; the word itself where it has none.
fn step_name(step: &Step, asker: &Asker) -> String {
    let key = format!("step-{}", step.step);
    asker.reader.language.find(&key, None).unwrap_or_else(|| step.step.replace('_', " "))
}

/// How long something took, in milliseconds.
fn milliseconds(took_us: u64, asker: &Asker) -> String {
    asker.reader.language.decimal(took_us / 1_000, took_us % 1_000 / 100)
}

/// A day as an address names it, from its first to its last instant in the reader's zone.
pub(super) fn span(reader: &Reader, day: Date) -> Option<(Ts, Ts)> {
    let begin = day.to_zoned(reader.zone.clone()).ok()?;
    let end = day.tomorrow().ok()?.to_zoned(reader.zone.clone()).ok()?;
    Some((Ts(begin.timestamp()), Ts(end.timestamp())))
}
