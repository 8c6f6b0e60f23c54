//! People: agents with their sign-in, sessions and tokens; roles; customers.

pub mod addresses;
pub mod agents;
pub mod customers;
pub mod habits;
pub mod keys;
pub mod listing;
pub mod organisations;
pub mod password;
pub mod queue_news;
pub mod repeats;
pub mod roles;
pub mod sessions;
pub mod setup;
pub mod stand_ins;
pub mod tokens;

pub use agents::Agent;
