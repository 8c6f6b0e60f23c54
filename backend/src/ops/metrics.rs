//! Numbers for Prometheus: named here, counted where things happen with the `metrics` macros, rendered by
//! the handler of `/metrics`.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use diesel::connection::{Instrumentation, InstrumentationEvent};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Mails offered by listeners.
pub const MAILS_OFFERED: &str = "turnstone_mails_offered_total";
/// Mails processed, by `disposition`.
pub const MAILS_PROCESSED: &str = "turnstone_mails_processed_total";
/// Mails that could not be processed.
pub const MAILS_QUARANTINED: &str = "turnstone_mails_quarantined_total";
/// Filed mails whose originals were thrown away because of their age.
pub const MAILS_FORGOTTEN: &str = "turnstone_mails_forgotten_total";
/// Age of the oldest accepted mail that waits to be processed, in seconds.
pub const INBOUND_OLDEST: &str = "turnstone_inbound_oldest_seconds";
/// What was found out about the origin of mails, by `method` and `result`.
pub const MAILS_ORIGIN: &str = "turnstone_mails_origin_total";
/// Mails in the outbox that are not done, by `state`.
pub const OUTBOX_WAITING: &str = "turnstone_outbox_waiting";
/// Age of the oldest mail that should have left, in seconds.
pub const OUTBOX_OLDEST: &str = "turnstone_outbox_oldest_seconds";
/// Accepted mails that wait to be processed.
pub const INBOUND_WAITING: &str = "turnstone_inbound_waiting";
/// Mails in quarantine.
pub const INBOUND_QUARANTINED: &str = "turnstone_inbound_quarantined";
/// Seconds since a mailbox could last be looked into, by `mailbox`.
pub const MAILBOX_SILENT: &str = "turnstone_mailbox_silent_seconds";
/// 1 while the last look into a mailbox failed, by `mailbox`.
pub const MAILBOX_FAILING: &str = "turnstone_mailbox_failing";
/// 1 while an alarm is raised over a mailbox, by `mailbox`.
pub const MAILBOX_ALARM: &str = "turnstone_mailbox_alarm";
/// Seconds since the last mail of a mailbox, by `mailbox`.
pub const MAILBOX_LAST_MAIL: &str = "turnstone_mailbox_last_mail_seconds";
/// Answered requests, by `status`: `2xx`, `4xx`.
pub const HTTP_REQUESTS: &str = "turnstone_http_requests_total";
/// Seconds from request to answer.
pub const HTTP_SECONDS: &str = "turnstone_http_request_seconds";
/// Statements sent to the database.
pub const DB_QUERIES: &str = "turnstone_db_queries_total";
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
        count_queries();
        metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        handle
    });
}

/// Sets a gauge. Whole numbers up to 2^53 are exact, which is more than any of ours.
#[expect(clippy::cast_precision_loss, reason = "no gauge of ours is anywhere near 2^53")]
pub fn gauge(name: &'static str, value: u64) {
    metrics::gauge!(name).set(value as f64);
}

/// Sets a gauge that has one label.
#[expect(clippy::cast_precision_loss, reason = "no gauge of ours is anywhere near 2^53")]
pub fn labelled_gauge(name: &'static str, label: &'static str, word: &'static str, value: u64) {
    metrics::gauge!(name, label => word).set(value as f64);
}

/// Sets a gauge whose label is a name that somebody chose.
#[expect(clippy::cast_precision_loss, reason = "no gauge of ours is anywhere near 2^53")]
pub fn named_gauge(name: &'static str, label: &'static str, value_of: &str, value: u64) {
    metrics::gauge!(name, label => value_of.to_owned()).set(value as f64);
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

/// Counts requests and how long they took; around everything else that answers them.
///
/// # Errors
/// Those of the handler.
pub async fn count_request<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let begun = Instant::now();
    let answer = next.call(request).await;
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let class = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let class = class.get(usize::from(status.as_u16() / 100).saturating_sub(1)).copied().unwrap_or("other");
    metrics::counter!(HTTP_REQUESTS, "status" => class).increment(1);
    metrics::histogram!(HTTP_SECONDS).record(begun.elapsed().as_secs_f64());
    answer
}

/// Counts what connections that are made from now on ask the database.
fn count_queries() {
    let counting: fn() -> Option<Box<dyn Instrumentation>> = || {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                metrics::counter!(DB_QUERIES).increment(1);
            }
        }))
    };
    if diesel::connection::set_default_instrumentation(counting).is_err() {
        tracing::warn!("database queries are not counted");
    }
}

fn describe() {
    describe_counter!(MAILS_OFFERED, "Mails offered by listeners.");
    describe_counter!(MAILS_PROCESSED, "Mails processed, by what became of them.");
    describe_counter!(MAILS_QUARANTINED, "Mails that could not be processed.");
    describe_counter!(MAILS_FORGOTTEN, "Filed mails whose originals were thrown away because of their age.");
    describe_counter!(MAILS_ORIGIN, "What was found out about the origin of mails.");
    describe_gauge!(INBOUND_OLDEST, Unit::Seconds, "Age of the oldest accepted mail that waits.");
    describe_gauge!(OUTBOX_WAITING, "Outgoing mails not yet done.");
    describe_gauge!(OUTBOX_OLDEST, Unit::Seconds, "Age of the oldest mail that should have left.");
    describe_gauge!(INBOUND_WAITING, "Accepted mails that wait to be processed.");
    describe_gauge!(INBOUND_QUARANTINED, "Mails in quarantine.");
    describe_gauge!(MAILBOX_SILENT, Unit::Seconds, "Since a mailbox could last be looked into.");
    describe_gauge!(MAILBOX_FAILING, "1 while the last look into a mailbox failed.");
    describe_gauge!(MAILBOX_ALARM, "1 while an alarm is raised over a mailbox.");
    describe_gauge!(MAILBOX_LAST_MAIL, Unit::Seconds, "Since the last mail of a mailbox.");
    describe_counter!(HTTP_REQUESTS, "Answered requests.");
    describe_histogram!(HTTP_SECONDS, Unit::Seconds, "From request to answer.");
    describe_counter!(DB_QUERIES, "Statements sent to the database.");
    describe_gauge!(DISK_FREE, Unit::Bytes, "Free space in the data directory.");
    describe_gauge!(BUILD_INFO, "The running version.");
}
