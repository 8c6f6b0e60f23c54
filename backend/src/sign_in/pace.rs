//! How long directories took to look at passwords lately. A directory that keeps them well takes its time for an account
//! that is there, and none for one that is not; so whoever is refused waits as long as the slowest of the last looks,
//! whether he is there or not.

use std::collections::{HashMap, VecDeque};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many looks are remembered for each directory.
const KEPT: usize = 32;
/// Nobody is held up longer than this, however slow a directory was.
const LONGEST: Duration = Duration::from_secs(1);

static LATELY: LazyLock<Mutex<HashMap<String, VecDeque<Duration>>>> = LazyLock::new(Mutex::default);

/// Remembers a look at the password of an account that may be there.
pub(super) fn took(directory: &str, time: Duration) {
    let mut lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    let times = lately.entry(directory.to_owned()).or_default();
    times.push_back(time.min(LONGEST));
    if times.len() > KEPT {
        times.pop_front();
    }
}

/// Waits until a look that began then has taken as long as the slowest of the last ones.
pub(super) async fn as_long_as_others(directory: &str, since: Instant) {
    let slowest = {
        let lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
        lately.get(directory).and_then(|times| times.iter().max().copied())
    };
    tokio::time::sleep_until(since + slowest.unwrap_or_default()).await;
}
