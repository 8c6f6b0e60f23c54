//! What stands in the composer when a page opens: the draft, or a fresh reply to everybody who takes part.

use serde::{Deserialize, Serialize};

use super::articles::{find, last_from_customer, quote_intro};
use super::page::{Wish, query};
use crate::access::{Read, TicketAccess};
use crate::db::{ArticleId, Channel, Conn, DraftKind, Right};
use crate::error::Result;
use crate::queues;
use crate::tickets::{Article, Person, drafts, reply};
use crate::web::gate::Asker;

/// The composer as `tickets/page/composer.html` shows it.
#[derive(Serialize)]
pub struct Composer {
    kind: String,
    seen: i64,
    error: String,
    from: String,
    to: String,
    to_error: String,
    cc: String,
    bcc: String,
    subject: String,
    send: SendLabel,
    forward: Option<ForwardView>,
    body: String,
    files: Vec<Kept>,
    quote_url: Option<String>,
    quote_id: i64,
    quote_intro: String,
    restored: bool,
    until: String,
}

/// A file that waits with the draft.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    id: String,
    name: String,
    size: i64,
}

/// What somebody typed, when the form comes back to him.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// `reply` or `note`.
    pub kind: String,
    /// Recipients as typed.
    pub to: String,
    /// Copies as typed.
    pub cc: String,
    /// Copies that nobody else sees, as typed.
    pub bcc: String,
    /// What is asked for besides, where something is passed on; its recipients are those above.
    pub forward: Passing,
    /// The text.
    pub body: String,
    /// A reminder's date as typed.
    pub until: String,
    /// What is wrong.
    pub error: String,
    /// What is wrong with the recipients.
    pub to_error: String,
}

/// The fields of a draft as they are stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Recipients as typed.
    pub to: String,
    /// Copies as typed.
    pub cc: String,
    /// Copies that nobody else sees, as typed.
    pub bcc: String,
    /// The text.
    pub body_text: String,
    /// `forward` where it is no reply; nothing else.
    pub kind: String,
    /// What is asked for besides, where something is passed on.
    #[serde(flatten)]
    pub passing: Passing,
}

/// How a message is passed on, as the form says it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Passing {
    /// Which article.
    pub forwarded: String,
    /// `text` or `mail`.
    pub original: String,
    /// Its files stay behind.
    pub bare: bool,
    /// The customer may see it.
    pub visible: bool,
}

/// Whom the send button names.
#[derive(Serialize)]
struct SendLabel {
    to: String,
    more: usize,
    cc: usize,
    bcc: usize,
}

impl SendLabel {
    fn of(to: &str, cc: &str, bcc: &str) -> Self {
        let list = |text: &str| mail_ingest::address::parse_list(text).unwrap_or_default();
        let first = list(to);
        Self {
            to: first.first().map_or_else(String::new, |mailbox| mailbox.address.clone()),
            more: first.len().saturating_sub(1),
            cc: list(cc).len(),
            bcc: list(bcc).len(),
        }
    }
}

/// The part of the composer that passes a message on.
#[derive(Serialize)]
struct ForwardView {
    to: String,
    cc: String,
    bcc: String,
    articles: Vec<ForwardChoice>,
    mail: bool,
    bare: bool,
    visible: bool,
}

#[derive(Serialize)]
struct ForwardChoice {
    id: i64,
    label: String,
    current: bool,
}

/// So many messages are offered to be passed on, the newest first.
const OFFERED: usize = 50;

/// Loads the composer.
pub fn load(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<Read>,
    articles: &[Article],
    wish: &Wish,
    typed: Option<&Typed>,
) -> Result<Composer> {
    let ticket = access.ticket();
    let may_reply = access.rights().has(Right::Reply);
    let fresh = reply::defaults(conn, ticket)?;
    let queue = queues::get(conn, ticket.queue_id)?;
    let sender = queues::sender(conn, &queue)?;
    let last = last_from_customer(articles);
    let quoted = wish.quote.and_then(|id| find(articles, ArticleId(id)));
    let subject = last.map(|article| article.subject.as_str()).filter(|subject| !subject.is_empty());
    let mut composer = Composer {
        kind: if may_reply { "reply" } else { "note" }.to_owned(),
        seen: articles.last().map_or(0, |article| article.id.0),
        error: String::new(),
        from: sender.address,
        to: mailboxes(&fresh.to),
        to_error: String::new(),
        cc: mailboxes(&fresh.cc),
        bcc: String::new(),
        send: SendLabel::of("", "", ""),
        forward: may_reply.then(|| forward_view(articles, asker)),
        subject: format!("Re: {}", crate::tickets::open::without_prefixes(subject.unwrap_or(&ticket.title))),
        body: String::new(),
        files: Vec::new(),
        quote_url: last.map(|article| {
            format!("/tickets/{}?{}#reply", ticket.number, query("quote", &article.id.to_string()))
        }),
        quote_id: last.map_or(0, |article| article.id.0),
        quote_intro: last.map_or_else(String::new, |article| quote_intro(article, asker)),
        restored: false,
        until: String::new(),
    };
    restore(conn, asker, access, &mut composer, may_reply)?;
    if let Some(article) = quoted {
        composer.body = format!("{}{}", quote(article, asker), composer.body);
    }
    if let Some(id) = wish.forward.filter(|_| may_reply && typed.is_none()) {
        composer.kind = "forward".to_owned();
        composer.choose(&id.to_string());
    }
    if let Some(typed) = typed {
        composer.kind.clone_from(&typed.kind);
        if typed.kind == "forward" {
            composer.pass_on(&typed.to, &typed.cc, &typed.bcc, &typed.forward);
        } else {
            composer.to.clone_from(&typed.to);
            composer.cc.clone_from(&typed.cc);
            composer.bcc.clone_from(&typed.bcc);
        }
        composer.body.clone_from(&typed.body);
        composer.until.clone_from(&typed.until);
        composer.error.clone_from(&typed.error);
        composer.to_error.clone_from(&typed.to_error);
    }
    composer.send = SendLabel::of(&composer.to, &composer.cc, &composer.bcc);
    Ok(composer)
}

impl Composer {
    fn choose(&mut self, id: &str) {
        let Some(forward) = &mut self.forward else { return };
        if forward.articles.iter().any(|choice| choice.id.to_string() == id) {
            for choice in &mut forward.articles {
                choice.current = choice.id.to_string() == id;
            }
        }
    }

    fn pass_on(&mut self, to: &str, cc: &str, bcc: &str, passing: &Passing) {
        self.choose(&passing.forwarded);
        let Some(forward) = &mut self.forward else { return };
        to.clone_into(&mut forward.to);
        cc.clone_into(&mut forward.cc);
        bcc.clone_into(&mut forward.bcc);
        forward.mail = passing.original == "mail";
        (forward.bare, forward.visible) = (passing.bare, passing.visible);
    }
}

// Notes are not offered: what is passed on by mistake cannot be called back.
fn forward_view(articles: &[Article], asker: &Asker) -> ForwardView {
    let last = last_from_customer(articles).or(articles.last()).map(|article| article.id);
    let label = |article: &Article| {
        let name = if article.from_name.is_empty() { &article.from_address } else { &article.from_name };
        format!("{name}, {}", asker.reader.full(article.created_at.0))
    };
    ForwardView {
        to: String::new(),
        cc: String::new(),
        bcc: String::new(),
        articles: articles
            .iter()
            .rev()
            .filter(|article| article.channel != Channel::Note)
            .take(OFFERED)
            .map(|article| ForwardChoice {
                id: article.id.0,
                label: label(article),
                current: Some(article.id) == last,
            })
            .collect(),
        mail: false,
        bare: false,
        visible: false,
    }
}

// Of a reply and a note that were both begun the younger one is shown; files of either go along.
fn restore(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<Read>,
    composer: &mut Composer,
    may_reply: bool,
) -> Result<()> {
    let ticket = access.ticket().id;
    let mut found = Vec::new();
    for (kind, word) in [(DraftKind::Reply, "reply"), (DraftKind::Note, "note")] {
        if let Some(draft) = drafts::find(conn, &asker.actor, ticket, kind)? {
            composer.files.extend(drafts::files(conn, draft.id)?.into_iter().map(|file| Kept {
                id: file.uid,
                name: file.name,
                size: file.size,
            }));
            found.push((draft, word));
        }
    }
    found.sort_by_key(|(draft, _)| draft.updated_at);
    let Some((draft, word)) = found.pop() else { return Ok(()) };
    // Only we write this column; fields that cannot be read leave the composer as it is.
    let fields: Fields = serde_json::from_str(&draft.fields).unwrap_or_default();
    if word == "reply" && may_reply && fields.kind == "forward" {
        composer.kind = fields.kind;
        composer.pass_on(&fields.to, &fields.cc, &fields.bcc, &fields.passing);
    } else if word == "reply" && may_reply {
        composer.kind = word.to_owned();
        if !fields.to.is_empty() {
            composer.to = fields.to;
            composer.cc = fields.cc;
            composer.bcc = fields.bcc;
        }
    } else {
        composer.kind = "note".to_owned();
    }
    composer.restored = !fields.body_text.trim().is_empty();
    composer.body = fields.body_text;
    Ok(())
}

fn mailboxes(people: &[Person]) -> String {
    let one = |person: &Person| {
        if person.name.is_empty() {
            return person.address.clone();
        }
        let plain = person.name.chars().all(|c| c.is_alphanumeric() || " -'._".contains(c));
        let name =
            if plain { person.name.clone() } else { format!("\"{}\"", person.name.replace(['"', '\\'], "")) };
        format!("{name} <{}>", person.address)
    };
    people.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn quote(article: &Article, asker: &Asker) -> String {
    let lines = article.body_text.trim_end().lines();
    let quoted: Vec<String> =
        lines.map(|line| if line.trim().is_empty() { ">".to_owned() } else { format!("> {line}") }).collect();
    format!("{}\n{}\n\n", quote_intro(article, asker), quoted.join("\n"))
}
