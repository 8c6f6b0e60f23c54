//! `turnstone role add`.

use clap::{Args, Subcommand};
use serde_json::json;

use super::office::Office;
use super::output::{print, print_json};
use crate::access::people_for_operator;
use crate::config::{Loaded, closest};
use crate::db::{InstallationRight, Right};
use crate::error::Error;
use crate::people::factor;
use crate::people::roles::{self, NewRole};

#[derive(Debug, Subcommand)]
pub(super) enum RoleCommand {
    /// Add a role
    Add(Add),
    /// Say whether who has a role needs a second factor, from his next sign-in on
    Factor(Factor),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Rights in a queue: read, note, reply (includes note), move_into, create, owner, priority, full.
Rights of the installation: people, queues_and_mail, recorder, export, api.

Example:
  turnstone role add --name Triage --grant Support:reply,priority --grant '*:read,move_into'")]
pub(super) struct Add {
    /// The role's name
    #[arg(long)]
    name: String,
    /// Rights in a queue, or in all (*); may be given several times
    #[arg(long = "grant", value_name = "QUEUE:RIGHT,…", value_parser = grant)]
    grants: Vec<(String, Vec<Right>)>,
    /// Rights that belong to no queue
    #[arg(long, value_name = "RIGHT,…", value_delimiter = ',', value_parser = right::<InstallationRight>)]
    installation: Vec<InstallationRight>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  turnstone role factor --name Admin --required yes")]
pub(super) struct Factor {
    /// The role
    #[arg(long)]
    name: String,
    /// yes or no
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    required: String,
}

impl Factor {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let (name, needed) = (self.name.clone(), self.required == "yes");
        Office::open(&loaded.config)?.write(move |tx, now| {
            let all = roles::all(tx)?;
            let role = all
                .iter()
                .find(|role| role.name == name)
                .ok_or_else(|| Error::invalid("name", format!("There is no role called “{name}”.")))?;
            factor::need_for_role(tx, &people_for_operator(), role.id, needed, now)
        })?;
        let what = if needed { "needs a second factor" } else { "needs no second factor" };
        print(&format!("Who has the role {} {what}, from the next sign-in on.", self.name))
    }
}

impl RoleCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let add = match self {
            Self::Add(add) => add,
            Self::Factor(factor) => return factor.run(loaded),
        };
        let new = NewRole { name: add.name, grants: add.grants, installation: add.installation };
        let role = Office::open(&loaded.config)?
            .write(move |tx, now| roles::create(tx, &people_for_operator(), &new, now))?;
        if add.json {
            return print_json(&json!({ "id": role.id, "name": role.name }));
        }
        print(&format!("Added the role {}.", role.name))
    }
}

/// `QUEUE:RIGHT,RIGHT`; a queue's name holds no colon.
fn grant(text: &str) -> Result<(String, Vec<Right>), String> {
    let (queue, words) = text
        .split_once(':')
        .ok_or("it is written QUEUE:RIGHT,… such as Support:reply or *:read,move_into")?;
    let rights: Result<Vec<Right>, String> = words.split(',').map(right).collect();
    Ok((queue.trim().to_owned(), rights?))
}

/// One right, or what was probably meant.
fn right<R: std::str::FromStr<Err = String> + Known>(word: &str) -> Result<R, String> {
    let word = word.trim();
    word.parse().map_err(|error: String| match closest(word, R::words()) {
        Some(near) => format!("{error}. Did you mean {near}?"),
        None => error,
    })
}

/// The words a kind of right can be written with.
trait Known {
    fn words() -> Vec<&'static str>;
}

impl Known for Right {
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|right| right.as_str()).collect()
    }
}

impl Known for InstallationRight {
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|right| right.as_str()).collect()
    }
}
