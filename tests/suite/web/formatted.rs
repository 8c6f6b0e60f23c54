//! Formatted text as a browser sends it: what is stored, what leaves, and what never does.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

use super::composer::field;

const ANNA: &str = "anna@customer.example";

async fn signed_in(app: &TestApp, login: &str) -> Client {
    let visitor = app.visitor();
    visitor.sign_in(login, PASSWORD).await;
    visitor
}

async fn seen(client: &Client, number: &str) -> String {
    field(&client.get(&format!("/tickets/{number}")).await.text(), "seen")
}

fn reply<'a>(html: &'a str, seen: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("kind", "reply"),
        ("then", "open"),
        ("to", ANNA),
        ("body", "ignored"),
        ("html", html),
        ("seen", seen),
    ]
}

/// A ticket whose queue sends at once.
async fn question(app: &TestApp) -> String {
    let number = app.ticket_from(&mail(ANNA).from_header(ANNA).subject("Broken key")).await;
    app.hush().await;
    queue(app, json!({ "hold_seconds": 0, "signature": "Support & Co" })).await;
    number
}

/// Changes the queue.
async fn queue(app: &TestApp, change: serde_json::Value) -> String {
    let queues = app.root.get("/api/v1/queues").await.items();
    let id = text(&queues.iter().find(|queue| queue["name"] == "Support").unwrap()["id"]);
    app.root.patch(&format!("/api/v1/queues/{id}"), change).await.assert(200);
    id
}

fn html_part(data: &[u8]) -> String {
    mail_ingest::parse(data).html.unwrap_or_default().replace("\r\n", "\n")
}

both_databases! {
    async fn a_formatted_reply_leaves_as_text_and_html(database) {
        let app = TestApp::start(database).await;
        let number = question(&app).await;
        let root = signed_in(&app, "root").await;
        let html = "<p>Dear <b>Anna</b>,</p><ul><li>turn it <i>left</i></li><li>see <a href=\"https://keys.example/how\">our page</a></li></ul>\
            <blockquote><p>does not turn</p></blockquote><pre>a  b\nc</pre>";
        root.submit(&format!("/tickets/{number}/articles"), &reply(html, &seen(&root, &number).await)).await.assert(303);
        let sent = app.relay.wait_for(ANNA, 1).await.remove(0);
        let letter = mail_ingest::parse(&sent.data);
        for part in ["Dear Anna,", "- turn it left", "- see our page <https://keys.example/how>", "> does not turn", "a  b", "-- \nSupport & Co"] {
            assert!(letter.text.contains(part), "no {part:?} in {}", letter.text);
        }
        let page = html_part(&sent.data);
        for part in ["<strong>Anna</strong>", "<ul><li>turn it <em>left</em></li>", "<a href=\"https://keys.example/how\">our page</a>",
            "<blockquote><p>does not turn</p></blockquote>", "<pre>a  b\nc</pre>", "<p>-- <br>Support &amp; Co</p>"] {
            assert!(page.contains(part), "no {part:?} in {page}");
        }
        assert_eq!(page.matches("Support").count(), 1, "{page}");
        let raw = String::from_utf8_lossy(&sent.data);
        assert!(raw.contains("multipart/alternative") && !raw.contains("multipart/related"), "{raw}");
        let article = app.articles(&number).await.pop().unwrap();
        assert!(text(&article["body_text"]).contains("- turn it left"), "{article}");
        assert!(text(&article["body_html"]).contains("<strong>Anna</strong>"), "{article}");
        // A plain reply stays what it was.
        let plain = [("kind", "reply"), ("then", "open"), ("to", ANNA), ("body", "a < b"), ("seen", &seen(&root, &number).await)];
        root.submit(&format!("/tickets/{number}/articles"), &plain).await.assert(303);
        let article = app.articles(&number).await.pop().unwrap();
        assert_eq!(article["body_html"], json!(null));
        let sent = app.relay.wait_for(ANNA, 2).await.remove(1);
        assert!(html_part(&sent.data).contains("a &lt; b"));
    }

    async fn what_a_browser_sends_is_cleaned_before_it_is_stored_or_leaves(database) {
        let app = TestApp::start(database).await;
        let number = question(&app).await;
        let root = signed_in(&app, "root").await;
        let deep = "<div>".repeat(10_000) + &"<b>".repeat(10_000) + "deep";
        let hostile = format!(
            "<p onclick=\"x()\" style=\"background:url(//evil.example/p)\" class=c>Good</p><script>evil()</script><form action=//evil.example>\
             <input name=a></form><a href=\"javascript:evil()\">link</a><a href=' java\nscript:evil()'>two</a><img src=x onerror=evil()>\
             <img src=\"https://evil.example/track.gif\"><img src=\"cid:none@mail\" alt=\"pic\"><iframe src=//evil.example></iframe>\
             <svg onload=evil()></svg><style>@import '//evil.example'</style><table><tr><td>cell</td></tr></table>{deep}"
        );
        let post = format!("/tickets/{number}/articles");
        // As a draft, as a reply, as a note, as a forward, and by a program.
        let page = root.get("/dashboard").await.text();
        let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let request = root.request(reqwest::Method::PUT, &format!("/tickets/{number}/draft")).header("x-csrf-token", csrf);
        root.send(request.json(&json!({ "kind": "reply", "to": ANNA, "body": "", "html": hostile, "base": 0 }))).await.assert(200);
        let restored = root.get(&format!("/tickets/{number}")).await.text();
        assert!(restored.contains("data-rich=\"on\"") && restored.contains("Good"), "{restored}");
        root.submit(&post, &reply(&hostile, &seen(&root, &number).await)).await.assert(303);
        root.submit(&post, &[("kind", "note"), ("then", "note"), ("body", ""), ("html", &hostile)]).await.assert(303);
        let first = text(&app.articles(&number).await[0]["id"]);
        let forward = [("kind", "forward"), ("then", "forward"), ("fto", "helper@supplier.example"), ("forwarded", &first), ("original", "text"), ("html", &hostile)];
        root.submit(&post, &forward).await.assert(303);
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), json!({ "body_html": hostile, "hold_seconds": 0 })).await.assert(201);
        app.root.post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_html": hostile })).await.assert(201);
        let mut pages: Vec<String> = app.relay.wait_for(ANNA, 2).await.iter().map(|sent| html_part(&sent.data)).collect();
        let passed = app.relay.wait_for("helper@supplier.example", 1).await.remove(0);
        let forwarded = html_part(&passed.data);
        assert!(forwarded.contains("Forwarded message"), "{forwarded}");
        pages.push(forwarded);
        pages.push(restored.split("data-html=\"").nth(1).unwrap().split('"').next().unwrap().to_owned());
        for page in &pages {
            assert!(page.contains("Good") && page.contains("cell") && page.contains("deep"), "{page}");
        }
        for article in app.articles(&number).await {
            pages.push(text(&article["body_html"]));
        }
        let stored = app.db().read(|conn| {
            use diesel::prelude::*;
            use turnstone::db::schema::articles;
            Ok(articles::table.filter(articles::html_digest.is_not_null()).select(articles::html_digest).load::<Option<String>>(conn)?)
        });
        for digest in stored.await.unwrap().into_iter().flatten() {
            let blobs = app.db().blobs().clone();
            let bytes = app.db().read(move |conn| blobs.read(conn, &digest)).await.unwrap();
            pages.push(String::from_utf8(bytes).unwrap());
        }
        for page in pages {
            let page = page.to_lowercase();
            for evil in ["evil", "script", "onclick", "onerror", "style=", "<form", "<img", "<table", "<input", "<iframe", "class="] {
                assert!(!page.contains(evil), "{evil} in {page}");
            }
        }
    }

    async fn taking_a_reply_back_gives_its_format_back(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail(ANNA).from_header(ANNA)).await;
        app.hush().await;
        queue(&app, json!({ "signature": "Support" })).await;
        let root = signed_in(&app, "root").await;
        root.submit(&format!("/tickets/{number}/articles"), &reply("<p>So <b>bold</b>.</p>", &seen(&root, &number).await)).await.assert(303);
        let article = app.articles(&number).await.pop().unwrap();
        root.submit(&format!("/articles/{}/undo", text(&article["id"])), &[]).await.assert(303);
        let page = root.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains("data-html=\"&lt;p&gt;So &lt;strong&gt;bold&lt;&#x2F;strong&gt;.&lt;&#x2F;p&gt;\"")
            || page.contains("data-html=\"&lt;p&gt;So &lt;strong&gt;bold&lt;/strong&gt;.&lt;/p&gt;\""), "{page}");
        assert!(page.contains("\nSo bold.</textarea>"), "without a script there is its text: {page}");
        assert!(app.relay.received_by(ANNA).is_empty());
    }

    async fn names_that_are_still_open_stop_a_formatted_reply_and_nothing_is_lost(database) {
        let app = TestApp::start(database).await;
        let number = question(&app).await;
        let root = signed_in(&app, "root").await;
        let html = "<p>Dear {{customer.<b>name}}</b>, <i>yes</i></p>";
        let page = root.submit(&format!("/tickets/{number}/articles"), &reply(html, &seen(&root, &number).await)).await.assert(422).text();
        assert!(page.contains("till to be filled in") && page.contains("{{customer.name}}"), "{page}");
        assert!(page.contains("em&gt;yes"), "the format comes back: {page}");
        app.settle().await;
        assert!(app.relay.received_by(ANNA).is_empty());
    }

    async fn an_image_in_the_text_goes_within_the_mail(database) {
        let app = TestApp::start(database).await;
        let number = question(&app).await;
        let root = signed_in(&app, "root").await;
        let shown = upload(&root, &number, "shot.png", &picture()).await;
        let gone = upload(&root, &number, "old.png", &[&picture()[..], b"x"].concat()).await;
        let fake = upload(&root, &number, "page.png", b"<script>x()</script>").await;
        assert!(fake["cid"].is_null() && shown["cid"] != gone["cid"], "what is no picture is a file: {fake}");
        let page = root.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains(&text(&shown["cid"])) && page.contains("shot.png"), "the list survives a reload: {page}");
        let html = format!("<p>See</p><p><img src=\"cid:{}\" alt=\"the screen\" onerror=x()></p>", text(&shown["cid"]));
        let (seen_by, held) = (field(&page, "seen"), format!("held_{}", text(&fake["id"])));
        let mut form = reply(&html, &seen_by).to_vec();
        form.push((&held, "1"));
        root.submit(&format!("/tickets/{number}/articles"), &form).await.assert(303);
        let sent = app.relay.wait_for(ANNA, 1).await.remove(0);
        let raw = String::from_utf8_lossy(&sent.data).into_owned();
        let at = |part: &str| raw.find(part).unwrap_or_else(|| panic!("no {part} in {raw}"));
        assert!(at("multipart/mixed") < at("multipart/alternative") && at("multipart/alternative") < at("multipart/related"), "{raw}");
        assert!(raw.contains(&format!("Content-ID: <{}>", text(&shown["cid"]))) && !raw.contains("old.png"), "{raw}");
        assert!(at("shot.png") < at("page.png"), "{raw}");
        assert!(html_part(&sent.data).contains(&format!("<img src=\"cid:{}\" alt=\"the screen\">", text(&shown["cid"]))));
        assert!(mail_ingest::parse(&sent.data).text.contains("[the screen]"));
        let article = app.articles(&number).await.pop().unwrap();
        assert_eq!(article["attachments"].as_array().unwrap().len(), 2, "{article}");
        // Its frame shows the image by an address of ours.
        let frame = root.get(&format!("/articles/{}/html", text(&article["id"]))).await.assert(200).text();
        assert!(frame.contains("/inline/") && frame.contains("the screen"), "{frame}");
        // In a plain reply the image is a file like others.
        let kept = format!("held_{}", text(&upload(&root, &number, "plain.png", &picture()).await["id"]));
        let plain = [("kind", "reply"), ("then", "open"), ("to", ANNA), ("body", "See."), ("seen", &seen(&root, &number).await), (&kept, "1")];
        root.submit(&format!("/tickets/{number}/articles"), &plain).await.assert(303);
        let raw = String::from_utf8_lossy(&app.relay.wait_for(ANNA, 2).await.remove(1).data).into_owned();
        assert!(raw.contains("plain.png") && !raw.contains("multipart/related"), "{raw}");
    }

    async fn open_names_stop_notes_and_new_tickets_too(database) {
        let app = TestApp::start(database).await;
        let number = question(&app).await;
        let root = signed_in(&app, "root").await;
        root.get(&format!("/tickets/{number}")).await.assert(200);
        let note = [("kind", "note"), ("then", "note"), ("body", "Ask {{customer.name}}.")];
        let page = root.submit(&format!("/tickets/{number}/articles"), &note).await.assert(422).text();
        assert!(page.contains("{{customer.name}}"), "{page}");
        let queue = queue(&app, json!({ "signature": "" })).await;
        for kind in ["mail", "phone"] {
            let form = [("kind", kind), ("customer", ANNA), ("queue", &queue), ("priority", "3"), ("subject", "Key"), ("body", "Dear {{ticket.number}}")];
            let page = root.submit("/tickets", &form).await.assert(422).text();
            assert!(page.contains("{{ticket.number}}") && page.contains("n-body-e"), "{page}");
        }
        assert_eq!(app.tickets().await.len(), 1);
    }

    async fn the_composer_says_whom_it_goes_to_in_which_language_and_signed_how(database) {
        let app = TestApp::start(database).await;
        let words = "Guten Tag, ich habe eine Frage zu der Rechnung, die ich von Ihnen bekommen habe. Können Sie mir bitte sagen, \
            warum der Betrag nicht stimmt und wie ich das ändern kann? Vielen Dank und viele Grüße\n";
        let number = app.ticket_from(&mail(ANNA).from_header(ANNA).text(words)).await;
        queue(&app, json!({ "signature": "Support & Co" })).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.lock(&number).await;
        let page = signed_in(&app, "root").await.get(&format!("/tickets/{number}")).await.text();
        assert!(page.contains(&format!("Take over and send to {ANNA}")), "{page}");
        assert!(page.contains("spellcheck=\"true\" lang=\"de\"") && page.contains("<p>Support &amp; Co</p>"), "{page}");
    }
}

/// The head of a picture of four pixels.
fn picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
    bytes
}

async fn upload(client: &Client, number: &str, name: &str, bytes: &[u8]) -> serde_json::Value {
    let page = client.get("/dashboard").await.text();
    let csrf = page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"inline\"\r\n\r\n1\r\n".to_vec();
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend(bytes);
    body.extend(b"\r\n--x--\r\n");
    let request = client.request(reqwest::Method::POST, &format!("/tickets/{number}/draft/files"));
    let request =
        request.header("content-type", "multipart/form-data; boundary=x").header("x-csrf-token", csrf);
    client.send(request.body(body)).await.assert(201).json()
}
