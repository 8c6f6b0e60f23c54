//! Numbers for Prometheus: named here, counted where things happen with the `metrics` macros, rendered by
//! the handler of `/metrics`.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Mails taken into custody, by `source` (`smtp`, `lmtp`, `deliver`).
pub const MAILS_ACCEPTED: &str = "turnstone_mails_accepted_total";
/// Mails refused before they were taken, by `reason`.
pub const MAILS_REFUSED: &str = "turnstone_mails_refused_total";
/// Mails processed, by `disposition`.
pub const MAILS_PROCESSED: &str = "turnstone_mails_processed_total";
/// Seconds from custody to the end of processing.
pub const MAIL_SECONDS: &str = "turnstone_mail_processing_seconds";
/// Tries to hand a mail to the relay, by `result`.
pub const OUTBOX_TRIES: &str = "turnstone_outbox_tries_total";
/// Mails in the outbox that are not done, by `state`.
pub const OUTBOX_WAITING: &str = "turnstone_outbox_waiting";
/// Age of the oldest mail that should have left, in seconds.
pub const OUTBOX_OLDEST: &str = "turnstone_outbox_oldest_seconds";
/// Accepted mails that wait to be processed.
pub const INBOUND_WAITING: &str = "turnstone_inbound_waiting";
/// Mails in quarantine.
pub const INBOUND_QUARANTINED: &str = "turnstone_inbound_quarantined";
/// Answered requests, by `status` class.
pub const HTTP_REQUESTS: &str = "turnstone_http_requests_total";
/// Seconds from request to answer.
pub const HTTP_SECONDS: &str = "turnstone_http_request_seconds";
/// Failed sign-ins.
pub const SIGN_IN_FAILURES: &str = "turnstone_sign_in_failures_total";
/// Free bytes on the file system of the data directory.
pub const DISK_FREE: &str = "turnstone_disk_free_bytes";
/// Constant 1; carries the version.
pub const BUILD_INFO: &str = "turnstone_build_info";

/// Bounds of the histograms in seconds: around the promises (10 ms a page, 1 ms a mail) and the timeouts.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// How often what was counted is folded together, so that memory stays flat where nobody asks for it.
const UPKEEP: Duration = Duration::from_secs(10);

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts counting, once per process; later calls change nothing.
pub fn start() {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        // Refused only for an empty list of bounds.
        let builder = builder.set_buckets(BUCKETS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is in place; /metrics stays empty");
        }
        describe();
        metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        handle
    });
}

/// Everything counted so far, in the Prometheus text format. Empty before [`start`].
pub fn render() -> String {
    HANDLE.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Keeps the memory of the counters bounded; runs until dropped.
pub async fn upkeep() {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        if let Some(handle) = HANDLE.get() {
            handle.run_upkeep();
        }
    }
}

fn describe() {
    describe_counter!(MAILS_ACCEPTED, "Mails taken into custody.");
    describe_counter!(MAILS_REFUSED, "Mails refused before they were taken.");
    describe_counter!(MAILS_PROCESSED, "Mails processed, by what became of them.");
    describe_histogram!(MAIL_SECONDS, Unit::Seconds, "From custody to the end of processing.");
    describe_counter!(OUTBOX_TRIES, "Tries to hand a mail to the relay.");
    describe_gauge!(OUTBOX_WAITING, "Outgoing mails not yet done.");
    describe_gauge!(OUTBOX_OLDEST, Unit::Seconds, "Age of the oldest mail that should have left.");
    describe_gauge!(INBOUND_WAITING, "Accepted mails that wait to be processed.");
    describe_gauge!(INBOUND_QUARANTINED, "Mails in quarantine.");
    describe_counter!(HTTP_REQUESTS, "Answered requests.");
    describe_histogram!(HTTP_SECONDS, Unit::Seconds, "From request to answer.");
    describe_counter!(SIGN_IN_FAILURES, "Failed sign-ins.");
    describe_gauge!(DISK_FREE, Unit::Bytes, "Free space in the data directory.");
    describe_gauge!(BUILD_INFO, "The running version.");
}
