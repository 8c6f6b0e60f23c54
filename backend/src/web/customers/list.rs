//! The list of customers.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::address;
use crate::db::CustomerId;
use crate::people::customer_list::{self, Row};
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::view::Face;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    q: String,
    after: String,
    said: String,
}

#[derive(Serialize)]
struct ListView {
    q: String,
    rows: Vec<RowView>,
    next: String,
    first: String,
    said: String,
}

/// A customer of a list.
#[derive(Serialize)]
pub struct RowView {
    url: String,
    face: Face,
    name: String,
    address: String,
    more: usize,
    organisation: String,
    organisation_url: String,
    since: jiff::Timestamp,
}

/// How a list shows a customer.
pub fn row(row: Row) -> RowView {
    let first = row.addresses.first().cloned().unwrap_or_default();
    RowView {
        url: address(row.customer.id),
        face: Face::of_mailbox(&row.customer.name, &first),
        more: row.addresses.len().saturating_sub(1),
        address: first,
        organisation_url: row
            .customer
            .organisation_id
            .map(|id| format!("/admin/organisations/{id}"))
            .unwrap_or_default(),
        organisation: row.organisation.unwrap_or_default(),
        name: row.customer.name,
        since: row.customer.created_at.0,
    }
}

/// `GET /admin/customers`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "customers/list.html", move |conn, asker| {
        let q: String = wish.q.chars().take(200).collect();
        let looked_for = customer_list::Wish {
            q: q.clone(),
            organisation: None,
            after: wish.after.parse().ok().map(CustomerId),
            limit: i64::from(asker.actor.agent.page_size),
        };
        let (rows, next) = customer_list::find(conn, &asker.actor, &looked_for)?;
        let view = ListView {
            rows: rows.into_iter().map(row).collect(),
            next: next.map(|id| place(&q, Some(id))).unwrap_or_default(),
            first: if wish.after.is_empty() { String::new() } else { place(&q, None) },
            said: match wish.said.as_str() {
                "erased" => asker.reader.language.tr("customer-erased"),
                _ => String::new(),
            },
            q,
        };
        Ok(Page::new("customers", view))
    })
    .await
}

fn place(q: &str, after: Option<CustomerId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/admin/customers".to_owned() } else { format!("/admin/customers?{query}") }
}
