//! Where entries of the audit log go on to.

use std::path::PathBuf;

use turnstone::config::AuditLog;

use super::{config, refusal};

fn way(text: &str) -> AuditLog {
    config(&[("AUDIT_LOG", text)]).audit_log
}

#[test]
fn entries_go_on_to_the_log_a_socket_or_a_syslog_server() {
    assert_eq!(config(&[]).audit_log, AuditLog::Off);
    assert_eq!(way("syslog"), AuditLog::Socket(PathBuf::from("/dev/log")));
    assert_eq!(way("unix:/run/logger"), AuditLog::Socket(PathBuf::from("/run/logger")));
    assert_eq!(way("udp:192.0.2.1:514"), AuditLog::Udp("192.0.2.1:514".parse().unwrap()));
    for text in ["off", "log", "unix:/run/logger", "udp:192.0.2.1:514", "udp:[2001:db8::1]:514"] {
        assert_eq!(way(text).to_string(), text, "as it is shown");
    }
}

#[test]
fn what_is_no_place_for_entries_is_refused_with_the_ways_that_there_are() {
    for wrong in ["pigeon", "udp:192.0.2.1", "udp:logs.example:514", "tcp:192.0.2.1:514", "/dev/log"] {
        let line = refusal("AUDIT_LOG", wrong);
        assert!(line.contains("syslog, unix:/dev/log, udp:192.0.2.1:514"), "{wrong}: {line}");
    }
    refusal("AUDIT_LOG", "unix:");
}
