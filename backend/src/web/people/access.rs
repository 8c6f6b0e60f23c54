//! How an agent gets in, and what of it is taken away: links, a password, sessions, tokens.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::new::{Shown, show_once};
use super::page::can_enter;
use super::{address, carry_out};
use crate::access::for_people;
use crate::db::{AgentId, PasswordLink, TokenId};
use crate::error::{Error, say};
use crate::people::{account, agents, directory, factor, links, password};
use crate::sign_in;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::see_other;
use crate::web::state::Web;

/// `POST /admin/people/{id}/links`: by mail, and shown this once.
pub async fn link(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&["send"])?;
    let id = AgentId(id.into_inner());
    let send = !fields.0.one("send").is_empty();
    let (asker, now, base) = (signed.clone(), web.moment().ts(), web.config.public_url.clone());
    let shown = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let entry = directory::get(tx, &asker.actor, id, now.0)?;
            // Who never had a password is still to be invited.
            let kind = match entry.standing {
                directory::Standing::Invited => PasswordLink::Invitation,
                _ => PasswordLink::Reset,
            };
            let secret = links::make(tx, &people, id, kind, now)?;
            let link = links::address(&base, &secret);
            if send {
                links::mail(tx, id, kind, &link, now)?;
            }
            Ok(Shown {
                title: asker.reader.language.tr(&format!("person-link-{kind}")),
                url: address(id),
                name: entry.agent.name,
                login: entry.agent.login,
                email: entry.agent.email,
                added: false,
                link,
                invitation: kind == PasswordLink::Invitation,
                password: String::new(),
                mailed: send,
            })
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    show_once(&web, &signed, shown).await
}

/// `POST /admin/people/{id}/password`: a generated one, shown this once.
pub async fn set_password(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let id = AgentId(id.into_inner());
    let made = password::generate();
    let hash = password::hash(made.clone()).await?;
    let (asker, now) = (signed.clone(), web.moment().ts());
    let shown = web
        .db
        .write(move |tx| {
            let people = for_people(tx, &asker.actor)?;
            let entry = directory::get(tx, &asker.actor, id, now.0)?;
            if !can_enter(entry.standing) {
                return Err(Error::Conflict(say!("refused-agent-gone", name = entry.agent.name)));
            }
            account::set_password(tx, &people, id, &hash, now)?;
            let agent = agents::get(tx, id)?;
            Ok(Shown {
                title: asker.reader.language.tr("person-new-password"),
                url: address(id),
                name: agent.name,
                login: agent.login,
                email: agent.email,
                added: false,
                link: String::new(),
                invitation: false,
                password: made.clone(),
                mailed: false,
            })
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    show_once(&web, &signed, shown).await
}

/// `POST /admin/people/{id}/sessions/end`: one, or all.
pub async fn end_sessions(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["session"])?;
    let id = AgentId(id.into_inner());
    let one = Some(fields.0.one("session").to_owned()).filter(|one| !one.is_empty());
    let now = web.moment().ts();
    carry_out(&web, &signed, &address(id), move |tx, people| {
        account::end_sessions(tx, people, id, one.as_deref(), now)
    })
    .await?;
    Ok(see_other(&format!("{}?said=sessions", address(id))))
}

/// `POST /admin/people/{id}/factor/end`: of somebody who has lost it.
pub async fn reset_factor(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&[])?;
    let id = AgentId(id.into_inner());
    let now = web.moment().ts();
    carry_out(&web, &signed, &address(id), move |tx, people| factor::reset(tx, people, id, now)).await?;
    Ok(see_other(&address(id)))
}

/// `POST /admin/people/{id}/tokens/end`.
pub async fn revoke_token(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["token"])?;
    let id = AgentId(id.into_inner());
    let token: TokenId = fields.0.one("token").parse().map_err(|_| Error::NotFound)?;
    let now = web.moment().ts();
    carry_out(&web, &signed, &address(id), move |tx, people| {
        account::revoke_token(tx, people, id, token, now)
    })
    .await?;
    Ok(see_other(&format!("{}?said=token", address(id))))
}

/// `POST /admin/people/{id}/ties/end`.
pub async fn untie(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    fields: Posted<Fields>,
) -> Result<HttpResponse, Failure> {
    fields.0.only(&["method"])?;
    let id = AgentId(id.into_inner());
    let (method, by, now) =
        (fields.0.one("method").to_owned(), Some(signed.actor.agent.id), web.moment().ts());
    let config = web.config.clone();
    carry_out(&web, &signed, &address(id), move |tx, people| {
        let agent = agents::get(tx, id)?;
        sign_in::untie(tx, &config, people, (by, &agent), &method, now)
    })
    .await?;
    Ok(see_other(&format!("{}?said=untied", address(id))))
}
