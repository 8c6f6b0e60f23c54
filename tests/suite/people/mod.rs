//! Signing in, and what a stranger sees.

mod addresses;
mod audit;
mod factor;
mod sign_in;
mod stranger;
