//! All that is known of a customer: taken out for him, or erased for good.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::address;
use crate::access::for_people;
use crate::db::{CustomerId, Right, Tx};
use crate::error::{Error, say};
use crate::people::personal::erase::{self, Store, Texts};
use crate::people::personal::export;
use crate::people::personal::{everywhere, find};
use crate::web::erased;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;
use crate::web::taken_out;

#[derive(Serialize)]
struct ErasureView {
    url: String,
    action: String,
    name: String,
    addresses: String,
    tickets: usize,
    elsewhere: usize,
    articles: usize,
    files: i64,
    originals: i64,
    outgoing: i64,
    under_way: i64,
}

/// `GET /admin/customers/{id}/erasure`: what goes.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = CustomerId(id.into_inner());
    show(&web, &signed, "customers/erasure.html", move |conn, asker| {
        let people = for_people(conn, &asker.actor)?;
        let known = find(conn, &asker.actor, &people, id, Right::Full)?;
        let what = erase::preview(conn, &known)?;
        let view = ErasureView {
            url: address(id),
            action: format!("{}/erasure", super::admin(id)),
            name: known.customer().name.clone(),
            addresses: known.addresses().join(", "),
            tickets: what.tickets,
            elsewhere: what.elsewhere,
            articles: what.articles,
            files: what.files,
            originals: what.originals,
            outgoing: what.outgoing,
            under_way: what.under_way,
        };
        Ok(Page::new("customers", view))
    })
    .await
}

/// `POST /admin/customers/{id}/erasure`: for good.
pub async fn erase(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    everywhere(&signed.actor, Right::Full)?;
    fields.0.only(&["texts", "sure"])?;
    let id = CustomerId(id.into_inner());
    let back = |error: Error| Failure::from(error).back_to(&format!("{}/erasure", super::admin(id)));
    let unsure = || back(Error::invalid("sure", say!("refused-erase-unsure")));
    let texts: Texts = fields.0.one("texts").parse().map_err(|()| unsure())?;
    if fields.0.one("sure").is_empty() {
        return Err(unsure());
    }
    let (asker, now) = (signed.clone(), web.moment().ts());
    let deed = move |tx: &mut Tx<'_>, store: &Store| {
        let people = for_people(tx, &asker.actor)?;
        erase::erase(tx, &asker.actor, &people, id, texts, store, now)
    };
    erased::for_good(&web, deed).await.map_err(back)?;
    Ok(see_other("/admin/customers?said=erased"))
}

/// `POST /admin/customers/{id}/personal-data`: as an archive.
pub async fn take(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let id = CustomerId(id.into_inner());
    let (asker, now) = (signed.clone(), web.moment().ts());
    let back = |error: Error| Failure::from(error).back_to(&address(id));
    let reader = asker.clone();
    let parts = web
        .db
        .read(move |conn| {
            let people = for_people(conn, &reader.actor)?;
            let known = find(conn, &reader.actor, &people, id, Right::Read)?;
            let parts = export::parts(conn, &known, now)?;
            taken_out::must_fit(&parts)?;
            Ok(parts)
        })
        .await
        .map_err(back)?;
    // Nothing leaves before it is written down that it does.
    web.db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            export::begin(tx, &asker.actor, &people, id, now)
        })
        .await
        .map_err(back)?;
    let db = web.db.clone();
    Ok(taken_out::send(db, StatusCode::OK, &format!("customer-{id}.zip"), parts))
}
