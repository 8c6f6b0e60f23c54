//! A set of rights in a queue.

use crate::db::Right;

/// A set of rights; one that is in it brings what it implies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights(u8);

impl Rights {
    /// No right.
    pub const NONE: Self = Self(0);
    /// Every right.
    pub const ALL: Self = Self(0xff);

    /// Adds a right and what it implies: `full` is everything, `reply` includes `note`, each includes `read`.
    #[must_use]
    pub fn with(self, right: Right) -> Self {
        let implied = match right {
            Right::Full => return Self::ALL,
            Right::Reply => bit(Right::Note),
            _ => 0,
        };
        Self(self.0 | bit(right) | implied | bit(Right::Read))
    }

    /// All that is in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the right is in it.
    pub fn has(self, right: Right) -> bool {
        self.0 & bit(right) != 0
    }
}

fn bit(right: Right) -> u8 {
    1 << (right as u8)
}
