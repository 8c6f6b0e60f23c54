//! The commands. Each is one file that turns arguments into calls of the domain and results into text.

mod agent;
mod audit;
mod backup;
mod certificate;
mod config;
mod customer;
mod deliver;
mod demo;
mod directory;
mod doctor;
mod mailbox;
mod office;
mod output;
mod queue;
mod restore;
mod role;
mod routes;
mod serve;
mod setup;
mod token;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::config::{CommandLine, Problems, load};

/// It went wrong; the reason is on standard error.
const FAILURE: u8 = 1;
/// The command line or the settings make no sense.
const USAGE: u8 = 2;

const AFTER_HELP: &str = "\
Examples:
  turnstone demo     look at it, with sample data that vanishes afterwards
  turnstone serve    the real thing, in ./turnstone-data
  turnstone serve --config /etc/turnstone.toml

Settings come from ./turnstone.toml (or the file that --config or TURNSTONE_CONFIG names) and, over
it, from TURNSTONE_… in the environment. `turnstone config show` lists them all.

Exit codes: 0 done, 1 failed, 2 wrong command line or settings; `deliver` has those of sysexits.h.";

/// A helpdesk that turns mail into tickets.
#[derive(Debug, Parser)]
#[command(name = "turnstone", version, about, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Read settings from this file instead of ./turnstone.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at it: a throw-away helpdesk with sample data, customers who answer, and a page for its mail
    Demo(demo::Demo),
    /// Run the helpdesk
    Serve(serve::Serve),
    /// Set up an empty installation without a browser: the first admin, roles and queue
    Setup(setup::Setup),
    /// Agents: add, disable, set a password
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    /// Roles: add
    #[command(subcommand)]
    Role(role::RoleCommand),
    /// Queues: add, change, retire
    #[command(subcommand)]
    Queue(queue::QueueCommand),
    /// Customers: the addresses they write from
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Mailboxes that mail is fetched from: add, list, test, disable
    #[command(subcommand)]
    Mailbox(mailbox::MailboxCommand),
    /// Directories that agents sign in by (LDAP): test, sync
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Certificates that people sign in with: test
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// API tokens: create
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// The audit log: verify, list
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Copies of everything: create, also while the server runs, and verify
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Bring everything in from a copy, into an empty installation
    Restore(restore::Restore),
    /// Take a mail on standard input
    Deliver(deliver::Deliver),
    /// Say what is wrong with this installation, and what to do about it
    Doctor(doctor::Doctor),
    /// List every address of pages and API, and what each needs
    Routes(routes::Routes),
    /// Show the settings in force; write the whole configuration to a file, or bring it to what a file says
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

pub(crate) use serve::Told;

/// Runs what the command line asks for; the result is the exit code of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    // These two need no settings.
    match cli.command {
        Command::Demo(demo) => return ended(demo.run()),
        Command::Routes(routes) => return ended(routes.run()),
        _ => {}
    }
    let loaded = match load(&cli.command_line(), std::env::vars_os()) {
        Ok(loaded) => loaded,
        Err(problems) => return refuse(&problems, &cli.command),
    };
    match cli.command {
        Command::Demo(command) => ended(command.run()),
        Command::Routes(command) => ended(command.run()),
        Command::Serve(command) => ended(command.run(&loaded)),
        Command::Setup(command) => ended(command.run(&loaded)),
        Command::Agent(command) => ended(command.run(&loaded)),
        Command::Role(command) => ended(command.run(&loaded)),
        Command::Queue(command) => ended(command.run(&loaded)),
        Command::Customer(command) => ended(command.run(&loaded)),
        Command::Mailbox(command) => ended(command.run(&loaded)),
        Command::Directory(command) => ended(command.run(&loaded)),
        Command::Certificate(command) => ended(command.run(&loaded)),
        Command::Token(command) => ended(command.run(&loaded)),
        Command::Audit(command) => ended(command.run(&loaded)),
        Command::Backup(command) => ended(command.run(&loaded)),
        Command::Restore(command) => ended(command.run(&loaded)),
        Command::Deliver(command) => command.run(&loaded),
        Command::Doctor(command) => ended(command.run(&loaded)),
        Command::Config(command) => ended(command.run(&loaded)),
    }
}

impl Cli {
    fn command_line(&self) -> CommandLine {
        let roles = match &self.command {
            Command::Serve(serve) => serve.roles.clone(),
            _ => None,
        };
        CommandLine { file: self.global.config.clone(), roles }
    }
}

fn ended(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("turnstone: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}

/// Prints help or what is wrong with the command line.
fn explain(error: &clap::Error) -> ExitCode {
    // Nothing is left to do when even the explanation can't be written.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ if std::env::args().any(|word| word == "deliver") => ExitCode::from(deliver::EX_USAGE),
        _ => ExitCode::from(USAGE),
    }
}

/// Prints what is wrong with the settings. A mail is not sent back for that: whoever brings it keeps it.
fn refuse(problems: &Problems, command: &Command) -> ExitCode {
    eprintln!("{problems}");
    match command {
        Command::Deliver(_) => ExitCode::from(deliver::EX_TEMPFAIL),
        _ => ExitCode::from(USAGE),
    }
}
