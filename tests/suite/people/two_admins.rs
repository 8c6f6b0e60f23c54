//! Two admins at once: what one saves is not put back by the other's older form; what is refused comes back with what was
//! typed; and nobody takes the last of a right away that he could not give back.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

async fn signed_in(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.sign_in(login, PASSWORD).await;
    visitor.get("/dashboard").await;
    visitor
}

async fn id(app: &TestApp, kind: &str, name: &str) -> String {
    let items = app.root.get(&format!("/api/v1/{kind}")).await.items();
    let is = |item: &&serde_json::Value| item["name"] == name || item["login"] == name;
    text(&items.iter().find(is).unwrap_or_else(|| panic!("no {name} among {kind}"))["id"])
}

/// What a hidden field of the page says.
fn hidden(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    after.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
}

async fn doorkeeper(app: &TestApp) -> Client {
    let grants = json!([{ "queue": "Support", "rights": ["read"] }]);
    let body = json!({ "name": "Doorkeeper", "grants": grants, "installation": ["people"] });
    app.root.post("/api/v1/roles", body).await.assert(201);
    app.agent("kim", &["Doorkeeper"]).await;
    signed_in(app, "kim").await
}

/// What the form of a page shows that is opened now.
async fn opened(admin: &Client, page: &str) -> String {
    hidden(&admin.get(page).await.assert(200).text(), "shown")
}

/// Sends a form that shows what is no more: it comes back, and says so.
async fn told(admin: &Client, path: &str, typed: &[(&str, &str)], shown: &str) -> String {
    let back = admin.submit(path, &[typed, &[("shown", shown)]].concat()).await.assert(409).text();
    assert!(back.contains(MEANWHILE), "{back}");
    back
}

/// Sends a form once more that came back: whoever was told, and saves again, means it.
async fn meant(admin: &Client, path: &str, typed: &[(&str, &str)], back: &str) {
    let shown = hidden(back, "shown");
    admin.submit(path, &[typed, &[("shown", shown.as_str())]].concat()).await.assert(303);
}

const MEANWHILE: &str = "Somebody else has saved this since you opened it";

both_databases! {
    async fn an_older_form_of_an_agent_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let (admin, dana) = (signed_in(&app, "root").await, id(&app, "agents", "dana").await);
        let page = format!("/admin/people/{dana}");
        let shown = hidden(&admin.get(&page).await.assert(200).text(), "shown");
        app.root.patch(&format!("/api/v1/agents/{dana}"), json!({ "expires_at": "2031-01-01T00:00:00Z" })).await.assert(200);
        let form = |shown: &str| {
            [("name", "Dana Dee"), ("email", "dana@helpdesk.example"), ("page_size", "25"), ("language", "en"),
                ("time_zone", ""), ("expires_at", ""), ("shown", shown)].map(|(name, value)| (name, value.to_owned()))
        };
        let sent = form(&shown);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let back = admin.submit(&page, &sent).await;
        let back = back.assert(409).text();
        assert!(back.contains(MEANWHILE) && back.contains("value=\"Dana Dee\""), "{back}");
        let kept = admin.get(&page).await.assert(200).text();
        assert!(kept.contains("value=\"2031-01-01T") && kept.contains("value=\"Dana Agent\""), "{kept}");
        // Whoever was told, and saves again, means it.
        let sent = form(&hidden(&back, "shown"));
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        admin.submit(&page, &sent).await.assert(303);
        let kept = admin.get(&page).await.assert(200).text();
        assert!(!kept.contains("2031-01-01") && kept.contains("value=\"Dana Dee\""), "{kept}");
    }

    async fn what_was_looked_at_before_somebody_else_saved_is_looked_at_again(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let (admin, support) = (signed_in(&app, "root").await, id(&app, "queues", "Support").await);
        let (read, reply) = (format!("{support}:read"), format!("{support}:reply"));
        app.role("Helper", "Support", &["read", "reply"]).await;
        let helper = id(&app, "roles", "Helper").await;
        // A role: the other admin takes "reply" away between the look and its sure.
        let page = format!("/admin/roles/{helper}");
        let form = [("name", "Helper"), ("description", "Helps"), ("g", read.as_str()), ("g", reply.as_str()), ("i", "people"), ("whole", "yes")];
        let look = admin.submit(&page, &form).await.assert(200).text();
        // Nobody has it yet; what it gives is said all the same.
        assert!(look.contains("manage people and roles added") && look.contains("Described anew"), "{look}");
        app.root.patch(&format!("/api/v1/roles/{helper}"), json!({ "grants": [{ "queue": "Support", "rights": ["read"] }] })).await.assert(200);
        let shown = hidden(&look, "shown");
        let sure = [&form[..], &[("sure", "yes"), ("shown", shown.as_str())]].concat();
        let back = admin.submit(&page, &sure).await.assert(409).text();
        assert!(back.contains(MEANWHILE), "{back}");
        let role = app.root.get(&format!("/api/v1/roles/{helper}")).await.assert(200).json();
        assert_eq!(role["grants"], json!([{ "queue": "Support", "rights": ["read"] }]));
        let look = admin.submit(&page, &form).await.assert(200).text();
        assert!(look.contains("Support: reply added"), "{look}");
        // The roles of an agent.
        let (dana, agent) = (id(&app, "agents", "dana").await, id(&app, "roles", "Agent").await);
        let page = format!("/admin/people/{dana}/roles");
        let form = [("role", agent.as_str()), ("role", helper.as_str())];
        let look = admin.submit(&page, &form).await.assert(200).text();
        app.root.patch(&format!("/api/v1/agents/{dana}"), json!({ "roles": [] })).await.assert(200);
        let shown = hidden(&look, "shown");
        let sure = [&form[..], &[("sure", "yes"), ("shown", shown.as_str())]].concat();
        assert!(admin.submit(&page, &sure).await.assert(409).text().contains(MEANWHILE));
        assert_eq!(app.root.get(&format!("/api/v1/agents/{dana}")).await.json()["roles"], json!([]));
    }

    async fn older_forms_of_queues_and_customers_put_nothing_back(database) {
        let app = TestApp::start(database).await;
        app.ticket_from(&mail("anna@customer.example")).await;
        let (admin, support) = (signed_in(&app, "root").await, id(&app, "queues", "Support").await);
        let page = format!("/admin/queues/{support}");
        let mark = hidden(&admin.get(&page).await.assert(200).text(), "mark");
        app.root.patch(&format!("/api/v1/queues/{support}"), json!({ "signature": "Another signature" })).await.assert(200);
        let form = [("name", "Support"), ("addresses", tests::app::SUPPORT), ("follow_up_policy", "reopen"),
            ("unlock_minutes", "480"), ("hold_seconds", "10"), ("language", "en"), ("note", "Mine"), ("mark", mark.as_str())];
        let back = admin.submit(&page, &form).await.assert(409).text();
        assert!(back.contains(MEANWHILE) && back.contains("Mine"), "{back}");
        let kept = app.root.get(&format!("/api/v1/queues/{support}")).await.json();
        assert_eq!(kept["signature"], "Another signature", "{kept}");

        let customer = text(&app.root.get("/api/v1/customers").await.items()[0]["id"]);
        let shown = hidden(&admin.get(&format!("/customers/{customer}")).await.assert(200).text(), "shown");
        let address = format!("/api/v1/customers/{customer}");
        app.root.patch(&address, json!({ "note": "Pays late" })).await.assert(200);
        let form = [("name", "Anna Bell"), ("language", ""), ("organisation", ""), ("note", ""), ("shown", shown.as_str())];
        let back = admin.submit(&format!("/admin/customers/{customer}"), &form).await.assert(409).text();
        assert!(back.contains(MEANWHILE) && back.contains("value=\"Anna Bell\""), "{back}");
        assert_eq!(app.root.get(&address).await.json()["note"], "Pays late");
    }

    async fn an_older_form_of_a_calendar_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let holidays = |name: &str| json!([{ "day": "12-24", "name": name }]);
        let body = |days: serde_json::Value| json!({ "name": "Late shift", "time_zone": "Europe/Berlin", "hours": { "monday": "12:00-22:00" }, "holidays": days });
        let made = app.root.post("/api/v1/calendars", body(holidays("Eve"))).await.assert(201).json();
        let (page, api) = (format!("/admin/calendars/{}", text(&made["id"])), format!("/api/v1/calendars/{}", text(&made["id"])));
        let shown = opened(&admin, &page).await;
        app.root.put(&api, body(holidays("Inventory"))).await.assert(200);
        let typed = [("name", "Later shift"), ("time_zone", "Europe/Berlin"), ("monday", "12:00-22:00"), ("holidays", "12-24 Eve")];
        let back = told(&admin, &page, &typed, &shown).await;
        assert!(back.contains("value=\"Later shift\"") && back.contains("12-24 Eve"), "{back}");
        let kept = app.root.get(&api).await.assert(200).json();
        assert_eq!((&kept["name"], &kept["holidays"]), (&json!("Late shift"), &holidays("Inventory")));
        meant(&admin, &page, &typed, &back).await;
        assert_eq!(app.root.get(&api).await.json()["holidays"], holidays("Eve"));
    }

    async fn an_older_form_of_a_template_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let body = |says: &str| json!({ "name": "Thanks", "body_text": says });
        let made = app.root.post("/api/v1/templates", body("Thank you.")).await.assert(201).json();
        let (page, api) = (format!("/admin/templates/{}", text(&made["id"])), format!("/api/v1/templates/{}", text(&made["id"])));
        let shown = opened(&admin, &page).await;
        app.root.put(&api, body("Many thanks.")).await.assert(200);
        let typed = [("name", "Thank-you"), ("language", ""), ("body", "Thank you."), ("scope", "everybody"), ("tags", "")];
        let back = told(&admin, &page, &typed, &shown).await;
        assert!(back.contains("value=\"Thank-you\"") && back.contains("Thank you."), "{back}");
        let kept = app.root.get(&api).await.assert(200).json();
        assert_eq!((&kept["name"], &kept["body_text"]), (&json!("Thanks"), &json!("Many thanks.")));
        meant(&admin, &page, &typed, &back).await;
        assert_eq!(app.root.get(&api).await.json()["body_text"], "Thank you.");
    }

    async fn an_older_form_of_an_organisation_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let made = app.root.post("/api/v1/organisations", json!({ "name": "Acme" })).await.assert(201).json();
        let (page, api) = (format!("/admin/organisations/{}", text(&made["id"])), format!("/api/v1/organisations/{}", text(&made["id"])));
        let shown = opened(&admin, &page).await;
        app.root.patch(&api, json!({ "domains": ["acme.example"], "note": "Pays late" })).await.assert(200);
        let typed = [("name", "Acme Ltd"), ("domains", ""), ("note", "")];
        let back = told(&admin, &page, &typed, &shown).await;
        assert!(back.contains("value=\"Acme Ltd\"") && !back.contains("Pays late"), "{back}");
        let kept = app.root.get(&api).await.assert(200).json();
        assert_eq!((&kept["name"], &kept["domains"], &kept["note"]), (&json!("Acme"), &json!(["acme.example"]), &json!("Pays late")));
        meant(&admin, &page, &typed, &back).await;
        assert_eq!(app.root.get(&api).await.json()["note"], "");
    }

    async fn an_older_form_of_the_domains_of_agents_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let page = "/admin/people/domains";
        let shown = opened(&admin, page).await;
        // Another browser tab, or another admin.
        admin.submit(page, &[("domains", "first.example"), ("shown", shown.as_str())]).await.assert(303);
        let typed = [("domains", "second.example")];
        let back = told(&admin, page, &typed, &shown).await;
        assert!(back.contains("second.example"), "{back}");
        let kept = admin.get(page).await.assert(200).text();
        assert!(kept.contains("first.example") && !kept.contains("second.example"), "{kept}");
        meant(&admin, page, &typed, &back).await;
        let kept = admin.get(page).await.assert(200).text();
        assert!(!kept.contains("first.example") && kept.contains("second.example"), "{kept}");
    }

    async fn an_older_form_of_the_priorities_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let shown = opened(&admin, "/admin/states").await;
        let wish = json!({ "priorities": [{ "rank": 5, "name": "Production stands" }] });
        app.root.put("/api/v1/priorities", wish).await.assert(200);
        let mut typed: Vec<(&str, &str)> = ["2", "3", "4", "5"].iter().map(|rank| ("offered", *rank)).collect();
        typed.extend([("usual", "3"), ("name_4", "Soon"), ("name_5", "")]);
        let back = told(&admin, "/admin/priorities", &typed, &shown).await;
        assert!(back.contains("value=\"Soon\"") && !back.contains("value=\"Production stands\""), "{back}");
        let kept = app.root.get("/api/v1/priorities").await.items();
        assert_eq!((&kept[4]["name"], &kept[0]["retired"]), (&json!("Production stands"), &json!(false)));
        meant(&admin, "/admin/priorities", &typed, &back).await;
        let kept = app.root.get("/api/v1/priorities").await.items();
        assert_eq!((&kept[3]["name"], &kept[4]["name"], &kept[0]["retired"]), (&json!("Soon"), &json!("urgent"), &json!(true)));
    }

    async fn an_older_form_of_a_mailbox_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        // Nobody listens there; nothing has to be fetched.
        let body = json!({ "name": "Post", "kind": "imap", "host": "127.0.0.1", "port": 4143, "security": "none",
            "login": "support", "password": "first word" });
        let made = app.root.post("/api/v1/mailboxes", body).await.assert(201).json();
        let (page, api) = (format!("/admin/mailboxes/{}", text(&made["id"])), format!("/api/v1/mailboxes/{}", text(&made["id"])));
        let shown = opened(&admin, &page).await;
        app.root.patch(&api, json!({ "poll_seconds": 600 })).await.assert(200);
        let typed = [("name", "Letters"), ("kind", "imap"), ("host", "127.0.0.1"), ("port", "4143"), ("security", "none"),
            ("login", "support"), ("auth", "password"), ("folders", "INBOX"), ("after", "leave"), ("existing", "take"),
            ("max_megabytes", "35"), ("poll_seconds", "60")];
        let back = told(&admin, &page, &typed, &shown).await;
        assert!(back.contains("value=\"Letters\"") && back.contains("name=\"poll_seconds\"") && !back.contains("value=\"600\""), "{back}");
        let kept = app.root.get(&api).await.assert(200).json();
        assert_eq!((&kept["name"], &kept["poll_seconds"]), (&json!("Post"), &json!(600)));
        meant(&admin, &page, &typed, &back).await;
        let kept = app.root.get(&api).await.assert(200).json();
        assert_eq!((&kept["name"], &kept["poll_seconds"]), (&json!("Letters"), &json!(60)));
        // Another password counts, though no form shows one.
        let shown = opened(&admin, &page).await;
        app.root.patch(&api, json!({ "password": "second word" })).await.assert(200);
        told(&admin, &page, &typed, &shown).await;
    }

    async fn an_older_form_of_the_relay_puts_nothing_back(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        let (admin, kim) = (signed_in(&app, "root").await, doorkeeper(&app).await);
        let page = "/admin/relay";
        let shown = opened(&admin, page).await;
        let words = json!({ "value": "smtp://127.0.0.1:2526?tls=none" });
        app.root.put("/api/v1/settings/SMTP_RELAY", words).await.assert(200);
        let typed = [("host", "127.0.0.1"), ("port", "2527"), ("tls", "none"), ("user", "helpdesk"), ("password", "first word")];
        // Who may not is told that, and nothing of what somebody else has done.
        let older = [&typed[..], &[("shown", shown.as_str())]].concat();
        let refused = kim.submit(page, &older).await.assert(403).text();
        assert!(!refused.contains(MEANWHILE) && refused.contains("value=\"2527\""), "{refused}");
        // A trial makes what was typed no newer.
        let tried = [&older[..], &[("way", "to"), ("to", "ingrid@elsewhere.example")]].concat();
        let place = admin.submit("/admin/relay/trials", &tried).await.assert(303).location();
        assert_eq!(opened(&admin, place.split('#').next().unwrap()).await, shown);
        let back = told(&admin, page, &typed, &shown).await;
        assert!(back.contains("value=\"2527\"") && !back.contains("value=\"2526\""), "{back}");
        assert!(admin.get(page).await.assert(200).text().contains("value=\"2526\""));
        meant(&admin, page, &typed, &back).await;
        assert!(admin.get(page).await.assert(200).text().contains("value=\"2527\""));
        // Another password counts, though no form shows one; so does the name that answers come from.
        let shown = opened(&admin, page).await;
        let other = [&typed[..4], &[("password", "second word")]].concat();
        admin.submit(page, &other).await.assert(303);
        told(&admin, page, &typed, &shown).await;
        let (shown, support) = (opened(&admin, page).await, id(&app, "queues", "Support").await);
        app.root.patch(&format!("/api/v1/queues/{support}"), json!({ "sender_name": "Fairwater CA" })).await.assert(200);
        told(&admin, page, &typed, &shown).await;
    }

    async fn an_older_form_of_the_automatic_answers_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let page = format!("/admin/auto-responses/{}", id(&app, "queues", "Support").await);
        let shown = opened(&admin, &page).await;
        // Another browser tab, or another admin.
        admin.submit(&page, &[("on", "reopened"), ("language", "de"), ("shown", shown.as_str())]).await.assert(303);
        let typed = [("on", "received"), ("on", "rejected"), ("language", "fr")];
        let (reopened, french) = ("value=\"reopened\" checked", "value=\"fr\" selected");
        let back = told(&admin, &page, &typed, &shown).await;
        assert!(!back.contains(reopened) && back.contains("value=\"rejected\" checked") && back.contains(french), "{back}");
        let kept = admin.get(&page).await.assert(200).text();
        assert!(kept.contains(reopened) && kept.contains("value=\"de\" selected") && !kept.contains(french), "{kept}");
        meant(&admin, &page, &typed, &back).await;
        let kept = admin.get(&page).await.assert(200).text();
        assert!(!kept.contains(reopened) && kept.contains("value=\"received\" checked") && kept.contains(french), "{kept}");
    }

    async fn an_older_form_of_an_answers_text_puts_nothing_back(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        let page = "/admin/auto-responses/all/received/en";
        let shown = opened(&admin, page).await;
        let theirs = [("subject", "Received"), ("body", "Of the other"), ("ticket", ""), ("act", "save"), ("shown", shown.as_str())];
        admin.submit(page, &theirs).await.assert(303);
        let typed = |act: &'static str| [("subject", "Here it is"), ("body", "Of this one"), ("ticket", ""), ("act", act)];
        // A look at how it would read makes it no newer.
        let older = [&typed("preview")[..], &[("shown", shown.as_str())]].concat();
        assert_eq!(hidden(&admin.submit(page, &older).await.assert(200).text(), "shown"), shown);
        let back = told(&admin, page, &typed("save"), &shown).await;
        assert!(back.contains("value=\"Here it is\"") && back.contains("Of this one") && !back.contains("Of the other"), "{back}");
        told(&admin, page, &typed("reset"), &shown).await;
        assert!(admin.get(page).await.assert(200).text().contains("Of the other"));
        meant(&admin, page, &typed("save"), &back).await;
        assert!(admin.get(page).await.assert(200).text().contains("Of this one"));
    }

    async fn a_form_that_is_refused_as_a_whole_keeps_what_was_typed(database) {
        let app = TestApp::start(database).await;
        let kim = doorkeeper(&app).await;
        let strong = id(&app, "roles", "Admin").await;
        let form = [("name", "Ben New"), ("email", "ben@helpdesk.example"), ("login", "ben"), ("role", strong.as_str()),
            ("how", "invite"), ("page_size", "25"), ("language", "en"), ("time_zone", ""), ("expires_at", "")];
        let back = kim.submit("/admin/people", &form).await.assert(403).text();
        assert!(back.contains("value=\"Ben New\"") && back.contains("You cannot give the right"), "{back}");
        let back = kim.submit("/admin/roles", &[("name", "Spies"), ("i", "recorder"), ("whole", "yes")]).await;
        let back = back.assert(403).text();
        assert!(back.contains("value=\"Spies\"") && back.contains("You cannot give the right"), "{back}");
        let rows = app.root.get("/api/v1/audit?kind=refused").await.items();
        assert_eq!(rows.len(), 2, "and are written down: {rows:?}");
    }

    async fn a_form_that_is_sent_twice_by_one_click_leads_to_who_was_added(database) {
        let app = TestApp::start(database).await;
        let (admin, role) = (signed_in(&app, "root").await, id(&app, "roles", "Agent").await);
        let form = [("name", "Ben New"), ("email", "Ben@helpdesk.example"), ("login", ""), ("role", role.as_str()),
            ("how", "password"), ("page_size", "25"), ("language", "en"), ("time_zone", ""), ("expires_at", "")];
        admin.submit("/admin/people", &form).await.assert(200);
        let ben = id(&app, "agents", "ben").await;
        let again = admin.submit("/admin/people", &form).await;
        assert_eq!(again.assert(303).location(), format!("/admin/people/{ben}?said=there"));
        assert!(admin.get(&again.location()).await.assert(200).text().contains("Added already, a moment ago"));
        // Another person of that login, or the same long after, is a mistake.
        let other = [&[("name", "Ben Other")][..], &form[1..]].concat();
        admin.submit("/admin/people", &other).await.assert(422);
        app.advance(jiff::SignedDuration::from_mins(3)).await;
        admin.submit("/admin/people", &form).await.assert(422);
    }

    async fn nobody_takes_the_last_of_a_right_away_that_he_has_not(database) {
        let app = TestApp::start(database).await;
        let kim = doorkeeper(&app).await;
        let (root, strong) = (id(&app, "agents", "root").await, id(&app, "roles", "Admin").await);
        let left = "Nobody would be left who has the right";
        let person = |end: &'static str| {
            [("name", "Root Admin"), ("email", "root@helpdesk.example"), ("page_size", "25"), ("language", "en"), ("time_zone", ""), ("expires_at", end)]
        };
        for (path, form) in [
            (format!("/admin/people/{root}/retirement"), vec![]),
            (format!("/admin/people/{root}/roles"), vec![("sure", "yes")]),
            (format!("/admin/people/{root}"), person("2020-01-01T00:00").to_vec()),
            (format!("/admin/roles/{strong}/retirement"), vec![]),
            (format!("/admin/roles/{strong}"), vec![("name", "Admin"), ("i", "people"), ("sure", "yes"), ("whole", "yes")]),
        ] {
            let said = kim.submit(&path, &form).await;
            assert!(said.assert(409).text().contains(left), "{path}: {}", said.text());
        }
        app.root.get("/api/v1/queues").await.assert(200);
        // Whoever has it takes it from himself if he likes; and where there is another, anybody who manages people may.
        app.agent("ida", &["Admin"]).await;
        kim.submit(&format!("/admin/people/{root}/retirement"), &[]).await.assert(303);
    }
}

both_databases! {
    async fn what_is_taken_out_as_a_table_is_written_down(database) {
        let app = TestApp::start(database).await;
        let admin = signed_in(&app, "root").await;
        for path in ["/admin/audit.csv", "/admin/mail/balance.csv", "/reports.csv"] {
            admin.get(path).await.assert(200);
        }
        let rows = app.root.get("/api/v1/audit?kind=export").await.items();
        let told: Vec<String> = rows.iter().map(|row| text(&row["detail"])).collect();
        assert_eq!(told, ["reports", "mail balance", "audit log"]);
    }
}
