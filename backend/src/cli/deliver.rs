//! `turnstone deliver`: a mail on standard input, as from Postfix' pipe, procmail or fetchmail.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::office::Office;
use crate::clock::Clock;
use crate::config::{DatabaseUrl, Limits, Loaded};
use crate::db::{Conn, QueueId};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::ops::lock;
use crate::people::setup;
use crate::postmaster::{self, Accepted};
use crate::queues::{self, OwnAddresses};

// Exit codes of sysexits.h, which mail programs understand.
/// The command line makes no sense.
pub(super) const EX_USAGE: u8 = 64;
/// This mail will never be taken.
const EX_DATAERR: u8 = 65;
/// There is no such address.
const EX_NOUSER: u8 = 67;
/// Try again later: the mail stays where it is.
pub(super) const EX_TEMPFAIL: u8 = 75;

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes (sysexits.h): 0 the mail is on the disk, 64 wrong command line, 65 too large or empty,
67 no such address, 75 not now: keep the mail and try again.

Examples:
  turnstone --config /etc/turnstone/turnstone.toml deliver --recipient support@example.org < mail.eml
  in Postfix' master.cf:
    turnstone unix - n n - 4 pipe flags=DRXhu user=turnstone
      argv=/usr/local/bin/turnstone --config /etc/turnstone/turnstone.toml deliver --sender ${sender} --recipient ${recipient}")]
pub(super) struct Deliver {
    /// Put the mail into this queue, whatever its addresses
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// The address it was sent to; may be given several times [default: as its headers say]
    #[arg(long = "recipient", value_name = "ADDRESS")]
    recipients: Vec<String>,
    /// The envelope's sender; empty for a bounce [default: Return-Path, else From]
    #[arg(long, value_name = "ADDRESS")]
    sender: Option<String>,
}

/// Why a mail was not taken, for the program that brought it.
struct Refused {
    code: u8,
    why: String,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        // Whatever it is, it is ours and may pass: no mail is sent back for it.
        Self { code: EX_TEMPFAIL, why: error.to_string() }
    }
}

impl Deliver {
    pub(super) fn run(self, loaded: &Loaded) -> ExitCode {
        match self.take(loaded) {
            Ok(()) => ExitCode::SUCCESS,
            Err(Refused { code, why }) => {
                eprintln!("turnstone: {why}");
                ExitCode::from(code)
            }
        }
    }

    fn take(self, loaded: &Loaded) -> std::result::Result<(), Refused> {
        let raw = mail_from_stdin(loaded.config.limits.mail)?;
        let later = |error: anyhow::Error| Refused { code: EX_TEMPFAIL, why: format!("{error:#}") };
        there_is_one(&loaded.config.database)?;
        let office = Office::open(&loaded.config).map_err(later)?;
        let desk =
            Desk { db: office.db.clone(), clock: Clock::System, config: Arc::new(loaded.config.clone()) };
        office.wait(async {
            let (queue, recipients) = (self.queue, self.recipients);
            let (queue, recipients) = desk.db.read(move |conn| place(conn, queue, recipients)).await??;
            let envelope_from = self.sender.unwrap_or_else(|| sender_of(&raw));
            let source = "deliver".to_owned();
            let mail = Accepted {
                raw,
                envelope_from,
                envelope_to: recipients,
                source,
                queue,
                ..Accepted::default()
            };
            postmaster::accept(&desk, mail).await?;
            // It is on the disk now: whatever happens from here on, nobody needs to bring it again.
            if !lock::is_served(&desk.config.data_dir)
                && let Err(error) = postmaster::process_waiting(&desk).await
            {
                eprintln!(
                    "turnstone: the mail is kept and will be processed by the next turnstone serve: {error}"
                );
            }
            Ok(())
        })
    }
}

/// A database that is not there is not the one that was meant: nobody would ever look for the mail in a new one.
fn there_is_one(database: &DatabaseUrl) -> std::result::Result<(), Refused> {
    match database {
        DatabaseUrl::Sqlite(file) if !file.exists() => Err(Refused {
            code: EX_TEMPFAIL,
            why: format!(
                "there is no database at {}: run turnstone serve first, or name its settings with --config",
                file.display()
            ),
        }),
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => Ok(()),
    }
}

/// No larger than what the listeners take.
fn mail_from_stdin(largest: usize) -> std::result::Result<Vec<u8>, Refused> {
    let mut raw = Vec::new();
    let read = std::io::stdin().take(largest as u64 + 1).read_to_end(&mut raw);
    if let Err(error) = read {
        return Err(Refused { code: EX_TEMPFAIL, why: format!("standard input can't be read: {error}") });
    }
    if raw.len() > largest {
        return Err(Refused {
            code: EX_DATAERR,
            why: format!("the mail is larger than {} MB", Limits::in_megabytes(largest)),
        });
    }
    if raw.is_empty() {
        return Err(Refused { code: EX_DATAERR, why: "there is no mail on standard input".to_owned() });
    }
    Ok(without_mbox_line(raw))
}

/// Some programs put the line that begins a mail in an mbox in front of it.
fn without_mbox_line(raw: Vec<u8>) -> Vec<u8> {
    match raw.iter().position(|byte| *byte == b'\n') {
        Some(end) if raw.starts_with(b"From ") => raw[end + 1..].to_vec(),
        _ => raw,
    }
}

type Placed = std::result::Result<(Option<QueueId>, Vec<String>), Refused>;

/// Which queue and which addresses are meant; unknown ones are refused like at the listeners.
fn place(conn: &mut Conn, queue: Option<String>, recipients: Vec<String>) -> Result<Placed> {
    let queue = match queue.map(|name| (queues::by_name(conn, &name), name)) {
        None => None,
        Some((Ok(queue), _)) => Some(queue.id),
        Some((Err(Error::NotFound), name)) => {
            return Ok(Err(Refused { code: EX_NOUSER, why: format!("there is no queue called {name}") }));
        }
        Some((Err(error), _)) => return Err(error),
    };
    let own = OwnAddresses::load(conn)?;
    if setup::is_open(conn)? || (own.is_empty() && !recipients.is_empty() && queue.is_none()) {
        return Ok(Err(Refused {
            code: EX_TEMPFAIL,
            why: "no queue has an address yet: set Turnstone up first, or name its settings with --config"
                .to_owned(),
        }));
    }
    let stranger = recipients.iter().find(|recipient| {
        !mail_ingest::address::normalise(recipient).is_some_and(|address| own.contains(&address))
    });
    Ok(match stranger {
        Some(stranger) if queue.is_none() => {
            Err(Refused { code: EX_NOUSER, why: format!("no queue has the address {stranger}") })
        }
        _ => Ok((queue, recipients)),
    })
}

/// The envelope's sender where nobody says it. Without any trace of one, From: an empty one would be taken for a
/// bounce.
fn sender_of(raw: &[u8]) -> String {
    let mail = mail_ingest::parse(raw);
    match mail.header("Return-Path") {
        Some(path) => path.trim().trim_start_matches('<').trim_end_matches('>').to_owned(),
        None => mail.from.map(|from| from.address).unwrap_or_default(),
    }
}
