//! What is tied to a ticket: tags, links to other tickets, agents who watch it.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json, Request},
    gate::Caller,
    page::List,
    problem::Answer,
    views::{self, TicketView},
};
use crate::{
    access::{self, Read, Reply},
    db::{Conn, Tx},
    desk::Desk,
    error::{Error, Result},
    terms::Terms,
    tickets::{links, tags, view, watch},
};

/// A tag.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The word.
    pub tag: String,
}

impl Input for Tag {}

/// The tags of a ticket, in order.
#[utoipa::path(get, path = "/tickets/{number}/tags", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = List<Tag>)))]
pub async fn tags(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable_survivor(conn, &caller.actor, &number)?;
            let tags = view::tags(conn, access.ticket().id)?;
            Ok(List::whole(tags.into_iter().map(|tag| Tag { tag }).collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Puts a tag on a ticket; one that is there already stays.
#[utoipa::path(post, path = "/tickets/{number}/tags", tag = "tickets", params(("number" = String, Path)),
    request_body = Tag, responses((status = 201, body = TicketView)))]
pub async fn tag(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<Tag>,
) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            tags::add(tx, &mut access, &value.tag, &at)?;
            views::ticket(tx, access.ticket())
        })
        .await
}

/// Takes a tag off a ticket.
#[utoipa::path(delete, path = "/tickets/{number}/tags/{tag}", tag = "tickets",
    params(("number" = String, Path), ("tag" = String, Path)), responses((status = 204, description = "Gone")))]
pub async fn untag(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let at = desk.moment();
    desk.db
        .write(move |tx| {
            let (number, tag) = &*path;
            let mut access = access::for_change::<Reply>(tx, &caller.actor, number)?;
            tags::remove(tx, &mut access, tag, &at)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A ticket to link to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// Its number.
    ticket: String,
    /// related (where missing), child_of (this one is a part of the other), parent_of (the other is a part of this one).
    #[serde(default)]
    kind: Option<String>,
}

impl Input for NewLink {}

/// A ticket that belongs together with this one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkView {
    /// Its number.
    pub ticket: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: String,
    /// How: related, possibly_belongs_to, continues, split_from, child_of.
    pub kind: String,
    /// Whether the other one points to this one.
    pub reverse: bool,
}

fn links_of(conn: &mut Conn, caller: &Caller, number: &str) -> Result<Vec<LinkView>> {
    let access = access::readable_survivor(conn, &caller.actor, number)?;
    let terms = Terms::load(conn)?;
    let links = view::links(conn, &caller.actor, &access)?.into_iter().map(|link| LinkView {
        state: terms.state_word(link.ticket.status()),
        ticket: link.ticket.number,
        title: link.ticket.title,
        kind: link.kind.to_string(),
        reverse: link.reverse,
    });
    Ok(links.collect())
}

/// The tickets that belong together with this one, as far as the agent may read them.
#[utoipa::path(get, path = "/tickets/{number}/links", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = List<LinkView>)))]
pub async fn links(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let list = desk.db.read(move |conn| Ok(List::whole(links_of(conn, &caller, &number)?))).await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Links two tickets. Needs `reply` on this one and `read` on the other.
#[utoipa::path(post, path = "/tickets/{number}/links", tag = "tickets", params(("number" = String, Path)),
    request_body = NewLink, responses((status = 201, body = LinkView)))]
pub async fn link(
    desk: Data<Desk>,
    caller: Caller,
    number: Path<String>,
    Json { value, request }: Json<NewLink>,
) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            let other = other_ticket(tx, &asker, &value.ticket)?;
            let bond = value.kind.as_deref().map(str::parse).transpose()?.unwrap_or_default();
            links::link(tx, &mut access, &other, bond, &at)?;
            let all = links_of(tx, &asker, &number)?;
            all.into_iter().find(|link| link.ticket == value.ticket).ok_or(Error::NotFound)
        })
        .await
}

// In a body, a ticket that is not there is wrong input; the address itself is fine.
fn other_ticket(tx: &mut Tx<'_>, asker: &Caller, number: &str) -> Result<access::TicketAccess<Read>> {
    access::readable(tx, &asker.actor, number).map_err(|error| match error {
        Error::NotFound => Error::invalid("ticket", "There is no such ticket, or none that you may see."),
        other => other,
    })
}

/// Takes the links between two tickets away.
#[utoipa::path(delete, path = "/tickets/{number}/links/{other}", tag = "tickets",
    params(("number" = String, Path), ("other" = String, Path)), responses((status = 204, description = "Gone")))]
pub async fn unlink(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    let at = desk.moment();
    desk.db
        .write(move |tx| {
            let (number, other) = &*path;
            let mut access = access::for_change::<Reply>(tx, &caller.actor, number)?;
            let other = access::readable(tx, &caller.actor, other)?;
            links::unlink(tx, &mut access, &other, &at)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An agent who watches a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Watcher)]
pub struct WatcherView {
    /// His login.
    pub login: String,
    /// His name.
    pub name: String,
}

fn watchers_of(conn: &mut Conn, access: &access::TicketAccess<Read>) -> Result<Vec<WatcherView>> {
    let ids = view::watchers(conn, access.ticket().id)?;
    let mut watchers: Vec<_> =
        view::agents(conn, &ids)?.into_values().map(|(login, name)| WatcherView { login, name }).collect();
    watchers.sort_by(|a, b| a.login.cmp(&b.login));
    Ok(watchers)
}

/// The agents who watch a ticket.
#[utoipa::path(get, path = "/tickets/{number}/watchers", tag = "tickets", params(("number" = String, Path)),
    responses((status = 200, body = List<WatcherView>)))]
pub async fn watchers(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable_survivor(conn, &caller.actor, &number)?;
            Ok(List::whole(watchers_of(conn, &access)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// The token's agent watches the ticket. Watching gives no right.
#[utoipa::path(post, path = "/tickets/{number}/watchers", tag = "tickets", params(("number" = String, Path)),
    responses((status = 201, body = WatcherView)))]
pub async fn watch(desk: Data<Desk>, caller: Caller, number: Path<String>, request: Request) -> Answer {
    let asker = caller.clone();
    request
        .create(&desk, &caller, move |tx| {
            let access = access::for_change::<Read>(tx, &asker.actor, &number)?;
            watch::watch(tx, &access, &asker.actor)?;
            let agent = &asker.actor.agent;
            Ok(WatcherView { login: agent.login.clone(), name: agent.name.clone() })
        })
        .await
}

/// The token's agent no longer watches the ticket. Others can only do that themselves.
#[utoipa::path(delete, path = "/tickets/{number}/watchers/{login}", tag = "tickets",
    params(("number" = String, Path), ("login" = String, Path)), responses((status = 204, description = "Gone")))]
pub async fn unwatch(desk: Data<Desk>, caller: Caller, path: Path<(String, String)>) -> Answer {
    desk.db
        .write(move |tx| {
            let (number, login) = &*path;
            let access = access::for_change::<Read>(tx, &caller.actor, number)?;
            if *login != caller.actor.agent.login {
                return Err(Error::Forbidden("Agents begin and end watching themselves.".into()));
            }
            watch::unwatch(tx, &access, &caller.actor)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
