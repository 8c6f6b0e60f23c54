//! Agents, by forms alone: added, let in, changed, retired; and who may do it.

use diesel::RunQueryDsl as _;
use jiff::SignedDuration;
use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};
use turnstone::people::{agents, listing, roles};

/// A password that nobody would guess.
const OWN: &str = "copper lantern under seven willows";

async fn admin(app: &TestApp) -> Client {
    let visitor = app.visitor();
    visitor.sign_in("root", PASSWORD).await;
    visitor.get("/admin/people").await.assert(200);
    visitor
}

/// The key of a role, as its check box sends it.
async fn role(app: &TestApp, name: &str) -> String {
    let items = app.root.get("/api/v1/roles").await.items();
    text(&items.iter().find(|role| role["name"] == name).unwrap_or_else(|| panic!("no role {name}"))["id"])
}

async fn id(app: &TestApp, login: &str) -> String {
    let items = app.root.get("/api/v1/agents").await.items();
    text(
        &items.iter().find(|agent| agent["login"] == login).unwrap_or_else(|| panic!("no agent {login}"))["id"],
    )
}

fn ben<'a>(role: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Ben Okafor"),
        ("email", "ben@helpdesk.example"),
        ("login", ""),
        ("role", role),
        ("how", "invite"),
        ("send", "on"),
        ("page_size", "50"),
        ("language", "de"),
        ("time_zone", "Europe/Berlin"),
        ("notify", "mention"),
        ("expires_at", ""),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    fields
}

/// What stands between `before` and the next quotation mark.
fn between(page: &str, before: &str) -> String {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split('"')
        .next()
        .unwrap_or_default()
        .replace("&#x2F;", "/")
        .replace("&amp;", "&")
        .replace("&#x3D;", "=")
}

/// All that a page of people could change.
async fn state(app: &TestApp) -> String {
    let read = app.db().read(|conn| {
        let mut told = format!("{:?} {:?} {:?}", agents::all(conn)?, roles::all(conn)?, {
            let mut grants: Vec<_> = listing::grants_by_role(conn)?.into_iter().collect();
            grants.sort_by_key(|(role, _)| role.0);
            grants
        });
        for table in [
            "password_links",
            "tokens WHERE revoked_at IS NULL",
            "outbox",
            "settings",
            "agent_roles",
            "audit_events",
            "events",
        ] {
            let sql = format!("SELECT CAST(count(*) AS BIGINT) AS n FROM {table}");
            let n = diesel::sql_query(sql).get_result::<Count>(conn)?.n;
            if table != "audit_events" {
                told.push_str(&format!(" {table}: {n}"));
            }
        }
        Ok(told)
    });
    read.await.expect("what is stored")
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

both_databases! {
    async fn an_invitation_leads_from_the_form_to_the_first_sign_in(database) {
        let app = TestApp::start(database).await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Support only", "Support", &["reply"]).await;
        let admin = admin(&app).await;
        admin.get("/admin/people/new").await.assert(200);
        let wanted = role(&app, "Support only").await;
        let made = admin.submit("/admin/people", &ben(&wanted, &[])).await;
        let page = made.assert(200).text();
        let link = between(&page, "id=\"s-l\" value=\"");
        let base = app.desk().config.public_url.to_string();
        assert!(link.starts_with(&format!("{base}password/new?token=")), "{link}");
        let path = link.replacen(&base, "/", 1);

        // By mail too, in his language; and afterwards the secret lies nowhere.
        let sent = app.relay.wait_for("ben@helpdesk.example", 1).await.remove(0);
        let letter = String::from_utf8_lossy(&sent.data).replace("=\r\n", "").replace("=3D", "=");
        let token = link.split("token=").nth(1).unwrap();
        assert!(letter.contains(token), "{letter}");
        app.settle().await;
        let kept = "SELECT CAST(count(*) AS BIGINT) AS n FROM outbox WHERE event = 'password_link' AND (body_text <> '' OR digest IS NOT NULL)";
        let kept = app.db().read(move |conn| Ok(diesel::sql_query(kept).get_result::<Count>(conn)?.n)).await.unwrap();
        assert_eq!(kept, 0, "what opens an account is thrown away once it is sent");

        assert!(admin.get("/admin/people?state=invited").await.assert(200).text().contains("Ben Okafor"));
        let visitor = app.visitor();
        visitor.submit("/login", &[("login", "ben"), ("password", OWN)]).await.assert(422);
        assert!(visitor.get(&path).await.assert(200).text().contains("Ben Okafor"));
        let weak = visitor.submit("/password/new", &[("token", token), ("password", "short")]).await;
        assert!(weak.assert(422).text().contains("aria-invalid"));
        let done = visitor.submit("/password/new", &[("token", token), ("password", OWN)]).await;
        assert_eq!(done.assert(303).location(), "/login?set=1");
        visitor.submit("/password/new", &[("token", token), ("password", OWN)]).await.assert(404);
        visitor.get(&path).await.assert(404);

        let ben = app.visitor();
        ben.sign_in("ben", OWN).await;
        let list = ben.get("/tickets").await.assert(200).text();
        assert!(list.contains("Support") && !list.contains("Board"), "only his queues: {list}");
        assert!(list.contains("lang=\"de\""), "in the language that was chosen for him");
        let agent = app.db().read(|conn| agents::by_login(conn, "ben")).await.unwrap();
        assert_eq!((agent.page_size, agent.time_zone.as_deref()), (50, Some("Europe/Berlin")));
        assert!(agent.last_sign_in_at.is_some() && !agent.must_change_password);
        let muted = app.db().read(move |conn| agents::muted(conn, agent.id)).await.unwrap();
        assert!(!muted.is_empty() && !muted.iter().any(|notice| notice.as_str() == "mention"), "{muted:?}");
    }

    async fn a_link_is_built_from_the_public_address_and_ends(database) {
        let app = TestApp::start_at(database, "2026-11-09T10:00:00Z").await;
        let admin = admin(&app).await;
        admin.get("/admin/people/new").await.assert(200);
        let agent = role(&app, "Agent").await;
        let made = admin.submit("/admin/people", &ben(&agent, &[("send", "")])).await.assert(200).text();
        assert!(app.relay.received_by("ben@helpdesk.example").is_empty(), "by mail only where it is asked for");
        let first = between(&made, "id=\"s-l\" value=\"");
        let page = format!("/admin/people/{}", id(&app, "ben").await);

        // The host of the request does not come into it.
        let csrf = between(&admin.get(&page).await.assert(200).text(), "name=\"csrf\" value=\"");
        let request = admin.request(reqwest::Method::POST, &format!("{page}/links")).header("host", "evil.example").form(&[("csrf", csrf.as_str())]);
        let again = admin.send(request).await;
        assert!(!again.text().contains("evil.example"), "{}", again.text());
        let second = between(&again.assert(200).text(), "id=\"s-l\" value=\"");
        let base = app.desk().config.public_url.to_string();
        let path = |link: &str| link.replacen(&base, "/", 1);
        app.visitor().get(&path(&first)).await.assert(404);
        app.visitor().get(&path(&second)).await.assert(200);
        app.advance(SignedDuration::from_hours(7 * 24 + 1)).await;
        app.visitor().get(&path(&second)).await.assert(404);
        let token = second.split("token=").nth(1).unwrap().to_owned();
        app.visitor().submit("/password/new", &[("token", &token), ("password", OWN)]).await.assert(404);
    }

    async fn a_generated_password_has_to_be_changed_first(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        admin.get("/admin/people/new").await.assert(200);
        let agent = role(&app, "Agent").await;
        let made = admin.submit("/admin/people", &ben(&agent, &[("how", "password"), ("language", "en")])).await;
        let given = between(&made.assert(200).text(), "id=\"s-p\" value=\"");
        assert!(given.len() >= 12 && given.chars().any(|c| c.is_ascii_digit()), "{given}");
        assert!(given.chars().any(|c| c.is_ascii_uppercase()) && given.chars().any(|c| c.is_ascii_lowercase()));
        let ben = app.visitor();
        ben.sign_in("ben", &given).await;
        for path in ["/tickets", "/dashboard", "/preferences", "/search?q=x"] {
            assert_eq!(ben.get(path).await.assert(303).location(), "/password/change", "{path}");
        }
        ben.get("/password/change").await.assert(200);
        let same = ben.submit("/password/change", &[("password", &given)]).await;
        assert!(same.assert(422).text().contains("somebody else knows"), "{}", same.text());
        ben.submit("/password/change", &[("password", OWN)]).await.assert(303);
        ben.get("/tickets").await.assert(200);
        app.visitor().sign_in("ben", OWN).await;
    }

    async fn what_is_wrong_is_named_and_nothing_else_is_done(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        admin.get("/admin/people/domains").await.assert(200);
        admin.submit("/admin/people/domains", &[("domains", "no domain at all!")]).await.assert(422);
        admin.submit("/admin/people/domains", &[("domains", "@Helpdesk.example\nhelpdesk.test")]).await.assert(303);
        admin.get("/admin/people/new").await.assert(200);
        let agent = role(&app, "Agent").await;
        let before = state(&app).await;
        let foreign = admin.submit("/admin/people", &ben(&agent, &[("email", "ben@elsewhere.example")])).await;
        let page = foreign.assert(422).text();
        assert!(page.contains("helpdesk.example, helpdesk.test") && page.contains("Ben Okafor"), "{page}");
        for (field, value) in [("name", " "), ("login", "root"), ("login", "a b"), ("time_zone", "Mars/Base"), ("page_size", "3"), ("language", "xx"), ("expires_at", "tomorrow"), ("role", "99999")] {
            let refused = admin.submit("/admin/people", &ben(&agent, &[(field, value)])).await;
            let page = refused.assert(422).text();
            assert!(page.contains("class=\"err\"") && page.contains("ben@helpdesk.example"), "{field}={value}: {page}");
        }
        // What the form does not offer is not read.
        let mut more = ben(&agent, &[]);
        more.push(("disabled_at", "2020-01-01"));
        admin.submit("/admin/people", &more).await.assert(400);
        admin.submit("/admin/people/1", &[("name", "Root"), ("email", "root@helpdesk.example"), ("password_hash", "x")]).await.assert(400);
        assert_eq!(state(&app).await, before, "nothing was changed by what was refused");
        // The API refuses the same.
        let body = json!({ "login": "ben", "name": "Ben", "email": "ben@elsewhere.example", "roles": ["Agent"] });
        app.root.post("/api/v1/agents", body).await.assert(422);
    }

    async fn the_last_admin_stays(database) {
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let root = format!("/admin/people/{}", id(&app, "root").await);
        let before = state(&app).await;
        admin.get(&root).await.assert(200);
        admin.submit(&format!("{root}/retirement"), &[("to", "")]).await.assert(409);
        admin.submit(&format!("{root}/roles"), &[("sure", "yes")]).await.assert(409);
        let end = [("name", "Root Admin"), ("email", "root@helpdesk.example"), ("page_size", "25"), ("language", "en"), ("time_zone", ""), ("expires_at", "2099-01-01T10:00")];
        admin.submit(&root, &end).await.assert(409);
        assert_eq!(state(&app).await, before);
        // Somebody who was invited and has no way in yet is no second admin; somebody who has is.
        admin.get("/admin/people/new").await.assert(200);
        let role = role(&app, "Admin").await;
        admin.submit("/admin/people", &ben(&role, &[])).await.assert(200);
        admin.get(&root).await.assert(200);
        admin.submit(&format!("{root}/retirement"), &[("to", "")]).await.assert(409);
        app.agent("dana", &["Admin"]).await;
        admin.submit(&format!("{root}/retirement"), &[("to", "")]).await.assert(303);
        assert!(!app.visitor().submit("/login", &[("login", "root"), ("password", PASSWORD)]).await.status.is_redirection());
    }

    async fn who_is_retired_or_expired_loses_everything_at_once(database) {
        let app = TestApp::start(database).await;
        app.queue("Board", "board@helpdesk.example").await;
        app.role("Support only", "Support", &["full"]).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.agent("emil", &["Support only"]).await;
        let (mine, far) = (app.ticket_from(&mail("anna@customer.example")).await, app.ticket_from(&mail("bert@customer.example")).await);
        let done = app.ticket_from(&mail("carl@customer.example")).await;
        for number in [&mine, &far, &done] {
            app.root.set(number, "owner", "dana").await;
        }
        app.root.set(&far, "queue", "Board").await;
        app.root.set(&done, "state", "closed").await;
        dana.lock(&mine).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let admin = admin(&app).await;
        let page = format!("/admin/people/{}", id(&app, "dana").await);
        let shown = admin.get(&page).await.assert(200).text();
        assert!(shown.contains("127.0.0.1") && shown.contains("value=\"25\" selected"), "{shown}");
        let emil = id(&app, "emil").await;
        assert!(admin.get(&format!("{page}/retirement")).await.assert(200).text().contains("2 open tickets"));
        let gone = admin.submit(&format!("{page}/retirement"), &[("to", &emil)]).await;
        let said = admin.get(&gone.assert(303).location()).await.assert(200).text();
        for told in ["One open ticket went to the colleague.", "One open ticket has no owner now."] {
            assert!(said.contains(told), "{told}: {said}");
        }
        dana.get("/api/v1/tickets").await.assert(401);
        assert!(browser.get("/tickets").await.assert(303).location().contains("/login"));
        browser.submit("/login", &[("login", "dana"), ("password", PASSWORD)]).await.assert(422);
        let ticket = app.ticket(&mine).await;
        assert_eq!((&ticket["owner"], &ticket["lock"]["by"]), (&json!("emil"), &json!("emil")), "{ticket}");
        assert!(app.ticket(&far).await["owner"].is_null(), "emil may not work there");
        assert_eq!(app.ticket(&done).await["owner"], "dana", "what is done keeps its name");
        let history = app.root.get(&format!("/api/v1/tickets/{mine}/history")).await.items();
        let assigned = history.iter().find(|event| event.to_string().contains("emil")).expect("a line of history");
        assert!(assigned.to_string().contains("root"), "{assigned}");
        // Back: the roles are there, nothing that let her in before.
        admin.get(&page).await.assert(200);
        admin.submit(&format!("{page}/retirement/end"), &[]).await.assert(303);
        dana.get("/api/v1/tickets").await.assert(401);
        browser.get("/tickets").await.assert(303);
        browser.sign_in("dana", PASSWORD).await;
        // Expired: the same, and an end that is put off brings nothing back.
        let end = |at| [("name", "Dana Agent"), ("email", "dana@helpdesk.example"), ("page_size", "25"), ("language", "en"), ("time_zone", ""), ("expires_at", at)];
        admin.submit(&page, &end("2020-01-01T10:00")).await.assert(303);
        browser.get("/tickets").await.assert(303);
        admin.submit(&page, &end("")).await.assert(303);
        browser.get("/tickets").await.assert(303);
    }

    async fn roles_are_shown_before_they_are_given(database) {
        let app = TestApp::start(database).await;
        app.role("Readers", "Support", &["read"]).await;
        app.agent("dana", &["Readers"]).await;
        let admin = admin(&app).await;
        let (agent, dana) = (role(&app, "Agent").await, id(&app, "dana").await);
        let page = format!("/admin/people/{dana}");
        admin.get(&page).await.assert(200);
        let before = state(&app).await;
        let look = admin.submit(&format!("{page}/roles"), &[("role", &agent)]).await;
        let text = look.assert(200).text();
        assert!(text.contains("Dana Agent gains in Support: everything"), "{text}");
        assert_eq!(state(&app).await, before, "looking changes nothing");
        admin.submit(&format!("{page}/roles"), &[("role", &agent), ("sure", "yes")]).await.assert(303);
        let list = app.root.get("/api/v1/agents").await.items();
        let dana = list.iter().find(|agent| agent["login"] == "dana").unwrap();
        assert_eq!(dana["roles"], json!(["Agent"]));
    }

    async fn nobody_reaches_further_than_himself(database) {
        let app = TestApp::start(database).await;
        let body = json!({ "name": "Doorkeeper", "grants": [{ "queue": "Support", "rights": ["read"] }], "installation": ["people"] });
        app.root.post("/api/v1/roles", body).await.assert(201);
        app.agent("kim", &["Doorkeeper"]).await;
        let kim = app.visitor();
        kim.sign_in("kim", PASSWORD).await;
        let (root, own) = (id(&app, "root").await, id(&app, "kim").await);
        let (strong, weak) = (role(&app, "Admin").await, role(&app, "Doorkeeper").await);
        kim.get("/admin/people/new").await.assert(200);
        let before = state(&app).await;
        kim.submit("/admin/people", &ben(&strong, &[])).await.assert(403);
        kim.submit(&format!("/admin/people/{own}/roles"), &[("role", &strong), ("role", &weak), ("sure", "yes")]).await.assert(403);
        // The account of somebody who may do more is as good as his rights.
        for path in ["links", "password"] {
            kim.submit(&format!("/admin/people/{root}/{path}"), &[]).await.assert(403);
        }
        let address = [("name", "Root Admin"), ("email", "kim@helpdesk.example"), ("page_size", "25"), ("language", "en"), ("time_zone", ""), ("expires_at", "")];
        kim.submit(&format!("/admin/people/{root}"), &address).await.assert(403);
        assert_eq!(state(&app).await, before);
        kim.submit("/admin/people", &ben(&weak, &[])).await.assert(200);
    }

    async fn agents_are_found_page_by_page(database) {
        let app = TestApp::start(database).await;
        for number in 1..=7 {
            app.agent(&format!("agent{number}"), &["Agent"]).await;
        }
        let body = json!({ "login": "oezge", "name": "Özge Ünal", "email": "oezge@helpdesk.example", "roles": ["Agent"] });
        app.root.post("/api/v1/agents", body).await.assert(201);
        let admin = admin(&app).await;
        let few = "UPDATE agents SET page_size = 5 WHERE login = 'root'";
        app.db().write(move |tx| Ok(diesel::sql_query(few).execute(&mut **tx)?)).await.unwrap();
        let first = admin.get("/admin/people").await.assert(200).text();
        assert!(first.contains("Agent1 Agent") && !first.contains("Agent6 Agent"), "{first}");
        let next = between(&first, "href=\"/admin/people?after=");
        let second = admin.get(&format!("/admin/people?after={next}")).await.assert(200).text();
        assert!(second.contains("Agent6 Agent") && second.contains("Root Admin") && !second.contains("Agent1 Agent"));
        let found = admin.get("/admin/people?q=%C3%B6ZGE").await.assert(200).text();
        assert!(found.contains("Özge Ünal") && !found.contains("Agent1"), "{found}");
    }

    async fn only_who_manages_people_does_any_of_it(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        dana.get("/preferences").await.assert(200);
        let before = state(&app).await;
        let table = app.settings.must(&["routes", "--json"], "");
        let table: serde_json::Value = serde_json::from_str(&table).unwrap();
        let rows = table.as_array().or_else(|| table["routes"].as_array()).unwrap();
        let mut walked = 0;
        for row in rows {
            let path = text(&row["path"]).replace("{id}", "1").replace("{role}", "1");
            if !path.starts_with("/admin/people") && !path.starts_with("/admin/roles") {
                continue;
            }
            walked += 1;
            assert_eq!(row["needs"], "installation:people", "{path}");
            let answer = match text(&row["method"]).as_str() {
                "GET" => dana.get(&path).await,
                _ => dana.submit(&path, &[("sure", "yes"), ("to", "")]).await,
            };
            answer.assert(403);
        }
        assert!(walked >= 15, "{walked} routes");
        assert_eq!(state(&app).await, before);
    }

    async fn history_tells_owners_by_their_names(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.root.set(&number, "owner", "dana").await;
        let admin = admin(&app).await;
        for page in [format!("/tickets/{number}"), format!("/tickets/{number}/history")] {
            let told = admin.get(&page).await.assert(200).text();
            assert!(told.contains("made Dana Agent the owner") && !told.contains("made dana the owner"), "{page}: {told}");
        }
    }
}
