//! An internal note, or the notes of a call: the customer sees neither.

use super::{Article, Formatted, Moment, NewArticle, NewFile, store};
use crate::{
    access::{Actor, Note, TicketAccess},
    db::{AgentId, Channel, Conn, EventKind, Sender, Tx},
    error::{Error, Result, say},
    notify, people,
};

/// So many colleagues are told of one note.
const NAMED: usize = 20;

/// What a note says.
#[derive(Clone, Debug, Default)]
pub struct NoteInput {
    /// A line about it; may be empty.
    pub subject: String,
    /// Its text.
    pub body_text: String,
    /// The same, formatted.
    pub body_html: Option<Formatted>,
    /// Its files.
    pub files: Vec<NewFile>,
}

/// Adds an internal note; works on a ticket that another agent has locked.
///
/// # Errors
/// [`Error::Invalid`] for a note without text and files.
pub fn note(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Note>,
    actor: &Actor,
    input: &NoteInput,
    at: &Moment,
) -> Result<Article> {
    if input.body_text.trim().is_empty() && input.files.is_empty() {
        return Err(Error::invalid("body_text", say!("refused-empty-note")));
    }
    super::templates::complete(&input.body_text)?;
    let (ticket, who) = access.parts();
    let new = NewArticle {
        ticket_id: ticket.id,
        sender: Sender::Agent,
        channel: Channel::Note,
        visible: false,
        automatic: false,
        agent_id: Some(actor.agent.id),
        from_name: actor.agent.name.clone(),
        from_address: actor.agent.email.clone(),
        recipients: "{}".into(),
        subject: input.subject.clone(),
        message_id: String::new(),
        body_text: input.body_text.clone(),
        html_digest: Formatted::store(input.body_html.as_ref(), tx)?,
        inbound_id: None,
        created_at: at.ts(),
    };
    // A note is no answer: who waits for whom stays as it was.
    let (preview, last_sender) = (ticket.preview.clone(), ticket.last_sender.clone());
    let article = store::add_article(tx, ticket, new, &input.files)?;
    (ticket.preview, ticket.last_sender) = (preview, last_sender);
    store::record(tx, ticket, who, at.ts(), store::Change::of(EventKind::Noted).article(article.id))?;
    store::save(tx, ticket, at.ts())?;
    super::read::mark(tx, actor, ticket)?;
    let named = mentioned(tx, &article.body_text)?;
    notify::mentioned(tx, ticket, &article, &named, who, at.ts())?;
    Ok(article)
}

/// The agents whom a text names: `@login`, outside what is quoted. What stands behind an @ and is no login is a word.
fn mentioned(conn: &mut Conn, text: &str) -> Result<Vec<AgentId>> {
    let mut named: Vec<AgentId> = Vec::new();
    for login in logins(text) {
        match people::agents::by_login(conn, &login) {
            Ok(agent) if !named.contains(&agent.id) => named.push(agent.id),
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(named)
}

fn logins(text: &str) -> Vec<String> {
    let mut logins: Vec<String> = Vec::new();
    for word in text.lines().filter(|line| !line.starts_with('>')).flat_map(str::split_whitespace) {
        let Some(name) = word.trim_start_matches(['(', '[', '"', '\u{201c}']).strip_prefix('@') else {
            continue;
        };
        let end = name.find(|c: char| !c.is_alphanumeric() && !"._-@".contains(c)).unwrap_or(name.len());
        // A full stop behind it ends the sentence.
        let login = name.get(..end).unwrap_or_default().trim_end_matches(['.', '-', '_', '@']);
        if !login.is_empty() && logins.len() < NAMED && !logins.iter().any(|known| known == login) {
            logins.push(login.to_owned());
        }
    }
    logins
}
