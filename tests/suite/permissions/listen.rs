//! The streams: everybody listens while something happens to what hardly anybody may see.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::actors::VAULT;
use super::walk::Walk;
use super::world::{Asking, Object};

/// For so long everybody listens after the last change.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Opens both streams of everybody who has any, changes the hidden and the kept ticket, and looks through what was heard.
pub async fn run(walk: &Arc<Walk>) {
    if walk.is_over() {
        return;
    }
    let (base, http) = walk.asking();
    let mut listeners = Vec::new();
    for actor in walk.actors().filter(|actor| actor.kind.is_known()) {
        for path in ["/events", "/api/v1/events"] {
            if path.starts_with("/api") && actor.token.is_none() {
                continue;
            }
            let mut request = http.get(format!("{base}{path}")).header("Sec-Fetch-Site", "same-origin");
            if path.starts_with("/api") {
                request = request.bearer_auth(actor.token.as_deref().unwrap_or_default());
            } else {
                request = request
                    .header("Cookie", format!("turnstone={}", actor.session.as_deref().unwrap_or_default()));
            }
            let actor = actor.clone();
            listeners.push(tokio::spawn(async move {
                let mut heard = Vec::new();
                let listening = async {
                    let mut answer = request.send().await.ok()?;
                    while let Ok(Some(chunk)) = answer.chunk().await {
                        heard.extend_from_slice(&chunk);
                    }
                    Some(())
                };
                // A stream has no end of its own.
                let _ = tokio::time::timeout(PATIENCE * 2, listening).await;
                (actor, path, String::from_utf8_lossy(&heard).into_owned())
            }));
        }
    }
    tokio::time::sleep(PATIENCE / 2).await;
    let token = walk.world.actor("root").token.clone().unwrap_or_default();
    let asking = Asking { base: &base, http: &http, token: &token };
    let places = [Object::Hidden, Object::Kept, Object::Open];
    for object in places {
        let path = format!("/api/v1/tickets/{}/notes", walk.world.things[&object].number);
        asking.send(Method::POST, &path, Some(json!({ "body_text": "Heard by whom?" }))).await;
    }
    for listener in listeners {
        let Ok((actor, path, heard)) = listener.await else { continue };
        let who = &actor.kind;
        for object in places {
            let number = &walk.world.things[&object].number;
            let hears = heard.contains(number.as_str());
            let may = who.may(object.queue(), "read") || (object == Object::Kept && who.login == "keeps");
            if hears && !may {
                walk.complain(format!(
                    "{path} told {} of the ticket in {}",
                    who.login,
                    if object.queue() == VAULT { "the hidden queue" } else { "the open queue" }
                ));
            }
            // A deaf stream would show nothing to anybody.
            if may && !hears && path.starts_with("/api") {
                walk.complain(format!("{path} did not tell {} of {object:?}: {heard}", who.login));
            }
        }
    }
}
