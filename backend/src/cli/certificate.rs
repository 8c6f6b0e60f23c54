//! `turnstone certificate test`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::office::Office;
use super::output::{print, print_json};
use crate::clock::Clock;
use crate::config::sign_in::Certificate;
use crate::config::{Config, Loaded, closest};
use crate::desk::Desk;
use crate::sign_in::look::{Shown, certificate};

#[derive(Debug, Subcommand)]
pub(super) enum CertificateCommand {
    /// Show what a certificate says of its owner, whether it would be believed, and which agent is tied to it
    Test(Test),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  turnstone certificate test dana.pem")]
pub(super) struct Test {
    /// The certificate (PEM), those that lead to an authority behind it; no key
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The id of the method in SIGN_IN_FILE, where there are several
    #[arg(long, value_name = "ID")]
    method: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl CertificateCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let Self::Test(test) = self;
        let method = chosen(&loaded.config, test.method.as_deref())?;
        let office = Office::open(&loaded.config)?;
        let config = Arc::new(loaded.config.clone());
        let desk = Desk { db: office.db.clone(), clock: Clock::System, config };
        let shown = office.wait(certificate(&desk, method, &test.file))?;
        if test.json { print_json(&shown) } else { print(&as_text(&shown, method)) }
    }
}

/// The method of that id; without one, the only one.
fn chosen<'a>(config: &'a Config, id: Option<&str>) -> anyhow::Result<&'a Certificate> {
    let all: Vec<&Certificate> = config.sign_in.certificates().collect();
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    match (id, all.as_slice()) {
        (_, []) => Err(anyhow!(
            "Nobody signs in with a certificate. Set SIGN_IN_FILE to a file with a method of the kind certificate."
        )),
        (None, [one]) => Ok(one),
        (None, _) => {
            Err(anyhow!("There are several such methods. Choose one with --method: {}.", ids.join(", ")))
        }
        (Some(id), _) => all.into_iter().find(|one| one.id == id).ok_or_else(|| {
            let hint = closest(id, ids).map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            anyhow!("There is no method for certificates called {id}.{hint}")
        }),
    }
}

fn as_text(shown: &Shown, method: &Certificate) -> String {
    let none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    let facts = &shown.facts;
    let lines = [
        ("subject", facts.subject.clone()),
        ("issuer", facts.issuer.clone()),
        ("valid", format!("{} to {}", facts.from, facts.until)),
        ("sha256", facts.sha256.clone()),
        ("addresses", none(&facts.emails.join(", "))),
        ("known as", none(&shown.known_as)),
        ("roles", none(&shown.roles.join(", "))),
        ("agent", none(&shown.agent)),
        ("believed", format!("{} {}", shown.believed, shown.detail).trim_end().to_owned()),
    ];
    let mut text: String = lines.iter().map(|(name, text)| format!("{name:<10}  {text}\n")).collect();
    if shown.agent.is_empty() && !shown.known_as.is_empty() {
        let quoted = shown.known_as.replace('\'', "'\\''");
        text.push_str(&format!(
            "To tie an agent to it:\n  turnstone agent link --login LOGIN --method {} --subject '{quoted}'\n",
            method.id
        ));
    }
    text.trim_end().to_owned()
}
