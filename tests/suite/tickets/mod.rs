//! Lock, owner, state and queue of a ticket: who may change them, and what else changes with them.

mod lock;
mod permission;
mod race;
mod undo;
mod verbs;
