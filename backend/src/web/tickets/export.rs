//! A list taken out as a table for spreadsheets.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::search::table;
use crate::tickets::list::Sort;
use crate::web::failure::Answer;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::state::Web;

/// The form in the list's menu: the list as a search.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
}

/// `POST /tickets/exports`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    let fields = form.0;
    let sort = if fields.sort.is_empty() { Sort::default() } else { Sort::named(&fields.sort)? };
    let lines = table::take(&web.desk, &signed.actor, fields.q, sort).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", "attachment; filename=\"tickets.csv\""))
        .insert_header(("content-security-policy", "default-src 'none'; sandbox"))
        .streaming(lines))
}
