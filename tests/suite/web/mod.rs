//! The pages: what can be said of them without a browser.

mod attached;
mod auto_responses;
mod beside;
pub mod composer;
mod connections;
mod diagnostics;
mod downloads;
mod embedded;
mod formatted;
mod history;
mod languages;
mod lists;
mod long_thread;
mod look;
mod notices;
pub mod presence;
mod queue_addresses;
mod queues;
mod relay;
mod reply_templates;
mod routes;
mod settings;
mod text;
mod uploads;
mod weights;
mod wizard;
mod words;
