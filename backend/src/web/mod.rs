//! Pages: requests to verbs of the domain and back. Mirrors `templates/`; knows HTTP and no SQL.
//!
//! A request passes the headers ([`headers`]), the [`gate`] of its row in the table of [`routes`] (same-site proof,
//! session, needs), its handler, and leaves as a page made by [`page`]. Each handler loads first and renders
//! afterwards; a refusal ([`failure`]) becomes a page in the reader's language.

pub mod admin;
pub mod archive;
pub mod articles;
pub mod assets;
pub mod attached;
pub mod audit;
mod auto_responses;
mod calendars;
pub mod certificate;
pub mod connections;
pub mod customers;
pub mod dashboard;
mod diagnostics;
pub mod downloads;
pub mod factor;
pub mod failure;
pub mod fields;
pub mod files;
pub mod filters;
pub mod forgotten;
pub mod forms;
pub mod gate;
pub mod handler;
pub mod headers;
pub mod images;
pub mod live;
pub mod login;
pub mod look;
pub mod mailboxes;
pub mod notices;
pub mod organisations;
pub mod outbox;
pub mod own_factor;
pub mod own_passkeys;
pub mod page;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod people_tables;
pub mod preferences;
pub mod presence;
pub mod probes;
mod qr;
pub mod queues;
pub mod recorder;
pub mod refusals;
pub mod relay;
pub mod render;
pub mod reply_templates;
pub mod reports;
pub mod rights;
pub mod roles;
pub mod routes;
pub mod search;
pub mod session;
mod settings;
pub mod setup;
pub mod shell;
pub mod state;
mod states;
pub mod suggestions;
mod tags;
pub mod text;
pub mod tickets;
pub mod times;
pub mod view;
pub mod viewing;
pub mod views;
mod vouched;
mod wizard;

pub use state::Web;
