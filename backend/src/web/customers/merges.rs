//! Two customers who are one: which other one, what moves, and back again.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::address;
use super::list::{RowView, row};
use crate::access::for_people;
use crate::db::{CustomerId, CustomerMergeId};
use crate::error::Error;
use crate::people::{addresses, customer_list, customer_merge, organisations};
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;

/// So many others are offered at most.
const OFFERED: i64 = 10;

/// Who is looked for, or who was chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    q: String,
    from: String,
}

#[derive(Serialize)]
struct MergeView {
    url: String,
    admin: String,
    name: String,
    q: String,
    looked: bool,
    others: Vec<Other>,
    preview: Option<PreviewView>,
}

#[derive(Serialize)]
struct Other {
    id: i64,
    row: RowView,
}

#[derive(Serialize)]
struct PreviewView {
    id: i64,
    name: String,
    addresses: String,
    tickets: i64,
    claims: i64,
    note: String,
    organisation: String,
}

/// `GET /admin/customers/{id}/merges/new`: `q` finds the other one, `from` shows what would move from him.
pub async fn new(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = CustomerId(id.into_inner());
    let wish = wish.into_inner();
    show(&web, &signed, "customers/merge.html", move |conn, asker| {
        let people = for_people(conn, &asker.actor)?;
        let customer = addresses::customer(conn, id)?;
        let preview = match wish.from.parse().map(CustomerId) {
            Err(_) => None,
            Ok(from) => {
                let found = customer_merge::preview(conn, &people, from, id)?;
                let names = organisations::names(conn, &found.organisation.into_iter().collect::<Vec<_>>())?;
                Some(PreviewView {
                    id: from.0,
                    name: found.source.name,
                    addresses: found.addresses.join(", "),
                    tickets: found.tickets,
                    claims: found.claims,
                    note: found.note,
                    organisation: names.into_values().next().unwrap_or_default(),
                })
            }
        };
        let q: String = wish.q.chars().take(200).collect();
        let others = match q.trim().is_empty() {
            true => Vec::new(),
            false => {
                let looked_for =
                    customer_list::Wish { q: q.clone(), limit: OFFERED, ..customer_list::Wish::default() };
                customer_list::find(conn, &asker.actor, &looked_for)?.0
            }
        };
        let view = MergeView {
            url: address(id),
            admin: super::admin(id),
            name: customer.name,
            looked: !q.trim().is_empty(),
            q,
            others: others
                .into_iter()
                .filter(|other| other.customer.id != id)
                .map(|other| Other { id: other.customer.id.0, row: row(other) })
                .collect(),
            preview,
        };
        Ok(Page::new("customers", view))
    })
    .await
}

/// `POST /admin/customers/{id}/merges`: `from` becomes this one.
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["from"])?;
    let id = CustomerId(id.into_inner());
    let from: CustomerId = fields.0.one("from").parse().map_err(|_| Error::NotFound)?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            customer_merge::merge(tx, &people, from, id, now)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&format!("{}?said=merged", address(id))))
}

/// `POST /admin/customers/{id}/merges/end`.
pub async fn end(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["merge"])?;
    let id = CustomerId(id.into_inner());
    let merge: CustomerMergeId = fields.0.one("merge").parse().map_err(|_| Error::NotFound)?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            customer_merge::undo(tx, &people, id, merge, now)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&format!("{}?said=unmerged", address(id))))
}
