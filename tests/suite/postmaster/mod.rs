//! From a raw mail to a ticket: the rules of intake, each by the mail that would show its absence.

mod automatic;
mod bounces;
mod corpus;
mod duplicates;
mod follow_up;
mod hostile;
mod order;
mod quarantine;
mod queues;
mod senders;
mod starttls;
mod wire;
