//! All that is known of an agent: taken out for him, or erased once he is gone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::address;
use crate::access::for_people;
use crate::db::{AgentId, Right, Tx};
use crate::error::{Error, say};
use crate::people::personal::erase::Store;
use crate::people::personal::{erase_agent, everywhere, of_agent};
use crate::web::erased;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;
use crate::web::taken_out;

/// `POST /admin/people/{id}/personal-data`: as an archive.
pub async fn take(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let (id, now) = (AgentId(id.into_inner()), web.moment().ts());
    let back = |error: Error| Failure::from(error).back_to(&address(id));
    let parts = taken_out::of_agent(&web.desk, &signed.actor, id, now).await.map_err(back)?;
    Ok(taken_out::send(web.db.clone(), StatusCode::OK, &of_agent::file_name(id), parts))
}

#[derive(Serialize)]
struct ErasureView {
    url: String,
    name: String,
    login: String,
    email: String,
    articles: usize,
    tickets: usize,
}

/// `GET /admin/people/{id}/erasure`: what goes.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = AgentId(id.into_inner());
    show(&web, &signed, "people/erasure.html", move |conn, asker| {
        let people = for_people(conn, &asker.actor)?;
        let (agent, what) = erase_agent::preview(conn, &asker.actor, &people, id)?;
        let view = ErasureView {
            url: address(id),
            name: agent.name,
            login: agent.login,
            email: agent.email,
            articles: what.articles,
            tickets: what.tickets,
        };
        Ok(Page::new("people", view))
    })
    .await
}

/// `POST /admin/people/{id}/erasure`: for good.
pub async fn erase(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    everywhere(&signed.actor, Right::Full)?;
    fields.0.only(&["sure"])?;
    let id = AgentId(id.into_inner());
    let back = |error: Error| Failure::from(error).back_to(&format!("{}/erasure", address(id)));
    if fields.0.one("sure").is_empty() {
        return Err(back(Error::invalid("sure", say!("refused-erase-agent-unsure"))));
    }
    // What he is called from now on, everywhere and for everybody: a word of the house, as names are.
    let language = &signed.reader.language;
    let name = language.tr_with("former-agent", &[("n", &id.to_string())]);
    let (asker, now) = (signed.clone(), web.moment().ts());
    let deed = move |tx: &mut Tx<'_>, store: &Store| {
        let people = for_people(tx, &asker.actor)?;
        erase_agent::erase(tx, &asker.actor, &people, id, &name, store, now)
    };
    erased::for_good(&web, deed).await.map_err(back)?;
    Ok(see_other("/admin/people?said=erased"))
}
