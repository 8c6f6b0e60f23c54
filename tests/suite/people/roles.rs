//! Roles as a table of check boxes: looked at before they are saved, and why somebody may do what.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/admin/roles/new").await.assert(200);
    visitor
}

async fn id(app: &TestApp, kind: &str, name: &str) -> String {
    let items = app.root.get(&format!("/api/v1/{kind}")).await.items();
    let is = |item: &&serde_json::Value| item["name"] == name || item["login"] == name;
    text(&items.iter().find(is).unwrap_or_else(|| panic!("no {name} among {kind}"))["id"])
}

async fn grants(app: &TestApp, name: &str) -> serde_json::Value {
    let items = app.root.get("/api/v1/roles").await.items();
    items.iter().find(|role| role["name"] == name).unwrap_or_else(|| panic!("no role {name}"))["grants"]
        .clone()
}

both_databases! {
    async fn a_role_is_made_and_changed_after_a_look_at_what_it_does(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let support = id(&app, "queues", "Support").await;
        let (read, reply) = (format!("{support}:read"), format!("{support}:reply"));
        let made = admin.submit("/admin/roles", &[("name", "Second line"), ("description", "Helps out"), ("g", &read), ("whole", "yes")]).await;
        let page = made.assert(303).location().split('?').next().unwrap().to_owned();
        assert_eq!(grants(&app, "Second line").await, json!([{ "queue": "Support", "rights": ["read"] }]));
        for login in ["dana", "emil", "fred"] {
            app.agent(login, &["Second line"]).await;
        }
        let form = [("name", "Second line"), ("description", "Helps out"), ("g", read.as_str()), ("g", reply.as_str()), ("i", "export"), ("whole", "yes")];
        let look = admin.submit(&page, &form).await.assert(200).text();
        assert!(look.contains("Dana Agent, Emil Agent, Fred Agent gain in Support: note, reply"), "{look}");
        assert!(look.contains("Support: reply added") && look.contains("gain: export"), "{look}");
        assert_eq!(grants(&app, "Second line").await, json!([{ "queue": "Support", "rights": ["read"] }]), "looking changes nothing");
        let mut sure = form.to_vec();
        sure.push(("sure", "yes"));
        admin.submit(&page, &sure).await.assert(303);
        assert_eq!(grants(&app, "Second line").await, json!([{ "queue": "Support", "rights": ["read", "reply"] }]));
        // A form that was cut, or holds what no page offers, changes nothing.
        admin.submit(&page, &[("name", "Second line"), ("g", &read), ("sure", "yes")]).await.assert(413);
        admin.submit(&page, &[("name", "Second line"), ("g", "x:read"), ("sure", "yes"), ("whole", "yes")]).await.assert(400);
        admin.submit(&page, &[("name", "Second line"), ("g", "999:read"), ("sure", "yes"), ("whole", "yes")]).await.assert(422);
        admin.submit(&page, &[("name", "Admin"), ("g", &read), ("sure", "yes"), ("whole", "yes")]).await.assert(422);
        admin.submit(&page, &[("name", "Second line"), ("retired_at", "x"), ("whole", "yes")]).await.assert(400);
        assert_eq!(grants(&app, "Second line").await, json!([{ "queue": "Support", "rights": ["read", "reply"] }]));
    }

    async fn a_role_may_name_rights_in_many_queues(database) {
        let app = TestApp::start(database).await;
        for n in 0..75 {
            app.root.post("/api/v1/queues", json!({ "name": format!("Queue {n:02}"), "addresses": [] })).await.assert(201);
        }
        let admin = admin(&app).await;
        let queues: Vec<String> = app.root.get("/api/v1/queues").await.items().iter().map(|queue| text(&queue["id"])).collect();
        let rights = ["read", "note", "reply", "move_into", "create", "owner", "priority"];
        let cells: Vec<String> = queues.iter().flat_map(|id| rights.map(|right| format!("{id}:{right}"))).collect();
        assert!(cells.len() > 500, "{} fields", cells.len());
        let mut form: Vec<(&str, &str)> = vec![("name", "Everywhere but there"), ("description", "")];
        form.extend(cells.iter().map(|cell| ("g", cell.as_str())));
        form.push(("whole", "yes"));
        admin.submit("/admin/roles", &form).await.assert(303);
        assert_eq!(grants(&app, "Everywhere but there").await.as_array().unwrap().len(), queues.len());
    }

    async fn a_role_retired_at_noon_shows_nothing_at_noon(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.role("Helpers", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Helpers"]).await;
        app.root.set(&number, "owner", "dana").await;
        dana.get(&format!("/api/v1/tickets/{number}")).await.assert(200);
        let admin = admin(&app).await;
        let page = format!("/admin/roles/{}", id(&app, "roles", "Helpers").await);
        let look = admin.get(&format!("{page}/retirement")).await.assert(200).text();
        assert!(look.contains("Dana Agent loses in Support"), "{look}");
        admin.submit(&format!("{page}/retirement"), &[]).await.assert(303);
        dana.get(&format!("/api/v1/tickets/{number}")).await.assert(404);
        assert!(dana.get("/api/v1/tickets").await.items().is_empty());
        // Its name stays with her, and it is offered nowhere.
        let person = admin.get(&format!("/admin/people/{}", id(&app, "agents", "dana").await)).await.assert(200).text();
        assert!(person.contains("Helpers (retired"), "{person}");
        assert!(!admin.get("/admin/people/new").await.assert(200).text().contains("Helpers"));
        admin.submit(&format!("{page}/retirement/end"), &[]).await.assert(303);
        dana.get(&format!("/api/v1/tickets/{number}")).await.assert(200);
    }

    async fn the_last_role_that_manages_people_stays(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let page = format!("/admin/roles/{}", id(&app, "roles", "Admin").await);
        admin.get(&page).await.assert(200);
        admin.submit(&format!("{page}/retirement"), &[]).await.assert(409);
        admin.submit(&page, &[("name", "Admin"), ("g", "*:full"), ("sure", "yes"), ("whole", "yes")]).await.assert(409);
        admin.get("/admin/people").await.assert(200);
    }

    async fn nobody_widens_a_role_further_than_himself(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "name": "Doorkeeper", "grants": [{ "queue": "Support", "rights": ["read"] }], "installation": ["people"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("kim", &["Doorkeeper"]).await;
        let kim = app.visitor();
        kim.sign_in("kim", PASSWORD).await;
        let page = format!("/admin/roles/{}", id(&app, "roles", "Doorkeeper").await);
        kim.get(&page).await.assert(200);
        for (grant, installation) in [("*:read", "people"), ("*:full", "people")] {
            kim.submit(&page, &[("name", "Doorkeeper"), ("g", grant), ("i", installation), ("sure", "yes"), ("whole", "yes")]).await.assert(403);
        }
        kim.submit("/admin/roles", &[("name", "Mine"), ("g", "*:full"), ("whole", "yes")]).await.assert(403);
        let names: Vec<String> = app.root.get("/api/v1/roles").await.items().iter().map(|role| text(&role["name"])).collect();
        assert!(!names.contains(&"Mine".to_owned()), "{names:?}");
    }

    async fn why_somebody_may_do_something_is_a_page(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "name": "VIP", "parent": "Support", "addresses": [] });
        app.root.post("/api/v1/queues", body).await.assert(201);
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Helpers", "Support", &["reply"]).await;
        app.role("Readers", "*", &["read"]).await;
        app.agent("dana", &["Helpers", "Readers"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&number, "owner", "dana").await;
        app.root.set(&number, "queue", "Board").await;
        let admin = admin(&app).await;
        let page = format!("/admin/people/{}/rights", id(&app, "agents", "dana").await);
        let vip = id(&app, "queues", "VIP").await;
        let told = admin.get(&format!("{page}?queue={vip}")).await.assert(200).text();
        assert!(told.contains("The role Helpers gives “reply” in Support, and VIP takes it over from there."), "{told}");
        assert!(told.contains("The role Readers gives “read” in all queues"), "{told}");
        let told = admin.get(&format!("{page}?ticket={number}")).await.assert(200).text();
        assert!(told.contains("owns the ticket") && !told.contains("Helpers gives"), "{told}");
        admin.get(&format!("{page}?ticket=99999999")).await.assert(404);
    }

    async fn no_queue_is_walled_off_from_all_who_may_run_it(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "name": "Complaints", "parent": "Support", "addresses": [] });
        app.root.post("/api/v1/queues", body).await.assert(201);
        let path = format!("/api/v1/queues/{}", id(&app, "queues", "Complaints").await);
        // Nobody has all rights in all queues any more.
        let role = format!("/api/v1/roles/{}", id(&app, "roles", "Admin").await);
        let grants = json!({ "grants": [{ "queue": "Support", "rights": ["full"] }] });
        app.root.patch(&role, grants).await.assert(200);
        let refused = app.root.patch(&path, json!({ "own_rights": true })).await;
        assert!(refused.assert(409).text().contains("Nobody would be left"), "{}", refused.text());
        assert_eq!(app.root.get(&path).await.assert(200).json()["own_rights"], false);
        app.root.patch(&path, json!({ "parent": null })).await.assert(409);
        let admin = admin(&app).await;
        let page = format!("/admin/queues/{}", id(&app, "queues", "Complaints").await);
        assert!(admin.get(&page).await.assert(200).text().contains("Yours may be among them"));
        // With somebody who runs it, it may be.
        app.role("Complaint desk", "Complaints", &["full"]).await;
        app.agent("cleo", &["Complaint desk"]).await;
        app.root.patch(&path, json!({ "own_rights": true })).await.assert(200);
        // Whoever does not manage people reads how it is, and saves it as it is.
        let body = json!({ "name": "Mail only", "grants": [], "installation": ["queues_and_mail"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("mia", &["Mail only"]).await;
        let mia = app.visitor();
        mia.sign_in("mia", PASSWORD).await;
        let shown = mia.get(&page).await.assert(200).text();
        assert!(shown.contains("can change that") && !shown.contains("Yours may be among them"), "{shown}");
        assert!(shown.contains("<input type=\"hidden\" name=\"own_rights\" value=\"on\">"), "{shown}");
    }

    async fn a_queue_with_rights_of_its_own_takes_over_none_from_above(database) {
        let app = TestApp::start(database).await;
        for (name, parent) in [("Complaints", "Support"), ("Board", "Complaints")] {
            let body = json!({ "name": name, "parent": parent, "addresses": [] });
            app.root.post("/api/v1/queues", body).await.assert(201);
        }
        app.role("Helpers", "Support", &["full"]).await;
        app.role("Complaint desk", "Complaints", &["reply"]).await;
        app.role("Readers", "*", &["read"]).await;
        let dana = app.agent("dana", &["Helpers"]).await;
        let cleo = app.agent("cleo", &["Complaint desk"]).await;
        let rita = app.agent("rita", &["Readers"]).await;
        let numbers = [app.ticket_from(&mail("anna@customer.example")).await, app.ticket_from(&mail("bert@customer.example")).await];
        app.root.set(&numbers[0], "queue", "Complaints").await;
        app.root.set(&numbers[1], "queue", "Board").await;
        let see = async |who: &Client, status: u16| {
            for number in &numbers {
                who.get(&format!("/api/v1/tickets/{number}")).await.assert(status);
            }
            assert_eq!(who.get("/api/v1/tickets").await.items().len(), if status == 200 { 2 } else { 0 });
        };
        see(&dana, 200).await;
        let complaints = id(&app, "queues", "Complaints").await;
        let path = format!("/api/v1/queues/{complaints}");
        assert_eq!(app.root.patch(&path, json!({ "own_rights": true })).await.assert(200).json()["own_rights"], true);
        // Nor do those below, which take over from it; what is given there, or everywhere, holds.
        see(&dana, 404).await;
        see(&cleo, 200).await;
        see(&rita, 200).await;
        let admin = admin(&app).await;
        let helpers = admin.get(&format!("/admin/roles/{}", id(&app, "roles", "Helpers").await)).await.assert(200).text();
        let row = helpers.split(&format!("data-queue=\"{complaints}\"")).nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(row.starts_with(" data-above=\"*\"") && !row.contains("is-from"), "{row}");
        let why = format!("/admin/people/{}/rights?queue={complaints}", id(&app, "agents", "dana").await);
        assert!(!admin.get(&why).await.assert(200).text().contains("The role Helpers gives"));
        // A program that sets all it knows of, and does not know of this, opens nothing.
        let all = json!({ "name": "Complaints", "parent": "Support", "addresses": [] });
        assert_eq!(app.root.put(&path, all).await.assert(200).json()["own_rights"], true);
        // Either way it is said by who manages people; to be opened, by who has what it then gives.
        let roles = [("Mail only", json!(["queues_and_mail", "api"])), ("Both", json!(["people", "queues_and_mail", "api"]))];
        for (name, installation) in &roles {
            let body = json!({ "name": name, "grants": [], "installation": installation });
            app.root.post("/api/v1/roles", body).await.assert(201);
        }
        let (mia, kim) = (app.agent("mia", &["Mail only"]).await, app.agent("kim", &["Both"]).await);
        mia.patch(&path, json!({ "own_rights": false })).await.assert(403);
        mia.patch(&path, json!({ "own_rights": true, "note": "As before" })).await.assert(200);
        kim.patch(&path, json!({ "own_rights": false })).await.assert(403);
        see(&dana, 404).await;
        app.root.patch(&path, json!({ "own_rights": false })).await.assert(200);
        mia.patch(&path, json!({ "own_rights": true })).await.assert(403);
        see(&dana, 200).await;
        kim.patch(&path, json!({ "own_rights": true })).await.assert(200);
        see(&dana, 404).await;
        let entry = app.root.get("/api/v1/audit?kind=queue").await.items().remove(0);
        assert_eq!((&entry["agent"], &entry["after"]["own_rights"]), (&json!("kim"), &json!(true)), "{entry}");
    }
}
