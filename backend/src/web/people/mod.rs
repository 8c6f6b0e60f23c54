//! The administration's pages of agents.

pub mod access;
pub mod domains;
mod form;
pub mod list;
pub mod new;
pub mod page;
pub mod personal;
pub mod retirement;
pub mod rights;
pub mod roles;

use actix_web::web::Data;

use crate::access::{PeopleAccess, for_people};
use crate::db::{AgentId, Tx};
use crate::web::failure::Failure;
use crate::web::gate::Signed;
use crate::web::state::Web;

/// Carries out what only who manages people may do; a refusal leads back to `page`.
pub(super) async fn carry_out<T, F>(
    web: &Data<Web>,
    signed: &Signed,
    page: &str,
    deed: F,
) -> Result<T, Failure>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>, &PeopleAccess) -> crate::error::Result<T> + Send + 'static,
{
    let signed = signed.clone();
    web.db
        .write(move |tx| {
            let people = for_people(tx, &signed.actor)?;
            deed(tx, &people)
        })
        .await
        .map_err(|error| Failure::from(error).back_to(page))
}

/// An agent's page.
pub fn address(id: AgentId) -> String {
    format!("/admin/people/{id}")
}
