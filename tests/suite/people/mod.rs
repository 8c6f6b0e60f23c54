//! Signing in, and what a stranger sees.

mod addresses;
mod agents;
mod sign_in;
mod stranger;
