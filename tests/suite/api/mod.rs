//! The REST API, as its description promises it.

mod at_once;
mod bonds;
mod description;
mod events;
mod files;
mod lists;
mod people;
mod problems;
mod repeats;
mod tickets;
mod token;
