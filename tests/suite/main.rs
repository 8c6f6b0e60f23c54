//! The suite: one binary, laid out like the product.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test the panic is the report"
)]

mod api;
mod cli;
mod config;
mod db;
mod demo;
mod filters;
mod harness;
mod journey;
mod mail_ingest;
mod mailboxes;
mod notify;
mod outbox;
mod people;
mod permissions;
mod policy;
mod postmaster;
mod recorder;
mod reports;
mod schedule;
mod search;
mod serve;
mod sign_in;
mod tickets;
mod web;
