//! `turnstone setup`.

use clap::Args;
use serde_json::json;

use super::office::{Office, hash_of, password_from_stdin};
use super::output::{print, print_json};
use crate::config::Loaded;
use crate::people::agents::NewAgent;
use crate::people::setup::{self, SetUp};

const EXAMPLE: &str = "\
Example:
  printf '%s\\n' \"$PASSWORD\" | turnstone setup --admin anna --email anna@example.org \\
      --password-stdin --organisation Example --queue Support --address support@example.org";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Setup {
    /// What the first admin signs in with
    #[arg(long, value_name = "LOGIN")]
    admin: String,
    /// The admin's name [default: the login]
    #[arg(long)]
    name: Option<String>,
    /// The admin's mail address, for notifications
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// Read the admin's password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Name of the organisation, shown in pages and mails
    #[arg(long, default_value = "", hide_default_value = true)]
    organisation: String,
    /// Name of the first queue
    #[arg(long, default_value = "Support")]
    queue: String,
    /// Mail address of the first queue
    #[arg(long, default_value = "", hide_default_value = true)]
    address: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Setup {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let password = password_from_stdin()?;
        let name = self.name.unwrap_or_else(|| self.admin.clone());
        let hash = hash_of(&password, &[&self.admin, &name, &self.email])?;
        let login = self.admin.clone();
        let wish = SetUp {
            admin: NewAgent {
                login: self.admin,
                name,
                email: self.email,
                roles: Vec::new(),
                password_hash: Some(hash.as_str().to_owned()),
                ..NewAgent::default()
            },
            organisation: self.organisation,
            queue: self.queue,
            address: self.address,
        };
        let queue = Office::open(&loaded.config)?.write(move |tx, now| setup::run(tx, &wish, now))?;
        if self.json {
            return print_json(&json!({ "admin": login, "queue": queue.name }));
        }
        print(&format!("Made the admin {login}, the roles Admin and Agent, and the queue {}.", queue.name))
    }
}
