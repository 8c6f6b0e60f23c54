//! Pass a message on to somebody else: a supplier, a colleague of another house. Internal unless its author says
//! otherwise: the customer neither gets it nor sees it, and answers to it stay internal.

use diesel::prelude::*;

use super::{
    Article, Attachment, Formatted, Moment, NewArticle, NewFile, Recipients, Ticket, drafts, locking,
    reply::{check, domain_of, send_later, with_signature},
    store, view,
};
use crate::{
    access::{Actor, Reply, TicketAccess},
    clock::public_id,
    db::{
        ArticleId, Blobs, Channel, Conn, EventKind, OutboxKind, Sender, Tx, backend,
        schema::{articles, inbound_mails, outbox},
    },
    error::{Error, Result, say},
    i18n::Language,
    people, queues,
};

/// What stands before and after the words that begin the forwarded message.
pub(super) const RULE: &str = "----------";

/// How the message goes along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Original {
    /// Its text below ours, with a few lines that say whose it is.
    #[default]
    Text,
    /// The whole mail as a file, with all its headers.
    Mail,
}

/// What is passed on, and to whom.
#[derive(Clone, Debug)]
pub struct ForwardInput {
    /// Which message.
    pub article: ArticleId,
    /// To whom.
    pub recipients: Recipients,
    /// What we say about it; may be empty.
    pub body_text: String,
    /// The same, formatted.
    pub body_html: Option<Formatted>,
    /// How it goes along.
    pub original: Original,
    /// Files, those of [`files`] included.
    pub files: Vec<NewFile>,
    /// Whether the customer may see that, and what, was passed on.
    pub visible: bool,
    /// For how long it can be taken back, in seconds; `None`: as the queue says.
    pub hold_seconds: Option<i32>,
}

/// The files that go along with a forwarded message: its own where `with_files`, or the mail as a whole, which has them.
///
/// # Errors
/// [`Error::Invalid`] where the mail as a whole is asked for and there is none.
pub fn files(
    conn: &mut Conn,
    blobs: &Blobs,
    article: &Article,
    original: Original,
    with_files: bool,
) -> Result<Vec<NewFile>> {
    if original == Original::Mail {
        let digest = raw(conn, article)?;
        let bytes = blobs.read(conn, &digest)?;
        return Ok(vec![NewFile {
            name: file_name(&article.subject),
            content_type: "message/rfc822".to_owned(),
            content_id: None,
            inline: false,
            blob: blobs.prepare(&bytes)?,
        }]);
    }
    let of: Vec<Attachment> = if with_files {
        view::attachments(conn, std::slice::from_ref(article))?.remove(&article.id).unwrap_or_default()
    } else {
        Vec::new()
    };
    // What was shown within the HTML is a file like others beside the text.
    let plain = |file: NewFile| NewFile { content_id: None, inline: false, ..file };
    of.iter().map(|file| drafts::as_new_file(conn, blobs, file).map(plain)).collect()
}

/// The digest of the mail that an article came or went as.
fn raw(conn: &mut Conn, article: &Article) -> Result<String> {
    let found: Option<String> = match article.inbound_id {
        Some(mail) => inbound_mails::table.find(mail).select(inbound_mails::digest).first(conn).optional()?,
        None => outbox::table
            .filter(outbox::article_id.eq(article.id).and(outbox::kind.ne(OutboxKind::Notification)))
            .order(outbox::id.desc())
            .select(outbox::digest)
            .first::<Option<String>>(conn)
            .optional()?
            .flatten(),
    };
    found.ok_or_else(|| Error::invalid("original", say!("refused-no-mail")))
}

fn file_name(subject: &str) -> String {
    let name: String = subject
        .chars()
        .map(|c| if c.is_alphanumeric() || " -_.".contains(c) { c } else { '_' })
        .take(80)
        .collect();
    let name = name.trim().trim_start_matches('.');
    format!("{}.eml", if name.is_empty() { "mail" } else { name })
}

/// Writes the forward and puts it into the outbox. Neither lock nor state change: it is no answer.
///
/// # Errors
/// [`Error::Conflict`] when another agent is on the ticket; [`Error::Invalid`] for wrong recipients, or the customer
/// among those of an internal one.
pub fn forward(
    tx: &mut Tx<'_>,
    access: &mut TicketAccess<Reply>,
    actor: &Actor,
    input: &ForwardInput,
    at: &Moment,
) -> Result<Article> {
    let (ticket, who) = access.parts();
    locking::must_not_be_others(tx, ticket, actor.agent.id)?;
    let original: Article = articles::table
        .find(input.article)
        .filter(articles::ticket_id.eq(ticket.id))
        .select(Article::as_select())
        .first(&mut **tx)
        .optional()?
        .ok_or_else(|| Error::invalid("article", say!("refused-not-here")))?;
    super::templates::complete(&input.body_text)?;
    check(&input.recipients)?;
    if !input.visible {
        without_customer(tx, ticket, &input.recipients)?;
    }
    let new = write(tx, ticket, actor, input, &original, at)?;
    // A forward is no answer: who waits for whom stays as it was.
    let (preview, last_sender) = (ticket.preview.clone(), ticket.last_sender.clone());
    let article = store::add_article(tx, ticket, new, &input.files)?;
    (ticket.preview, ticket.last_sender) = (preview, last_sender);
    // Also where a relay gives our mail another id, the answer knows this one.
    backend::put_message_id(tx, &conversation(&article.message_id), ticket.id, Some(article.id), at.ts())?;
    let (of, to) = (original.id.to_string(), input.recipients.envelope().join(", "));
    let event = store::Change::of(EventKind::Forwarded).article(article.id).between(Some(&of), Some(&to));
    store::record(tx, ticket, who, at.ts(), event)?;
    store::save(tx, ticket, at.ts())?;
    super::read::mark(tx, actor, ticket)?;
    send_later(tx, ticket, &article, input.recipients.envelope(), input.hold_seconds, at)?;
    Ok(article)
}

/// The id under which all mails about an internal forward stand together, in place of the ticket's own: whoever answers
/// it must not be taken for a part of the conversation with the customer.
pub(crate) fn conversation(message_id: &str) -> String {
    match message_id.split_once('@') {
        Some((token, domain)) => format!("{token}.forward@{domain}"),
        None => format!("{message_id}.forward"),
    }
}

fn without_customer(tx: &mut Tx<'_>, ticket: &Ticket, recipients: &Recipients) -> Result<()> {
    for (field, list) in [("to", &recipients.to), ("cc", &recipients.cc), ("bcc", &recipients.bcc)] {
        let customer = &ticket.customer_address;
        let there = list.iter().any(|person| person.address.eq_ignore_ascii_case(customer));
        if there || people::customers::is_same(tx, customer, list)? {
            return Err(Error::invalid(field, say!("refused-to-customer", address = customer)));
        }
    }
    Ok(())
}

fn write(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    actor: &Actor,
    input: &ForwardInput,
    original: &Article,
    at: &Moment,
) -> Result<NewArticle> {
    let queue = queues::get(tx, ticket.queue_id)?;
    let from = queues::sender(tx, &queue)?;
    let language = Language::named(&actor.agent.language);
    let ours = with_signature(&input.body_text, &actor.agent.signature, &queue.signature);
    let body_text = match input.original {
        Original::Mail => ours,
        Original::Text => {
            format!("{}\n\n{}", ours.trim_end(), quoted(original, &language, at)).trim_start().to_owned()
        }
    };
    let subject = if original.subject.trim().is_empty() { &ticket.title } else { &original.subject };
    Ok(NewArticle {
        ticket_id: ticket.id,
        sender: Sender::Agent,
        channel: Channel::Mail,
        visible: input.visible,
        automatic: false,
        agent_id: Some(actor.agent.id),
        from_name: format!("{} ({})", actor.agent.name, from.name),
        from_address: from.address.clone(),
        recipients: serde_json::to_string(&input.recipients)?,
        subject: format!("Fwd: {}", without_mark(subject)),
        message_id: format!("{}@{}", public_id(at.now).simple(), domain_of(&from.address)),
        body_text,
        html_digest: Formatted::store(input.body_html.as_ref(), tx)?,
        inbound_id: None,
        created_at: at.ts(),
    })
}

fn without_mark(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((mark, after)) = rest.split_once(':') {
        if !["fwd", "fw", "wg", "tr", "rv"].contains(&mark.trim().to_lowercase().as_str()) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// The message below ours: who wrote it, when, to whom. Never to whom it went unseen.
fn quoted(original: &Article, language: &Language, at: &Moment) -> String {
    let list = |people: &[super::Person]| people.iter().map(mailbox).collect::<Vec<_>>().join(", ");
    let recipients = original.recipients();
    let from = super::Person { name: original.from_name.clone(), address: original.from_address.clone() };
    let date = original.created_at.0.to_zoned(at.zone.clone());
    let mut lines = vec![format!("{RULE} {} {RULE}", language.tr("forwarded-message"))];
    for (key, value) in [
        ("forwarded-from", mailbox(&from)),
        ("forwarded-date", date.strftime("%F %R %Z").to_string()),
        ("forwarded-subject", original.subject.clone()),
        ("forwarded-to", list(&recipients.to)),
        ("forwarded-cc", list(&recipients.cc)),
    ] {
        if !value.is_empty() {
            lines.push(format!("{} {value}", language.tr(key)));
        }
    }
    lines.push(String::new());
    lines.push(original.body_text.trim_end().to_owned());
    lines.join("\n")
}

fn mailbox(person: &super::Person) -> String {
    match (person.name.trim(), person.address.as_str()) {
        ("", address) => address.to_owned(),
        (name, "") => name.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    }
}
