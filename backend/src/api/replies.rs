//! Answers to the customer and internal notes.

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json, Request, WITH_FILES},
    files::{self, FileInput},
    gate::Caller,
    page,
    problem::Answer,
    tickets::{PersonInput, moment, renamed},
    views::{self, ArticleView},
};
use crate::{
    access::{self, Note, Reply},
    db::{ArticleId, Blobs, DraftKind, TemplateId},
    desk::Desk,
    error::{Error, Result},
    queues::templates::Effects,
    terms::Terms,
    tickets::{
        Clean, Formatted, Person, drafts,
        note::{self, NoteInput},
        reply::{self, ReplyInput},
        templates::{self, Written},
        view, withdraw,
    },
};

/// One person or several.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PeopleInput {
    /// Several.
    Many(Vec<PersonInput>),
    /// One.
    One(PersonInput),
}

impl PeopleInput {
    pub(super) fn people(&self) -> Vec<Person> {
        match self {
            Self::Many(people) => people.iter().map(PersonInput::person).collect(),
            Self::One(person) => vec![person.person()],
        }
    }
}

/// An answer.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReply {
    /// To whom; where missing, to whoever wrote last from outside, with everybody who takes part in copy.
    to: Option<PeopleInput>,
    /// Copies; where both are missing, everybody who takes part.
    cc: Option<PeopleInput>,
    /// Copies that nobody else sees.
    bcc: Option<PeopleInput>,
    /// The text, without quote, salutation and signature; where missing, that of `template`.
    body_text: Option<String>,
    /// The same as HTML, brought down to what the editor knows: paragraphs, bold, italic, links, lists, quotes and
    /// preformatted text; all else goes. Where `body_text` is missing, that is made of it; where both are there, the mail
    /// has both, signature included.
    body_html: Option<String>,
    /// Files to send along.
    #[serde(default)]
    attachments: Vec<FileInput>,
    /// The state afterwards; where missing, new becomes open and others stay.
    state: Option<String>,
    /// Until when a pending ticket waits, RFC 3339.
    until: Option<String>,
    /// For how long it can be taken back; the queue's hold where missing, 0 sends at once.
    hold_seconds: Option<i32>,
    /// The id of the newest article that its author has seen: 409 where the customer wrote since. Where missing, it is
    /// sent whatever came.
    seen: Option<String>,
    /// When it goes out, RFC 3339, in place of `hold_seconds`. Until then it can be taken back, and it is when somebody
    /// writes from outside.
    send_at: Option<String>,
    /// The id of a template: what happens besides its text is done with the reply.
    template: Option<String>,
}

impl Input for NewReply {
    const LIMIT: usize = WITH_FILES;
}

/// Answers the customer. Takes the lock of a free ticket; on another agent's it is 409.
#[utoipa::path(post, path = "/tickets/{number}/replies", tag = "articles", params(("number" = String, Path)),
    request_body = NewReply, responses((status = 201, body = ArticleView)))]
pub async fn create(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewReply>,
) -> Answer {
    let mut new = value;
    let files = files::prepare(&desk, std::mem::take(&mut new.attachments)).await?;
    let (body_text, body_html) = texts(desk.db.blobs(), new.body_text.take(), new.body_html.take()).await?;
    let until = new.until.as_deref().map(|text| moment("until", text)).transpose()?;
    let wrong = |_| Error::invalid("seen", "This is no article's id.");
    let seen = new.seen.as_deref().map(|id| id.parse::<ArticleId>().map_err(wrong)).transpose()?;
    let send_at = new.send_at.as_deref().map(|text| moment("send_at", text)).transpose()?;
    let wrong = |_| Error::invalid("template", "This is no template's id.");
    let template = new.template.as_deref().map(|id| id.parse::<TemplateId>().map_err(wrong)).transpose()?;
    let input = ReplyInput {
        to: new.to.as_ref().map(PeopleInput::people),
        cc: new.cc.as_ref().map(PeopleInput::people).unwrap_or_default(),
        bcc: new.bcc.as_ref().map(PeopleInput::people).unwrap_or_default(),
        body_text,
        body_html,
        files,
        state: None,
        until,
        hold_seconds: new.hold_seconds,
        seen,
        send_at,
    };
    let (at, asker, blobs) = (desk.moment(), caller.clone(), desk.db.blobs().clone());
    request
        .create(&desk, &caller, move |tx| {
            let access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let mut input = input.clone();
            if let Some(word) = &new.state {
                input.state = Some(Terms::load(tx)?.wanted_state("state", word)?);
            }
            if input.to.is_none() && new.cc.is_some() {
                input.to = Some(reply::defaults(tx, access.ticket())?.to);
            }
            let mut effects = Effects::default();
            if let Some(id) = template {
                let template =
                    templates::find(tx, &access, &asker.actor, id).map_err(|error| match error {
                        Error::NotFound => {
                            Error::invalid("template", "This template is not offered in this ticket.")
                        }
                        error => error,
                    })?;
                if input.body_text.trim().is_empty() {
                    input.body_text = templates::fill(tx, &access, &asker.actor, &template)?.text;
                }
                effects = template.effects;
            }
            let written = Written::Reply(Box::new(input));
            let article = templates::write_with(tx, &asker.actor, &number, &written, &effects, &at)
                .map_err(|error| renamed(error, "value", "state"))?;
            views::article(tx, &blobs, &article)
        })
        .await
}

/// A reply that was taken back: a draft of its author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WithdrawnView {
    /// The number of the ticket.
    pub ticket: String,
    /// The text, without quote and signature.
    pub body_text: String,
}

/// Takes one's own reply back while it is held or planned: nothing leaves, and its text is a draft again.
#[utoipa::path(post, path = "/articles/{id}/undo", tag = "articles", params(("id" = String, Path)),
    responses((status = 201, body = WithdrawnView)))]
pub async fn undo(desk: Data<Desk>, caller: Caller, id: Path<String>, request: Request) -> Answer {
    let id: ArticleId = page::key(&id)?;
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let (ticket, actor) = (access.ticket().id, &asker.actor);
            withdraw::withdraw(tx, &mut access, actor, id, &at)?;
            let draft = drafts::find(tx, actor, ticket, DraftKind::Reply)?.ok_or(Error::NotFound)?;
            Ok(WithdrawnView { ticket: number, body_text: drafts::text_of(&draft.fields) })
        })
        .await
}

async fn texts(
    blobs: &Blobs,
    text: Option<String>,
    html: Option<String>,
) -> Result<(String, Option<Formatted>)> {
    let Some(html) = html else { return Ok((text.unwrap_or_default(), None)) };
    let blobs = blobs.clone();
    let made = tokio::task::spawn_blocking(move || {
        let clean = Clean::of(&html, &|_| false);
        let text = text.unwrap_or_else(|| clean.text());
        let html = if clean.html().is_empty() { None } else { Some(clean.prepare(&blobs)?) };
        Ok((text, html))
    });
    made.await.map_err(|error| Error::Unexpected(error.into()))?
}

/// An internal note.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// A line about it; may be missing.
    #[serde(default)]
    subject: String,
    /// Its text; where missing, it is made of `body_html`.
    body_text: Option<String>,
    /// The same as HTML, cleaned like that of a reply.
    body_html: Option<String>,
    /// Its files.
    #[serde(default)]
    attachments: Vec<FileInput>,
}

impl Input for NewNote {
    const LIMIT: usize = WITH_FILES;
}

/// Adds an internal note, also to a ticket that another agent has locked. The customer never sees it.
#[utoipa::path(post, path = "/tickets/{number}/notes", tag = "articles", params(("number" = String, Path)),
    request_body = NewNote, responses((status = 201, body = ArticleView)))]
pub async fn note(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewNote>,
) -> Answer {
    let files = files::prepare(&desk, value.attachments).await?;
    let subject = value.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let (body_text, body_html) = texts(desk.db.blobs(), value.body_text, value.body_html).await?;
    let input = NoteInput { subject, body_text, body_html, files };
    let (at, asker, blobs) = (desk.moment(), caller.clone(), desk.db.blobs().clone());
    request
        .create(&desk, &caller, move |tx| {
            let mut access = access::for_change::<Note>(tx, &asker.actor, &number)?;
            let article = note::note(tx, &mut access, &asker.actor, &input, &at)?;
            views::article(tx, &blobs, &article)
        })
        .await
}
