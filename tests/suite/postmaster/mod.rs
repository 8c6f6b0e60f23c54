//! From a raw mail to a ticket: the rules of intake, each by the mail that would show its absence.

mod answers;
mod any_bytes;
mod at_hand;
