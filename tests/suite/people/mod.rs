//! Signing in, and what a stranger sees.

mod addresses;
mod agent_data;
mod agent_list;
mod agents;
mod audit;
mod beyond;
mod choices;
mod customers;
mod erased_agent;
pub mod factor;
mod forgotten;
mod forwarded;
mod hostile;
mod known_browsers;
mod passkey_answers;
mod passkeys;
mod personal;
mod personal_others;
mod refusals;
mod roles;
mod security_mail;
mod sign_in;
mod stranger;
mod tables;
mod tokens;
mod two_admins;
mod viewing;
