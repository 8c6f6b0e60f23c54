//! The set-up behind its first page: each step does what its full page does, can be left for later and taken up again.

use tests::app::{SUPPORT, TestApp};
use tests::binary::PASSWORD;
use tests::{Binary, Client, Settings, SmtpPeer, both_databases};

async fn admin(app: &TestApp) -> Client {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/admin/setup/look").await.assert(200);
    browser
}

/// The word behind which the progress stands: so many of six.
fn done(page: &str) -> &str {
    let before = page.split(" of 6 steps are done").next().unwrap_or_default();
    before.rsplit([' ', '>']).next().unwrap_or_default()
}

both_databases! {
    async fn the_first_page_leads_on_to_the_steps_and_the_link_is_gone(database) {
        let settings = Settings::new(database);
        let server = Binary::serve(&settings).await;
        let log = server.log();
        let link = log.split_whitespace().find(|word| word.contains("/setup?token=")).unwrap().to_owned();
        let token = link.split("token=").nth(1).unwrap();
        let browser = Client::visitor(&settings.base());
        browser.get(&format!("/setup?token={token}")).await.assert(200);
        let form = [("token", token), ("name", "Ingrid Solheim"), ("email", "ingrid@help.example"), ("login", "ingrid"),
            ("password", PASSWORD), ("organisation", "Fairwater CA"), ("queue", "Support"), ("address", SUPPORT)];
        assert_eq!(browser.submit("/setup", &form).await.assert(303).location(), "/admin/setup");
        assert_eq!(browser.get("/admin/setup").await.assert(303).location(), "/admin/setup/look#at");
        let page = browser.get("/admin/setup/look").await.assert(200).text();
        assert!(page.contains("Ingrid Solheim, ingrid@help.example") && done(&page) == "1", "{page}");
        assert!(page.contains("value=\"Fairwater CA\""), "what was said already stands there: {page}");
        let page = browser.get("/dashboard").await.assert(200).text();
        assert!(page.contains("Set-up: 1 of 6 steps are done"), "a reminder: {page}");
        browser.get(&format!("/setup?token={token}")).await.assert(404);
        // Never again once nobody wants to be reminded.
        browser.submit("/admin/setup", &[]).await.assert(303);
        assert!(!browser.get("/dashboard").await.text().contains("steps are done"));
        browser.get("/admin/setup/out").await.assert(200);
    }

    async fn each_step_can_be_left_and_taken_up_again(database) {
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        assert!(!browser.get("/dashboard").await.text().contains("steps are done"), "it was set up by command");
        for (step, next) in [("look", "in"), ("in", "out"), ("out", "queues"), ("queues", "people")] {
            assert_eq!(browser.get("/admin/setup").await.assert(303).location(), format!("/admin/setup/{step}#at"));
            browser.submit(&format!("/admin/setup/{step}"), &[("do", "later")]).await.assert(303);
            assert_eq!(browser.get("/admin/setup").await.assert(303).location(), format!("/admin/setup/{next}#at"));
        }
        browser.submit("/admin/setup/people", &[("do", "on")]).await.assert(303);
        // All were seen: what is left for later is named, and can be gone back to.
        let page = browser.get("/admin/setup").await.assert(200).text();
        assert!(done(&page) == "2" && page.contains("Left for later") && page.contains("/admin/setup/look"), "{page}");
        assert!(browser.get("/dashboard").await.text().contains("2 of 6 steps"));
        // Done stays done, whatever is pressed afterwards.
        browser.submit("/admin/setup/people", &[("do", "later")]).await.assert(303);
        assert_eq!(done(&browser.get("/admin/setup").await.text()), "2");
        for step in ["look", "in", "out", "queues"] {
            browser.submit(&format!("/admin/setup/{step}"), &[("do", "on")]).await.assert(303);
        }
        assert!(!browser.get("/dashboard").await.text().contains("steps are done"), "all is done");
        browser.get("/admin/setup/nonsense").await.assert(404);
        browser.submit("/admin/setup/look", &[("do", "save")]).await.assert(404);
        // Who manages people alone can leave what is not his.
        let role = serde_json::json!({ "name": "People", "installation": ["people"] });
        app.root.post("/api/v1/roles", role).await.assert(201);
        app.agent("petra", &["People"]).await;
        let petra = app.visitor();
        petra.sign_in("petra", PASSWORD).await;
        let page = petra.get("/admin/setup/in").await.assert(200).text();
        assert!(page.contains("Whoever may manage queues and mail") && !page.contains(SUPPORT), "{page}");
        petra.submit("/admin/setup/in", &[("do", "save"), ("addresses", "x@y.example")]).await.assert(403);
        let refused = petra.submit("/admin/setup/queues", &[("do", "add"), ("name", "Vault"), ("address", "")]).await;
        assert!(!refused.assert(403).text().contains(SUPPORT), "the step is closed to her: {}", refused.text());
        petra.submit("/admin/setup/in", &[("do", "later")]).await.assert(303);
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        dana.get("/admin/setup/out").await.assert(403);
    }

    async fn nothing_to_add_where_nothing_is_leaves_the_step_for_later(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let browser = admin(&app).await;
        browser.get("/admin/setup/out").await.assert(200);
        browser.submit("/admin/setup/out", &[("do", "on")]).await.assert(303);
        let page = browser.get("/admin/setup/queues").await.assert(200).text();
        assert!(page.contains("Left for later") && done(&page) == "1", "{page}");
        // There is an address already.
        browser.submit("/admin/setup/in", &[("do", "on")]).await.assert(303);
        assert_eq!(done(&browser.get("/admin/setup/queues").await.text()), "2");
    }

    async fn a_step_does_what_its_full_page_does(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let browser = admin(&app).await;
        let look = [("place", "/admin/setup/look"), ("organisation", "Fairwater CA"), ("colour", "#7a1f3d"), ("theme", "system")];
        assert_eq!(browser.submit("/admin/look", &look).await.assert(303).location(), "/admin/setup");
        assert!(browser.get("/admin/look").await.text().contains("value=\"#7a1f3d\""));
        // What is wrong stays on the step, with what was typed.
        let wrong = [("place", "/admin/setup/look"), ("organisation", "X"), ("colour", "red")];
        let page = browser.submit("/admin/look", &wrong).await.assert(422).text();
        assert!(page.contains("l-colour-e") && page.contains("aria-current=\"step\""), "{page}");
        // Mail in: addresses, and where a mail server hands over.
        let page = browser.get("/admin/setup/in").await.text();
        assert!(page.contains(SUPPORT) && page.contains("transport") && page.contains("lmtp:inet:["), "{page}");
        let page = browser.submit("/admin/setup/in", &[("do", "save"), ("addresses", "not an address")]).await;
        assert!(page.assert(422).text().contains("w-addr-e"));
        let both = format!("{SUPPORT}\r\nhelp@helpdesk.example");
        browser.submit("/admin/setup/in", &[("do", "save"), ("addresses", &both)]).await.assert(303);
        assert!(app.root.get("/api/v1/queues").await.text().contains("help@helpdesk.example"));
        // A list from before somebody else's change is not written over it.
        let old = [("do", "save"), ("addresses", SUPPORT), ("shown", SUPPORT)];
        assert!(browser.submit("/admin/setup/in", &old).await.assert(422).text().contains("meanwhile"));
        let mailbox = [("do", "mailbox"), ("addresses", &both), ("host", "127.0.0.1"), ("security", "none"), ("login", "support")];
        let page = browser.submit("/admin/setup/in", &mailbox).await.assert(422).text();
        assert!(page.contains("w-pw-e") && page.contains("value=\"127.0.0.1\""), "{page}");
        let mailbox = [&mailbox[..], &[("password", "s3cr3t-word")]].concat();
        browser.submit("/admin/setup/in", &mailbox).await.assert(303);
        let page = browser.get("/admin/setup/in").await.text();
        assert!(page.contains("/admin/mailboxes/") && !page.contains("s3cr3t-word"), "{page}");
        // Mail out.
        let peer = SmtpPeer::start().await;
        let (host, port) = (peer.address().ip().to_string(), peer.address().port().to_string());
        let relay = [("place", "/admin/setup/out"), ("host", host.as_str()), ("port", port.as_str()), ("tls", "none")];
        let tried = [&relay[..], &[("way", "own"), ("own", SUPPORT)]].concat();
        let place = browser.submit("/admin/relay/trials", &tried).await.assert(303).location();
        assert!(place.starts_with("/admin/setup/out?trial="), "{place}");
        assert!(browser.get(place.split('#').next().unwrap()).await.text().contains("Waiting for it"));
        browser.submit("/admin/relay", &relay).await.assert(303);
        // Queues.
        browser.submit("/admin/setup/queues", &[("do", "add"), ("name", "Billing"), ("address", "billing@helpdesk.example")]).await.assert(303);
        let again = browser.submit("/admin/setup/queues", &[("do", "add"), ("name", "Billing"), ("address", "")]).await;
        assert!(again.assert(422).text().contains("w-name-e"));
        // Colleagues: all of them or nobody.
        let lines = "Dana Kim, dana@helpdesk.example\r\nBen Okafor <ben@helpdesk.example>\r\nnobody at all";
        let wrong = browser.submit("/admin/setup/people", &[("do", "invite"), ("lines", lines), ("role", "Agent")]).await;
        let page = wrong.assert(422).text();
        assert!(page.contains("nobody at all") && page.contains("w-lines-e"), "{page}");
        assert!(!app.root.get("/api/v1/agents").await.text().contains("dana@"), "nobody was made");
        let lines = lines.replace("nobody at all", "");
        let invite = [("do", "invite"), ("lines", lines.as_str()), ("role", "Agent"), ("send", "yes")];
        let page = browser.submit("/admin/setup/people", &invite).await.assert(200).text();
        assert_eq!(page.matches("/password/new?").count(), 2, "a link each, this once: {page}");
        assert!(page.contains("Dana Kim") && page.contains("ben@helpdesk.example"), "{page}");
        peer.wait_for("dana@helpdesk.example", 1).await;
        assert!(!browser.get("/admin/setup/people").await.text().contains("/password/new?"));
        let taken = browser.submit("/admin/setup/people", &invite).await.assert(422).text();
        assert!(taken.contains("Nobody was invited"), "{taken}");
        // Two with the same short name: the second one signs in with his address.
        let same = [("do", "invite"), ("lines", "dana@partner.example"), ("role", "Agent")];
        assert!(browser.submit("/admin/setup/people", &same).await.assert(200).text().contains("dana@partner.example, dana@partner.example"));
        let none = [("do", "invite"), ("lines", "emil@partner.example"), ("role", "")];
        assert!(browser.submit("/admin/setup/people", &none).await.assert(422).text().contains("w-role-e"));
        assert_eq!(done(&browser.get("/admin/setup").await.text()), "6");
    }

    async fn colleagues_who_are_refused_come_back_as_they_were_typed(database) {
        let app = TestApp::start(database).await;
        let role = serde_json::json!({ "name": "People", "installation": ["people"] });
        app.root.post("/api/v1/roles", role).await.assert(201);
        app.agent("petra", &["People"]).await;
        let petra = app.visitor();
        petra.sign_in("petra", PASSWORD).await;
        let ticked = "name=\"send\" value=\"yes\" checked";
        let page = petra.get("/admin/setup/people").await.assert(200).text();
        assert!(page.contains(ticked), "mail can leave: {page}");
        // A line that is nobody, and a role that gives more than she has.
        for (lines, role, status, why) in [
            ("Ben Okafor, ben@helpdesk.example\r\nnobody at all", "People", 422, "w-lines-e"),
            ("Ben Okafor, ben@helpdesk.example", "Admin", 403, "You cannot give the right"),
        ] {
            let form = [("do", "invite"), ("lines", lines), ("role", role)];
            let page = petra.submit("/admin/setup/people", &form).await.assert(status).text();
            assert!(page.contains(why) && page.contains("Ben Okafor, ben@helpdesk.example"), "{page}");
            assert!(page.contains(&format!("value=\"{role}\" selected")), "{page}");
            assert!(!page.contains(ticked) && page.contains("name=\"send\""), "by hand, as was said: {page}");
            let form = [&form[..], &[("send", "yes")]].concat();
            let page = petra.submit("/admin/setup/people", &form).await.assert(status).text();
            assert!(page.contains(ticked), "{page}");
        }
        assert!(!app.root.get("/api/v1/agents").await.text().contains("ben@"), "nobody was made");
    }
}
