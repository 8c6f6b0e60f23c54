//! The commands. Each is one file that turns arguments into calls of the domain and results into text.

mod config;
mod output;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::config::{CommandLine, Loaded, Problems, load};

/// It went wrong; the reason is on standard error.
const FAILURE: u8 = 1;
/// The command line or the settings make no sense.
const USAGE: u8 = 2;

const AFTER_HELP: &str = "\
Examples:
  turnstone demo     look at it, with sample data that vanishes afterwards
  turnstone serve    the real thing, in ./turnstone-data
  turnstone serve --config /etc/turnstone.toml

Settings come from ./turnstone.toml (or the file named by --config or TURNSTONE_CONFIG) and, over it,
from TURNSTONE_… in the environment. `turnstone config show` lists them all.

Exit codes: 0 done, 1 failed, 2 wrong command line or settings.";

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
    /// Show the settings in force and where each comes from
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Runs what the command line asks for; the result is the exit code of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    let loaded = match load(&cli.command_line(), std::env::vars_os()) {
        Ok(loaded) => loaded,
        Err(problems) => return refuse(&problems),
    };
    match cli.run(&loaded) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("turnstone: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}

impl Cli {
    fn command_line(&self) -> CommandLine {
        CommandLine { file: self.global.config.clone(), roles: None }
    }

    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self.command {
            Command::Config(command) => command.run(loaded),
        }
    }
}

/// Prints help or what is wrong with the command line.
fn explain(error: &clap::Error) -> ExitCode {
    // Nothing is left to do when even the explanation can't be written.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(USAGE),
    }
}

fn refuse(problems: &Problems) -> ExitCode {
    eprintln!("{problems}");
    ExitCode::from(USAGE)
}
