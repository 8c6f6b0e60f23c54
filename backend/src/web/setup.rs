//! The first-run page behind a one-time link: the first agent, the organisation, the first queue. Gone for good once
//! there is an agent; the other steps of the set-up follow it ([`super::wizard`]).

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::Open;
use super::gate::Guest;
use super::known;
use super::page::{see_other, show_plain};
use super::session;
use super::state::Web;
use crate::db::Ts;
use crate::error::{Error, FieldError};
use crate::people::agents::NewAgent;
use crate::people::setup::{self, SetUp};
use crate::people::{agents, first_steps, password, sessions};

/// The one-time link.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    token: String,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    token: String,
    name: String,
    email: String,
    login: String,
    // Never sent back.
    #[serde(skip_serializing)]
    password: String,
    organisation: String,
    queue: String,
    address: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Errors {
    name: String,
    email: String,
    login: String,
    password: String,
    organisation: String,
    queue: String,
    address: String,
}

#[derive(Serialize)]
struct SetupView<'a> {
    token: &'a str,
    error: String,
    form: &'a Form,
    errors: Errors,
}

/// `GET /setup?token=`: 404 without the right token, and for everybody once it is done.
pub async fn page(web: Data<Web>, guest: Guest, wish: Query<Wish>) -> Answer {
    check(&web, &wish.token).await?;
    let form = Form { token: wish.token.clone(), queue: "Support".to_owned(), ..Form::default() };
    show(&web, &guest, StatusCode::OK, &form, Errors::default(), String::new())
}

async fn check(web: &Data<Web>, key: &str) -> Result<(), Error> {
    let key = key.to_owned();
    let good = web.db.read(move |conn| setup::link_is_good(conn, &key)).await?;
    if good { Ok(()) } else { Err(Error::NotFound) }
}

fn show(web: &Web, guest: &Guest, status: StatusCode, form: &Form, errors: Errors, error: String) -> Answer {
    show_plain(web, guest, status, "setup/page.html", SetupView { token: &form.token, error, form, errors })
}

/// `POST /setup`.
pub async fn create(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let form = form.0;
    check(&web, &form.token).await?;
    match run(&web, &request, &form).await {
        Ok(answer) => Ok(answer),
        Err(Error::Invalid(fields)) => {
            let error = guest.reader.language.tr("setup-check");
            show(
                &web,
                &guest,
                StatusCode::UNPROCESSABLE_ENTITY,
                &form,
                by_field(fields, &guest.reader.language),
                error,
            )
        }
        Err(error) => Err(error.into()),
    }
}

async fn run(web: &Data<Web>, request: &HttpRequest, form: &Form) -> Result<HttpResponse, Error> {
    password::check_strength(&form.password, &[&form.login, &form.name, &form.organisation])?;
    let hash = password::hash(form.password.clone()).await?;
    let wish = SetUp {
        admin: NewAgent {
            login: form.login.clone(),
            name: form.name.clone(),
            email: form.email.clone(),
            roles: Vec::new(),
            password_hash: Some(hash.as_str().to_owned()),
            ..NewAgent::default()
        },
        organisation: form.organisation.clone(),
        queue: form.queue.clone(),
        address: form.address.clone(),
    };
    let now = web.clock.now();
    let address = session::client_address(request, &web.config);
    let browser = request
        .headers()
        .get("user-agent")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let (login, key) = (form.login.trim().to_lowercase(), form.token.clone());
    let known_as = login.clone();
    let secret = web
        .db
        .write(move |tx| {
            // Once more in the transaction: the link works once.
            if !setup::link_is_good(tx, &key)? {
                return Err(Error::NotFound);
            }
            setup::run(tx, &wish, Ts(now))?;
            first_steps::begin(tx)?;
            let agent = agents::by_login(tx, &login)?;
            sessions::begin(tx, agent.id, &address, &browser, Ts(now))
        })
        .await?;
    let mut answer = see_other("/admin/setup");
    known::let_in(web, &mut answer, &known_as, secret).await?;
    Ok(answer)
}

fn by_field(fields: Vec<FieldError>, language: &crate::i18n::Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in fields {
        let place = match field.as_str() {
            "name" => &mut errors.name,
            "email" => &mut errors.email,
            "login" => &mut errors.login,
            "password" => &mut errors.password,
            "queue" => &mut errors.queue,
            "address" => &mut errors.address,
            _ => &mut errors.organisation,
        };
        *place = message.in_language(language);
    }
    errors
}
