//! Received mails for the recorder's pages and the API.

use diesel::prelude::*;
use mail_ingest::Authentication;

use super::record::Step;
use crate::{
    access::Actor,
    db::{
        ArticleId, Blobs, Conn, Disposition, InboundId, InboundStatus, InstallationRight, TicketId, Ts, Tx,
        Wake,
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
    /// What became of them.
    pub disposition: Option<Disposition>,
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
        query = query.filter(inbound_mails::message_id.eq(id.trim().trim_matches(['<', '>']).to_owned()));
    }
    if let Some(from) = &filter.envelope_from {
        query = query
            .filter(inbound_mails::envelope_from.eq(from.trim().trim_matches(['<', '>']).to_lowercase()));
    }
    if filter.quarantined {
        query = query.filter(inbound_mails::status.eq(InboundStatus::Quarantined));
    }
    if let Some(disposition) = filter.disposition {
        query = query.filter(inbound_mails::disposition.eq(disposition));
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
    blobs.read(conn, &mail.digest)
}

/// Lets a quarantined mail be processed once more.
///
/// # Errors
/// [`Error::Conflict`] when it is not in quarantine.
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, id: InboundId, now: Ts) -> Result<()> {
    actor.require(InstallationRight::Recorder)?;
    let done = diesel::update(
        inbound_mails::table.find(id).filter(inbound_mails::status.eq(InboundStatus::Quarantined)),
    )
    .set((
        inbound_mails::status.eq(InboundStatus::Waiting),
        inbound_mails::disposition.eq(None::<Disposition>),
        inbound_mails::attempts.eq(0),
        inbound_mails::try_at.eq(now),
    ))
    .execute(&mut **tx)?;
    if done == 0 {
        detail(tx, actor, id)?;
        return Err(Error::Conflict(say!("refused-not-quarantined")));
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
    let digest: String = inbound_mails::table.find(mail).select(inbound_mails::digest).first(conn)?;
    blobs.read(conn, &digest)
}

/// How many mails wait in quarantine.
///
/// # Errors
/// Those of the database.
pub fn count_quarantined(conn: &mut Conn) -> Result<i64> {
    Ok(inbound_mails::table
        .filter(inbound_mails::status.eq(InboundStatus::Quarantined))
        .count()
        .get_result(conn)?)
}
