//! Queues for lists: one query for all rows of a kind.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    db::{Conn, QueueId, schema::queue_addresses},
    error::Result,
};

/// The addresses of all queues; the first is the one that a queue writes from.
///
/// # Errors
/// Those of the database.
pub fn addresses(conn: &mut Conn) -> Result<HashMap<QueueId, Vec<String>>> {
    let rows: Vec<(QueueId, String)> = queue_addresses::table
        .order((queue_addresses::queue_id, queue_addresses::position, queue_addresses::address))
        .select((queue_addresses::queue_id, queue_addresses::address))
        .load(conn)?;
    let mut grouped: HashMap<QueueId, Vec<String>> = HashMap::new();
    for (queue, address) in rows {
        grouped.entry(queue).or_default().push(address);
    }
    Ok(grouped)
}
