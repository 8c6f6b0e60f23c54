//! Signing in, and what a stranger sees.

mod addresses;
mod choices;
mod sign_in;
mod stranger;
