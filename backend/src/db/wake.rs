//! Telling sleeping workers that something was committed, here or by another process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use diesel::{RunQueryDsl as _, connection::SimpleConnection as _};
use tokio::sync::{Notify, broadcast};

use super::{
    Keep as _,
    conn::{Conn, Purpose, open_postgres, open_sqlite},
};
use crate::config::DatabaseUrl;

/// A set of workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wake(u8);

impl Wake {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Turns received mail into tickets.
    pub const POSTMASTER: Self = Self(1);
    /// Sends mail.
    pub const OUTBOX: Self = Self(2);
    /// Fires deadlines.
    pub const SCHEDULE: Self = Self(4);
    /// Tells browsers of changes.
    pub const EVENTS: Self = Self(8);
    /// Works off deeds on many tickets.
    pub const BULK: Self = Self(16);
    /// Everybody.
    pub const ALL: Self = Self(31);

    fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl std::ops::BitOrAssign for Wake {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl std::ops::BitOr for Wake {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The alarm clocks of the workers of this process.
#[derive(Clone, Default)]
pub struct Wakers(Arc<[Notify; 5]>);

impl Wakers {
    /// Wakes them.
    pub fn wake(&self, whom: Wake) {
        for (bit, notify) in self.0.iter().enumerate() {
            if whom.contains(Wake(1 << bit)) {
                notify.notify_one();
            }
        }
    }

    /// Sleeps until woken, or for `at_most`. A call that came since the last sleep counts.
    pub async fn sleep(&self, who: Wake, at_most: Duration) {
        let at = usize::try_from(who.0.trailing_zeros()).unwrap_or(0).min(4);
        if let Some(notify) = self.0.get(at) {
            // Running out of time is one of the two ways to wake up.
            let _ = tokio::time::timeout(at_most, notify.notified()).await;
        }
    }
}

/// The channel of what nodes tell each other.
pub(super) const WORDS: &str = "turnstone_words";
/// So many words wait for a slow listener.
const UNHEARD: usize = 1_024;

/// What the nodes of an installation tell each other, kept nowhere: only PostgreSQL has several.
#[derive(Clone)]
pub(super) struct Words(broadcast::Sender<String>);

impl Default for Words {
    fn default() -> Self {
        Self(broadcast::channel(UNHEARD).0)
    }
}

impl Words {
    /// Hears what is said from now on, by this node as well.
    pub(super) fn hear(&self) -> broadcast::Receiver<String> {
        self.0.subscribe()
    }
}

/// How often the database is asked whether another process has written.
const EVERY: Duration = Duration::from_millis(150);

/// Ends the watch when dropped.
pub struct Watching {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A watch that panicked has already said so on stderr.
            let _ = thread.join();
        }
    }
}

pub(super) fn watch(url: &DatabaseUrl, wakers: Wakers, words: Words) -> anyhow::Result<Watching> {
    let stop = Arc::new(AtomicBool::new(false));
    let url = url.clone();
    let stopped = Arc::clone(&stop);
    let thread = std::thread::Builder::new().name("watch".into()).spawn(move || match &url {
        DatabaseUrl::Sqlite(path) => watch_sqlite(path, &wakers, &stopped),
        DatabaseUrl::Postgres(url) => watch_postgres(url, &wakers, &words, &stopped),
    })?;
    Ok(Watching { stop, thread: Some(thread) })
}

#[derive(diesel::QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    data_version: i64,
}

fn watch_sqlite(path: &std::path::Path, wakers: &Wakers, stop: &AtomicBool) {
    let mut conn = None;
    let mut last = 0;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(EVERY);
        if conn.is_none() {
            conn = open_sqlite(path, Purpose::Read).ok();
        }
        let Some(open) = conn.as_mut() else { continue };
        match diesel::sql_query("SELECT data_version FROM pragma_data_version")
            .kept()
            .get_result::<DataVersion>(open)
        {
            Ok(DataVersion { data_version }) if data_version != last => {
                last = data_version;
                wakers.wake(Wake::ALL);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot see whether another process has written");
                conn = None;
            }
        }
    }
}

fn watch_postgres(url: &str, wakers: &Wakers, words: &Words, stop: &AtomicBool) {
    let mut conn: Option<Conn> = None;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(EVERY);
        if conn.is_none() {
            conn = open_postgres(url).ok().and_then(|mut open| {
                open.batch_execute(&format!("LISTEN turnstone; LISTEN {WORDS}")).ok()?;
                Some(open)
            });
            // Whatever was said while nobody listened.
            wakers.wake(Wake::ALL);
        }
        let Some(Conn::Pg(open)) = conn.as_mut() else { continue };
        let heard: Result<Vec<_>, _> = open.notifications_iter().collect();
        match heard {
            Ok(heard) if heard.is_empty() => {}
            Ok(heard) => {
                for notification in heard {
                    if notification.channel == WORDS {
                        // Nobody listening is no mistake.
                        let _ = words.0.send(notification.payload);
                        continue;
                    }
                    wakers.wake(notification.payload.parse().map_or(Wake::ALL, Wake));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no longer hears of other nodes; connecting again");
                conn = None;
            }
        }
    }
}

/// Tells the other nodes, as part of the transaction. SQLite's readers see it by themselves.
pub(super) fn announce(conn: &mut Conn, whom: Wake) -> diesel::QueryResult<()> {
    if let (Conn::Pg(pg), true) = (conn, whom != Wake::NONE) {
        pg.batch_execute(&format!("NOTIFY turnstone, '{}'", whom.0))?;
    }
    Ok(())
}
