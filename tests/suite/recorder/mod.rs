//! The recorder: what happened to each mail and why, what would happen now, the balance, and what is thrown away.

mod balance;
mod orphans;
mod pages;
mod preview;
mod reasons;
mod retention;
mod search;
