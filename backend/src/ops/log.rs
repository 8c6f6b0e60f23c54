//! The log: one line per event on standard error, as text or JSON.
//!
//! Rules for whoever writes to it: an error is logged once, where it is handled; ids are fields
//! (`ticket = …`), not parts of the sentence; no mail text, no address of a customer, no secret above
//! `debug`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Config, LogFormat};

/// The web server's own words about its threads, unless somebody asks for them.
const QUIET: &str = "actix_server=warn";

/// Starts logging as the settings say; once per process.
///
/// # Errors
/// When something else already took the process's log.
pub fn start(config: &Config) -> Result<(), TryInitError> {
    // Checked when the settings were read.
    let filter =
        EnvFilter::try_new(format!("{QUIET},{}", config.log)).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).finish().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).finish().try_init(),
    }
}
