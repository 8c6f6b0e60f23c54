//! One's own passkeys: added, named, taken away. What gives or takes a way in asks for the password, unless it was given not
//! long ago.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::failure::Answer;
use super::forms::Posted;
use super::gate::Signed;
use super::login::set;
use super::once_more::{Wrong, has_nothing_to_show, knows_password, types_none};
use super::own_factor::{Errors, render};
use super::page::see_other;
use super::passkeys::{explained, reason, site};
use super::session;
use super::state::Web;
use crate::db::{AgentId, Conn, PasskeyId, PasskeyPurpose, Ts};
use crate::error::{Error, Result};
use crate::people::passkeys::{self, Asker, Site};
use crate::people::sessions;
use crate::sign_in;

const HOME: &str = "/preferences/factor#passkeys";
/// Where somebody shows that it is him who has no password to type.
const RAISE: &str = "/raise?next=%2Fpreferences%2Ffactor%23passkeys";

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    answer: String,
    name: String,
    /// The password, where it was not given not long ago.
    current: String,
    username: String,
}

/// One, as pages show it.
#[derive(Serialize)]
pub(super) struct PasskeyView {
    id: i64,
    name: String,
    added: jiff::Timestamp,
    used: Option<jiff::Timestamp>,
}

/// All of an agent.
pub(super) fn views(conn: &mut Conn, agent: AgentId) -> Result<Vec<PasskeyView>> {
    let own = passkeys::of_agent(conn, agent)?.into_iter();
    Ok(own
        .map(|one| PasskeyView {
            id: one.id.0,
            name: one.name,
            added: one.created_at.0,
            used: one.used_at.map(|at| at.0),
        })
        .collect())
}

/// What a page says of passkeys, besides which there are.
#[derive(Serialize)]
pub(super) struct Here {
    /// Whether browsers make and show passkeys at our address.
    possible: bool,
    /// Whether the agent has any.
    any: bool,
    /// Whether one is enough in place of the password once more.
    enough: bool,
}

impl Here {
    /// For this agent.
    pub(super) fn of(conn: &mut Conn, web: &Web, agent: AgentId) -> Result<Self> {
        let possible = Site::of(&web.config).is_some();
        let enough = sign_in::passkey_raises(conn, &web.config, agent, web.clock.now())?;
        Ok(Self { possible, any: passkeys::has_any(conn, agent)?, enough })
    }
}

/// What came of asking whether it is him.
enum Asked {
    /// It was said not long ago, or there is nothing to say it with.
    Before,
    /// Just now: the session is to be raised.
    Now,
    /// He has to go elsewhere for it.
    Elsewhere,
    No(Wrong),
}

/// Asks for the password, where it was not given not long ago.
async fn asked(web: &Data<Web>, signed: &Signed, request: &HttpRequest, current: &str) -> Result<Asked> {
    if signed.raised.1 || has_nothing_to_show(web, signed).await? {
        return Ok(Asked::Before);
    }
    if types_none(web, signed).await? {
        return Ok(Asked::Elsewhere);
    }
    Ok(match knows_password(web, signed, request, current).await? {
        Ok(()) => Asked::Now,
        Err(wrong) => Asked::No(wrong),
    })
}

/// `POST /preferences/passkeys/challenge`: with the password, whose owner is believed for a while from then on.
pub async fn challenge(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    let (site, now) = (site(&web)?, Ts(web.clock.now()));
    let raises = match asked(&web, &signed, &request, &form.0.current).await? {
        Asked::Before => false,
        Asked::Now => true,
        Asked::Elsewhere => return Ok(see_other(RAISE)),
        Asked::No(wrong) => {
            let told = json!({ "message": wrong.current, "field": "current" });
            return Ok(HttpResponse::UnprocessableEntity().json(told));
        }
    };
    let asker = signed.clone();
    let (options, raised) = web
        .db
        .write(move |tx| {
            let raised = if raises { Some(sessions::raise(tx, &asker.session, now)?) } else { None };
            let holder = raised.as_deref().map_or_else(|| asker.session.clone(), sessions::digest);
            let of = Asker { purpose: PasskeyPurpose::Add, holder: &holder, counts_for: &holder };
            Ok((passkeys::ask_for_new(tx, &site, &asker.actor.agent, &of, now)?, raised))
        })
        .await?;
    let mut answer = HttpResponse::Ok().json(options);
    if let Some(secret) = raised {
        set(&mut answer, &session::cookie(secret, &web.config))?;
    }
    Ok(answer)
}

/// `POST /preferences/passkeys`: one that was made.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    // Its challenge was given for the password, to this session alone, and not long ago.
    let (site, now, form) = (site(&web)?, Ts(web.clock.now()), form.0);
    let (asker, name) = (signed.clone(), form.name.clone());
    let done = web
        .db
        .write(move |tx| {
            let brought = (asker.session.as_str(), form.answer.as_str());
            passkeys::add(tx, &site, &asker.actor.agent, brought, &form.name, now)
        })
        .await;
    let language = &signed.reader.language;
    match done {
        Ok(Ok(codes)) if codes.is_empty() => Ok(see_other(HOME)),
        Ok(Ok(codes)) => render(&web, &signed, Errors::default(), codes).await,
        Ok(Err(doubt)) => {
            reason(doubt);
            let errors = Errors { passkey: language.tr(explained(doubt)), name, ..Errors::default() };
            render(&web, &signed, errors, Vec::new()).await
        }
        Err(Error::Invalid(fields)) => {
            let told: Vec<String> = fields.iter().map(|field| field.message.in_language(language)).collect();
            let errors = Errors { called: told.join(" "), name, ..Errors::default() };
            render(&web, &signed, errors, Vec::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /preferences/passkeys/{id}`: another name.
pub async fn rename(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Form>) -> Answer {
    let (asker, id, now) = (signed.clone(), PasskeyId(id.into_inner()), Ts(web.clock.now()));
    let done = web.db.write(move |tx| passkeys::rename(tx, &asker.actor, id, &form.0.name, now)).await;
    match done {
        Err(Error::Invalid(fields)) => {
            let language = &signed.reader.language;
            let told: Vec<String> = fields.iter().map(|field| field.message.in_language(language)).collect();
            let errors = Errors { rename: told.join(" "), renamed: id.0, ..Errors::default() };
            render(&web, &signed, errors, Vec::new()).await
        }
        done => done.map(|()| see_other(HOME)).map_err(Into::into),
    }
}

/// `POST /preferences/passkeys/{id}/end`: with the password.
pub async fn end(
    web: Data<Web>,
    signed: Signed,
    request: HttpRequest,
    id: Path<i64>,
    form: Posted<Form>,
) -> Answer {
    let (asker, id, now) = (signed.clone(), PasskeyId(id.into_inner()), Ts(web.clock.now()));
    let owner = asker.actor.agent.id;
    if !web.db.read(move |conn| passkeys::is_of(conn, owner, id)).await? {
        return Err(Error::NotFound.into());
    }
    match asked(&web, &signed, &request, &form.0.current).await? {
        Asked::Before | Asked::Now => {}
        Asked::Elsewhere => return Ok(see_other(RAISE)),
        Asked::No(wrong) => {
            let errors = Errors { removal: wrong.current, removed: id.0, ..Errors::default() };
            return render(&web, &signed, errors, Vec::new()).await;
        }
    }
    web.db.write(move |tx| passkeys::remove(tx, &asker.actor, &asker.session, id, now)).await?;
    Ok(see_other(HOME))
}
