//! How much work a password costs, in rounds of argon2id over 19 MiB: measured when a server starts, never less than OWASP
//! asks for (Password Storage Cheat Sheet: 19 MiB, two rounds, one lane).
//!
//! Hashes of different days then differ in cost. Whoever is refused waits for today's work all the same: what a weaker hash
//! left undone is done for nothing, and so is all of it where there is no account. What anybody's hash cost is never gone
//! below where people sign in, so that a day on which the machine is busy weakens nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use diesel::prelude::*;

use crate::db::schema::agents;
use crate::db::{Conn, Db, Direct as _};
use crate::error::{Error, Result};

/// What a round goes over, in KiB.
const MEMORY: u32 = Params::DEFAULT_M_COST;
/// What it is measured on: the memory above, and room for a second copy where a build moves it about.
const STACK: usize = 64 * 1024 * 1024;
/// What a password may take on this machine.
const AIM: Duration = Duration::from_millis(100);
/// How often a round is timed; the fastest counts, since a machine is sometimes busy and never faster than it is.
const TRIES: usize = 3;
/// So long after the start a server has shown its first pages, which what is measured would only delay.
const SETTLED: Duration = Duration::from_secs(1);
/// What is hashed where there is nothing to compare with.
const SALT: &[u8; 16] = b"nobody's account";

static TODAY: AtomicU32 = AtomicU32::new(Rounds::LEAST.0);

/// So many times a hash goes over its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rounds(u32);

impl Rounds {
    /// What has not been done at all.
    pub const NONE: Self = Self(0);
    /// What OWASP asks for with this memory.
    pub const LEAST: Self = Self(2);
    /// More than this gains little, and a sign-in would be felt.
    pub const MOST: Self = Self(10);

    /// As many as fit into a tenth of a second where one takes so long, within what is sensible.
    pub fn fitting(one: Duration) -> Self {
        let count = AIM.as_micros() / one.as_micros().max(1);
        Self(u32::try_from(count).unwrap_or(u32::MAX)).sensible()
    }

    /// What is asked of the hashes that are made now.
    pub fn today() -> Self {
        Self(TODAY.load(Ordering::Relaxed))
    }

    /// What a stored hash cost: rounds over other memory count for what they come to.
    pub fn of(hash: &argon2::PasswordHash) -> Self {
        let Ok(then) = Params::try_from(hash) else { return Self::NONE };
        let work = u64::from(then.m_cost()) * u64::from(then.t_cost());
        let count = (work + u64::from(MEMORY / 2)) / u64::from(MEMORY);
        Self(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// How many they are.
    pub fn count(self) -> u32 {
        self.0
    }

    /// What makes hashes of so many rounds.
    ///
    /// # Errors
    /// None with a sensible number.
    pub fn hasher(self) -> Result<Argon2<'static>> {
        let params = Params::new(MEMORY, self.0, Params::DEFAULT_P_COST, None).map_err(cannot)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// Does for nothing what is left of these rounds after `done`.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn spend_after(self, done: Self, password: &str) -> Result<()> {
        let left = Self(self.0.saturating_sub(done.0));
        if left == Self::NONE {
            return Ok(());
        }
        let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
        left.hasher()?.hash_password_into(password.as_bytes(), SALT, &mut out).map_err(cannot)?;
        // What nobody reads might not be done.
        std::hint::black_box(out);
        Ok(())
    }

    fn sensible(self) -> Self {
        self.clamp(Self::LEAST, Self::MOST)
    }
}

fn cannot(error: argon2::Error) -> Error {
    Error::Unexpected(anyhow::anyhow!("cannot hash a password: {error}"))
}

/// From now on no hash is made with less; never more than is sensible.
pub(super) fn keep_up_with(other: Rounds) {
    TODAY.fetch_max(other.sensible().0, Ordering::Relaxed);
}

/// Finds out what passwords may cost here, and says so in the log. Once, when a server has started; it takes the time of six
/// rounds, after the first pages have been shown.
pub async fn tune(db: Db) {
    if let Err(error) = find_out(&db).await {
        tracing::warn!(%error, "what passwords may cost here was not found out; they cost the least that is safe");
    }
}

async fn find_out(db: &Db) -> Result<()> {
    let stored = db.read(strongest).await.map(keep_up_with);
    tokio::time::sleep(SETTLED).await;
    tokio::task::spawn_blocking(measure).await.map_err(|error| Error::Unexpected(error.into()))??;
    tracing::info!(
        rounds = Rounds::today().count(),
        mebibytes = MEMORY / 1024,
        "passwords are kept with argon2id"
    );
    stored
}

/// The most that a hash cost of somebody who may come in.
fn strongest(conn: &mut Conn) -> Result<Rounds> {
    let stored: Vec<Option<String>> = agents::table
        .filter(agents::password_hash.is_not_null().and(agents::disabled_at.is_null()))
        .select(agents::password_hash)
        .rows(conn)?;
    let rounds = |stored: &String| argon2::PasswordHash::new(stored).map(|hash| Rounds::of(&hash)).ok();
    Ok(stored.iter().flatten().filter_map(rounds).max().unwrap_or(Rounds::LEAST))
}

/// Measures on the stack of a thread of its own: what it takes goes back to the machine when that ends, while the allocator
/// would keep it for good.
fn measure() -> Result<()> {
    let thread = std::thread::Builder::new().name("cost of a password".to_owned()).stack_size(STACK);
    let fastest = thread.spawn(fastest)?.join();
    let fastest =
        fastest.map_err(|_| Error::Unexpected(anyhow::anyhow!("the measuring thread panicked")))??;
    keep_up_with(Rounds::fitting(fastest));
    Ok(())
}

// The memory is taken once: filling it is no part of a round.
fn fastest() -> Result<Duration> {
    let hasher = Rounds::LEAST.hasher()?;
    let mut memory = [Block::new(); MEMORY as usize];
    let mut fastest = Duration::MAX;
    for _ in 0..TRIES {
        let begun = Instant::now();
        hasher.fill_memory(b"a password", SALT, &mut memory).map_err(cannot)?;
        fastest = fastest.min(begun.elapsed() / Rounds::LEAST.count());
    }
    Ok(fastest)
}
