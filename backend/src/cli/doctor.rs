//! `turnstone doctor`.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use super::office::Office;
use super::output::{print, print_json};
use crate::clock::Clock;
use crate::config::{Config, Loaded};
use crate::desk::Desk;
use crate::i18n::Language;
use crate::ops::doctor::{self, Finding, Weight};
use crate::sign_in;

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 when nothing is bad, 1 otherwise.")]
pub(super) struct Doctor {
    /// Only ask the running server whether it is ready (for health checks of containers)
    #[arg(long)]
    ready: bool,
    /// As JSON: a list of {about, weight, found, remedy}
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        if self.ready {
            return ask_ready(&loaded.config);
        }
        let now = Clock::System.now();
        let mut findings = doctor::machine(&loaded.config, now, &Language::english());
        findings.extend(tables(&loaded.config));
        if self.json {
            print_json(&findings)?;
        } else {
            print(&as_text(&findings))?;
        }
        match findings.iter().filter(|finding| finding.weight == Weight::Bad).count() {
            0 => Ok(()),
            1 => bail!("one thing does not work"),
            count => bail!("{count} things do not work"),
        }
    }
}

fn tables(config: &Config) -> Vec<Finding> {
    let (english, now) = (Language::english(), Clock::System.now());
    let looked = Office::open(config).and_then(|office| {
        let mut findings = office.wait(doctor::inside(&office.db, config, now, &english))?;
        let desk = Desk { db: office.db.clone(), clock: Clock::System, config: Arc::new(config.clone()) };
        findings.extend(office.wait(sign_in::look::inside(&desk, &english))?);
        let (mail, sign_in) = office.wait(async {
            tokio::join!(
                doctor::outside(&office.db, config, &english),
                sign_in::look::outside(&desk, &english)
            )
        });
        findings.extend(mail?);
        findings.extend(sign_in?);
        // A name server that swallows questions holds up nobody who has said all that he knows.
        office.leave();
        Ok(findings)
    });
    looked.unwrap_or_else(|error| vec![doctor::no_database(config, &format!("{error:#}"), &english)])
}

fn as_text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { about, weight, found, remedy } in findings {
        let mark = match weight {
            Weight::Good => "ok     ",
            Weight::Warning => "look at",
            Weight::Bad => "BAD    ",
        };
        // Writing to a String can't fail.
        let _ = writeln!(text, "{mark}  {about}: {found}");
        if !remedy.is_empty() {
            let _ = writeln!(text, "           {remedy}");
        }
    }
    text
}

/// Asks `/readyz` of the server on this machine. Plain HTTP only: behind `TLS_CERT`, that it takes the
/// connection has to be enough.
fn ask_ready(config: &Config) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(4);
    let mut address: SocketAddr = config.web_listen;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("no server answers at {address}"))?;
    if config.tls.is_some() {
        return Ok(());
    }
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(8 * 1024).read_to_string(&mut answer).context("the server does not answer /readyz")?;
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    let reason = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim()).unwrap_or_default();
    bail!("not ready ({status}) {reason}")
}
