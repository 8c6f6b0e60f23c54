//! The permission matrix: every route, everybody, every object; what each may do follows from the route's own `needs` and
//! from DESIGN's rules. And the proof that it is not blind: each check is left out once, and the matrix must turn red.

mod actors;
mod canaries;
mod counts;
mod effects;
mod entries;
mod fill;
mod forms;
mod listen;
mod meanwhile;
mod mutation;
mod own;
mod rules;
mod told;
mod walk;
mod world;

use std::sync::Arc;

use tests::Database;
use tests::app::TestApp;

use self::actors::{Kind, State};
use self::walk::Walk;
use self::world::World;

/// A Monday in the past: everything that depends on time stays as it is.
const NOW: &str = "2026-11-09T10:00:00Z";

/// PostgreSQL takes a connection to each look at the database: there, those walk who differ in kind.
const SAMPLE: &[&str] = &[
    "", "disabled", "half", "nobody", "read", "reply", "full", "keeps", "former", "people", "recorder",
    "looks", "root",
];

async fn matrix(database: Database, only: &'static [&'static str]) {
    let app = TestApp::start_at(database, NOW).await;
    let routes = walk::routes(&app);
    let unknown = walk::unknown(&routes);
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    let world = Arc::new(World::make(&app, database).await);
    let mut walk = Walk::new(&app.base(), app.db(), world, routes);
    walk.only = only;
    let (asked, wrong) = walk.run().await;
    let least = if only.is_empty() { 5_000 } else { 2_000 };
    assert!(asked > least, "only {asked} requests");
    assert!(wrong.is_empty(), "{} of {asked} requests went wrong:\n{}", wrong.len(), wrong.join("\n"));
    mails_tell_nobody_of_what_he_may_not_see(&app).await;
}

/// What came out at the relay meanwhile: notifications name only what their reader may see.
async fn mails_tell_nobody_of_what_he_may_not_see(app: &TestApp) {
    app.settle().await;
    let mut told = 0;
    for mail in app.relay.received() {
        for address in &mail.to {
            let login = address.split('@').next().unwrap_or_default();
            let Some(kind) = actors::ALL.iter().find(|kind| kind.login == login) else { continue };
            // Nobody needs a session to be written to; whoever is disabled or expired is not.
            let gone = matches!(kind.state, State::Disabled | State::Expired);
            let kind = kind.himself();
            let kind = &Kind { state: if gone { kind.state } else { State::Good }, ..kind };
            told += 1;
            let text = mail.mail().text() + &mail.mail().subject();
            let leaks = canaries::leaks(kind, &text);
            assert!(leaks.is_empty(), "a notification tells {login} of {}: {text}", leaks.join(", "));
        }
    }
    assert!(told > 0, "nobody was notified of anything");
}

#[test]
fn every_route_lets_in_whom_it_should_and_nobody_else() {
    tests::run(matrix(Database::Sqlite, &[]));
}

#[test]
fn every_route_keeps_out_whom_it_should_on_postgresql_too() {
    tests::run(matrix(Database::Postgres, SAMPLE));
}
