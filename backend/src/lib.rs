//! Turnstone: a helpdesk that turns mail into tickets, in one binary.
//!
//! `ARCHITECTURE.md` draws the rooms and what may call what.

pub mod cli;
pub mod config;
pub mod ops;
pub mod web;
