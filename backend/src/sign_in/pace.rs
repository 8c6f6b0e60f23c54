//! How long directories took lately for somebody who is there. A directory that keeps passwords well takes its time for an
//! account that is there, and none for one that is not; so whoever is refused waits as long as the slowest look of the last
//! hour at somebody who is there, whether he is or not.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long the slowest look counts.
const GOOD_FOR: Duration = Duration::from_secs(3_600);
/// So long everybody waits at least: nobody may have come in yet since the start.
const FLOOR: Duration = Duration::from_millis(150);
/// Nobody is held up longer than this, however slow a directory was.
const LONGEST: Duration = Duration::from_secs(3);

/// The slowest look of each directory, and when it was.
static LATELY: LazyLock<Mutex<HashMap<String, (Duration, Instant)>>> = LazyLock::new(Mutex::default);

/// Remembers how long it took to look at somebody who is there for certain.
pub(super) fn took(directory: &str, time: Duration) {
    let mut lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    let time = time.min(LONGEST);
    let slowest = lately.entry(directory.to_owned()).or_insert((time, Instant::now()));
    if time >= slowest.0 || slowest.1.elapsed() > GOOD_FOR {
        *slowest = (time, Instant::now());
    }
}

/// Waits until what began then has taken as long as the slowest look.
pub(super) async fn as_long_as_others(directory: &str, since: Instant) {
    let slowest = {
        let lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
        lately.get(directory).map(|(time, _)| *time)
    };
    tokio::time::sleep_until(since + slowest.unwrap_or_default().max(FLOOR)).await;
}
