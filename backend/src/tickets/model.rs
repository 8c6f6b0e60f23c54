//! Tickets, articles and events as they are stored.

use diesel::prelude::*;

use crate::db::{
    AgentId, ArticleId, AttachmentId, Cause, Channel, CustomerId, DraftId, EventId, EventKind, InboundId,
    Priority, QueueId, Sender, State, StateId, Status, TicketId, Ts,
    schema::{articles, attachments, events, tickets},
};

/// A ticket.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable, AsChangeset)]
#[diesel(table_name = tickets, treat_none_as_null = true)]
pub struct Ticket {
    /// Its key.
    pub id: TicketId,
    /// Its number: what people see and say.
    pub number: String,
    /// One line.
    pub title: String,
    /// Where it is.
    pub queue_id: QueueId,
    /// Its state.
    pub state: State,
    /// Whether the state is one in which somebody still has to do something.
    pub active: bool,
    /// Its priority.
    pub priority: Priority,
    /// Whose it is.
    pub owner_id: Option<AgentId>,
    /// Since when the owner is on it; `None`: free.
    pub locked_at: Option<Ts>,
    /// Until when it waits.
    pub pending_until: Option<Ts>,
    /// For whom it is.
    pub customer_id: Option<CustomerId>,
    /// His name, as of the last mail.
    pub customer_name: String,
    /// The address to answer to.
    pub customer_address: String,
    /// The constant first id of References in all we send, without angle brackets.
    pub root_message_id: String,
    /// The survivor of a merge.
    pub merged_into: Option<TicketId>,
    /// The beginning of the newest text, for lists.
    pub preview: String,
    /// Who wrote that text: `customer`, `agent`, or nothing yet.
    pub last_sender: String,
    /// Articles by people.
    pub article_count: i32,
    /// Whether any article has an attachment.
    pub has_attachments: bool,
    /// The newest article by a person.
    pub last_article_id: i64,
    /// Since when a customer waits for an answer.
    pub unanswered_since: Option<Ts>,
    /// When it was opened.
    pub created_at: Ts,
    /// When something last happened.
    pub updated_at: Ts,
    /// Which of the states that the house has named, of the kind that `state` says; set with it by
    /// [`set_status`](Self::set_status) alone.
    pub state_id: Option<StateId>,
}

impl Ticket {
    /// The state as people see it.
    pub fn status(&self) -> Status {
        Status { kind: self.state, named: self.state_id }
    }

    /// Puts it into a state. Kind and name change together here and nowhere else: whatever rule sets a kind takes the
    /// name of the one before away.
    pub(crate) fn set_status(&mut self, to: impl Into<Status>) {
        let to = to.into();
        (self.state, self.state_id) = (to.kind, to.named);
    }

    /// Who is on it.
    pub fn lock_holder(&self) -> Option<AgentId> {
        self.locked_at.and(self.owner_id)
    }

    /// Whether somebody other than `agent` is on it.
    pub fn is_locked_by_other(&self, agent: AgentId) -> bool {
        self.lock_holder().is_some_and(|holder| holder != agent)
    }
}

/// A ticket to be made.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = tickets, treat_none_as_default_value = false)]
pub(super) struct NewTicket {
    pub number: String,
    pub title: String,
    pub queue_id: QueueId,
    pub state: State,
    pub active: bool,
    pub priority: Priority,
    pub owner_id: Option<AgentId>,
    pub customer_id: Option<CustomerId>,
    pub customer_name: String,
    pub customer_address: String,
    pub root_message_id: String,
    pub created_at: Ts,
    pub updated_at: Ts,
}

/// One entry of a ticket.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(table_name = articles)]
pub struct Article {
    /// Its key.
    pub id: ArticleId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// Who wrote it.
    pub sender: Sender,
    /// How it came about.
    pub channel: Channel,
    /// Whether the customer sees it.
    pub visible: bool,
    /// Whether a machine wrote it.
    pub automatic: bool,
    /// The agent who wrote it.
    pub agent_id: Option<AgentId>,
    /// The From header's name.
    pub from_name: String,
    /// The From header's address.
    pub from_address: String,
    /// [`Recipients`] as JSON.
    pub recipients: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID without angle brackets, or nothing.
    pub message_id: String,
    /// Its readable text.
    pub body_text: String,
    /// The original HTML, to be cleaned before anybody sees it.
    pub html_digest: Option<String>,
    /// The mail that it came with.
    pub inbound_id: Option<InboundId>,
    /// When it was written.
    pub created_at: Ts,
    /// The agent whose address stands in From, where nothing vouches for that.
    pub claimed_agent_id: Option<AgentId>,
}

impl Article {
    /// Its recipients.
    pub fn recipients(&self) -> Recipients {
        // Only we write this column; text that is no JSON would show no recipients rather than no article.
        serde_json::from_str(&self.recipients).unwrap_or_default()
    }
}

/// An article to be made.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = articles, treat_none_as_default_value = false)]
pub(crate) struct NewArticle {
    pub ticket_id: TicketId,
    pub sender: Sender,
    pub channel: Channel,
    pub visible: bool,
    pub automatic: bool,
    pub agent_id: Option<AgentId>,
    pub from_name: String,
    pub from_address: String,
    pub recipients: String,
    pub subject: String,
    pub message_id: String,
    pub body_text: String,
    pub html_digest: Option<String>,
    pub inbound_id: Option<InboundId>,
    pub created_at: Ts,
}

impl NewTicket {
    /// The ticket as the database now has it: what is not said here is empty, as the schema says too.
    pub(super) fn stored_as(self, id: TicketId) -> Ticket {
        Ticket {
            id,
            number: self.number,
            title: self.title,
            queue_id: self.queue_id,
            state: self.state,
            active: self.active,
            priority: self.priority,
            owner_id: self.owner_id,
            locked_at: None,
            pending_until: None,
            customer_id: self.customer_id,
            customer_name: self.customer_name,
            customer_address: self.customer_address,
            root_message_id: self.root_message_id,
            merged_into: None,
            preview: String::new(),
            last_sender: String::new(),
            article_count: 0,
            has_attachments: false,
            last_article_id: 0,
            unanswered_since: None,
            created_at: self.created_at,
            updated_at: self.updated_at,
            state_id: None,
        }
    }
}

impl NewArticle {
    /// The article as the database now has it.
    pub(super) fn stored_as(self, id: ArticleId) -> Article {
        Article {
            id,
            ticket_id: self.ticket_id,
            sender: self.sender,
            channel: self.channel,
            visible: self.visible,
            automatic: self.automatic,
            agent_id: self.agent_id,
            from_name: self.from_name,
            from_address: self.from_address,
            recipients: self.recipients,
            subject: self.subject,
            message_id: self.message_id,
            body_text: self.body_text,
            html_digest: self.html_digest,
            inbound_id: self.inbound_id,
            created_at: self.created_at,
            claimed_agent_id: None,
        }
    }
}

/// A person in a mail header.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    /// The name; may be empty.
    pub name: String,
    /// The address.
    pub address: String,
}

impl From<&mail_ingest::Mailbox> for Person {
    fn from(mailbox: &mail_ingest::Mailbox) -> Self {
        Self { name: mailbox.name.clone(), address: mailbox.address.clone() }
    }
}

/// To whom a mail went.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Recipients {
    /// The To header.
    pub to: Vec<Person>,
    /// The Cc header.
    pub cc: Vec<Person>,
    /// Where its writer wants the answer.
    pub reply_to: Vec<Person>,
    /// Who gets it without the others knowing: for agents' eyes only, in no header and no quote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<Person>,
}

impl Recipients {
    /// Everybody the mail goes to: To, Cc and Bcc, each address once.
    pub fn envelope(&self) -> Vec<String> {
        let mut addresses: Vec<String> = Vec::new();
        for person in self.to.iter().chain(&self.cc).chain(&self.bcc) {
            if !addresses.iter().any(|known| known.eq_ignore_ascii_case(&person.address)) {
                addresses.push(person.address.clone());
            }
        }
        addresses
    }
}

/// A file of an article or of a draft.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(table_name = attachments)]
pub struct Attachment {
    /// Its key.
    pub id: AttachmentId,
    /// What links carry.
    pub uid: String,
    /// Its article.
    pub article_id: Option<ArticleId>,
    /// Its draft.
    pub draft_id: Option<DraftId>,
    /// Who uploaded it.
    pub agent_id: Option<AgentId>,
    /// Its file name, made safe.
    pub name: String,
    /// As stated by its sender.
    pub content_type: String,
    /// What the HTML calls it.
    pub content_id: Option<String>,
    /// Shown within the text.
    pub inline: bool,
    /// In bytes.
    pub size: i64,
    /// Its bytes.
    pub digest: String,
    /// When it came.
    pub created_at: Ts,
}

/// A file to be stored with an article: its bytes are ready.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its file name.
    pub name: String,
    /// Its content type.
    pub content_type: String,
    /// What the HTML calls it.
    pub content_id: Option<String>,
    /// Shown within the text.
    pub inline: bool,
    /// Its bytes.
    pub blob: crate::db::Blob,
}

/// A change: what history shows, notifications tell and browsers hear.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(table_name = events)]
pub struct Event {
    /// Its key; grows.
    pub id: EventId,
    /// When.
    pub at: Ts,
    /// Of which ticket.
    pub ticket_id: TicketId,
    /// In which queue it was then.
    pub queue_id: QueueId,
    /// What.
    pub kind: EventKind,
    /// With which article.
    pub article_id: Option<ArticleId>,
    /// By whom.
    pub agent_id: Option<AgentId>,
    /// Why.
    pub cause: Cause,
    /// Before.
    pub old_value: Option<String>,
    /// After.
    pub new_value: Option<String>,
}
