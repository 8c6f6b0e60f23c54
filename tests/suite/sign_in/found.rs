//! What diagnostics find of the ways in as time passes: comparisons that do not come about, authorities and lists that end.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tests::{Authority, Slapd, both_databases, wait_until};
use turnstone::clock::Clock;
use turnstone::desk::Desk;
use turnstone::i18n::Language;
use turnstone::ops::doctor::{Finding, Weight};
use turnstone::sign_in::look;

use super::certificate::{House, TRUSTED, method, ways};
use super::{ROLES, app_with, tried};

/// What is said with these words, if anything is.
async fn said(desk: &Desk, words: &str) -> Option<Finding> {
    let all = look::inside(desk, &Language::english()).await.unwrap();
    all.into_iter().find(|finding| finding.found.contains(words))
}

/// What is said with these words, once it is.
async fn comes(desk: &Desk, words: &str) -> Finding {
    wait_until(words, Duration::from_secs(30), async || said(desk, words).await).await
}

both_databases! {
    async fn a_directory_that_was_not_compared_is_found(database) {
        let mut slapd = Slapd::start().await;
        slapd.person("dana", "a tide of words", &["helpdesk"], "");
        let app = app_with(database, &slapd.method("none", &format!("sync_minutes = 5\n{ROLES}"))).await;
        tried(&app, "dana", "a tide of words").await.1.assert(303);
        let good = comes(app.desk(), "company was compared with the agents at").await;
        assert_eq!((good.weight, good.about), (Weight::Good, "directory"), "{good:?}");
        // Three turns were left out.
        let clock = Clock::fixed(app.clock.now() + SignedDuration::from_mins(20));
        let late = said(&Desk { clock, ..app.desk().clone() }, "company was last compared with the agents at").await;
        let late = late.expect("that it was long ago");
        assert_eq!(late.weight, Weight::Warning, "{late:?}");
        assert!(late.remedy.contains("role worker"), "{late:?}");
        slapd.down();
        app.advance(SignedDuration::from_mins(6)).await;
        let left = comes(app.desk(), "company was not compared with the agents.").await;
        assert_eq!(left.weight, Weight::Bad, "{left:?}");
        assert!(left.found.contains("no connection"), "why: {left:?}");
        assert!(left.remedy.contains("turnstone directory sync --dry-run"), "{left:?}");
    }

    async fn an_authority_that_ends_and_a_list_that_is_late_or_missing_are_found(database) {
        let ca = Authority::ending("People", 20);
        let more = format!("accept_expired_crl = true\n{TRUSTED}");
        let house = House::with(database, &ca.list(&[]), &more, ca).await;
        let desk = house.app.desk();
        let ends = said(desk, "which ends at").await.expect("that it ends");
        assert!(ends.weight == Weight::Warning && ends.remedy.contains("next certificate"), "{ends:?}");
        house.revokes(&house.ca.list_between(&[], -28, -1));
        let late = said(desk, "the old one counts all the same").await.expect("that it is late");
        assert!(late.weight == Weight::Warning && late.remedy.contains("Fetch the new list"), "{late:?}");
        // Nobody has named a list.
        let list = format!("crl = \"{}/ca.crl\"\n", house.home.path().display());
        let text = method(house.home.path(), &format!("listen = \"127.0.0.1:0\"\n{TRUSTED}"));
        assert!(text.contains(&list), "{text}");
        let mut config = (*desk.config).clone();
        config.sign_in = ways(&text.replace(&list, ""));
        let desk = Desk { config: Arc::new(config), ..desk.clone() };
        let unlisted = said(&desk, "does not look at whether certificates were revoked").await;
        let unlisted = unlisted.expect("that there is no list");
        assert!(unlisted.weight == Weight::Warning && unlisted.remedy.contains("crl ="), "{unlisted:?}");
    }
}
