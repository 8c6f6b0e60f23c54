//! People: agents with their sign-in, sessions and tokens; roles; customers.

pub mod account;
pub mod addresses;
pub mod agents;
pub mod customers;
pub mod directory;
pub mod domains;
pub mod edit;
pub mod effects;
pub mod factor;
pub mod forgotten;
mod guard;
pub mod habits;
mod journal;
pub mod keys;
pub mod links;
pub mod listing;
pub mod organisations;
pub mod password;
pub mod queue_news;
pub mod repeats;
pub mod retire;
pub mod role_change;
pub mod roles;
pub mod sessions;
pub mod setup;
pub mod stand_ins;
pub mod tokens;

pub use agents::Agent;
pub mod viewings;
