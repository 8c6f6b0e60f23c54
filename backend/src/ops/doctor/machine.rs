//! The machine and the settings.

use jiff::Timestamp;
use mail_ingest::authentication::Resolver;

use super::{Report, certificate, days};
use crate::config::{Config, DatabaseUrl, Roles};
use crate::ops::health::{Lack, lack_of_room};
use crate::ops::lock::is_served;
use crate::ops::{disk, tls};

/// So many days before its end a certificate should have been renewed.
const RENEWAL_DAYS: i64 = 14;

pub(super) fn look(report: &mut Report<'_>, config: &Config, now: Timestamp) {
    report.good("version", "version", &[("version", env!("CARGO_PKG_VERSION"))]);
    data_directory(report, config);
    room(report, config);
    serving(report, config);
    tls_files(report, config, now);
    origin(report, config);
    address(report, config);
    roles(report, config);
}

fn data_directory(report: &mut Report<'_>, config: &Config) {
    let folder = config.data_dir.display().to_string();
    let probe = config.data_dir.join(".doctor");
    match std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => report.good("data directory", "directory", &[("folder", &folder)]),
        Err(error) => report.bad(
            "data directory",
            "directory-locked",
            &[("folder", &folder), ("error", &error.to_string())],
        ),
    }
}

fn room(report: &mut Report<'_>, config: &Config) {
    let lack = match lack_of_room(config) {
        Ok(lack) => lack,
        Err(error) => return report.bad("disk", "disk-unseen", &[("error", &error.to_string())]),
    };
    if let Some(Lack { free, reserve, folder }) = lack {
        let megabytes = |bytes: u64| (bytes / 1_000_000).to_string();
        let (free, reserve, folder) = (megabytes(free), megabytes(reserve), folder.display().to_string());
        return report.bad(
            "disk",
            "disk-full",
            &[("folder", &folder), ("free", &free), ("reserve", &reserve)],
        );
    }
    if let Ok((space, _)) = disk::scarcest(config) {
        let free = space.free / 1_000_000_000;
        report.good("disk", "disk", &[("gigabytes", &free.to_string())]);
    }
}

fn serving(report: &mut Report<'_>, config: &Config) {
    if is_served(&config.data_dir) {
        report.good("server", "server", &[]);
    } else if matches!(config.database, DatabaseUrl::Postgres(_)) {
        // Servers that share PostgreSQL may run anywhere; only theirs can tell.
        report.good("server", "server-elsewhere", &[]);
    } else {
        report.warning("server", "server-none", &[]);
    }
}

fn tls_files(report: &mut Report<'_>, config: &Config, now: Timestamp) {
    let Some(files) = &config.tls else { return };
    let name = files.cert.display().to_string();
    if let Err(error) = tls::server_config(files) {
        return report.bad("certificate", "certificate-wrong", &[("error", &format!("{error:#}"))]);
    }
    match certificate::end(&files.cert) {
        None => report.good("certificate", "certificate", &[("file", &name)]),
        Some(end) => {
            let left = days(now, end);
            let values = [("file", name.as_str()), ("n", &left.to_string()), ("end", &end.to_string())];
            match left {
                ..0 => report.bad("certificate", "certificate-over", &values),
                0..RENEWAL_DAYS => report.warning("certificate", "certificate-ends", &values),
                _ => report.good("certificate", "certificate-until", &values),
            }
        }
    }
}

/// Mail from strangers whose origin nobody looks at.
fn origin(report: &mut Report<'_>, config: &Config) {
    let open =
        config.roles.mail && config.smtp_listen.is_some_and(|at| !at.ip().to_canonical().is_loopback());
    if open && config.dns_resolver == Resolver::Off && config.authserv_id.is_empty() {
        report.warning("origin of mail", "origin", &[]);
    }
}

fn address(report: &mut Report<'_>, config: &Config) {
    let host = config.public_url.host_str().unwrap_or_default();
    let local =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if config.roles.web && local && !config.public_url_is_set {
        report.warning("address", "address", &[("url", config.public_url.as_str())]);
    }
}

fn roles(report: &mut Report<'_>, config: &Config) {
    if matches!(config.database, DatabaseUrl::Sqlite(_)) && config.roles != Roles::ALL {
        report.warning("roles", "roles", &[("roles", &config.roles.to_string())]);
    }
}
