//! All that is known of a person, for him: a description that programs read, his tickets as a person reads them, his mails
//! as they came, his files. What agents wrote to each other is theirs and left out; how much that was is said.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{AT_ONCE, Known, of_agent};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    db::{
        ArticleId, AuditId, Audited, Blobs, Conn, CustomerId, InboundId, InstallationRight, TicketId, Ts, Tx,
        schema::{articles, attachments, inbound_mails, tickets},
    },
    error::Result,
    people::{customer_edit::subject, organisations},
    tickets::{Article, Ticket},
};

/// A file of the archive.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// When it is from.
    pub at: Ts,
    /// Its size, in bytes; of what an agent wrote, that of the texts alone.
    pub size: i64,
    /// What it holds.
    pub content: Content,
}

impl Part {
    pub(super) fn text(name: String, at: Ts, text: String) -> Self {
        let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
        Self { name, at, size, content: Content::Text(text) }
    }
}

/// What a file of the archive holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// This text.
    Text(String),
    /// The stored bytes of that digest.
    Stored(String),
    /// What an agent wrote.
    Written(Vec<ArticleId>),
    /// What the audit log says of the agent of that login.
    Logged(String, Vec<AuditId>),
}

impl Content {
    /// Its bytes.
    ///
    /// # Errors
    /// Those of the database, and of what is stored.
    pub fn bytes(&self, conn: &mut Conn, blobs: &Blobs) -> Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Stored(digest) => blobs.read(conn, digest),
            Self::Written(articles) => of_agent::written(conn, articles).map(String::into_bytes),
            Self::Logged(login, lines) => of_agent::logged(conn, login, lines).map(String::into_bytes),
        }
    }
}

/// Writes down that it is taken out.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to export.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, people: &PeopleAccess, id: CustomerId, now: Ts) -> Result<()> {
    actor.require(InstallationRight::Export)?;
    audit::noted(tx, people.who(), Audited::PersonalData, &subject(id), "taken out", now)
}

/// The files of the archive.
///
/// # Errors
/// Those of the database.
pub fn parts(conn: &mut Conn, known: &Known, now: Ts) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut told = Vec::new();
    for id in &known.own {
        let (text, json, at) = ticket(conn, known, *id)?;
        parts.push(Part::text(format!("{}.txt", text.0), at, text.1));
        told.push(json);
    }
    let customer = &known.customer;
    let ids: Vec<_> = customer.organisation_id.into_iter().collect();
    let about = json!({
        "name": customer.name, "addresses": known.called.addresses, "language": customer.language,
        "organisation": organisations::names(conn, &ids)?.into_values().next(),
        "note": customer.note, "known_since": customer.created_at.0.to_string(),
        "tickets": told, "written_in_other_tickets": elsewhere(conn, known)?,
        "taken_out_at": now.0.to_string(),
    });
    let text = serde_json::to_string_pretty(&about)?;
    parts.insert(0, Part::text("person.json".to_owned(), now, text));
    parts.extend(stored(conn, known)?);
    Ok(parts)
}

fn articles_of(conn: &mut Conn, id: TicketId) -> Result<Vec<Article>> {
    Ok(articles::table
        .filter(articles::ticket_id.eq(id))
        .order(articles::id)
        .select(Article::as_select())
        .load(conn)?)
}

type Told = ((String, String), Value, Ts);

/// A ticket for reading, and for programs.
fn ticket(conn: &mut Conn, known: &Known, id: TicketId) -> Result<Told> {
    let ticket: Ticket = tickets::table.find(id).select(Ticket::as_select()).first(conn)?;
    let all = articles_of(conn, id)?;
    let (shown, internal): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|article| article.visible || known.is(&article.from_address));
    let mut text = format!("{} {}\r\n", ticket.number, ticket.title);
    for article in &shown {
        let from = [article.from_name.as_str(), article.from_address.as_str()].join(" ");
        text.push_str(&format!(
            "\r\n{}\r\n{}\r\n{}\r\n\r\n{}\r\n",
            article.created_at.0,
            from.trim(),
            article.subject,
            article.body_text.replace('\n', "\r\n")
        ));
    }
    let json = json!({
        "number": ticket.number, "title": ticket.title, "state": ticket.state.as_str(),
        "created_at": ticket.created_at.0.to_string(),
        "articles": shown.iter().map(view).collect::<Vec<_>>(), "internal_left_out": internal.len(),
    });
    Ok(((ticket.number, text), json, ticket.created_at))
}

fn view(article: &Article) -> Value {
    json!({
        "at": article.created_at.0.to_string(), "from": { "name": article.from_name, "address": article.from_address },
        "subject": article.subject, "text": article.body_text,
    })
}

/// What he wrote in tickets of others.
fn elsewhere(conn: &mut Conn, known: &Known) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    for part in known.elsewhere.chunks(AT_ONCE) {
        let his: Vec<Article> = articles::table
            .filter(articles::ticket_id.eq_any(part.to_vec()))
            .filter(articles::from_address.eq_any(&known.called.addresses))
            .order(articles::id)
            .select(Article::as_select())
            .load(conn)?;
        told.extend(his.iter().map(view));
    }
    Ok(told)
}

/// His mails as they came, and his files.
fn stored(conn: &mut Conn, known: &Known) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for part in known.written.chunks(AT_ONCE) {
        let mails: Vec<Option<InboundId>> = articles::table
            .filter(articles::id.eq_any(part.to_vec()))
            .select(articles::inbound_id)
            .load(conn)?;
        let mails: Vec<InboundId> = mails.into_iter().flatten().collect();
        let raw: Vec<(InboundId, String, Ts, i64)> = inbound_mails::table
            .filter(inbound_mails::id.eq_any(mails).and(inbound_mails::forgotten_at.is_null()))
            .order(inbound_mails::id)
            .select((
                inbound_mails::id,
                inbound_mails::digest,
                inbound_mails::received_at,
                inbound_mails::size,
            ))
            .load(conn)?;
        parts.extend(raw.into_iter().map(|(id, digest, at, size)| Part {
            name: format!("mail-{id}.eml"),
            at,
            size,
            content: Content::Stored(digest),
        }));
        let files: Vec<(String, String, Ts, i64)> = attachments::table
            .filter(attachments::article_id.eq_any(part.to_vec()))
            .order(attachments::id)
            .select((attachments::name, attachments::digest, attachments::created_at, attachments::size))
            .load(conn)?;
        parts.extend(files.into_iter().map(|(name, digest, at, size)| Part {
            name,
            at,
            size,
            content: Content::Stored(digest),
        }));
    }
    Ok(parts)
}
