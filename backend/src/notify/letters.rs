//! News for agents, in the reader's language. What customers are answered stands in [`super::answers`].

use jiff::tz::TimeZone;
use url::Url;

use super::security;
use crate::{
    config::Config,
    db::{Notice, PasswordLink},
    i18n::Language,
    people::Agent,
    tickets::Ticket,
};

/// How much of the customer's text a notification shows, in characters.
const EXCERPT: usize = 600;
/// So many things stand in one mail, each with its ticket; of the others it says how many.
const LINES: usize = 200;
/// Where agents choose what they hear of.
const WAYS: &str = "/preferences/notices";

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
    let sentence = sentence(&language, notice, count, &ticket.number, queue);
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
    lines.extend([String::new(), "-- ".into(), language.tr("mail-switch-off"), link(WAYS)]);
    Letter { subject: format!("{sentence} {}", ticket.title), body: lines.join("\n") }
}

/// What happened to a ticket, up to its subject.
pub fn sentence(language: &Language, notice: Notice, n: i64, number: &str, queue: &str) -> String {
    let key = match notice {
        Notice::NewTicket => "notice-new-ticket",
        Notice::FollowUp if n > 1 => "notice-follow-ups",
        Notice::FollowUp => "notice-follow-up",
        Notice::Assigned => "notice-assigned",
        Notice::LockTimeout => "notice-lock-timeout",
        Notice::Move => "notice-move",
        Notice::Reminder => "notice-reminder",
        Notice::DeliveryFailure => "notice-delivery-failure",
        Notice::TakenOver => "notice-taken-over",
        Notice::Mention => "notice-mention",
    };
    language.tr_with(key, &[("number", number), ("queue", queue), ("count", &n.to_string())])
}

/// What a deed on many tickets did to so many of them.
pub fn bulk_sentence(language: &Language, notice: Notice, n: i64, queue: &str) -> String {
    let key = match notice {
        Notice::Move => "notice-bulk-move",
        Notice::Assigned => "notice-bulk-assigned",
        Notice::Mention => "notice-bulk-mention",
        _ => "notice-bulk-other",
    };
    language.tr_with(key, &[("queue", queue), ("count", &n.to_string())])
}

/// One thing of several that a mail tells.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What happened.
    pub notice: Notice,
    /// So many times.
    pub n: i32,
    /// To which ticket.
    pub ticket: &'a Ticket,
    /// The name of its queue.
    pub queue: &'a str,
    /// The name of whom the reader stands in for, or nothing.
    pub absent: &'a str,
}

/// Several things in one mail; with `bulk` they are one deed on many tickets. `None` where there is nothing to tell.
pub fn digest(agent: &Agent, lines: &[Line<'_>], bulk: bool, base: &Url) -> Option<Letter> {
    let language = Language::named(&agent.language);
    let first = lines.first()?;
    let link = |path: &str| base.join(path).map_or_else(|_| path.to_owned(), |url| url.to_string());
    let told = |line: &Line<'_>| {
        let said = sentence(&language, line.notice, line.n.into(), &line.ticket.number, line.queue);
        format!("{said} {}", line.ticket.title)
    };
    let n = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let subject = match (bulk, lines) {
        (_, [only]) => told(only),
        (true, _) => bulk_sentence(&language, first.notice, n, first.queue),
        (false, _) => language.tr_count("mail-digest", n),
    };
    let mut body = vec![language.tr_with("mail-hello", &[("name", &agent.name)]), String::new()];
    if lines.len() > 1 {
        body.extend([subject.clone(), String::new()]);
    }
    for line in lines.iter().take(LINES) {
        body.push(told(line));
        if !line.absent.is_empty() {
            body.push(language.tr_with("mail-stands-in", &[("name", line.absent)]));
        }
        body.extend([link(&format!("/tickets/{}", line.ticket.number)), String::new()]);
    }
    if lines.len() > LINES {
        let more = i64::try_from(lines.len() - LINES).unwrap_or(i64::MAX);
        body.extend([language.tr_count("mail-digest-more", more), link("/tickets"), String::new()]);
    }
    body.extend(["-- ".into(), language.tr("mail-switch-off"), link(WAYS)]);
    Some(Letter { subject, body: body.join("\n") })
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

/// What changed about how an agent gets in, as one sentence.
pub(super) fn security_sentence(language: &Language, what: &str, name: &str) -> String {
    language.tr_with(&format!("security-{what}"), &[("name", name)])
}

/// What changed about how an agent gets in: when, from where, and what to do if it was not him.
pub(super) fn security(agent: &Agent, news: &security::News, config: &Config) -> Letter {
    let language = Language::named(&agent.language);
    let own = agent.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    let at =
        news.at.to_zoned(own.unwrap_or_else(|| config.time_zone.clone())).strftime("%F %R %Z").to_string();
    let link =
        |path: &str| config.public_url.join(path).map_or_else(|_| path.to_owned(), |url| url.to_string());
    let sentence = security_sentence(&language, &news.what, &news.name);
    let mut facts = vec![format!("{} {at}", language.tr("security-when"))];
    if !news.by.is_empty() {
        facts.push(format!("{} {}", language.tr("security-by"), news.by));
    } else if news.machine {
        facts.push(language.tr("security-machine"));
    } else {
        facts.push(format!("{} {}", language.tr("security-from"), news.address));
        facts.push(format!("{} {}", language.tr("security-browser"), news.browser));
    }
    let paragraphs = [
        language.tr_with("mail-hello", &[("name", &agent.name)]),
        sentence.clone(),
        facts.join("\n"),
        language.tr("security-you"),
        language.tr("security-not-you"),
        [link("/password/reset"), link("/preferences/factor")].join("\n"),
        format!("-- \n{}", language.tr("security-always")),
    ];
    Letter { subject: sentence, body: paragraphs.join("\n\n") }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.trim_end().to_owned(),
    }
}
