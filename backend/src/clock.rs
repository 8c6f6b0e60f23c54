//! Time and randomness come from here and nowhere else, so that a test can hold them still.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

/// Tells the time. Cloning shares the clock.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until it is moved.
    Fixed(Arc<Mutex<Timestamp>>),
    /// The machine's clock, shifted: runs on, and can be moved.
    Shifted(Arc<Mutex<SignedDuration>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }

    /// The machine's clock, which [`Clock::advance`] can move.
    pub fn shifted() -> Self {
        Self::Shifted(Arc::new(Mutex::new(SignedDuration::ZERO)))
    }

    /// The current instant, in whole microseconds: what both databases keep.
    pub fn now(&self) -> Timestamp {
        let now = match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
            Self::Shifted(by) => {
                let by = *by.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                Timestamp::now().checked_add(by).unwrap_or(Timestamp::MAX)
            }
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves a fixed or shifted clock; the machine's own clock stays as it is.
    pub fn advance(&self, by: SignedDuration) {
        match self {
            Self::System => {}
            Self::Fixed(at) => {
                let mut at = at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *at = at.checked_add(by).unwrap_or(*at);
            }
            Self::Shifted(shift) => {
                let mut shift = shift.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *shift = shift.checked_add(by).unwrap_or(*shift);
            }
        }
    }

    /// Sets a fixed clock.
    pub fn set(&self, to: Timestamp) {
        if let Self::Fixed(at) = self {
            *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = to;
        }
    }
}

/// 256 random bits as 43 letters of base64url: session ids, tokens, one-time links.
pub fn random_token() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Bytes of the operating system's random source.
///
/// The source failing means that no secret can be made; the process cannot go on safely.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness no secret is safe: stop")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A time-ordered id for what leaves the house: Message-IDs, attachment links.
pub fn public_id(now: Timestamp) -> uuid::Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes()).into_uuid()
}
