//! A queue is taken out of use, and brought back.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;

use super::{address, require};
use crate::db::QueueId;
use crate::error::Error;
use crate::queues;
use crate::tickets::clear_out;
use crate::web::failure::{Answer, Failure};
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::Signed;
use crate::web::page::see_other;
use crate::web::state::Web;

/// Where the tickets go that are still to be done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retirement {
    to: String,
}

/// `POST /admin/queues/{id}/retirement`.
pub async fn retire(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Retirement>) -> Answer {
    let (id, to, at, asker) = (QueueId(id.into_inner()), form.0.to, web.moment(), signed.clone());
    web.db
        .write(move |tx| {
            if !to.is_empty() {
                let to: QueueId = to.parse().map_err(|_| Error::NotFound)?;
                require(&asker.actor)?;
                clear_out::clear_out(tx, &asker.actor, id, to, &at)?;
            }
            queues::retire(tx, &asker.actor, id, at.ts())
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other("/admin/queues"))
}

/// `POST /admin/queues/{id}/retirement/end`.
pub async fn restore(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    _form: Posted<Nothing>,
) -> Result<HttpResponse, Failure> {
    let (id, asker, now) = (QueueId(id.into_inner()), signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| queues::restore(tx, &asker.actor, id, now))
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&address(id)))
}
