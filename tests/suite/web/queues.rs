//! The administration's pages of queues, by forms alone.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Billing"),
        ("parent", "Support"),
        ("addresses", "billing@helpdesk.example\nbills@helpdesk.example"),
        ("sender_name", "Accounts"),
        ("salutation", "Hello {{customer.name}},\r\n\r\nthank you."),
        ("salutation_unnamed", "Dear Sir or Madam,"),
        ("signature", "Your accounts"),
        ("auto_response", "on"),
        ("follow_up_policy", "new_ticket"),
        ("closed_days", "30"),
        ("strict_matching", "on"),
        ("unlock_minutes", "60"),
        ("hold_seconds", "20"),
        ("note", "Invoices only.\r\nNever refunds."),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

both_databases! {
    async fn an_address_that_somebody_added_meanwhile_is_not_thrown_away_unseen(database) {
        let app = TestApp::start(database).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        visitor.get("/admin/queues/new").await.assert(200);
        let place = visitor.submit("/admin/queues", &fields(&[])).await.assert(303).location();
        let page = place.split('?').next().unwrap();
        let id = page.rsplit('/').next().unwrap();
        let shown = ("shown", "billing@helpdesk.example bills@helpdesk.example");
        assert!(visitor.get(page).await.text().contains(&format!("name=\"shown\" value=\"{}\"", shown.1)));
        let added = json!({ "addresses": ["billing@helpdesk.example", "bills@helpdesk.example", "more@helpdesk.example"] });
        app.root.patch(&format!("/api/v1/queues/{id}"), added).await.assert(200);
        let stale = visitor.submit(page, &fields(&[shown, ("signature", "Another")])).await.assert(422).text();
        assert!(stale.contains("more@helpdesk.example") && stale.contains("Another"), "told what is there, nothing lost: {stale}");
        let queue = app.root.get(&format!("/api/v1/queues/{id}")).await.json();
        assert_eq!((queue["addresses"].as_array().unwrap().len(), &queue["signature"]), (3, &json!("Your accounts")));
        // Whoever was told and saves again means it.
        let now = ("shown", "billing@helpdesk.example bills@helpdesk.example more@helpdesk.example");
        visitor.submit(page, &fields(&[now, ("signature", "Another")])).await.assert(303);
        let queue = app.root.get(&format!("/api/v1/queues/{id}")).await.json();
        assert_eq!((queue["addresses"].as_array().unwrap().len(), &queue["signature"]), (2, &json!("Another")));
    }

    async fn a_queue_is_made_changed_and_retired_by_forms(database) {
        let app = TestApp::start(database).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        assert!(visitor.get("/admin/queues").await.assert(200).text().contains("Takes the rest"));
        visitor.get("/admin/queues/new").await.assert(200);
        let made = visitor.submit("/admin/queues", &fields(&[])).await;
        assert_eq!(made.status.as_u16(), 303, "{}", made.text());
        let page = made.location();
        let page = page.split('?').next().unwrap();
        let id = page.rsplit('/').next().unwrap();
        let queue = app.root.get(&format!("/api/v1/queues/{id}")).await.assert(200).json();
        let expected = json!({
            "id": id, "name": "Billing", "parent": "Support", "retired": false, "default": false,
            "addresses": ["billing@helpdesk.example", "bills@helpdesk.example"], "sender_name": "Accounts",
            "signature": "Your accounts", "auto_response": true, "follow_up_policy": "new_ticket", "closed_days": 30,
            "strict_matching": true, "subject_tag": false, "reply_token": false, "own_rights": false, "unlock_minutes": 60,
            "hold_seconds": 20, "note": "Invoices only.\nNever refunds.", "calendar": null, "language": "en", "salutation": "Hello {{customer.name}},\n\nthank you.",
            "salutation_unnamed": "Dear Sir or Madam,",
        });
        assert_eq!(queue, expected);
        let list = visitor.get("/admin/queues").await.assert(200).text();
        assert!(list.contains("Invoices only.") && list.contains("data-depth=\"1\""), "below Support, with its note: {list}");

        // What is wrong is named at its field, and nothing typed is lost.
        let wrong = [("addresses", "support@helpdesk.example"), ("closed_days", "many"), ("name", "A, b"), ("salutation", "Hello {{first.name}},"),
            ("salutation_unnamed", "Hello {{customer.name}},")];
        for (field, value) in wrong {
            let refused = visitor.submit(page, &fields(&[(field, value)])).await;
            let html = refused.assert(422).text();
            assert!(html.contains("aria-invalid=\"true\"") && html.contains(value), "{field}: {html}");
            assert!(html.contains("Your accounts"), "{field}: what was typed is still there");
        }
        let again = app.root.get(&format!("/api/v1/queues/{id}")).await.json();
        assert_eq!(again, expected, "nothing was changed by what was refused");

        let changed = visitor.submit(page, &fields(&[("name", "Accounts"), ("closed_days", ""), ("parent", "")])).await;
        assert!(visitor.get(&changed.location()).await.assert(200).text().contains("Saved."));
        let queue = app.root.get(&format!("/api/v1/queues/{id}")).await.json();
        assert_eq!((&queue["name"], &queue["parent"], &queue["closed_days"]), (&json!("Accounts"), &json!(null), &json!(null)));

        // Retired: offered nowhere, its name stays on its tickets.
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let closed = app.ticket_from(&mail("bert@customer.example")).await;
        for ticket in [&number, &closed] {
            app.root.set(ticket, "queue", "Accounts").await;
        }
        app.root.set(&closed, "state", "closed").await;
        let support = app.root.get("/api/v1/queues").await.items();
        let support = text(&support.iter().find(|queue| queue["name"] == "Support").unwrap()["id"]);
        let refused = visitor.submit(&format!("/admin/queues/{support}/retirement"), &[("to", "")]).await;
        refused.assert(409);
        let done = visitor.submit(&format!("{page}/retirement"), &[("to", &support)]).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
        assert_eq!(app.ticket(&number).await["queue"], "Support");
        assert_eq!(app.ticket(&closed).await["queue"], "Accounts", "its name stays on old tickets");
        for place in [format!("/tickets/{number}"), "/tickets/new".to_owned()] {
            let html = visitor.get(&place).await.text();
            assert!(!html.contains(">Accounts</option>") && !html.contains("</svg>Accounts</button>"), "offered on {place}");
        }
        app.root.put(&format!("/api/v1/tickets/{number}/queue"), json!({ "value": "Accounts" })).await.assert(422);
        let late = app.deliver_as("carl@customer.example", "billing@helpdesk.example", &mail("carl@customer.example")).await;
        assert_eq!(app.ticket(&text(&late["ticket"])).await["queue"], "Support", "mail to it is not lost");
        visitor.submit(&format!("{page}/retirement/end"), &[]).await;
        assert_eq!(app.root.get(&format!("/api/v1/queues/{id}")).await.json()["retired"], false);
        crate::tickets::counters_agree(&app).await;
    }

    async fn a_queue_is_set_by_the_command_line_and_the_api_alike(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&number, "queue", "Billing").await;
        app.settings.must(
            &["queue", "set", "--name", "Billing", "--follow-up", "reject", "--closed-days", "7", "--reply-token", "on",
              "--strict", "on", "--unlock-minutes", "0", "--parent", "Support"], "");
        let find = async || {
            let items = app.root.get("/api/v1/queues").await.items();
            items.into_iter().find(|queue| queue["name"] == "Billing").expect("Billing")
        };
        let queue = find().await;
        for (field, value) in [
            ("follow_up_policy", json!("reject")), ("closed_days", json!(7)), ("reply_token", json!(true)),
            ("strict_matching", json!(true)), ("unlock_minutes", json!(0)), ("parent", json!("Support")),
            ("hold_seconds", json!(10)),
        ] {
            assert_eq!(queue[field], value, "{field}");
        }
        let path = format!("/api/v1/queues/{}", text(&queue["id"]));
        let patch = async |body: serde_json::Value| {
            app.root.send(app.root.request(reqwest::Method::PATCH, &path).json(&body)).await
        };
        patch(json!({ "closed_days": null })).await.assert(200);
        assert_eq!(find().await["closed_days"], json!(null));
        assert_eq!(find().await["follow_up_policy"], "reject", "what is not named stays");
        app.root.put(&path, json!({ "name": "Billing", "addresses": ["billing@helpdesk.example"] })).await.assert(200);
        assert_eq!(find().await["follow_up_policy"], "reopen", "PUT sets all of it");
        for wrong in [
            json!({ "closed_days": -1 }), json!({ "unlock_minutes": 99999999 }), json!({ "follow_up_policy": "eat" }),
            json!({ "addresses": ["support@helpdesk.example"] }), json!({ "parent": "Billing" }), json!({ "name": "" }),
            json!({ "colour": "red" }), json!({ "move_tickets_to": "Support" }),
        ] {
            patch(wrong).await.assert(422);
        }
        // The circle also the other way round.
        app.settings.must(&["queue", "set", "--name", "Billing", "--parent", "Support"], "");
        let output = app.settings.run(&["queue", "set", "--name", "Support", "--parent", "Billing"], b"");
        assert!(!output.status.success());
        let plain = app.agent("dana", &["Agent"]).await;
        let request = plain.request(reqwest::Method::PATCH, &path).json(&json!({ "name": "Mine" }));
        plain.send(request).await.assert(403);
        app.settings.must(&["queue", "set", "--name", "Billing", "--retire", "--move-to", "Support"], "");
        assert_eq!((app.ticket(&number).await["queue"].clone(), find().await["retired"].clone()), (json!("Support"), json!(true)));
        crate::tickets::counters_agree(&app).await;
    }

    async fn where_a_queue_stands_is_for_who_manages_people_as_well(database) {
        let app = TestApp::start(database).await;
        app.queue("Vault", "vault@helpdesk.example").await;
        let role = json!({ "name": "Mailers", "grants": [{ "queue": "Support", "rights": ["full"] }], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", role).await.assert(201);
        let mia = app.agent("mia", &["Mailers"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&number, "queue", "Vault").await;
        let vault = text(&app.root.get("/api/v1/queues").await.items().iter().find(|queue| queue["name"] == "Vault").unwrap()["id"]);
        let path = format!("/api/v1/queues/{vault}");
        // Below Support she would have every right in it.
        mia.patch(&path, json!({ "parent": "Support" })).await.assert(403);
        mia.get(&format!("/api/v1/tickets/{number}")).await.assert(404);
        mia.patch(&path, json!({ "note": "Hush", "parent": null })).await.assert(200);
        let visitor = app.visitor();
        visitor.sign_in("mia", PASSWORD).await;
        let page = format!("/admin/queues/{vault}");
        let html = visitor.get(&page).await.assert(200).text();
        assert!(!html.contains("<option value=\"Support\""), "{html}");
        visitor.submit(&page, &fields(&[("name", "Vault"), ("addresses", "vault@helpdesk.example")])).await.assert(403);
        mia.get(&format!("/api/v1/tickets/{number}")).await.assert(404);
        app.root.patch(&path, json!({ "parent": "Support" })).await.assert(200);
        mia.get(&format!("/api/v1/tickets/{number}")).await.assert(200);
        // Nor does she take others' rights away by leaving it out.
        mia.put(&path, json!({ "name": "Vault", "addresses": ["vault@helpdesk.example"] })).await.assert(403);
        let written = app.root.get("/api/v1/audit?kind=queue").await.items();
        assert!(written.iter().any(|entry| entry["subject"] == "Vault" && entry["agent"] == "mia"), "{written:?}");
    }
}
