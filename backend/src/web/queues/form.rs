//! A queue as it is typed and shown.

use serde::{Deserialize, Serialize};

use crate::db::{FollowUpPolicy, LetterLanguage};
use crate::error::{Error, FieldError, Result, say};
use crate::i18n::Language;
use crate::queues::calendars::Named;
use crate::queues::{Change, Queue};
use crate::web::failure::WHOLE;

/// The form, as it is sent and as it is shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    pub(super) name: String,
    pub(super) parent: String,
    addresses: String,
    /// The addresses that there were when the page was made; nothing where there is no queue yet.
    pub(super) shown: Option<String>,
    sender_name: String,
    salutation: String,
    salutation_unnamed: String,
    signature: String,
    auto_response: String,
    pub(super) follow_up_policy: String,
    closed_days: String,
    strict_matching: String,
    subject_tag: String,
    reply_token: String,
    own_rights: String,
    unlock_minutes: String,
    hold_seconds: String,
    pub(super) calendar: String,
    pub(super) language: String,
    note: String,
    default: String,
    /// All that was stored when the page was made, in a few letters.
    pub(super) mark: String,
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Errors {
    /// Why all of it is refused.
    whole: String,
    name: String,
    parent: String,
    addresses: String,
    sender_name: String,
    salutation: String,
    salutation_unnamed: String,
    signature: String,
    follow_up_policy: String,
    closed_days: String,
    unlock_minutes: String,
    hold_seconds: String,
    calendar: String,
    language: String,
    note: String,
    default: String,
}

impl Errors {
    /// What was refused, in a language.
    pub(super) fn of(fields: &[FieldError], language: &Language) -> Self {
        let mut errors = Self::default();
        for field in fields {
            errors.add(&field.field, &field.message.in_language(language));
        }
        errors
    }

    fn add(&mut self, field: &str, message: &str) {
        let text = match field {
            WHOLE => &mut self.whole,
            "parent" => &mut self.parent,
            "addresses" => &mut self.addresses,
            "sender_name" => &mut self.sender_name,
            "salutation" => &mut self.salutation,
            "salutation_unnamed" => &mut self.salutation_unnamed,
            "signature" => &mut self.signature,
            "follow_up_policy" => &mut self.follow_up_policy,
            "closed_days" => &mut self.closed_days,
            "unlock_minutes" => &mut self.unlock_minutes,
            "hold_seconds" => &mut self.hold_seconds,
            "calendar" => &mut self.calendar,
            "language" => &mut self.language,
            "note" => &mut self.note,
            "default" => &mut self.default,
            _ => &mut self.name,
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(message);
    }
}

/// What stands beside a queue, and is named by it.
pub(super) struct Near<'a> {
    /// All queues.
    pub queues: &'a [Queue],
    /// All calendars.
    pub calendars: &'a [Named],
}

impl Form {
    /// What a queue is like.
    pub(super) fn of(queue: &Queue, near: &Near<'_>, addresses: &[String], default: bool) -> Self {
        let on = |is: bool| if is { "on".to_owned() } else { String::new() };
        let parent = near.queues.iter().find(|above| Some(above.id) == queue.parent_id);
        let calendar = near.calendars.iter().find(|calendar| Some(calendar.id) == queue.calendar_id);
        Self {
            name: queue.name.clone(),
            parent: parent.map_or_else(String::new, |above| above.name.clone()),
            addresses: addresses.join("\n"),
            shown: Some(addresses.join(" ")),
            sender_name: queue.sender_name.clone(),
            salutation: queue.salutation.clone(),
            salutation_unnamed: queue.salutation_unnamed.clone(),
            signature: queue.signature.clone(),
            auto_response: on(queue.auto_response),
            follow_up_policy: queue.follow_up_policy.to_string(),
            closed_days: queue.closed_days.map_or_else(String::new, |days| days.to_string()),
            strict_matching: on(queue.strict_matching),
            subject_tag: on(queue.subject_tag),
            reply_token: on(queue.reply_token),
            own_rights: on(queue.own_rights),
            unlock_minutes: queue.unlock_minutes.to_string(),
            hold_seconds: queue.hold_seconds.to_string(),
            calendar: calendar.map_or_else(String::new, |calendar| calendar.name.clone()),
            language: queue.language.to_string(),
            note: queue.note.clone(),
            default: on(default),
            mark: String::new(),
        }
    }

    /// What a new queue is like.
    pub(super) fn usual() -> Self {
        Self {
            auto_response: "on".into(),
            follow_up_policy: FollowUpPolicy::Reopen.to_string(),
            unlock_minutes: "480".into(),
            hold_seconds: "10".into(),
            language: LetterLanguage::English.to_string(),
            ..Self::default()
        }
    }

    /// The addresses, taken apart.
    pub(super) fn addresses(&self) -> Vec<String> {
        self.addresses
            .split(['\n', '\r', ',', ';'])
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// What shall be different.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no number or no word that there is.
    pub(super) fn change(&self) -> Result<Change> {
        let on = |text: &str| Some(!text.is_empty());
        let number = |field: &str, text: &str| -> Result<i32> {
            text.trim().parse().map_err(|_| Error::invalid(field, say!("refused-whole-number")))
        };
        let policy = self.follow_up_policy.parse::<FollowUpPolicy>();
        let days = self.closed_days.trim();
        let language = Some(self.language.as_str()).filter(|word| !word.is_empty());
        let language = language.map(str::parse::<LetterLanguage>).transpose();
        Ok(Change {
            name: Some(self.name.clone()),
            parent: Some(Some(self.parent.clone())),
            addresses: Some(self.addresses()),
            sender_name: Some(self.sender_name.clone()),
            salutation: Some(self.salutation.replace("\r\n", "\n")),
            salutation_unnamed: Some(self.salutation_unnamed.replace("\r\n", "\n")),
            signature: Some(self.signature.replace("\r\n", "\n")),
            auto_response: on(&self.auto_response),
            follow_up_policy: Some(policy.map_err(|text| Error::invalid("follow_up_policy", text))?),
            closed_days: Some(if days.is_empty() { None } else { Some(number("closed_days", days)?) }),
            strict_matching: on(&self.strict_matching),
            subject_tag: on(&self.subject_tag),
            reply_token: on(&self.reply_token),
            own_rights: on(&self.own_rights),
            unlock_minutes: Some(number("unlock_minutes", &self.unlock_minutes)?),
            hold_seconds: Some(number("hold_seconds", &self.hold_seconds)?),
            calendar: Some(Some(self.calendar.clone())),
            language: language.map_err(|text| Error::invalid("language", text))?,
            note: Some(self.note.replace("\r\n", "\n")),
            default: (!self.default.is_empty()).then_some(true),
        })
    }
}
