//! One's own API tokens: made where a role has the right `api`, shown once, ended by whoever has them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::Wish;
use crate::db::{TokenId, Ts};
use crate::error::{Error, FieldError};
use crate::people::tokens;
use crate::web::failure::Answer;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show_as};
use crate::web::state::Web;

const HOME: &str = "/preferences/tokens";
/// Choices of how many days a token works; nothing: until it is ended.
const DAYS: [&str; 4] = ["30", "90", "365", ""];

/// What the form for a new one sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    name: String,
    days: String,
}

/// Which one ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    token: i64,
}

#[derive(Serialize)]
struct TokensView {
    saved: String,
    /// A new one, shown this once.
    secret: String,
    tokens: Vec<TokenView>,
    name: String,
    days: Vec<Choice>,
    error_name: String,
    error: String,
    /// How a program sends it.
    example: String,
}

#[derive(Serialize)]
struct TokenView {
    id: i64,
    name: String,
    since: jiff::Timestamp,
    until: Option<jiff::Timestamp>,
    /// Whether an operator made it.
    given: bool,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: String,
    current: bool,
}

/// What the page says besides what there is.
#[derive(Default)]
struct Says {
    saved: String,
    secret: String,
    form: Form,
    problems: Vec<FieldError>,
    error: String,
}

/// `GET /preferences/tokens`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let saved = if wish.saved == "ended" { signed.reader.language.tr("tokens-ended") } else { String::new() };
    let form = Form { days: "90".to_owned(), ..Form::default() };
    show(&web, &signed, Says { saved, form, ..Says::default() }).await
}

async fn show(web: &Data<Web>, signed: &Signed, says: Says) -> Answer {
    let bad = !says.problems.is_empty() || !says.error.is_empty();
    let status = if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let address =
        web.config.public_url.join("/api/v1/tickets").map(|url| url.to_string()).unwrap_or_default();
    show_as(web, signed, status, "preferences/tokens.html", move |conn, asker| {
        let language = &asker.reader.language;
        let all = tokens::of(conn, asker.actor.agent.id, asker.reader.now)?;
        let days = DAYS.map(|value| Choice {
            value,
            label: match value.parse() {
                Ok(days) => language.tr_count("report-days", days),
                Err(_) => language.tr("tokens-no-end"),
            },
            current: says.form.days == value,
        });
        let problem = says.problems.iter().find(|problem| problem.field == "name");
        let others = says.problems.iter().find(|problem| problem.field != "name");
        let error = others.map_or(says.error, |problem| problem.message.in_language(language));
        let view = TokensView {
            saved: says.saved,
            secret: says.secret,
            tokens: all
                .into_iter()
                .map(|token| TokenView {
                    id: token.id.0,
                    name: token.name,
                    since: token.created_at.0,
                    until: token.expires_at.map(|end| end.0),
                    given: !token.own,
                })
                .collect(),
            name: says.form.name,
            days: days.into(),
            error_name: problem.map(|problem| problem.message.in_language(language)).unwrap_or_default(),
            error,
            example: format!("curl -H 'Authorization: Bearer …' {address}"),
        };
        Ok(Page::new("preferences", view))
    })
    .await
}

/// `POST /preferences/tokens`: a new one.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (form, asker, now) = (form.0, signed.clone(), Ts(web.clock.now()));
    let typed = form.clone();
    let done = web
        .db
        .write(move |tx| {
            let days = match typed.days.as_str() {
                "" => None,
                // What is no number is one that cannot be.
                text => Some(text.parse().unwrap_or(0)),
            };
            tokens::create_own(tx, &asker.actor, &typed.name, days, now)
        })
        .await;
    let says = match done {
        Ok(secret) => {
            Says { secret, form: Form { days: "90".to_owned(), ..Form::default() }, ..Says::default() }
        }
        Err(Error::Invalid(problems)) => Says { problems, form, ..Says::default() },
        Err(Error::Conflict(sentence)) => {
            Says { error: sentence.in_language(&signed.reader.language), form, ..Says::default() }
        }
        Err(error) => return Err(error.into()),
    };
    show(&web, &signed, says).await
}

/// `POST /preferences/tokens/end`.
pub async fn end(web: Data<Web>, signed: Signed, form: Posted<End>) -> Answer {
    let (asker, now) = (signed.clone(), Ts(web.clock.now()));
    web.db.write(move |tx| tokens::end_own(tx, &asker.actor, TokenId(form.0.token), now)).await?;
    Ok(see_other(&format!("{HOME}?saved=ended")))
}
