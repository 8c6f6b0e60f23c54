//! Turnstone: a helpdesk that turns mail into tickets, in one binary.
//!
//! `ARCHITECTURE.md` draws the rooms and what may call what.

pub mod access;
pub mod api;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod csv;
pub mod db;
pub mod demo;
pub mod desk;
pub mod embedded;
pub mod error;
pub mod filters;
pub mod i18n;
pub mod mailboxes;
pub mod notify;
pub mod ops;
pub mod outbox;
pub mod people;
pub mod picture;
pub mod portable;
pub mod postmaster;
pub mod queues;
pub mod reports;
pub mod schedule;
mod seal;
pub mod search;
pub mod serve;
pub mod settings;
pub mod sign_in;
pub mod terms;
pub mod tickets;
pub mod web;
