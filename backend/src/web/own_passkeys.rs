//! One's own passkeys: added, named, taken away; and one of them in place of the password once more.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::Posted;
use super::gate::Signed;
use super::own_factor::{Errors, again, raise_page, render};
use super::page::see_other;
use super::passkeys::{explained, log, note, reason, site};
use super::session;
use super::state::Web;
use super::tickets::acts::Nothing;
use crate::db::{AgentId, Conn, PasskeyId, PasskeyPurpose, Ts};
use crate::error::{Error, Result, say};
use crate::people::passkeys::{self, Asker, Refused, Site};
use crate::people::sessions;
use crate::sign_in;

const HOME: &str = "/preferences/factor#passkeys";

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    answer: String,
    name: String,
    next: String,
    /// A form that waits for the password.
    kept: String,
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
    /// Whether one is enough without a password.
    enough: bool,
}

impl Here {
    /// For this agent.
    pub(super) fn of(conn: &mut Conn, web: &Web, agent: AgentId) -> Result<Self> {
        let possible = Site::of(&web.config).is_some();
        let enough = sign_in::passkey_is_enough(conn, &web.config, agent, web.clock.now())?;
        Ok(Self { possible, any: passkeys::has_any(conn, agent)?, enough })
    }
}

/// `POST /preferences/passkeys/challenge`.
pub async fn challenge(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let (site, now) = (site(&web)?, Ts(web.clock.now()));
    let asker = signed.clone();
    let options = web
        .db
        .write(move |tx| {
            let holder = asker.session.as_str();
            let of = Asker { purpose: PasskeyPurpose::Add, holder, counts_for: holder };
            passkeys::ask_for_new(tx, &site, &asker.actor.agent, &of, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(options))
}

/// `POST /preferences/passkeys`: one that was made.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
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

/// `POST /preferences/passkeys/{id}/end`.
pub async fn end(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (asker, id, now) = (signed.clone(), PasskeyId(id.into_inner()), Ts(web.clock.now()));
    web.db.write(move |tx| passkeys::remove(tx, &asker.actor, &asker.session, id, now)).await?;
    Ok(see_other(HOME))
}

/// `POST /raise/passkey/challenge`.
pub async fn raise_challenge(web: Data<Web>, signed: Signed, _form: Posted<Nothing>) -> Answer {
    let (site, now) = (site(&web)?, Ts(web.clock.now()));
    let (asker, state) = (signed.clone(), web.clone());
    let options = web
        .db
        .write(move |tx| {
            let holder = asker.session.as_str();
            must_be_enough(tx, &state, &asker)?;
            let of = Asker { purpose: PasskeyPurpose::Raise, holder, counts_for: holder };
            passkeys::ask_for(tx, &site, Some(asker.actor.agent.id), &of, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(options))
}

/// Looks that a passkey is enough in place of the password: whom a directory or site lets in gives his password there.
fn must_be_enough(conn: &mut Conn, web: &Web, asker: &Signed) -> Result<()> {
    match sign_in::passkey_is_enough(conn, &web.config, asker.actor.agent.id, web.clock.now())? {
        true => Ok(()),
        false => Err(Error::Conflict(say!("passkey-second-only"))),
    }
}

/// What came of a passkey in place of the password.
enum Raised {
    /// The session's new secret.
    Yes(String),
    No(Refused),
    Wait(i64),
}

/// `POST /raise/passkey`: the session gets a new id, and ten minutes.
pub async fn raise(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    let (site, form, now) = (site(&web)?, form.0, Ts(web.clock.now()));
    let address = session::client_address(&request, &web.config);
    let (asker, limits, from, brought) = (signed.clone(), web.config.limits, address.clone(), form.answer);
    let state = web.clone();
    let came = web
        .db
        .write(move |tx| {
            let (agent, holder) = (&asker.actor.agent, asker.session.as_str());
            if let Some(wait) = sessions::must_wait(tx, Some(&agent.login), &from, &limits, now.0)? {
                return Ok(Raised::Wait(wait.as_secs().max(1)));
            }
            must_be_enough(tx, &state, &asker)?;
            let purpose = (PasskeyPurpose::Raise, holder);
            match passkeys::shown(tx, &site, Some(agent.id), purpose, &brought, now)? {
                Ok(_) => sessions::raise(tx, holder, now).map(Raised::Yes),
                Err(refused) => {
                    let refused = Refused { agent: Some(agent.id), ..refused };
                    note(tx, refused, &asker.actor.who(), &from, now)?;
                    Ok(Raised::No(refused))
                }
            }
        })
        .await?;
    let language = &signed.reader.language;
    let error = match came {
        Raised::Yes(secret) => return again(&web, &signed, secret, &form.next, &form.kept).await,
        Raised::No(refused) => {
            log(&address, &signed.actor.agent.login, refused.doubt);
            language.tr(explained(refused.doubt))
        }
        Raised::Wait(seconds) => language.tr_count("login-slow-down", (seconds + 59) / 60),
    };
    raise_page(&web, &signed, form.next, form.kept, Errors { passkey: error, ..Errors::default() }).await
}
