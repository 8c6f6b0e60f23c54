//! Passwords: argon2id, and how strong they must be.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::effort::{self, Rounds};
use crate::error::{Error, Result, say};

/// The shortest password, in characters.
const SHORTEST: usize = 12;
/// The longest, in bytes: more is no stronger, and costs time.
const LONGEST: usize = 1_000;
/// How much of a password its strength is estimated from, in characters: the estimate's time grows with it.
const ESTIMATED: usize = 64;
/// So many hashes are made at once: each needs 19 MiB.
const AT_ONCE: usize = 2;

static SLOTS: Semaphore = Semaphore::const_new(AT_ONCE);

/// An argon2id hash in PHC form.
#[derive(Clone)]
pub struct Hash(String);

impl Hash {
    /// The text to be stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses passwords that are short or easy to guess. `others` are words a guesser would try: login, name.
///
/// # Errors
/// [`Error::Invalid`] for the field `password`.
pub fn check_strength(password: &str, others: &[&str]) -> Result<()> {
    if password.chars().count() < SHORTEST {
        return Err(Error::invalid("password", say!("refused-short-password", least = SHORTEST)));
    }
    if password.len() > LONGEST {
        return Err(Error::invalid("password", say!("refused-long-password", most = LONGEST)));
    }
    let beginning: String = password.chars().take(ESTIMATED).collect();
    if u8::from(zxcvbn::zxcvbn(&beginning, others).score()) < 3 {
        return Err(Error::invalid("password", say!("refused-weak-password")));
    }
    Ok(())
}

/// Makes a hash, off the asynchronous threads, a few at once.
///
/// # Errors
/// When there is not enough memory.
pub async fn hash(password: String) -> Result<Hash> {
    let _slot = SLOTS.acquire().await.map_err(|error| Error::Unexpected(error.into()))?;
    tokio::task::spawn_blocking(move || hash_blocking(&password))
        .await
        .map_err(|error| Error::Unexpected(error.into()))?
}

/// Makes a hash; takes tens of milliseconds, on a server a tenth of a second.
///
/// # Errors
/// When there is not enough memory.
pub fn hash_blocking(password: &str) -> Result<Hash> {
    hash_of(password, Rounds::today())
}

/// Makes a hash that costs so much.
///
/// # Errors
/// When there is not enough memory.
pub fn hash_of(password: &str, rounds: Rounds) -> Result<Hash> {
    rounds.hasher()?.hash_password(password.as_bytes()).map(|hash| Hash(hash.to_string())).map_err(cannot)
}

/// Makes a hash of the same password anew, for today's cost: it stays the same by its [`mark`].
///
/// # Errors
/// When there is not enough memory.
pub async fn renew(password: String, stored: String) -> Result<Hash> {
    let _slot = SLOTS.acquire().await.map_err(|error| Error::Unexpected(error.into()))?;
    tokio::task::spawn_blocking(move || {
        let salt = argon2::PasswordHash::new(&stored).ok().and_then(|hash| hash.salt);
        let Some(salt) = salt else { return hash_blocking(&password) };
        let hashed = Rounds::today().hasher()?.hash_password_with_salt(password.as_bytes(), &salt);
        hashed.map(|hash| Hash(hash.to_string())).map_err(cannot)
    })
    .await
    .map_err(|error| Error::Unexpected(error.into()))?
}

/// Which password a stored hash is of, whatever it cost: its salt. Whoever chooses a password, be it the same one, gets another.
pub fn mark(stored: &str) -> &str {
    stored.rsplit('$').nth(1).filter(|salt| !salt.is_empty()).unwrap_or(stored)
}

fn cannot(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(anyhow::anyhow!("cannot hash a password: {error}"))
}

/// Whether a stored hash was made with less effort than one of today.
pub fn is_weak(stored: &str) -> bool {
    let Ok(hash) = argon2::PasswordHash::new(stored) else { return false };
    let (Ok(then), Ok(today)) = (argon2::Params::try_from(&hash), Rounds::today().hasher()) else {
        return true;
    };
    let today = today.params();
    hash.algorithm != argon2::Algorithm::Argon2id.ident()
        || then.m_cost() < today.m_cost()
        || then.t_cost() < today.t_cost()
        || then.p_cost() < today.p_cost()
}

/// Whether `password` belongs to the stored hash. Says no after as long a time when there is none, or a weaker one.
///
/// # Errors
/// When the process is going down, or there is not enough memory.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let _slot = SLOTS.acquire().await.map_err(|error| Error::Unexpected(error.into()))?;
    tokio::task::spawn_blocking(move || {
        let hash = stored.as_deref().and_then(|stored| argon2::PasswordHash::new(stored).ok());
        let done = hash.as_ref().map(Rounds::of);
        // Another process may have found a faster machine.
        done.into_iter().for_each(effort::keep_up_with);
        belongs(&password, hash.as_ref(), Rounds::today())
    })
    .await
    .map_err(|error| Error::Unexpected(error.into()))?
}

/// As [`verify`], at once, on a day on which passwords cost so much.
///
/// # Errors
/// When there is not enough memory.
pub fn belongs(password: &str, hash: Option<&argon2::PasswordHash>, today: Rounds) -> Result<bool> {
    let good = hash.is_some_and(|hash| Argon2::default().verify_password(password.as_bytes(), hash).is_ok());
    if !good {
        today.spend_after(hash.map_or(Rounds::NONE, Rounds::of), password)?;
    }
    Ok(good)
}

/// Signs of generated passwords, by kind, without those that look alike.
const SIGNS: [&[u8]; 3] = [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnpqrstuvwxyz", b"23456789"];
/// How many of them, in groups of four with a dash between: more than 80 bits.
const GENERATED: usize = 16;

/// A password that nobody chose: capitals, small letters, digits and dashes.
pub fn generate() -> String {
    loop {
        let all: Vec<u8> = SIGNS.concat();
        let mut made = String::new();
        let mut count = 0;
        while count < GENERATED {
            let [dice] = crate::clock::random_bytes::<1>();
            // What does not fit evenly is thrown again, so that no sign is likelier than another.
            let Some(sign) = all.get(usize::from(dice & 0x3f)) else { continue };
            if count > 0 && count % 4 == 0 {
                made.push('-');
            }
            made.push(char::from(*sign));
            count += 1;
        }
        if SIGNS.iter().all(|kind| made.bytes().any(|sign| kind.contains(&sign))) {
            return made;
        }
    }
}
