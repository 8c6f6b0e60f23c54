//! Reading a stored mail again, as far as rules and matching ask.

use std::sync::Arc;

use diesel::prelude::*;
use mail_ingest::Authentication;

use super::super::{
    clues::{Clues, Known},
    prepare::{author, classify},
    record::Step,
    world::Lead,
};
use crate::{
    db::{
        ArticleId, Blobs, Channel, Conn, Disposition, InboundId, QueueId, RuleOutcome, TicketId, Ts,
        schema::{article_moves, articles, inbound_mails, message_ids},
    },
    error::Result,
    filters::{Arrival, Compiled, Decision, Facts, Names, Question, Wishes},
    queues::OwnAddresses,
};

/// So many ids are looked up by one statement.
const PORTION: usize = 1_000;

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
    pub article_id: Option<ArticleId>,
    pub rule_outcome: RuleOutcome,
}

/// An id that leads to a ticket, and how that came.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub lead: Lead,
    /// The mail whose id it is.
    pub inbound: Option<InboundId>,
    /// That mail is one of those that are played.
    pub by_a_mail: bool,
    /// The customer does not see its article.
    pub internal: bool,
    /// When an agent said so.
    pub learned_at: Option<Ts>,
}

/// A mail, read again.
#[derive(Debug)]
pub(super) struct Looked {
    pub row: Stored,
    pub clues: Clues,
    /// It was a report about a mail of ours, before any rule was asked.
    pub about_ours: bool,
    /// Under either list of rules: where it opens a ticket, and where it joins one.
    decisions: [[Decision; 2]; 2],
}

impl Looked {
    /// What the rules say; 0 are those to compare with.
    pub fn decision(&self, rules: usize, arrival: Arrival) -> &Decision {
        let [new, follow_up] = self.decisions.get(rules).unwrap_or(&self.decisions[0]);
        if arrival == Arrival::New { new } else { follow_up }
    }

    /// Whose ticket it may become.
    pub fn customers(&self) -> impl Iterator<Item = &String> {
        let by_rules = self.decisions.iter().flatten().filter_map(|decision| decision.customer.as_ref());
        std::iter::once(&self.clues.author).chain(by_rules.map(|person| &person.address))
    }
}

/// Reads some mails, and what is known of the ids that they name.
pub(super) fn at(
    conn: &mut Conn,
    blobs: &Blobs,
    rows: &[Stored],
    own: &OwnAddresses,
    names: &Arc<Names>,
    rules: &[Arc<Compiled>; 2],
) -> Result<(Vec<Looked>, Vec<Fact>)> {
    let digests: Vec<String> = rows.iter().map(|row| row.digest.clone()).collect();
    let raw = blobs.read_all(conn, &digests)?;
    let mut looked = Vec::with_capacity(rows.len());
    for row in rows {
        let bytes = raw.get(&row.digest).map(Vec::as_slice).unwrap_or_default();
        looked.push(one(conn, bytes, row.clone(), own, names, rules)?);
    }
    let asked = looked.iter().flat_map(|mail| mail.clues.ids.iter().chain(&mail.clues.conversation));
    let mut asked: Vec<&String> = asked.collect();
    asked.sort_unstable();
    asked.dedup();
    let mut facts = Vec::new();
    for ids in asked.chunks(PORTION) {
        facts.extend(known(conn, ids)?);
    }
    Ok((looked, facts))
}

fn known(conn: &mut Conn, ids: &[&String]) -> Result<Vec<Fact>> {
    type Of = (Option<InboundId>, bool, Channel);
    let rows: Vec<(Lead, Option<Of>)> = message_ids::table
        .left_join(articles::table.on(message_ids::article_id.eq(articles::id.nullable())))
        .filter(message_ids::message_id.eq_any(ids))
        .select((
            (
                message_ids::message_id,
                message_ids::ticket_id,
                message_ids::article_id,
                message_ids::learned_from,
            ),
            (articles::inbound_id, articles::visible, articles::channel).nullable(),
        ))
        .load(conn)?;
    let mut facts = Vec::with_capacity(rows.len());
    for (lead, of) in rows {
        let learned_at = match lead.learned_from {
            Some(from) => learned_at(conn, from, lead.ticket)?,
            None => None,
        };
        let internal = matches!(of, Some((_, false, Channel::Mail)));
        let inbound = of.and_then(|(inbound, ..)| inbound);
        facts.push(Fact { lead, inbound, by_a_mail: false, internal, learned_at });
    }
    Ok(facts)
}

fn learned_at(conn: &mut Conn, from: TicketId, to: TicketId) -> Result<Option<Ts>> {
    Ok(article_moves::table
        .filter(article_moves::from_id.eq(from).and(article_moves::to_id.eq(to)))
        .order(article_moves::id.desc())
        .select(article_moves::created_at)
        .first(conn)
        .optional()?)
}

/// Whether the step before all rules took it for a report about a mail of ours.
fn was_about_ours(conn: &mut Conn, id: InboundId) -> Result<bool> {
    let steps: String = inbound_mails::table.find(id).select(inbound_mails::steps).first(conn)?;
    // Only we write this column.
    let steps: Vec<Step> = serde_json::from_str(&steps).unwrap_or_default();
    Ok(steps.iter().any(|step| step.step == "bounce" && step.result != "not ours"))
}

fn one(
    conn: &mut Conn,
    raw: &[u8],
    row: Stored,
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
    let known = Known {
        message_id: &row.message_id,
        content_hash: &row.content_hash,
        envelope_from: &row.envelope_from,
        envelope_to: &envelope_to,
        author: &author(&mail, &row.envelope_from, own),
        trusted: row.trusted,
        queue: row.queue_id,
        authentication: &authentication,
    };
    let clues = Clues::of(conn, &mail, &class, &known, own)?;
    let about_ours = row.bounce && was_about_ours(conn, row.id)?;
    Ok(Looked { clues, about_ours, decisions, row })
}
