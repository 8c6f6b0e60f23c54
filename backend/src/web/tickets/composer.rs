//! What stands in the composer when a page opens: the draft, or a fresh reply to everybody who takes part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::articles::{find, last_from_customer, quote_intro};
use super::effects::{self, Chip};
use super::page::{Wish, query};
use super::passing::{ForwardView, Passing};
use super::templates::{Offered, offered};
use super::then;
use crate::access::{Read, TicketAccess};
use crate::db::{ArticleId, Conn, DraftKind, Right, Sender};
use crate::error::Result;
use crate::people::habits;
use crate::queues::templates::{is_named_to, may_move_into};
use crate::queues::{self, placeholders};
use crate::tickets::{Article, Person, drafts, reply, salutation, templates};
use crate::web::gate::Asker;

/// The composer as `tickets/page/composer.html` shows it.
#[derive(Serialize)]
pub struct Composer {
    kind: String,
    seen: i64,
    /// Whether this is the page after a form of the composer: writing goes on in it.
    begun: bool,
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
    /// The same formatted; empty where it has no format.
    html: String,
    /// Whether the editor opens.
    rich: bool,
    /// What is put above a reply; nothing where the queue has no salutation.
    salutation: Option<Above>,
    /// What is put below a reply or a forward.
    signature: String,
    /// The language in which the customer writes, for the spelling check; empty where nobody can tell.
    lang: String,
    /// Which file is which image in the text, as JSON.
    images: String,
    files: Vec<Kept>,
    quote_url: Option<String>,
    quote_id: i64,
    quote_intro: String,
    restored: bool,
    until: String,
    /// Named states in which the ticket can be left: those that wait for the moment above, and the others.
    waits: Vec<then::Named>,
    rests: Vec<then::Named>,
    send_at: String,
    /// What is asked before it is sent all the same.
    warning: String,
    unattached: bool,
    /// Where the first mail stands that its author has not seen.
    unseen_url: Option<String>,
    revisions: Revisions,
    templates: Vec<Offered>,
    chips: Vec<Chip>,
    /// Names that still stand in the text.
    missing: Vec<String>,
    /// All names that there are.
    names: String,
}

/// Which versions of the drafts a page knows; 0 where there is none.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Revisions {
    /// Of the reply, or of the forward.
    pub reply: i64,
    /// Of the note.
    pub note: i64,
}

/// The words above a reply. Which of them are meant is known once it is known to whom it goes; a script follows that.
#[derive(Serialize)]
struct Above {
    to_customer: String,
    to_others: String,
    /// The customer's addresses, with blanks between them.
    addresses: String,
    present: bool,
}

impl Above {
    fn of(choice: salutation::Choice) -> Option<Self> {
        let any = !choice.to_customer.is_empty() || !choice.to_others.is_empty();
        any.then(|| Self {
            to_customer: choice.to_customer,
            to_others: choice.to_others,
            addresses: choice.addresses.join(" "),
            present: choice.present,
        })
    }
}

/// A file that waits with the draft.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    id: String,
    name: String,
    size: i64,
    /// The Content-ID of an image that stands in the text.
    cid: String,
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
    /// The same formatted; empty where it has no format.
    pub html: String,
    /// A reminder's date as typed.
    pub until: String,
    /// When it is to be sent, as typed.
    pub send_at: String,
    /// What happens besides.
    pub effects: effects::Fields,
    /// It was asked about a file already.
    pub unattached: bool,
    /// The newest article that its author had seen.
    pub seen: i64,
    /// Which drafts he knew.
    pub revisions: Revisions,
    /// The files that his page showed.
    pub held: Vec<String>,
    /// What is asked before it is sent all the same.
    pub warning: String,
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
    /// The same formatted; empty where it has no format.
    pub body_html: String,
    /// `forward` where it is no reply; nothing else.
    pub kind: String,
    /// What happens besides.
    pub effects: effects::Fields,
    /// What is asked for besides, where something is passed on.
    #[serde(flatten)]
    pub passing: Passing,
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
    let (house, mut all) = (templates::named(conn, access, &asker.actor)?, queues::all(conn)?);
    let mut composer = Composer {
        kind: if may_reply { "reply" } else { "note" }.to_owned(),
        seen: articles.last().map_or(0, |article| article.id.0),
        begun: false,
        error: String::new(),
        from: sender.address,
        to: mailboxes(&fresh.to),
        to_error: String::new(),
        cc: mailboxes(&fresh.cc),
        bcc: String::new(),
        send: SendLabel::of("", "", ""),
        forward: may_reply.then(|| ForwardView::of(articles, asker)),
        subject: format!("Re: {}", crate::tickets::open::without_prefixes(subject.unwrap_or(&ticket.title))),
        body: String::new(),
        html: String::new(),
        rich: false,
        images: String::new(),
        salutation: None,
        signature: reply::signature(&asker.actor.agent.signature, &queue.signature),
        lang: last
            .and_then(|article| mail_ingest::language::guess(&article.body_text))
            .map_or_else(String::new, |guess| guess.tag.to_owned()),
        files: Vec::new(),
        quote_url: last.map(|article| {
            format!("/tickets/{}?{}#reply", ticket.number, query("quote", &article.id.to_string()))
        }),
        quote_id: last.map_or(0, |article| article.id.0),
        quote_intro: last.map_or_else(String::new, |article| quote_intro(article, asker)),
        restored: false,
        until: String::new(),
        waits: then::menu(&asker.reader, true),
        rests: then::menu(&asker.reader, false),
        send_at: tomorrow_morning(asker),
        warning: String::new(),
        unattached: false,
        unseen_url: None,
        revisions: Revisions::default(),
        templates: offered(&house, &all, &asker.actor, &asker.reader),
        chips: Vec::new(),
        missing: Vec::new(),
        names: placeholders::NAMES.join(" "),
    };
    let mut effects = restore(conn, asker, access, &mut composer, may_reply)?;
    if let Some(article) = quoted {
        let quote = quote(article, asker);
        if !composer.html.is_empty() {
            composer.html.insert_str(0, &mail_ingest::html::from_text(&quote));
        }
        composer.body = format!("{quote}{}", composer.body);
    }
    if let Some(id) = wish.forward.filter(|_| may_reply && typed.is_none()) {
        composer.kind = "forward".to_owned();
        if let Some(forward) = &mut composer.forward {
            forward.choose(&id.to_string());
        }
    }
    if let Some(typed) = typed {
        effects = typed.effects.clone();
        composer.take(typed, articles);
        composer.kind.clone_from(&typed.kind);
        if typed.kind == "forward" {
            composer.pass_on([&typed.to, &typed.cc, &typed.bcc], &typed.forward);
        } else {
            composer.to.clone_from(&typed.to);
            composer.cc.clone_from(&typed.cc);
            composer.bcc.clone_from(&typed.bcc);
        }
    }
    composer.rich =
        !composer.html.is_empty() || (typed.is_none() && habits::of(conn, asker.actor.agent.id)?.rich_text);
    let shown = composer.files.iter().filter(|file| !file.cid.is_empty());
    let images: BTreeMap<&str, &str> = shown.map(|file| (file.cid.as_str(), file.id.as_str())).collect();
    composer.images = serde_json::to_string(&images)?;
    // A draft may be older than its writer's rights.
    all.retain(|queue| is_named_to(queue.id, &asker.actor) || may_move_into(queue.id, &asker.actor));
    composer.chips = effects.chips(&all, &asker.reader);
    composer.missing = placeholders::left(&composer.body).into_iter().map(placeholders::shown).collect();
    composer.send = SendLabel::of(&composer.to, &composer.cc, &composer.bcc);
    let to: Vec<Person> = people(&composer.to);
    let choice = salutation::choice(conn, ticket, &asker.actor.agent, &queue, &to)?;
    composer.salutation = Above::of(choice);
    Ok(composer)
}

/// Tomorrow at eight, for a reply that is not to arrive in the evening.
fn tomorrow_morning(asker: &Asker) -> String {
    let reader = &asker.reader;
    let tomorrow = reader.now.to_zoned(reader.zone.clone()).tomorrow();
    let at = tomorrow.and_then(|day| day.date().at(8, 0, 0, 0).to_zoned(reader.zone.clone()));
    at.map_or_else(|_| String::new(), |at| reader.field(at.timestamp()))
}

impl Composer {
    fn pass_on(&mut self, addresses: [&String; 3], passing: &Passing) {
        if let Some(forward) = &mut self.forward {
            forward.fill(addresses, passing);
        }
    }

    // What stays as it was typed, whatever is written.
    fn take(&mut self, typed: &Typed, articles: &[Article]) {
        self.begun = true;
        self.body.clone_from(&typed.body);
        self.html.clone_from(&typed.html);
        self.until.clone_from(&typed.until);
        if !typed.send_at.is_empty() {
            self.send_at.clone_from(&typed.send_at);
        }
        self.error.clone_from(&typed.error);
        self.to_error.clone_from(&typed.to_error);
        self.warning.clone_from(&typed.warning);
        self.unattached = typed.unattached;
        self.revisions = typed.revisions;
        let unseen = |article: &&Article| {
            article.id.0 > typed.seen && article.sender == Sender::Customer && !article.automatic
        };
        self.unseen_url = articles
            .iter()
            .find(unseen)
            .filter(|_| typed.seen > 0)
            .map(|article| format!("#a-{}", article.id));
    }
}

// Of a reply and a note that were both begun the younger one is shown; files of either go along.
fn restore(
    conn: &mut Conn,
    asker: &Asker,
    access: &TicketAccess<Read>,
    composer: &mut Composer,
    may_reply: bool,
) -> Result<effects::Fields> {
    let ticket = access.ticket().id;
    let mut found = Vec::new();
    for (kind, word) in [(DraftKind::Reply, "reply"), (DraftKind::Note, "note")] {
        if let Some(draft) = drafts::find(conn, &asker.actor, ticket, kind)? {
            composer.files.extend(drafts::files(conn, draft.id)?.into_iter().map(|file| Kept {
                id: file.uid,
                name: file.name,
                size: file.size,
                cid: file.content_id.filter(|_| file.inline).unwrap_or_default(),
            }));
            found.push((draft, word));
        }
    }
    found.sort_by_key(|(draft, _)| draft.updated_at);
    let Some((draft, word)) = found.pop() else { return Ok(effects::Fields::default()) };
    // The other one is not shown: whoever sends this one does not know it, and it stays.
    match word {
        "note" => composer.revisions.note = draft.revision,
        _ => composer.revisions.reply = draft.revision,
    }
    // Only we write this column; fields that cannot be read leave the composer as it is.
    let fields: Fields = serde_json::from_str(&draft.fields).unwrap_or_default();
    if word == "reply" && may_reply && fields.kind == "forward" {
        composer.kind = fields.kind;
        composer.pass_on([&fields.to, &fields.cc, &fields.bcc], &fields.passing);
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
    composer.html = fields.body_html;
    Ok(fields.effects)
}

// Whom a field names; nobody while it cannot be understood.
fn people(typed: &str) -> Vec<Person> {
    let found = mail_ingest::address::parse_list(typed).unwrap_or_default();
    found.into_iter().map(|one| Person { name: one.name, address: one.address }).collect()
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
