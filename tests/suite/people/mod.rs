//! Signing in, and what a stranger sees.

mod addresses;
mod agents;
mod audit;
mod roles;
mod sign_in;
mod stranger;
