//! Bcc, forwards, redirects, and sending again what did not arrive.

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::smtp_peer::Behaviour;
use tests::{both_databases, mail};

async fn question(app: &TestApp) -> (String, Value) {
    let letter = mail("anna@customer.example")
        .from_header("Anna Bell <anna@customer.example>")
        .cc("carl@customer.example")
        .subject("Broken key")
        .text("The key does not turn.\n")
        .attach("photo.png", "image/png", b"\x89PNG not really");
    let number = app.ticket_from(&letter).await;
    app.hush().await;
    let article = app.articles(&number).await.remove(0);
    (number, article)
}

both_databases! {
    async fn a_bcc_gets_the_mail_and_nobody_else_learns_of_it(database) {
        let app = TestApp::start(database).await;
        let (number, _) = question(&app).await;
        let body = json!({ "body_text": "Here.", "hold_seconds": 0, "bcc": ["Boss <boss@partner.example>"] });
        let reply = app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json();
        assert_eq!(reply["bcc"][0]["address"], "boss@partner.example", "agents see it: {reply}");
        let sent = app.relay.wait_for("boss@partner.example", 1).await.remove(0);
        assert!(sent.to.contains(&"anna@customer.example".to_owned()) && sent.to.contains(&"carl@customer.example".to_owned()));
        let raw = String::from_utf8_lossy(&sent.data).to_lowercase();
        // Only the header's name: ids are random hex, in which any three letters stand now and then.
        assert!(!raw.contains("\nbcc:") && !raw.contains("boss@"), "{raw}");
        app.settle().await;
        // Nor is he in the next reply, or in what is passed on.
        let next = app.root.reply(&number, "More.").await;
        assert!(!next.to_string().contains("boss@partner.example"), "{next}");
        let body = json!({ "article": reply["id"], "to": ["helper@supplier.example"], "hold_seconds": 0 });
        app.root.post(&format!("/api/v1/tickets/{number}/forwards"), body).await.assert(201);
        let passed = app.relay.wait_for("helper@supplier.example", 1).await.remove(0);
        assert!(!String::from_utf8_lossy(&passed.data).contains("boss@"), "a quote names no Bcc");
        let bad = json!({ "body_text": "x", "bcc": ["no address"] });
        let refused = app.root.post(&format!("/api/v1/tickets/{number}/replies"), bad).await;
        assert_eq!(refused.assert(422).json()["errors"][0]["field"], "bcc");
    }

    async fn a_forward_carries_text_and_files_and_the_customer_hears_nothing(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let path = format!("/api/v1/tickets/{number}/forwards");
        let body = json!({ "article": article["id"], "to": ["Helper <helper@supplier.example>"], "hold_seconds": 0,
            "body_text": "Can you mend this?" });
        let forward = app.root.post(&path, body).await.assert(201).json();
        assert_eq!((forward["visible"].as_bool(), forward["channel"].as_str(), forward["sender_type"].as_str()),
            (Some(false), Some("mail"), Some("agent")), "{forward}");
        let sent = app.relay.wait_for("helper@supplier.example", 1).await.remove(0);
        assert_eq!(sent.to, ["helper@supplier.example"]);
        let letter = sent.mail();
        assert_eq!(letter.subject(), "Fwd: Broken key");
        for part in ["Can you mend this?", "Forwarded message", "From: Anna Bell <anna@customer.example>", "The key does not turn."] {
            assert!(letter.text().contains(part), "no {part:?} in {}", letter.text());
        }
        assert_eq!(letter.attachments()[0].name, "photo.png");
        // A conversation of its own: its answer must not look like the customer's.
        assert!(letter.header("In-Reply-To").is_none() && letter.header("Thread-Index").is_none());
        let ticket = app.ticket(&number).await;
        assert!(!letter.references().iter().any(|id| id.contains(".ticket@")), "{:?}", letter.references());
        assert_eq!(ticket["state"], "new", "a forward is no answer");
        app.settle().await;
        assert!(app.relay.received_by("anna@customer.example").is_empty());
        // Whoever it went to is in no reply to the customer.
        let reply = app.root.reply(&number, "Soon.").await;
        assert!(!reply.to_string().contains("supplier.example"), "{reply}");
    }

    async fn the_answer_to_a_forward_leads_to_it_also_when_the_relay_gave_it_another_id(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let body = json!({ "article": article["id"], "to": ["helper@supplier.example"], "hold_seconds": 0 });
        app.root.post(&format!("/api/v1/tickets/{number}/forwards"), body).await.assert(201);
        let sent = app.relay.wait_for("helper@supplier.example", 1).await.remove(0).mail();
        let root = sent.references().remove(0);
        let answer = mail("helper@supplier.example").answering([root.as_str()]);
        assert_eq!(text(&app.deliver(&answer).await["ticket"]), number);
    }

    async fn a_forward_can_be_the_whole_mail_or_go_without_its_files(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let path = format!("/api/v1/tickets/{number}/forwards");
        let body = json!({ "article": article["id"], "to": ["whole@supplier.example"], "hold_seconds": 0, "original": "mail" });
        app.root.post(&path, body).await.assert(201);
        let sent = app.relay.wait_for("whole@supplier.example", 1).await.remove(0);
        let raw = String::from_utf8_lossy(&sent.data).into_owned();
        let part = raw.split("message/rfc822").nth(1).expect("a mail within the mail");
        assert!(!part.split("\r\n\r\n").next().unwrap().to_lowercase().contains("base64"), "{part}");
        assert!(part.contains("The key does not turn.") && part.contains("photo.png"));
        let body = json!({ "article": article["id"], "to": ["bare@supplier.example"], "hold_seconds": 0, "attachments": false });
        app.root.post(&path, body).await.assert(201);
        let sent = app.relay.wait_for("bare@supplier.example", 1).await.remove(0).mail();
        assert!(sent.attachments().is_empty());
        let note = app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "n" })).await.assert(201).json();
        let body = json!({ "article": note["id"], "to": ["whole@supplier.example"], "original": "mail" });
        app.root.post(&path, body).await.assert(422);
    }

    async fn an_internal_forward_to_the_customer_is_refused_and_foreign_articles_too(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let (other, strange) = {
            let number = app.ticket_from(&mail("eve@elsewhere.example")).await;
            let article = app.articles(&number).await.remove(0);
            (number, article)
        };
        let path = format!("/api/v1/tickets/{number}/forwards");
        let body = json!({ "article": article["id"], "to": ["x@supplier.example"], "cc": ["ANNA@customer.example"] });
        let refused = app.root.post(&path, body).await.assert(422).json();
        assert_eq!(refused["errors"][0]["field"], "cc", "{refused}");
        let body = json!({ "article": strange["id"], "to": ["x@supplier.example"] });
        app.root.post(&path, body).await.assert(422);
        app.role("Reader", "Support", &["read", "note"]).await;
        let reader = app.agent("rita", &["Reader"]).await;
        let body = json!({ "article": strange["id"], "to": ["x@supplier.example"] });
        reader.post(&format!("/api/v1/tickets/{other}/forwards"), body).await.assert(403);
        reader.post(&format!("/api/v1/articles/{}/redirects", text(&strange["id"])), json!({ "to": "x@supplier.example" })).await.assert(403);
        app.settle().await;
        assert!(app.relay.received_by("x@supplier.example").is_empty());
    }

    async fn a_forward_that_is_taken_back_is_in_the_composer_again(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let body = json!({ "article": article["id"], "to": ["helper@supplier.example"], "body_text": "Can you mend this?" });
        let forward = app.root.post(&format!("/api/v1/tickets/{number}/forwards"), body).await.assert(201).json();
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        browser.get(&format!("/tickets/{number}")).await.assert(200);
        browser.submit(&format!("/articles/{}/undo", text(&forward["id"])), &[]).await.assert(303);
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains(r#"value="forward" checked"#), "the tab");
        assert!(page.contains(r#"value="helper@supplier.example""#) && page.contains("Can you mend this?"));
        assert!(!page.contains("Forwarded message"), "only what was typed");
        app.advance(jiff::SignedDuration::from_mins(1)).await;
        assert!(app.relay.received_by("helper@supplier.example").is_empty());
        assert_eq!(app.ticket(&number).await["title"], "Broken key");
    }

    async fn the_page_forwards_redirects_and_names_whom_a_reply_goes_to(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let id = text(&article["id"]);
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}?forward={id}")).await.assert(200).text();
        assert!(page.contains(r#"value="forward" checked"#));
        assert!(page.contains("Send to anna@customer.example, 1 Cc"), "whom the button sends to");
        browser.submit(&format!("/articles/{id}/redirects"), &[("to", "right@partner.example")]).await.assert(303);
        app.relay.wait_for("right@partner.example", 1).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("Internal mail") && page.contains("right@partner.example"));
        browser.submit(&format!("/articles/{id}/redirects"), &[("to", "nonsense")]).await.assert(422);
    }

    async fn a_redirected_mail_is_the_mail_that_came_with_five_lines_in_front(database) {
        let app = TestApp::start(database).await;
        let (number, article) = question(&app).await;
        let path = format!("/api/v1/articles/{}/redirects", text(&article["id"]));
        let made = app.root.post(&path, json!({ "to": "Right One <right@partner.example>" })).await.assert(201).json();
        assert_eq!(made["visible"], false);
        let sent = app.relay.wait_for("right@partner.example", 1).await.remove(0);
        let raw = String::from_utf8_lossy(&sent.data).into_owned();
        let (resent, original) = raw.split_at(raw.find("Received:").or(raw.find("From: Anna")).unwrap());
        for field in ["Resent-From:", "Resent-To:", "Resent-Date:", "Resent-Message-ID:"] {
            assert!(resent.contains(field), "{resent}");
        }
        assert!(resent.lines().all(|line| line.starts_with("Resent-") || line.starts_with(' ')), "{resent}");
        let inbound = app.root.get("/api/v1/inbound?envelope_from=anna@customer.example").await.items().remove(0);
        let kept = app.root.get(&format!("/api/v1/inbound/{}/raw", text(&inbound["id"]))).await.assert(200).text();
        assert_eq!(original.trim_end(), kept.replace("\r\n", "\n").replace('\n', "\r\n").trim_end(), "byte for byte");
        assert!(sent.from.starts_with("support+b-"), "what comes back comes to us: {}", sent.from);
        // It comes back: the redirect is marked, not the customer's mail.
        let bounce = b"From: postmaster@odd.example\r\nSubject: failure notice\r\n\r\nI couldn't deliver it.\r\n";
        app.hand_over("", &sent.from, bounce).await;
        app.delivery(&made, "bounced").await;
        let history = app.root.get(&format!("/api/v1/tickets/{number}/history")).await.items();
        assert!(history.iter().any(|event| event["kind"] == "redirected"), "{history:?}");
        app.root.post(&path, json!({ "to": "support@helpdesk.example" })).await.assert(422);
    }

    async fn what_did_not_arrive_is_sent_again_to_those_whom_it_missed_and_to_nobody_else(database) {
        let app = TestApp::start(database).await;
        let (number, _) = question(&app).await;
        app.relay.rule("carl@customer.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        let reply = app.root.reply(&number, "To both.").await;
        let article = app.delivery(&reply, "sent").await;
        assert_eq!(article["delivery"]["refused"][0]["address"], "carl@customer.example", "{article}");
        let first = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        let path = format!("/api/v1/articles/{}/resends", text(&reply["id"]));
        app.relay.relent();
        app.root.post(&path, json!({})).await.assert(201);
        let again = app.relay.wait_for("carl@customer.example", 1).await.remove(0);
        assert_eq!(again.to, ["carl@customer.example"], "who has it gets no second one");
        assert_eq!(again.data, first.data, "the very same mail");
        let article = app.delivery(&reply, "sent").await;
        assert!(article["delivery"]["refused"].as_array().unwrap().is_empty(), "{article}");
        app.root.post(&path, json!({})).await.assert(409);
    }

    async fn a_corrected_address_takes_the_place_of_the_wrong_one_also_in_later_replies(database) {
        let app = TestApp::start(database).await;
        let (number, _) = question(&app).await;
        app.relay.rule("carl@customer.example", Behaviour::RefuseRecipient(550, "5.1.1 no such user"));
        let reply = app.root.reply(&number, "To both.").await;
        app.delivery(&reply, "sent").await;
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        let id = text(&reply["id"]);
        let page = browser.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains(r#"value="carl@customer.example""#), "the address, to be corrected");
        browser.submit(&format!("/articles/{id}/resend"), &[("to", "karl@customer.example")]).await.assert(303);
        let sent = app.relay.wait_for("karl@customer.example", 1).await.remove(0);
        assert_eq!(sent.to, ["karl@customer.example"]);
        assert!(sent.mail().header("Cc").unwrap().contains("karl@"), "the mail names him");
        app.delivery(&reply, "sent").await;
        let next = app.root.reply(&number, "More.").await;
        assert!(next["cc"].to_string().contains("karl@") && !next["cc"].to_string().contains("carl@"), "{next}");
    }
}
