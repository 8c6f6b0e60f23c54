//! Conditions on received mails in the very words of their partial indexes. SQLite plans a statement before it knows the
//! values bound to it: `status = ?` finds no index that holds only what waits.

use diesel::{dsl::sql, expression::SqlLiteral, sql_types::Bool};

/// Waits to be processed: `inbound_waiting`.
pub(crate) fn waits() -> SqlLiteral<Bool> {
    sql("inbound_mails.status = 'waiting'")
}

/// Was put aside for a person to look at: `inbound_quarantined`.
pub(crate) fn is_quarantined() -> SqlLiteral<Bool> {
    sql("inbound_mails.status = 'quarantined'")
}

/// Is done with: together with `forgotten_at IS NULL`, `inbound_kept`.
pub(crate) fn is_done() -> SqlLiteral<Bool> {
    sql("inbound_mails.status = 'done'")
}

/// Has a Message-ID of its own: `inbound_message_id`.
pub(crate) fn has_message_id() -> SqlLiteral<Bool> {
    sql("inbound_mails.message_id <> ''")
}

/// Can be told from others by its content: `inbound_message_id`.
pub(crate) fn has_content_hash() -> SqlLiteral<Bool> {
    sql("inbound_mails.content_hash <> ''")
}

/// Was sorted automatically: `inbound_automatic`.
pub(crate) fn is_automatic() -> SqlLiteral<Bool> {
    sql("inbound_mails.automatic")
}

/// Reports what became of a mail: `inbound_bounce`.
pub(crate) fn is_bounce() -> SqlLiteral<Bool> {
    sql("inbound_mails.bounce")
}
