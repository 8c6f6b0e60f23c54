//! News of single queues.

use actix_web::web::Data;
use serde::Serialize;

use crate::db::{Conn, Notice, QueueId, Right};
use crate::error::Result;
use crate::people::queue_news;
use crate::queues;
use crate::web::failure::Answer;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::see_other;
use crate::web::state::Web;
use crate::web::view::Choice;

/// A queue that one follows, and what one hears of it.
#[derive(Debug, Serialize)]
pub struct QueueNews {
    name: String,
    events: Vec<Choice>,
}

/// The queues that the asker follows.
pub fn load(conn: &mut Conn, asker: &Asker) -> Result<Vec<QueueNews>> {
    let muted = queue_news::muted(conn, asker.actor.agent.id)?;
    let all = queues::all(conn)?.into_iter().filter(|queue| queue.retired_at.is_none());
    let followed = all.filter(|queue| asker.actor.scope.in_queue(queue.id).has(Right::Reply));
    let event = |queue: QueueId, notice: &Notice| {
        let label = asker.reader.language.tr(&format!("queue-news-{notice}"));
        Choice::new(value(queue, *notice), label, !muted.contains(&(queue, *notice)))
    };
    Ok(followed
        .map(|queue| QueueNews {
            events: queue_news::OFFERED.iter().map(|notice| event(queue.id, notice)).collect(),
            name: queue.name,
        })
        .collect())
}

fn value(queue: QueueId, notice: Notice) -> String {
    format!("{queue}:{notice}")
}

/// `POST /preferences/queues`: `news` comes once for each that is wanted.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    fields.only(&["news"])?;
    web.db
        .write(move |tx| {
            let mut muted = Vec::new();
            // What one has no right to follow stays as it was: it is not on the page.
            let before = queue_news::muted(tx, signed.actor.agent.id)?;
            for queue in queues::all(tx)? {
                let on_page =
                    queue.retired_at.is_none() && signed.actor.scope.in_queue(queue.id).has(Right::Reply);
                for notice in queue_news::OFFERED {
                    let off = match on_page {
                        true => !fields.has("news", &value(queue.id, notice)),
                        false => before.contains(&(queue.id, notice)),
                    };
                    if off {
                        muted.push((queue.id, notice));
                    }
                }
            }
            queue_news::set_muted(tx, &signed.actor, &muted)
        })
        .await?;
    Ok(see_other("/preferences?saved=yes"))
}
