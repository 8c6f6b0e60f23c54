//! What a form of the administration is about, made for one request alone: what is taken away, merged or renamed by it is
//! nobody else's, and nobody is told that somebody was before him.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tests::app::{TestApp, text};

use super::entries;
use super::world::{Asking, Thing};

/// A port of this machine at which nobody listens: what tries it is refused at once.
const CLOSED: u16 = 4_143;
/// What the next one is called: names are unique, also in the copies of an installation.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// What is made; `{more}` in a form is what else there is to say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// An agent; and his address.
    Agent,
    /// One who is retired.
    Gone,
    /// A calendar; and its name.
    Calendar,
    /// A customer with two addresses; and the second one.
    Customer,
    /// A customer; and the key of another one.
    Pair,
    /// A customer into whom another one was merged; and the key of that merge.
    Merged,
    /// A mailbox that rests.
    Mailbox,
    /// One that is looked into, where nobody answers.
    Awake,
    /// An organisation; and its name.
    Organisation,
    /// The version of the filters in force, twice.
    Filters,
    /// Nothing of its own, and a tag on a ticket in the queue of most.
    Tag,
}

impl Own {
    /// Makes it; `other` is the number of a ticket that nobody's request takes away.
    pub async fn make(self, root: &Asking<'_>, other: &str) -> Thing {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let (name, word) = (format!("Made {n}"), format!("made-{n}"));
        let address = format!("{word}@elsewhere.example");
        let (own, more) = match self {
            Self::Agent | Self::Gone => {
                let body = json!({ "login": word, "name": name, "email": address });
                let id = made(root, "/api/v1/agents", body).await;
                if self == Self::Gone {
                    let path = format!("/api/v1/agents/{id}/retirement");
                    root.send(Method::PUT, &path, Some(json!({ "to": null }))).await;
                }
                (id, address)
            }
            Self::Calendar => {
                let body = json!({ "name": name, "hours": { "monday": "09:00-17:00" } });
                (made(root, "/api/v1/calendars", body).await, name)
            }
            Self::Customer => {
                let id = customer(root, &name, &address).await;
                let second = format!("{word}-too@elsewhere.example");
                let path = format!("/api/v1/customers/{id}/addresses");
                root.send(Method::POST, &path, Some(json!({ "address": second }))).await;
                (id, second)
            }
            Self::Pair | Self::Merged => {
                let id = customer(root, &name, &address).await;
                let from = customer(root, &name, &format!("{word}-too@elsewhere.example")).await;
                if self == Self::Pair {
                    (id, from)
                } else {
                    let path = format!("/api/v1/customers/{id}/merges");
                    root.send(Method::POST, &path, Some(json!({ "from": from }))).await;
                    let merges = root.send(Method::GET, &path, None).await;
                    (id, text(&merges["items"][0]["id"]))
                }
            }
            Self::Mailbox | Self::Awake => {
                let body = json!({ "name": name, "kind": "imap", "host": "127.0.0.1", "port": CLOSED,
                    "security": "none", "login": word, "password": "s3cr3t-word", "address": address,
                    "poll_seconds": 3_600, "enabled": self == Self::Awake });
                (made(root, "/api/v1/mailboxes", body).await, name)
            }
            Self::Organisation => (made(root, "/api/v1/organisations", json!({ "name": name })).await, name),
            Self::Filters => {
                let version = text(&root.send(Method::GET, "/api/v1/filters", None).await["version"]);
                (version.clone(), version)
            }
            Self::Tag => {
                let path = format!("/api/v1/tickets/{other}/tags");
                root.send(Method::POST, &path, Some(json!({ "tag": word }))).await;
                (String::new(), word)
            }
        };
        Thing { own, more, ..Thing::default() }
    }

    /// What will do for whoever is refused: what a mailbox that is looked into notes by itself would look like the effect of
    /// a request.
    fn at_rest(self) -> Self {
        if self == Self::Awake { Self::Mailbox } else { self }
    }
}

/// One for each route, for all who are refused there: they leave it as it is. And the filters, which have to be there.
pub async fn spare(app: &TestApp, other: &str) -> BTreeMap<&'static str, Thing> {
    let (base, http) = (app.base(), super::walk::http());
    let root = Asking { base: &base, http: &http, token: app.root.token().expect("the admin's token") };
    let rule = |name: &str| {
        json!({ "name": name, "conditions": [{ "on": "header", "header": "X-Walked", "test": "exists" }],
            "actions": { "tags": ["walked"] } })
    };
    let rules = json!({ "rules": [rule("First"), rule("Second")] });
    root.send(Method::PUT, "/api/v1/filters", Some(rules)).await;
    let mut spare = BTreeMap::new();
    for entry in entries::all() {
        if let Some(own) = entry.own {
            spare.insert(entry.route, own.at_rest().make(&root, other).await);
        }
    }
    spare
}

async fn customer(root: &Asking<'_>, name: &str, address: &str) -> String {
    made(root, "/api/v1/customers", json!({ "name": name, "address": address })).await
}

/// Makes something: its key.
async fn made(root: &Asking<'_>, path: &str, body: Value) -> String {
    text(&root.send(Method::POST, path, Some(body)).await["id"])
}
