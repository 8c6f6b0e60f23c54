//! "Forgot it?": a link by mail. The answer is the same, in words and in time, whether there is such an account.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::Open;
use super::gate::Guest;
use super::login::named;
use super::page::show_plain;
use super::session;
use super::state::Web;
use crate::db::Ts;
use crate::people::forgotten;

/// So much later the link is made: by then the answer is out, and does not share the machine with what only accounts cost.
const LATER: Duration = Duration::from_millis(100);

/// The form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    login: String,
}

#[derive(Serialize)]
struct ForgottenView {
    sent: bool,
}

/// `GET /password/reset`.
pub async fn page(web: Data<Web>, guest: Guest) -> Answer {
    let guest = named(&web, guest).await?;
    show_plain(&web, &guest, StatusCode::OK, "session/forgotten.html", ForgottenView { sent: false })
}

/// `POST /password/reset`.
pub async fn create(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let (typed, address, now) =
        (form.0.login, session::client_address(&request, &web.config), Ts(web.clock.now()));
    let (db, config) = (web.db.clone(), web.config.clone());
    // Beside the answer, which takes as long for everybody.
    actix_web::rt::spawn(async move {
        tokio::time::sleep(LATER).await;
        let (settings, wanted) = (config.clone(), typed.clone());
        let asked = match db.read(move |conn| forgotten::would_send(conn, &settings, &wanted, now)).await {
            Ok(true) => db.write(move |tx| forgotten::ask(tx, &config, &typed, &address, now)).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = asked {
            tracing::warn!(%error, "a link for a new password was not sent");
        }
    });
    let guest = named(&web, guest).await?;
    show_plain(&web, &guest, StatusCode::OK, "session/forgotten.html", ForgottenView { sent: true })
}
