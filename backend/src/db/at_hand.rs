//! What mails that are processed one after the other ask for again and again: as whom a queue writes, who follows it, what
//! its answers say. Read once for those that share a commit.
//!
//! Nothing tells when it is no longer so. That need not be: a mail changes neither queues nor people nor texts, and any
//! other job between two mails ends what the first of them left.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::Arc,
};

use super::Tx;
use crate::error::Result;

/// Of what, and which two words tell it from others of its kind.
pub(crate) type Key = (i64, &'static str, &'static str);

/// What was read, by what it is and its key.
#[derive(Default)]
pub(super) struct AtHand(HashMap<(TypeId, Key), Arc<dyn Any + Send + Sync>>);

impl Tx<'_> {
    /// From here on this job is the processing of a mail: what it reads [`Self::at_hand`] the next mail finds, and it finds
    /// what the one before has read.
    pub(crate) fn processes_mail(&mut self) {
        self.shares = true;
    }

    /// What `read` finds under this key; in the processing of mails once for all that share a commit, anywhere else each
    /// time.
    pub(crate) fn at_hand<T: Send + Sync + 'static>(
        &mut self,
        key: Key,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Arc<T>> {
        if !self.shares {
            return Ok(Arc::new(read(self)?));
        }
        let place = (TypeId::of::<T>(), key);
        if let Some(known) = self.at_hand.0.get(&place).cloned().and_then(|known| known.downcast().ok()) {
            return Ok(known);
        }
        let found = Arc::new(read(self)?);
        self.at_hand.0.insert(place, found.clone());
        Ok(found)
    }

    /// With what the job before has left at hand.
    pub(super) fn after(mut self, before: &mut AtHand) -> Self {
        self.at_hand = std::mem::take(before);
        self
    }

    /// What this job leaves to the next one: nothing, where it may have changed what it knows.
    pub(super) fn leaves(&mut self) -> AtHand {
        if self.shares { std::mem::take(&mut self.at_hand) } else { AtHand::default() }
    }
}
