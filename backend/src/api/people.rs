//! Agents and roles.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::List,
    problem::Answer,
};
use crate::{
    access::for_people,
    db::{Conn, InstallationRight},
    desk::Desk,
    error::{Error, FieldError, Result},
    people::{
        agents::{self, NewAgent},
        listing, password,
        roles::{self, NewRole},
    },
    queues,
};

/// An agent. Address and roles are shown to those who manage people.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct AgentView {
    /// His key.
    pub id: String,
    /// What he signs in with.
    pub login: String,
    /// His name.
    pub name: String,
    /// Where notifications go.
    pub email: Option<String>,
    /// Names of his roles.
    pub roles: Option<Vec<String>>,
    /// Whether he may sign in.
    pub active: bool,
}

/// All agents, by name.
#[utoipa::path(get, path = "/agents", tag = "administration", responses((status = 200, body = List<AgentView>)))]
pub async fn agents(desk: Data<Desk>, caller: Caller) -> Answer {
    let now = desk.clock.now();
    let list = desk
        .db
        .read(move |conn| {
            let manages = caller.actor.scope.may(InstallationRight::People);
            let mut roles = listing::roles_by_agent(conn)?;
            let items = agents::all(conn)?.into_iter().map(|agent| AgentView {
                id: agent.id.to_string(),
                active: agent.is_active(now),
                email: manages.then_some(agent.email),
                roles: manages.then(|| roles.remove(&agent.id).unwrap_or_default()),
                login: agent.login,
                name: agent.name,
            });
            Ok(List::whole(items.collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// An agent to be made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeAgent {
    /// What he signs in with.
    login: String,
    /// His name.
    name: String,
    /// Where notifications go.
    email: String,
    /// Names of his roles.
    #[serde(default)]
    roles: Vec<String>,
    /// At least 12 characters; without one he cannot sign in with a password.
    #[schema(format = Password)]
    password: Option<String>,
}

impl Input for MakeAgent {}

/// Makes an agent. Needs the right to manage people.
#[utoipa::path(post, path = "/agents", tag = "administration", request_body = MakeAgent,
    responses((status = 201, body = AgentView)))]
pub async fn create_agent(
    desk: Data<Desk>,
    caller: Caller,
    Json { value, request }: Json<MakeAgent>,
) -> Answer {
    // Before the password is hashed, which costs.
    caller.actor.require(InstallationRight::People)?;
    let password_hash = match value.password {
        None => None,
        Some(text) => {
            password::check_strength(&text, &[&value.login, &value.name, &value.email])?;
            Some(password::hash(text).await?.as_str().to_owned())
        }
    };
    let (login, name, email, roles) = (value.login, value.name, value.email, value.roles);
    let new = NewAgent { login, name, email, roles, password_hash, ..NewAgent::default() };
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let agent = agents::create(tx, &people, &new, now)?;
            Ok(AgentView {
                id: agent.id.to_string(),
                active: true,
                email: Some(agent.email),
                roles: Some(agents::role_names(tx, agent.id)?),
                login: agent.login,
                name: agent.name,
            })
        })
        .await
}

/// Rights in a queue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The name of a queue; `*`: all queues, those to come included.
    pub queue: String,
    /// read, note, reply, move_into, create, owner, priority, full.
    pub rights: Vec<String>,
}

/// A role.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleView {
    /// Its key.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// Rights by queue.
    pub grants: Vec<Grant>,
    /// Rights that belong to no queue: people, queues_and_mail, recorder, export, api.
    pub installation: Vec<String>,
    /// Whether who has it needs a second factor to sign in.
    pub needs_factor: bool,
}

pub(super) fn role_views(conn: &mut Conn, of: Vec<roles::Role>) -> Result<Vec<RoleView>> {
    let names: BTreeMap<_, _> = queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    let mut grants = listing::grants_by_role(conn)?;
    let show = |role: roles::Role| {
        let mut by_queue: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (queue, right) in grants.remove(&role.id).unwrap_or_default() {
            let name = queue.map_or_else(|| "*".to_owned(), |id| names.get(&id).cloned().unwrap_or_default());
            by_queue.entry(name).or_default().push(right.to_string());
        }
        RoleView {
            id: role.id.to_string(),
            name: role.name,
            needs_factor: role.needs_factor,
            grants: by_queue.into_iter().map(|(queue, rights)| Grant { queue, rights }).collect(),
            installation: role
                .installation
                .split(',')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    };
    Ok(of.into_iter().map(show).collect())
}

/// All roles in use, by name. Needs the right to manage people.
#[utoipa::path(get, path = "/roles", tag = "administration", responses((status = 200, body = List<RoleView>)))]
pub async fn roles(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            let all = roles::all(conn)?;
            Ok(List::whole(role_views(conn, all)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A role to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeRole {
    /// Its name, unique.
    name: String,
    /// Rights by queue.
    #[serde(default)]
    grants: Vec<Grant>,
    /// Rights that belong to no queue: people, queues_and_mail, recorder, export, api.
    #[serde(default)]
    installation: Vec<String>,
}

impl Input for MakeRole {}

/// Makes a role. Needs the right to manage people.
#[utoipa::path(post, path = "/roles", tag = "administration", request_body = MakeRole,
    responses((status = 201, body = RoleView)))]
pub async fn create_role(
    desk: Data<Desk>,
    caller: Caller,
    Json { value, request }: Json<MakeRole>,
) -> Answer {
    caller.actor.require(InstallationRight::People)?;
    let new = read_role(&value)?;
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let role = roles::create(tx, &people, &new, now)?;
            role_views(tx, vec![role])?.pop().ok_or(Error::NotFound)
        })
        .await
}

fn read_role(value: &MakeRole) -> Result<NewRole> {
    let mut new = NewRole { name: value.name.clone(), ..NewRole::default() };
    let mut problems = Vec::new();
    for (at, grant) in value.grants.iter().enumerate() {
        let mut rights = Vec::new();
        for word in &grant.rights {
            match word.parse::<crate::db::Right>() {
                Ok(right) => rights.push(right),
                Err(message) => {
                    let field = format!("grants[{at}].rights");
                    problems.push(FieldError { field, message: message.into() });
                }
            }
        }
        new.grants.push((grant.queue.clone(), rights));
    }
    for word in &value.installation {
        match word.parse::<InstallationRight>() {
            Ok(right) => new.installation.push(right),
            Err(message) => {
                problems.push(FieldError { field: "installation".into(), message: message.into() });
            }
        }
    }
    if problems.is_empty() { Ok(new) } else { Err(Error::Invalid(problems)) }
}
