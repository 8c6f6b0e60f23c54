//! The crate `mail-ingest`: real and hostile mails, and the dialogue on the wire.

mod addresses;
mod authentication;
mod bounces;
mod classes;
mod corpus;
mod cost;
mod fetching;
mod fuzzing;
mod hostile;
mod html;
mod known_quotes;
mod language;
mod machine;
mod quotes;
mod survival;
mod verify;
mod wire;
mod written;
