//! `turnstone customer address`.

use clap::{Args, Subcommand};
use serde_json::json;

use super::office::{Office, operator};
use super::output::{print, print_json};
use crate::config::Loaded;
use crate::error::{Error, Result, say};
use crate::people::{addresses, customers};

#[derive(Debug, Subcommand)]
pub(super) enum CustomerCommand {
    /// The addresses a customer writes from: add, remove
    #[command(subcommand)]
    Address(AddressCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum AddressCommand {
    /// Add an address: whoever writes from it is this customer
    Add(Add),
    /// Take an address away; a customer keeps at least one
    Remove(Remove),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  turnstone customer address add --customer anna@example.org --address anna@private.example"
)]
pub(super) struct Add {
    /// An address of the customer that is known
    #[arg(long, value_name = "ADDRESS")]
    customer: String,
    /// The other address
    #[arg(long)]
    address: String,
    /// Take it also from another customer, whose tickets of this address go along
    #[arg(long)]
    take: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The address to take away
    #[arg(long)]
    address: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl CustomerCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let Self::Address(command) = self;
        match command {
            AddressCommand::Add(add) => add.run(loaded),
            AddressCommand::Remove(remove) => remove.run(loaded),
        }
    }
}

fn known(tx: &mut crate::db::Tx<'_>, field: &str, address: &str) -> Result<crate::db::CustomerId> {
    customers::known(tx, address)?
        .ok_or_else(|| Error::invalid(field, say!("refused-customer-unknown", address = address)))
}

impl Add {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let as_json = self.json;
        let (name, all) = Office::open(&loaded.config)?.write(move |tx, now| {
            let id = known(tx, "customer", &self.customer)?;
            addresses::put(tx, &operator(), id, &self.address, self.take, now)?;
            Ok((addresses::customer(tx, id)?.name, addresses::of(tx, id)?))
        })?;
        told(as_json, &name, &all)
    }
}

impl Remove {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let as_json = self.json;
        let (name, all) = Office::open(&loaded.config)?.write(move |tx, _| {
            let id = known(tx, "address", &self.address)?;
            addresses::take_away(tx, id, &self.address)?;
            Ok((addresses::customer(tx, id)?.name, addresses::of(tx, id)?))
        })?;
        told(as_json, &name, &all)
    }
}

fn told(as_json: bool, name: &str, all: &[String]) -> anyhow::Result<()> {
    if as_json {
        return print_json(&json!({ "name": name, "addresses": all }));
    }
    print(&format!("{name} writes from {}.", all.join(", ")))
}
