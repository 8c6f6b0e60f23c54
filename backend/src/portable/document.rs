//! What stands in the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::db::{
    AnswerKind, FollowUpPolicy, InstallationRight, LetterLanguage, MailboxAfter, MailboxAuth,
    MailboxExisting, MailboxKind, MailboxSecurity, Right, State,
};

/// The configuration. What a file leaves out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    /// The organisation's name.
    pub(super) organisation: Option<String>,
    /// What the organisation looks like.
    pub(super) look: Option<LookText>,
    /// In which domains agents may have their address; none: any.
    pub(super) agent_domains: Option<Vec<String>>,
    /// What was set on the settings page.
    pub(super) settings: BTreeMap<String, String>,
    /// States that the house has named, in their order.
    pub(super) states: Vec<StateText>,
    /// What the house calls priorities.
    pub(super) priorities: Vec<PriorityText>,
    /// Working-time calendars.
    pub(super) calendars: Vec<CalendarText>,
    /// Ways to sign in as a page sets them, all of them in their order, without what they are opened with.
    pub(super) sign_in: Option<Vec<serde_json::Value>>,
    /// Queues.
    pub(super) queues: Vec<QueueText>,
    /// Roles.
    pub(super) roles: Vec<RoleText>,
    /// Templates and macros.
    pub(super) templates: Vec<TemplateText>,
    /// Texts of automatic answers in place of built-in ones.
    pub(super) auto_responses: Vec<AnswerText>,
    /// Mailboxes, without what they are opened with.
    pub(super) mailboxes: Vec<MailboxText>,
    /// The rules of the postmaster, all of them in their order.
    pub(super) filters: Option<Vec<serde_json::Value>>,
}

/// What the organisation looks like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LookText {
    /// `#rrggbb`; empty: Turnstone's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// `system`, `light` or `dark`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// The picture, in base64; empty: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// A state that the house has named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateText {
    pub name: String,
    pub kind: State,
    /// Where it stands among those of its kind: 1 is the first.
    pub place: i32,
    #[serde(default)]
    pub retired: bool,
}

/// A priority. Those that a file leaves out stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PriorityText {
    /// Which rank: very low, low, normal, high, urgent.
    pub name: String,
    /// What the house calls it; nothing: as each language does.
    #[serde(default)]
    pub called: String,
    /// Whether new tickets begin with it.
    #[serde(default)]
    pub usual: bool,
    #[serde(default)]
    pub retired: bool,
}

/// A working-time calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarText {
    pub name: String,
    /// The one by which queues count that name none.
    #[serde(default)]
    pub own: bool,
    #[serde(default)]
    pub retired: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// By the English name of the day; a day that is missing is free.
    pub hours: BTreeMap<String, String>,
    /// As on the page: `2026-12-25 Christmas`, or `12-25 Christmas` for each year.
    #[serde(default)]
    pub holidays: Vec<String>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueText {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    pub addresses: Vec<String>,
    #[serde(default)]
    pub sender_name: String,
    #[serde(default)]
    pub salutation: String,
    #[serde(default)]
    pub salutation_unnamed: String,
    #[serde(default)]
    pub signature: String,
    pub language: LetterLanguage,
    /// The kinds of automatic answers that it sends.
    pub answers: Vec<AnswerKind>,
    pub follow_up_policy: FollowUpPolicy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_days: Option<i32>,
    #[serde(default)]
    pub strict_matching: bool,
    #[serde(default)]
    pub subject_tag: bool,
    #[serde(default)]
    pub reply_token: bool,
    /// A file from before it was there leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_rights: Option<bool>,
    pub unlock_minutes: i32,
    pub hold_seconds: i32,
    /// None: the installation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub default: bool,
    #[serde(default)]
    pub retired: bool,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleText {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub installation: Vec<InstallationRight>,
    #[serde(default)]
    pub second_factor: bool,
    #[serde(default)]
    pub retired: bool,
    #[serde(default)]
    pub grants: Vec<GrantText>,
}

/// Rights in a queue; `*`: in all, those to come included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantText {
    pub queue: String,
    pub rights: Vec<Right>,
}

/// A template, or a macro where it does something besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateText {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<LetterLanguage>,
    #[serde(default)]
    pub body: String,
    /// Where it is offered; none: everywhere.
    #[serde(default)]
    pub queues: Vec<String>,
    /// To the holders of which roles it is offered; none: to everybody. A file from before there was such a thing leaves it
    /// to those who have it: nothing becomes everybody's by an omission.
    pub roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub move_to: Option<String>,
    /// By name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// The text of an automatic answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerText {
    /// Without one, of all queues that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    pub kind: AnswerKind,
    pub language: LetterLanguage,
    pub subject: String,
    pub body: String,
}

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailboxText {
    pub name: String,
    pub kind: MailboxKind,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub host: String,
    #[serde(default)]
    pub port: u16,
    pub security: MailboxSecurity,
    #[serde(default)]
    pub ca: String,
    #[serde(default)]
    pub login: String,
    pub auth: MailboxAuth,
    #[serde(default)]
    pub token_url: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub directory: String,
    #[serde(default)]
    pub folders: Vec<String>,
    pub after: MailboxAfter,
    #[serde(default)]
    pub move_to: String,
    pub existing: MailboxExisting,
    #[serde(default)]
    pub queue: String,
    #[serde(default)]
    pub trusted: bool,
    pub max_bytes: i64,
    pub poll_seconds: i32,
    /// Of a Maildir: whether nobody looks into it. What is opened with a secret rests until that is set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rests: bool,
}
