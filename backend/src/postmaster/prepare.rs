//! The part of a mail's processing that needs no transaction: reading, classifying, packing its files.

use std::{sync::Arc, time::Instant};

use diesel::prelude::*;
use mail_ingest::{Authentication, Classification, Mail, Mailbox};
use sha2::{Digest as _, Sha256};

use super::{
    clues::{Clues, Known},
    record::Facts,
};
use crate::{
    db::{Blob, Blobs, Conn, InboundId, QueueId, RuleOutcome, hex, schema::inbound_mails},
    error::Result,
    filters::{Compiled, Hits, Wishes},
    queues::OwnAddresses,
    tickets::{NewFile, Person},
};

/// The row of a mail that waits.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = inbound_mails)]
pub(super) struct Waiting {
    pub id: InboundId,
    pub envelope_from: String,
    pub envelope_to: String,
    pub queue_id: Option<QueueId>,
    pub source: String,
    pub peer: String,
    pub helo: String,
    /// What was found out about its origin when it was read before; empty where it was not.
    pub authentication: String,
    pub digest: String,
    pub size: i64,
    /// Whether its source is one whose word counts.
    pub trusted: bool,
    /// How often it waited when the process ended, or was read and not finished.
    pub attempts: i32,
    /// Whether a person decided that no rule puts it aside.
    pub rule_outcome: RuleOutcome,
}

/// A mail, ready for its transaction.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub row: Waiting,
    pub mail: Mail,
    pub class: Classification,
    pub own: OwnAddresses,
    pub envelope_to: Vec<String>,
    pub files: Vec<NewFile>,
    pub html: Option<Blob>,
    pub facts: Facts,
    /// What is asked about it when it is decided where it belongs.
    pub clues: Clues,
    /// So many automatic answers an address gets within a day.
    pub answers_per_day: u16,
    /// Whether it comes from whom it says; unknown until [`super::origin`] found out.
    pub authentication: Authentication,
    /// Who wrote it, and so whose ticket it becomes.
    pub author: Person,
    /// The rules that are in force,
    pub rules: Arc<Compiled>,
    /// those of them whose conditions hold, once [`super::filtering`] looked,
    pub hits: Hits,
    /// and what its source may ask for besides.
    pub wishes: Option<Wishes>,
    pub took_us: i64,
    /// How long finding out about its origin took.
    pub origin_us: i64,
}

impl Prepared {
    /// Whether more than the From header says who wrote it.
    pub(super) fn is_vouched_for(&self) -> bool {
        self.clues.is_vouched_for()
    }
}

/// Reads a mail and everything in it. Takes CPU time: call it off the asynchronous threads.
///
/// # Errors
/// When its bytes cannot be read, or its files not be stored.
pub(super) fn prepare(
    conn: &mut Conn,
    blobs: &Blobs,
    row: Waiting,
    own: OwnAddresses,
    answers_per_day: u16,
) -> Result<Prepared> {
    let begun = Instant::now();
    let raw = blobs.read(conn, &row.digest)?;
    let mut mail = mail_ingest::parse(&raw);
    drop(raw);
    // A list that cannot be read would only come from a damaged database; the headers then decide.
    let envelope_to: Vec<String> = serde_json::from_str(&row.envelope_to).unwrap_or_default();
    let class = classify(&mail, &row.envelope_from, &own);
    let mut files = Vec::with_capacity(mail.attachments.len());
    for part in &mail.attachments {
        files.push(NewFile {
            name: part.name.clone(),
            content_type: part.content_type.clone(),
            content_id: part.content_id.clone(),
            inline: part.inline,
            blob: blobs.prepare(&part.data)?,
        });
    }
    // Rules ask for the files' names; their bytes are packed by now.
    mail.attachments.iter_mut().for_each(|part| part.data = Vec::new());
    let wishes = row.trusted.then(|| Wishes::of(&mail));
    let html = mail.html.as_ref().map(|html| blobs.prepare(html.as_bytes())).transpose()?;
    let author = author(&mail, &row.envelope_from, &own);
    let mut facts = facts(&mail, &class, &author);
    facts.authentication = row.authentication.clone();
    facts.words.push_str(&format!(" {} {}", row.envelope_from, row.envelope_to));
    // Only we write this column.
    let authentication: Authentication = serde_json::from_str(&row.authentication).unwrap_or_default();
    let known = Known {
        message_id: &facts.message_id,
        content_hash: &facts.content_hash,
        envelope_from: &row.envelope_from,
        envelope_to: &envelope_to,
        author: &author,
        trusted: row.trusted,
        queue: row.queue_id,
        authentication: &authentication,
    };
    let clues = Clues::of(conn, &mail, &class, &known, &own)?;
    Ok(Prepared {
        authentication,
        clues,
        answers_per_day,
        envelope_to,
        mail: Mail { html: None, ..mail },
        class,
        own,
        files,
        html,
        facts,
        author,
        rules: Arc::default(),
        hits: Hits::default(),
        wishes,
        origin_us: 0,
        took_us: i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX),
        row,
    })
}

/// What sort of sender a mail has.
pub(super) fn classify(mail: &Mail, envelope_from: &str, own: &OwnAddresses) -> Classification {
    let envelope_from = Some(envelope_from).filter(|from| !from.is_empty());
    mail_ingest::classify(mail, envelope_from, &|address| own.contains(address))
}

fn facts(mail: &Mail, class: &Classification, author: &Person) -> Facts {
    let content_hash = match (&mail.message_id, mail.date) {
        (Some(_), _) => mail.content_hash.clone(),
        // Without an id two mails are the same only if author, time and subject are.
        (None, Some(date)) => {
            let key = format!("{}\n{date}\n{}\n{}", author.address, mail.subject, mail.content_hash);
            hex(&Sha256::digest(key.as_bytes()))
        }
        (None, None) => String::new(),
    };
    Facts {
        message_id: key(mail.message_id.as_deref().unwrap_or_default()),
        content_hash,
        subject: clean(&mail.subject),
        sender: author.address.clone(),
        automatic: class.automatic,
        bounce: class.bounce,
        authentication: String::new(),
        words: format!(
            "{} {} {}",
            mail.subject,
            author.address,
            mail.message_id.as_deref().unwrap_or_default()
        ),
    }
}

/// An id as it is stored and looked up: PostgreSQL's index takes no more than 2,704 bytes, so a longer one is hashed.
pub(super) fn key(id: &str) -> String {
    const LONGEST: usize = 900;
    let id = crate::tickets::store::without_nul(id.to_owned());
    if id.len() <= LONGEST { id } else { format!("sha256:{}", hex(&Sha256::digest(id.as_bytes()))) }
}

/// A text that a column takes: no NUL, which PostgreSQL refuses, and of a sane length.
pub(super) fn clean(text: &str) -> String {
    crate::tickets::store::without_nul(text.chars().take(2_000).collect())
}

/// Who wrote the mail. A contact form writes from an address of ours or of our web site, or one that takes no
/// answers, and names the person in Reply-To. Without any From the envelope tells.
pub(super) fn author(mail: &Mail, envelope_from: &str, own: &OwnAddresses) -> Person {
    let from = mail.from.clone().unwrap_or_default();
    let address = mail_ingest::address::normalise(&from.address);
    let form = address.as_deref().is_none_or(|address| own.contains(address) || is_a_machines(address));
    let behind = mail.reply_to.iter().find(|person| {
        mail_ingest::address::normalise(&person.address).is_some_and(|address| !own.contains(&address))
    });
    match (form, behind, address) {
        (true, Some(person), _) => person_of(person),
        (_, _, Some(_)) => person_of(&from),
        (_, _, None) => Person {
            name: from.name,
            address: mail_ingest::address::normalise(envelope_from).unwrap_or_default(),
        },
    }
}

/// Whether an address is one behind which no person sits: it takes no answers, or belongs to a web site.
fn is_a_machines(address: &str) -> bool {
    let local: String =
        address.split('@').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
    let within = ["noreply", "donotreply", "nichtantworten", "nepasrepondre", "form", "kontakt", "contact"];
    let whole = ["www", "wwwdata", "web", "website", "webserver", "apache", "httpd", "nginx", "wordpress"];
    within.iter().any(|sign| local.contains(sign)) || whole.contains(&local.as_str())
}

/// With the address in the form in which it is compared.
pub(super) fn person_of(mailbox: &Mailbox) -> Person {
    Person {
        name: crate::tickets::store::without_nul(mailbox.name.clone()),
        address: mail_ingest::address::normalise(&mailbox.address).unwrap_or_default(),
    }
}
