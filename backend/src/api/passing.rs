//! Passing messages on: forwards, redirects, and sending again what did not arrive.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Input, Json, WITH_FILES},
    files::{self, FileInput},
    gate::Caller,
    page::{self, key},
    problem::Answer,
    replies::PeopleInput,
    views::{self, ArticleView},
};
use crate::{
    access::{self, Reply},
    db::ArticleId,
    desk::Desk,
    error::{Error, Result},
    outbox,
    tickets::{
        Person, Recipients,
        forward::{self, ForwardInput, Original},
        redirect, view,
    },
};

/// A message to be passed on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewForward {
    /// Which article of the ticket.
    article: String,
    /// To whom.
    to: PeopleInput,
    /// Copies.
    cc: Option<PeopleInput>,
    /// Copies that nobody else sees.
    bcc: Option<PeopleInput>,
    /// What to say about it; may be missing.
    #[serde(default)]
    body_text: String,
    /// Whether the message's own files go along.
    #[serde(default = "yes")]
    attachments: bool,
    /// `text`: its text below ours; `mail`: the whole mail as a file, with its headers and files.
    #[serde(default)]
    original: Option<String>,
    /// Further files.
    #[serde(default)]
    files: Vec<FileInput>,
    /// Whether the customer may see it. Without this it is internal, and so are the answers.
    #[serde(default)]
    visible: bool,
    /// For how long it can be taken back; the queue's hold where missing, 0 sends at once.
    hold_seconds: Option<i32>,
}

fn yes() -> bool {
    true
}

impl Input for NewForward {
    const LIMIT: usize = WITH_FILES;
}

/// Passes a message on, internally unless asked otherwise. Neither lock nor state change.
#[utoipa::path(post, path = "/tickets/{number}/forwards", tag = "articles", params(("number" = String, Path)),
    request_body = NewForward, responses((status = 201, body = ArticleView)))]
pub async fn forward(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewForward>,
) -> Answer {
    let mut new = value;
    let mut added = files::prepare(&desk, std::mem::take(&mut new.files)).await?;
    let id: ArticleId =
        new.article.parse().map_err(|_| Error::invalid("article", "This is no article's id."))?;
    let original = match new.original.as_deref() {
        None | Some("text") => Original::Text,
        Some("mail") => Original::Mail,
        Some(_) => return Err(Error::invalid("original", "Say text or mail.").into()),
    };
    let (asker, of, blobs) = (caller.clone(), number.to_string(), desk.db.blobs().clone());
    let along = desk
        .db
        .read(move |conn| {
            let access = access::readable(conn, &asker.actor, &of)?;
            let article = match view::article(conn, &asker.actor, id) {
                Ok((article, other)) if other.ticket().id == access.ticket().id => article,
                Ok(_) | Err(Error::NotFound) => {
                    return Err(Error::invalid("article", "This article is not in this ticket."));
                }
                Err(error) => return Err(error),
            };
            forward::files(conn, &blobs, &article, original, new.attachments)
        })
        .await?;
    added.extend(along);
    let people = |list: Option<&PeopleInput>| list.map(PeopleInput::people).unwrap_or_default();
    let input = ForwardInput {
        article: id,
        recipients: Recipients {
            to: new.to.people(),
            cc: people(new.cc.as_ref()),
            bcc: people(new.bcc.as_ref()),
            ..Recipients::default()
        },
        body_text: new.body_text,
        body_html: None,
        original,
        files: added,
        visible: new.visible,
        hold_seconds: new.hold_seconds,
    };
    let (at, asker, blobs) = (desk.moment(), caller.clone(), desk.db.blobs().clone());
    request
        .create(&desk, &caller, move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let article = forward::forward(tx, &mut access, &asker.actor, &input, &at)?;
            views::article(tx, &blobs, &article)
        })
        .await
}

/// To whom a mail is sent on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRedirect {
    /// One or several.
    to: PeopleInput,
}

impl Input for NewRedirect {}

/// Sends the mail of an article on, unchanged. The article that is made says to whom, and how the mail fares.
#[utoipa::path(post, path = "/articles/{id}/redirects", tag = "articles", params(("id" = String, Path)),
    request_body = NewRedirect, responses((status = 201, body = ArticleView)))]
pub async fn redirect(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, request }: Json<NewRedirect>,
) -> Answer {
    let id: ArticleId = key(&id)?;
    let (at, asker, blobs, to) = (desk.moment(), caller.clone(), desk.db.blobs().clone(), value.to.people());
    let wanted = desk
        .db
        .read(move |conn| {
            let (article, access) = view::article(conn, &asker.actor, id)?;
            let ticket = access.ticket();
            Ok((
                redirect::prepare(conn, &blobs, &asker.actor, &article, ticket, to, &at)?,
                ticket.number.clone(),
            ))
        })
        .await?;
    let (at, asker, blobs) = (desk.moment(), caller.clone(), desk.db.blobs().clone());
    request
        .create(&desk, &caller, move |tx| {
            let (wanted, number) = &wanted;
            let mut access = access::for_change::<Reply>(tx, &asker.actor, number)?;
            let article = redirect::redirect(tx, &mut access, &asker.actor, wanted, &at)?;
            views::article(tx, &blobs, &article)
        })
        .await
}

/// To whom a mail that did not arrive is sent again.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResend {
    /// In place of those whom it did not reach; where missing, to those themselves.
    to: Option<PeopleInput>,
}

impl Input for NewResend {}

/// Sends a mail again that the relay refused or that came back, to those whom it did not reach.
#[utoipa::path(post, path = "/articles/{id}/resends", tag = "articles", params(("id" = String, Path)),
    request_body = NewResend, responses((status = 201, body = ArticleView)))]
pub async fn resend(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, request }: Json<NewResend>,
) -> Answer {
    let id: ArticleId = page::key(&id)?;
    let (at, asker, blobs) = (desk.moment(), caller.clone(), desk.db.blobs().clone());
    let to: Option<Vec<Person>> = value.to.as_ref().map(PeopleInput::people);
    request
        .create(&desk, &caller, move |tx| -> Result<ArticleView> {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            outbox::resend(tx, &access, id, to.clone(), &at)?;
            let (article, _) = view::article(tx, &asker.actor, id)?;
            views::article(tx, &blobs, &article)
        })
        .await
}
