//! Articles with their files and the fate of our mails.

use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonView, instant};
use crate::{
    db::{Blobs, Conn},
    error::{Error, Result},
    tickets::{
        Article, Attachment,
        view::{self, DeliveryStatus},
    },
};

/// One entry of a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Article)]
pub struct ArticleView {
    /// Its key.
    pub id: String,
    /// The number of its ticket.
    pub ticket: String,
    /// Who wrote it: customer, agent, system.
    pub sender_type: String,
    /// How it came about: mail, note, phone.
    pub channel: String,
    /// Whether the customer sees it; false is internal.
    pub visible: bool,
    /// The From header; empty where there is none.
    pub from: PersonView,
    /// The To header.
    pub to: Vec<PersonView>,
    /// The Cc header.
    pub cc: Vec<PersonView>,
    /// Who got it without the others knowing; only of what agents wrote.
    pub bcc: Vec<PersonView>,
    /// Decoded, on one line; empty where the mail had none.
    pub subject: String,
    /// Without angle brackets; empty where there is none.
    pub message_id: String,
    /// The readable text, also of a mail that is only HTML.
    pub body_text: String,
    /// Cleaned HTML without remote images; null where the mail had none.
    pub body_html: Option<String>,
    /// When it was written.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// How a mail of ours fares; null for all else.
    pub delivery: Option<DeliveryView>,
    /// Its files, inline images included.
    pub attachments: Vec<AttachmentView>,
}

/// How a mail of ours fares.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// held, due, sending, sent, deferred, uncertain, bounced, failed.
    pub state: String,
    /// What the relay said last, or nothing.
    pub error: String,
    /// Recipients whom the mail did not reach, also where others have it.
    pub refused: Vec<RefusedView>,
}

/// A recipient whom a mail did not reach.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RefusedRecipient)]
pub struct RefusedView {
    /// The address.
    pub address: String,
    /// What the relay said.
    pub error: String,
}

impl From<&DeliveryStatus> for DeliveryView {
    fn from(status: &DeliveryStatus) -> Self {
        let refused = status.refused.iter();
        Self {
            state: status.state.to_string(),
            error: status.error.clone(),
            refused: refused
                .map(|one| RefusedView { address: one.address.clone(), error: one.text.clone() })
                .collect(),
        }
    }
}

/// A file.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentView {
    /// Its key.
    pub id: String,
    /// Decoded and made safe.
    pub name: String,
    /// As stated by its sender.
    pub content_type: String,
    /// In decoded bytes.
    pub size: i64,
    /// Shown within the text.
    pub inline: bool,
    /// Where its bytes are: a path on this server, with the same token.
    pub url: String,
}

/// Where a file's bytes are.
pub fn attachment_url(uid: &str) -> String {
    format!("/api/v1/attachments/{uid}")
}

/// One article.
///
/// # Errors
/// Those of the database.
pub fn article(conn: &mut Conn, blobs: &Blobs, of: &Article) -> Result<ArticleView> {
    articles(conn, blobs, std::slice::from_ref(of))?.pop().ok_or(Error::NotFound)
}

/// These articles, in their order. Takes time for HTML: call it off the asynchronous threads.
///
/// # Errors
/// Those of the database.
pub fn articles(conn: &mut Conn, blobs: &Blobs, of: &[Article]) -> Result<Vec<ArticleView>> {
    let mut files = view::attachments(conn, of)?;
    let deliveries = view::deliveries(conn, of)?;
    let tickets: Vec<_> = of.iter().map(|article| article.ticket_id).collect();
    let numbers = view::numbers(conn, &tickets)?;
    let digests: Vec<String> = of.iter().filter_map(|article| article.html_digest.clone()).collect();
    let html = if digests.is_empty() { Default::default() } else { blobs.read_all(conn, &digests)? };
    let show = |article: &Article| {
        let files = files.remove(&article.id).unwrap_or_default();
        let recipients = article.recipients();
        let list = |people: Vec<crate::tickets::Person>| people.into_iter().map(PersonView::from).collect();
        let source = article.html_digest.as_ref().and_then(|digest| html.get(digest));
        ArticleView {
            id: article.id.to_string(),
            ticket: numbers.get(&article.ticket_id).cloned().unwrap_or_default(),
            sender_type: article.sender.to_string(),
            channel: article.channel.to_string(),
            visible: article.visible,
            from: PersonView { name: article.from_name.clone(), address: article.from_address.clone() },
            to: list(recipients.to),
            cc: list(recipients.cc),
            bcc: list(recipients.bcc),
            subject: article.subject.clone(),
            message_id: article.message_id.clone(),
            body_text: article.body_text.clone(),
            body_html: source.map(|bytes| cleaned(&String::from_utf8_lossy(bytes), &files)),
            created_at: instant(article.created_at),
            delivery: deliveries.get(&article.id).map(DeliveryView::from),
            attachments: files.iter().map(file).collect(),
        }
    };
    Ok(of.iter().map(show).collect())
}

// Cleaned at each showing, so that a better cleaner heals old mail.
fn cleaned(html: &str, files: &[Attachment]) -> String {
    let inline = |content_id: &str| {
        let file = files.iter().find(|file| file.content_id.as_deref() == Some(content_id))?;
        Some(attachment_url(&file.uid))
    };
    let options = mail_ingest::html::Options { inline: &inline, remote_images: false };
    mail_ingest::html::clean(html, &options).html
}

fn file(file: &Attachment) -> AttachmentView {
    AttachmentView {
        id: file.uid.clone(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.size,
        inline: file.inline,
        url: attachment_url(&file.uid),
    }
}
