//! Who or what wrote a mail, and whether it may draw an automatic answer (RFC 3834, RFC 3464, list conventions).

mod bounce;
mod machine;

use serde::{Deserialize, Serialize};

use crate::address::normalise;
use crate::mail::Mail;

pub use bounce::Bounced;

/// What sort of sender a mail has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody wrote it, as far as one can see.
    Person,
    /// An absence note, a receipt, a notification of another system.
    AutoReply,
    /// A report about a mail that did not arrive, or not yet.
    Bounce,
    /// A mailing list or a bulk mailing.
    List,
    /// One of our own mails came back.
    OwnEcho,
}

/// The verdict on a mail, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// The sort of sender.
    pub kind: Kind,
    /// A machine wrote it: as a follow-up it is attached but neither reopens a ticket nor notifies anybody.
    pub automatic: bool,
    /// It reports on another mail's delivery.
    pub bounce: bool,
    /// One sentence for the recorder.
    pub reason: String,
    /// Why it may draw no automatic answer; `None` where it may.
    pub no_answer: Option<String>,
    /// What a bounce says.
    pub bounced: Option<Bounced>,
}

/// Classifies a mail. `envelope_from` is the sender of the envelope, `None` the null sender; `own` tells whether an
/// address (normalised) is one of ours.
pub fn classify(mail: &Mail, envelope_from: Option<&str>, own: &dyn Fn(&str) -> bool) -> Classification {
    let null_sender = envelope_from.is_none_or(|sender| sender.trim().trim_matches(['<', '>']).is_empty());
    if let Some(bounced) = bounce::read(mail, null_sender) {
        let reason = format!("a delivery report: {}", bounced.summary());
        let no_answer = Some("delivery reports are never answered".to_owned());
        return Classification {
            kind: Kind::Bounce,
            automatic: true,
            bounce: true,
            reason,
            no_answer,
            bounced: Some(bounced),
        };
    }
    let verdict = |kind, automatic, reason: String| Classification {
        kind,
        automatic,
        bounce: false,
        no_answer: Some(reason.clone()),
        reason,
        bounced: None,
    };
    if let Some(reason) = own_mail(mail, envelope_from, own) {
        return verdict(Kind::OwnEcho, true, reason);
    }
    if let Some(reason) = machine::automatic(mail) {
        return verdict(Kind::AutoReply, true, reason);
    }
    // No list and no person sends with an empty sender; absence assistants do, whatever precedence they claim.
    if null_sender {
        return verdict(Kind::AutoReply, true, "the envelope's sender is empty".to_owned());
    }
    if let Some(reason) = machine::list(mail) {
        return verdict(Kind::List, false, reason);
    }
    let no_answer = unanswerable(mail, envelope_from);
    let reason = "no sign of a machine".to_owned();
    Classification { kind: Kind::Person, automatic: false, bounce: false, reason, no_answer, bounced: None }
}

fn own_mail(mail: &Mail, envelope_from: Option<&str>, own: &dyn Fn(&str) -> bool) -> Option<String> {
    let from = mail.from.as_ref().map(|from| from.address.as_str());
    let sender = mail.sender.as_ref().map(|sender| sender.address.as_str());
    [from, sender, envelope_from]
        .into_iter()
        .flatten()
        .filter_map(normalise)
        .find(|address| own(address))
        .map(|address| format!("sent from our own address {address}"))
}

/// Mails of persons, or of machines that start a normal ticket, that must draw no answer all the same.
fn unanswerable(mail: &Mail, envelope_from: Option<&str>) -> Option<String> {
    if let Some(value) = mail.header("X-Auto-Response-Suppress") {
        let value = value.to_lowercase();
        if value.split([',', ';', ' ']).any(|word| matches!(word, "all" | "autoreply" | "oof")) {
            return Some(format!("X-Auto-Response-Suppress: {}", short(&value)));
        }
    }
    if let Some(value) = mail.header("X-Loop").filter(|value| !value.is_empty()) {
        return Some(format!("X-Loop: {}", short(value)));
    }
    // "Anna accepts" is a person's word and reaches the agents; to confirm it would be chatter.
    if machine::is_calendar_reply(mail) {
        return Some("an answer to an invitation".to_owned());
    }
    // A contact form writes as `noreply@` and names the customer in Reply-To: who is answered decides.
    let from = mail.from.as_ref();
    let answer_to = mail.reply_to.first().or(from);
    let machine = match mail.reply_to.first() {
        Some(reply_to) => Some(&reply_to.address[..]).filter(|address| is_machine_address(address)),
        None => [from.map(|from| &from.address[..]), envelope_from]
            .into_iter()
            .flatten()
            .find(|address| is_machine_address(address)),
    };
    if let Some(address) = machine {
        return Some(format!("{} takes no answers", short(address)));
    }
    if answer_to.is_none_or(|mailbox| !mailbox.is_deliverable()) {
        return Some("there is no address to answer to".to_owned());
    }
    None
}

/// `noreply@`, `mailer-daemon@` and their like, also as `noreply-123@` or `no-reply+abc@`.
fn is_machine_address(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local).to_lowercase();
    let plain: String = local.chars().filter(|c| !matches!(c, '-' | '_' | '.' | '"')).collect();
    let starts = [
        "noreply",
        "donotreply",
        "dontreply",
        "nereply",
        "noresponse",
        "mailerdaemon",
        "autoreply",
        "autoresponder",
        "nepasrepondre",
        "keineantwort",
        "nichtantworten",
        "noresponder",
        "nonrispondere",
        "unattended",
    ];
    starts.iter().any(|start| plain.starts_with(start))
        || plain.ends_with("noreply")
        || plain.ends_with("donotreply")
        || matches!(&plain[..], "postmaster" | "daemon" | "bounce" | "bounces" | "listserv" | "majordomo")
        || local.ends_with("-bounces")
        || local.starts_with("bounce-")
        || local.starts_with("bounces+")
        || local.starts_with("owner-")
        || local.ends_with("-request")
}

/// The word of a field before parameters and comments, lower case.
fn keyword(value: &str) -> String {
    value.split([';', '(', ' ', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn short(value: &str) -> String {
    value.chars().take(120).collect()
}
