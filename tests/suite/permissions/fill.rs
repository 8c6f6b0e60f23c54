//! What stands in the addresses of routes for their `{parameters}`.

use super::walk::{Route, Walk};
use super::world::{Object, Thing};

impl Walk {
    /// The address of a route, about this thing.
    pub fn fill(&self, route: &Route, thing: &Thing) -> String {
        let mut filled = String::new();
        let mut before = "";
        for part in route.path.split('/').skip(1) {
            filled.push('/');
            match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
                Some((name, rest)) => {
                    filled.push_str(&self.parameter(route, before, name, thing));
                    filled.push_str(rest);
                }
                None => filled.push_str(part),
            }
            before = part;
        }
        filled
    }

    fn parameter(&self, route: &Route, before: &str, name: &str, thing: &Thing) -> String {
        let id = |name: &str| self.world.ids[name].clone();
        match (before, name) {
            // What was made for this request alone.
            ("merges", "merge") | (_, "address") if !thing.more.is_empty() => thing.more.clone(),
            (_, "id") if !thing.own.is_empty() => thing.own.clone(),
            ("tickets", "number") => thing.number.clone(),
            ("articles", "id") if route.path.ends_with("/customer") && self.is_the_open_one(thing) => {
                id("joined")
            }
            ("articles", "id") => thing.article.clone(),
            ("attachments", "uid") => thing.attachment.clone(),
            ("acts", "id") => thing.act.clone(),
            // One for the pages and one for programs, because either throws it away.
            ("templates", "id") if route.path.contains("/preferences/") && route.api => id("own_by_program"),
            ("templates", "id") if route.path.contains("/preferences/") => id("own"),
            ("templates", "id") if route.path.contains("{number}") || route.changes() => id("general"),
            ("templates", "id") => id("template"),
            ("states", "id") => id("state"),
            // The installation's own calendar is always there.
            ("calendars", "id") => "1".to_owned(),
            ("queues", "id") if route.changes() => id("decoy"),
            ("queues", "id") => id("vault"),
            ("bulk" | "bulks", "id") => id("bulk"),
            ("views", "id") => id("view"),
            ("passkeys", "id") => id("passkey"),
            ("people" | "agents", "id") => id("tilda"),
            ("roles", "id") => id("spare"),
            ("mail" | "inbound", "id") => id("inbound"),
            ("customers", "id") => id("customer"),
            ("links", "other") => id("other"),
            ("tags", "tag") => "blue".to_owned(),
            ("watchers", "login") => "root".to_owned(),
            (_, "address") => "p@customer.example".to_owned(),
            // What it sends is changed where nobody waits for it.
            ("auto-responses", "scope") if route.changes() => id("decoy"),
            ("auto-responses", "scope") => id("queue"),
            ("new", "kind") => "oidc".to_owned(),
            (_, "kind") => "received".to_owned(),
            (_, "language") => "en".to_owned(),
            ("mailboxes" | "versions" | "organisations", "id") | ("merges", "merge") => "1".to_owned(),
            ("rules", "at") => "1".to_owned(),
            ("content", "part") => "0".to_owned(),
            // The form of the look goes to a page of its own.
            ("setup", "step") if route.changes() => "people".to_owned(),
            ("setup", "step") => "look".to_owned(),
            ("files", "uid") if !thing.file.is_empty() => thing.file.clone(),
            ("uploads", "uid") if !thing.upload.is_empty() => thing.upload.clone(),
            ("tokens", "token") => id("tildas_token"),
            ("settings", "key") => "SIGN_IN_TRIES".to_owned(),
            // Where directories are compared there is none, so that nobody outside is asked.
            ("sign-in", "id") if !route.path.ends_with("/syncs") => "walked".to_owned(),
            ("assets" | "brand", "name")
            | ("inline" | "files" | "uploads", "uid")
            | ("with" | "sign-in", "id")
            | (_, "proof") => "none".to_owned(),
            _ => panic!(
                "{} has the parameter {{{name}}}, which the permission matrix cannot fill: say in `parameter` of \
                 tests/suite/permissions/fill.rs what it names, and make that in world.rs with a canary",
                route.key()
            ),
        }
    }

    fn is_the_open_one(&self, thing: &Thing) -> bool {
        self.world.things[&Object::Open].number == thing.number
    }
}
