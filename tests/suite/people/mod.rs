//! Signing in, and what a stranger sees.

mod addresses;
mod audit;
mod sign_in;
mod stranger;
