//! One's own second factor: an app, and recovery codes. Passkeys are in `own_passkeys`.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::Posted;
use super::gate::Signed;
use super::once_more::{Wrong, has_nothing_to_show, knows_or_has_shown, types_none};
use super::own_passkeys::{self, Here, PasskeyView};
use super::page::{Page, see_other, show_as};
use super::qr::Qr;
use super::state::Web;
use crate::db::Ts;
use crate::error::Error;
use crate::people::{factor, setup};
use crate::sign_in;

/// The forms: a code, or the password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    code: String,
    current: String,
    username: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Errors {
    pub code: String,
    pub current: String,
    /// Of a passkey that was shown or made.
    pub passkey: String,
    /// What the new passkey was to be called, and what is wrong with that.
    pub name: String,
    pub called: String,
    /// Of the password that new recovery codes ask for.
    pub for_codes: String,
    /// Of another name for one, and for which.
    pub rename: String,
    pub renamed: i64,
    /// Of the password that taking one away asks for, and of which.
    pub removal: String,
    pub removed: i64,
}

impl From<Wrong> for Errors {
    fn from(wrong: Wrong) -> Self {
        Self { current: wrong.current, ..Self::default() }
    }
}

#[derive(Serialize)]
struct FactorView {
    login: String,
    /// Whether there is an app.
    on: bool,
    needed: bool,
    left: i64,
    left_text: String,
    /// Whether the password was given not long ago.
    raised: bool,
    passkeys: Vec<PasskeyView>,
    here: Here,
    pending: bool,
    qr: Qr,
    typed: String,
    codes: Vec<String>,
    errors: Errors,
    /// Whether he has no password to type.
    by_site: bool,
}

const HOME: &str = "/preferences/factor";

/// `GET /preferences/factor`.
pub async fn page(web: Data<Web>, signed: Signed) -> Answer {
    // Who has no password to type here gives it at his site first, and is believed for a while.
    let asks = !signed.raised.0 && types_none(&web, &signed).await?;
    if asks && !has_nothing_to_show(&web, &signed).await? {
        return Ok(see_other("/raise?next=%2Fpreferences%2Ffactor"));
    }
    render(&web, &signed, Errors::default(), Vec::new()).await
}

pub(super) async fn render(web: &Data<Web>, signed: &Signed, errors: Errors, codes: Vec<String>) -> Answer {
    let of_passkeys = [&errors.passkey, &errors.called, &errors.rename, &errors.removal];
    let bad = [&errors.code, &errors.current, &errors.for_codes]
        .into_iter()
        .chain(of_passkeys)
        .any(|text| !text.is_empty());
    let status = if bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (config, state) = (web.config.clone(), web.clone());
    show_as(web, signed, status, "preferences/factor.html", move |conn, asker| {
        let agent = &asker.actor.agent;
        let organisation = setup::organisation(conn)?;
        let pending = factor::pending(conn, &config, agent, "", &organisation, Ts(asker.reader.now))?;
        let left = factor::codes_left(conn, agent.id)?;
        let view = FactorView {
            login: agent.login.clone(),
            on: factor::has_app(conn, agent.id)?,
            needed: factor::is_needed(conn, agent.id)?,
            left,
            left_text: asker.reader.language.tr_count("factor-codes-left", left),
            raised: asker.raised.0
                || sign_in::has_nothing_to_show(conn, &config, agent.id, asker.reader.now)?,
            passkeys: own_passkeys::views(conn, agent.id)?,
            here: Here::of(conn, &state, agent.id)?,
            pending: pending.is_some(),
            qr: pending.as_ref().and_then(|pending| Qr::of(&pending.uri)).unwrap_or_default(),
            typed: pending.map(|pending| pending.typed).unwrap_or_default(),
            codes,
            errors,
            by_site: sign_in::types_none(conn, &config, agent.id, asker.reader.now)?,
        };
        Ok(Page::new("preferences", view))
    })
    .await
}

/// `POST /preferences/factor`: a secret to be scanned.
pub async fn create(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    if let Err(refused) = knows_or_has_shown(&web, &signed, &request, &form.0.current).await? {
        return render(&web, &signed, refused.into(), Vec::new()).await;
    }
    let (id, config, now) = (signed.actor.agent.id, web.config.clone(), Ts(web.clock.now()));
    web.db.write(move |tx| factor::begin(tx, &config, id, "", now)).await?;
    Ok(see_other(HOME))
}

/// `POST /preferences/factor/confirmation`: the first code of the app.
pub async fn confirm(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (asker, config, now) = (signed.clone(), web.config.clone(), Ts(web.clock.now()));
    let code = form.0.code;
    let done = web
        .db
        .write(move |tx| {
            factor::confirm(tx, &config, &asker.actor.who(), &asker.actor.agent, ("", &code), now)
        })
        .await;
    match done {
        Ok(codes) => render(&web, &signed, Errors::default(), codes).await,
        Err(Error::Invalid(_)) => {
            let code = signed.reader.language.tr("refused-code");
            render(&web, &signed, Errors { code, ..Errors::default() }, Vec::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /preferences/factor/codes`: new recovery codes.
pub async fn codes(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    if let Err(refused) = knows_or_has_shown(&web, &signed, &request, &form.0.current).await? {
        let refused = Errors { for_codes: refused.current, ..Errors::default() };
        return render(&web, &signed, refused, Vec::new()).await;
    }
    let (asker, now) = (signed.clone(), Ts(web.clock.now()));
    let codes =
        web.db.write(move |tx| factor::renew_codes(tx, &asker.actor.who(), &asker.actor.agent, now)).await?;
    render(&web, &signed, Errors::default(), codes).await
}

/// `POST /preferences/factor/end`.
pub async fn end(web: Data<Web>, signed: Signed, request: HttpRequest, form: Posted<Form>) -> Answer {
    if let Err(refused) = knows_or_has_shown(&web, &signed, &request, &form.0.current).await? {
        return render(&web, &signed, refused.into(), Vec::new()).await;
    }
    let (asker, now) = (signed.clone(), Ts(web.clock.now()));
    web.db.write(move |tx| factor::end_own(tx, &asker.actor, now)).await?;
    Ok(see_other(HOME))
}

/// `POST /preferences/factor/pending/end`: not after all.
///
/// A code that stands in the form already is not looked at.
pub async fn cancel(web: Data<Web>, signed: Signed, _form: Posted<Form>) -> Answer {
    let asker = signed.clone();
    web.db.write(move |tx| factor::forget_pending(tx, asker.actor.agent.id)).await?;
    Ok(see_other(HOME))
}
