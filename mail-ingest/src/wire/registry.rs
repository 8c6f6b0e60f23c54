//! The connections of a listener, so that on the limit the oldest idle one makes room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

#[derive(Default)]
struct Table {
    next: u64,
    open: HashMap<u64, Entry>,
}

struct Entry {
    /// A command is being waited for.
    idle: bool,
    evict: Arc<Notify>,
}

/// All connections of one listener.
#[derive(Clone, Default)]
pub(super) struct Registry(Arc<Mutex<Table>>);

impl Registry {
    fn table(&self) -> MutexGuard<'_, Table> {
        // A table is whole between any two statements: a panic elsewhere cannot leave it broken.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a connection. Where there are `limit` already, the oldest idle one is told to go; `None` where none is idle.
    pub(super) fn enter(&self, limit: usize) -> Option<Ticket> {
        let mut table = self.table();
        if table.open.len() >= limit {
            let oldest = table.open.iter().filter(|(_, entry)| entry.idle).map(|(id, _)| *id).min()?;
            table.open.remove(&oldest)?.evict.notify_one();
        }
        let id = table.next;
        table.next += 1;
        let evict = Arc::new(Notify::new());
        table.open.insert(id, Entry { idle: true, evict: evict.clone() });
        Some(Ticket { registry: self.clone(), id, evict })
    }
}

/// A connection's place; leaving it frees the place.
pub(super) struct Ticket {
    registry: Registry,
    id: u64,
    evict: Arc<Notify>,
}

impl Ticket {
    /// Resolves when this connection has to make room.
    pub(super) async fn evicted(&self) {
        self.evict.notified().await;
    }

    pub(super) fn set_idle(&self, idle: bool) {
        if let Some(entry) = self.registry.table().open.get_mut(&self.id) {
            entry.idle = idle;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.registry.table().open.remove(&self.id);
    }
}
