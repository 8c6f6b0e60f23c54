//! `turnstone token create`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::agent::found;
use super::office::{Office, operator};
use super::output::print;
use crate::audit;
use crate::config::Loaded;
use crate::db::Audited;
use crate::people::{agents, tokens};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make an API token and print it, this once: it carries the rights of its agent
    Create(Create),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  TOKEN=$(turnstone token create --agent anna --name report)
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/tickets")]
pub(super) struct Create {
    /// Login of the agent it acts as
    #[arg(long, value_name = "LOGIN")]
    agent: String,
    /// What it is for
    #[arg(long)]
    name: String,
}

impl TokenCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let Self::Create(create) = self;
        let token = Office::open(&loaded.config)?.write(move |tx, now| {
            let agent = found(agents::by_login(tx, &create.agent), &create.agent)?;
            let secret = tokens::create(tx, agent.id, &create.name, now)?;
            let made = json!({ "token": create.name.trim() });
            audit::changed(tx, &operator(), Audited::Token, &agent.login, &Value::Null, &made, now)?;
            Ok(secret)
        })?;
        print(&token)
    }
}
