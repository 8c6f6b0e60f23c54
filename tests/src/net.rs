//! Ports and patience.

use std::collections::BTreeSet;
use std::future::Future;
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Ports that were given out: the system may offer one again before whoever asked for it listens there.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A loopback port that was free a moment ago, and that nobody else in this process was given.
pub fn free_port() -> u16 {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
        let port = listener.local_addr().expect("the address just bound").port();
        if given.insert(port) {
            return port;
        }
    }
}

/// How many times slower than a quiet machine a crowded one may be before a test gives up.
const CROWDED: u32 = 3;

/// Asks `probe` again and again until it answers something, and returns that. `patience` is what a quiet machine needs
/// at most; what comes early is not waited for, so a crowded one gets `CROWDED` times as much at no cost.
///
/// # Panics
/// When nothing came in that time; the message says what was awaited.
pub async fn wait_until<T, F, Fut>(what: &str, patience: Duration, mut probe: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let patience = patience * CROWDED;
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {patience:?} in vain for {what}");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
