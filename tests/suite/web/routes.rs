//! The table of routes: what strangers reach is a short, reviewed list, and no change goes unproven.

use turnstone::web::routes::{Cache, Csrf, Needs, table};

#[test]
fn strangers_reach_only_what_is_listed_here() {
    let public: Vec<String> = table()
        .iter()
        .filter(|route| route.needs == Needs::Public)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let reviewed = [
        "GET /",
        "GET /login",
        "POST /login",
        "GET /login/with/{id}",
        "GET /login/with/{id}/callback",
        "GET /login/with/{id}/end",
        "GET /login/factor",
        "POST /login/factor",
        "GET /login/enrolment",
        "POST /login/enrolment",
        "POST /login/passkey",
        "POST /login/passkey/challenge",
        "POST /login/factor/passkey",
        "POST /login/factor/passkey/challenge",
        "POST /login/enrolment/passkey",
        "POST /login/enrolment/passkey/challenge",
        "GET /setup",
        "POST /setup",
        "GET /assets/{name}",
        "GET /brand/{name}",
        "GET /inline/{uid}/{proof}",
        "GET /password/new",
        "POST /password/new",
        "GET /password/reset",
        "POST /password/reset",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
    ];
    assert_eq!(public, reviewed);
}

#[test]
fn every_change_proves_where_it_comes_from() {
    for route in table() {
        let changes = !route.method.is_safe();
        assert_eq!(changes, route.csrf != Csrf::None, "{} {}", route.method, route.path);
        assert!(route.csrf != Csrf::SameSite || route.needs == Needs::Public, "{}", route.path);
        let named_by_content =
            ["/assets/", "/brand/"].iter().any(|beginning| route.path.starts_with(beginning));
        assert!(route.cache == Cache::NoStore || named_by_content, "{}", route.path);
    }
}

#[test]
fn no_address_that_shows_something_ends_in_a_verb() {
    let verbs = ["lock", "close", "move", "merge", "reply", "delete", "edit", "retry", "undo"];
    for route in table().iter().filter(|route| route.method.is_safe()) {
        let last = route.path.rsplit('/').next().unwrap_or_default();
        assert!(!verbs.contains(&last), "GET {}", route.path);
    }
}
