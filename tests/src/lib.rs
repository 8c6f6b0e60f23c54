//! What the suite stands on: throw-away databases, a private Postfix, mail peers that misbehave on
//! request, a mail builder, a browser, HTTP clients and Turnstone itself, in process or as the real binary.
//!
//! Everything listens on free loopback ports, keeps its files in temporary directories and ends with its
//! owner: a test needs no cleaning up and knows nothing of the tests beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test the panic is the report; it carries the sentence that explains the failure"
)]

pub mod app;
pub mod authority;
pub mod binary;
pub mod bridge;
pub mod browser;
pub mod client;
pub mod dkim;
pub mod dns;
pub mod dovecot;
pub mod mail;
pub mod messages;
pub mod mutate;
pub mod net;
pub mod passkey;
pub mod postfix;
pub mod postgres;
pub mod process;
pub mod slapd;
pub mod smtp;
pub mod smtp_peer;

pub use app::TestApp;
pub use authority::{Authority, Identity};
pub use binary::{Binary, Settings};
pub use browser::Browser;
pub use client::Client;
pub use dovecot::Dovecot;
pub use mail::{Mail, mail};
pub use net::{free_port, wait_until};
pub use postfix::Postfix;
pub use postgres::Postgres;
pub use slapd::Slapd;
pub use smtp::Dialogue;
pub use smtp_peer::SmtpPeer;

/// Writes each async test once and runs it on both databases: `name::sqlite` and `name::postgres`.
///
/// The argument is a [`Database`]; the test hands it to whatever it starts.
///
/// ```ignore
/// both_databases! {
///     async fn a_mail_becomes_a_ticket(database) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_databases {
    ($( $(#[$meta:meta])* async fn $name:ident($database:ident $(: $type:ty)?) $body:block )*) => { $(
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing from its module")]
            use super::*;

            $(#[$meta])*
            async fn scenario($database: $crate::Database) $body

            #[test]
            fn sqlite() {
                $crate::run(scenario($crate::Database::Sqlite));
            }

            #[test]
            fn postgres() {
                $crate::run(scenario($crate::Database::Postgres));
            }
        }
    )* };
}

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// The embedded one, in the data directory.
    Sqlite,
    /// A fresh database of the throw-away cluster.
    Postgres,
}

/// Runs an async test to its end, on a runtime of its own.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime for the test");
    let result = runtime.block_on(test);
    // What a test left behind must not hold up the next one.
    runtime.shutdown_background();
    result
}
