use diesel::RunQueryDsl as _;
use serde_json::json;
use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::{numbers, refusal};

both_databases! {
    async fn all_that_was_written_is_found_at_once(database) {
        let app = TestApp::start(database).await;
        let letter = mail("ruth.calloway@customer.example")
            .from_header("Ruth Calloway <ruth.calloway@customer.example>")
            .to("support@helpdesk.example, Carl Cole <carl@other.example>")
            .subject("Certificate for Größenwahn")
            .text("The zygomorphic widget of 東京駅 broke at mail.example.org.")
            .attach("quarterly-report.pdf", "application/pdf", b"%PDF");
        let one = app.ticket_from(&letter).await;
        let two = app.ticket_from(&mail("bert@customer.example").subject("Other").text("A widget, too.")).await;
        let only = std::slice::from_ref(&one);
        for q in [
            "zygomorphic", "ZYGOMORPHIC widget", "zygo", "calloway", "ruth.calloway@customer.example", "größenwahn",
            "grossenwahn", "\"zygomorphic widget\"", "quarterly", "report.pdf", "京駅", "mail.example.org", "carl",
            "certificate calloway quarterly", "widget -too", "-too", "from:calloway", "from:ruth widget", "title:certificate",
            "subject:cert", "file:quarterly", "file:quarterly-report.pdf", "has:attachment", "widget -from:bert",
            "-\"a widget\"",
        ] {
            assert_eq!(numbers(&app.root, q).await, only, "{q}");
        }
        for q in ["\"widget zygomorphic\"", "from:widget", "title:widget", "file:widget", "-zygomorphic -too", "gomorphic", "-has:attachment -too"] {
            assert_eq!(numbers(&app.root, q).await, Vec::<String>::new(), "{q}");
        }
        assert_eq!(numbers(&app.root, "widget").await, [two.as_str(), &one], "the last changed first");

        // What is added is found in the same moment: notes (internal ones as well), answers, tags.
        app.root.post(&format!("/api/v1/tickets/{two}/notes"), json!({ "body_text": "Call heliograph back." })).await.assert(201);
        app.root.post(&format!("/api/v1/tickets/{two}/tags"), json!({ "tag": "needs assurer" })).await.assert(201);
        for q in ["heliograph", "heliograph widget bert", "assurer", "tag:\"needs assurer\""] {
            assert_eq!(numbers(&app.root, q).await, std::slice::from_ref(&two), "{q}");
        }
        app.root.delete(&format!("/api/v1/tickets/{two}/tags/needs%20assurer")).await.assert(204);
        assert_eq!(numbers(&app.root, "assurer").await, Vec::<String>::new());

        // Merged: the words are the survivor's, the old number leads to it.
        app.root.post(&format!("/api/v1/tickets/{two}/merges"), json!({ "into": one })).await.assert(201);
        for q in ["heliograph", "heliograph zygomorphic"] {
            assert_eq!(numbers(&app.root, q).await, only, "{q}");
        }
        assert_eq!(numbers(&app.root, "state:merged").await, std::slice::from_ref(&two));
    }

    async fn every_key_narrows_down(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        app.queue("Account access", "access@helpdesk.example").await;
        let old = app.ticket_from(&mail("anna@customer.example").subject("Old one")).await;
        app.advance(jiff::SignedDuration::from_hours(24 * 5)).await;
        let letter = mail("bert@customer.example").subject("Young one");
        let inbound = app.deliver_as("bert@customer.example", "access@helpdesk.example", &letter).await;
        let young = text(&inbound["ticket"]);
        app.agent("dana", &["Agent"]).await.lock(&old).await;
        app.root.set(&young, "priority", "urgent").await;
        let (old, young) = (old.as_str(), young.as_str());
        for (q, found) in [
            ("queue:Support", vec![old]),
            ("queue:\"account ACCESS\"", vec![young]),
            ("queue:Support,\"Account access\"", vec![young, old]),
            ("queue:Support queue:\"Account access\"", vec![young, old]),
            ("-queue:Support", vec![young]),
            ("owner:dana", vec![old]),
            ("owner:\"Dana Agent\"", vec![old]),
            ("owner:me", vec![]),
            ("owner:nobody", vec![young]),
            ("-owner:dana", vec![young]),
            ("is:unassigned", vec![young]),
            ("is:assigned", vec![old]),
            ("is:locked", vec![old]),
            ("-is:locked one", vec![young]),
            ("is:new", vec![young, old]),
            ("state:new,closed", vec![young, old]),
            ("-state:new", vec![]),
            ("priority:urgent", vec![young]),
            ("priority:\"very low\",5", vec![young]),
            ("waiting:us", vec![young, old]),
            ("waiting:customer", vec![]),
            ("created:2026-11-09", vec![old]),
            ("created:2026-11-10..", vec![young]),
            ("created:..2026-11-12 one", vec![old]),
            ("created:2026-11", vec![young, old]),
            ("created:5d", vec![old]),
            ("created:today", vec![young]),
            ("after:2026-11-14", vec![young, old]),
            ("before:2026-11-01", vec![]),
            ("is:unread", vec![young, old]),
        ] {
            assert_eq!(numbers(&app.root, q).await, found, "{q}");
        }
        assert_eq!(numbers(&app.root, &format!("number:{old}")).await, [old]);
        assert_eq!(numbers(&app.root, &format!("-number:{old}")).await, [young]);
        // A number alone is that ticket first, then those that mention it.
        app.root.post(&format!("/api/v1/tickets/{young}/notes"), json!({ "body_text": format!("See {old}.") })).await.assert(201);
        assert_eq!(numbers(&app.root, old).await, [old, young]);
        app.root.reply(young, "An answer.").await;
        assert_eq!(numbers(&app.root, "waiting:customer").await, [young]);
        assert_eq!(numbers(&app.root, "waiting:us").await, [old]);
    }

    async fn what_is_wrong_is_said(database) {
        let app = TestApp::start(database).await;
        for (q, words) in [
            ("queue:Nowhere", vec!["“Nowhere”", "queue:\"Account access\""]),
            ("queue:Sup", vec!["Did you mean queue:\"Support\""]),
            ("owner:zoe", vec!["“zoe”", "“me”"]),
            ("state:opne", vec!["“opne”", "state:open"]),
            ("is:strange", vec!["“strange”", "is:unassigned"]),
            ("has:wings", vec!["“wings”", "has:attachment"]),
            ("waiting:godot", vec!["“godot”", "waiting:us"]),
            ("priority:top", vec!["“top”", "priority:urgent"]),
            ("before:2026-13-01", vec!["“2026-13-01”", "2026-11-22"]),
            ("created:..", vec!["“..”", "2026-11-01..2026-11-22"]),
            ("created:2026-11-01..x", vec!["“x”"]),
            ("tag:", vec!["“tag:”"]),
            ("from:***", vec!["“from:”"]),
            ("has:file,file", vec!["one value"]),
            ("\"open", vec!["never closed"]),
        ] {
            let told = refusal(&app.root, q).await;
            assert!(words.iter().all(|word| told.contains(word)), "{q}: {told}");
        }
        for odd in ["'", "' OR 1=1 --", "*", "a AND", "(", "NEAR(a b)", ":*", "\\", "%", "<->", "!!", "a\u{0}b", "{", "^a", "a* b*"] {
            app.root.get(&format!("/api/v1/search?q={}", encoded(odd))).await.assert(200);
        }
        app.root.get("/api/v1/tickets?sort=sideways").await.assert(422);
    }

    async fn pages_of_a_search_lead_through_all_once_in_each_order(database) {
        let app = TestApp::start(database).await;
        for at in 0..7 {
            let number = app.ticket_from(&mail("anna@customer.example").subject(&format!("Widget {at}"))).await;
            app.root.set(&number, "priority", ["low", "high", "urgent"][at % 3]).await;
            if at == 3 {
                app.root.set(&number, "state", "closed").await;
            }
        }
        for (q, sort, count) in [
            ("widget", "changed", 7), ("widget", "created", 7), ("widget", "priority", 7), ("widget", "waiting", 6),
            ("", "created", 7), ("", "priority", 7), ("", "waiting", 6), ("", "due", 0), ("is:unassigned", "changed", 7),
        ] {
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/api/v1/tickets?q={}&sort={sort}&limit=2{cursor}", encoded(q));
                let page = app.root.get(&path).await.assert(200).json();
                all.extend(page["items"].as_array().unwrap().clone());
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={}", encoded(next)),
                    None => break,
                }
            }
            let numbers: std::collections::BTreeSet<String> = all.iter().map(|t| text(&t["number"])).collect();
            assert_eq!((all.len(), numbers.len()), (count, count), "{q} by {sort}");
            let times = |name: &str| -> Vec<String> { all.iter().map(|t| text(&t[name])).collect() };
            match sort {
                "created" => assert!(times("created_at").is_sorted_by(|a, b| a >= b)),
                "waiting" => assert!(times("created_at").is_sorted()),
                "priority" => {
                    let level = |word: &str| ["low", "high", "urgent"].iter().position(|known| *known == word);
                    assert!(times("priority").iter().map(|word| level(word)).is_sorted_by(|a, b| a >= b));
                }
                _ => {}
            }
        }
    }

    async fn tickets_from_before_the_index_are_found_after_a_start(database) {
        let mut app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").text("A heliograph.")).await;
        let forgotten = app.db().write(|tx| {
            for sql in ["DELETE FROM ticket_text", "DELETE FROM settings WHERE key = 'ticket_text_below'"] {
                diesel::sql_query(sql).execute(&mut **tx)?;
            }
            Ok(())
        });
        forgotten.await.unwrap();
        assert_eq!(numbers(&app.root, "heliograph").await, Vec::<String>::new());
        app.restart().await;
        tests::wait_until("the old ticket", std::time::Duration::from_secs(10), async || {
            (numbers(&app.root, "heliograph").await == std::slice::from_ref(&number)).then_some(())
        })
        .await;
    }

    async fn the_pages_speak_the_same_language(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject("Über <widgets>").text("A widget & a half.")).await;
        app.deliver_as("bert@customer.example", SUPPORT, &mail("bert@customer.example").subject("Unrelated")).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/search?q=uber+widget").await.assert(200).text();
        assert!(page.contains("<mark>Über</mark> &lt;<mark>widgets</mark>&gt;"), "{page}");
        assert!(page.contains("A <mark>widget</mark> &amp; a half."), "{page}");
        assert!(!page.contains("Unrelated"));
        let page = browser.get("/search?q=queue%3ANowhere+%3Cb%3E").await.assert(200).text();
        assert!(page.contains("There is no queue called “Nowhere”") && page.contains("value=\"queue:Nowhere &lt;b&gt;\""));
        // The list: filters as chips, each with a link that takes it away.
        let page = browser.get("/tickets?q=widget+from%3Aanna&sort=created").await.assert(200).text();
        assert!(page.contains(&format!("/tickets/{number}")) && !page.contains("Unrelated"));
        assert!(page.contains("href=\"/tickets?q=from%3Aanna&amp;sort=created\""), "{page}");
        assert!(page.contains("href=\"/tickets?q=widget&amp;sort=created\""), "{page}");
        app.root.set(&number, "state", "closed").await;
        assert!(browser.get("/tickets?q=widget").await.text().contains(&format!("/tickets/{number}")));
        let row = format!("class=\"row-a\" href=\"/tickets/{number}?");
        assert!(!browser.get("/tickets?q=widget&view=all").await.text().contains(&row), "closed");
        assert!(browser.get("/tickets?q=state%3Aclosed&view=all").await.text().contains(&format!("/tickets/{number}")));
    }
}
