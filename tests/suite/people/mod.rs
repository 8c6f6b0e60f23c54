//! Signing in, and what a stranger sees.

mod sign_in;
mod stranger;
