//! What a raw mail becomes.

use crate::address::Mailbox;

/// A mail, read. Every field is safe to show as text and to store; nothing in it is to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Ids of In-Reply-To, in order.
    pub in_reply_to: Vec<String>,
    /// Ids of References, in order; of very many the first and the last ones.
    pub references: Vec<String>,
    /// Outlook's Thread-Index, decoded: 22 bytes of the conversation and 5 per answer.
    pub thread_index: Option<Vec<u8>>,
    /// Decoded, one line, no control characters; empty where the mail had none.
    pub subject: String,
    /// The first author. His address is empty where the field had none.
    pub from: Option<Mailbox>,
    /// The field Sender.
    pub sender: Option<Mailbox>,
    /// The field Reply-To, entries with a usable address only.
    pub reply_to: Vec<Mailbox>,
    /// The field To, entries with a usable address only.
    pub to: Vec<Mailbox>,
    /// The field Cc, entries with a usable address only.
    pub cc: Vec<Mailbox>,
    /// Normalised addresses of Delivered-To, X-Original-To, Resent-To and their like, in that order, no repeats.
    pub recipients_hint: Vec<String>,
    /// The field Date as microseconds since 1970 (UTC), where it can be read.
    pub date: Option<i64>,
    /// The readable text, lines ended by `\n`: plain parts in order, HTML-only parts converted.
    pub text: String,
    /// The HTML view where the mail has an HTML part: not sanitised, see [`crate::html::clean`].
    pub html: Option<String>,
    /// All other parts, inline images, calendars and contained mails included.
    pub attachments: Vec<Part>,
    /// All fields in order, decoded to one line each.
    pub headers: Vec<(String, String)>,
    /// What was repaired or cut, one sentence each.
    pub notes: Vec<String>,
    /// Nothing could be made of it; the raw mail is its only attachment.
    pub unreadable: bool,
    /// SHA-256 in hexadecimal over text, HTML and attachments: equal for copies that came by different paths.
    pub content_hash: String,
}

impl Mail {
    /// The first value of a header field, decoded; the name's case is ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All values of a header field, decoded, in order; the name's case is ignored.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// One attachment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Decoded and made safe: a file name without path, control characters or tricks; never empty.
    pub name: String,
    /// `type/subtype`, lower case.
    pub content_type: String,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// An image that belongs into the text.
    pub inline: bool,
    /// The decoded bytes.
    pub data: Vec<u8>,
}
