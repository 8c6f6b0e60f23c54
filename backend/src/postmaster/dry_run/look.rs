//! Reading a stored mail again, as far as rules and matching ask.

use std::sync::Arc;

use diesel::prelude::*;
use mail_ingest::{Authentication, Kind};

use super::super::{
    prepare::{author, classify, key, person_of},
    process::PARTICIPANTS,
    record::Step,
};
use crate::{
    db::{
        Blobs, Conn, Disposition, InboundId, QueueId, RuleOutcome, TicketId, Ts,
        schema::{inbound_mails, message_ids},
    },
    error::Result,
    filters::{Arrival, Compiled, Decision, Facts, Names, Question, Wishes},
    outbox,
    queues::OwnAddresses,
};

/// So many ids of a mail are looked up.
const IDS: usize = 100;

/// What is kept of a mail besides its bytes.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = inbound_mails)]
pub(super) struct Stored {
    pub id: InboundId,
    pub received_at: Ts,
    pub envelope_from: String,
    pub envelope_to: String,
    pub queue_id: Option<QueueId>,
    pub digest: String,
    pub size: i64,
    pub trusted: bool,
    pub message_id: String,
    pub content_hash: String,
    pub subject: String,
    pub sender: String,
    pub bounce: bool,
    pub authentication: String,
    pub disposition: Option<Disposition>,
    pub ticket_id: Option<TicketId>,
    pub rule_outcome: RuleOutcome,
    pub matched_queue_id: Option<QueueId>,
}

/// A mail, read again.
#[derive(Debug)]
pub(super) struct Looked {
    pub row: Stored,
    /// Ids that it answers, in the order in which they are looked up, then its conversation's.
    pub answers: Vec<String>,
    /// Those of them that led to a ticket when it came, or would now.
    pub known: Vec<String>,
    /// It came to an address of ours with something behind a `+`, which may name its ticket.
    pub signed: bool,
    /// By what it is found itself.
    pub ids: Vec<String>,
    pub author: String,
    /// Whom it brings into the conversation.
    pub people: Vec<String>,
    /// A machine's, so that it reopens nothing.
    pub automatic: bool,
    /// Queues by its recipients, the first that takes tickets counts.
    pub queues: Vec<QueueId>,
    /// It marked a mail of ours as failed before any rule was asked.
    pub marked: bool,
    /// Under either list of rules: where it opens a ticket, and where it joins one.
    decisions: [[Decision; 2]; 2],
}

impl Looked {
    /// What the rules say; 0 are those to compare with.
    pub fn decision(&self, rules: usize, arrival: Arrival) -> &Decision {
        let [new, follow_up] = self.decisions.get(rules).unwrap_or(&self.decisions[0]);
        if arrival == Arrival::New { new } else { follow_up }
    }
}

/// Reads some mails.
pub(super) fn at(
    conn: &mut Conn,
    blobs: &Blobs,
    rows: &[Stored],
    own: &OwnAddresses,
    names: &Arc<Names>,
    rules: &[Arc<Compiled>; 2],
) -> Result<Vec<Looked>> {
    let digests: Vec<String> = rows.iter().map(|row| row.digest.clone()).collect();
    let raw = blobs.read_all(conn, &digests)?;
    let mut looked = Vec::with_capacity(rows.len());
    for row in rows {
        let bytes = raw.get(&row.digest).map(Vec::as_slice).unwrap_or_default();
        let marked = row.bounce && was_marked(conn, row.id)?;
        let mut one = one(bytes, row.clone(), marked, own, names, rules)?;
        if row.ticket_id.is_some() && row.disposition != Some(Disposition::New) {
            one.known = known(conn, &one.answers)?;
        }
        looked.push(one);
    }
    Ok(looked)
}

fn known(conn: &mut Conn, ids: &[String]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = ids.iter().take(IDS).cloned().collect();
    Ok(message_ids::table
        .filter(message_ids::message_id.eq_any(ids))
        .select(message_ids::message_id)
        .load(conn)?)
}

fn was_marked(conn: &mut Conn, id: InboundId) -> Result<bool> {
    let steps: String = inbound_mails::table.find(id).select(inbound_mails::steps).first(conn)?;
    // Only we write this column.
    let steps: Vec<Step> = serde_json::from_str(&steps).unwrap_or_default();
    Ok(steps.iter().any(|step| step.step == "bounce" && step.result == "marked"))
}

fn one(
    raw: &[u8],
    row: Stored,
    marked: bool,
    own: &OwnAddresses,
    names: &Arc<Names>,
    rules: &[Arc<Compiled>; 2],
) -> Result<Looked> {
    let mail = mail_ingest::parse(raw);
    let envelope_to: Vec<String> = serde_json::from_str(&row.envelope_to).unwrap_or_default();
    let class = classify(&mail, &row.envelope_from, own);
    // What was found out when it was read first: keys are changed since. Only we write this column.
    let authentication: Authentication = serde_json::from_str(&row.authentication).unwrap_or_default();
    let facts = Facts {
        mail: &mail,
        class: &class,
        envelope_from: &row.envelope_from,
        envelope_to: &envelope_to,
        size: row.size,
        authentication: &authentication,
    };
    let wishes = row.trusted.then(|| Wishes::of(&mail));
    let decide = |rules: &Compiled| {
        let hits = rules.look(&facts);
        let ask = |arrival| {
            Question {
                rules,
                hits: &hits,
                wishes: wishes.as_ref(),
                mail: &mail,
                own,
                arrival,
                let_in: false,
                explain: false,
            }
            .decide(|| Ok::<_, crate::error::Error>(Arc::clone(names)))
        };
        Ok::<_, crate::error::Error>([ask(Arrival::New)?, ask(Arrival::FollowUp)?])
    };
    let [before, after] = rules;
    let decisions = [decide(before)?, decide(after)?];
    let author = author(&mail, &row.envelope_from, own);
    let form = class.kind == Kind::OwnEcho && !author.address.is_empty() && !own.contains(&author.address);
    let addressed = envelope_to.iter().chain(&mail.recipients_hint);
    let tokens = addressed.clone().filter_map(|address| outbox::token::message_id(address));
    let conversation = mail.thread_index.as_deref().and_then(outbox::thread::key);
    let answers = tokens
        .chain(mail.in_reply_to.iter().cloned())
        .chain(mail.references.iter().rev().cloned())
        .map(|id| key(&id))
        .filter(|id| *id != row.message_id)
        .chain(conversation.clone());
    let named = mail.to.iter().chain(&mail.cc);
    let people = named.clone().map(|person| person_of(person).address);
    let signed = addressed.clone().any(|address| address.contains('+') && own.contains(address));
    let by_address = addressed.map(String::as_str).chain(named.map(|person| person.address.as_str()));
    let ids = Some(row.message_id.clone()).filter(|id| !id.is_empty()).into_iter().chain(conversation);
    Ok(Looked {
        answers: answers.collect(),
        known: Vec::new(),
        signed,
        ids: ids.collect(),
        people: if class.automatic {
            Vec::new()
        } else {
            let all = std::iter::once(author.address.clone()).chain(people).take(PARTICIPANTS);
            all.filter(|address| !address.is_empty() && !own.contains(address)).collect()
        },
        automatic: class.automatic && !form,
        queues: row.queue_id.into_iter().chain(by_address.filter_map(|address| own.queue(address))).collect(),
        author: author.address,
        marked,
        decisions,
        row,
    })
}
