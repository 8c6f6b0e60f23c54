//! The list of roles.

use std::collections::BTreeSet;

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::address;
use crate::db::InstallationRight;
use crate::people::{listing, role_change, roles};
use crate::web::failure::Answer;
use crate::web::gate::Signed;
use crate::web::page::{Page, show};
use crate::web::state::Web;
use crate::web::view::Face;

/// So many faces stand beside a role; then they are counted.
const FACES: usize = 6;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    said: String,
}

#[derive(Serialize)]
struct ListView {
    roles: Vec<Row>,
    retired: Vec<Row>,
    said: String,
}

#[derive(Serialize)]
struct Row {
    url: String,
    name: String,
    description: String,
    installation: Vec<String>,
    /// How many queues it names; `everywhere` names all.
    queues: i64,
    everywhere: bool,
    members: i64,
    faces: Vec<Face>,
}

/// `GET /admin/roles`.
pub async fn list(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let said = match wish.said.as_str() {
        "retired" => signed.reader.language.tr("role-retired"),
        _ => String::new(),
    };
    show(&web, &signed, "roles/list.html", move |conn, asker| {
        asker.actor.require(InstallationRight::People)?;
        let language = &asker.reader.language;
        let mut grants = listing::grants_by_role(conn)?;
        let mut view = ListView { roles: Vec::new(), retired: Vec::new(), said };
        for (role, retired) in role_change::all(conn)? {
            let places: BTreeSet<_> =
                grants.remove(&role.id).unwrap_or_default().into_iter().map(|(queue, _)| queue).collect();
            let members = role_change::members(conn, role.id)?;
            let row = Row {
                url: address(role.id),
                installation: roles::rights(&role.installation)
                    .into_iter()
                    .map(|right| language.tr(&format!("installation-{right}")))
                    .collect(),
                queues: i64::try_from(places.iter().flatten().count()).unwrap_or(0),
                everywhere: places.contains(&None),
                members: i64::try_from(members.len()).unwrap_or(0),
                faces: members
                    .iter()
                    .take(FACES)
                    .map(|agent| Face::of_agent(agent.id, &agent.name))
                    .collect(),
                name: role.name,
                description: role.description,
            };
            if retired { &mut view.retired } else { &mut view.roles }.push(row);
        }
        Ok(Page::new("roles", view))
    })
    .await
}
