//! The pages: what can be said of them without a browser.

mod attached;
mod auto_responses;
mod connections;
mod messages;
mod queues;
mod routes;
mod text;
mod words;
