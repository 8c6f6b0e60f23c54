//! What the commands that change something share: the database, the time, passwords from standard input, and
//! errors in the words of the command line.

use std::io::Read;

use anyhow::{Context, anyhow, bail};

use crate::access::Who;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Cause, Db, Ts, Tx};
use crate::error::{Error, Result};
use crate::ops::lock::create_private_dir;
use crate::people::password::{self, Hash};

/// More than any password; standard input is not read without end.
const LONGEST_INPUT: u64 = 64 * 1024;

/// The database opened for one command, beside a running server or without one.
pub(super) struct Office {
    pub(super) db: Db,
    clock: Clock,
    runtime: tokio::runtime::Runtime,
}

impl Office {
    /// Opens the database and brings its tables up to date.
    pub(super) fn open(config: &Config) -> anyhow::Result<Self> {
        create_private_dir(&config.data_dir)
            .with_context(|| format!("The data directory {} can't be made", config.data_dir.display()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let _inside = runtime.enter();
        let db = Db::open(&config.database, &config.data_dir)?;
        drop(_inside);
        Ok(Self { db, clock: Clock::System, runtime })
    }

    /// Runs a transaction.
    pub(super) fn write<T, F>(&self, mut job: F) -> anyhow::Result<T>
    where
        F: FnMut(&mut Tx<'_>, Ts) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let now = Ts(self.clock.now());
        self.runtime.block_on(self.db.write(move |tx| job(tx, now))).map_err(in_options)
    }

    /// Ends without waiting for what was given up, such as a name that nobody resolves.
    pub(super) fn leave(self) {
        self.runtime.shutdown_background();
    }

    /// Waits for something asynchronous.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// Who acts, for the audit log.
pub(super) fn operator() -> Who {
    Who::machine(Cause::Cli)
}

/// The whole of standard input as a password: one line, its end not part of it.
pub(super) fn password_from_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(LONGEST_INPUT)
        .read_to_string(&mut text)
        .context("The password on standard input can't be read; it has to be UTF-8")?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        bail!(
            "There is no password on standard input. Pipe it in: printf '%s\\n' \"$PASSWORD\" | turnstone …"
        );
    }
    if line.contains('\n') {
        bail!("Standard input holds more than one line. Pipe in the password alone.");
    }
    Ok(line.to_owned())
}

/// Checks the strength of a password and hashes it. `others` are words a guesser would try.
pub(super) fn hash_of(password: &str, others: &[&str]) -> anyhow::Result<Hash> {
    password::check_strength(password, others).map_err(in_options)?;
    password::hash_blocking(password).map_err(in_options)
}

/// An error of the domain with its fields named as the options of commands.
pub(super) fn in_options(error: Error) -> anyhow::Error {
    let Error::Invalid(fields) = error else { return error.into() };
    let lines: Vec<String> = fields
        .iter()
        .map(|field| {
            let option = match field.field.as_str() {
                "roles" => "--role",
                "addresses" => "--address",
                "grants" => "--grant",
                "folders" => "--folder",
                "max_bytes" => "--max-megabytes",
                "password" | "refresh_token" => "standard input",
                other => return format!("--{}: {}", other.replace('_', "-"), field.message),
            };
            format!("{option}: {}", field.message)
        })
        .collect();
    anyhow!("{}", lines.join("\n           "))
}
