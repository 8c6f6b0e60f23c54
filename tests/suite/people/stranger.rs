//! Every route is walked by a stranger and by an agent without any right; a new one is covered by itself.

use diesel::RunQueryDsl as _;
use reqwest::Method;
use serde_json::Value;
use tests::app::{TestApp, text};
use tests::{Client, both_databases, mail};

const CANARY: &str = "canary-55127";

struct Route {
    method: Method,
    path: String,
    public: bool,
}

fn routes(app: &TestApp) -> Vec<Route> {
    let table = app.settings.must(&["routes", "--json"], "");
    let table: Value = serde_json::from_str(&table).expect("routes --json prints JSON");
    let rows = table.as_array().or_else(|| table["routes"].as_array()).expect("a list of routes");
    assert!(rows.len() > 40, "only {} routes", rows.len());
    rows.iter()
        .map(|row| Route {
            method: text(&row["method"]).parse().expect("a method"),
            path: text(&row["path"]),
            public: row["needs"].to_string().to_lowercase().contains("public"),
        })
        .collect()
}

/// The path with every parameter filled: tickets by a number that exists, the rest by ids that do.
fn filled(path: &str, number: &str, article: &str, attachment: &str) -> String {
    path.split('/')
        .map(|segment| match segment {
            segment if !segment.starts_with('{') => segment.to_owned(),
            _ if path.contains("/tickets/{") && path.find('{') == path.find(segment) => number.to_owned(),
            _ if path.contains("/articles/") => article.to_owned(),
            _ if path.contains("/attachments/") => attachment.to_owned(),
            _ => "1".to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

async fn ask(client: &Client, route: &Route, path: &str) -> tests::client::Answer {
    let mut request = client.request(route.method.clone(), path);
    if route.method != Method::GET && route.method != Method::DELETE {
        request = request.json(&serde_json::json!({}));
    }
    client.send(request.timeout(std::time::Duration::from_secs(10))).await
}

both_databases! {
    async fn no_route_but_the_public_ones_answers_a_stranger(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").subject(CANARY).text(CANARY).attach("canary-55127.txt", "text/plain", b"x");
        let number = app.ticket_from(&letter).await;
        let article = app.articles(&number).await.remove(0);
        let (id, attachment) = (text(&article["id"]), text(&article["attachments"][0]["id"]));
        let public: Vec<_> = routes(&app).iter().filter(|route| route.public).map(|route| route.path.clone()).collect();
        assert!(public.len() <= 28, "public routes are few: {public:?}");
        for route in routes(&app).iter().filter(|route| !route.public) {
            let path = filled(&route.path, &number, &id, &attachment);
            let answer = ask(&app.visitor(), route, &path).await;
            let status = answer.status.as_u16();
            let led_to_login = status == 303 && answer.location().contains("/login");
            let refused = [401, 403, 404, 405, 415].contains(&status) || led_to_login;
            assert!(refused, "{} {path} answered a stranger with {status}", route.method);
            assert!(!answer.text().contains(CANARY), "{} {path} tells a stranger", route.method);
        }
    }

    async fn an_agent_without_rights_sees_nothing_anywhere(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").subject(CANARY).text(CANARY).attach("canary-55127.txt", "text/plain", b"x");
        let number = app.ticket_from(&letter).await;
        let article = app.articles(&number).await.remove(0);
        let (id, attachment) = (text(&article["id"]), text(&article["attachments"][0]["id"]));
        app.queue("Elsewhere", "elsewhere@helpdesk.example").await;
        app.role("Elsewhere only", "Elsewhere", &["full"]).await;
        let nora = app.agent("nora", &["Elsewhere only"]).await;
        let browser = app.visitor();
        browser.sign_in("nora", tests::binary::PASSWORD).await;
        for route in routes(&app).iter().filter(|route| route.method == Method::GET && !route.path.contains("events")) {
            let path = filled(&route.path, &number, &id, &attachment);
            for client in [&*nora, &browser] {
                let answer = ask(client, route, &path).await;
                assert!(!answer.text().contains(CANARY), "GET {path} shows what is hidden");
                assert!(!answer.status.is_server_error(), "GET {path}: {}", answer.text());
                if path.contains(&format!("/tickets/{number}")) && route.path.starts_with("/api") {
                    assert_ne!(answer.status.as_u16(), 200, "GET {path}");
                }
            }
        }
        let before = app.ticket(&number).await;
        for route in routes(&app).iter().filter(|route| route.method != Method::GET && route.path.contains("/tickets/{")) {
            let path = filled(&route.path, &number, &id, &attachment);
            let status = ask(&nora, route, &path).await.status.as_u16();
            assert!(!(200..300).contains(&status), "{} {path} did it: {status}", route.method);
        }
        assert_eq!(app.ticket(&number).await, before);
    }

    async fn an_agent_whose_roles_are_gone_sees_not_even_what_he_owns(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").subject(CANARY).text(CANARY)).await;
        let dana = app.agent("dana", &["Agent"]).await;
        app.root.set(&number, "owner", "dana").await;
        assert!(dana.get("/api/v1/tickets?owner=me").await.text().contains(CANARY));
        let gone = "DELETE FROM agent_roles WHERE agent_id = (SELECT id FROM agents WHERE login = 'dana')";
        app.db().write(move |tx| Ok(diesel::sql_query(gone).execute(&mut **tx)?)).await.expect("taken away");
        let paths = ["/api/v1/tickets", "/api/v1/tickets?owner=me", "/api/v1/search?q=canary", "/api/v1/tickets?q=55127"];
        for path in paths.map(str::to_owned).into_iter().chain([format!("/api/v1/tickets/{number}")]) {
            let answer = dana.get(&path).await;
            assert!(!answer.text().contains(CANARY), "{path}: {}", answer.text());
        }
    }

    async fn every_answer_carries_the_security_headers(database) {
        let app = TestApp::start(database).await;
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        for path in ["/login", "/tickets", "/no-such-page", "/api/v1/tickets", "/healthz", "/admin/no-such"] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{path}: {policy}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("cache-control", "no-store"),
                ("x-robots-tag", "noindex, nofollow"),
            ] {
                assert_eq!(answer.header(name), value, "{name} of {path}");
            }
            assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
            assert!(answer.headers.get("server").is_none() && answer.headers.get("x-powered-by").is_none());
        }
    }
}
