//! Customers and organisations: found, read by who may read a ticket of theirs, changed, merged and parted again.

use serde_json::{Value, json};
use tests::app::{TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/admin/customers").await.assert(200);
    visitor
}

async fn made(app: &TestApp, address: &str, name: &str) -> String {
    let made = app.root.post("/api/v1/customers", json!({ "address": address, "name": name })).await;
    text(&made.assert(201).json()["id"])
}

async fn found(app: &TestApp, q: &str) -> Vec<String> {
    let items = app.root.get(&format!("/api/v1/customers?q={}", encoded(q))).await.items();
    items.iter().map(|item| text(&item["name"])).collect()
}

async fn numbers(app: &TestApp, address: &str) -> Vec<String> {
    let items = app.root.get(&format!("/api/v1/tickets?customer={}", encoded(address))).await.items();
    items.iter().map(|ticket| text(&ticket["number"])).collect()
}

/// The customer whose address this is.
async fn customer(app: &TestApp, address: &str) -> Value {
    let all = app.root.get("/api/v1/customers?limit=200").await.items();
    let his = |one: &&Value| one["addresses"].as_array().unwrap().contains(&json!(address));
    all.iter().find(his).unwrap_or_else(|| panic!("{address} in {all:?}")).clone()
}

both_databases! {
    async fn customers_are_found_by_name_and_address_page_by_page(database) {
        let app = TestApp::start(database).await;
        made(&app, "zoe@customer.example", "Zoë Ångström").await;
        made(&app, "anna@customer.example", "anna Bell").await;
        made(&app, "mueller@other.example", "Änne Müller").await;
        app.ticket_from(&mail("written@first.example").from_header("Bo Written <written@first.example>")).await;
        assert_eq!(found(&app, "ZOE angstrom").await, ["Zoë Ångström"], "whatever the capitals and accents");
        assert_eq!(found(&app, "mul").await, ["Änne Müller"], "a word that is only begun");
        assert_eq!(found(&app, "anna@customer.example").await, ["anna Bell"]);
        assert_eq!(found(&app, "customer").await, ["anna Bell", "Zoë Ångström"], "by name");
        assert_eq!(found(&app, "bo first.example").await, ["Bo Written"], "who wrote is found at once");
        assert!(found(&app, "customer nobody").await.is_empty(), "every word has to fit");
        // Page by page: everybody once, in the order of names.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for _ in 0..5 {
            let page = app.root.get(&format!("/api/v1/customers?q=example&limit=1{cursor}")).await.assert(200).json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["name"])));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["anna Bell", "Änne Müller", "Bo Written", "Zoë Ångström"]);
        let admin = admin(&app).await;
        let page = admin.get("/admin/customers?q=mull").await.assert(200).text();
        assert!(page.contains("Änne Müller") && !page.contains("anna Bell"), "{page}");
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get("/api/v1/customers").await.assert(403);
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        browser.get("/admin/customers").await.assert(403);
    }

    async fn a_customers_page_is_for_who_may_read_a_ticket_of_his(database) {
        let app = TestApp::start(database).await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Board only", "Board", &["full"]).await;
        app.role("Support only", "Support", &["reply"]).await;
        app.role("Elsewhere", "Support", &["read"]).await;
        let letter = mail("anna@customer.example").from_header("Anna Bell <anna@customer.example>");
        let open = app.ticket_from(&letter.subject("Printer on fire")).await;
        let secret = mail("anna@customer.example").subject("canary-secret matter").to("board@helpdesk.example");
        app.deliver_as("anna@customer.example", "board@helpdesk.example", &secret).await;
        app.deliver_as("bert@customer.example", "board@helpdesk.example", &mail("bert@customer.example").to("board@helpdesk.example")).await;
        let anna = text(&customer(&app, "anna@customer.example").await["id"]);
        let bert = text(&customer(&app, "bert@customer.example").await["id"]);
        app.root.patch(&format!("/api/v1/customers/{anna}"), json!({ "note": "Calls on Mondays." })).await.assert(200);
        let dana = app.agent("dana", &["Support only"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let ticket = browser.get(&format!("/tickets/{open}")).await.assert(200).text();
        assert!(ticket.contains(&format!("href=\"/customers/{anna}\"")), "the ticket leads to its customer");
        let page = browser.get(&format!("/customers/{anna}")).await.assert(200).text();
        assert!(page.contains("Anna Bell") && page.contains("Calls on Mondays.") && page.contains("Printer on fire"), "{page}");
        assert!(!page.contains("canary-secret"), "only tickets that she may read");
        assert!(!page.contains(&format!("action=\"/admin/customers/{anna}")), "nothing to change");
        // Whom one knows nothing of does not exist.
        browser.get(&format!("/customers/{bert}")).await.assert(404);
        dana.get(&format!("/api/v1/customers/{bert}")).await.assert(404);
        assert_eq!(dana.get(&format!("/api/v1/customers/{anna}")).await.assert(200).json()["name"], "Anna Bell");
        dana.patch(&format!("/api/v1/customers/{anna}"), json!({ "name": "X" })).await.assert(403);
        browser.submit(&format!("/admin/customers/{anna}"), &[("name", "X")]).await.assert(403);
        let all = admin(&app).await.get(&format!("/customers/{anna}")).await.assert(200).text();
        assert!(all.contains("canary-secret"), "{all}");
    }

    async fn a_customer_is_changed_by_who_manages_people(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let new = [("address", "Anna@Customer.example"), ("name", "Anna Bell"), ("language", "fr"), ("organisation", ""), ("note", "A note")];
        let made = admin.submit("/admin/customers", &new).await;
        let page = made.assert(303).location().split('?').next().unwrap().to_owned();
        let again = admin.submit("/admin/customers", &new).await.assert(422).text();
        assert!(again.contains("belongs to Anna Bell already") && again.contains("value=\"Anna@Customer.example\""), "{again}");
        for (field, value) in [("address", "nobody"), ("address", "support@helpdesk.example"), ("language", "not a tag!"), ("organisation", "99")] {
            let mut wrong = vec![("address", "other@customer.example"), ("name", "Kept Name"), ("language", ""), ("organisation", ""), ("note", "")];
            wrong.iter_mut().filter(|(name, _)| *name == field).for_each(|pair| pair.1 = value);
            let told = admin.submit("/admin/customers", &wrong).await.assert(422).text();
            assert!(told.contains("Kept Name") && told.contains("aria-invalid"), "{field}: {told}");
        }
        let form = format!("/admin{page}");
        let changed = [("name", "Anna Miller"), ("language", "de"), ("organisation", ""), ("note", "Another note")];
        admin.submit(&form, &changed).await.assert(303);
        let anna = customer(&app, "anna@customer.example").await;
        assert_eq!((&anna["name"], &anna["language"], &anna["note"]), (&json!("Anna Miller"), &json!("de"), &json!("Another note")));
        admin.submit(&form, &[("name", "X"), ("merged_into", "1")]).await.assert(400);
        assert_eq!(found(&app, "miller").await, ["Anna Miller"]);
        assert!(found(&app, "bell").await.is_empty(), "the former name is forgotten");
        // Several addresses, one of them in front.
        admin.submit(&format!("{form}/addresses"), &[("address", "a.miller@private.example")]).await.assert(303);
        admin.submit(&format!("{form}/addresses/main"), &[("address", "a.miller@private.example")]).await.assert(303);
        assert_eq!(customer(&app, "anna@customer.example").await["addresses"], json!(["a.miller@private.example", "anna@customer.example"]));
        admin.submit(&format!("{form}/addresses/end"), &[("address", "a.miller@private.example")]).await.assert(303);
        admin.submit(&format!("{form}/addresses/end"), &[("address", "anna@customer.example")]).await.assert(409);
        let wrong = admin.submit(&format!("{form}/addresses"), &[("address", "no address")]).await.assert(422).text();
        assert!(wrong.contains("value=\"no address\""), "what was typed stays");
        made_of(&app, &admin, &form).await;
        let log = app.root.get("/api/v1/audit?limit=200").await.assert(200).text();
        assert!(log.contains("language") && !log.contains("Miller") && !log.contains("anna@"), "what was written stays out of the log: {log}");
    }

    async fn two_customers_become_one_and_two_again(database) {
        let app = TestApp::start(database).await;
        let first = app.ticket_from(&mail("anna@customer.example").subject("First")).await;
        let second = app.ticket_from(&mail("anna@private.example").subject("Second")).await;
        let (stays, goes) = (customer(&app, "anna@customer.example").await, customer(&app, "anna@private.example").await);
        let (stays, goes) = (text(&stays["id"]), text(&goes["id"]));
        app.root.patch(&format!("/api/v1/customers/{stays}"), json!({ "note": "Here." })).await.assert(200);
        app.root.patch(&format!("/api/v1/customers/{goes}"), json!({ "note": "There.", "language": "fr", "name": "Anna Private" })).await.assert(200);
        let admin = admin(&app).await;
        let new = format!("/admin/customers/{stays}/merges/new");
        let offered = admin.get(&format!("{new}?q=private")).await.assert(200).text();
        assert!(offered.contains(&format!("{new}?from={goes}")), "{offered}");
        let look = admin.get(&format!("{new}?from={goes}")).await.assert(200).text();
        assert!(look.contains("anna@private.example") && look.contains("One ticket") && look.contains("There."), "{look}");
        assert_eq!(numbers(&app, "anna@customer.example").await, std::slice::from_ref(&first), "looking changes nothing");
        admin.get(&format!("{new}?from={stays}")).await.assert(409);
        let merges = format!("/admin/customers/{stays}/merges");
        admin.submit(&merges, &[("from", &goes)]).await.assert(303);
        let one = customer(&app, "anna@private.example").await;
        assert_eq!((&one["id"], &one["note"], &one["language"]), (&json!(stays), &json!("Here.\n\nThere."), &json!("fr")));
        assert_eq!(one["addresses"], json!(["anna@customer.example", "anna@private.example"]));
        let mut both = numbers(&app, "anna@customer.example").await;
        both.sort();
        assert_eq!(both, [first.clone(), second.clone()]);
        // The old page leads to the new one, and nobody is found twice.
        assert_eq!(admin.get(&format!("/customers/{goes}")).await.assert(303).location(), format!("/customers/{stays}"));
        assert_eq!(found(&app, "private").await.len(), 1);
        admin.submit(&merges, &[("from", &goes)]).await.assert(409);
        // What comes meanwhile from his address goes back with him.
        let later = app.ticket_from(&mail("anna@private.example").subject("Later")).await;
        app.root.patch(&format!("/api/v1/customers/{stays}"), json!({ "note": "Rewritten." })).await.assert(200);
        let known = app.root.get(&format!("/api/v1/customers/{stays}/merges")).await.items();
        assert_eq!((known.len(), text(&known[0]["name"])), (1, "Anna Private".to_owned()));
        let merge = text(&known[0]["id"]);
        admin.submit(&format!("{merges}/end"), &[("merge", &merge)]).await.assert(303);
        admin.submit(&format!("{merges}/end"), &[("merge", &merge)]).await.assert(409);
        let (here, there) = (customer(&app, "anna@customer.example").await, customer(&app, "anna@private.example").await);
        assert_eq!((&here["id"], &here["note"], &here["language"]), (&json!(stays), &json!("Rewritten."), &json!(null)), "what somebody wrote since stays");
        assert_eq!((&there["id"], &there["note"], &there["name"]), (&json!(goes), &json!("There."), &json!("Anna Private")));
        assert_eq!(numbers(&app, "anna@customer.example").await, [first]);
        let mut his = numbers(&app, "anna@private.example").await;
        his.sort();
        assert_eq!(his, [second, later]);
        assert_eq!(found(&app, "private").await, ["Anna Private"]);
    }

    async fn a_merge_lets_in_who_waited_and_an_undo_sends_him_back(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example").subject("A question");
        let number = app.ticket_from(&question).await;
        app.ticket_from(&mail("anna@private.example").subject("Something else")).await;
        app.deliver(&mail("anna@private.example").answering([question.id()])).await;
        let waiting = async || {
            let people = app.root.get(&format!("/api/v1/tickets/{number}/participants")).await.items();
            people.iter().any(|one| one["address"] == "anna@private.example" && one["accepted"] == false)
        };
        assert!(waiting().await, "a stranger waits");
        let (stays, goes) = (customer(&app, "anna@customer.example").await, customer(&app, "anna@private.example").await);
        let (stays, goes) = (text(&stays["id"]), text(&goes["id"]));
        let preview = app.root.get(&format!("/api/v1/customers/{stays}/merges/preview?from={goes}")).await.assert(200).json();
        assert_eq!((&preview["tickets"], &preview["claims"]), (&json!(1), &json!(1)));
        app.root.post(&format!("/api/v1/customers/{stays}/merges"), json!({ "from": goes })).await.assert(201);
        assert!(!waiting().await);
        let merge = text(&app.root.get(&format!("/api/v1/customers/{stays}/merges")).await.items()[0]["id"]);
        app.root.delete(&format!("/api/v1/customers/{stays}/merges/{merge}")).await.assert(204);
        assert!(waiting().await, "as before");
        app.agent("dana", &["Agent"]).await.post(&format!("/api/v1/customers/{stays}/merges"), json!({ "from": goes })).await.assert(403);
    }

    async fn who_writes_from_a_domain_belongs_to_its_organisation(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let made = admin.submit("/admin/organisations", &[("name", "Acme"), ("domains", "acme.example\nacme.test"), ("note", "")]).await;
        let page = made.assert(303).location().split('?').next().unwrap().to_owned();
        for (name, domains, told) in [("ACME", "", "already"), ("", "", "needs a name"), ("Other", "acme.example", "belongs to Acme"), ("Other", "no domain", "is not a domain")] {
            let page = admin.submit("/admin/organisations", &[("name", name), ("domains", domains), ("note", "")]).await.assert(422).text();
            assert!(page.contains(told), "{told}: {page}");
        }
        app.ticket_from(&mail("anna@acme.example")).await;
        app.ticket_from(&mail("bert@sales.acme.example")).await;
        app.ticket_from(&mail("carl@notacme.example")).await;
        let of = async |address: &str| customer(&app, address).await["organisation"].clone();
        assert_eq!(of("anna@acme.example").await, "Acme");
        assert_eq!(of("bert@sales.acme.example").await, "Acme", "domains below it count");
        assert_eq!(of("carl@notacme.example").await, json!(null));
        let members = admin.get(&page).await.assert(200).text();
        assert!(members.contains("anna@acme.example") && !members.contains("carl@"), "{members}");
        // Renamed, and retired: who is there keeps it, nobody new comes in.
        admin.submit(&page, &[("name", "Acme Ltd"), ("domains", "acme.example"), ("note", "Pays late.")]).await.assert(303);
        assert_eq!(of("anna@acme.example").await, "Acme Ltd");
        let id = page.rsplit('/').next().unwrap().to_owned();
        admin.submit(&format!("{page}/retirement"), &[]).await.assert(303);
        app.ticket_from(&mail("dora@acme.example")).await;
        assert_eq!(of("dora@acme.example").await, json!(null));
        assert_eq!(of("anna@acme.example").await, "Acme Ltd");
        let anna = text(&customer(&app, "anna@acme.example").await["id"]);
        let form = [("name", "Anna"), ("language", ""), ("organisation", id.as_str()), ("note", "")];
        admin.submit(&format!("/admin/customers/{anna}"), &form).await.assert(303);
        let dora = text(&customer(&app, "dora@acme.example").await["id"]);
        admin.submit(&format!("/admin/customers/{dora}"), &form).await.assert(422);
        admin.submit(&format!("{page}/retirement/end"), &[]).await.assert(303);
        admin.submit(&format!("/admin/customers/{dora}"), &form).await.assert(303);
        assert_eq!(of("dora@acme.example").await, "Acme Ltd");
        let listed = app.root.get(&format!("/api/v1/organisations/{id}")).await.assert(200).json();
        assert_eq!((&listed["name"], &listed["domains"], &listed["retired"]), (&json!("Acme Ltd"), &json!(["acme.example"]), &json!(false)));
        app.agent("dana", &["Agent"]).await.get(&format!("/api/v1/organisations/{id}")).await.assert(403);
    }
}

/// An address of somebody else is taken only where that is said.
async fn made_of(app: &TestApp, admin: &Client, form: &str) {
    made(app, "bert@customer.example", "Bert Miller").await;
    let asked = admin.submit(&format!("{form}/addresses"), &[("address", "bert@customer.example")]).await;
    let asked = asked.assert(409).text();
    assert!(asked.contains("name=\"take\""), "{asked}");
    admin
        .submit(&format!("{form}/addresses"), &[("address", "bert@customer.example"), ("take", "on")])
        .await
        .assert(303);
    assert_eq!(found(app, "bert").await, ["Anna Miller"]);
    assert_eq!(found(app, "miller").await.len(), 1, "of Bert nothing is left");
}
