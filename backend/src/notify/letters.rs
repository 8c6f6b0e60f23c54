//! News for agents, in the reader's language. What customers are answered stands in [`super::answers`].

use url::Url;

use crate::{
    db::{Notice, PasswordLink},
    i18n::Language,
    people::Agent,
    tickets::Ticket,
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

/// What an agent is told.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// What happened.
    pub notice: Notice,
    /// So many answers are told together.
    pub count: i64,
    /// What was written.
    pub excerpt: &'a str,
    /// The name of whom he stands in for.
    pub absent: &'a str,
}

/// News for an agent.
pub fn notification(agent: &Agent, news: &News<'_>, ticket: &Ticket, queue: &str, base: &Url) -> Letter {
    let News { notice, count, excerpt, absent } = *news;
    let language = Language::named(&agent.language);
    let key = match notice {
        Notice::NewTicket => "notice-new-ticket",
        Notice::FollowUp if count > 1 => "notice-follow-ups",
        Notice::FollowUp => "notice-follow-up",
        Notice::LockTimeout => "notice-lock-timeout",
        Notice::Move => "notice-move",
        Notice::Reminder => "notice-reminder",
        Notice::DeliveryFailure => "notice-delivery-failure",
        Notice::TakenOver => "notice-taken-over",
        Notice::Mention => "notice-mention",
    };
    let sentence =
        language.tr_with(key, &[("number", &ticket.number), ("queue", queue), ("count", &count.to_string())]);
    let customer = format!("{} {}", ticket.customer_name, ticket.customer_address);
    let link = |path: &str| base.join(path).map_or_else(|_| path.to_owned(), |url| url.to_string());
    let mut lines =
        vec![language.tr_with("mail-hello", &[("name", &agent.name)]), String::new(), sentence.clone()];
    if !absent.is_empty() {
        lines.push(language.tr_with("mail-stands-in", &[("name", absent)]));
    }
    lines.extend([
        String::new(),
        format!("{} {}", language.tr("mail-ticket"), ticket.number),
        format!("{} {}", language.tr("mail-subject"), ticket.title),
        format!("{} {}", language.tr("mail-queue"), queue),
        format!("{} {}", language.tr("mail-customer"), customer.trim()),
        String::new(),
    ]);
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

/// The link with which an agent sets his password.
pub fn password_link(agent: &Agent, kind: PasswordLink, organisation: &str, link: &str) -> Letter {
    let language = Language::named(&agent.language);
    let values = [("name", agent.name.as_str()), ("login", &agent.login), ("organisation", organisation)];
    let paragraphs = [
        language.tr_with("mail-hello", &values),
        language.tr_with(&format!("mail-link-{kind}"), &values),
        link.to_owned(),
        language.tr(&format!("mail-link-end-{kind}")),
    ];
    Letter {
        subject: language.tr_with(&format!("mail-link-subject-{kind}"), &values),
        body: paragraphs.join("\n\n"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.trim_end().to_owned(),
    }
}
