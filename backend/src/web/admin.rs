//! The administration's front door: it leads to the first page that the person may see.

use actix_web::web::Data;

use super::failure::Answer;
use super::gate::Signed;
use super::page::see_other;
use super::state::Web;
use crate::db::InstallationRight;
use crate::error::{Error, say};

/// Pages of the administration in the order of its sidebar, each with the right that it asks for.
const PAGES: [(InstallationRight, &str); 15] = [
    (InstallationRight::Recorder, "/admin/mail"),
    (InstallationRight::Recorder, "/admin/mail/balance"),
    (InstallationRight::Recorder, "/admin/outbox"),
    (InstallationRight::QueuesAndMail, "/admin/mailboxes"),
    (InstallationRight::QueuesAndMail, "/admin/filters"),
    (InstallationRight::QueuesAndMail, "/admin/queues"),
    (InstallationRight::QueuesAndMail, "/admin/auto-responses"),
    (InstallationRight::QueuesAndMail, "/admin/templates"),
    (InstallationRight::People, "/admin/people"),
    (InstallationRight::People, "/admin/roles"),
    (InstallationRight::People, "/admin/customers"),
    (InstallationRight::People, "/admin/organisations"),
    (InstallationRight::People, "/admin/audit"),
    (InstallationRight::QueuesAndMail, "/admin/diagnostics"),
    (InstallationRight::People, "/admin/settings"),
];

/// `GET /admin`.
pub async fn root(_web: Data<Web>, signed: Signed) -> Answer {
    let first = PAGES.iter().find(|(right, _)| signed.actor.scope.may(*right));
    match first {
        Some((_, page)) => Ok(see_other(page)),
        None => Err(Error::Forbidden(say!("refused-right", right = InstallationRight::Recorder)).into()),
    }
}
