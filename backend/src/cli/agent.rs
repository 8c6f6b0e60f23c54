//! `turnstone agent add|disable|password`.

use clap::{Args, Subcommand};
use serde_json::json;

use super::office::{Office, hash_of, operator, password_from_stdin};
use super::output::{print, print_json};
use crate::access::people_for_operator;
use crate::audit;
use crate::config::{Config, Loaded};
use crate::db::Audited;
use crate::error::{Error, Result};
use crate::people::Agent;
use crate::people::agents::{self, NewAgent};
use crate::people::factor;
use crate::people::identities::{self, Known};
use crate::people::retire::{self, HandOver};
use crate::sign_in::{self, ways};
use crate::tickets::Moment;

#[derive(Debug, Subcommand)]
pub(super) enum AgentCommand {
    /// Add an agent
    Add(Add),
    /// Shut an agent out: sessions and tokens end at once, his tickets keep his name
    Disable {
        /// The agent
        #[arg(long)]
        login: String,
    },
    /// Take an agent's second factor away, which he has lost; his sessions end
    FactorReset {
        /// The agent
        #[arg(long)]
        login: String,
    },
    /// Tie an agent to who he is in a directory, at a site that vouches for him, or in his certificate
    Link(Link),
    /// Untie an agent from a directory, a site or a certificate
    Unlink {
        /// The agent
        #[arg(long)]
        login: String,
        /// The id of the method, as on the page Administration → Sign-in
        #[arg(long, value_name = "ID")]
        method: String,
    },
    /// Set an agent's password; his sessions end
    Password {
        /// The agent
        #[arg(long)]
        login: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  printf '%s\\n' \"$PASSWORD\" | turnstone agent add --login ben --name 'Ben Okafor' \\
      --email ben@example.org --role Agent --password-stdin")]
pub(super) struct Add {
    /// What the agent signs in with
    #[arg(long)]
    login: String,
    /// The agent's name, shown to customers
    #[arg(long)]
    name: String,
    /// Where notifications go
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// A role of the agent; may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<String>,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl AgentCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(loaded),
            Self::Disable { login } => disable(&login, loaded),
            Self::FactorReset { login } => reset_factor(&login, loaded),
            Self::Link(link) => link.run(loaded),
            Self::Unlink { login, method } => unlink(&login, &method, loaded),
            Self::Password { login, .. } => set_password(&login, loaded),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
What somebody is known as says `turnstone directory test` for a directory, `turnstone certificate test` for a certificate;
a site's log or console for a site (the claim sub).

Example:
  turnstone agent link --login dana --method company --subject 2f1c0c0e-8d0b-4b6e-a1f5-6a3f0c2f9a11 --as dana")]
pub(super) struct Link {
    /// The agent
    #[arg(long)]
    login: String,
    /// The id of the method, as on the page Administration → Sign-in
    #[arg(long, value_name = "ID")]
    method: String,
    /// What the agent is known as there, for ever
    #[arg(long)]
    subject: String,
    /// What the agent signs in with there today [default: the login here]
    #[arg(long = "as", value_name = "LOGIN")]
    known_as: Option<String>,
}

/// Under which name the ties to a method are kept: the id of a directory or of a way in by certificate, or a site's issuer.
fn kept_as(office: &Office, config: &Config, method: &str) -> anyhow::Result<String> {
    let config = config.clone();
    let methods = office.wait(office.db.read(move |conn| ways::in_force(conn, &config)))?;
    let directory = methods.directories().find(|one| one.id == method).map(|one| one.id.clone());
    let certificate = methods.certificates().find(|one| one.id == method).map(|one| one.id.clone());
    let site = methods.providers().find(|one| one.id == method).map(|one| one.issuer.clone());
    directory.or(site).or(certificate).ok_or_else(|| {
        anyhow::anyhow!(
            "--method: there is no directory, site or way in by certificate called {method}, neither in SIGN_IN_FILE nor on the page Administration → Sign-in."
        )
    })
}

impl Link {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let office = Office::open(&loaded.config)?;
        let method = kept_as(&office, &loaded.config, &self.method)?;
        let known = Known {
            method,
            subject: self.subject,
            login: self.known_as.unwrap_or_else(|| self.login.clone()),
            ..Known::default()
        };
        let wanted = self.login.clone();
        let agent = office.write(move |tx, now| {
            let agent = found(agents::by_login(tx, &wanted), &wanted)?;
            identities::link(tx, &people_for_operator(), &agent, &known, now)?;
            Ok(agent)
        })?;
        print(&format!("{} is tied to {}.", agent.login, self.method))
    }
}

fn unlink(login: &str, method: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let office = Office::open(&loaded.config)?;
    let (wanted, kept) = (login.to_owned(), kept_as(&office, &loaded.config, method)?);
    let config = loaded.config.clone();
    let agent = office.write(move |tx, now| {
        let agent = found(agents::by_login(tx, &wanted), &wanted)?;
        let done = sign_in::untie(tx, &config, &people_for_operator(), (None, &agent), &kept, now);
        done.map_err(|error| match error {
            Error::NotFound => Error::invalid("method", format!("“{wanted}” is not tied to it.")),
            other => other,
        })?;
        Ok(agent)
    })?;
    print(&format!("{} is no longer tied to {method}.", agent.login))
}

impl Add {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let password = password_from_stdin()?;
        let hash = hash_of(&password, &[&self.login, &self.name, &self.email])?;
        let new = NewAgent {
            login: self.login,
            name: self.name,
            email: self.email,
            roles: self.roles,
            password_hash: Some(hash.as_str().to_owned()),
            ..NewAgent::default()
        };
        let agent = Office::open(&loaded.config)?
            .write(move |tx, now| agents::create(tx, &people_for_operator(), &new, now))?;
        if self.json {
            return print_json(&json!({ "id": agent.id, "login": agent.login, "name": agent.name }));
        }
        print(&format!("Added the agent {}.", agent.login))
    }
}

fn disable(login: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let (wanted, zone) = (login.to_owned(), loaded.config.time_zone.clone());
    let agent = Office::open(&loaded.config)?.write(move |tx, now| {
        let agent = found(agents::by_login(tx, &wanted), &wanted)?;
        let at = Moment { now: now.0, zone: zone.clone() };
        retire::retire(tx, &people_for_operator(), agent.id, HandOver::Nobody, &at)?;
        Ok(agent)
    })?;
    print(&format!("{} is shut out.", agent.login))
}

fn reset_factor(login: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let wanted = login.to_owned();
    let agent = Office::open(&loaded.config)?.write(move |tx, now| {
        let agent = found(agents::by_login(tx, &wanted), &wanted)?;
        factor::reset(tx, &people_for_operator(), agent.id, now)?;
        Ok(agent)
    })?;
    print(&format!("{} has no second factor any more.", agent.login))
}

fn set_password(login: &str, loaded: &Loaded) -> anyhow::Result<()> {
    let password = password_from_stdin()?;
    let hash = hash_of(&password, &[login])?;
    let wanted = login.to_owned();
    let agent = Office::open(&loaded.config)?.write(move |tx, now| {
        let agent = found(agents::by_login(tx, &wanted), &wanted)?;
        agents::set_password(tx, agent.id, &hash, &operator(), now)?;
        audit::noted(tx, &operator(), Audited::Password, &agent.login, "", now)?;
        Ok(agent)
    })?;
    print(&format!("{} has a new password.", agent.login))
}

/// Says which agent is missing: "not found" alone helps nobody at a prompt.
pub(super) fn found(agent: Result<Agent>, login: &str) -> Result<Agent> {
    agent.map_err(|error| match error {
        Error::NotFound => Error::invalid("login", format!("There is no agent called “{login}”.")),
        other => other,
    })
}
