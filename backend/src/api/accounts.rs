//! One agent: changed, let in, retired; and why he may do what.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::{self, List, Params},
    people::AgentView,
    problem::Answer,
};
use crate::{
    access::{
        PeopleAccess, for_people,
        why::{self, Fact, Reason},
    },
    db::{AgentId, Conn, InstallationRight, PasswordLink, QueueId, RoleId, TokenId, Tx},
    desk::Desk,
    error::{Error, Result, say},
    people::{
        account, agents, directory, edit, links,
        retire::{self, HandOver},
        roles, tokens,
    },
    queues,
};

fn agent_view(conn: &mut Conn, caller: &Caller, id: AgentId, now: jiff::Timestamp) -> Result<AgentView> {
    let entry = directory::get(conn, &caller.actor, id, now)?;
    Ok(AgentView {
        id: id.to_string(),
        active: entry.agent.is_active(now),
        email: Some(entry.agent.email),
        roles: Some(entry.roles.into_iter().map(|role| role.name).collect()),
        login: entry.agent.login,
        name: entry.agent.name,
    })
}

/// One agent. Needs the right to manage people.
#[utoipa::path(get, path = "/agents/{id}", tag = "administration",
    params(("id" = String, Path, description = "His key")), responses((status = 200, body = AgentView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now) = (page::key(&id)?, desk.clock.now());
    let view = desk.db.read(move |conn| agent_view(conn, &caller, id, now)).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// What of an agent shall change; what is missing stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAgent {
    /// His name.
    name: Option<String>,
    /// Where notifications and links go.
    email: Option<String>,
    /// Names of his roles, all of them.
    roles: Option<Vec<String>>,
    /// From when he may not sign in, RFC 3339; empty: never.
    expires_at: Option<String>,
    /// Tickets per page, 5 to 200.
    page_size: Option<i32>,
    /// A language of ours, as a tag.
    language: Option<String>,
    /// An IANA zone; empty: the installation's.
    time_zone: Option<String>,
}

impl Input for ChangeAgent {}

/// Changes an agent. Needs the right to manage people.
#[utoipa::path(patch, path = "/agents/{id}", tag = "administration",
    params(("id" = String, Path, description = "His key")), request_body = ChangeAgent,
    responses((status = 200, body = AgentView)))]
pub async fn update(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<ChangeAgent>,
) -> Answer {
    let (id, now) = (page::key(&id)?, desk.moment().ts());
    let expires_at = match value.expires_at.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(text) => {
            let wrong = |_| {
                Error::invalid(
                    "expires_at",
                    "It is an instant as in RFC 3339, such as 2026-12-31T18:00:00Z, or empty.",
                )
            };
            Some(Some(text.parse::<jiff::Timestamp>().map_err(wrong)?))
        }
    };
    let view = desk
        .db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            let change = edit::Change {
                name: value.name.clone(),
                email: value.email.clone(),
                expires_at,
                settings: edit::Settings {
                    page_size: value.page_size,
                    language: value.language.clone(),
                    time_zone: value.time_zone.clone().map(|zone| Some(zone).filter(|zone| !zone.is_empty())),
                    muted: None,
                },
            };
            edit::change(tx, &people, id, &change, now)?;
            if let Some(names) = &value.roles {
                let wanted = role_keys(tx, names)?;
                edit::set_roles(tx, &people, id, &wanted, now)?;
            }
            agent_view(tx, &caller, id, now.0)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

fn role_keys(conn: &mut Conn, names: &[String]) -> Result<Vec<RoleId>> {
    let usable = roles::all(conn)?;
    let key = |name: &String| {
        let found = usable.iter().find(|role| role.name == *name).map(|role| role.id);
        found.ok_or_else(|| Error::invalid("roles", say!("refused-role-unknown", name = name)))
    };
    names.iter().map(key).collect()
}

/// How the link gets to the agent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeLink {
    /// Whether it is also sent by mail.
    #[serde(default)]
    send: bool,
}

impl Input for MakeLink {}

/// A link that sets a password, told this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// invitation (seven days), or reset (an hour).
    pub kind: String,
    /// Where it leads.
    pub link: String,
}

/// Makes a link with which the agent sets his password; an earlier one no longer works. Needs the right to manage
/// people, and all rights of the agent.
#[utoipa::path(put, path = "/agents/{id}/link", tag = "administration",
    params(("id" = String, Path, description = "His key")), request_body = MakeLink,
    responses((status = 200, body = LinkView)))]
pub async fn link(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<MakeLink>,
) -> Answer {
    let (id, now, base) = (page::key(&id)?, desk.moment().ts(), desk.config.public_url.clone());
    let view = desk
        .db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            let kind = match directory::get(tx, &caller.actor, id, now.0)?.standing {
                directory::Standing::Invited => PasswordLink::Invitation,
                _ => PasswordLink::Reset,
            };
            let secret = links::make(tx, &people, id, kind, now)?;
            let link = links::address(&base, &secret);
            if value.send {
                links::mail(tx, id, kind, &link, now)?;
            }
            Ok(LinkView { kind: kind.to_string(), link })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Where his open tickets go.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// The login of the colleague who gets them; null: nobody.
    to: Option<String>,
}

impl Input for Retire {}

/// What became of his open tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetiredView {
    /// So many have a new owner.
    pub given: usize,
    /// So many have none.
    pub free: usize,
}

/// Shuts an agent out and hands his open tickets over. Needs the right to manage people.
#[utoipa::path(put, path = "/agents/{id}/retirement", tag = "administration",
    params(("id" = String, Path, description = "His key")), request_body = Retire,
    responses((status = 200, body = RetiredView)))]
pub async fn retire(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<Retire>,
) -> Answer {
    let (id, at) = (page::key(&id)?, desk.moment());
    let handed = desk
        .db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            let to = match value.to.as_deref() {
                None => HandOver::Nobody,
                Some(login) => match agents::by_login(tx, login) {
                    Ok(agent) => HandOver::To(agent.id),
                    Err(Error::NotFound) => return Err(Error::invalid("to", say!("refused-hand-over"))),
                    Err(error) => return Err(error),
                },
            };
            retire::retire(tx, &people, id, to, &at)
        })
        .await?;
    Ok(HttpResponse::Ok().json(RetiredView { given: handed.given, free: handed.free }))
}

/// Lets an agent in again. Needs the right to manage people, and all rights of the agent.
#[utoipa::path(delete, path = "/agents/{id}/retirement", tag = "administration",
    params(("id" = String, Path, description = "His key")), responses((status = 204)))]
pub async fn restore(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, at) = (page::key(&id)?, desk.moment());
    done(&desk, caller, move |tx, people| retire::restore(tx, people, id, &at)).await
}

/// Ends all sessions of an agent. Needs the right to manage people.
#[utoipa::path(delete, path = "/agents/{id}/sessions", tag = "administration",
    params(("id" = String, Path, description = "His key")), responses((status = 204)))]
pub async fn end_sessions(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now) = (page::key(&id)?, desk.moment().ts());
    done(&desk, caller, move |tx, people| account::end_sessions(tx, people, id, None, now)).await
}

/// A token of an agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Its key.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Since when it works.
    pub created_at: String,
    /// When it ends by itself; `null`: never.
    pub expires_at: Option<String>,
}

/// The tokens of an agent that work. Needs the right to manage people.
#[utoipa::path(get, path = "/agents/{id}/tokens", tag = "administration",
    params(("id" = String, Path, description = "His key")), responses((status = 200, body = List<TokenView>)))]
pub async fn tokens(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id = page::key(&id)?;
    let now = desk.moment().now;
    let list = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            agents::get(conn, id)?;
            let tokens = tokens::of(conn, id, now)?.into_iter().map(|token| TokenView {
                id: token.id.to_string(),
                name: token.name,
                created_at: token.created_at.0.to_string(),
                expires_at: token.expires_at.map(|end| end.0.to_string()),
            });
            Ok(List::whole(tokens.collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Revokes a token of an agent. Needs the right to manage people.
#[utoipa::path(delete, path = "/agents/{id}/tokens/{token}", tag = "administration",
    params(("id" = String, Path, description = "His key"), ("token" = String, Path, description = "Its key")),
    responses((status = 204)))]
pub async fn revoke_token(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let (id, token): (AgentId, TokenId) = (page::key(&path.0)?, page::key(&path.1)?);
    let now = desk.moment().ts();
    done(&desk, caller, move |tx, people| account::revoke_token(tx, people, id, token, now)).await
}

/// Carries out what only who manages people may do, and says no more than that.
pub(super) async fn done<F>(desk: &Desk, caller: Caller, deed: F) -> Answer
where
    F: Fn(&mut Tx<'_>, &PeopleAccess) -> Result<()> + Send + 'static,
{
    desk.db
        .write(move |tx| {
            let people = for_people(tx, &caller.actor)?;
            deed(tx, &people)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where a right is asked about.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct Where {
    /// The name of a queue.
    queue: Option<String>,
    /// The number of a ticket, instead.
    ticket: Option<String>,
}

/// A right and what gives it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// The right.
    pub right: String,
    /// What gives it; nothing: he does not have it. It is gone once none of them is left.
    pub facts: Vec<FactView>,
}

/// Something that gives a right.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactView {
    /// The role that gives it; null: the ticket is his.
    pub role: Option<String>,
    /// In which queue the role gives it; `*`: in all.
    pub queue: Option<String>,
    /// The right that the role names, which brings the one that is asked about.
    pub names: Option<String>,
}

/// Why an agent may do what in a queue, or to a ticket. Needs the right to manage people; of a ticket, to read it.
#[utoipa::path(get, path = "/agents/{id}/rights", tag = "administration",
    params(("id" = String, Path, description = "His key"), Where), responses((status = 200, body = List<ReasonView>)))]
pub async fn rights(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Params(place): Params<Where>,
) -> Answer {
    let id: AgentId = page::key(&id)?;
    let list = desk
        .db
        .read(move |conn| {
            let reasons = match (&place.ticket, &place.queue) {
                (Some(number), _) => why::on_ticket(conn, &caller.actor, id, number)?.1,
                (None, Some(name)) => {
                    let queue = queues::by_name(conn, name)?.id;
                    why::in_queue(conn, &caller.actor, id, queue)?
                }
                (None, None) => return Err(Error::invalid("queue", "Name a queue or a ticket.")),
            };
            let names: std::collections::HashMap<QueueId, String> =
                queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
            let fact = |fact: Fact| match fact {
                Fact::Owner => FactView { role: None, queue: None, names: None },
                Fact::Role { name, queue, names: right, .. } => FactView {
                    role: Some(name),
                    queue: Some(
                        queue
                            .map_or_else(|| "*".to_owned(), |id| names.get(&id).cloned().unwrap_or_default()),
                    ),
                    names: Some(right.to_string()),
                },
            };
            let view = |reason: Reason| ReasonView {
                right: reason.right.to_string(),
                facts: reason.facts.into_iter().map(fact).collect(),
            };
            Ok(List::whole(reasons.into_iter().map(view).collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
