//! The tools of the suite, tried on themselves: a test that cannot fail proves nothing.

mod browser;
mod postfix;
mod postgres;
mod smtp_peer;
