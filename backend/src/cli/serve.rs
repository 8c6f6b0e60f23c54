//! `turnstone serve`.

use std::io::Write;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::clock::Clock;
use crate::config::{Config, Loaded};
use crate::ops::{log, metrics};
use crate::people::effort;
use crate::serve::{self, Running};
use crate::settings;

/// Threads for mail and workers; pages have their own, and the database its own besides.
const THREADS: usize = 2;

#[derive(Debug, Args)]
#[command(after_help = "\
SIGTERM finishes what is under way and ends with 0.

On an empty data directory a one-time link is printed; it leads to the page that makes the first admin.")]
pub(super) struct Serve {
    /// What this process does: web, mail, worker, separated by commas [default: all]
    #[arg(long, value_name = "LIST")]
    pub(super) roles: Option<String>,
}

impl Serve {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        log::start(&loaded.config)?;
        metrics::start();
        runtime()?.block_on(until_told(loaded.config.clone()))
    }
}

/// The threads that mail and workers run on.
pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .context("the threads can't be started")
}

async fn until_told(config: Config) -> anyhow::Result<()> {
    let mut told = Told::new()?;
    let running = tokio::select! {
        started = serve::start(config, Clock::System) => started?,
        () = told.wait() => return Ok(()),
    };
    announce(&running).await;
    let tuning = running.web.is_some().then(|| tokio::spawn(effort::tune(running.desk.db.clone())));
    let upkeep = tokio::spawn(metrics::upkeep());
    told.wait().await;
    tracing::info!("stopping: what is under way is finished first");
    if let Some(tuning) = tuning {
        tuning.abort();
    }
    tokio::select! {
        () = running.stop() => {}
        () = told.wait() => tracing::warn!("told twice: ending at once"),
    }
    upkeep.abort();
    tracing::info!("stopped");
    Ok(())
}

/// Says where it listens and, on a new installation, how to begin.
async fn announce(running: &Running) {
    let config = &running.desk.config;
    tracing::info!(
        web = running.web.map(tracing::field::display),
        smtp = running.smtp.map(tracing::field::display),
        lmtp = config.lmtp_listen.as_ref().map(tracing::field::display),
        database = %config.database,
        roles = %config.roles,
        "Turnstone serves {}",
        config.public_url
    );
    let asked = config.clone();
    let relay = running.desk.db.read(move |conn| settings::relay::is_there(conn, &asked)).await;
    // What cannot be read is said where mail is sent.
    if config.roles.worker && matches!(relay, Ok(false)) {
        tracing::warn!(
            "no relay is set, neither SMTP_RELAY nor on the page: outgoing mail waits in the outbox"
        );
    }
    if let Some(link) = &running.setup_link {
        // A standard output that nobody reads is no reason not to serve.
        let _ = writeln!(
            std::io::stdout(),
            "This is a new installation. Open this link, once, to make the first admin:\n\n  {link}\n"
        );
    }
}

/// The signals that end a server.
pub(crate) struct Told {
    term: Signal,
    interrupt: Signal,
    /// The terminal is closed. `None`: whoever started it wants it to go on then, as with nohup.
    hangup: Option<Signal>,
}

/// Whether this process was started so that a closed terminal does not end it: a handler of ours would.
fn outlives_its_terminal() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // SIGHUP is the first signal.
    ignored.and_then(|mask| mask.trim().chars().last()?.to_digit(16)).is_none_or(|last| last & 1 == 1)
}

impl Told {
    /// From now on they no longer end the process by themselves.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals can't be listened to");
        let hangup = match outlives_its_terminal() {
            true => None,
            false => Some(listen(SignalKind::hangup())?),
        };
        Ok(Self {
            term: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup,
        })
    }

    /// SIGTERM, SIGINT, or SIGHUP of a terminal that is closed.
    pub(crate) async fn wait(&mut self) {
        let closed = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = closed => {}
            _ = self.term.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
