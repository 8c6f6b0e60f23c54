//! The REST API under `/api/v1`: requests to verbs of the domain and back, as JSON. Knows HTTP and no SQL.
//!
//! A request passes the gate ([`gate`]: bearer token, the agent's rights), its handler, and leaves as JSON ([`views`])
//! or as a problem ([`problem`], RFC 9457). All addresses stand in one table ([`routes`]); the description at
//! `/api/v1/openapi.json` is made from the handlers themselves ([`openapi`]).

pub mod accounts;
pub mod acts;
mod articles;
pub mod audit;
mod auto_responses;
mod balance;
pub mod body;
pub mod bonds;
pub mod bulks;
mod calendars;
pub mod customer_merges;
pub mod customers;
mod diagnostics;
pub mod drafts;
pub mod events;
pub mod exports;
pub mod fields;
pub mod files;
mod filters;
pub mod gate;
pub mod inbound;
pub mod lock;
pub mod mailboxes;
pub mod merges;
mod notices;
pub mod one_role;
pub mod openapi;
pub mod organisations;
pub mod outbox;
pub mod own_templates;
pub mod page;
pub mod participants;
pub mod passing;
pub mod people;
pub mod personal;
mod priorities;
pub mod problem;
mod queue_addresses;
pub mod queues;
pub mod replies;
pub mod reports;
pub mod routes;
pub mod saved;
pub mod search;
pub mod settings;
pub mod splits;
mod states;
mod tags;
pub mod templates;
pub mod tickets;
pub mod views;

pub use routes::configure;
