//! The composer's form, as a browser without a script sends it: what stops a text before it leaves.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

const ANNA: &str = "anna@customer.example";

async fn signed_in(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.sign_in(login, PASSWORD).await;
    visitor
}

/// What a hidden field of the page says.
pub fn field(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    after.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

fn reply<'a>(body: &'a str, seen: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("kind", "reply"), ("then", "open"), ("to", ANNA), ("body", body), ("seen", seen)]
}

/// The name of the field with which the form says that its page shows a file.
fn held(page: &str) -> String {
    let after = page.split("name=\"held_").nth(1).expect("a file");
    format!("held_{}", after.split('"').next().unwrap())
}

async fn agents_words(app: &TestApp, number: &str) -> usize {
    app.articles(number).await.iter().filter(|article| article["sender_type"] == "agent").count()
}

both_databases! {
    async fn a_reply_waits_until_its_author_has_seen_the_mail_that_came_meanwhile(database) {
        let app = TestApp::start(database).await;
        let first = mail(ANNA);
        let number = app.ticket_from(&first).await;
        let root = signed_in(&app, "root").await;
        let seen = field(&root.get(&format!("/tickets/{number}")).await.text(), "seen");
        let news = app.deliver(&mail(ANNA).text("Never mind, solved.\n").answering([first.id()])).await;
        let news = text(&news["article"]);
        let post = format!("/tickets/{number}/articles");
        let refused = root.submit(&post, &reply("Please try again.", &seen)).await;
        let page = refused.assert(409).text();
        assert!(page.contains("Please try again.") && page.contains("Never mind, solved."), "{page}");
        assert!(page.contains(&format!("href=\"#a-{news}\"")), "it leads to the new mail: {page}");
        assert_eq!(agents_words(&app, &number).await, 0);
        assert_eq!(field(&page, "seen"), news, "the page shows it, so the next press counts");
        // A program that wants the same protection says what it has seen.
        let path = format!("/api/v1/tickets/{number}/replies");
        let body = json!({ "body_text": "Please try again.", "seen": seen });
        app.root.post(&path, body).await.assert(409);
        let wrong = app.root.post(&path, json!({ "body_text": "Hello.", "seen": "first" })).await;
        assert_eq!(wrong.assert(422).json()["errors"][0]["field"], "seen");
        root.submit(&post, &reply("Good to hear.", &news)).await.assert(303);
        let body = json!({ "body_text": "Good.", "seen": news, "hold_seconds": 0 });
        app.root.post(&path, body).await.assert(201);
        assert_eq!(agents_words(&app, &number).await, 2);
    }

    async fn a_refused_form_loses_neither_its_text_nor_its_file(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        let root = signed_in(&app, "root").await;
        let page = root.get(&format!("/tickets/{number}")).await.text();
        let csrf = field(&page, "csrf");
        let mut body = String::new();
        for (name, value) in [("csrf", csrf.as_str()), ("kind", "reply"), ("then", "open"), ("to", "no address"), ("body", "The guide is attached."), ("seen", &field(&page, "seen"))] {
            body.push_str(&format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"guide.txt\"\r\nContent-Type: text/plain\r\n\r\nRenew.\r\n--x--\r\n");
        let post = format!("/tickets/{number}/articles");
        let request = root.request(reqwest::Method::POST, &post).header("content-type", "multipart/form-data; boundary=x");
        let page = root.send(request.body(body)).await.assert(422).text();
        assert!(page.contains("The guide is attached.") && page.contains("guide.txt"), "{page}");
        // On the next device too.
        let other = signed_in(&app, "root").await;
        let shown = other.get(&format!("/tickets/{number}")).await.text();
        assert!(shown.contains("The guide is attached.") && shown.contains("guide.txt"), "{shown}");
        let mut again = reply("The guide is attached.", "");
        let (seen, known, held) = (field(&page, "seen"), field(&page, "reply_revision"), held(&page));
        again[4].1 = &seen;
        again.push(("reply_revision", &known));
        again.push((&held, "1"));
        root.submit(&post, &again).await.assert(303);
        let article = app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent").unwrap();
        assert_eq!(article["attachments"][0]["name"], "guide.txt");
        assert!(!root.get(&format!("/tickets/{number}")).await.text().contains("Draft restored"));
    }

    async fn a_file_that_the_page_did_not_show_does_not_go_to_the_customer(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        let root = signed_in(&app, "root").await;
        let place = format!("/tickets/{number}");
        let page = root.get(&place).await.text();
        let draft = |kind: &str, body: &str| {
            let request = root.request(reqwest::Method::PUT, &format!("/tickets/{number}/draft"));
            request.header("x-csrf-token", root.csrf()).json(&json!({ "kind": kind, "body": body }))
        };
        root.send(draft("reply", "We look into it.")).await.assert(200);
        // In another window of the same ticket, beside a note.
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"margins.txt\"\r\nContent-Type: text/plain\r\n\r\nOurs.\r\n--x--\r\n";
        let request = root.request(reqwest::Method::POST, &format!("/tickets/{number}/draft/files")).header("x-csrf-token", root.csrf());
        root.send(request.header("content-type", "multipart/form-data; boundary=x").body(body)).await.assert(201);
        let seen = field(&page, "seen");
        root.submit(&format!("{place}/articles"), &reply("We look into it.", &seen)).await.assert(303);
        let article = app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent").unwrap();
        assert_eq!(article["attachments"], json!([]), "{article}");
        // It waits where it was put, and the sent text does not come back.
        let page = root.get(&place).await.text();
        assert!(page.contains("margins.txt") && !page.contains("Draft restored"), "{page}");
        let (seen, held) = (field(&page, "seen"), held(&page));
        let mut again = reply("Here it is.", &seen);
        again.push((&held, "1"));
        root.submit(&format!("{place}/articles"), &again).await.assert(303);
        assert_eq!(app.articles(&number).await.last().unwrap()["attachments"][0]["name"], "margins.txt");
        assert!(!root.get(&place).await.text().contains("name=\"held_"));
    }

    async fn sending_a_note_leaves_the_reply_that_its_page_did_not_show(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        let root = signed_in(&app, "root").await;
        let place = format!("/tickets/{number}");
        for (kind, body) in [("reply", "A long answer, half done."), ("note", "Call her first.")] {
            let draft = json!({ "kind": kind, "body_text": body });
            app.root.put(&format!("/api/v1/tickets/{number}/draft"), draft).await;
            app.advance(jiff::SignedDuration::from_secs(1)).await;
        }
        let page = root.get(&place).await.text();
        assert!(page.contains("Call her first.") && !page.contains("A long answer"), "{page}");
        let (reply, note) = (field(&page, "reply_revision"), field(&page, "note_revision"));
        let form = [("kind", "note"), ("then", "note"), ("body", "Call her first."), ("reply_revision", &reply), ("note_revision", &note)];
        root.submit(&format!("{place}/articles"), &form).await.assert(303);
        let page = root.get(&place).await.text();
        assert!(page.contains("A long answer, half done."), "{page}");
    }

    async fn enter_in_a_line_of_the_form_sends_nothing(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        let root = signed_in(&app, "root").await;
        let page = root.get(&format!("/tickets/{number}")).await.text();
        let form = page.split("<form class=\"composer\"").nth(1).unwrap();
        let first = form.split("<button").nth(1).unwrap().split('>').next().unwrap();
        assert!(first.contains("value=\"look\""), "the button that Enter presses without a script: {first}");
        let seen = field(&page, "seen");
        let mut pressed = reply("Not yet.", &seen);
        pressed.retain(|(name, _)| *name != "then");
        pressed.push(("then", "look"));
        let page = root.submit(&format!("/tickets/{number}/articles"), &pressed).await.assert(200).text();
        assert!(page.contains("Not yet.") && page.contains("Nothing was sent."), "{page}");
        assert_eq!(agents_words(&app, &number).await, 0);
    }

    async fn a_forgotten_attachment_is_asked_about_once(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        let root = signed_in(&app, "root").await;
        let post = format!("/tickets/{number}/articles");
        let seen = field(&root.get(&format!("/tickets/{number}")).await.text(), "seen");
        for promise in ["Please see the attached form.", "Das Formular finden Sie im Anhang.", "Veuillez trouver ci-joint le formulaire."] {
            let page = root.submit(&post, &reply(promise, &seen)).await.assert(422).text();
            assert!(page.contains(promise) && page.contains("speaks of an attachment"), "{page}");
            assert_eq!(field(&page, "unattached"), "1");
        }
        assert_eq!(agents_words(&app, &number).await, 0);
        // Neither what is quoted nor a word that only looks like it.
        root.submit(&post, &reply("Thank you.\n\n> the attachment is missing", &seen)).await.assert(303);
        let mut again = reply("It was attached to my mail of Monday.", &seen);
        again.push(("unattached", "1"));
        root.submit(&post, &again).await.assert(303);
        assert_eq!(agents_words(&app, &number).await, 2);
        // A note goes to nobody who would miss it.
        let note = [("kind", "note"), ("then", "note"), ("body", "The attachment is a scan.")];
        root.submit(&post, &note).await.assert(303);
    }

    async fn a_macro_is_inserted_shown_and_done_with_the_reply(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let number = app.ticket_from(&mail(ANNA).from_header(ANNA).subject("Invoice")).await;
        let body = json!({ "name": "Passed on", "body_text": "Dear {{customer.name}},\nticket {{ticket.number}} is with {{queue.name}}. {{agent.name}}",
            "effects": { "state": "closed", "queue": "Billing", "priority": "high", "tags": ["invoice", "vip"] } });
        let id = text(&app.root.post("/api/v1/templates", body).await.assert(201).json()["id"]);
        let root = signed_in(&app, "root").await;
        let page = root.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("Passed on") && page.contains("Move to Billing"), "it is offered, with what it does");
        let post = format!("/tickets/{number}/articles");
        let seen = field(&page, "seen");
        let insert = [("kind", "reply"), ("to", ANNA), ("body", "Typed before."), ("seen", &seen), ("insert", "1"), ("template", &id)];
        let page = root.submit(&post, &insert).await.assert(200).text();
        let filled = format!("Typed before.\n\nDear {{{{customer.name}}}},\nticket {number} is with Support. Root Admin");
        assert!(page.contains(&filled), "{page}");
        assert!(page.contains("<mark>{{customer.name}}</mark>"), "what has no value is pointed at: {page}");
        for chip in ["name=\"fx_state\" value=\"closed\" checked", "name=\"fx_priority\" value=\"4\" checked", "name=\"fx_tags\" value=\"invoice,vip\" checked", "Move to Billing"] {
            assert!(page.contains(chip), "{chip}: {page}");
        }
        let queue = field(&page, "fx_queue");
        let fx = [("fx_state", "closed"), ("fx_queue", queue.as_str()), ("fx_priority", "4"), ("fx_tags", "invoice,vip")];
        let mut unfinished = reply(&filled, &seen);
        unfinished.extend(fx);
        let page = root.submit(&post, &unfinished).await.assert(422).text();
        assert!(page.contains("Still to be filled in") || page.contains("still to be filled in"), "{page}");
        assert!(page.contains("name=\"fx_state\" value=\"closed\" checked"), "the chips stay: {page}");
        assert_eq!((agents_words(&app, &number).await, &app.ticket(&number).await["state"]), (0, &json!("new")));
        let finished = filled.replace("{{customer.name}}", "Anna");
        let mut done = reply(&finished, &seen);
        done.extend(fx);
        root.submit(&post, &done).await.assert(303);
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["queue"], &ticket["priority"]), (&json!("closed"), &json!("Billing"), &json!("high")));
        assert_eq!(ticket["tags"], json!(["invoice", "vip"]));
        crate::tickets::counters_agree(&app).await;
        // A chip that was taken off does nothing, and what the author chose himself comes first.
        let other = app.ticket_from(&mail(ANNA)).await;
        let page = root.get(&format!("/tickets/{other}")).await.text();
        let mut part = reply("Done.", "");
        let seen = field(&page, "seen");
        part[1].1 = "close";
        part[4].1 = &seen;
        part.push(("fx_state", "open"));
        root.submit(&format!("/tickets/{other}/articles"), &part).await.assert(303);
        let ticket = app.ticket(&other).await;
        assert_eq!((&ticket["state"], &ticket["queue"], &ticket["tags"]), (&json!("closed"), &json!("Support"), &json!([])));
    }

    async fn what_a_macro_may_not_do_stops_all_of_it(database) {
        let app = TestApp::start(database).await;
        app.role("Writer", "Support", &["reply"]).await;
        app.agent("will", &["Writer"]).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        let will = signed_in(&app, "will").await;
        let seen = field(&will.get(&format!("/tickets/{number}")).await.text(), "seen");
        let mut urgent = reply("At once.", &seen);
        urgent.push(("fx_priority", "5"));
        let refused = will.submit(&format!("/tickets/{number}/articles"), &urgent).await;
        assert!(refused.assert(403).text().contains("At once."), "the text is not lost");
        assert_eq!((agents_words(&app, &number).await, &app.ticket(&number).await["priority"]), (0, &json!("normal")));
        // Into the bin leads no chip.
        let mut odd = reply("Gone.", &seen);
        odd.push(("fx_state", "removed"));
        will.submit(&format!("/tickets/{number}/articles"), &odd).await.assert(422);
        assert_eq!(agents_words(&app, &number).await, 0);
    }

    async fn a_note_with_a_macro_changes_the_ticket_and_tells_no_customer(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA)).await;
        app.hush().await;
        let root = signed_in(&app, "root").await;
        root.get(&format!("/tickets/{number}")).await.assert(200);
        let note = [("kind", "note"), ("then", "note"), ("body", "Waits for the supplier."), ("fx_state", "pending reminder 3"), ("fx_tags", "supplier")];
        root.submit(&format!("/tickets/{number}/articles"), &note).await.assert(303);
        let ticket = app.ticket(&number).await;
        assert_eq!((&ticket["state"], &ticket["tags"]), (&json!("pending reminder"), &json!(["supplier"])));
        app.settle().await;
        assert!(app.relay.received_by(ANNA).is_empty());
    }
}
