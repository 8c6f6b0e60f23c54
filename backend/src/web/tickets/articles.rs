//! The conversation: articles and what happened between them, in the order of time.

use std::collections::HashMap;

use mail_ingest::quote::{Known, Side};
use serde::Serialize;

use super::{beside, colleagues, history, page};
use crate::access::{Read, TicketAccess};
use crate::db::{AgentId, ArticleId, Channel, Conn, Delivery, Sender};
use crate::error::Result;
use crate::outbox::Settled;
use crate::tickets::view::{self, DeliveryStatus};
use crate::tickets::{Article, Attachment, Event, Person, Ticket, belongs, participants};
use crate::web::gate::Asker;
use crate::web::state::Web;
use crate::web::text::{Segment, segments_against};
use crate::web::view::Face;
use crate::web::{articles as frames, attached, files};

/// What was loaded for the whole page already.
pub struct Story<'a> {
    /// Login and name of the agents.
    pub names: &'a HashMap<AgentId, (String, String)>,
    /// All events, the oldest first.
    pub events: &'a [Event],
    /// The articles that are shown, the oldest first.
    pub articles: &'a [Article],
    /// What lies between the first and the others.
    pub hidden: Option<view::Hidden>,
    /// The newest article that the reader has seen.
    pub seen: i64,
    /// What the address asks for.
    pub wish: &'a page::Wish,
    /// The ticket to which this one possibly belongs.
    pub guess: Option<&'a Ticket>,
}

/// A day, an event, an article, or many that are not shown yet.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Entry {
    /// A new day begins.
    Day(DayView),
    /// Something happened.
    Event(EventView),
    /// Somebody wrote.
    Article(Box<ArticleView>),
    /// Earlier messages, on demand.
    Gap(GapView),
}

/// Where the middle of a long conversation is left out.
#[derive(Serialize)]
pub struct GapView {
    count: usize,
    /// Shows some more; missing where that is all.
    more_url: Option<String>,
    all_url: String,
}

/// The line between two days.
#[derive(Serialize)]
pub struct DayView {
    id: String,
    at: jiff::Timestamp,
}

/// One line of what happened.
#[derive(Serialize)]
pub struct EventView {
    id: i64,
    icon: &'static str,
    sentence: String,
    at: jiff::Timestamp,
}

/// An article as `tickets/page/article.html` shows it.
#[derive(Serialize)]
pub struct ArticleView {
    id: i64,
    /// `in`, `out`, `note`, `sys`.
    look: &'static str,
    /// A mail to somebody else of which the customer knows nothing.
    passed_on: bool,
    face: Face,
    badge: String,
    stranger: bool,
    stranger_address: String,
    /// Only agents see it, though somebody outside wrote it.
    internal: bool,
    /// Whom the From header names without proof.
    claims: String,
    /// The ticket to which it possibly belongs.
    guess: Option<Guess>,
    /// The ticket from which an agent brought it.
    brought: String,
    fresh: bool,
    addresses: String,
    at: jiff::Timestamp,
    text: Vec<Segment>,
    delivery: Option<DeliveryView>,
    menu: bool,
    forwardable: bool,
    quotable: bool,
    quote_intro: String,
    html_url: Option<String>,
    html_open: bool,
    html_height: u8,
    html_remote: bool,
    raw_url: Option<String>,
    files: Vec<FileView>,
}

/// A ticket to which an article possibly belongs.
#[derive(Serialize)]
struct Guess {
    number: String,
    subject: String,
}

#[derive(Serialize)]
struct DeliveryView {
    state: &'static str,
    word: String,
    sentence: String,
    problem: bool,
    undo: bool,
    error: String,
    resend: bool,
    /// Whom it did not reach.
    missed: String,
    refused: Vec<RefusedView>,
}

#[derive(Serialize)]
struct RefusedView {
    address: String,
    why: String,
}

#[derive(Serialize)]
struct FileView {
    url: String,
    name: String,
    kind: String,
    size: i64,
    preview: Option<String>,
    /// Where a mail or an invitation can be read.
    read_url: Option<String>,
}

/// Puts the conversation together.
pub fn entries(
    conn: &mut Conn,
    web: &Web,
    asker: &Asker,
    access: &TicketAccess<Read>,
    story: &Story<'_>,
) -> Result<Vec<Entry>> {
    let mut attachments = view::attachments(conn, story.articles)?;
    let deliveries = view::deliveries(conn, story.articles)?;
    let strangers: Vec<String> = participants::of(conn, access)?
        .into_iter()
        .filter(|person| !person.accepted)
        .map(|person| person.address)
        .collect();
    let brought = belongs::brought(conn, access.ticket().id)?;
    let claimed: Vec<AgentId> =
        story.articles.iter().filter_map(|article| article.claimed_agent_id).collect();
    let claimed = view::agents(conn, &claimed)?;
    let asks = story.articles.iter().find(|article| article.sender == Sender::Customer).map(|first| first.id);
    let logins = colleagues::named(conn, story.articles)?;
    let mut parts: Vec<(jiff::Timestamp, Entry)> = Vec::new();
    let mut known = Known::default();
    for article in story.articles {
        let files = attachments.remove(&article.id).unwrap_or_default();
        let stranger = strangers.iter().any(|address| address.eq_ignore_ascii_case(&article.from_address));
        let delivery = deliveries.get(&article.id);
        let mut text = segments_against(&article.body_text, &known, side(article));
        colleagues::mark(&mut text, article, &logins);
        known.add(&article.body_text, side(article));
        let mut view = article_view(web, asker, story, article, text, &files, delivery, stranger);
        view.brought = brought.get(&article.id).map_or_else(String::new, |from| from.number.clone());
        let claims = article.claimed_agent_id.and_then(|id| claimed.get(&id));
        view.claims = claims.map_or_else(String::new, |(_, name)| name.clone());
        view.guess = story.guess.filter(|_| asks == Some(article.id)).map(|ticket| Guess {
            number: ticket.number.clone(),
            subject: super::list::subject(ticket, &asker.reader),
        });
        parts.push((article.created_at.0, Entry::Article(Box::new(view))));
        if let Some(hidden) = story.hidden.filter(|_| parts.len() == 1) {
            parts.push((
                article.created_at.0,
                Entry::Gap(gap(access.ticket(), hidden, &beside::also(story.wish.within.as_deref()))),
            ));
        }
    }
    for event in story.events {
        if story.hidden.is_some_and(|gap| gap.between.0 < event.at && event.at < gap.between.1) {
            continue;
        }
        let Some(icon) = history::icon(event) else { continue };
        let sentence = history::sentence(event, story.names, asker);
        parts.push((event.at.0, Entry::Event(EventView { id: event.id.0, icon, sentence, at: event.at.0 })));
    }
    // Stable: what happened at the same instant as an article stands below it.
    parts.sort_by_key(|(at, _)| *at);
    Ok(with_days(parts, asker))
}

fn gap(ticket: &Ticket, hidden: view::Hidden, also: &str) -> GapView {
    let url = |from: ArticleId| format!("/tickets/{}?from={from}{also}#a-{from}", ticket.number);
    GapView {
        count: hidden.count,
        more_url: (hidden.block != hidden.oldest).then(|| url(hidden.block)),
        all_url: url(hidden.oldest),
    }
}

fn with_days(parts: Vec<(jiff::Timestamp, Entry)>, asker: &Asker) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(parts.len() + 4);
    let mut last = None;
    for (at, entry) in parts {
        let day = at.to_zoned(asker.reader.zone.clone()).date();
        if last.is_some_and(|last| last != day) {
            entries.push(Entry::Day(DayView { id: day.to_string(), at }));
        }
        last = Some(day);
        entries.push(entry);
    }
    entries
}

/// Whose words these are, for telling quotes from signatures.
fn side(article: &Article) -> Side {
    if article.sender == Sender::Customer { Side::Theirs } else { Side::Ours }
}

#[expect(clippy::too_many_arguments, reason = "all of it was loaded by the only caller")]
fn article_view(
    web: &Web,
    asker: &Asker,
    story: &Story<'_>,
    article: &Article,
    text: Vec<Segment>,
    files: &[Attachment],
    delivery: Option<&DeliveryStatus>,
    stranger: bool,
) -> ArticleView {
    let look = match (article.sender, article.visible) {
        (Sender::Customer, _) => "in",
        (Sender::Agent, true) => "out",
        (Sender::Agent, false) => "note",
        (Sender::System, _) => "sys",
    };
    let html = article.html_digest.is_some();
    let remote = story.wish.images.as_deref().and_then(|proof| frames::proven(web, asker, article.id, proof));
    ArticleView {
        id: article.id.0,
        look,
        passed_on: look == "note" && article.channel == Channel::Mail,
        face: face(article, story.names),
        badge: badge(article, asker),
        stranger,
        stranger_address: if stranger { article.from_address.clone() } else { String::new() },
        internal: look == "in" && !article.visible,
        claims: String::new(),
        guess: None,
        brought: String::new(),
        fresh: look == "in" && article.id.0 > story.seen,
        addresses: addresses(article, look, asker),
        at: article.created_at.0,
        text,
        delivery: delivery
            .filter(|status| status.state != Delivery::Cancelled)
            .map(|status| delivery_view(status, article, asker)),
        menu: true,
        forwardable: article.channel != Channel::Note,
        quotable: matches!(look, "in" | "out"),
        quote_intro: quote_intro(article, asker),
        html_url: html.then(|| frames::address(article.id, remote.as_deref())),
        html_open: remote.is_some(),
        html_height: height(&article.body_text),
        html_remote: html && remote.is_none(),
        raw_url: article.inbound_id.map(|_| format!("/articles/{}/raw", article.id)),
        files: files.iter().map(|file| file_view(file, asker)).collect(),
    }
}

fn face(article: &Article, names: &HashMap<AgentId, (String, String)>) -> Face {
    match (article.sender, article.agent_id) {
        (Sender::Agent, Some(id)) => {
            Face::of_agent(id, names.get(&id).map_or(&article.from_name, |(_, name)| name))
        }
        _ => Face::of_mailbox(&article.from_name, &article.from_address),
    }
}

fn badge(article: &Article, asker: &Asker) -> String {
    let language = &asker.reader.language;
    match article {
        Article { channel: Channel::Phone, .. } => language.tr("badge-phone"),
        Article { sender: Sender::System, .. } => language.tr("badge-system"),
        Article { automatic: true, .. } => language.tr("badge-automatic"),
        _ => String::new(),
    }
}

fn addresses(article: &Article, look: &str, asker: &Asker) -> String {
    let language = &asker.reader.language;
    let recipients = article.recipients();
    let list = |people: &[Person]| {
        let shown: Vec<&str> = people
            .iter()
            .map(|person| {
                if look == "out" && !person.name.is_empty() {
                    person.name.as_str()
                } else {
                    person.address.as_str()
                }
            })
            .collect();
        shown.join(", ")
    };
    let (to, mut cc) = (list(&recipients.to), list(&recipients.cc));
    if !recipients.bcc.is_empty() {
        let unseen = language.tr_with("article-bcc", &[("bcc", &list(&recipients.bcc))]);
        cc = if cc.is_empty() { unseen } else { format!("{cc}, {unseen}") };
    }
    let from = article.from_address.as_str();
    match (look, to.is_empty(), cc.is_empty()) {
        ("in", true, _) => from.to_owned(),
        ("in", false, true) => language.tr_with("article-from-to", &[("from", from), ("to", &to)]),
        ("in", false, false) => {
            language.tr_with("article-from-to-cc", &[("from", from), ("to", &to), ("cc", &cc)])
        }
        (_, true, _) => String::new(),
        (_, false, true) => language.tr_with("article-to", &[("to", &to)]),
        (_, false, false) => language.tr_with("article-to-cc", &[("to", &to), ("cc", &cc)]),
    }
}

/// “On 3 November, 16:42, Ruth Calloway wrote:”.
pub fn quote_intro(article: &Article, asker: &Asker) -> String {
    let name = if article.from_name.is_empty() { &article.from_address } else { &article.from_name };
    let date = asker.reader.full(article.created_at.0);
    asker.reader.language.tr_with("quote-intro", &[("date", &date), ("name", name)])
}

fn delivery_view(status: &DeliveryStatus, article: &Article, asker: &Asker) -> DeliveryView {
    let language = &asker.reader.language;
    let partly = status.state == Delivery::Sent && !status.refused.is_empty();
    let state = if partly { "partly" } else { status.state.as_str() };
    let problem = partly
        || matches!(
            status.state,
            Delivery::Failed | Delivery::Bounced | Delivery::Deferred | Delivery::Uncertain
        );
    let mine = article.agent_id == Some(asker.actor.agent.id);
    let planned = status.state == Delivery::Held && status.made_for > article.created_at;
    DeliveryView {
        word: if planned {
            language.tr_with("delivery-planned", &[("date", &asker.reader.stamp(status.made_for.0))])
        } else {
            language.tr(&format!("delivery-{state}"))
        },
        sentence: if problem {
            language.tr(&format!("delivery-{state}-why"))
        } else {
            language.tr("delivery-sent")
        },
        problem,
        undo: status.state == Delivery::Held && mine,
        error: if problem { status.error.clone() } else { String::new() },
        missed: missed(status, article),
        refused: if partly || status.state == Delivery::Deferred {
            let view = |one: &Settled| RefusedView { address: one.address.clone(), why: one.text.clone() };
            status.refused.iter().map(view).collect()
        } else {
            Vec::new()
        },
        resend: partly || matches!(status.state, Delivery::Failed | Delivery::Bounced),
        state,
    }
}

// Whom a new attempt goes to, as text to be corrected.
fn missed(status: &DeliveryStatus, article: &Article) -> String {
    if status.refused.is_empty() {
        return article.recipients().envelope().join(", ");
    }
    status.refused.iter().map(|one| one.address.as_str()).collect::<Vec<_>>().join(", ")
}

// The page cannot measure the frame: six heights by the length of the text.
fn height(text: &str) -> u8 {
    let lines = text.lines().map(|line| 1 + line.len() / 80).sum::<usize>();
    match lines {
        0..6 => 1,
        6..12 => 2,
        12..20 => 3,
        20..30 => 4,
        30..44 => 5,
        _ => 6,
    }
}

fn file_view(file: &Attachment, asker: &Asker) -> FileView {
    let url = format!("/attachments/{}", file.uid);
    FileView {
        name: file.name.clone(),
        kind: asker.reader.language.tr(&format!("file-kind-{}", files::kind(&file.content_type, &file.name))),
        size: file.size,
        preview: files::may_preview(&file.content_type, file.size).then(|| format!("{url}?preview=1")),
        read_url: attached::is_readable(&file.content_type, &file.name).then(|| format!("{url}/content")),
        url,
    }
}

/// The last article that a customer wrote himself, which a reply quotes.
pub fn last_from_customer(articles: &[Article]) -> Option<&Article> {
    articles.iter().rev().find(|article| article.sender == Sender::Customer && !article.automatic)
}

/// An article among those of the page.
pub fn find(articles: &[Article], id: ArticleId) -> Option<&Article> {
    articles.iter().find(|article| article.id == id)
}
