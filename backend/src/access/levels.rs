//! What a proof can be about.

use crate::db::Right;

/// A kind of act on a ticket, and the right that it needs.
pub trait Level {
    /// The right in the ticket's queue.
    const NEEDS: Right;
}

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident needs $right:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Level for $name {
            const NEEDS: Right = Right::$right;
        }
    )* };
}

levels! {
    /// See it.
    Read needs Read,
    /// Add an internal note.
    Note needs Note,
    /// Answer, lock, take over, set the state, close.
    Reply needs Reply,
    /// Take it out of its queue; the target is a [`super::QueueAccess`] of its own.
    Move needs Reply,
    /// Assign it.
    Owner needs Owner,
    /// Set its priority.
    Priority needs Priority,
    /// Change its customer, delete it.
    Full needs Full,
}
