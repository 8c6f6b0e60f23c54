//! Why an agent may do what: each right with the facts that give it, and which of them to take away.

use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::address;
use crate::access::why::{self, Fact, Reason};
use crate::db::{AgentId, Conn, QueueId};
use crate::error::{Error, Result};
use crate::people::agents;
use crate::queues;
use crate::web::failure::Answer;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::view::Choice;

/// Where: a queue, or a ticket by its number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    queue: String,
    ticket: String,
}

#[derive(Serialize)]
struct WhyView {
    url: String,
    name: String,
    queues: Vec<Choice>,
    ticket: String,
    place: String,
    reasons: Vec<ReasonView>,
}

#[derive(Serialize)]
struct ReasonView {
    right: String,
    facts: Vec<FactView>,
}

#[derive(Serialize)]
struct FactView {
    text: String,
    remedy: String,
    url: String,
}

/// `GET /admin/people/{id}/rights?queue=` or `?ticket=`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = AgentId(id.into_inner());
    let wish = wish.into_inner();
    show(&web, &signed, "people/rights.html", move |conn, asker| {
        let language = &asker.reader.language;
        let all = queues::all(conn)?;
        let number = wish.ticket.trim().trim_start_matches('#').to_owned();
        let (queue, reasons) = match wish.queue.parse() {
            _ if !number.is_empty() => {
                let (queue, reasons) = why::on_ticket(conn, &asker.actor, id, &number)?;
                (queue, reasons)
            }
            Ok(key) => (QueueId(key), why::in_queue(conn, &asker.actor, id, QueueId(key))?),
            Err(_) => {
                let first = all.iter().find(|queue| queue.retired_at.is_none()).ok_or(Error::NotFound)?;
                (first.id, why::in_queue(conn, &asker.actor, id, first.id)?)
            }
        };
        let here = all.iter().find(|other| other.id == queue).ok_or(Error::NotFound)?;
        let place = match number.is_empty() {
            true => here.name.clone(),
            false => language.tr_with("why-ticket", &[("number", &number), ("queue", &here.name)]),
        };
        let name = agents::name(conn, id)?;
        let mut shown = Vec::new();
        for reason in reasons {
            shown.push(view(conn, asker, id, &name, queue, reason)?);
        }
        let view = WhyView {
            url: address(id),
            queues: all
                .iter()
                .filter(|other| other.retired_at.is_none() || other.id == queue)
                .map(|other| Choice::new(other.id.to_string(), other.name.clone(), other.id == queue))
                .collect(),
            ticket: number,
            place,
            reasons: shown,
            name,
        };
        Ok(Page::new("people", view))
    })
    .await
}

fn view(
    conn: &mut Conn,
    asker: &Asker,
    agent: AgentId,
    name: &str,
    here: QueueId,
    reason: Reason,
) -> Result<ReasonView> {
    let language = &asker.reader.language;
    let mut facts = Vec::new();
    for fact in &reason.facts {
        facts.push(match fact {
            Fact::Role { role, name: called, queue, names } => {
                let right = language.tr(&format!("right-{names}"));
                let mut values = vec![("role", called.as_str()), ("what", &right)];
                let place = queue.map(|id| queues::get(conn, id)).transpose()?;
                let own = queues::get(conn, here)?.name;
                let key = match &place {
                    None => "why-everywhere",
                    Some(place) if place.id == here => "why-here",
                    Some(_) => "why-above",
                };
                let place = place.map(|place| place.name).unwrap_or_default();
                values.extend([("place", place.as_str()), ("queue", own.as_str())]);
                FactView {
                    text: language.tr_with(key, &values),
                    remedy: language.tr_with("why-remedy-role", &[("role", called), ("name", name)]),
                    url: format!("/admin/roles/{role}"),
                }
            }
            Fact::Owner => FactView {
                text: language.tr_with("why-owner", &[("name", name)]),
                remedy: language.tr("why-remedy-owner"),
                url: address(agent),
            },
        });
    }
    Ok(ReasonView { right: language.tr(&format!("right-{}", reason.right)), facts })
}
