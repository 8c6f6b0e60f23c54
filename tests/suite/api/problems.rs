use reqwest::Method;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Answer;
use tests::{both_databases, mail};

fn problem(answer: &Answer, status: u16) -> Value {
    answer.assert(status);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.asked);
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    for field in ["type", "title", "detail"] {
        assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
    }
    problem
}

fn refused(answer: &Answer) -> Vec<String> {
    let problem = problem(answer, 422);
    let errors = problem["errors"].as_array().expect("errors");
    errors
        .iter()
        .map(|error| {
            assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
            error["field"].as_str().unwrap().to_owned()
        })
        .collect()
}

both_databases! {
    async fn every_refusal_is_a_problem(database) {
        let app = TestApp::start(database).await;
        let root = &app.root;
        problem(&root.get("/api/v1/tickets/99999").await, 404);
        problem(&root.get("/api/v1/nothing").await, 404);
        problem(&root.get("/api/v1/articles/x").await, 404);
        problem(&root.delete("/api/v1/tickets").await, 405);
        let send = async |body: &str, kind: &str| {
            let request = root.request(Method::POST, "/api/v1/queues").header("content-type", kind);
            root.send(request.body(body.to_owned())).await
        };
        problem(&send("{\"name\": ", "application/json").await, 400);
        problem(&send("{} {}", "application/json").await, 400);
        problem(&send("{}", "application/json").await, 422);
        problem(&send("name=x", "application/x-www-form-urlencoded").await, 415);
        problem(&send(&"[".repeat(40), "application/json").await, 400);
        let long = format!("{{\"name\": \"{}\"}}", "x".repeat(70_000));
        problem(&send(&long, "application/json").await, 413);
    }

    async fn a_refused_field_is_named(database) {
        let app = TestApp::start(database).await;
        let root = &app.root;
        let post = async |path: &str, body: Value| root.post(&format!("/api/v1/{path}"), body).await;
        assert_eq!(refused(&post("queues", json!({ "name": "A", "adresses": [] })).await), ["adresses"]);
        assert_eq!(refused(&post("queues", json!({})).await), ["name"]);
        assert_eq!(refused(&post("queues", json!({ "name": 7 })).await), ["name"]);
        assert_eq!(refused(&post("queues", json!({ "name": "A", "addresses": ["no"] })).await), ["addresses"]);
        let grants = json!([{ "queue": "*", "rights": ["fly"] }]);
        let role = post("roles", json!({ "name": "R", "grants": grants, "installation": ["rule"] })).await;
        assert_eq!(refused(&role), ["grants[0].rights", "installation"]);
        let agent = json!({ "login": "x", "name": "X", "email": "x@helpdesk.example", "roles": [], "password": "short" });
        assert_eq!(refused(&post("agents", agent).await), ["password"]);

        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let set = async |what: &str, body: Value| root.put(&format!("/api/v1/tickets/{number}/{what}"), body).await;
        assert_eq!(refused(&set("owner", json!({ "value": "nobody-here" })).await), ["value"]);
        assert_eq!(refused(&set("owner", json!({})).await), ["value"], "missing is not null");
        assert_eq!(refused(&set("queue", json!({ "value": "Nowhere" })).await), ["value"]);
        assert_eq!(refused(&set("priority", json!({ "value": "extreme" })).await), ["value"]);
        assert_eq!(refused(&set("state", json!({ "value": "merged" })).await), ["value"]);
        assert_eq!(refused(&set("state", json!({ "value": "pending reminder" })).await), ["until"]);
        assert_eq!(refused(&set("state", json!({ "value": "pending reminder", "until": "soon" })).await), ["until"]);
        let reply = post(&format!("tickets/{number}/replies"), json!({ "body_text": "x", "to": ["not an address"] })).await;
        assert_eq!(refused(&reply), ["to"]);
        assert_eq!(refused(&post(&format!("tickets/{number}/replies"), json!({ "body_text": " " })).await), ["body_text"]);
        assert_eq!(refused(&root.get("/api/v1/tickets?limit=0").await), ["limit"]);
        assert_eq!(refused(&root.get("/api/v1/tickets?cursor=x").await), ["cursor"]);
        assert_eq!(refused(&root.get("/api/v1/tickets?stat=new").await), ["stat"]);
    }

    async fn what_needs_a_right_is_403(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        for path in ["inbound", "inbound/1", "inbound/1/raw", "outbox", "roles", "customers", "organisations"] {
            problem(&dana.get(&format!("/api/v1/{path}")).await, 403);
        }
        problem(&dana.post("/api/v1/queues", json!({ "name": "A" })).await, 403);
        problem(&dana.post("/api/v1/roles", json!({ "name": "A" })).await, 403);
        let agent = json!({ "login": "x", "name": "X", "email": "x@helpdesk.example" });
        problem(&dana.post("/api/v1/agents", agent).await, 403);
        problem(&dana.post("/api/v1/inbound/1/retry", json!({})).await, 403);
    }
}
