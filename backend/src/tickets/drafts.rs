//! Unfinished text. It lives on the server, so that nothing typed is lost.

use diesel::prelude::*;

use super::{Attachment, Moment, NewFile, model};
use crate::{
    access::{Actor, Note, Reply, TicketAccess},
    clock::public_id,
    db::{
        ArticleId, AttachmentId, Conn, DraftId, DraftKind, TicketId, Ts, Tx, each,
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
}

/// Saves a draft of a reply.
///
/// # Errors
/// [`Error::Invalid`] when it is too long.
pub fn save_reply(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Reply>,
    actor: &Actor,
    fields: &str,
    seen: Option<ArticleId>,
    at: &Moment,
) -> Result<DraftId> {
    put(tx, actor, access.ticket().id, DraftKind::Reply, fields, seen, at)
}

/// Saves a draft of a note.
///
/// # Errors
/// [`Error::Invalid`] when it is too long.
pub fn save_note(
    tx: &mut Tx<'_>,
    access: &TicketAccess<Note>,
    actor: &Actor,
    fields: &str,
    at: &Moment,
) -> Result<DraftId> {
    put(tx, actor, access.ticket().id, DraftKind::Note, fields, None, at)
}

/// Saves a draft of a new ticket.
///
/// # Errors
/// [`Error::Invalid`] when it is too long.
pub fn save_ticket(tx: &mut Tx<'_>, actor: &Actor, fields: &str, at: &Moment) -> Result<DraftId> {
    put(tx, actor, TicketId(0), DraftKind::Ticket, fields, None, at)
}

pub(super) fn put(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    kind: DraftKind,
    fields: &str,
    seen: Option<ArticleId>,
    at: &Moment,
) -> Result<DraftId> {
    if fields.len() > LONGEST {
        return Err(Error::invalid("body_text", say!("refused-long-draft")));
    }
    let fields = super::store::without_nul(fields.to_owned());
    let seen = seen.map_or(0, |article| article.0);
    each!(&mut **tx, |c| diesel::insert_into(drafts::table)
        .values((
            drafts::agent_id.eq(actor.agent.id),
            drafts::ticket_id.eq(ticket),
            drafts::kind.eq(kind),
            drafts::fields.eq(&fields),
            drafts::seen_article_id.eq(seen),
            drafts::updated_at.eq(at.ts()),
        ))
        .on_conflict((drafts::agent_id, drafts::ticket_id, drafts::kind))
        .do_update()
        .set((drafts::fields.eq(&fields), drafts::updated_at.eq(at.ts())))
        .execute(c))?;
    Ok(find(tx, actor, ticket, kind)?.ok_or(Error::NotFound)?.id)
}

/// The agent's draft of this kind; `TicketId(0)` for a new ticket.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, actor: &Actor, ticket: TicketId, kind: DraftKind) -> Result<Option<Draft>> {
    Ok(drafts::table
        .filter(
            drafts::agent_id.eq(actor.agent.id).and(drafts::ticket_id.eq(ticket)).and(drafts::kind.eq(kind)),
        )
        .select(Draft::as_select())
        .first(conn)
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
        .select(Attachment::as_select())
        .load(conn)?)
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
    let id: AttachmentId = diesel::insert_into(attachments::table)
        .values((
            attachments::uid.eq(public_id(at.now).simple().to_string()),
            attachments::draft_id.eq(draft),
            attachments::agent_id.eq(actor.agent.id),
            attachments::name.eq(&file.name),
            attachments::content_type.eq(&file.content_type),
            attachments::inline.eq(false),
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
    let gone = diesel::delete(
        attachments::table
            .filter(attachments::uid.eq(uid).and(attachments::agent_id.eq(actor.agent.id)))
            .filter(attachments::draft_id.is_not_null()),
    )
    .execute(&mut **tx)?;
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

fn own(tx: &mut Tx<'_>, actor: &Actor, draft: DraftId) -> Result<()> {
    drafts::table
        .find(draft)
        .filter(drafts::agent_id.eq(actor.agent.id))
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

/// What agents were writing on a merged ticket goes on in its survivor. Where an agent writes there already, his two
/// texts become one. Those drafts that are the same as before, in their new place.
pub(super) fn hand_over(tx: &mut Tx<'_>, from: TicketId, to: TicketId) -> Result<Vec<DraftId>> {
    let going: Vec<(DraftId, crate::db::AgentId, DraftKind, String)> = drafts::table
        .filter(drafts::ticket_id.eq(from))
        .order(drafts::id)
        .select((drafts::id, drafts::agent_id, drafts::kind, drafts::fields))
        .load(&mut **tx)?;
    let mut moved = Vec::new();
    for (id, agent, kind, fields) in going {
        let there: Option<(DraftId, String)> = drafts::table
            .filter(drafts::agent_id.eq(agent).and(drafts::ticket_id.eq(to)).and(drafts::kind.eq(kind)))
            .select((drafts::id, drafts::fields))
            .first(&mut **tx)
            .optional()?;
        let Some((other, text)) = there else {
            diesel::update(drafts::table.find(id)).set(drafts::ticket_id.eq(to)).execute(&mut **tx)?;
            moved.push(id);
            continue;
        };
        diesel::update(drafts::table.find(other))
            .set(drafts::fields.eq(joined(&text, &fields)))
            .execute(&mut **tx)?;
        diesel::update(attachments::table.filter(attachments::draft_id.eq(id)))
            .set(attachments::draft_id.eq(other))
            .execute(&mut **tx)?;
        diesel::delete(drafts::table.find(id)).execute(&mut **tx)?;
    }
    Ok(moved)
}

/// The second text below the first; everything else as the first has it.
fn joined(first: &str, second: &str) -> String {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    let (mut both, below) = (read(first), read(second));
    let text = |fields: &serde_json::Value| {
        fields.get("body_text").and_then(|text| text.as_str()).unwrap_or_default().trim_end().to_owned()
    };
    let whole = [text(&both), text(&below)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    match both.as_object_mut() {
        Some(fields) => {
            fields.insert("body_text".into(), whole.join("\n\n").into());
            both.to_string()
        }
        None => second.to_owned(),
    }
}

/// Drafts that went to the survivor go back, unless their authors have sent them or begun anew.
pub(super) fn give_back(tx: &mut Tx<'_>, ids: &[DraftId], from: TicketId, to: TicketId) -> Result<()> {
    for id in ids {
        let draft: Option<(crate::db::AgentId, DraftKind)> = drafts::table
            .find(*id)
            .filter(drafts::ticket_id.eq(from))
            .select((drafts::agent_id, drafts::kind))
            .first(&mut **tx)
            .optional()?;
        let Some((agent, kind)) = draft else { continue };
        let there: i64 = drafts::table
            .filter(drafts::agent_id.eq(agent).and(drafts::ticket_id.eq(to)).and(drafts::kind.eq(kind)))
            .count()
            .get_result(&mut **tx)?;
        if there == 0 {
            diesel::update(drafts::table.find(*id)).set(drafts::ticket_id.eq(to)).execute(&mut **tx)?;
        }
    }
    Ok(())
}
