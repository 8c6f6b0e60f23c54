//! Received mails for the recorder's pages and the API.

use diesel::{
    dsl::{max, min, sql},
    prelude::*,
    sql_types::{Bool, Text},
};
use mail_ingest::Authentication;

use super::record::Step;
use crate::{
    access::Actor,
    db::{
        ArticleId, Blobs, Conn, Direct, Disposition, InboundId, InboundStatus, InstallationRight, Keep,
        RuleOutcome, TicketId, Ts, Tx, Wake, backend, received,
        schema::{inbound_mails, tickets},
    },
    error::{Error, Result, say},
    tickets::Article,
};

/// A received mail.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = inbound_mails)]
pub struct Inbound {
    /// Its key.
    pub id: InboundId,
    /// When it came.
    pub received_at: Ts,
    /// Where it came from.
    pub source: String,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
    /// The envelope's recipients, as JSON.
    pub envelope_to: String,
    /// Its raw bytes.
    pub digest: String,
    /// Their number.
    pub size: i64,
    /// Where it stands.
    pub status: InboundStatus,
    /// Without angle brackets.
    pub message_id: String,
    /// Its subject.
    pub subject: String,
    /// Its author's address.
    pub sender: String,
    /// What became of it; `None` until it is processed.
    pub disposition: Option<Disposition>,
    /// The ticket.
    pub ticket_id: Option<TicketId>,
    /// The article.
    pub article_id: Option<ArticleId>,
    /// Whether a machine wrote it.
    pub automatic: bool,
    /// Whether it reports on another mail.
    pub bounce: bool,
    /// `sent`, or why there was no automatic answer.
    pub auto_response: String,
    /// [`Step`]s as JSON.
    pub steps: String,
    /// When it was processed.
    pub processed_at: Option<Ts>,
    /// How long reading it took, in microseconds.
    pub duration_us: i64,
    /// The address of who handed it in; empty where there is none.
    pub peer: String,
    /// What that one called itself.
    pub helo: String,
    /// Whether it comes from whom it says, as JSON; empty until it was read.
    pub authentication: String,
    /// Why it was ignored or put aside.
    pub reason: String,
    /// When its original and its steps were thrown away because of their age.
    pub forgotten_at: Option<Ts>,
    /// What a rule did with it as a whole.
    pub rule_outcome: RuleOutcome,
}

impl Inbound {
    /// What happened, step by step.
    pub fn steps(&self) -> Vec<Step> {
        // Only we write this column.
        serde_json::from_str(&self.steps).unwrap_or_default()
    }

    /// The way it came, with the address of who brought it.
    pub fn way(&self) -> String {
        if self.peer.is_empty() { self.source.clone() } else { format!("{} {}", self.source, self.peer) }
    }

    /// Whether it comes from whom it says.
    pub fn authentication(&self) -> Authentication {
        // Only we write this column.
        serde_json::from_str(&self.authentication).unwrap_or_default()
    }

    /// Whether processing it once more doubles nothing: it became no article.
    pub fn may_run_again(&self) -> bool {
        let ignored = self.status == InboundStatus::Done && self.disposition == Some(Disposition::Ignored);
        self.forgotten_at.is_none() && (self.status == InboundStatus::Quarantined || ignored)
    }

    /// Whether a rule ignored it or put it into quarantine, and nobody has let it in.
    pub fn is_aside_by_rule(&self) -> bool {
        self.forgotten_at.is_none()
            && self.status != InboundStatus::Waiting
            && matches!(self.rule_outcome, RuleOutcome::Ignored | RuleOutcome::Quarantined)
            && matches!(self.disposition, Some(Disposition::Ignored | Disposition::Quarantined))
    }

    /// The envelope's recipients.
    pub fn recipients(&self) -> Vec<String> {
        // Only we write this column.
        serde_json::from_str(&self.envelope_to).unwrap_or_default()
    }
}

/// Which mails.
#[derive(Clone, Debug, Default)]
pub struct InboundFilter {
    /// With this Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// With this envelope sender, in any case; empty is the null sender.
    pub envelope_from: Option<String>,
    /// Put aside.
    pub quarantined: bool,
    /// Not processed yet.
    pub waiting: bool,
    /// What became of them.
    pub disposition: Option<Disposition>,
    /// The way they came: `smtp`, `lmtp`, `deliver`, the name of a mailbox.
    pub source: Option<String>,
    /// Received from this instant on and before that one.
    pub received: Option<(Ts, Ts)>,
    /// Written by a machine.
    pub automatic: bool,
    /// Reports on another mail.
    pub bounce: bool,
    /// Words of subject, addresses and Message-ID, or the number of a ticket.
    pub search: String,
}

/// Mails with the numbers of their tickets, and where the next page begins.
pub type Page = (Vec<(Inbound, Option<String>)>, Option<InboundId>);

/// Received mails, the newest first, with the numbers of their tickets; and where the next page begins.
///
/// # Errors
/// [`Error::Forbidden`] without the right to see the recorder.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &InboundFilter,
    cursor: Option<InboundId>,
    limit: i64,
) -> Result<Page> {
    actor.require(InstallationRight::Recorder)?;
    let limit = limit.clamp(1, 200);
    let mut query = inbound_mails::table
        .select(Inbound::as_select())
        .order(inbound_mails::id.desc())
        .limit(limit + 1)
        .into_boxed();
    if let Some(id) = &filter.message_id {
        let id = id.trim().trim_matches(['<', '>']).to_owned();
        // Mails without one are in no index: they are met on the way through the list.
        if !id.is_empty() {
            query = query.filter(received::has_message_id());
        }
        query = query.filter(inbound_mails::message_id.eq(id));
    }
    if let Some(from) = &filter.envelope_from {
        query = query
            .filter(inbound_mails::envelope_from.eq(from.trim().trim_matches(['<', '>']).to_lowercase()));
    }
    if filter.quarantined {
        query = query.filter(received::is_quarantined());
    }
    if filter.waiting {
        query = query.filter(received::waits());
    }
    if let Some(disposition) = filter.disposition {
        query = query.filter(inbound_mails::disposition.eq(disposition));
    }
    if let Some(source) = &filter.source {
        query = query.filter(inbound_mails::source.eq(source));
    }
    if let Some((from, to)) = filter.received {
        // The list runs by key; the keys of a day are found in the index over the time of arrival.
        let day = inbound_mails::received_at.ge(from).and(inbound_mails::received_at.lt(to));
        let (first, last): (Option<InboundId>, Option<InboundId>) = inbound_mails::table
            .filter(day)
            .select((min(inbound_mails::id), max(inbound_mails::id)))
            .first(conn)?;
        let (Some(first), Some(last)) = (first, last) else { return Ok((Vec::new(), None)) };
        query = query.filter(inbound_mails::id.between(first, last)).filter(day);
    }
    if filter.automatic {
        query = query.filter(received::is_automatic());
    }
    if filter.bounce {
        query = query.filter(received::is_bounce());
    }
    if let Some(ticket) = named_ticket(conn, &filter.search)? {
        query = query.filter(inbound_mails::ticket_id.eq(ticket));
    } else if let Some((condition, value)) = backend::inbound_has(conn, &filter.search) {
        query = query.filter(sql::<Bool>(condition).bind::<Text, _>(value).sql("))"));
    }
    if let Some(before) = cursor {
        query = query.filter(inbound_mails::id.lt(before));
    }
    let mut mails: Vec<Inbound> = query.load(conn)?;
    let more = mails.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        mails.pop();
    }
    let next = mails.last().filter(|_| more).map(|mail| mail.id);
    let ids: Vec<TicketId> = mails.iter().filter_map(|mail| mail.ticket_id).collect();
    let numbers: Vec<(TicketId, String)> =
        tickets::table.filter(tickets::id.eq_any(ids)).select((tickets::id, tickets::number)).load(conn)?;
    let number =
        |id: Option<TicketId>| numbers.iter().find(|(known, _)| Some(*known) == id).map(|(_, n)| n.clone());
    Ok((mails.into_iter().map(|mail| (mail.clone(), number(mail.ticket_id))).collect(), next))
}

/// The ticket whose number is searched for.
fn named_ticket(conn: &mut Conn, search: &str) -> Result<Option<TicketId>> {
    let number = search.trim().trim_start_matches('#');
    if number.is_empty() || number.len() > 20 || !number.chars().all(|c| c.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(tickets::table.filter(tickets::number.eq(number)).select(tickets::id).first(conn).optional()?)
}

/// The ways on which mail has come, in order. Each is found by a step in an index, however much has come on it.
///
/// # Errors
/// [`Error::Forbidden`] without the right to see the recorder.
pub fn sources(conn: &mut Conn, actor: &Actor) -> Result<Vec<String>> {
    const MOST: usize = 50;
    actor.require(InstallationRight::Recorder)?;
    let mut found: Vec<String> = Vec::new();
    while found.len() < MOST {
        let after = found.last().cloned().unwrap_or_default();
        let next: Option<String> = inbound_mails::table
            .filter(inbound_mails::source.gt(after))
            .select(min(inbound_mails::source))
            .first(conn)?;
        match next {
            Some(next) => found.push(next),
            None => break,
        }
    }
    Ok(found)
}

/// A received mail and the number of its ticket.
///
/// # Errors
/// [`Error::Forbidden`] without the right to see the recorder; [`Error::NotFound`].
pub fn detail(conn: &mut Conn, actor: &Actor, id: InboundId) -> Result<(Inbound, Option<String>)> {
    actor.require(InstallationRight::Recorder)?;
    let mail = inbound_mails::table.find(id).select(Inbound::as_select()).first(conn)?;
    let number = match mail.ticket_id {
        Some(ticket) => tickets::table.find(ticket).select(tickets::number).first(conn).optional()?,
        None => None,
    };
    Ok((mail, number))
}

/// Its bytes as they came.
///
/// # Errors
/// As [`detail`].
pub fn raw(conn: &mut Conn, blobs: &Blobs, actor: &Actor, id: InboundId) -> Result<Vec<u8>> {
    let (mail, _) = detail(conn, actor, id)?;
    if mail.forgotten_at.is_some() {
        return Err(Error::Conflict(say!("refused-forgotten")));
    }
    blobs.read(conn, &mail.digest)
}

/// Lets a mail be processed once more that became nothing: one in quarantine, or one that was ignored. Any other is in
/// a ticket and would be there twice.
///
/// # Errors
/// [`Error::Conflict`] when it is in a ticket or its original is gone.
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, id: InboundId, now: Ts) -> Result<()> {
    let (mail, number) = detail(tx, actor, id)?;
    if mail.forgotten_at.is_some() {
        return Err(Error::Conflict(say!("refused-forgotten")));
    }
    if !mail.may_run_again() {
        return Err(Error::Conflict(match (mail.status, number) {
            (InboundStatus::Waiting, _) => say!("refused-waits-already"),
            (_, Some(number)) => say!("refused-filed", number = number),
            (_, None) => say!("refused-copy"),
        }));
    }
    let done = diesel::update(
        inbound_mails::table
            .find(id)
            .filter(inbound_mails::status.eq(mail.status).and(inbound_mails::forgotten_at.is_null())),
    )
    .set((
        inbound_mails::status.eq(InboundStatus::Waiting),
        inbound_mails::disposition.eq(None::<Disposition>),
        inbound_mails::ticket_id.eq(None::<TicketId>),
        inbound_mails::reason.eq(""),
        inbound_mails::attempts.eq(0),
        inbound_mails::try_at.eq(now),
    ))
    .execute(&mut **tx)?;
    if done == 0 {
        return Err(Error::Conflict(say!("refused-waits-already")));
    }
    tx.wake(Wake::POSTMASTER);
    Ok(())
}

/// The mail that an article came with, as it was received. Whoever may read the article may read its mail.
///
/// # Errors
/// [`Error::NotFound`] for an article that came otherwise.
pub fn raw_of_article(conn: &mut Conn, blobs: &Blobs, article: &Article) -> Result<Vec<u8>> {
    let mail = article.inbound_id.ok_or(Error::NotFound)?;
    let (digest, forgotten_at): (String, Option<Ts>) = inbound_mails::table
        .find(mail)
        .select((inbound_mails::digest, inbound_mails::forgotten_at))
        .first(conn)?;
    if forgotten_at.is_some() {
        return Err(Error::Conflict(say!("refused-forgotten")));
    }
    blobs.read(conn, &digest)
}

/// What a page about received mail looks at to see whether something happened: the newest mail, how many wait, how
/// many lie in quarantine.
pub type Pulse = (Option<InboundId>, i64, i64);

/// Where received mail stands at this moment, in three short looks into indexes.
///
/// # Errors
/// Those of the database.
pub fn pulse(conn: &mut Conn) -> Result<Pulse> {
    let newest = inbound_mails::table.select(max(inbound_mails::id)).first(conn)?;
    let waiting = inbound_mails::table.filter(received::waits()).count().kept().row(conn)?;
    Ok((newest, waiting, count_quarantined(conn)?))
}

/// How many mails wait in quarantine.
///
/// # Errors
/// Those of the database.
pub fn count_quarantined(conn: &mut Conn) -> Result<i64> {
    Ok(inbound_mails::table.filter(received::is_quarantined()).count().kept().row(conn)?)
}
