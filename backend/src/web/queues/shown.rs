//! What a queue's page shows besides its form: who may do what in it, and how its replies look.

use serde::Serialize;

use crate::access::why;
use crate::db::{Conn, InstallationRight, Right};
use crate::error::Result;
use crate::queues::Queue;
use crate::tickets::{reply, salutation};
use crate::web::gate::Asker;

/// What a role gives here.
#[derive(Serialize)]
pub(super) struct RoleRow {
    url: String,
    name: String,
    rights: String,
    /// Where it is said.
    from: String,
}

/// The roles that give something in a queue; none are told to somebody who does not manage people.
pub(super) fn roles(conn: &mut Conn, asker: &Asker, queue: &Queue, all: &[Queue]) -> Result<Vec<RoleRow>> {
    if !asker.actor.scope.may(InstallationRight::People) {
        return Ok(Vec::new());
    }
    let language = &asker.reader.language;
    let given = why::roles_in_queue(conn, &asker.actor, queue.id)?;
    let named = |rights: &[Right]| -> String {
        let words: Vec<String> = rights.iter().map(|right| language.tr(&format!("right-{right}"))).collect();
        words.join(", ")
    };
    let row = |given: &why::Given| RoleRow {
        url: format!("/admin/roles/{}", given.role),
        name: given.name.clone(),
        rights: named(&given.rights),
        from: match given.queue {
            None => language.tr("queue-roles-all"),
            Some(id) if id == queue.id => language.tr("queue-roles-here"),
            Some(id) => {
                let above = all.iter().find(|above| above.id == id).map_or("", |above| above.name.as_str());
                language.tr_with("queue-roles-above", &[("name", above)])
            }
        },
    };
    Ok(given.iter().map(row).collect())
}

/// How a reply from a queue looks, written by whoever looks.
#[derive(Serialize)]
pub(super) struct ReplyView {
    from: String,
    subject: String,
    salutation: String,
    /// The same to somebody whose name is not known; empty where it is the same.
    unnamed: String,
    signature: String,
}

/// A reply as the queue's stored settings make it.
pub(super) fn reply_view(conn: &mut Conn, asker: &Asker, queue: &Queue) -> Result<ReplyView> {
    let language = &asker.reader.language;
    let subject = language.tr("queue-reply-about");
    let about = ("48217", subject.as_str());
    let sample = reply::sample(conn, &asker.actor, queue, about)?;
    let mut above = |name: &str| salutation::sample(conn, &asker.actor, queue, about, name);
    let (salutation, unnamed) = (above(&language.tr("queue-reply-customer"))?, above("")?);
    Ok(ReplyView {
        from: sample.from,
        subject: sample.subject,
        unnamed: if unnamed == salutation { String::new() } else { unnamed },
        salutation,
        signature: sample.signature,
    })
}
