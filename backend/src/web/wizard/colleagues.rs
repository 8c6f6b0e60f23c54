//! Colleagues: a line for each, one role for all, an invitation for each.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::show;
use crate::access::for_people;
use crate::config::Config;
use crate::db::{Conn, Ts};
use crate::error::{FieldError, Result};
use crate::people::first_steps::{self, How, Invited, Step};
use crate::people::{domains, roles};
use crate::settings::relay;
use crate::web::failure::{Answer, WHOLE, problems};
use crate::web::fields::Fields;
use crate::web::gate::{Asker, Signed};
use crate::web::state::Web;
use crate::web::view::Choice;

/// What was typed, what is wrong with it, or who was invited just now.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    lines: String,
    role: String,
    /// Whether invitations shall leave by mail, where that was said.
    send: Option<bool>,
    problems: Vec<FieldError>,
    invited: Vec<Invited>,
    mailed: bool,
}

#[derive(Serialize)]
pub(super) struct PeopleView {
    lines: String,
    roles: Vec<Choice>,
    domains: String,
    /// Whether invitations can leave by mail.
    relay: bool,
    /// Whether they shall.
    send: bool,
    /// Why all of it is refused.
    whole: String,
    lines_error: String,
    role_error: String,
    invited: Vec<Invited>,
    mailed: bool,
}

pub(super) fn load(
    conn: &mut Conn,
    asker: &Asker,
    config: &Config,
    typed: Option<Typed>,
) -> Result<PeopleView> {
    let language = &asker.reader.language;
    let typed = typed.unwrap_or_else(|| Typed { role: "Agent".to_owned(), ..Typed::default() });
    let relay = relay::is_there(conn, config)?;
    let mut view = PeopleView {
        roles: roles::all(conn)?
            .into_iter()
            .map(|role| Choice::new(role.name.clone(), role.name.clone(), role.name == typed.role))
            .collect(),
        domains: domains::allowed(conn)?.join(", "),
        relay,
        send: typed.send.unwrap_or(relay),
        whole: String::new(),
        lines: typed.lines,
        lines_error: String::new(),
        role_error: String::new(),
        invited: typed.invited,
        mailed: typed.mailed,
    };
    // Where the usual role is gone none is chosen, and least of all the first one.
    if view.roles.iter().all(|role| !role.current) {
        view.roles.insert(0, Choice::new("", language.tr("wizard-role-none"), true));
    }
    for FieldError { field, message } in typed.problems {
        let place = match field.as_str() {
            WHOLE => &mut view.whole,
            "roles" => &mut view.role_error,
            _ => &mut view.lines_error,
        };
        *place = message.in_language(language);
    }
    Ok(view)
}

/// The answer itself shows the links: they are kept nowhere that another request could read them from.
pub(super) async fn update(web: &Data<Web>, signed: &Signed, fields: &Fields) -> Answer {
    fields.only(&["do", "lines", "role", "send"])?;
    let (lines, role) = (fields.one("lines").to_owned(), fields.one("role").to_owned());
    let send = fields.one("send") == "yes";
    let (asker, now, base) = (signed.clone(), Ts(web.clock.now()), web.config.public_url.clone());
    let (wanted, given) = (lines.clone(), role.clone());
    let done = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let invited = first_steps::invite(tx, &people, (&wanted, &given), (&base, send), now)?;
            first_steps::mark(tx, &asker.actor, Step::People, How::Done, now)?;
            Ok(invited)
        })
        .await;
    let typed = Typed { role, send: Some(send), ..Typed::default() };
    let (status, typed) = match done {
        Ok(invited) => (StatusCode::OK, Typed { invited, mailed: send, ..typed }),
        Err(error) => {
            let (status, problems) = problems(error)?;
            (status, Typed { lines, problems, ..typed })
        }
    };
    let config = web.config.clone();
    show(web, signed, status, Some(Step::People), move |conn, asker| load(conn, asker, &config, Some(typed)))
        .await
}
