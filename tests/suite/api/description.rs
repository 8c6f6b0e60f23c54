use serde_json::Value;
use tests::Database;
use tests::app::TestApp;

/// Every row of the table of routes is described, and nothing else is.
#[test]
fn the_description_covers_every_route() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let description = app.root.get("/api/v1/openapi.json").await.assert(200).json();
        assert!(description["openapi"].as_str().unwrap().starts_with("3.1"), "{}", description["openapi"]);
        let mut described: Vec<String> = Vec::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(
                    operation["responses"]["default"]["content"]["application/problem+json"].is_object(),
                    "{path}"
                );
                described.push(format!("{} {path}", method.to_uppercase()));
            }
        }
        let mut routed: Vec<String> = turnstone::api::routes::table()
            .iter()
            .filter(|route| route.path != "/openapi.json")
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        described.sort();
        routed.sort();
        assert_eq!(described, routed);
        dangling(&description, &description["components"]["schemas"]);
    });
}

/// Every reference leads to a schema.
fn dangling(value: &Value, schemas: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str) {
                let name = name.trim_start_matches("#/components/schemas/");
                assert!(schemas[name].is_object(), "{name} is not described");
            }
            map.values().for_each(|inner| dangling(inner, schemas));
        }
        Value::Array(list) => list.iter().for_each(|inner| dangling(inner, schemas)),
        _ => {}
    }
}
