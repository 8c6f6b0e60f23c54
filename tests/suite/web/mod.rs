//! The pages: what can be said of them without a browser.

mod attached;
mod auto_responses;
pub mod composer;
mod connections;
mod lists;
mod long_thread;
mod messages;
mod presence;
mod queues;
mod routes;
mod text;
mod words;
