use serde_json::json;
use tests::app::TestApp;
use tests::{Client, both_databases};

both_databases! {
    async fn a_stranger_hears_401_everywhere(database) {
        let app = TestApp::start(database).await;
        let wrong = Client::with_token(&app.base(), "tst_wrong");
        let nobody = app.visitor();
        for path in ["/api/v1/tickets", "/api/v1/tickets/10001", "/api/v1/openapi.json", "/api/v1/nothing/here"] {
            for client in [&wrong, &nobody] {
                let answer = client.get(path).await;
                answer.assert(401);
                assert!(answer.header("www-authenticate").starts_with("Bearer"), "{path}");
                assert_eq!(answer.header("content-type"), "application/problem+json");
                assert_eq!(answer.json()["status"], 401);
            }
        }
        // Before the body is looked at.
        nobody.post("/api/v1/tickets", json!({ "nonsense": 1 })).await.assert(401);
    }

    async fn a_disabled_agents_token_is_dead_at_once(database) {
        let app = TestApp::start(database).await;
        let dana = app.agent("dana", &["Agent"]).await;
        dana.get("/api/v1/tickets").await.assert(200);
        app.settings.must(&["agent", "disable", "--login", "dana"], "");
        dana.get("/api/v1/tickets").await.assert(401);
    }

    async fn a_session_is_no_token(database) {
        let app = TestApp::start(database).await;
        let browser = app.visitor();
        browser.sign_in("root", tests::binary::PASSWORD).await;
        browser.get("/api/v1/tickets").await.assert(401);
    }

    async fn answers_carry_the_headers_of_all_answers(database) {
        let app = TestApp::start(database).await;
        for path in ["/api/v1/tickets", "/api/v1/nothing"] {
            let answer = app.root.get(path).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        }
    }
}
