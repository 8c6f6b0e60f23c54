//! The caps of automatic answers hold, whatever comes in whatever order (BEHAVIOURS.md, 10 and 11).

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tests::app::{TestApp, text};
use tests::bridge::{quiet, sql};
use tests::{Database, both_databases, mail};

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// A new mail of one of four people, who also write with a `+`.
    New(u8, bool),
    /// An answer to the last automatic mail that he got.
    Reply(u8),
    /// The same, without any reference.
    Quote(u8),
    /// A mail of a machine at his address.
    Machine(u8),
    /// A mail to a ticket of his that is closed for good.
    ToClosed(u8),
    /// So many minutes pass.
    Wait(u16),
}

fn event() -> impl Strategy<Value = Event> {
    let who = || 0_u8..4;
    prop_oneof![
        4 => (who(), any::<bool>()).prop_map(|(who, plus)| Event::New(who, plus)),
        2 => who().prop_map(Event::Reply),
        2 => who().prop_map(Event::Quote),
        1 => who().prop_map(Event::Machine),
        3 => who().prop_map(Event::ToClosed),
        2 => (1_u16..700).prop_map(Event::Wait),
    ]
}

fn address(who: u8, plus: bool) -> String {
    if plus { format!("person{who}+tag@customer.example") } else { format!("person{who}@customer.example") }
}

async fn play(database: Database, events: Vec<Event>) {
    let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
    sql(&app, "UPDATE queues SET follow_up_policy = 'reject'").await;
    let mut sent: Vec<(u8, Timestamp)> = Vec::new();
    let mut confirmed: HashSet<String> = HashSet::new();
    for event in &events {
        let automatic = |who: u8| {
            let mut mails = app.relay.received_by(&address(who, false));
            mails.extend(app.relay.received_by(&address(who, true)));
            mails.pop().map(|mail| mail.mail())
        };
        let (who, letter) = match event {
            Event::Wait(minutes) => {
                app.clock.advance(SignedDuration::from_mins(i64::from(*minutes)));
                continue;
            }
            Event::New(who, plus) => (*who, mail(&address(*who, *plus))),
            Event::Reply(who) => match automatic(*who) {
                Some(last) => (*who, mail(&address(*who, false)).answering([last.message_id().as_str()])),
                None => continue,
            },
            Event::Quote(who) => match automatic(*who) {
                Some(last) => (*who, mail(&address(*who, false)).subject(&last.subject()).text(&last.text())),
                None => continue,
            },
            Event::Machine(who) => {
                (*who, mail(&address(*who, false)).header("Auto-Submitted", "auto-replied"))
            }
            Event::ToClosed(who) => {
                let question = mail(&address(*who, false));
                let first = app.deliver(&question).await;
                if first["auto_response"] == "sent" {
                    sent.push((*who, app.clock.now()));
                }
                app.root.set(&text(&first["ticket"]), "state", "closed").await;
                (*who, mail(&address(*who, false)).answering([question.id()]))
            }
        };
        let inbound = app.deliver(&letter).await;
        quiet(&app).await;
        if inbound["auto_response"] == "sent" {
            let lately = |(other, at): &(u8, Timestamp)| {
                *other == who && app.clock.now().duration_since(*at) < SignedDuration::from_hours(24)
            };
            let quotes = matches!(event, Event::Quote(_)) && sent.iter().any(lately);
            assert!(!quotes && !matches!(event, Event::Machine(_)), "{event:?} draws no answer: {inbound}");
            sent.push((who, app.clock.now()));
            if inbound["disposition"] == "new" {
                assert!(confirmed.insert(text(&inbound["ticket"])), "a second confirmation for {inbound}");
            }
        }
    }
    quiet(&app).await;
    for (who, at) in &sent {
        let day = |other: &&(u8, Timestamp)| {
            other.0 == *who && *at >= other.1 && at.duration_since(other.1) < SignedDuration::from_hours(24)
        };
        let within = sent.iter().filter(day).count();
        assert!(within <= 5, "{within} within a day to person {who}: {events:?}");
    }
    let left = app.relay.received().iter().filter(|mail| mail.to[0].starts_with("person")).count();
    assert_eq!(left, sent.len(), "every mail that left is accounted for");
}

fn any_sequence(database: Database, cases: u32) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let sequences = proptest::collection::vec(event(), 20..60);
    runner
        .run(&sequences, |events| {
            tests::run(play(database, events));
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_cap_of_automatic_answers_holds_for_any_sequence_on_sqlite() {
    any_sequence(Database::Sqlite, 12);
}

#[test]
fn the_cap_of_automatic_answers_holds_for_any_sequence_on_postgres() {
    any_sequence(Database::Postgres, 3);
}

both_databases! {
    async fn strangers_get_sixty_an_hour_together_and_a_known_customer_his_own(database) {
        let app = TestApp::start_at(database, "2026-11-09T09:00:00Z").await;
        let known = app.ticket_from(&mail("known@customer.example")).await;
        app.root.reply(&known, "We know each other.").await;
        let mut sent = 0;
        for index in 0..70 {
            let inbound = app.deliver(&mail(&format!("stranger{index}@elsewhere.example"))).await;
            sent += usize::from(inbound["auto_response"] == "sent");
        }
        assert_eq!(sent, 59, "the known customer's was the sixtieth");
        assert_eq!(app.deliver(&mail("known@customer.example")).await["auto_response"], "sent");
        app.clock.advance(SignedDuration::from_mins(61));
        assert_eq!(app.deliver(&mail("late@elsewhere.example")).await["auto_response"], "sent");
    }
}
