//! Any bytes become a ticket or wait in quarantine: none is lost, and none holds up the next.

use tests::app::{SUPPORT, TestApp, encoded};
use tests::mutate::{Seed, corpus, mutate};
use tests::{both_databases, mail};

const ROUNDS: usize = 60;

both_databases! {
    async fn any_bytes_become_a_ticket_or_wait_in_quarantine(database) {
        let app = TestApp::start(database).await;
        let bodies: Vec<Vec<u8>> = corpus().iter().map(|path| std::fs::read(path).unwrap()).collect();
        let mut seed = Seed::from_env(0x5eed_2026_1126_0003);
        let begun = seed.number();
        let mut taken = Vec::new();
        for round in 0..ROUNDS {
            let pick = seed.next(bodies.len());
            let raw = mutate(&mut seed, &bodies[pick], &bodies, &[b"\0", b"\xff", b"\x1b$B", b"\r\n\r\n", b"=?utf-8?B?"]);
            let from = format!("round{round}@elsewhere.example");
            let reply = app.hand_over(&from, SUPPORT, &raw).await;
            // A lone CR or LF is refused in the dialogue, by which its sender knows.
            if !reply.is_permanent() {
                assert!(reply.is_ok(), "seed {begun}, round {round}: {reply:?}");
                taken.push(from);
            }
        }
        assert!(taken.len() > ROUNDS / 3, "only {} were taken", taken.len());
        for from in taken {
            let record = app.processed(&format!("envelope_from={}", encoded(&from))).await;
            let disposition = record["disposition"].as_str().unwrap_or_default();
            assert!(
                ["new", "follow_up", "duplicate", "quarantined", "ignored"].contains(&disposition),
                "seed {begun}, {from}: {record}"
            );
        }
        assert_eq!(app.deliver(&mail("anna@customer.example")).await["disposition"], "new");
    }
}
