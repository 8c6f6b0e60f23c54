//! Queues.

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
    access::Rights,
    db::InstallationRight,
    desk::Desk,
    queues::{self, NewQueue, listing},
};

/// A queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Queue)]
pub struct QueueView {
    /// Its key.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// The name of the queue above it.
    pub parent: Option<String>,
    /// Its addresses; the first is the one that it writes from.
    pub addresses: Vec<String>,
    /// Whether it takes no new tickets.
    pub retired: bool,
}

/// The queues of which the agent may know, by name.
#[utoipa::path(get, path = "/queues", tag = "administration", responses((status = 200, body = List<QueueView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let scope = &caller.actor.scope;
            let all = queues::all(conn)?;
            let mut addresses = listing::addresses(conn)?;
            let manages = scope.may(InstallationRight::QueuesAndMail);
            let shown = |queue: &&queues::Queue| manages || scope.in_queue(queue.id) != Rights::NONE;
            let items = all.iter().filter(shown).map(|queue| QueueView {
                id: queue.id.to_string(),
                name: queue.name.clone(),
                parent: all
                    .iter()
                    .filter(shown)
                    .find(|above| Some(above.id) == queue.parent_id)
                    .map(|above| above.name.clone()),
                addresses: addresses.remove(&queue.id).unwrap_or_default(),
                retired: queue.retired_at.is_some(),
            });
            Ok(List::whole(items.collect()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// A queue to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeQueue {
    /// Its name, unique.
    name: String,
    /// The name of the queue above it.
    parent: Option<String>,
    /// Its addresses; the first is the one that it writes from.
    #[serde(default)]
    addresses: Vec<String>,
}

impl Input for MakeQueue {}

/// Makes a queue. Needs the right to manage queues and mail.
#[utoipa::path(post, path = "/queues", tag = "administration", request_body = MakeQueue,
    responses((status = 201, body = QueueView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<MakeQueue>) -> Answer {
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let new = NewQueue {
                name: value.name.clone(),
                parent: value.parent.clone(),
                addresses: value.addresses.clone(),
            };
            let queue = queues::create(tx, &asker.actor, &new, now)?;
            Ok(QueueView {
                id: queue.id.to_string(),
                name: queue.name,
                parent: value.parent.clone().filter(|name| !name.is_empty()),
                addresses: listing::addresses(tx)?.remove(&queue.id).unwrap_or_default(),
                retired: false,
            })
        })
        .await
}
