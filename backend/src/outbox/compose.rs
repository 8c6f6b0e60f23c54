//! The bytes of an outgoing mail.

use base64::Engine as _;
use diesel::prelude::*;
use lettre::{
    address::Envelope,
    message::{
        Attachment as Part, Body as Encoded, Mailbox, Mailboxes, Message, MessageBuilder, MultiPart,
        SinglePart,
        header::{Cc, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, To},
    },
};

use super::{Outgoing, brand::Brand, reply_token::Keys, thread};
use crate::{
    db::{
        Blobs, Conn, OutboxKind, Sender, Ts,
        schema::{articles, tickets},
    },
    error::{Error, Result},
    queues,
    tickets::{Article, Attachment, Person, Ticket, formatted, forward, view},
};

/// So many ids of a conversation stand in References, besides the ticket's own.
const REFERENCES: i64 = 20;

/// The longest name or subject, in characters: a line of a header holds 998 bytes (RFC 5322, 2.1.1), and one word
/// cannot be folded.
const ONE_LINE: usize = 900;

/// Whom and what a mail says; the rest follows from its row.
struct Content {
    from: Person,
    /// Where answers are asked for, where that is not `from`.
    reply_to: Option<Person>,
    to: Vec<Person>,
    cc: Vec<Person>,
    subject: String,
    text: String,
    html: Option<String>,
    /// What the HTML shows of the organisation.
    brand: Option<Brand>,
    files: Vec<(Attachment, Vec<u8>)>,
    in_reply_to: Option<String>,
    references: Vec<String>,
    /// Thread-Index, and the conversation's subject.
    outlook: Option<(Vec<u8>, String)>,
}

/// Writes the mail of a row that carries an article; `plus`: our addresses take what follows a `+`.
///
/// # Errors
/// [`Error::Invalid`] for an address that cannot stand in a mail: trying again does not help.
pub(super) fn article(conn: &mut Conn, blobs: &Blobs, row: &Outgoing, plus: bool) -> Result<Vec<u8>> {
    let id = row.article_id.ok_or(Error::NotFound)?;
    let article = articles::table.find(id).select(Article::as_select()).first(conn)?;
    let ticket = tickets::table.find(article.ticket_id).select(Ticket::as_select()).first(conn)?;
    let (in_reply_to, references) = ids(conn, &ticket, &article)?;
    let mut files = Vec::new();
    for file in view::attachments(conn, std::slice::from_ref(&article))?.remove(&id).unwrap_or_default() {
        let bytes = blobs.read(conn, &file.digest)?;
        files.push((file, bytes));
    }
    let recipients = article.recipients();
    let topic = crate::tickets::open::without_prefixes(&article.subject).to_owned();
    let outlook = match article.visible {
        true => Some((thread::index(conn, blobs, &ticket, &article)?, topic)),
        false => None,
    };
    let html = view::html(conn, blobs, &article)?.map(|html| formatted::document(&html, &article.body_text));
    // Colleagues know whose helpdesk it is.
    let brand = if article.visible { Brand::load(conn)? } else { None };
    // An address that the mail server in front does not know would lose the answer.
    let reply_to = if plus { signed_address(conn, &ticket, &article)? } else { None };
    build(
        row,
        Content {
            from: Person { name: article.from_name.clone(), address: article.from_address.clone() },
            reply_to,
            to: recipients.to,
            cc: recipients.cc,
            subject: article.subject.clone(),
            text: article.body_text.clone(),
            html,
            brand,
            files,
            in_reply_to,
            references,
            outlook,
        },
    )
}

/// Writes a notification.
///
/// # Errors
/// As [`article`].
pub(super) fn notification(
    row: &Outgoing,
    from: Person,
    to: Person,
    subject: String,
    text: String,
    conversation: Option<String>,
) -> Result<Vec<u8>> {
    build(
        row,
        Content {
            from,
            reply_to: None,
            to: vec![to],
            cc: Vec::new(),
            subject,
            text,
            html: None,
            brand: None,
            files: Vec::new(),
            in_reply_to: None,
            references: conversation.into_iter().collect(),
            outlook: None,
        },
    )
}

/// The address that names the ticket, where its queue asks for answers there. Never in what is internal: whoever has
/// the token takes part in the customer's conversation.
fn signed_address(conn: &mut Conn, ticket: &Ticket, article: &Article) -> Result<Option<Person>> {
    if !article.visible || !queues::get(conn, ticket.queue_id)?.reply_token {
        return Ok(None);
    }
    let address = Keys::load(conn)?.address(&article.from_address, ticket.id);
    Ok(address.map(|address| Person { name: article.from_name.clone(), address }))
}

/// What a mail answers, and the conversation before it: the ticket's own id first, whatever relays rewrote.
///
/// What is internal is a conversation of its own: whoever answers it must not seem to answer the customer's mail.
fn ids(conn: &mut Conn, ticket: &Ticket, article: &Article) -> Result<(Option<String>, Vec<String>)> {
    if !article.visible {
        return Ok((None, vec![forward::conversation(&article.message_id)]));
    }
    let mut before: Vec<(String, Sender)> = articles::table
        .filter(articles::ticket_id.eq(ticket.id).and(articles::id.lt(article.id)))
        .filter(articles::visible.eq(true).and(articles::message_id.ne("")))
        .order(articles::id.desc())
        .limit(REFERENCES)
        .select((articles::message_id, articles::sender))
        .load(conn)?;
    let in_reply_to = before
        .iter()
        .find(|(_, sender)| *sender == Sender::Customer)
        .or(before.first())
        .map(|(message_id, _)| message_id.clone());
    before.reverse();
    let mut references = vec![ticket.root_message_id.clone()];
    references.extend(
        before.into_iter().map(|(message_id, _)| message_id).filter(|id| Some(id) != in_reply_to.as_ref()),
    );
    references.extend(in_reply_to.clone());
    Ok((in_reply_to, references))
}

fn build(row: &Outgoing, content: Content) -> Result<Vec<u8>> {
    let mut message = Message::builder()
        .from(mailbox(&content.from, "from")?)
        .subject(one_line(&content.subject))
        .message_id(Some(format!("<{}>", row.message_id)))
        .date(row.created_at.0.into());
    if let Some(person) = &content.reply_to {
        message = message.reply_to(mailbox(person, "from")?);
    }
    message = addressed(message, &content.from, &content.to, &content.cc)?;
    if let Some(id) = &content.in_reply_to {
        message = message.in_reply_to(format!("<{id}>"));
    }
    if !content.references.is_empty() {
        let ids: Vec<_> = content.references.iter().map(|id| format!("<{id}>")).collect();
        message = message.references(ids.join(" "));
    }
    if let Some((index, topic)) = &content.outlook {
        let index = base64::engine::general_purpose::STANDARD.encode(index);
        message = message
            .raw_header(header("Thread-Index", &index))
            .raw_header(header("Thread-Topic", &one_line(topic)));
    }
    if row.kind != OutboxKind::Reply {
        let auto = if row.kind == OutboxKind::AutoResponse { "auto-replied" } else { "auto-generated" };
        message = message
            .raw_header(header("Auto-Submitted", auto))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .raw_header(header("Precedence", "bulk"));
    }
    let built = match body(&content) {
        Body::Single(part) => message.singlepart(part),
        Body::Multi(part) => message.multipart(part),
    };
    built
        .map(|message| message.formatted())
        .map_err(|error| Error::invalid("mail", format!("this mail cannot be written: {error}")))
}

enum Body {
    Single(SinglePart),
    Multi(MultiPart),
}

fn body(content: &Content) -> Body {
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(lines(&content.text));
    let html = content.html.clone().unwrap_or_else(|| html_of(&content.text));
    // Images that the HTML shows stand with it (RFC 2387); all else is a file.
    let (shown, files): (Vec<_>, Vec<_>) = content.files.iter().partition(|(file, _)| shows(&html, file));
    let logo = content.brand.as_ref().and_then(|brand| brand.logo.as_ref());
    let html = content.brand.as_ref().map_or_else(|| html.clone(), |brand| brand.below(&html));
    let page = SinglePart::builder().header(ContentType::TEXT_HTML).body(lines(&html));
    let alternative = MultiPart::alternative().singlepart(text.clone());
    let alternative = match (shown.as_slice(), logo) {
        ([], None) => alternative.singlepart(page),
        (shown, logo) => {
            let related =
                shown.iter().fold(MultiPart::related().singlepart(page), |related, (file, bytes)| {
                    let (bytes, kind) = untouched(bytes, &file.content_type);
                    let id = file.content_id.clone().unwrap_or_default();
                    related.singlepart(Part::new_inline_with_name(id, one_line(&file.name)).body(bytes, kind))
                });
            let related = logo.into_iter().fold(related, |related, (id, kind, bytes)| {
                let (bytes, kind) = untouched(bytes, kind);
                related.singlepart(Part::new_inline(id.clone()).body(bytes, kind))
            });
            alternative.multipart(related)
        }
    };
    if files.is_empty() {
        return if content.html.is_some() || !content.to.is_empty() && content.in_reply_to.is_some() {
            Body::Multi(alternative)
        } else {
            Body::Single(text)
        };
    }
    let mixed = files.iter().fold(MultiPart::mixed().multipart(alternative), |mixed, (file, bytes)| {
        let (bytes, kind) = untouched(bytes, &file.content_type);
        mixed.singlepart(Part::new(one_line(&file.name)).body(bytes, kind))
    });
    Body::Multi(mixed)
}

fn shows(html: &str, file: &Attachment) -> bool {
    let id = file.content_id.as_deref().filter(|id| file.inline && !id.is_empty());
    id.is_some_and(|id| html.contains(&format!("\"cid:{id}\"")))
}

/// Text whose lines all end alike: what some servers take for the end of a line and others do not ends one here.
fn lines(text: &str) -> String {
    text.replace('\0', "").replace("\r\n", "\n").replace('\r', "\n")
}

/// A file's bytes as they are: text that is not base64 would have its line ends rewritten on the way. A mail within a
/// mail must not be encoded at all (RFC 2046, 5.2.1); one that cannot stand there as it is goes as a plain file.
fn untouched(bytes: &[u8], content_type: &str) -> (Encoded, ContentType) {
    let plain = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    let kind = ContentType::parse(content_type).unwrap_or_else(|_| plain());
    let whole = || {
        Encoded::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64)
            .unwrap_or_else(Encoded::new)
    };
    if !content_type.to_ascii_lowercase().starts_with("message/") {
        return (whole(), kind);
    }
    let lines = for_the_wire(bytes);
    if lines.contains(&0) || lines.split(|byte| *byte == b'\n').any(|line| line.len() > 998) {
        return (whole(), plain());
    }
    let how =
        if lines.is_ascii() { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::EightBit };
    (Encoded::dangerous_pre_encoded(lines, how), kind)
}

/// A stored mail as it can stand in a dialogue: each line ends with CRLF, also one that ended otherwise, as a lone CR ends
/// a line for some servers and not for others, who would read another mail in it; and the line that a mailbox file begins
/// with is no part of it. All else stays, byte for byte.
pub(crate) fn for_the_wire(mail: &[u8]) -> Vec<u8> {
    let mut rest = mail;
    if rest.starts_with(b"From ") {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        rest = rest.get(end..).unwrap_or_default();
    }
    let mut out = Vec::with_capacity(rest.len() + 64);
    // Several CRs before a LF are one line's end, written by a converter that ran twice.
    let mut open = false;
    for byte in rest {
        match *byte {
            b'\r' => open = true,
            b'\n' => {
                out.extend(b"\r\n");
                open = false;
            }
            other => {
                if std::mem::take(&mut open) {
                    out.extend(b"\r\n");
                }
                out.push(other);
            }
        }
    }
    if open {
        out.extend(b"\r\n");
    }
    out
}

/// The lines that a redirected mail gets in front (RFC 5322, 3.6.6).
///
/// # Errors
/// [`Error::Invalid`] for an address that cannot stand in a mail.
pub(crate) fn resent_fields(from: &Person, to: &[Person], message_id: &str, now: Ts) -> Result<Vec<u8>> {
    // lettre folds and encodes names; the fields are then called what they are here.
    let message = Message::builder().from(mailbox(from, "from")?).date(now.0.into());
    let written = addressed(message, from, to, &[])?
        .message_id(Some(format!("<{message_id}>")))
        .body(String::new())
        .map_err(|error| Error::invalid("to", format!("this mail cannot be written: {error}")))?
        .formatted();
    let mut fields = String::new();
    let mut wanted = false;
    for line in String::from_utf8_lossy(&written).split("\r\n").take_while(|line| !line.is_empty()) {
        let folded = line.starts_with([' ', '\t']);
        if !folded {
            wanted = ["From:", "To:", "Date:", "Message-ID:"].iter().any(|name| line.starts_with(name));
        }
        if wanted {
            fields.push_str(if folded { "" } else { "Resent-" });
            fields.push_str(line);
            fields.push_str("\r\n");
        }
    }
    Ok(fields.into_bytes())
}

/// The text as HTML, for mail programs that show only that: paragraphs, line breaks, links as text.
fn html_of(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paragraphs: Vec<String> = escaped
        .split("\n\n")
        .map(|paragraph| format!("<p>{}</p>", paragraph.trim_end().replace('\n', "<br>\n")))
        .collect();
    format!("<!doctype html>\n<html><body>\n{}\n</body></html>\n", paragraphs.join("\n"))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Whom it is for. All at once, as lettre would read the field again for each of them, and reads what the grammar has alone.
/// The relay gets the envelope from the row; this one is for nobody.
fn addressed(message: MessageBuilder, from: &Person, to: &[Person], cc: &[Person]) -> Result<MessageBuilder> {
    let all = |people: &[Person], field: &str| -> Result<Mailboxes> {
        people.iter().map(|person| mailbox(person, field)).collect()
    };
    let own = vec![mailbox(from, "from")?.email];
    let envelope = Envelope::new(None, own).map_err(|error| Error::invalid("from", error.to_string()))?;
    let mut message = message.envelope(envelope);
    if !to.is_empty() {
        message = message.mailbox(To::from(all(to, "to")?));
    }
    if !cc.is_empty() {
        message = message.mailbox(Cc::from(all(cc, "cc")?));
    }
    Ok(message)
}

fn mailbox(person: &Person, field: &str) -> Result<Mailbox> {
    let address = super::address::for_lettre(&person.address).map_err(|error| {
        Error::invalid(field, format!("“{}” cannot stand in a mail: {error}", one_line(&person.address)))
    })?;
    let name = one_line(&person.name);
    Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), address))
}

/// Nothing that a stranger chose may begin a new header line.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ONE_LINE).collect();
    line.trim().to_owned()
}
