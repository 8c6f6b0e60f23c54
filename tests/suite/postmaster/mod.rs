//! From a raw mail to a ticket: the rules of intake, each by the mail that would show its absence.

mod answers;
mod any_bytes;
mod at_hand;
mod automatic;
mod belongs;
mod bounces;
mod caps;
mod claims;
mod corpus;
mod duplicates;
mod follow_up;
mod hostile;
mod internal;
mod loops;
mod order;
mod origin;
mod policies;
mod quarantine;
mod queues;
mod reply_address;
mod returned;
mod senders;
mod starttls;
mod strangers;
mod wire;
