//! Signing in, and what a stranger sees.

mod addresses;
mod sign_in;
mod stranger;
