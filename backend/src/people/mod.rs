//! People: agents with their sign-in, sessions and tokens; roles; customers.

pub mod addresses;
pub mod agents;
pub mod customers;
pub mod factor;
pub mod habits;
pub mod listing;
pub mod organisations;
pub mod password;
pub mod repeats;
pub mod roles;
pub mod sessions;
pub mod setup;
pub mod tokens;

pub use agents::Agent;
