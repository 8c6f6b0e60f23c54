//! `turnstone demo`: a throw-away helpdesk with people in it, and some weeks of work behind it.

mod cast;
mod customers;
mod dice;
mod letter;
mod page;
mod plan;
mod seed;
mod sink;
mod story;
mod texts;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::watch;

use crate::cli::Told;
use crate::clock::Clock;
use crate::config::{Config, Relay, RelayTls};
use crate::db::Db;
use crate::desk::Desk;
use crate::ops::{log, metrics};
use crate::serve;

/// Runs the demo until it is told to stop, and leaves nothing behind.
///
/// # Errors
/// When there is no room or no port for it.
pub async fn run() -> anyhow::Result<()> {
    let mut told = Told::new()?;
    let folder = tempfile::Builder::new()
        .prefix("turnstone-demo-")
        .tempdir()
        .context("there is no temporary directory to put the demo in")?;
    let mut config = Config::for_tests(folder.path());
    log::start(&config)?;
    metrics::start();
    say("Setting up a helpdesk with some weeks of tickets …\n");
    let tickets = tokio::select! {
        seeded = past(&config) => seeded?,
        () = told.wait() => return Ok(()),
    };

    let (stop, stopped) = watch::channel(false);
    let (sink, news) = sink::Sink::new();
    let relay = sink.listen(stopped).await?;
    config.smtp_relay = Some(Relay {
        host: relay.ip().to_string(),
        port: relay.port(),
        tls: RelayTls::None,
        credentials: None,
        connections: Relay::CONNECTIONS,
        rate: None,
        ca: None,
    });
    let (page, server) = page::serve(sink)?;
    let page_handle = server.handle();
    tokio::spawn(server);
    let running = serve::start(config, Clock::System).await?;
    let mail = running.smtp.context("the demo takes no mail")?;
    let stories = story::all()?.into_iter().filter(|story| !story.auto).collect();
    let customers = tokio::spawn(customers::Customers::new(mail, stories).live(news));
    introduce(&running.desk.config, page, tickets);

    told.wait().await;
    say("\nTidying up …\n");
    customers.abort();
    running.stop().await;
    page_handle.stop(false).await;
    let _ = stop.send(true);
    folder.close().context("the demo's directory can't be removed")
}

/// Five weeks, in some seconds; how many tickets.
async fn past(config: &Config) -> anyhow::Result<usize> {
    let now = crate::clock::Clock::System.now();
    let (url, folder) = (config.database.clone(), config.data_dir.clone());
    let db = tokio::task::spawn_blocking(move || Db::open(&url, &folder)).await??;
    let desk = Desk { db, clock: Clock::fixed(now), config: Arc::new(config.clone()) };
    seed::seed(&desk, now).await
}

fn introduce(config: &Config, page: SocketAddr, tickets: usize) {
    let people: String = cast::AGENTS
        .iter()
        .map(|agent| format!("    {:<8} {:<16} {}\n", agent.login, agent.name, agent.about))
        .collect();
    say(&format!(
        "\nTurnstone demo: {tickets} tickets in three queues\n\n  Helpdesk       {}\n  Outgoing mail  http://{page}/\n\n  \
         Sign in as\n{people}  with the password  {}\n\n\
         Answer a ticket, and its customer writes back after some seconds. Ctrl C ends the demo and removes it.\n",
        config.public_url,
        seed::PASSWORD,
    ));
}

/// To the person at the terminal; if there is none, so be it.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
