//! Delivery reports: RFC 3464, and the prose of qmail, Exim, Exchange and old sendmails.

use crate::mail::{Mail, Part};

/// What a delivery report says about the mail that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounced {
    /// Message-IDs of the mail that bounced, without brackets; of some reports none can be had.
    pub message_ids: Vec<String>,
    /// The recipients it is about, as written.
    pub recipients: Vec<String>,
    /// Enhanced status code, `5.1.1`.
    pub status: Option<String>,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// The words of the server that refused.
    pub diagnostic: String,
    /// No further attempt will be made.
    pub permanent: bool,
}

impl Bounced {
    pub(super) fn summary(&self) -> String {
        let whom = self.recipients.first().map_or("a recipient", String::as_str);
        let status = self.status.as_deref().unwrap_or("no status code");
        let text = format!("{} for {whom}, {status}", self.action);
        text.chars().take(200).collect()
    }
}

/// Reads a report; `None` where the mail is none. An empty envelope sender alone does not make one.
pub(super) fn read(mail: &Mail, null_sender: bool) -> Option<Bounced> {
    let reports: Vec<&Part> = mail
        .attachments
        .iter()
        .filter(|part| {
            matches!(&part.content_type[..], "message/delivery-status" | "message/global-delivery-status")
        })
        .collect();
    let from_daemon = from_daemon(mail);
    let is_report =
        !reports.is_empty() && (report_type(mail, "delivery-status") || null_sender || from_daemon);
    let mut bounced = Bounced::default();
    if is_report {
        for report in &reports {
            delivery_status(&String::from_utf8_lossy(&report.data), &mut bounced);
        }
    } else if report_type(mail, "delivery-status")
        || ((null_sender || from_daemon) && speaks_of_failure(mail, from_daemon))
    {
        from_prose(mail, &mut bounced);
    } else {
        return None;
    }
    if let Some(failed) = mail.header("X-Failed-Recipients") {
        for address in failed.split(',').map(str::trim).filter(|address| address.contains('@')) {
            push(&mut bounced.recipients, address);
        }
    }
    original_ids(mail, &mut bounced);
    settle(&mut bounced);
    Some(bounced)
}

/// A report that is only good news ("relayed", "delivered") is permanent in no sense; one without any word says by its
/// status whether it is final.
fn settle(bounced: &mut Bounced) {
    if bounced.action.is_empty() {
        let delayed = bounced.status.as_deref().is_some_and(|status| status.starts_with('4'));
        bounced.action = if delayed { "delayed" } else { "failed" }.to_owned();
    }
    bounced.permanent = bounced.action == "failed";
    bounced.diagnostic = bounced.diagnostic.chars().take(1_000).collect();
}

fn report_type(mail: &Mail, wanted: &str) -> bool {
    mail.header("Content-Type").is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value.starts_with("multipart/report") && value.contains(wanted)
    })
}

fn from_daemon(mail: &Mail) -> bool {
    mail.from.as_ref().is_some_and(|from| {
        let local = from.address.split('@').next().unwrap_or_default().to_ascii_lowercase();
        let name = from.name.to_lowercase();
        matches!(
            &local[..],
            "mailer-daemon"
                | "mailerdaemon"
                | "postmaster"
                | "mail-daemon"
                | "mailer_daemon"
                | "mdaemon"
                | "mmdf"
        ) || local.starts_with("microsoftexchange")
            || name.contains("mail delivery s")
            || name.contains("mailer-daemon")
            || name.contains("mailer daemon")
            || name == "system administrator"
            || name == "systemadministrator"
    })
}

/// Groups of `Name: value` lines: the first is about the report, each other about one recipient.
fn delivery_status(report: &str, bounced: &mut Bounced) {
    let mut worst = None;
    for group in groups(report).into_iter().take(1_000) {
        let field =
            |wanted: &str| group.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if let Some(id) = field("x-original-message-id").or(field("original-message-id")) {
            push(&mut bounced.message_ids, id.trim_matches(['<', '>', ' ']));
        }
        // The address that we wrote to, rather than the one to which it was forwarded.
        let address = |name: &str| {
            let value = field(name)?;
            let address = value.rsplit_once(';').map_or(value, |(_, address)| address).trim();
            let address = address.trim_matches(['<', '>']);
            (!address.is_empty()).then_some(address)
        };
        let Some(recipient) = address("original-recipient")
            .filter(|address| address.contains('@'))
            .or(address("final-recipient"))
        else {
            continue;
        };
        let action = field("action").unwrap_or_default().to_ascii_lowercase();
        let action = action.split([' ', '(', ';']).next().unwrap_or_default().to_owned();
        let rank = match &action[..] {
            "failed" => 3,
            "delayed" => 2,
            "" => 1,
            _ => 0,
        };
        // Only those whom the worst news is about: who has the mail is not to be named as missing it.
        if worst == Some(rank) {
            push(&mut bounced.recipients, recipient);
        }
        if worst.is_none_or(|known| rank > known) {
            worst = Some(rank);
            bounced.recipients = vec![recipient.to_owned()];
            bounced.action = action;
            bounced.status = field("status").and_then(status_code).or(bounced.status.take());
            bounced.diagnostic =
                field("diagnostic-code").or(field("smtp-remote-recipient")).unwrap_or_default().to_owned();
        }
    }
}

/// Blocks of unfolded fields, separated by empty lines.
fn groups(report: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in report.lines() {
        let Some(group) = groups.last_mut() else { break };
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

/// The first `5.1.1`-like code of a text.
fn status_code(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let numbers: Vec<&str> = word.trim_matches('.').split('.').collect();
        let [class, subject, detail] = numbers[..] else { return None };
        let fits = matches!(class, "2" | "4" | "5")
            && (1..=3).contains(&subject.len())
            && (1..=3).contains(&detail.len());
        fits.then(|| format!("{class}.{subject}.{detail}"))
    })
}

/// How servers without RFC 3464 say that they gave up.
const FAILURES: &[&str] = &[
    "undelivered mail",
    "undeliverable",
    "delivery status notification",
    "mail delivery failed",
    "delivery failure",
    "failure notice",
    "returned mail",
    "mail delivery system",
    "delivery has failed",
    "could not be delivered",
    "wasn't able to deliver",
    "unable to deliver",
    "address not found",
    "message not delivered",
    "unzustellbar",
    "nicht zugestellt",
    "non remis",
    "non distribuable",
    "échec de la remise",
    "warning: message",
    "delivery delayed",
    "delivery incomplete",
    "message blocked",
    "mail system error",
    "message status - undeliverable",
    "did not reach",
    "message delivery failed",
    "could not send message",
    "non-delivery report",
    "user unknown",
    "mailbox full",
    "quota exceeded",
    "retour à l'expéditeur",
    "mensaje no entregado",
    "no se ha podido entregar",
    "mancata consegna",
    "niet bezorgd",
    "permanent error",
    "permanent fatal errors",
];

fn speaks_of_failure(mail: &Mail, from_daemon: bool) -> bool {
    let subject = mail.subject.to_lowercase();
    let start: String = mail.text.chars().take(1_500).collect::<String>().to_lowercase();
    FAILURES.iter().any(|phrase| subject.contains(phrase))
        || mail.header("X-Failed-Recipients").is_some()
        || start.starts_with("hi. this is the qmail-send program")
        || (from_daemon && FAILURES.iter().any(|phrase| start.contains(phrase)))
}

/// What stands above the copy of the mail that came back: below it, addresses and codes are that mail's own.
const COPY_BELOW: &[&str] = &[
    "--- Below this line is a copy of the",
    "------ This is a copy of",
    "--- The header of the original message",
    "--- The headers of the original message",
    "----- Original message",
    "----- Message header follows",
    "----- Unsent message",
    "Original message headers:",
    "--- Original message follows",
];

/// Words of a server that goes on trying.
const DELAYED: &[&str] = &[
    "will continue to try",
    "will keep trying",
    "will be retried",
    "attempts will continue",
    "not yet been delivered",
    "is still being",
    "do not need to resend",
    "have not yet reached",
    "wird weiterhin versucht",
    "noch nicht zugestellt",
    "gmail will retry",
];

/// Words of a server that has given up, also after a code that promised more (`4.4.1`).
const GIVEN_UP: &[&str] = &[
    "given up",
    "giving up",
    "not going to try again",
    "in the queue too long",
    "retry timeout exceeded",
    "permanent error",
    "permanent fatal error",
    "could not be delivered for more than",
    "message expired",
];

/// A report in words: addresses in angle brackets or alone on a line, a status code, the line that names the cause.
fn from_prose(mail: &Mail, bounced: &mut Bounced) {
    let own_part = COPY_BELOW.iter().filter_map(|mark| mail.text.find(mark)).min().unwrap_or(mail.text.len());
    let report: String = mail.text[..own_part].chars().take(8_000).collect();
    for line in report.lines() {
        if let Some(address) = named(line) {
            push(&mut bounced.recipients, address);
        }
        if bounced.diagnostic.is_empty() && (status_code(line).is_some() || has_reply_code(line)) {
            bounced.diagnostic = line.trim().to_owned();
        }
    }
    bounced.status = status_code(&report);
    let subject = mail.subject.to_lowercase();
    let text = report.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let delayed = subject.contains("delay")
        || subject.contains("warning: message")
        || subject.contains("warning: could not send")
        || says(DELAYED);
    bounced.action = if delayed && !says(GIVEN_UP) { "delayed" } else { "failed" }.to_owned();
}

/// The recipient that a line of prose is about: alone on it, in front of a colon, or in front of more in angle brackets.
fn named(line: &str) -> Option<&str> {
    let line = line.trim();
    let first = line.split_whitespace().next()?;
    let alone = first.len() == line.len() || first.ends_with(':') || first.starts_with('<');
    let word = first.trim_end_matches([':', '.', ',']).trim_matches(['<', '>', '"', '(', ')']);
    let word = word.strip_prefix("mailto:").unwrap_or(word);
    (alone && word.contains('@') && crate::address::normalise(word).is_some()).then_some(word)
}

/// A line with `550 …` or `421-…` as a word.
fn has_reply_code(line: &str) -> bool {
    line.split(|c: char| !c.is_ascii_digit())
        .any(|word| word.len() == 3 && word.starts_with(['4', '5']) && word < "560")
}

/// Message-IDs of the returned mail: attached whole, as headers only, or copied below the report.
fn original_ids(mail: &Mail, bounced: &mut Bounced) {
    for part in &mail.attachments {
        let returned = matches!(
            &part.content_type[..],
            "message/rfc822"
                | "message/global"
                | "message/global-headers"
                | "text/rfc822-headers"
                | "message/rfc822-headers"
        );
        if returned {
            let head = part.data.get(..256 * 1024).unwrap_or(&part.data);
            header_ids(header_of(&String::from_utf8_lossy(head)), &mut bounced.message_ids);
        }
    }
    if bounced.message_ids.is_empty() {
        let copy: String = mail.text.chars().take(64 * 1024).collect();
        header_ids(&copy, &mut bounced.message_ids);
    }
    // Exchange and Gmail name the mail in the report's own threading fields.
    if bounced.message_ids.is_empty() {
        for id in mail.in_reply_to.iter().chain(mail.references.last()) {
            push(&mut bounced.message_ids, id);
        }
    }
}

/// The header of a returned mail: what its text quotes is not about it.
fn header_of(mail: &str) -> &str {
    let mail = mail.trim_start_matches(['\r', '\n']);
    let end = ["\r\n\r\n", "\n\n"].iter().filter_map(|gap| mail.find(gap)).min().unwrap_or(mail.len());
    mail.get(..end).unwrap_or(mail)
}

/// `Message-ID: <…>` lines, also quoted or indented, the id on the next line where it was folded.
fn header_ids(text: &str, ids: &mut Vec<String>) {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start_matches(['>', ' ', '\t', '|']);
        let named = line.split_once(':').filter(|(name, _)| {
            name.trim_end().eq_ignore_ascii_case("message-id")
                || name.trim_end().eq_ignore_ascii_case("x-original-message-id")
        });
        let Some((_, value)) = named else { continue };
        let value = if value.trim().is_empty() { lines.next().unwrap_or_default() } else { value };
        let id = value.trim().trim_start_matches('<').split(['>', ' ']).next().unwrap_or_default();
        if id.contains('@') {
            push(ids, id);
        }
        if ids.len() >= 20 {
            return;
        }
    }
}

fn push(list: &mut Vec<String>, item: &str) {
    let item = item.trim();
    if !item.is_empty()
        && item.len() <= 995
        && list.len() < 100
        && !list.iter().any(|known| known.eq_ignore_ascii_case(item))
    {
        list.push(item.to_owned());
    }
}
