//! What Turnstone itself writes: confirmations to customers, news to agents. In the reader's language.

use url::Url;

use crate::{
    db::Notice,
    i18n::Language,
    people::Agent,
    tickets::{Person, Ticket},
};

/// How much of the customer's text a notification shows, in characters.
const EXCERPT: usize = 600;

/// Subject and text of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
}

/// The confirmation of a new ticket. `subject` is the customer's.
pub fn received(
    language: &Language,
    ticket: &Ticket,
    queue: &Person,
    subject: &str,
    signature: &str,
) -> Letter {
    let name = greeted(&ticket.customer_name, &ticket.customer_address);
    let paragraphs = [
        language.tr_with("mail-hello", &[("name", &name)]),
        language.tr_with("mail-received", &[("queue", &queue.name)]),
        language.tr_with("mail-received-number", &[("number", &ticket.number), ("subject", &ticket.title)]),
        language.tr("mail-received-reply"),
    ];
    Letter {
        subject: format!("Re: {subject}"),
        body: signed(paragraphs.join("\n\n"), signature, &queue.name),
    }
}

/// The answer to a mail that a closed ticket does not take.
pub fn rejected(
    language: &Language,
    ticket: &Ticket,
    to: &Person,
    queue: &Person,
    subject: &str,
    signature: &str,
) -> Letter {
    let paragraphs = [
        language.tr_with("mail-hello", &[("name", &greeted(&to.name, &to.address))]),
        language.tr_with("mail-rejected", &[("number", &ticket.number)]),
        language.tr_with("mail-rejected-remedy", &[("address", &queue.address)]),
    ];
    Letter {
        subject: format!("Re: {subject}"),
        body: signed(paragraphs.join("\n\n"), signature, &queue.name),
    }
}

/// News for an agent.
pub fn notification(
    agent: &Agent,
    notice: Notice,
    ticket: &Ticket,
    queue: &str,
    excerpt: &str,
    base: &Url,
) -> Letter {
    let language = Language::named(&agent.language);
    let key = match notice {
        Notice::NewTicket => "notice-new-ticket",
        Notice::FollowUp => "notice-follow-up",
        Notice::LockTimeout => "notice-lock-timeout",
        Notice::Move => "notice-move",
        Notice::Reminder => "notice-reminder",
    };
    let sentence = language.tr_with(key, &[("number", &ticket.number), ("queue", queue)]);
    let customer = format!("{} {}", ticket.customer_name, ticket.customer_address);
    let link = |path: &str| base.join(path).map_or_else(|_| path.to_owned(), |url| url.to_string());
    let mut lines = vec![
        language.tr_with("mail-hello", &[("name", &agent.name)]),
        String::new(),
        sentence.clone(),
        String::new(),
        format!("{} {}", language.tr("mail-ticket"), ticket.number),
        format!("{} {}", language.tr("mail-subject"), ticket.title),
        format!("{} {}", language.tr("mail-queue"), queue),
        format!("{} {}", language.tr("mail-customer"), customer.trim()),
        String::new(),
    ];
    if !excerpt.trim().is_empty() {
        lines.extend(shortened(excerpt).lines().map(|line| format!("> {line}")));
        lines.push(String::new());
    }
    lines.push(link(&format!("/tickets/{}", ticket.number)));
    lines.extend([String::new(), "-- ".into(), language.tr("mail-switch-off"), link("/preferences")]);
    Letter { subject: format!("{sentence} {}", ticket.title), body: lines.join("\n") }
}

/// News for whoever looks after mail: the relay has been away for long.
pub fn relay_away(language: &Language, relay: &str, since: &str, why: &str, base: &Url) -> Letter {
    let link = base.join("/admin/outbox").map_or_else(|_| String::new(), |url| url.to_string());
    let sentence = language.tr_with("relay-away", &[("relay", relay), ("since", since)]);
    let paragraphs = [sentence.clone(), why.to_owned(), language.tr("relay-away-remedy"), link];
    Letter { subject: sentence, body: paragraphs.join("\n\n") }
}

fn greeted(name: &str, address: &str) -> String {
    if name.trim().is_empty() { address.to_owned() } else { name.trim().to_owned() }
}

fn signed(text: String, signature: &str, queue: &str) -> String {
    let signature = if signature.trim().is_empty() { queue } else { signature.trim() };
    format!("{text}\n\n-- \n{signature}")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.trim_end().to_owned(),
    }
}
