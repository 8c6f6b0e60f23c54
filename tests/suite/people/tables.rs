//! Customers and agents as tables: looked at, taken over whole or not at all, the same twice, safe in a spreadsheet.

use reqwest::{Method, multipart};
use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Client, both_databases};

async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/admin/customers/imports/new").await.assert(200);
    visitor
}

fn csrf(page: &str) -> String {
    let field = page.split("name=\"csrf\"").nth(1).unwrap_or_default();
    field.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// Chooses a file, as the page's form sends it.
async fn looked_at(client: &Client, place: &str, table: &[u8]) -> Answer {
    let token = csrf(&client.get(&format!("{place}/imports/new")).await.assert(200).text());
    let file = multipart::Part::bytes(table.to_vec()).file_name("table.csv").mime_str("text/csv").unwrap();
    let form = multipart::Form::new().text("csrf", token).part("file", file);
    client.send(client.request(Method::POST, &format!("{place}/imports")).multipart(form)).await
}

/// Sends what was looked at once more, as the button of the page does.
async fn taken_over(client: &Client, place: &str, look: &Answer) -> Answer {
    let page = look.assert(200).text();
    let field = page.split("name=\"table\" value=\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    let table = field.split('"').next().unwrap_or_default();
    let table = table
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&#x2F;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let form = multipart::Form::new().text("csrf", csrf(&page)).text("table", table);
    client.send(client.request(Method::POST, &format!("{place}/imports")).multipart(form)).await
}

async fn customers(app: &TestApp) -> Vec<serde_json::Value> {
    app.root.get("/api/v1/customers?limit=200").await.items()
}

both_databases! {
    async fn customers_come_from_a_table_whole_or_not_at_all(database) {
        let app = TestApp::start(database).await;
        app.root.post("/api/v1/customers", json!({ "address": "anna@customer.example", "name": "Anna" })).await.assert(201);
        let admin = admin(&app).await;
        let table = "\u{feff}Address,Name,Other addresses,Organisation,Language,Note,Shoe size\r\n\
            anna@customer.example,Anna Bell,anna@private.example; a@b.example,Acme,de,,42\r\n\
            bert@customer.example,\"Bert, \"\"the\"\" Builder\",,acme,,\"Two\nlines\",41\r\n";
        let look = looked_at(&admin, "/admin/customers", table.as_bytes()).await;
        let page = look.assert(200).text();
        assert!(page.contains("Nothing is taken over yet") && page.contains("Shoe size"), "{page}");
        assert_eq!(customers(&app).await.len(), 1, "looking changes nothing");
        let done = taken_over(&admin, "/admin/customers", &look).await;
        assert!(done.assert(200).text().contains("Taken over."), "{}", done.text());
        let all = customers(&app).await;
        assert_eq!(all.len(), 2);
        assert_eq!((&all[0]["name"], &all[0]["organisation"], &all[0]["language"]), (&json!("Anna Bell"), &json!("Acme"), &json!("de")));
        assert_eq!(all[0]["addresses"], json!(["anna@customer.example", "a@b.example", "anna@private.example"]));
        assert_eq!((&all[1]["name"], &all[1]["organisation"], &all[1]["note"]), (&json!("Bert, \"the\" Builder"), &json!("Acme"), &json!("Two\nlines")));
        // The same once more changes nothing.
        let again = looked_at(&admin, "/admin/customers", table.as_bytes()).await.assert(200).text();
        assert!(again.contains("<dd class=\"num\">0</dd>") && again.contains("<dd class=\"num\">2</dd>") && !again.contains("is-green"), "{again}");
        // One bad line, and nothing of the table is taken over; the lines are named.
        let bad = "address;name\r\nnew@customer.example;Newcomer\r\nno address;Nobody\r\nnew@customer.example;Twice\r\nsupport@helpdesk.example;Us\r\n";
        let look = looked_at(&admin, "/admin/customers", bad.as_bytes()).await.assert(200).text();
        for told in ["3 lines cannot be taken over", "is not a mail address", "stands in an earlier line already", "<th scope=\"row\" class=\"num\">3</th>"] {
            assert!(look.contains(told), "{told}: {look}");
        }
        assert!(!look.contains("name=\"table\""), "no button that would take it over");
        // Who sends it all the same is refused.
        let form = multipart::Form::new().text("csrf", csrf(&look)).text("table", bad);
        admin.send(admin.request(Method::POST, "/admin/customers/imports").multipart(form)).await.assert(409);
        assert_eq!(customers(&app).await.len(), 2);
        // Two customers in one line have to be merged first.
        let two = "address,other_addresses\nanna@customer.example,bert@customer.example\n";
        assert!(looked_at(&admin, "/admin/customers", two.as_bytes()).await.text().contains("belong to two customers"));
        let log = app.root.get("/api/v1/audit?limit=200").await.assert(200).text();
        assert!(log.contains("import: 1 new, 1 changed") && !log.contains("bert@customer.example"), "{log}");
    }

    async fn a_table_is_read_in_the_encodings_of_spreadsheets_and_refused_in_words(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        // Windows-1252 with semicolons, as a German spreadsheet writes it.
        let table = b"address;name;note\r\nmueller@customer.example;M\xfcller \x80;\"a;b\"\r\n";
        let look = looked_at(&admin, "/admin/customers", table).await;
        taken_over(&admin, "/admin/customers", &look).await.assert(200);
        let all = customers(&app).await;
        assert_eq!((&all[0]["name"], &all[0]["note"]), (&json!("Müller €"), &json!("a;b")));
        let long = format!("address\n{}", (0..501).map(|n| format!("c{n}@customer.example\n")).collect::<String>());
        for (table, told) in [
            (b"name,note\nAnna,x\n".to_vec(), "There is no column “address”"),
            (b"address,name\nanna@customer.example,\"open\n".to_vec(), "is not closed"),
            (b"PK\x03\x04\x00\x00".to_vec(), "not a table as text"),
            (b"\n\n".to_vec(), "at least the names of the columns"),
            (long.into_bytes(), "more than 500 lines"),
            (vec![b'a'; 1_000_001], "larger than 1000 kB"),
        ] {
            let page = looked_at(&admin, "/admin/customers", &table).await.assert(422).text();
            assert!(page.contains(told) && page.contains("aria-invalid"), "{told}: {page}");
        }
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        dana.get("/admin/customers/imports/new").await.assert(403);
        dana.submit("/admin/customers/exports", &[]).await.assert(403);
    }

    async fn what_is_taken_out_is_safe_and_comes_back_as_it_was(database) {
        let app = TestApp::start(database).await;
        let name = "=HYPERLINK(\"http://evil.example\")";
        app.root.post("/api/v1/customers", json!({ "address": "mallory@customer.example", "name": name, "note": "-1+1" })).await.assert(201);
        let admin = admin(&app).await;
        let table = admin.submit("/admin/customers/exports", &[]).await;
        assert!(table.assert(200).header("content-disposition").contains("customers.csv"));
        let lines = table.text();
        assert!(lines.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\"") && lines.contains("\"'-1+1\""), "{lines}");
        let look = looked_at(&admin, "/admin/customers", &table.body).await;
        let page = look.assert(200).text();
        assert!(!page.contains("is-green") && !page.contains("is-amber"), "nothing is new or changed: {page}");
        let log = app.root.get("/api/v1/audit?limit=200").await.items();
        assert!(log.iter().any(|entry| entry["kind"] == "export" && entry["detail"] == "customers"), "{log:?}");
    }

    async fn agents_are_invited_from_a_table(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        admin.get("/admin/people/imports/new").await.assert(200);
        let table = "email,name,login,roles\nben@helpdesk.example,Ben Okafor,,Agent\nroot@helpdesk.example,Root,root,Admin\n";
        let look = looked_at(&admin, "/admin/people", table.as_bytes()).await;
        assert_eq!(app.root.get("/api/v1/agents").await.items().len(), 1);
        taken_over(&admin, "/admin/people", &look).await.assert(200);
        let agents = app.root.get("/api/v1/agents").await.items();
        let ben = agents.iter().find(|agent| agent["login"] == "ben").unwrap_or_else(|| panic!("{agents:?}"));
        assert_eq!((text(&ben["name"]), &ben["roles"]), ("Ben Okafor".to_owned(), &json!(["Agent"])));
        let mail = app.relay.wait_for("ben@helpdesk.example", 1).await.remove(0);
        assert!(mail.mail().text().contains("/password/new?token="), "{}", mail.mail().text());
        // Who is there stays as he is; a role that is none refuses the table.
        let again = looked_at(&admin, "/admin/people", table.as_bytes()).await.assert(200).text();
        assert!(!again.contains("is-green"), "{again}");
        let bad = "email,roles\ncara@helpdesk.example,Nobody\n";
        assert!(looked_at(&admin, "/admin/people", bad.as_bytes()).await.assert(200).text().contains("is-amber"));
        let out = admin.submit("/admin/people/exports", &[]).await.assert(200).text();
        assert!(out.contains("\"ben@helpdesk.example\",\"Ben Okafor\",\"ben\",\"Agent\",\"invited\""), "{out}");
    }
}
