//! The password once more, or the code that stands in its place: asked for as slowly as at the door.

use actix_web::HttpRequest;
use actix_web::web::Data;
use jiff::SignedDuration;

use super::gate::Signed;
use super::login::{sign_in_failed, unanswered};
use super::session;
use super::state::Web;
use crate::audit;
use crate::db::{Audited, Conn, Ts, Tx};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::people::{browsers, factor, sessions};
use crate::sign_in::{self, Again};

/// What is wrong with what was given.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong {
    /// With the password.
    pub current: String,
    /// With the code.
    pub code: String,
}

/// Whether he has no password to type, here or in a directory.
pub(super) async fn types_none(web: &Data<Web>, signed: &Signed) -> Result<bool> {
    let (id, config, now) = (signed.actor.agent.id, web.config.clone(), web.clock.now());
    web.db.read(move |conn| sign_in::types_none(conn, &config, id, now)).await
}

/// Whether there is nothing by which he could show once more that it is him: then he sets up the first such thing without.
pub(super) async fn has_nothing_to_show(web: &Data<Web>, signed: &Signed) -> Result<bool> {
    let (id, config, now) = (signed.actor.agent.id, web.config.clone(), web.clock.now());
    web.db.read(move |conn| sign_in::has_nothing_to_show(conn, &config, id, now)).await
}

/// Asks for the password before something of his own is changed. Who types none has shown not long ago that it is him, or has
/// nothing to show it by.
pub(super) async fn knows_or_has_shown(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    current: &str,
) -> Result<Result<(), Wrong>> {
    let types = !current.is_empty() || !types_none(web, signed).await?;
    if !types && (signed.raised.1 || has_nothing_to_show(web, signed).await?) {
        return Ok(Ok(()));
    }
    knows_password(web, signed, request, current).await
}

/// Asks for the password, as slowly as at the door where somebody guesses.
pub(super) async fn knows_password(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    current: &str,
) -> Result<Result<(), Wrong>> {
    let agent = signed.actor.agent.clone();
    let address = session::client_address(request, &web.config);
    let (now, limits, language) = (web.clock.now(), web.config.limits, &signed.reader.language);
    let counted = browsers::counted_within(signed.actor.agent.id);
    let (asked, from) = (counted.clone(), address.clone());
    let wait = web.db.read(move |conn| sessions::must_wait(conn, Some(&asked), &from, &limits, now)).await?;
    if let Some(wait) = wait {
        return Ok(Err(slow_down(language, wait)));
    }
    let (state, typed, who) = (web.clone(), current.to_owned(), signed.actor.who());
    // Beside: whoever hangs up before the answer has tried as well.
    let asked = actix_web::rt::spawn(async move {
        let said = sign_in::again(&state.desk, &agent, &typed).await?;
        match said {
            // Once more: guesses that were sent all at once were all let in before the first one had failed.
            Again::Yes => {
                let look =
                    move |conn: &mut Conn| sessions::must_wait(conn, Some(&counted), &address, &limits, now);
                return Ok((said, state.db.read(look).await?));
            }
            Again::Away => unanswered(&state, &counted).await?,
            Again::No => {
                sign_in_failed(&address, &agent.login);
                let noted = move |tx: &mut Tx<'_>| {
                    sessions::note_failure(tx, &counted, &address, Ts(now))?;
                    audit::counted(tx, &who, Audited::SignInFailed, &agent.login, &address, 1, Ts(now))
                };
                state.db.write(noted).await?;
            }
        }
        Ok((said, None))
    });
    let said: Result<(Again, Option<SignedDuration>)> =
        asked.await.map_err(|error| Error::Unexpected(error.into()))?;
    let (said, wait) = said?;
    if let Some(wait) = wait {
        return Ok(Err(slow_down(language, wait)));
    }
    let wrong = match said {
        Again::Yes => return Ok(Ok(())),
        Again::No => "password-wrong",
        Again::Away => "login-away",
    };
    Ok(Err(Wrong { current: language.tr(wrong), ..Wrong::default() }))
}

fn slow_down(language: &Language, wait: SignedDuration) -> Wrong {
    let current = language.tr_count("login-slow-down", (wait.as_secs().max(1) + 59) / 60);
    Wrong { current, ..Wrong::default() }
}

/// Asks for the code of the second factor in the place of a password that there is none of, as slowly.
pub(super) async fn knows_code(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    code: &str,
) -> Result<Result<(), Wrong>> {
    let (agent, who) = (signed.actor.agent.clone(), signed.actor.who());
    let address = session::client_address(request, &web.config);
    let (now, limits, language) = (Ts(web.clock.now()), web.config.limits, &signed.reader.language);
    let (config, typed, from) = (web.config.clone(), code.to_owned(), address.clone());
    let counted = browsers::counted_within(signed.actor.agent.id);
    let tried = web
        .db
        .write(move |tx| {
            if let Some(wait) = sessions::must_wait(tx, Some(&counted), &from, &limits, now.0)? {
                return Ok(Err(wait.as_secs()));
            }
            let good = sign_in::types_none(tx, &config, agent.id, now.0)?
                && factor::is_good(tx, &config, &who, agent.id, &typed, now)?;
            if !good {
                sessions::note_failure(tx, &counted, &from, now)?;
                audit::counted(tx, &who, Audited::SignInFailed, &agent.login, &from, 1, now)?;
            }
            Ok(Ok(good))
        })
        .await?;
    let code = match tried {
        Ok(true) => return Ok(Ok(())),
        Ok(false) => {
            sign_in_failed(&address, &signed.actor.agent.login);
            language.tr("refused-code")
        }
        Err(seconds) => language.tr_count("login-slow-down", (seconds + 59) / 60),
    };
    Ok(Err(Wrong { code, ..Wrong::default() }))
}
