//! What a mail says of where it belongs: all that [`super::matching`], the brake and the automatic answers ask of it.
//! Small enough to be kept for ten thousand mails at once, and the same for the real intake and for a dry run.

use std::collections::HashSet;

use mail_ingest::{Authentication, Classification, Kind, Mail, Verdict};

use super::{
    brake::subject_shape,
    matching::numbers,
    prepare::{key, person_of},
};
use crate::{
    db::{Conn, QueueId, TicketId},
    error::Result,
    outbox,
    queues::OwnAddresses,
    tickets::{Person, open::without_prefixes},
};

/// So many ids of a mail are looked up: the ones nearest to it.
const IDS: usize = 100;
/// So many addresses of a mail are looked at for a signature.
const SIGNED: usize = 20;
/// So many of the ids that it answers are compared with our automatic mails.
const ANSWERED: usize = 10;
/// How much of a text is searched for our own words, in bytes.
const SEARCHED: usize = 64 * 1024;
/// The longest number of a ticket, in digits.
pub(super) const DIGITS: usize = 20;
/// So many people of a mail's To and Cc are taken into the conversation.
const PARTICIPANTS: usize = 50;

/// A mail as far as it is decided about.
#[derive(Clone, Debug, Default)]
pub(super) struct Clues {
    /// Its id, in the form in which ids are kept; empty where it has none.
    pub message_id: String,
    /// What tells its copies from other mails; empty where nothing does.
    pub content_hash: String,
    /// Ids that it answers, in the order in which they are looked up.
    pub ids: Vec<String>,
    /// Those of In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// Outlook's name of its conversation.
    pub conversation: Option<String>,
    /// The ticket for which the address that it came to was signed.
    pub signed: Option<TicketId>,
    /// What looks like a ticket's number in its subject.
    pub numbers: Vec<String>,
    /// Each number in its subject or text.
    pub words: HashSet<String>,
    /// Its subject without what differs from one mail of a machine to the next.
    pub shape: String,
    /// Its subject has the mark of an answer.
    pub is_answer: bool,
    /// Its author's address.
    pub author: String,
    /// The envelope's sender.
    pub envelope_from: String,
    /// Addresses in To and Cc.
    pub named: Vec<String>,
    /// Who comes into the conversation with it: its author and those, save ourselves; nobody with a machine's mail.
    pub people: Vec<Person>,
    /// Its author is an address of ours.
    pub by_ourselves: bool,
    /// A machine wrote it.
    pub automatic: bool,
    /// It is from a contact form, for somebody else: a person's all the same.
    pub form: bool,
    /// It reports on another mail.
    pub bounce: bool,
    /// Why it gets no automatic answer, whatever else there is.
    pub no_answer: Option<String>,
    /// Its source is one whose word counts.
    pub trusted: bool,
    /// What DMARC says of its From.
    pub dmarc: Verdict,
    /// Its author stands in From, and that is the From of which DMARC speaks. Else he was taken from Reply-To or the
    /// envelope, or whoever looked read the field otherwise.
    pub by_from: bool,
    /// Queues that it names, the nearest first, each with how.
    pub queues: Vec<(&'static str, QueueId)>,
}

/// What is known of a mail besides its bytes.
pub(super) struct Known<'a> {
    pub message_id: &'a str,
    pub content_hash: &'a str,
    pub envelope_from: &'a str,
    pub envelope_to: &'a [String],
    pub author: &'a Person,
    pub trusted: bool,
    pub queue: Option<QueueId>,
    pub authentication: &'a Authentication,
}

impl Clues {
    /// Reads a mail's clues.
    ///
    /// # Errors
    /// When the keys of signed addresses cannot be read.
    pub(super) fn of(
        conn: &mut Conn,
        mail: &Mail,
        class: &Classification,
        known: &Known<'_>,
        own: &OwnAddresses,
    ) -> Result<Self> {
        let author = &known.author.address;
        let form = class.kind == Kind::OwnEcho && !author.is_empty() && !own.contains(author);
        let bare = without_prefixes(&mail.subject);
        Ok(Self {
            message_id: known.message_id.to_owned(),
            content_hash: known.content_hash.to_owned(),
            ids: ids(mail, known),
            in_reply_to: mail.in_reply_to.iter().take(ANSWERED).map(|id| key(id)).collect(),
            conversation: mail.thread_index.as_deref().and_then(outbox::thread::key),
            signed: signed(conn, mail, known, own)?,
            numbers: numbers(&mail.subject),
            words: words(mail),
            shape: subject_shape(&mail.subject),
            // Without its mark "Re:" it is a subject of its own that happens to be the same.
            is_answer: bare != mail.subject.trim() || mail.subject.to_lowercase().contains(" re: "),
            author: author.clone(),
            envelope_from: known.envelope_from.to_owned(),
            people: if class.automatic { Vec::new() } else { people(mail, known, own) },
            named: mail.to.iter().chain(&mail.cc).map(|person| person_of(person).address).collect(),
            by_ourselves: own.contains(&known.author.address),
            automatic: class.automatic,
            form,
            bounce: class.bounce,
            no_answer: class.no_answer.clone(),
            trusted: known.trusted,
            dmarc: known.authentication.dmarc,
            by_from: is_by_from(mail, author, known.authentication),
            queues: queues(mail, known, own),
        })
    }

    /// Takes in what was found out about the mail's origin.
    pub(super) fn learn(&mut self, mail: &Mail, found: &Authentication) {
        self.dmarc = found.dmarc;
        self.by_from = is_by_from(mail, &self.author, found);
    }

    /// Whether more than the From header says who wrote it.
    pub(super) fn is_vouched_for(&self) -> bool {
        self.trusted || (self.by_from && self.dmarc == Verdict::Pass)
    }

    /// Whether the domain of its From header says that it is forged, or its author stands where no domain could say so.
    pub(super) fn is_forged(&self) -> bool {
        !self.trusted && (!self.by_from || self.dmarc == Verdict::Fail)
    }

    /// Whether no person wrote it: it neither reopens nor notifies.
    pub(super) fn is_by_machine(&self) -> bool {
        self.automatic && !self.form
    }

    /// Who is counted as its sender.
    pub(super) fn sender(&self) -> &str {
        if self.author.is_empty() { &self.envelope_from } else { &self.author }
    }
}

fn is_by_from(mail: &Mail, author: &str, found: &Authentication) -> bool {
    let from = mail.from.as_ref().and_then(|from| mail_ingest::address::normalise(&from.address));
    from.is_some_and(|from| from == *author && found.is_about(&from))
}

/// The mail of ours that its address names, In-Reply-To, References from the last to the first.
fn ids(mail: &Mail, known: &Known<'_>) -> Vec<String> {
    tokens(mail, known.envelope_to)
        .into_iter()
        .chain(mail.in_reply_to.iter().cloned())
        .chain(mail.references.iter().rev().cloned())
        .map(|id| key(&id))
        .filter(|id| id != known.message_id)
        .take(IDS)
        .collect()
}

/// Ids of the mails of ours to whose envelope sender a mail was sent.
pub(super) fn tokens(mail: &Mail, envelope_to: &[String]) -> Vec<String> {
    let addresses = envelope_to.iter().chain(&mail.recipients_hint);
    addresses.filter_map(|address| outbox::token::message_id(address)).collect()
}

fn signed(conn: &mut Conn, mail: &Mail, known: &Known<'_>, own: &OwnAddresses) -> Result<Option<TicketId>> {
    let headers = mail.to.iter().chain(&mail.cc).map(|person| &person.address);
    let shaped: Vec<&String> = (known.envelope_to.iter().chain(&mail.recipients_hint).chain(headers))
        .filter(|address| outbox::reply_token::is_shaped(address))
        .take(SIGNED)
        .collect();
    if shaped.is_empty() {
        return Ok(None);
    }
    let keys = outbox::reply_token::Keys::load(conn)?;
    // A token is good only at an address of ours.
    Ok(shaped.into_iter().filter(|address| own.contains(address)).find_map(|address| keys.ticket(address)))
}

fn people(mail: &Mail, known: &Known<'_>, own: &OwnAddresses) -> Vec<Person> {
    let others = mail.to.iter().chain(&mail.cc).map(person_of);
    std::iter::once(known.author.clone())
        .chain(others)
        .take(PARTICIPANTS)
        .filter(|person| !person.address.is_empty() && !own.contains(&person.address))
        .collect()
}

fn words(mail: &Mail) -> HashSet<String> {
    let text = mail.text.get(..mail.text.floor_char_boundary(SEARCHED)).unwrap_or_default();
    let words = mail.subject.split(|c: char| !c.is_alphanumeric());
    let words = words.chain(text.split(|c: char| !c.is_alphanumeric()));
    let is_number =
        |word: &&str| (1..=DIGITS).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    words.filter(is_number).map(str::to_owned).collect()
}

/// The queue that its source insists on, then those of the envelope's and the headers' recipients.
fn queues(mail: &Mail, known: &Known<'_>, own: &OwnAddresses) -> Vec<(&'static str, QueueId)> {
    let envelope = known.envelope_to.iter().map(|address| ("the envelope's recipient", address.as_str()));
    let hints = mail.recipients_hint.iter().map(|address| ("a trace header", address.as_str()));
    let to = mail.to.iter().map(|person| ("the To header", person.address.as_str()));
    let cc = mail.cc.iter().map(|person| ("the Cc header", person.address.as_str()));
    let named = envelope.chain(hints).chain(to).chain(cc);
    let source = known.queue.map(|queue| ("its source says so", queue));
    source.into_iter().chain(named.filter_map(|(why, address)| Some((why, own.queue(address)?)))).collect()
}
