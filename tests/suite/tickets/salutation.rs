//! The words that a queue puts above a reply: fixed when it is sent, and the same wherever it is read.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

const ANNA: &str = "anna@customer.example";

/// Changes the queue of all these tests.
async fn queue(app: &TestApp, change: Value) -> String {
    let queues = app.root.get("/api/v1/queues").await.items();
    let id = text(&queues.iter().find(|queue| queue["name"] == "Support").expect("Support")["id"]);
    app.root.patch(&format!("/api/v1/queues/{id}"), change).await.assert(200);
    id
}

async fn greets(app: &TestApp, words: &str, unnamed: &str) {
    let change = json!({ "salutation": words, "salutation_unnamed": unnamed, "signature": "Support", "auto_response": false });
    queue(app, change).await;
}

/// A ticket from somebody who calls himself like this; the From header says it.
async fn from(app: &TestApp, header: &str) -> String {
    app.ticket_from(&mail(ANNA).from_header(header)).await
}

async fn replied(app: &TestApp, number: &str, mut body: Value) -> Value {
    if body.get("hold_seconds").is_none() && body.get("send_at").is_none() {
        body["hold_seconds"] = json!(0);
    }
    app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201).json()
}

async fn read_again(app: &TestApp, number: &str, article: &Value) -> Value {
    let all = app.articles(number).await;
    all.into_iter().find(|one| one["id"] == article["id"]).expect("the article")
}

async fn signed_in(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/preferences").await.assert(200);
    visitor
}

fn encoded_word(name: &str) -> String {
    use base64::Engine as _;
    format!("=?utf-8?b?{}?=", base64::engine::general_purpose::STANDARD.encode(name))
}

fn html_part(data: &[u8]) -> String {
    mail_ingest::parse(data).html.unwrap_or_default().replace("\r\n", "\n")
}

/// What is to be typed into: the composer's box.
fn typed(page: &str) -> String {
    let area = page.split("<textarea id=\"body\"").nth(1).and_then(|rest| rest.split("</textarea>").next());
    area.and_then(|area| area.split_once('>'))
        .map(|(_, text)| text.trim_start().to_owned())
        .unwrap_or_default()
}

both_databases! {
    async fn page_program_search_print_and_mail_agree_on_it(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},\nabout {{ticket.number}}:", "").await;
        let number = from(&app, "Anna Zwiebelfisch <anna@customer.example>").await;
        let greeting = format!("Hello Anna Zwiebelfisch,\nabout {number}:");
        let plain = replied(&app, &number, json!({ "body_text": "We look into it." })).await;
        let whole = format!("{greeting}\n\nWe look into it.\n\n-- \nSupport");
        assert_eq!(plain["body_text"], whole);
        let rich = replied(&app, &number, json!({ "body_html": "<p>We <b>look</b> once more.</p>" })).await;
        let formatted = format!("<p>Hello Anna Zwiebelfisch,<br>about {number}:</p><p>We <strong>look</strong> once more.</p>");
        assert_eq!(rich["body_text"], format!("{greeting}\n\nWe look once more.\n\n-- \nSupport"));
        assert!(text(&rich["body_html"]).contains(&formatted), "{rich}");
        // What the queue says later changes nothing of it.
        queue(&app, json!({ "salutation": "Ahoy {{customer.name}}!" })).await;
        assert_eq!(read_again(&app, &number, &plain).await["body_text"], whole);
        let sent = app.relay.wait_for(ANNA, 2).await;
        let texts: Vec<String> = sent.iter().map(|mail| mail_ingest::parse(&mail.data).text.replace("\r\n", "\n")).collect();
        assert!(texts.iter().any(|text| text.trim_end() == whole), "{texts:?}");
        let html = sent.iter().map(|mail| html_part(&mail.data)).find(|html| html.contains("once more")).expect("a formatted mail");
        assert_eq!(html.matches("Anna Zwiebelfisch").count(), 1, "{html}");
        assert!(html.contains(&formatted) && html.find("once more") < html.find("Support"), "{html}");
        let root = signed_in(&app).await;
        let page = root.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert_eq!(page.matches("Hello Anna Zwiebelfisch,").count(), 2, "both replies have it: {page}");
        let print = root.get(&format!("/tickets/{number}/printout")).await.assert(200).text();
        assert_eq!(print.matches("Hello Anna Zwiebelfisch,").count(), 2, "{print}");
        let quote = root.get(&format!("/tickets/{number}?quote={}", text(&plain["id"]))).await.assert(200).text();
        assert!(typed(&quote).contains("&gt; Hello Anna Zwiebelfisch,") || typed(&quote).contains("> Hello Anna Zwiebelfisch,"), "{}", typed(&quote));
        let found = app.root.get(&format!("/api/v1/search?q={}", tests::app::encoded("\"hello anna zwiebelfisch\""))).await.items();
        assert_eq!(found.len(), 1, "{found:?}");
        // Notes, forwards and what is sent without a person have none.
        let note = app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "Ask Bert." })).await.assert(201).json();
        assert_eq!(note["body_text"], "Ask Bert.");
        let article = text(&app.articles(&number).await[0]["id"]);
        let forward = json!({ "article": article, "to": ["helper@supplier.example"], "body_text": "Please look.", "hold_seconds": 0 });
        let forward = app.root.post(&format!("/api/v1/tickets/{number}/forwards"), forward).await.assert(201).json();
        assert!(text(&forward["body_text"]).starts_with("Please look.") && !text(&forward["body_text"]).contains("Ahoy"), "{forward}");
        queue(&app, json!({ "auto_response": true })).await;
        let other = app.ticket_from(&mail("bert@customer.example").from_header("Bert <bert@customer.example>")).await;
        let answer = app.relay.wait_for("bert@customer.example", 1).await.remove(0);
        assert!(!answer.mail().text().contains("Ahoy") && app.articles(&other).await.iter().all(|one| !text(&one["body_text"]).contains("Ahoy")));
    }

    async fn held_and_planned_replies_leave_as_they_were_written(database) {
        let app = TestApp::start_at(database, "2026-11-09T16:00:00Z").await;
        greets(&app, "Hello {{customer.name}}, {{agent.name}} writes:", "").await;
        let number = from(&app, "Anna <anna@customer.example>").await;
        let planned = replied(&app, &number, json!({ "body_text": "Good morning.", "send_at": "2026-11-10T08:00:00Z" })).await;
        let held = replied(&app, &number, json!({ "body_text": "At once.", "hold_seconds": 60 })).await;
        let before = [text(&planned["body_text"]), text(&held["body_text"])];
        assert!(before.iter().all(|text| text.starts_with("Hello Anna, ")), "{before:?}");
        greets(&app, "Goodbye {{customer.name}}", "Nobody").await;
        app.root.put(&format!("/api/v1/tickets/{number}/customer"), json!({ "value": "carl@customer.example" })).await.assert(200);
        app.advance(SignedDuration::from_hours(17)).await;
        let sent = app.relay.wait_for(ANNA, 2).await;
        let mut left: Vec<String> =
            sent.iter().map(|mail| mail_ingest::parse(&mail.data).text.replace("\r\n", "\n").trim_end().to_owned()).collect();
        left.sort();
        let mut before = before.to_vec();
        before.sort();
        assert_eq!(left, before, "what is read in the ticket is what left");
        assert_eq!(read_again(&app, &number, &planned).await["body_text"], planned["body_text"]);
    }

    async fn who_has_no_name_is_greeted_without(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},", "Dear Sir or Madam,").await;
        let begins = async |number: &str, body: Value| {
            text(&replied(&app, number, body).await["body_text"]).lines().next().unwrap_or_default().to_owned()
        };
        for header in ["anna@customer.example", "\"anna@customer.example\" <anna@customer.example>", "\"--\" <anna@customer.example>",
            "\"> > >\" <anna@customer.example>", "\"https://casino.example/win\" <anna@customer.example>", "\"\u{202e}\u{200f}\" <anna@customer.example>"] {
            let number = from(&app, header).await;
            assert_eq!(begins(&number, json!({ "body_text": "Good day." })).await, "Dear Sir or Madam,", "{header}");
        }
        let number = from(&app, "Anna <anna@customer.example>").await;
        assert_eq!(begins(&number, json!({ "body_text": "Good day." })).await, "Hello Anna,");
        // Somebody else is not called by her name.
        let other = json!({ "to": ["bert@elsewhere.example"], "body_text": "Please look." });
        assert_eq!(begins(&number, other.clone()).await, "Dear Sir or Madam,");
        // Nothing is better than a greeting with a hole in it.
        greets(&app, "Hello {{customer.name}},", "").await;
        assert_eq!(begins(&number, other.clone()).await, "Please look.");
        greets(&app, "Hello {{customer.name}},", "Hello, {{customer.organisation}}!").await;
        assert_eq!(begins(&number, other.clone()).await, "Please look.");
        // Words that name nobody stand above every reply.
        greets(&app, "This is {{queue.name}}.", "").await;
        assert_eq!(begins(&number, other).await, "This is Support.");
    }

    async fn a_name_is_only_a_name(database) {
        let app = TestApp::start(database).await;
        greets(&app, "{{customer.name}}", "Good day,").await;
        let hostile = "=?utf-8?q?Anna=0D=0ABcc:_all@customer.example=0D=0A=0D=0A--_=0D=0A<img_src=3Dx_onerror=3Dalert(1)>{{agent.email}}=E2=80=AE=00?= <anna@customer.example>";
        let number = from(&app, hostile).await;
        let rich = replied(&app, &number, json!({ "body_html": "<p>Hello.</p>" })).await;
        let body = text(&rich["body_text"]);
        let first = body.lines().next().unwrap_or_default();
        assert!(first.starts_with("Anna") && first.contains("<img") && first.contains("{ {agent.email}}"), "in one line, as it was typed: {body:?}");
        assert!(!body.contains(['\u{202e}', '\0', '\r']), "{body:?}");
        assert!(!text(&rich["body_html"]).contains("<img") && text(&rich["body_html"]).contains("&lt;img"), "{rich}");
        let sent = app.relay.wait_for(ANNA, 1).await.remove(0);
        assert_eq!(sent.mail().header("Bcc"), None);
        assert!(app.relay.received_by("all@customer.example").is_empty());
        let html = html_part(&sent.data);
        assert!(!html.contains("<img") && html.contains("Hello."), "{html}");
        let page = signed_in(&app).await.get(&format!("/tickets/{number}")).await.text();
        assert!(!page.contains("<img src=x"), "{page}");
        // Longer than anybody is called: no name.
        let long = format!("{} <long@customer.example>", "Anna ".repeat(2_000));
        let number = app.ticket_from(&mail("long@customer.example").from_header(&long)).await;
        let reply = replied(&app, &number, json!({ "body_text": "Hello." })).await;
        assert!(text(&reply["body_text"]).starts_with("Good day,\n\nHello."), "{reply}");
    }

    async fn signs_that_html_does_not_keep_double_no_greeting(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello\u{a0}\u{2003}{{customer.name}}\u{200b}\u{2060} ,", "").await;
        let number = from(&app, &format!("{} <anna@customer.example>", encoded_word("Anna\u{2060}\u{a0}B."))).await;
        let reply = replied(&app, &number, json!({ "body_html": "<p>Thank you.</p>", "hold_seconds": 60 })).await;
        let once = text(&reply["body_text"]);
        assert_eq!(once.matches("Hello").count(), 1, "{once}");
        app.root.post(&format!("/api/v1/articles/{}/undo", text(&reply["id"])), json!({})).await.assert(201);
        let page = signed_in(&app).await.get(&format!("/tickets/{number}")).await.text();
        assert_eq!(typed(&page), "Thank you.", "its author has his own words again");
    }

    async fn a_program_that_greets_in_one_of_two_texts_greets_once_in_both(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},", "").await;
        let number = from(&app, "Anna <anna@customer.example>").await;
        for (text_part, html) in [("Hello Anna,\n\nThanks.", "<p>Thanks.</p>"), ("Thanks.", "<p>hello  Anna, thanks.</p>")] {
            let reply = replied(&app, &number, json!({ "body_text": text_part, "body_html": html })).await;
            for field in ["body_text", "body_html"] {
                assert_eq!(text(&reply[field]).to_lowercase().matches("hello").count(), 1, "{field}: {reply}");
            }
        }
    }

    async fn taken_back_it_is_its_authors_own_words(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},\n\nabout \"{{ticket.subject}}\" & more:", "").await;
        let number = from(&app, "Anna <anna@customer.example>").await;
        let root = signed_in(&app).await;
        for (body, expected) in [
            (json!({ "body_text": "Wait.\n\nNot yet.", "hold_seconds": 60 }), "Wait.\n\nNot yet."),
            (json!({ "body_html": "<p>Wait <b>now</b>.</p><p>Not yet.</p>", "hold_seconds": 60 }), "Wait now.\n\nNot yet."),
        ] {
            let held = replied(&app, &number, body).await;
            assert!(text(&held["body_text"]).starts_with("Hello Anna,\n\nabout \"A question\" & more:\n\nWait"), "{held}");
            // Also where the queue says something else by then.
            greets(&app, "Ahoy {{customer.name}}!", "").await;
            let undone = app.root.post(&format!("/api/v1/articles/{}/undo", text(&held["id"])), json!({})).await.assert(201).json();
            assert_eq!(undone["body_text"], expected);
            let page = root.get(&format!("/tickets/{number}")).await.text();
            assert_eq!(typed(&page).trim_end(), expected, "{page}");
            assert!(!page.contains("data-html=\"&lt;p&gt;Hello"), "{page}");
            greets(&app, "Hello {{customer.name}},\n\nabout \"{{ticket.subject}}\" & more:", "").await;
            app.root.delete(&format!("/api/v1/tickets/{number}/draft?kind=reply")).await;
        }
    }

    async fn who_begins_with_it_does_not_get_it_twice(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},", "").await;
        let number = from(&app, "Anna Customer <anna@customer.example>").await;
        for body in [json!({ "body_text": "hello  Anna Customer,\nthank you." }), json!({ "body_html": "<p>Hello <b>Anna</b> Customer,</p><p>thank you.</p>" })] {
            let reply = replied(&app, &number, body).await;
            assert_eq!(text(&reply["body_text"]).to_lowercase().matches("hello").count(), 1, "{reply}");
        }
        let reply = replied(&app, &number, json!({ "body_text": "Hello Anna,\nthank you." })).await;
        assert!(text(&reply["body_text"]).starts_with("Hello Anna Customer,\n\nHello Anna,"), "other words are the author's own: {reply}");
    }

    async fn it_is_shown_where_one_writes_and_where_it_is_set(database) {
        let app = TestApp::start(database).await;
        let id = queue(&app, json!({})).await;
        let root = signed_in(&app).await;
        let number = from(&app, "Anna Customer <anna@customer.example>").await;
        assert!(!root.get(&format!("/tickets/{number}")).await.assert(200).text().contains("data-salutation"));
        greets(&app, "Hello {{customer.name}},", "Dear Sir or Madam,").await;
        let page = root.get(&format!("/tickets/{number}")).await.assert(200).text();
        assert!(page.contains("<p>Hello Anna Customer,</p><p hidden>Dear Sir or Madam,</p>"), "{page}");
        let nameless = app.ticket_from(&mail("nobody@customer.example").from_header("nobody@customer.example")).await;
        let page = root.get(&format!("/tickets/{nameless}")).await.assert(200).text();
        assert!(page.contains("<p>Dear Sir or Madam,</p>"), "{page}");
        let page = root.get(&format!("/admin/queues/{id}")).await.assert(200).text();
        assert!(page.contains("Hello Anna Customer,</pre>") && page.contains("Dear Sir or Madam,</pre>"), "a look beforehand: {page}");
        for (field, wrong) in [
            ("salutation", json!({ "salutation": "Hello {{first.name}}," })),
            ("salutation", json!({ "salutation": "x".repeat(501) })),
            ("salutation_unnamed", json!({ "salutation_unnamed": "Hello {{customer.name}}," })),
        ] {
            let refused = app.root.patch(&format!("/api/v1/queues/{id}"), wrong).await;
            assert_eq!(refused.assert(422).json()["errors"][0]["field"], field);
        }
    }

    async fn who_is_erased_is_in_no_greeting(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},", "").await;
        let number = from(&app, "Anna Zwiebelfisch <anna@customer.example>").await;
        replied(&app, &number, json!({ "body_html": "<p>Thank you.</p>" })).await;
        app.relay.wait_for(ANNA, 1).await;
        app.settle().await;
        let customer = app.root.get("/api/v1/customers?q=zwiebelfisch").await.items().remove(0);
        let root = signed_in(&app).await;
        let page = format!("/admin/customers/{}/erasure", text(&customer["id"]));
        root.submit(&page, &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
        for article in app.articles(&number).await {
            assert!(!article.to_string().contains("Zwiebelfisch"), "{article}");
        }
        // Called otherwise than any name that is looked for: too short to be one, with signs that part it.
        greets(&app, "Hello {{customer.name}},", "").await;
        for (at, name) in [(1, "Bo"), (2, "Ottokar  \u{200b}  Zwirbelnuss")] {
            let address = format!("guest{at}@customer.example");
            let number = app.ticket_from(&mail(&address).from_header(&format!("{} <{address}>", encoded_word(name)))).await;
            let reply = replied(&app, &number, json!({ "body_html": "<p>Thank you.</p>" })).await;
            let greeting = text(&reply["body_text"]).lines().next().unwrap_or_default().to_owned();
            assert!(greeting.starts_with("Hello ") && greeting.ends_with(','), "{reply}");
            app.relay.wait_for(&address, 1).await;
            app.settle().await;
            let customer = app.root.get(&format!("/api/v1/customers?q={address}")).await.items().remove(0);
            let page = format!("/admin/customers/{}/erasure", text(&customer["id"]));
            root.submit(&page, &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
            let shown = format!("{:?}{}", app.articles(&number).await, root.get("/tickets?view=all").await.text());
            assert!(!shown.contains(&greeting) && !shown.contains("Hello Bo"), "{shown}");
            assert!(shown.contains("Thank you."), "{shown}");
        }
    }

    async fn in_whosever_ticket_it_stands_a_greeting_goes_with_whom_it_greets(database) {
        let app = TestApp::start(database).await;
        greets(&app, "Hello {{customer.name}},", "").await;
        let root = signed_in(&app).await;
        let erased = async |address: &str| {
            app.settle().await;
            let customer = app.root.get(&format!("/api/v1/customers?q={address}")).await.items().remove(0);
            let page = format!("/admin/customers/{}/erasure", text(&customer["id"]));
            root.submit(&page, &[("texts", "anonymise"), ("sure", "on")]).await.assert(303);
        };
        let bo = "bo@customer.example";
        let number = app.ticket_from(&mail(bo).from_header(&format!("Bo <{bo}>"))).await;
        let words = json!({ "body_text": "Carl is carl@customer.example from now on.", "body_html": "<p>Carl is carl@customer.example from now on.</p>" });
        let reply = replied(&app, &number, words).await;
        app.ticket_from(&mail("carl@customer.example").from_header("Carl <carl@customer.example>")).await;
        app.root.put(&format!("/api/v1/tickets/{number}/customer"), json!({ "value": "carl@customer.example" })).await.assert(200);
        app.relay.wait_for(bo, 1).await;
        // Whoever goes first, the other one's greeting is known as such.
        erased("carl@customer.example").await;
        let left = read_again(&app, &number, &reply).await;
        assert!(text(&left["body_text"]).starts_with("Hello Bo,") && !left.to_string().contains("carl@"), "{left}");
        erased(bo).await;
        let left = read_again(&app, &number, &reply).await;
        assert!(!left.to_string().contains("Bo") && text(&left["body_text"]).contains("from now on."), "{left}");
    }
}
