//! What is wrong with an installation, and what to do about each: for `turnstone doctor`, the diagnostics page and the
//! API. Everything that may take its time has a bound, and is looked at at once.

mod certificate;
mod clock;
mod inside;
mod machine;
mod mail;
mod published;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::config::Config;
use crate::db::Db;
use crate::error::Result;
use crate::i18n::Language;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Warning,
    /// Does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at, in a word or two that never change.
    pub about: &'static str,
    /// How bad it is.
    pub weight: Weight,
    /// What was found.
    pub found: String,
    /// What to do; empty where nothing has to be done.
    pub remedy: String,
}

/// Findings in one language, as they are made.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    language: &'a Language,
    findings: Vec<Finding>,
}

/// Values of a sentence.
pub(crate) type Values<'a> = &'a [(&'static str, &'a str)];

impl<'a> Report<'a> {
    /// Nothing was looked at yet.
    pub(crate) fn new(language: &'a Language) -> Self {
        Self { language, findings: Vec::new() }
    }

    /// In which language.
    pub(crate) fn language(&self) -> &'a Language {
        self.language
    }

    /// What was found.
    pub(crate) fn findings(self) -> Vec<Finding> {
        self.findings
    }

    /// `key` names two messages: `doctor-KEY` is what was found, `doctor-do-KEY` what to do about it.
    fn finding(&self, weight: Weight, about: &'static str, key: &str, values: Values<'_>) -> Finding {
        let found = self.language.tr_with(&format!("doctor-{key}"), values);
        let remedy = match weight {
            Weight::Good => String::new(),
            Weight::Warning | Weight::Bad => self.language.tr_with(&format!("doctor-do-{key}"), values),
        };
        Finding { about, weight, found, remedy }
    }

    fn add(&mut self, weight: Weight, about: &'static str, key: &str, values: Values<'_>) {
        let finding = self.finding(weight, about, key, values);
        self.findings.push(finding);
    }

    /// It is as it should be.
    pub(crate) fn good(&mut self, about: &'static str, key: &str, values: Values<'_>) {
        self.add(Weight::Good, about, key, values);
    }

    /// Somebody should look.
    pub(crate) fn warning(&mut self, about: &'static str, key: &str, values: Values<'_>) {
        self.add(Weight::Warning, about, key, values);
    }

    /// It does not work.
    pub(crate) fn bad(&mut self, about: &'static str, key: &str, values: Values<'_>) {
        self.add(Weight::Bad, about, key, values);
    }
}

/// What looks at the world outside has answered after so long, or is said not to have.
pub(crate) const PATIENCE: Duration = Duration::from_secs(6);

/// Looks at the machine and the settings: at once, nothing outside is asked.
pub fn machine(config: &Config, now: Timestamp, language: &Language) -> Vec<Finding> {
    let mut report = Report::new(language);
    machine::look(&mut report, config, now);
    report.findings
}

/// Looks at what the tables say: from indexes, at once.
///
/// # Errors
/// Those of the database.
pub async fn inside(db: &Db, config: &Config, now: Timestamp, language: &Language) -> Result<Vec<Finding>> {
    let (config, language, blobs) = (config.clone(), language.clone(), db.blobs().clone());
    db.read(move |conn| {
        let mut report = Report::new(&language);
        inside::look(&mut report, conn, &blobs, &config, now)?;
        mail::look_inside(&mut report, conn, now)?;
        Ok(report.findings)
    })
    .await
}

/// Looks at the relay and the name servers, all at the same time and not longer than a few seconds.
///
/// # Errors
/// Those of the database, which knows the addresses that they are asked about.
pub async fn outside(db: &Db, config: &Config, language: &Language) -> Result<Vec<Finding>> {
    let mut report = Report::new(language);
    let settings = config.clone();
    let (said, (addresses, domains)) = db
        .read(move |conn| Ok((crate::settings::relay::in_force(conn, &settings)?, mail::addresses(conn)?)))
        .await?;
    let host = said.relay.as_ref().map(|relay| relay.host.clone());
    let (relay, returns, published) = tokio::join!(
        mail::reach(said.relay.as_ref()),
        mail::returns(config, said.relay.as_ref(), addresses.first()),
        published::of(config, &domains, host.as_deref())
    );
    mail::tell_relay(&mut report, &said, relay);
    mail::tell_returns(&mut report, addresses.first(), returns);
    mail::tell_signature(&mut report, config, &domains);
    published::tell(&mut report, published);
    Ok(report.findings)
}

/// That the database can't be used.
pub fn no_database(config: &Config, error: &str, language: &Language) -> Finding {
    // PostgreSQL says it in several lines.
    let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
    let (database, key) = (config.database.to_string(), "no-database");
    Report::new(language).finding(Weight::Bad, "database", key, &[("database", &database), ("error", &error)])
}

/// A number of days, as values take it.
fn days(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours().div_euclid(24)
}
