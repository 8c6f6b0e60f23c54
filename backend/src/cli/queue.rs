//! `turnstone queue add`.

use clap::{Args, Subcommand};
use serde_json::json;

use super::office::Office;
use super::output::{print, print_json};
use crate::config::Loaded;
use crate::queues::{self, NewQueue};

#[derive(Debug, Subcommand)]
pub(super) enum QueueCommand {
    /// Add a queue; mail to its addresses is accepted from then on
    Add(Add),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turnstone queue add --name Billing --address billing@example.org")]
pub(super) struct Add {
    /// The queue's name
    #[arg(long)]
    name: String,
    /// A mail address of the queue; the first is the one it answers from
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// The queue above it
    #[arg(long, value_name = "QUEUE")]
    parent: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl QueueCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let Self::Add(add) = self;
        let new = NewQueue { name: add.name, parent: add.parent, addresses: add.addresses };
        let queue = Office::open(&loaded.config)?.write(move |tx, now| queues::insert(tx, &new, now))?;
        if add.json {
            return print_json(&json!({ "id": queue.id, "name": queue.name }));
        }
        print(&format!("Added the queue {}.", queue.name))
    }
}
