//! What of the answers to somebody who is signed in is written down as a refusal: no right, a ticket of which he may not
//! know, an id or a field that no page of ours offered him. Pages and API ask alike.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use crate::access::{self, Actor, Named};
use crate::audit;
use crate::desk::Desk;

/// Stands among the extensions of an answer that refused a field which nobody reads.
#[derive(Clone, Copy, Debug)]
pub struct UnknownField;

/// What was asked for, noted before the request is worked on.
#[derive(Clone, Debug)]
pub struct Asked {
    what: String,
    changes: bool,
}

impl Asked {
    /// Of a request.
    pub fn of(request: &HttpRequest) -> Self {
        Self { what: format!("{} {}", request.method(), path(request)), changes: !request.method().is_safe() }
    }

    /// Writes down a right that was missing. The refusal stands even where that fails.
    pub async fn refused(self, desk: &Desk, actor: Actor) {
        write(desk, actor, self.what, "").await;
    }

    /// Looks at the answer, and writes down what it refused.
    pub async fn answered(
        self,
        desk: &Desk,
        actor: Actor,
        request: &HttpRequest,
        status: StatusCode,
        unknown_field: bool,
    ) {
        match status {
            StatusCode::FORBIDDEN => write(desk, actor, self.what, "").await,
            StatusCode::NOT_FOUND => {
                let (desk, named) = (desk.clone(), named(request));
                // Beside the answer: by how long it takes, nobody tells a hidden ticket from none.
                actix_web::rt::spawn(async move { self.not_found(&desk, actor, named).await });
            }
            _ if unknown_field && self.changes => write(desk, actor, self.what, "unknown field").await,
            _ => {}
        }
    }

    async fn not_found(self, desk: &Desk, actor: Actor, named: Option<Named>) {
        let hidden = match named {
            None => Ok(false),
            Some(named) => {
                let actor = actor.clone();
                desk.db.read(move |conn| access::is_hidden(conn, &actor, &named)).await
            }
        };
        match hidden {
            Ok(true) => write(desk, actor, self.what, "hidden").await,
            // Who reads may mistype an address; a change names what a page of ours offered, or the caller made it up.
            Ok(false) if self.changes => write(desk, actor, self.what, "unknown id").await,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "whether a refusal has to be written down is not known"),
        }
    }
}

async fn write(desk: &Desk, actor: Actor, what: String, detail: &'static str) {
    let now = desk.moment().ts();
    let done = desk.db.write(move |tx| audit::refused(tx, &actor, &what, detail, now)).await;
    if let Err(error) = done {
        tracing::warn!(%error, "a refusal was not written down");
    }
}

/// A mail address in a path would outlive whoever has it in a log that only grows: the route says enough.
fn path(request: &HttpRequest) -> String {
    let named = request.path().contains('@') || request.path().contains("%40");
    match request.match_pattern().filter(|_| named) {
        Some(route) => route,
        None if named => "an address with a person in it".to_owned(),
        None => request.path().to_owned(),
    }
}

/// What the address names that belongs to a ticket.
fn named(request: &HttpRequest) -> Option<Named> {
    let pattern = request.match_pattern()?;
    let pattern = pattern.strip_prefix("/api/v1").unwrap_or(&pattern);
    let given = |name: &str| request.match_info().get(name).map(str::to_owned);
    match pattern.split('/').nth(1)? {
        "tickets" => given("number").map(Named::Ticket),
        "articles" => given("id").map(Named::Article),
        "attachments" => given("uid").map(Named::Attachment),
        _ => None,
    }
}
