//! What the house calls the five priorities. Who sees tickets sees them; a change needs the right to manage queues and mail.

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
    db::{Conn, Priority},
    desk::Desk,
    error::{Error, Result, say},
    terms::{
        Terms,
        priorities::{self, Wanted},
    },
};

/// A priority.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Priority)]
pub struct PriorityView {
    /// 1, the least urgent, to 5.
    pub rank: i32,
    /// What a ticket's `priority` says.
    pub name: String,
    /// What programs may say in its place whatever it is called: very low, low, normal, high, urgent.
    pub default_name: String,
    /// Whether new tickets begin with it.
    pub usual: bool,
    /// Whether it is offered no more. Tickets that have it keep it.
    pub retired: bool,
}

fn views(conn: &mut Conn) -> Result<Vec<PriorityView>> {
    let terms = Terms::load(conn)?;
    let view = |rank: &priorities::Rank| PriorityView {
        rank: rank.level.level(),
        name: terms.priority_word(rank.level),
        default_name: rank.level.as_str().to_owned(),
        usual: rank.usual,
        retired: rank.is_retired(),
    };
    Ok(terms.ranks.iter().map(view).collect())
}

/// The five priorities, from the least urgent.
#[utoipa::path(get, path = "/priorities", tag = "administration",
    responses((status = 200, body = List<PriorityView>)))]
pub async fn list(desk: Data<Desk>, _caller: Caller) -> Answer {
    let list = desk.db.read(|conn| Ok(List::whole(views(conn)?))).await?;
    Ok(HttpResponse::Ok().json(list))
}

/// What the priorities shall be like. Ranks that are left out stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPriorities {
    /// Those that change.
    #[serde(default)]
    priorities: Vec<SetRank>,
    /// The rank with which new tickets begin; where missing, it stays.
    usual: Option<i32>,
}

/// What a priority shall be like.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRank {
    /// 1 to 5.
    rank: i32,
    /// What it is called; null: as each language does; left out: as before.
    #[serde(default, deserialize_with = "super::body::present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// Whether it is offered no more; left out: as before.
    retired: Option<bool>,
}

impl Input for SetPriorities {}

/// Names priorities, and says which are offered and with which one tickets begin.
#[utoipa::path(put, path = "/priorities", tag = "administration", request_body = SetPriorities,
    responses((status = 200, body = List<PriorityView>)))]
pub async fn put(desk: Data<Desk>, caller: Caller, Json { value, .. }: Json<SetPriorities>) -> Answer {
    let now = desk.moment().ts();
    let changed = desk
        .db
        .write(move |tx| {
            let mut wanted: [Wanted; 5] = Default::default();
            for (wish, rank) in wanted.iter_mut().zip(priorities::all(tx)?) {
                *wish = Wanted { retired: rank.is_retired(), name: rank.name.unwrap_or_default() };
            }
            for set in &value.priorities {
                let at = usize::try_from(set.rank - 1).ok().and_then(|at| wanted.get_mut(at));
                let wish = at.ok_or_else(|| Error::invalid("rank", say!("refused-no-rank")))?;
                if let Some(name) = &set.name {
                    wish.name = name.clone().unwrap_or_default();
                }
                wish.retired = set.retired.unwrap_or(wish.retired);
            }
            let usual = match value.usual {
                Some(rank) => rank
                    .to_string()
                    .parse::<Priority>()
                    .map_err(|_| Error::invalid("usual", say!("refused-no-rank")))?,
                None => priorities::usual(tx)?,
            };
            priorities::set(tx, &caller.actor, &wanted, usual, now)?;
            Ok(List::whole(views(tx)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(changed))
}
