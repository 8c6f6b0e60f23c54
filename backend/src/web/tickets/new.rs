//! A ticket that an agent opens: after a call, or as the first mail to somebody.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Query};
use serde::{Deserialize, Serialize};

use super::draft;
use crate::access::{self, Owner};
use crate::db::{Channel, Conn, DraftKind, QueueId, Right, TicketId};
use crate::error::{Error, Result};
use crate::people::habits;
use crate::queues;
use crate::tickets::open::{self, OpenInput};
use crate::tickets::{Clean, Person, assign, drafts};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::Upload;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;
use crate::web::view::{Choice, PriorityView};

/// What the address may fill in.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    queue: Option<i64>,
    #[serde(default)]
    customer: String,
}

/// What the form sends.
const FIELDS: [&str; 9] =
    ["kind", "customer", "queue", "priority", "owner", "subject", "body", "html", "ticket_revision"];

/// What was typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Form {
    kind: String,
    customer: String,
    queue: Option<i64>,
    priority: i32,
    owner: String,
    subject: String,
    // As drafts of every kind call their text.
    #[serde(rename = "body_text")]
    body: String,
    /// The same with its format, where it has one: then the text is made of it.
    body_html: String,
}

impl Form {
    /// With HTML of the editor in place of the text, where there is any; pictures need a ticket first.
    fn formatted(self, html: &str) -> Self {
        let clean = Clean::of(html, &|_| false);
        match clean.html() {
            "" => self,
            html => Self { body: clean.text(), body_html: html.to_owned(), ..self },
        }
    }
}

#[derive(Clone, Debug, Default, Serialize)]
struct Errors {
    customer: String,
    priority: String,
    subject: String,
    body: String,
    files: String,
}

#[derive(Serialize)]
struct NewView {
    error: String,
    form: Form,
    errors: Errors,
    queues: Vec<Choice>,
    priorities: Vec<Level>,
    restored: bool,
    /// Whether the editor is open at first.
    rich: bool,
    /// Which version of the draft this is; 0 for none.
    revision: i64,
}

#[derive(Serialize)]
struct Level {
    level: i32,
    word: String,
    current: bool,
}

/// `GET /tickets/new`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    let fresh = wish.customer.is_empty() && wish.queue.is_none();
    let form = Form {
        kind: "phone".to_owned(),
        customer: wish.customer,
        queue: wish.queue,
        priority: signed.reader.terms.usual().level(),
        owner: "me".to_owned(),
        ..Form::default()
    };
    let begin = if fresh { Begin::Draft(form) } else { Begin::Typed(form, 0) };
    show(&web, &signed, StatusCode::OK, begin, Errors::default(), String::new()).await
}

/// What the form holds at first.
enum Begin {
    /// What was begun before, or this.
    Draft(Form),
    /// This, and the version of the draft that its author knows.
    Typed(Form, i64),
}

async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    begin: Begin,
    errors: Errors,
    error: String,
) -> Answer {
    show_as(web, signed, status, "tickets/new.html", move |conn, asker| {
        load(conn, asker, begin, errors, error)
    })
    .await
}

fn load(
    conn: &mut Conn,
    asker: &Asker,
    begin: Begin,
    errors: Errors,
    error: String,
) -> Result<Page<NewView>> {
    let (form, revision, restored) = begun(conn, asker, begin)?;
    let queues = queues_to_open(conn, asker, form.queue)?;
    if queues.is_empty() {
        return Err(Error::Forbidden(asker.reader.language.tr("new-no-queue").into()));
    }
    let chosen = form.priority.to_string().parse().ok();
    let priorities = asker
        .reader
        .terms
        .offered_priorities(chosen)
        .into_iter()
        .map(|priority| PriorityView::of(priority, &asker.reader))
        .map(|view| Level { current: view.level == form.priority, level: view.level, word: view.word })
        .collect();
    let rich = !form.body_html.is_empty() || habits::of(conn, asker.actor.agent.id)?.rich_text;
    let view = NewView { error, form, errors, queues, priorities, restored, rich, revision };
    Ok(Page::new("new", view))
}

fn begun(conn: &mut Conn, asker: &Asker, begin: Begin) -> Result<(Form, i64, bool)> {
    let fresh = match begin {
        Begin::Typed(form, known) => return Ok((form, known, false)),
        Begin::Draft(fresh) => fresh,
    };
    match drafts::find(conn, &asker.actor, TicketId(0), DraftKind::Ticket)? {
        // Only we write this column; fields that cannot be read leave the form as it is.
        Some(draft) => match serde_json::from_str::<Form>(&draft.fields) {
            Ok(form) => Ok((form, draft.revision, true)),
            Err(_) => Ok((fresh, draft.revision, false)),
        },
        None => Ok((fresh, 0, false)),
    }
}

/// What the script sends one second after the last key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    kind: String,
    customer: String,
    queue: Option<i64>,
    priority: i32,
    owner: String,
    subject: String,
    body: String,
    /// The text with its format, where it has one.
    #[serde(default)]
    html: String,
    /// The version that was changed; 0 for none.
    base: Option<i64>,
}

/// `PUT /tickets/new/draft`.
pub async fn save(web: Data<Web>, signed: Signed, saved: Json<Saved>) -> Answer {
    let (saved, at, asker) = (saved.into_inner(), web.moment(), signed.clone());
    let base = saved.base;
    let form = Form {
        kind: saved.kind,
        customer: saved.customer,
        queue: saved.queue,
        priority: saved.priority,
        owner: saved.owner,
        subject: saved.subject,
        body: saved.body,
        body_html: String::new(),
    };
    let form = form.formatted(&saved.html);
    let fields = serde_json::to_string(&form).map_err(Error::from)?;
    let kept = web.db.write(move |tx| drafts::save_ticket(tx, &asker.actor, &fields, base, &at)).await;
    draft::told(&web, signed, kept, |conn, signed| {
        drafts::find(conn, &signed.actor, TicketId(0), DraftKind::Ticket)
    })
    .await
}

/// `POST /tickets`.
pub async fn create(web: Data<Web>, signed: Signed, upload: Upload) -> Answer {
    upload.only(&FIELDS).map_err(|failure| failure.keeping(&upload.text("body")).back_to("/tickets/new"))?;
    let form = Form {
        kind: upload.text("kind"),
        customer: upload.text("customer"),
        queue: upload.text("queue").parse().ok(),
        priority: upload.text("priority").parse().unwrap_or(signed.reader.terms.usual().level()),
        owner: upload.text("owner"),
        subject: upload.text("subject"),
        body: upload.text("body"),
        body_html: String::new(),
    };
    let form = form.formatted(&upload.text("html"));
    let known = upload.text("ticket_revision").parse().unwrap_or(0);
    let files = draft::prepare(&web, upload.files.clone()).await?;
    let (asker, at, typed) = (signed.clone(), web.moment(), form.clone());
    let blobs = web.db.blobs().clone();
    let made = web
        .db
        .write(move |tx| {
            let queue = QueueId(typed.queue.ok_or(Error::NotFound)?);
            let proof = access::for_queue(tx, &asker.actor, queue, Right::Create)?;
            let input = OpenInput {
                title: typed.subject.clone(),
                customer: customer(&typed.customer),
                channel: if typed.kind == "mail" { Channel::Mail } else { Channel::Phone },
                body_text: typed.body.clone(),
                body_html: match typed.body_html.as_str() {
                    "" => None,
                    html => Some(Clean::of(html, &|_| false).prepare(&blobs)?),
                },
                files: files.clone(),
                priority: typed.priority.to_string().parse().unwrap_or(asker.reader.terms.usual()),
                state: None,
                hold_seconds: None,
            };
            let (ticket, article) = open::open(tx, &proof, &asker.actor, &input, &at)?;
            if typed.owner == "me" && ticket.owner_id != Some(asker.actor.agent.id) {
                match access::for_change::<Owner>(tx, &asker.actor, &ticket.number) {
                    Ok(mut access) => assign::assign(tx, &mut access, Some(asker.actor.agent.id), &at)?,
                    // Who may open but not assign leaves it to nobody.
                    Err(Error::Forbidden(_) | Error::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            let kind = DraftKind::Ticket;
            let sent = drafts::Sent { text: &typed.body, files: None };
            drafts::finish(tx, &asker.actor, TicketId(0), kind, known, &sent)?;
            Ok((ticket.number, article.id))
        })
        .await;
    match made {
        Ok((number, article)) => Ok(see_other(&format!("/tickets/{number}#a-{article}"))),
        Err(Error::Invalid(fields)) => {
            let mut errors = Errors::default();
            if !upload.files.is_empty() {
                // No browser sends them a second time by itself.
                errors.files = signed.reader.language.tr("new-files-again");
            }
            for field in fields {
                let message = field.message.in_language(&signed.reader.language);
                match field.field.as_str() {
                    "customer" => errors.customer = message,
                    "title" => errors.subject = message,
                    "priority" => errors.priority = message,
                    _ => errors.body = message,
                }
            }
            let error = signed.reader.language.tr("new-check");
            let begin = Begin::Typed(form, known);
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, begin, errors, error).await
        }
        Err(error) => Err(Failure::from(error).keeping(&form.body).back_to("/tickets/new")),
    }
}

/// `Ruth Calloway <ruth@example.org>`; what is no address stays as typed, for the verb to refuse.
pub(super) fn customer(text: &str) -> Person {
    match mail_ingest::address::parse_list(text) {
        Ok(list) if list.len() == 1 => list.first().map(Person::from).unwrap_or_default(),
        _ => Person { name: String::new(), address: text.trim().to_owned() },
    }
}

/// The queues in which the actor may open tickets, for forms.
fn queues_to_open(conn: &mut Conn, asker: &Asker, chosen: Option<i64>) -> Result<Vec<Choice>> {
    let all = queues::all(conn)?;
    let open = all.iter().filter(|queue| queue.retired_at.is_none());
    let able = open.filter(|queue| asker.actor.scope.in_queue(queue.id).has(Right::Create));
    Ok(able
        .map(|queue| Choice::new(queue.id.to_string(), queue.name.clone(), chosen == Some(queue.id.0)))
        .collect())
}
