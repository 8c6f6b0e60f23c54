//! A new agent: who he is, what he may do, how he gets in.

use actix_web::HttpResponse;
use actix_web::web::Data;
use jiff::SignedDuration;
use serde::Serialize;

use super::address;
use super::form::{self, Choices, Errors, Form, RoleChoice};
use crate::access::for_people;
use crate::db::{AgentId, Conn, InstallationRight, PasswordLink, Ts};
use crate::error::Result;
use crate::people::{account, agents, domains, links, password};
use crate::web::failure::{Answer, Failure, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::state::Web;

/// Within this time the same form is the same click.
const TWICE: SignedDuration = SignedDuration::from_mins(2);

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
    let error = match add(&web, &signed, &form).await {
        Ok(shown) => return show_once(&web, &signed, shown).await,
        Err(error) => error,
    };
    if let Some(there) = just_added(&web, &signed, &form).await? {
        return Ok(see_other(&format!("{}?said=there", address(there))));
    }
    let (status, fields) = problems(error).map_err(|failure| failure.back_to("/admin/people"))?;
    let errors = Errors::of(&fields, &signed.reader.language);
    show_as(&web, &signed, status, "people/new.html", move |conn, asker| {
        load(conn, asker, Some(form), errors)
    })
    .await
}

/// Whom the same form has made a moment ago: a browser shows the answer to the second of two clicks, which would speak of a
/// login that is taken, and never the link or the password that the first one brought.
async fn just_added(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<Option<AgentId>> {
    let (form, asker, now) = (form.clone(), signed.clone(), web.clock.now());
    web.db
        .read(move |conn| {
            for_people(conn, &asker.actor)?;
            let since = Ts(now.checked_sub(TWICE).unwrap_or(now));
            let (login, email) = (form.login_or_usual().to_lowercase(), form.email.to_lowercase());
            agents::added_since(conn, &login, (&form.name, &email), since)
        })
        .await
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
