//! One role: its rights as a table, who has it, and what a change of it would do before it is done.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::address;
use super::matrix::{self, Column, Grants, Row};
use crate::access::for_people;
use crate::db::{Conn, InstallationRight, Right, RoleId};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Language;
use crate::people::effects;
use crate::people::factor;
use crate::people::role_change::{self, Change};
use crate::people::roles::{self, NewRole};
use crate::web::failure::{Answer, Failure, WHOLE, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::people;
use crate::web::rights::{self, Told};
use crate::web::stale;
use crate::web::state::Web;
use crate::web::view::{Choice, Face, Tab};

/// The fields of the form. `whole` stands at its end: a form that was cut on its way takes no rights away.
const FIELDS: [&str; 8] = ["name", "description", "g", "i", "factor", "sure", "shown", "whole"];

/// Roles that many have, to begin with.
const PATTERNS: [&str; 4] = ["agent", "lead", "auditor", "admin"];

/// What the form holds.
#[derive(Clone, Debug, Default)]
struct Form {
    name: String,
    description: String,
    grants: Grants,
    installation: BTreeSet<InstallationRight>,
    factor: bool,
}

#[derive(Serialize)]
struct RoleView {
    /// Nothing for a role that is to be made.
    url: String,
    title: String,
    name: String,
    description: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    installation: Vec<Choice>,
    factor: bool,
    members: Vec<Member>,
    patterns: Vec<Tab>,
    retired: bool,
    name_error: String,
    description_error: String,
    grants_error: String,
    /// Why all of it is refused.
    whole_error: String,
    refused: bool,
    said: String,
}

#[derive(Serialize)]
struct Member {
    url: String,
    face: Face,
    name: String,
    also: String,
}

/// What the address says besides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    said: String,
    like: String,
    copy: String,
}

impl Form {
    fn sent(fields: &Fields) -> Result<Self, Failure> {
        fields.only(&FIELDS)?;
        let wrong = || Failure::plain(StatusCode::BAD_REQUEST);
        if fields.one("whole").is_empty() {
            return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let installation: Option<BTreeSet<InstallationRight>> =
            fields.all("i").iter().map(|word| word.parse().ok()).collect();
        Ok(Self {
            name: fields.one("name").trim().to_owned(),
            description: fields.one("description").replace("\r\n", "\n").trim().to_owned(),
            grants: matrix::read(&fields.all("g")).ok_or_else(wrong)?,
            installation: installation.ok_or_else(wrong)?,
            factor: !fields.one("factor").is_empty(),
        })
    }

    fn stored(conn: &mut Conn, role: &roles::Role) -> Result<Self> {
        Ok(Self {
            name: role.name.clone(),
            description: role.description.clone(),
            grants: roles::grants(conn, role.id)?.into_iter().collect(),
            installation: roles::rights(&role.installation).into_iter().collect(),
            factor: role.needs_factor,
        })
    }

    /// A role that many have.
    fn like(word: &str) -> Self {
        let rights: &[Right] = match word {
            "agent" => &[Right::Reply, Right::MoveInto, Right::Create],
            "lead" => &[Right::Reply, Right::MoveInto, Right::Create, Right::Owner, Right::Priority],
            "auditor" => &[Right::Read],
            "admin" => &[Right::Full],
            _ => &[],
        };
        let installation = if word == "admin" { InstallationRight::ALL } else { &[] };
        Self {
            grants: rights.iter().map(|right| (None, *right)).collect(),
            installation: installation.iter().copied().collect(),
            ..Self::default()
        }
    }

    fn change(&self) -> Change {
        Change {
            name: Some(self.name.clone()),
            description: Some(self.description.clone()),
            grants: Some(self.grants.clone()),
            installation: Some(self.installation.clone()),
        }
    }
}

fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: Option<RoleId>,
    typed: Option<Form>,
    problems: &[FieldError],
    said: String,
) -> Result<Page<RoleView>> {
    asker.actor.require(InstallationRight::People)?;
    let language = &asker.reader.language;
    let stored = id.map(|id| role_change::get(conn, id)).transpose()?;
    let form = match (typed, &stored) {
        (Some(form), _) => form,
        (None, Some((role, _))) => Form::stored(conn, role)?,
        (None, None) => Form::default(),
    };
    let wrong = |field: &str| {
        let texts = problems.iter().filter(|problem| problem.field == field);
        texts.map(|problem| problem.message.in_language(language)).collect::<Vec<_>>().join(" ")
    };
    let mut members = Vec::new();
    if let Some(id) = id {
        let all = crate::people::listing::roles_by_agent(conn)?;
        for agent in role_change::members(conn, id)? {
            let own = &form.name;
            let others = all.get(&agent.id).map(Vec::as_slice).unwrap_or_default();
            let others: Vec<&str> = others.iter().filter(|name| *name != own).map(String::as_str).collect();
            members.push(Member {
                url: people::address(agent.id),
                face: Face::of_agent(agent.id, &agent.name),
                name: agent.name,
                also: match others.is_empty() {
                    true => language.tr("role-only"),
                    false => language.tr_with("role-also", &[("names", &others.join(", "))]),
                },
            });
        }
    }
    let view = RoleView {
        factor: form.factor,
        url: id.map_or_else(String::new, address),
        title: match &stored {
            Some((role, _)) => role.name.clone(),
            None => language.tr("role-new"),
        },
        columns: matrix::columns(language),
        rows: matrix::rows(conn, &form.grants, language)?,
        installation: InstallationRight::ALL
            .iter()
            .map(|right| {
                let label = language.tr(&format!("installation-{right}"));
                Choice::new(right.as_str(), label, form.installation.contains(right))
            })
            .collect(),
        members,
        patterns: PATTERNS
            .iter()
            .map(|word| Tab {
                url: format!("/admin/roles/new?like={word}"),
                label: language.tr(&format!("role-like-{word}")),
                current: form.grants == Form::like(word).grants,
                n: None,
            })
            .collect(),
        retired: stored.is_some_and(|(_, retired)| retired),
        name: form.name,
        description: form.description,
        name_error: wrong("name"),
        description_error: wrong("description"),
        grants_error: wrong("grants"),
        whole_error: wrong(WHOLE),
        refused: !problems.is_empty(),
        said,
    };
    Ok(Page::new("roles", view))
}

/// `GET /admin/roles/new`.
pub async fn new(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let wish = wish.into_inner();
    show(&web, &signed, "roles/page.html", move |conn, asker| {
        asker.actor.require(InstallationRight::People)?;
        let form = match wish.copy.parse() {
            Ok(copy) => {
                let (role, _) = role_change::get(conn, RoleId(copy))?;
                Form { name: String::new(), ..Form::stored(conn, &role)? }
            }
            Err(_) => Form::like(&wish.like),
        };
        load(conn, asker, None, Some(form), &[], String::new())
    })
    .await
}

/// `GET /admin/roles/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = RoleId(id.into_inner());
    let said = match wish.said.as_str() {
        "saved" => signed.reader.language.tr("role-saved"),
        "restored" => signed.reader.language.tr("role-restored"),
        _ => String::new(),
    };
    show(&web, &signed, "roles/page.html", move |conn, asker| load(conn, asker, Some(id), None, &[], said))
        .await
}

async fn again(
    web: &Data<Web>,
    signed: &Signed,
    id: Option<RoleId>,
    form: Form,
    error: Error,
) -> Result<HttpResponse, Failure> {
    let (status, problems) = problems(error).map_err(|failure| failure.back_to("/admin/roles"))?;
    show_as(web, signed, status, "roles/page.html", move |conn, asker| {
        load(conn, asker, id, Some(form), &problems, String::new())
    })
    .await
}

/// `POST /admin/roles`: nobody has a new role yet, so nothing is to be looked at first.
pub async fn create(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let form = Form::sent(&fields.0)?;
    let (wanted, asker, now) = (form.clone(), signed.clone(), web.moment().ts());
    let made = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let new = NewRole { name: wanted.name.clone(), ..NewRole::default() };
            let role = roles::create(tx, &people, &new, now)?;
            role_change::change(tx, &people, role.id, &wanted.change(), now)?;
            if wanted.factor {
                factor::need_for_role(tx, &people, role.id, true, now)?;
            }
            Ok(role.id)
        })
        .await;
    match made {
        Ok(id) => Ok(see_other(&format!("{}?said=saved", address(id)))),
        Err(error) => again(&web, &signed, None, form, error).await,
    }
}

#[derive(Serialize)]
struct SureView {
    url: String,
    name: String,
    description: String,
    grants: Vec<String>,
    installation: Vec<&'static str>,
    factor: bool,
    own: Vec<Told>,
    told: Vec<Told>,
    /// What was stored when this was looked at.
    shown: String,
}

/// `POST /admin/roles/{id}`: what would change; once more with `sure`: it does.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    let id = RoleId(id.into_inner());
    let form = Form::sent(&fields.0)?;
    let (sure, shown) = (!fields.0.one("sure").is_empty(), fields.0.one("shown").to_owned());
    let (wanted, asker, now) = (form.clone(), signed.clone(), web.moment().ts());
    if sure {
        let done = web
            .db
            .write(move |tx| {
                stale::alone(tx, "roles")?;
                let people = for_people(tx, &asker.actor)?;
                let (before, _) = role_change::get(tx, id)?;
                stale::must_be_fresh(&shown, &Form::stored(tx, &before)?)?;
                let role = role_change::change(tx, &people, id, &wanted.change(), now)?;
                if role.needs_factor == wanted.factor {
                    return Ok(());
                }
                factor::need_for_role(tx, &people, id, wanted.factor, now)
            })
            .await;
        return match done {
            Ok(()) => Ok(see_other(&format!("{}?said=saved", address(id)))),
            Err(error) => again(&web, &signed, Some(id), form, error).await,
        };
    }
    let language = signed.reader.language.clone();
    let looked = web
        .db
        .rehearse(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let members: Vec<_> = role_change::members(tx, id)?.into_iter().map(|agent| agent.id).collect();
            let (role, _) = role_change::get(tx, id)?;
            let before = Form::stored(tx, &role)?;
            let effects = effects::of(tx, &members, now, |tx| {
                role_change::change(tx, &people, id, &wanted.change(), now).map(drop)
            })?;
            let own = itself(tx, &before, &wanted, &language)?;
            Ok((own, effects, stale::mark(&before)))
        })
        .await;
    let (own, effects, shown) = match looked {
        Ok(looked) => looked,
        Err(error) => return again(&web, &signed, Some(id), form, error).await,
    };
    show_as(&web, &signed, StatusCode::OK, "roles/sure.html", move |conn, asker| {
        let view = SureView {
            url: address(id),
            own: own.into_iter().map(|(gained, text)| Told { gained, text }).collect(),
            told: rights::told(conn, &effects, &asker.reader.language)?,
            grants: matrix::values(&form.grants),
            installation: form.installation.iter().map(|right| right.as_str()).collect(),
            name: form.name,
            description: form.description,
            factor: form.factor,
            shown,
        };
        Ok(Page::new("roles", view))
    })
    .await
}

/// What changes of the role itself, whoever has it: nobody may, and somebody be given it later.
fn itself(conn: &mut Conn, before: &Form, wanted: &Form, language: &Language) -> Result<Vec<(bool, String)>> {
    let mut told = Vec::new();
    if before.name != wanted.name {
        let names = [("before", before.name.as_str()), ("after", wanted.name.as_str())];
        told.push((true, language.tr_with("role-renamed", &names)));
    }
    if before.description != wanted.description {
        told.push((true, language.tr("role-described")));
    }
    told.extend(matrix::changes(conn, &before.grants, &wanted.grants, language)?);
    let installation = language.tr("role-installation");
    for (gained, rights) in [
        (true, &wanted.installation - &before.installation),
        (false, &before.installation - &wanted.installation),
    ] {
        let key = if gained { "role-gives" } else { "role-takes" };
        told.extend(rights.iter().map(|right| {
            let what = language.tr(&format!("installation-{right}"));
            (gained, language.tr_with(key, &[("queue", &installation), ("what", &what)]))
        }));
    }
    match (before.factor, wanted.factor) {
        (false, true) => told.push((true, language.tr("role-factor-on"))),
        (true, false) => told.push((false, language.tr("role-factor-off"))),
        _ => {}
    }
    Ok(told)
}
