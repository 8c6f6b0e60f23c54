//! A new agent: who he is, what he may do, how he gets in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::address;
use super::form::{self, Choices, Errors, Form, RoleChoice};
use crate::access::for_people;
use crate::db::{Conn, InstallationRight, PasswordLink};
use crate::error::{Error, Result};
use crate::people::{account, agents, domains, links, password};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show, show_as};
use crate::web::state::Web;

#[derive(Serialize)]
struct NewView {
    form: Form,
    choices: Choices,
    roles: Vec<RoleChoice>,
    domains: String,
    errors: Errors,
    refused: bool,
}

/// What is shown this once.
#[derive(Serialize)]
pub(super) struct Shown {
    pub title: String,
    pub url: String,
    pub name: String,
    pub login: String,
    pub email: String,
    pub added: bool,
    pub link: String,
    pub invitation: bool,
    pub password: String,
    pub mailed: bool,
}

fn load(conn: &mut Conn, asker: &Asker, typed: Option<Form>, errors: Errors) -> Result<Page<NewView>> {
    asker.actor.require(InstallationRight::People)?;
    let language = &asker.reader.language;
    let form = typed.unwrap_or_else(|| Form::usual(language));
    let view = NewView {
        choices: form.choices(language),
        roles: form::role_choices(conn, asker, &form.roles)?,
        domains: domains::allowed(conn)?.join(", "),
        refused: errors != Errors::default(),
        errors,
        form,
    };
    Ok(Page::new("people", view))
}

/// `GET /admin/people/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "people/new.html", |conn, asker| load(conn, asker, None, Errors::default())).await
}

/// `POST /admin/people`.
pub async fn create(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&form::NEW)?;
    let form = Form::sent(&fields.0);
    match add(&web, &signed, &form).await {
        Ok(shown) => show_once(&web, &signed, shown).await,
        Err(Error::Invalid(fields)) => {
            let errors = Errors::of(&fields, &signed.reader.language);
            show_as(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, "people/new.html", move |conn, asker| {
                load(conn, asker, Some(form), errors)
            })
            .await
        }
        Err(error) => Err(Failure::from(error).back_to("/admin/people")),
    }
}

async fn add(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<Shown> {
    let by_password = form.how == "password";
    let (made, hash) = match by_password {
        true => {
            let made = password::generate();
            (made.clone(), Some(password::hash(made).await?))
        }
        false => (String::new(), None),
    };
    let (form, asker, now) = (form.clone(), signed.clone(), web.moment().ts());
    let base = web.config.public_url.clone();
    web.db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let new = form.new_agent(tx, &asker.reader)?;
            let agent = agents::create(tx, &people, &new, now)?;
            let mut link = String::new();
            match &hash {
                Some(hash) => account::set_password(tx, &people, agent.id, hash, now)?,
                None => {
                    let secret = links::make(tx, &people, agent.id, PasswordLink::Invitation, now)?;
                    link = links::address(&base, &secret);
                    if form.send {
                        links::mail(tx, agent.id, PasswordLink::Invitation, &link, now)?;
                    }
                }
            }
            Ok(Shown {
                title: asker.reader.language.tr_with("person-added", &[("name", &agent.name)]),
                url: address(agent.id),
                name: agent.name,
                login: agent.login,
                email: agent.email,
                added: true,
                link,
                invitation: true,
                password: made.clone(),
                mailed: form.send && hash.is_none(),
            })
        })
        .await
}

/// The answer itself shows the secret: it is kept nowhere that another request could read it from.
pub(super) async fn show_once(
    web: &Data<Web>,
    signed: &Signed,
    shown: Shown,
) -> Result<HttpResponse, Failure> {
    show(web, signed, "people/shown.html", move |_, _| Ok(Page::new("people", shown))).await
}
