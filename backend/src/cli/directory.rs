//! `turnstone directory test|sync`.

use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::office::Office;
use super::output::{print, print_json};
use crate::config::sign_in::Ldap;
use crate::config::{Config, Loaded, SignIn, closest};
use crate::desk::Desk;
use crate::sign_in::look::{Seen, seen};
use crate::sign_in::sync::{Mode, Report, sync};
use crate::sign_in::ways;

#[derive(Debug, Subcommand)]
pub(super) enum DirectoryCommand {
    /// Show what a directory says of somebody, and which roles that would give
    Test(Test),
    /// Compare the agents with a directory: shut out who is gone, bring roles up to date
    Sync(Compare),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  turnstone directory test --login dana")]
pub(super) struct Test {
    /// What somebody would type
    #[arg(long)]
    login: String,
    /// The directory's id, where there are several
    #[arg(long, value_name = "ID")]
    directory: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  turnstone directory sync --dry-run")]
pub(super) struct Compare {
    /// The directory's id, where there are several
    #[arg(long, value_name = "ID")]
    directory: Option<String>,
    /// Change nothing, only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Even where more than half of the agents would be shut out
    #[arg(long)]
    force: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl DirectoryCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Test(test) => test.run(&loaded.config),
            Self::Sync(compare) => compare.run(&loaded.config),
        }
    }
}

/// The directory of that id; without one, the only one.
fn chosen(ways: &SignIn, id: Option<&str>) -> anyhow::Result<Ldap> {
    let all: Vec<&Ldap> = ways.directories().collect();
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    match (id, all.as_slice()) {
        (_, []) => Err(anyhow!(
            "There is no directory. Add one on the page Administration → Sign-in, or with a method of the kind ldap in SIGN_IN_FILE."
        )),
        (None, [one]) => Ok((*one).clone()),
        (None, _) => {
            Err(anyhow!("There are several directories. Choose one with --directory: {}.", ids.join(", ")))
        }
        (Some(id), _) => all.into_iter().find(|one| one.id == id).cloned().ok_or_else(|| {
            let hint = closest(id, ids).map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            anyhow!("There is no directory called {id}.{hint}")
        }),
    }
}

fn desk(office: &Office, config: &Config) -> Desk {
    Desk { db: office.db.clone(), clock: crate::clock::Clock::System, config: Arc::new(config.clone()) }
}

impl Test {
    fn run(self, config: &Config) -> anyhow::Result<()> {
        let office = Office::open(config)?;
        let desk = desk(&office, config);
        let directory = chosen(&office.wait(ways::of(&desk))?, self.directory.as_deref())?;
        let found = office.wait(seen(&desk, &directory, &self.login));
        let found = found.map_err(|why| anyhow!("The directory {} cannot be asked: {why}.", directory.id))?;
        let person = found.ok_or_else(|| {
            anyhow!(
                "The directory {} finds no one entry for {:?} with {} below {}.",
                directory.id,
                self.login,
                directory.filter,
                directory.base
            )
        })?;
        if self.json { print_json(&person) } else { print(&as_text(&person)) }
    }
}

fn as_text(person: &Seen) -> String {
    let none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    let lines = [
        ("entry", person.dn.clone()),
        ("known as", person.subject.clone()),
        ("login", none(&person.login)),
        ("name", none(&person.name)),
        ("address", none(person.email.as_deref().unwrap_or_default())),
        ("groups", none(&person.groups.join("\n            "))),
        ("roles", none(&person.roles.join(", "))),
        ("account", if person.open { "open" } else { "shut or over: not let in" }.to_owned()),
    ];
    lines.iter().map(|(name, text)| format!("{name:<10}  {text}\n")).collect()
}

impl Compare {
    fn run(self, config: &Config) -> anyhow::Result<()> {
        let office = Office::open(config)?;
        let desk = desk(&office, config);
        let directory = chosen(&office.wait(ways::of(&desk))?, self.directory.as_deref())?;
        let mode = Mode { dry: self.dry_run, force: self.force };
        let report = office.wait(sync(&desk, &directory, mode))?;
        if self.json { print_json(&report) } else { print(&told(&report, self.dry_run)) }
    }
}

fn told(report: &Report, dry: bool) -> String {
    let mut text = format!(
        "{}: {} people in the directory, {} agents tied to it.\n",
        report.directory, report.people, report.agents
    );
    for step in &report.steps {
        let what = match step.what {
            "shut_out" => "shut out",
            "let_in" => "let in again",
            "kept" => "NOT CHANGED",
            other => other,
        };
        text.push_str(&format!("  {}: {what} ({})\n", step.agent, step.detail));
    }
    text.push_str(match (report.steps.is_empty(), dry) {
        (true, _) => "Nothing to do.",
        (false, true) => "This would be done. Nothing was changed.",
        (false, false) => "Done.",
    });
    text
}
