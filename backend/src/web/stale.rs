//! Forms that were opened before somebody else saved what they show: sent as they are, they would put back what was there
//! before, unseen.

use std::fmt::Debug;

use crate::db::{Tx, backend};
use crate::error::{Error, Result, say};
use crate::people::sessions;

/// So many letters of the hash are enough: nobody gains by a form that passes for fresh.
const LETTERS: usize = 16;

/// What a form shows of what is stored, in a few letters that it sends along.
pub(super) fn mark(shown: &impl Debug) -> String {
    let mut mark = sessions::digest(&format!("{shown:?}"));
    mark.truncate(LETTERS);
    mark
}

/// Lets forms of a kind be saved one after the other: of two that arrive at once the second is the older one. Called before
/// anything is read.
///
/// # Errors
/// Those of the database.
pub(super) fn alone(tx: &mut Tx<'_>, kind: &str) -> Result<()> {
    backend::one_at_a_time(tx, &format!("form of {kind}"))
}

/// Looks, in the transaction that saves, that what is stored is what the form showed. A form without a mark is none of ours
/// that shows anything.
///
/// # Errors
/// [`Error::Conflict`] where somebody else has saved meanwhile.
pub(super) fn must_be_fresh(sent: &str, stored: &impl Debug) -> Result<()> {
    match sent.is_empty() || sent == mark(stored) {
        true => Ok(()),
        false => Err(Error::Conflict(say!("refused-meanwhile"))),
    }
}
