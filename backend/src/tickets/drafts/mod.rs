//! Unfinished text. It lives on the server, so that nothing typed is lost.

mod merging;

use diesel::prelude::*;

pub(super) use self::merging::{give_back, hand_over, joined};

use super::{Attachment, Moment, NewFile, model};
use crate::{
    access::{Actor, Check, Note, Reply, TicketAccess, is_left_out},
    clock::public_id,
    db::{
        AgentId, ArticleId, AttachmentId, Conn, Direct, DraftId, DraftKind, TicketId, Ts, Tx, columns, each,
        schema::{attachments, drafts},
    },
    error::{Error, Result, say},
};

/// The longest draft, in bytes of JSON.
const LONGEST: usize = 1024 * 1024;
/// How many files a draft holds.
const FILES: usize = 200;
/// How many bytes they have together: they are read at once when the draft is sent.
const BYTES: i64 = 35_000_000;

/// Unfinished text of an agent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = drafts)]
pub struct Draft {
    /// Its key.
    pub id: DraftId,
    /// What it will be.
    pub kind: DraftKind,
    /// The form's fields as JSON.
    pub fields: String,
    /// The newest article that its author had seen.
    pub seen_article_id: i64,
    /// When it was last saved.
    pub updated_at: Ts,
    /// Which version it is.
    pub revision: i64,
}

/// Saves a draft of a reply. `base` is the version that its author began from, 0 for none; without it nothing is
/// compared.
///
/// # Errors
/// [`Error::Invalid`] when it is too long; [`Error::Conflict`] when he wrote something else elsewhere since.
pub fn save_reply(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Reply>,
    actor: &Actor,
    fields: &str,
    base: Option<i64>,
    at: &Moment,
) -> Result<Draft> {
    let (agent, ticket) = (actor.agent.id, access.ticket().id);
    nothing_else_since(tx, agent, ticket, DraftKind::Reply, fields, base)?;
    put(tx, agent, ticket, DraftKind::Reply, fields, None, at)
}

/// Saves a draft of a note, as [`save_reply`] does one of a reply.
///
/// # Errors
/// As [`save_reply`].
pub fn save_note(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Note>,
    actor: &Actor,
    fields: &str,
    base: Option<i64>,
    at: &Moment,
) -> Result<Draft> {
    let (agent, ticket) = (actor.agent.id, access.ticket().id);
    nothing_else_since(tx, agent, ticket, DraftKind::Note, fields, base)?;
    put(tx, agent, ticket, DraftKind::Note, fields, None, at)
}

/// Text of one person on two devices: neither is written over the other unseen.
fn nothing_else_since(
    tx: &mut Tx<'_>,
    agent: AgentId,
    ticket: TicketId,
    kind: DraftKind,
    fields: &str,
    base: Option<i64>,
) -> Result<()> {
    let Some(base) = base else { return Ok(()) };
    match find_of(tx, agent, ticket, kind)? {
        Some(there) if there.revision == base || there.fields == fields || is_empty(&there.fields) => Ok(()),
        Some(_) => Err(Error::Conflict(say!("refused-draft-elsewhere"))),
        None if base == 0 => Ok(()),
        None => Err(Error::Conflict(say!("refused-draft-gone"))),
    }
}

fn is_empty(fields: &str) -> bool {
    text_of(fields).trim().is_empty()
}

/// The fields that every draft of a reply or a note has, as typed. A form's draft may have more.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Plain {
    /// Recipients.
    pub to: String,
    /// Copies.
    pub cc: String,
    /// Copies that nobody else sees.
    pub bcc: String,
    /// The text.
    pub body_text: String,
}

impl Draft {
    /// What it says.
    pub fn plain(&self) -> Plain {
        // Only we write this column; fields that cannot be read hold nothing.
        serde_json::from_str(&self.fields).unwrap_or_default()
    }
}

/// The text among the fields of a draft.
pub fn text_of(fields: &str) -> String {
    // Only we write this column; fields that cannot be read hold no text.
    let fields: serde_json::Value = serde_json::from_str(fields).unwrap_or_default();
    fields.get("body_text").and_then(|text| text.as_str()).unwrap_or_default().to_owned()
}

/// The formatted text among the fields of a draft; empty where it has no format.
pub fn html_of(fields: &str) -> String {
    // Only we write this column; fields that cannot be read hold no text.
    let fields: serde_json::Value = serde_json::from_str(fields).unwrap_or_default();
    fields.get("body_html").and_then(|html| html.as_str()).unwrap_or_default().to_owned()
}

/// Saves a draft of a new ticket, as [`save_reply`] does one of a reply.
///
/// # Errors
/// As [`save_reply`].
pub fn save_ticket(
    tx: &mut Tx<'_>,
    actor: &Actor,
    fields: &str,
    base: Option<i64>,
    at: &Moment,
) -> Result<Draft> {
    nothing_else_since(tx, actor.agent.id, TicketId(0), DraftKind::Ticket, fields, base)?;
    put(tx, actor.agent.id, TicketId(0), DraftKind::Ticket, fields, None, at)
}

pub(super) fn put(
    tx: &mut Tx<'_>,
    agent: AgentId,
    ticket: TicketId,
    kind: DraftKind,
    fields: &str,
    seen: Option<ArticleId>,
    at: &Moment,
) -> Result<Draft> {
    if fields.len() > LONGEST {
        return Err(Error::invalid("body_text", say!("refused-long-draft")));
    }
    let fields = super::store::without_nul(fields.to_owned());
    let seen = seen.map_or(0, |article| article.0);
    let before = find_of(tx, agent, ticket, kind)?.map_or(0, |draft| draft.revision);
    // A version that was thrown away never comes again, so its number is not one of a row.
    let revision = at.now.as_microsecond().max(before + 1);
    each!(&mut **tx, |c| diesel::insert_into(drafts::table)
        .values((
            drafts::agent_id.eq(agent),
            drafts::ticket_id.eq(ticket),
            drafts::kind.eq(kind),
            drafts::fields.eq(&fields),
            drafts::seen_article_id.eq(seen),
            drafts::updated_at.eq(at.ts()),
            drafts::revision.eq(revision),
        ))
        .on_conflict((drafts::agent_id, drafts::ticket_id, drafts::kind))
        .do_update()
        .set((drafts::fields.eq(&fields), drafts::updated_at.eq(at.ts()), drafts::revision.eq(revision),))
        .execute(c))?;
    find_of(tx, agent, ticket, kind)?.ok_or(Error::NotFound)
}

/// The agent's draft of this kind; `TicketId(0)` for a new ticket.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, actor: &Actor, ticket: TicketId, kind: DraftKind) -> Result<Option<Draft>> {
    // What somebody has not said yet is his alone.
    let his = find_of(conn, actor.himself(), ticket, kind)?;
    if his.is_none() && is_left_out(Check::OwnDraft) {
        return find_anybodys(conn, ticket, kind);
    }
    Ok(his)
}

/// For a test build that leaves out whose drafts are.
fn find_anybodys(conn: &mut Conn, ticket: TicketId, kind: DraftKind) -> Result<Option<Draft>> {
    Ok(drafts::table
        .filter(drafts::ticket_id.eq(ticket).and(drafts::kind.eq(kind)))
        .select(columns::<Draft>())
        .first_row(conn)
        .optional()?)
}

pub(super) fn find_of(
    conn: &mut Conn,
    agent: AgentId,
    ticket: TicketId,
    kind: DraftKind,
) -> Result<Option<Draft>> {
    Ok(drafts::table
        .filter(drafts::agent_id.eq(agent).and(drafts::ticket_id.eq(ticket)).and(drafts::kind.eq(kind)))
        .select(columns::<Draft>())
        .first_row(conn)
        .optional()?)
}

/// Its files.
///
/// # Errors
/// Those of the database.
pub fn files(conn: &mut Conn, draft: DraftId) -> Result<Vec<Attachment>> {
    Ok(attachments::table
        .filter(attachments::draft_id.eq(draft))
        .order(attachments::id)
        .select(columns::<Attachment>())
        .rows(conn)?)
}

/// Adds a file to the agent's draft.
///
/// # Errors
/// [`Error::NotFound`] for another agent's draft; [`Error::Invalid`] when it holds too many.
pub fn attach(
    tx: &mut Tx<'_>,
    actor: &Actor,
    draft: DraftId,
    file: &NewFile,
    at: &Moment,
) -> Result<Attachment> {
    own(tx, actor, draft)?;
    let there: Vec<i64> = attachments::table
        .filter(attachments::draft_id.eq(draft))
        .select(attachments::size)
        .load(&mut **tx)?;
    if there.iter().sum::<i64>() + file.blob.size > BYTES {
        return Err(Error::invalid("attachments", say!("refused-files-large")));
    }
    if there.len() >= FILES {
        return Err(Error::invalid("attachments", say!("refused-files", most = FILES)));
    }
    file.blob.store(tx)?;
    let uid = public_id(at.now).simple().to_string();
    // What stands in the text is named by its own key, so that two images are never one.
    let content_id = file.inline.then(|| format!("{uid}@turnstone"));
    let id: AttachmentId = diesel::insert_into(attachments::table)
        .values((
            attachments::uid.eq(uid),
            attachments::content_id.eq(content_id),
            attachments::draft_id.eq(draft),
            attachments::agent_id.eq(actor.agent.id),
            attachments::name.eq(&file.name),
            attachments::content_type.eq(&file.content_type),
            attachments::inline.eq(file.inline),
            attachments::size.eq(file.blob.size),
            attachments::digest.eq(&file.blob.digest),
            attachments::created_at.eq(at.ts()),
        ))
        .returning(attachments::id)
        .get_result(&mut **tx)?;
    Ok(attachments::table.find(id).select(Attachment::as_select()).first(&mut **tx)?)
}

/// Takes a file off the agent's draft.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub fn detach(tx: &mut Tx<'_>, actor: &Actor, uid: &str) -> Result<()> {
    let waiting =
        || attachments::table.filter(attachments::uid.eq(uid).and(attachments::draft_id.is_not_null()));
    let author: Option<AgentId> = waiting().select(attachments::agent_id).first(&mut **tx)?;
    if author != Some(actor.agent.id) && !is_left_out(Check::Detach) {
        return Err(Error::NotFound);
    }
    let gone = diesel::delete(waiting()).execute(&mut **tx)?;
    if gone == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The draft's files as the article that is made of it will have them.
///
/// # Errors
/// [`Error::NotFound`] for another agent's draft.
pub fn take_files(tx: &mut Tx<'_>, actor: &Actor, draft: DraftId, article: ArticleId) -> Result<usize> {
    use crate::db::schema::{articles, tickets};
    own(tx, actor, draft)?;
    let moved = diesel::update(attachments::table.filter(attachments::draft_id.eq(draft)))
        .set((attachments::draft_id.eq(None::<DraftId>), attachments::article_id.eq(article)))
        .execute(&mut **tx)?;
    if moved > 0 {
        let ticket: TicketId = articles::table.find(article).select(articles::ticket_id).first(&mut **tx)?;
        diesel::update(tickets::table.find(ticket))
            .set(tickets::has_attachments.eq(true))
            .execute(&mut **tx)?;
    }
    Ok(moved)
}

/// Throws the draft away, with the files that are left in it.
///
/// # Errors
/// Those of the database.
pub fn discard(tx: &mut Tx<'_>, actor: &Actor, ticket: TicketId, kind: DraftKind) -> Result<()> {
    if let Some(draft) = find(tx, actor, ticket, kind)? {
        diesel::delete(attachments::table.filter(attachments::draft_id.eq(draft.id))).execute(&mut **tx)?;
        diesel::delete(drafts::table.find(draft.id)).execute(&mut **tx)?;
    }
    Ok(())
}

/// What was sent, where a draft was thrown away for it.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The text.
    pub text: &'a str,
    /// The files that its page showed; `None` where there can be no others.
    pub files: Option<&'a [String]>,
}

/// Throws away what a text was made of, once it is written. What its author wrote elsewhere in the meantime stays: it is
/// neither the version that he knows, nor contained in what he sent. So do files that he attached elsewhere.
///
/// # Errors
/// Those of the database.
pub fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    kind: DraftKind,
    known: i64,
    sent: &Sent<'_>,
) -> Result<()> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(draft) = find(tx, actor, ticket, kind)? else { return Ok(()) };
    if draft.revision != known && !plain(sent.text).contains(&plain(&text_of(&draft.fields))) {
        return Ok(());
    }
    let Some(shown) = sent.files else { return discard(tx, actor, ticket, kind) };
    let mut unseen =
        files(tx, draft.id)?.into_iter().filter(|file| !file.inline && !shown.contains(&file.uid));
    if unseen.next().is_none() {
        return discard(tx, actor, ticket, kind);
    }
    diesel::delete(attachments::table.filter(attachments::draft_id.eq(draft.id)))
        .filter(attachments::inline.eq(true).or(attachments::uid.eq_any(shown)))
        .execute(&mut **tx)?;
    diesel::update(drafts::table.find(draft.id))
        .set((drafts::fields.eq("{}"), drafts::revision.eq(draft.revision + 1)))
        .execute(&mut **tx)?;
    Ok(())
}

fn own(tx: &mut Tx<'_>, actor: &Actor, draft: DraftId) -> Result<()> {
    drafts::table
        .find(draft)
        .filter(drafts::agent_id.eq(actor.himself()))
        .select(drafts::id)
        .first::<DraftId>(&mut **tx)?;
    Ok(())
}

/// A row of `attachments` as a file to be stored once more, with an article.
///
/// # Errors
/// When its bytes are gone.
pub fn as_new_file(conn: &mut Conn, blobs: &crate::db::Blobs, file: &Attachment) -> Result<NewFile> {
    let bytes = blobs.read(conn, &file.digest)?;
    Ok(model::NewFile {
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        content_id: file.content_id.clone(),
        inline: file.inline,
        blob: blobs.prepare(&bytes)?,
    })
}
