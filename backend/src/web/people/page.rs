//! One agent: what is known of him, his roles, how he gets in, what he has open.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::address;
use super::form::{self, Choices, Errors, Form, RoleChoice};
use crate::access::for_people;
use crate::config::Limits;
use crate::db::{AgentId, Conn, PasswordLink};
use crate::error::Result;
use crate::people::directory::{self, Standing};
use crate::people::{account, domains, edit, factor, identities, links, tokens};
use crate::web::failure::{Answer, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::own_passkeys::{self, PasskeyView};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::stale;
use crate::web::state::Web;
use crate::web::view::Face;

#[derive(Serialize)]
struct PersonView {
    id: i64,
    url: String,
    face: Face,
    title: String,
    login: String,
    standing: &'static str,
    standing_word: String,
    last: Option<jiff::Timestamp>,
    must_change: bool,
    factor: bool,
    app: bool,
    passkeys: Vec<PasskeyView>,
    ties: Vec<TieView>,
    form: Form,
    /// What is stored, as this page shows it.
    shown: String,
    choices: Choices,
    roles: Vec<RoleChoice>,
    retired_roles: Vec<String>,
    domains: String,
    link: Option<LinkView>,
    sessions: Vec<SessionView>,
    tokens: Vec<TokenView>,
    errors: Errors,
    refused: bool,
    said: String,
}

#[derive(Serialize)]
struct LinkView {
    invitation: bool,
    until: jiff::Timestamp,
}

#[derive(Serialize)]
struct SessionView {
    id: String,
    browser: String,
    address: String,
    since: jiff::Timestamp,
    seen: jiff::Timestamp,
    mine: bool,
}

/// Who he is in a directory, or at a site that vouches for him.
#[derive(Serialize)]
struct TieView {
    method: String,
    login: String,
}

#[derive(Serialize)]
struct TokenView {
    id: i64,
    name: String,
    since: jiff::Timestamp,
    until: Option<jiff::Timestamp>,
}

/// What the address says besides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    said: String,
}

fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: AgentId,
    typed: Option<Form>,
    errors: Errors,
    said: String,
    limits: &Limits,
) -> Result<Page<PersonView>> {
    let language = &asker.reader.language;
    let entry = directory::get(conn, &asker.actor, id, asker.reader.now)?;
    let stored = Form::stored(conn, &entry, &asker.reader)?;
    let shown = stale::mark(&stored);
    let form = match typed {
        Some(form) => Form { login: entry.agent.login.clone(), ..form },
        None => stored,
    };
    let ticked: Vec<String> = entry.roles.iter().map(|role| role.id.to_string()).collect();
    let sessions =
        account::sessions(conn, id, limits, asker.reader.now)?.into_iter().map(|session| SessionView {
            mine: session.id_hash == asker.session,
            id: session.id_hash,
            browser: session.user_agent,
            address: session.address,
            since: session.created_at.0,
            seen: session.seen_at.0,
        });
    let tokens = tokens::of(conn, id, asker.reader.now)?;
    let view = PersonView {
        id: id.0,
        url: address(id),
        face: Face::of_agent(id, &entry.agent.name),
        title: entry.agent.name.clone(),
        login: entry.agent.login.clone(),
        standing: entry.standing.as_str(),
        standing_word: language.tr(&format!("people-is-{}", entry.standing.as_str())),
        last: entry.agent.last_sign_in_at.map(|at| at.0),
        must_change: entry.agent.must_change_password,
        factor: factor::is_on(conn, id)?,
        app: factor::has_app(conn, id)?,
        passkeys: own_passkeys::views(conn, id)?,
        ties: identities::of_agent(conn, id)?
            .into_iter()
            .map(|tie| TieView { method: tie.method, login: tie.login })
            .collect(),
        choices: form.choices(language),
        form,
        shown,
        roles: form::role_choices(conn, asker, &ticked)?,
        retired_roles: entry.roles.iter().filter(|role| role.retired).map(|role| role.name.clone()).collect(),
        domains: domains::allowed(conn)?.join(", "),
        link: links::of(conn, id, asker.reader.now)?
            .map(|(kind, until)| LinkView { invitation: kind == PasswordLink::Invitation, until: until.0 }),
        sessions: sessions.collect(),
        tokens: tokens
            .into_iter()
            .map(|token| TokenView {
                id: token.id.0,
                name: token.name,
                since: token.created_at.0,
                until: token.expires_at.map(|end| end.0),
            })
            .collect(),
        refused: errors != Errors::default(),
        errors,
        said,
    };
    Ok(Page::new("people", view))
}

/// `GET /admin/people/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = AgentId(id.into_inner());
    let language = &signed.reader.language;
    let said = match wish.said.as_str() {
        "saved" => language.tr("person-saved"),
        "there" => language.tr("person-there"),
        "roles" => language.tr("person-roles-saved"),
        "sessions" => language.tr("person-sessions-ended"),
        "token" => language.tr("person-token-revoked"),
        "untied" => language.tr("person-untied"),
        "restored" => language.tr("person-restored"),
        _ => String::new(),
    };
    let limits = web.config.limits;
    show(&web, &signed, "people/page.html", move |conn, asker| {
        load(conn, asker, id, None, Errors::default(), said, &limits)
    })
    .await
}

/// `POST /admin/people/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&form::OLD)?;
    let id = AgentId(id.into_inner());
    let (form, shown) = (Form::sent(&fields.0), fields.0.one("shown").to_owned());
    let (typed, asker, now) = (form.clone(), signed.clone(), web.moment().ts());
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "agents")?;
            let people = for_people(tx, &asker.actor)?;
            let entry = directory::get(tx, &asker.actor, id, now.0)?;
            let stored = Form::stored(tx, &entry, &asker.reader)?;
            stale::must_be_fresh(&shown, &stored)?;
            edit::change(tx, &people, id, &typed.change(&stored, &asker.reader)?, now).map(drop)
        })
        .await;
    let error = match done {
        Ok(()) => return Ok(see_other(&format!("{}?said=saved", address(id)))),
        Err(error) => error,
    };
    let (status, fields) = problems(error).map_err(|failure| failure.back_to(&address(id)))?;
    let errors = Errors::of(&fields, &signed.reader.language);
    let limits = web.config.limits;
    show_as(&web, &signed, status, "people/page.html", move |conn, asker| {
        load(conn, asker, id, Some(form), errors, String::new(), &limits)
    })
    .await
}

/// Whether somebody who stands like this can be let in.
pub(super) fn can_enter(standing: Standing) -> bool {
    matches!(standing, Standing::Active | Standing::Invited)
}
