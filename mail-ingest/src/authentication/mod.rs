//! Whether a mail comes from whom it says: the results of SPF, DKIM and DMARC in the words of RFC 8601.
//!
//! A result is believed when the mail server in front wrote it ([`trusted`]). Where it wrote none, a mail that came
//! to a listener of ours can be looked at by ourselves. Whatever the result, no mail is refused or held back for it.

mod covers;
pub mod domain;
mod published;
mod results;
mod verify;

use serde::{Deserialize, Serialize};

pub use covers::{Cover, Look, covers};
pub use published::{Published, published};
pub use results::{claims, trusted};
pub use verify::{Resolver, Verifier, Way};

use crate::address::normalise;

/// What is known about a mail's origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// Whether the server that handed the mail in may send for the envelope's sender.
    pub spf: Verdict,
    /// Whether a signature in the mail is valid.
    pub dkim: Verdict,
    /// Whether one of both stands for the domain of From, as that domain asks.
    pub dmarc: Verdict,
    /// Of which From that was said: its address or its domain, in small letters, or how many there were where it was not
    /// one; empty where whoever said it left it out.
    pub about: String,
    /// Whose word this is: the id of the server in front, `turnstone`, or empty where nobody looked.
    pub by: String,
    /// What it rests on, for people.
    pub detail: String,
}

impl Authentication {
    /// Whether that was said of this address in From. Whoever looked may have read the field otherwise than we do: then
    /// nothing is known of this one, and somebody may have wanted that.
    pub fn is_about(&self, from: &str) -> bool {
        let Some(from) = normalise(from) else { return self.about.is_empty() };
        let domain = from.rsplit('@').next().unwrap_or_default();
        let same = match self.about.contains('@') {
            true => normalise(&self.about).is_some_and(|about| about == from),
            false => {
                normalise(&format!("x@{}", self.about)).is_some_and(|about| about == format!("x@{domain}"))
            }
        };
        self.about.is_empty() || same
    }
}

/// One result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It probably does not hold, says the domain.
    SoftFail,
    /// Neither is said.
    Neutral,
    /// There is nothing to check: no record, no signature.
    None,
    /// It was not checked, or could not be.
    #[default]
    Unknown,
}

impl Verdict {
    /// The word of RFC 8601; `unknown` where it has none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// Reads a word of RFC 8601, in any case. An error of the checker's, lasting or not, is no result.
    fn of_word(word: &str) -> Self {
        match &word.to_ascii_lowercase()[..] {
            "pass" => Self::Pass,
            "fail" | "hardfail" => Self::Fail,
            "softfail" => Self::SoftFail,
            "neutral" | "policy" => Self::Neutral,
            "none" => Self::None,
            _ => Self::Unknown,
        }
    }

    /// Of several results of one method the one that counts: one valid signature is enough.
    fn or(self, other: Self) -> Self {
        let rank = |verdict: Self| match verdict {
            Self::Pass => 5,
            Self::Fail => 4,
            Self::SoftFail => 3,
            Self::Neutral => 2,
            Self::None => 1,
            Self::Unknown => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}
