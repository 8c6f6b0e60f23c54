//! What hangs at a mail and can be read here: a mail within a mail, an invitation, a plain text. Made when somebody asks for it,
//! from the stored bytes, so that a ticket's page costs no more for it.

mod meeting;
mod zones;

use actix_web::web::{Data, Path, Query};
use mail_ingest::quote::{Known, Side};
use mail_ingest::{Mail, Part, calendar};
use serde::{Deserialize, Serialize};

use super::failure::{Answer, Failure};
use super::files;
use super::gate::{Asker, Signed};
use super::page::{Page, show};
use super::recorder::raw::visible;
use super::state::Web;
use super::text::{Segment, segments_against};
use crate::access::Actor;
use crate::db::{Blobs, Conn};
use crate::error::{Error, Result};
use crate::tickets::view;

/// Mails within mails that are opened.
const DEPTH: usize = 5;

/// Of a text file so much is shown, in bytes.
const TEXT: usize = 64 * 1024;

/// Which of the files within.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    /// `2.1`: the first file of the mail that is the second file. Empty for the file itself.
    #[serde(default)]
    part: String,
}

#[derive(Serialize)]
struct AttachedView {
    title: String,
    kind: String,
    ticket_url: String,
    above: Vec<Crumb>,
    download_url: String,
    mails: Vec<MailView>,
    events: Vec<meeting::EventView>,
    plain: Option<PlainView>,
}

/// The beginning of a text file.
#[derive(Serialize)]
struct PlainView {
    text: String,
    cut: bool,
}

#[derive(Serialize)]
struct Crumb {
    url: String,
    label: String,
}

#[derive(Serialize)]
struct MailView {
    facts: Vec<Fact>,
    text: Vec<Segment>,
    files: Vec<FileView>,
}

/// A line of a list of facts.
#[derive(Serialize)]
struct Fact {
    name: String,
    value: String,
}

impl Fact {
    /// `None` where there is nothing to say.
    fn of(asker: &Asker, key: &str, value: String) -> Option<Fact> {
        (!value.trim().is_empty()).then(|| Fact { name: asker.reader.language.tr(key), value })
    }
}

#[derive(Serialize)]
struct FileView {
    url: String,
    name: String,
    kind: String,
    size: i64,
    read_url: Option<String>,
}

/// Whether a file can be read here.
pub fn is_readable(content_type: &str, name: &str) -> bool {
    is_mail(content_type, name) || is_calendar(content_type, name) || is_plain(content_type, name)
}

// What a browser would run is text as well, and shown as such: nothing of it is ever more than letters.
fn is_plain(content_type: &str, name: &str) -> bool {
    let text = matches!(
        content_type,
        "text/plain"
            | "text/csv"
            | "text/markdown"
            | "text/x-log"
            | "text/x-diff"
            | "text/x-patch"
            | "application/json"
    );
    text || [".txt", ".log", ".csv", ".md", ".diff", ".patch", ".json"]
        .iter()
        .any(|end| has_ending(name, end))
}

fn is_mail(content_type: &str, name: &str) -> bool {
    matches!(content_type, "message/rfc822" | "message/global" | "message/news") || has_ending(name, ".eml")
}

fn is_calendar(content_type: &str, name: &str) -> bool {
    matches!(content_type, "text/calendar" | "application/ics") || has_ending(name, ".ics")
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.len()
        .checked_sub(ending.len())
        .and_then(|at| name.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// `GET /attachments/{uid}/content`: a mail or an invitation, readable.
pub async fn page(web: Data<Web>, signed: Signed, uid: Path<String>, wish: Query<Wish>) -> Answer {
    let (uid, state) = (uid.into_inner(), web.clone());
    show(&web, &signed, "articles/attached.html", move |conn, asker| {
        load(conn, state.db.blobs(), asker, &uid, &wish.part)
    })
    .await
}

/// `GET /attachments/{uid}/content/{part}`: a file of a mail within a mail, to be saved.
pub async fn part(web: Data<Web>, signed: Signed, path: Path<(String, String)>) -> Answer {
    let ((uid, part), state) = (path.into_inner(), web.clone());
    let file = web
        .db
        .read(move |conn| Ok(find(conn, state.db.blobs(), &signed.actor, &uid, &part)?.file))
        .await
        .map_err(Failure::from)?;
    Ok(files::download(&file.name, &file.content_type, file.data))
}

/// A file, and the mails that it lies in.
struct Found {
    file: Part,
    above: Vec<Crumb>,
    ticket_url: String,
}

fn find(conn: &mut Conn, blobs: &Blobs, actor: &Actor, uid: &str, part: &str) -> Result<Found> {
    let outer = view::attachment(conn, actor, uid)?;
    let id = outer.article_id.ok_or(Error::NotFound)?;
    let (_, access) = view::article(conn, actor, id)?;
    let ticket_url = format!("/tickets/{}#a-{id}", access.ticket().number);
    let mut file = Part {
        name: outer.name,
        content_type: outer.content_type,
        data: blobs.read(conn, &outer.digest)?,
        ..Part::default()
    };
    let mut above = Vec::new();
    let mut walked = String::new();
    for step in part.split('.').filter(|step| !step.is_empty()) {
        let number: usize = step.parse().map_err(|_| Error::NotFound)?;
        if above.len() >= DEPTH || !is_mail(&file.content_type, &file.name) {
            return Err(Error::NotFound);
        }
        above.push(Crumb { url: address(uid, &walked), label: file.name });
        let within = mail_ingest::parse(&file.data).attachments;
        let at = number.checked_sub(1).ok_or(Error::NotFound)?;
        file = within.into_iter().nth(at).ok_or(Error::NotFound)?;
        walked = join(&walked, number);
    }
    Ok(Found { file, above, ticket_url })
}

fn join(part: &str, number: usize) -> String {
    if part.is_empty() { number.to_string() } else { format!("{part}.{number}") }
}

fn address(uid: &str, part: &str) -> String {
    if part.is_empty() {
        format!("/attachments/{uid}/content")
    } else {
        format!("/attachments/{uid}/content?part={part}")
    }
}

fn load(conn: &mut Conn, blobs: &Blobs, asker: &Asker, uid: &str, part: &str) -> Result<Page<AttachedView>> {
    let found = find(conn, blobs, &asker.actor, uid, part)?;
    let language = &asker.reader.language;
    let mut view = AttachedView {
        title: found.file.name.clone(),
        kind: String::new(),
        ticket_url: found.ticket_url,
        download_url: if part.is_empty() {
            format!("/attachments/{uid}")
        } else {
            format!("/attachments/{uid}/content/{part}")
        },
        mails: Vec::new(),
        events: Vec::new(),
        plain: None,
        above: found.above,
    };
    let file = &found.file;
    if is_mail(&file.content_type, &file.name) {
        let mail = mail_ingest::parse(&file.data);
        if !mail.subject.is_empty() {
            view.title.clone_from(&mail.subject);
        }
        view.kind = language.tr("attached-mail");
        let depth = view.above.len();
        view.mails.push(mail_view(&mail, asker, uid, part, depth));
    } else if is_calendar(&file.content_type, &file.name) {
        let text = String::from_utf8_lossy(&file.data);
        let calendar = calendar::parse(&text).ok_or(Error::NotFound)?;
        view.kind = language.tr("attached-calendar");
        view.events =
            calendar.events.iter().map(|event| meeting::view(calendar.method, event, asker)).collect();
    } else if is_plain(&file.content_type, &file.name) {
        view.kind = language.tr("attached-text");
        let (start, cut) = (file.data.get(..TEXT).unwrap_or(&file.data), file.data.len() > TEXT);
        let text = visible(mail_ingest::guess_text(start).as_bytes());
        view.plain = Some(PlainView { text, cut });
    } else {
        return Err(Error::NotFound);
    }
    Ok(Page::new("", view))
}

fn mail_view(mail: &Mail, asker: &Asker, uid: &str, part: &str, depth: usize) -> MailView {
    let list = |people: &[mail_ingest::Mailbox]| people.iter().map(named).collect::<Vec<_>>().join(", ");
    let date = mail.date.and_then(|date| jiff::Timestamp::from_microsecond(date).ok());
    let facts = [
        Fact::of(asker, "attached-from", mail.from.as_ref().map(named).unwrap_or_default()),
        Fact::of(asker, "attached-to", list(&mail.to)),
        Fact::of(asker, "attached-cc", list(&mail.cc)),
        Fact::of(asker, "attached-date", date.map(|date| asker.reader.full(date)).unwrap_or_default()),
    ];
    let files = mail.attachments.iter().enumerate().map(|(at, file)| {
        let path = join(part, at + 1);
        let kind =
            asker.reader.language.tr(&format!("file-kind-{}", files::kind(&file.content_type, &file.name)));
        FileView {
            url: format!("/attachments/{uid}/content/{path}"),
            name: file.name.clone(),
            kind,
            size: i64::try_from(file.data.len()).unwrap_or(i64::MAX),
            read_url: (depth + 1 < DEPTH && is_readable(&file.content_type, &file.name))
                .then(|| address(uid, &path)),
        }
    });
    MailView {
        facts: facts.into_iter().flatten().collect(),
        text: segments_against(&mail.text, &Known::default(), Side::Theirs),
        files: files.collect(),
    }
}

fn named(person: &mail_ingest::Mailbox) -> String {
    match (person.name.is_empty(), person.address.is_empty()) {
        (true, _) => person.address.clone(),
        (false, true) => person.name.clone(),
        (false, false) => format!("{} <{}>", person.name, person.address),
    }
}
