//! What Outlook threads by: Thread-Index, 22 bytes that name the conversation and 5 for each answer (MS-OXOMSG,
//! 2.2.1.3), and its subject as Thread-Topic.

use diesel::prelude::*;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{
    db::{
        Blobs, Conn, Direct, Sender, hex,
        schema::{articles, inbound_mails},
    },
    error::Result,
    tickets::{Article, Ticket},
};

/// Bytes that name the conversation.
const HEAD: usize = 22;
/// Bytes of an answer.
const CHILD: usize = 5;
/// So many answers are kept: a header line has an end.
const ANSWERS: usize = 60;
/// 1601-01-01, where FILETIME begins to count, in seconds before 1970.
const EPOCH: i64 = 11_644_473_600;

/// The index of a mail that we send: the one of the customer's latest mail, or the ticket's own, and one answer more.
pub(super) fn index(conn: &mut Conn, blobs: &Blobs, ticket: &Ticket, article: &Article) -> Result<Vec<u8>> {
    let before = received(conn, blobs, ticket, article)?;
    let mut index = before.unwrap_or_else(|| head(&ticket.root_message_id, ticket.created_at.0));
    index.truncate(HEAD + ANSWERS * CHILD);
    let answer = answer(&index, article.created_at.0, &article.message_id);
    index.extend(answer);
    Ok(index)
}

/// What stands in the customer's latest mail before this article, if his program writes one.
fn received(conn: &mut Conn, blobs: &Blobs, ticket: &Ticket, article: &Article) -> Result<Option<Vec<u8>>> {
    let digest: Option<String> = articles::table
        .inner_join(inbound_mails::table.on(articles::inbound_id.eq(inbound_mails::id.nullable())))
        .filter(articles::ticket_id.eq(ticket.id).and(articles::id.lt(article.id)))
        .filter(articles::sender.eq(Sender::Customer).and(articles::visible.eq(true)))
        .order(articles::id.desc())
        .select(inbound_mails::digest)
        .first_row(conn)
        .optional()?;
    let Some(digest) = digest else { return Ok(None) };
    let index = of_raw(&blobs.read(conn, &digest)?);
    Ok(index.filter(|index| index.len() >= HEAD && (index.len() - HEAD).is_multiple_of(CHILD)))
}

/// Under what the conversation of a received mail is looked up; `None` where its program writes none.
pub(crate) fn conversation_of(conn: &mut Conn, blobs: &Blobs, article: &Article) -> Result<Option<String>> {
    let Some(inbound) = article.inbound_id else { return Ok(None) };
    let digest: String = inbound_mails::table.find(inbound).select(inbound_mails::digest).row(conn)?;
    Ok(of_raw(&blobs.read(conn, &digest)?).as_deref().and_then(key))
}

fn of_raw(raw: &[u8]) -> Option<Vec<u8>> {
    let end = |mark: &[u8]| raw.windows(mark.len()).position(|window| window == mark);
    let header = end(b"\r\n\r\n").into_iter().chain(end(b"\n\n")).min().unwrap_or(raw.len());
    mail_ingest::parse(raw.get(..header).unwrap_or(raw)).thread_index
}

/// The ticket's own conversation: when it began, and a name made of its root id.
fn head(root: &str, opened: Timestamp) -> Vec<u8> {
    let mut head = filetime(opened).to_be_bytes().get(..6).unwrap_or_default().to_vec();
    head.extend(Sha256::digest(root.as_bytes()).iter().take(HEAD - 6));
    head
}

fn answer(index: &[u8], at: Timestamp, salt: &str) -> [u8; CHILD] {
    let begun = index.iter().take(6).fold(0_u64, |all, byte| (all << 8) | u64::from(*byte)) << 16;
    let passed = filetime(at).saturating_sub(begun);
    // 31 bits of it: to the quarter of a tenth of a second, or after 1.7 years to the second.
    let near = passed >> 49 == 0;
    let ticks = if near { passed >> 18 } else { ((passed >> 23) & 0x7fff_ffff) | 0x8000_0000 };
    let [_, _, _, _, a, b, c, d] = ticks.to_be_bytes();
    let salt = Sha256::digest(salt.as_bytes()).first().copied().unwrap_or_default();
    [a, b, c, d, salt]
}

/// Tenths of microseconds since 1601.
fn filetime(at: Timestamp) -> u64 {
    let micros = at.as_microsecond().saturating_add(EPOCH * 1_000_000);
    u64::try_from(micros).unwrap_or(0).saturating_mul(10)
}

/// Under what the conversation of an index is looked up among the ids of mails.
pub(crate) fn key(index: &[u8]) -> Option<String> {
    index.get(..HEAD).map(|head| format!("thread-index:{}", hex(head)))
}

/// The key of the conversation that we begin where the customer's program knows none.
pub(crate) fn own_key(root: &str, opened: Timestamp) -> Option<String> {
    key(&head(root, opened))
}
