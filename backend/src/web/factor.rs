//! Signing in in two steps: behind the password the session is half-made, and good for nothing but its second step.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::forms::Open;
use super::gate::Guest;
use super::known;
use super::login::{named, sign_in_failed};
use super::own_passkeys::Here;
use super::page::{local, see_other, show_plain};
use super::passkeys::explained;
use super::preferences::start;
use super::qr::Qr;
use super::session;
use super::state::Web;
use crate::access::{Actor, Who};
use crate::audit;
use crate::db::{AgentId, Audited, Cause, Conn, SessionStage, Ts, Tx};
use crate::error::{Error, Result};
use crate::i18n::Language;
use crate::people::passkeys::Doubt;
use crate::people::{Agent, agents, factor, habits, sessions, setup};
use crate::sign_in::ways;

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    next: String,
}

/// What the forms send.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
struct CodeView<'a> {
    error: String,
    passkey: String,
    next: &'a str,
    /// Whether there is an app that shows codes; else there are recovery codes alone.
    app: bool,
    here: Here,
}

#[derive(Serialize)]
struct EnrolmentView<'a> {
    error: String,
    passkey: String,
    next: &'a str,
    qr: Qr,
    typed: String,
    login: String,
    here: Here,
}

/// Recovery codes, shown once.
#[derive(Serialize)]
pub(super) struct CodesView {
    /// The codes.
    pub codes: Vec<String>,
    /// Where to go afterwards.
    pub next: String,
}

/// A session that has begun.
pub(super) struct Entry {
    /// The cookie's secret.
    pub secret: String,
    /// Where to go.
    pub place: String,
    /// Whether nothing more is asked for.
    pub is_whole: bool,
}

/// Begins the session of somebody whose password was right: whole, or half where a second factor is missing.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    web: &Web,
    agent: AgentId,
    from: &From,
    next: &str,
    now: Ts,
) -> Result<Entry> {
    ways::must_be_there(tx, &web.config, &from.method)?;
    let half = |secret, place| Entry { secret, place, is_whole: false };
    let rest = || percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
    if factor::is_on(tx, agent)? {
        let secret =
            sessions::begin_half(tx, agent, SessionStage::Factor, &from.address, &from.browser, now)?;
        sessions::came_by(tx, &secret, &from.method)?;
        return Ok(half(secret, format!("/login/factor?next={}", rest())));
    }
    if factor::is_needed(tx, agent)? {
        let secret =
            sessions::begin_half(tx, agent, SessionStage::Enrolment, &from.address, &from.browser, now)?;
        factor::begin(tx, &web.config, agent, &sessions::digest(&secret), now)?;
        sessions::came_by(tx, &secret, &from.method)?;
        return Ok(half(secret, format!("/login/enrolment?next={}", rest())));
    }
    let secret = whole(tx, agent, from, &from.method, now)?;
    Ok(Entry { secret, place: landing(tx, agent, next, now)?, is_whole: true })
}

/// The half-made session becomes a whole one, come by the same way; one that was ended meanwhile, as by another password,
/// does not.
pub(super) fn completed(
    tx: &mut Tx<'_>,
    agent: AgentId,
    from: &From,
    stage: SessionStage,
    now: Ts,
) -> Result<String> {
    sessions::hold_half(tx, agent, from.old.as_deref().unwrap_or_default(), stage, now.0)?;
    let half = from.old.as_deref().map(sessions::digest).unwrap_or_default();
    let method = sessions::method(tx, &half)?.unwrap_or_else(|| from.method.clone());
    whole(tx, agent, from, &method, now)
}

/// Where somebody comes who is in: where he wanted to go, or where he chose to begin.
pub(super) fn landing(conn: &mut Conn, agent: AgentId, next: &str, now: Ts) -> Result<String> {
    let actor = Actor::load(conn, agent, Cause::Web, now.0)?;
    let entry = habits::of(conn, agent)?.start_at;
    Ok(local(next, &start::place(conn, &actor, &entry)?))
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(super) struct From {
    /// Its address.
    pub address: String,
    /// What its browser calls itself.
    pub browser: String,
    /// The session that it had until now.
    pub old: Option<String>,
    /// By which way somebody comes in with it.
    pub method: String,
}

impl From {
    /// Of a request.
    pub fn of(web: &Web, request: &HttpRequest) -> Self {
        let browser = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
        Self {
            address: session::client_address(request, &web.config),
            browser: browser.unwrap_or_default().to_owned(),
            old: session::secret(request, &web.config),
            method: "local".to_owned(),
        }
    }

    /// The same, by another way.
    pub fn by(self, method: &str) -> Self {
        Self { method: method.to_owned(), ..self }
    }
}

/// A whole session in place of what there was.
pub(super) fn whole(tx: &mut Tx<'_>, agent: AgentId, from: &From, method: &str, now: Ts) -> Result<String> {
    let login = agents::login(tx, agent)?;
    let who = Who { agent: Some(agent), login: Some(login.clone()), cause: Cause::Web };
    let detail =
        if method == "local" { from.address.clone() } else { format!("{} by {method}", from.address) };
    audit::noted(tx, &who, Audited::SignIn, &login, &detail, now)?;
    if let Some(old) = &from.old {
        sessions::end(tx, &sessions::digest(old))?;
    }
    let secret = sessions::begin(tx, agent, &from.address, &from.browser, now)?;
    sessions::came_by(tx, &secret, method)?;
    Ok(secret)
}

/// The agent whose session waits for this step.
pub(super) async fn waiting(
    web: &Data<Web>,
    request: &HttpRequest,
    stage: SessionStage,
) -> Result<Option<Agent>> {
    let Some(secret) = session::secret(request, &web.config) else { return Ok(None) };
    let now = web.clock.now();
    web.db
        .read(move |conn| {
            let Some(id) = sessions::find_half(conn, &secret, stage, now)? else { return Ok(None) };
            // Set up meanwhile, in another browser: then it is asked for.
            if stage == SessionStage::Enrolment && factor::is_on(conn, id)? {
                return Ok(None);
            }
            Ok(Some(agents::get(conn, id)?).filter(|agent| agent.is_active(now)))
        })
        .await
}

/// In the agent's own language: he is known by now.
pub(super) fn greeted(mut guest: Guest, agent: &Agent) -> Guest {
    guest.reader.language = Language::named(&agent.language);
    guest.frame.lang = guest.reader.language.tag();
    guest
}

fn back() -> HttpResponse {
    see_other("/login")
}

/// `GET /login/factor`.
pub async fn page(web: Data<Web>, request: HttpRequest, guest: Guest, wish: Query<Wish>) -> Answer {
    let Some(agent) = waiting(&web, &request, SessionStage::Factor).await? else { return Ok(back()) };
    code_page(&web, guest, &agent, StatusCode::OK, Wrong::default(), &wish.next).await
}

async fn code_page(
    web: &Data<Web>,
    guest: Guest,
    agent: &Agent,
    status: StatusCode,
    wrong: Wrong,
    next: &str,
) -> Answer {
    let guest = greeted(named(web, guest).await?, agent);
    let (state, id) = (web.clone(), agent.id);
    let (app, here) =
        web.db.read(move |conn| Ok((factor::has_app(conn, id)?, Here::of(conn, &state, id)?))).await?;
    show_plain(
        web,
        &guest,
        status,
        "session/factor.html",
        CodeView { error: wrong.code, passkey: wrong.passkey, next, app, here },
    )
}

/// What came of a code, or of a passkey.
pub(super) enum Tried {
    /// The cookie's secret, and where to go.
    Good(String, String),
    /// The code is wrong.
    Wrong,
    /// The passkey is not believed.
    Doubted(Doubt),
    /// Not now: so many seconds.
    Wait(i64),
}

/// `POST /login/factor`.
pub async fn create(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let Some(agent) = waiting(&web, &request, SessionStage::Factor).await? else { return Ok(back()) };
    let (form, from) = (form.0, From::of(&web, &request));
    let (typed, next, source, who) = (form.code.clone(), form.next.clone(), from.clone(), agent.clone());
    let (config, limits, now) = (web.config.clone(), web.config.limits, Ts(web.clock.now()));
    let counted = known::counted_as(&web, &request, &agent.login).await?;
    let tried = web
        .db
        .write(move |tx| {
            if let Some(wait) = sessions::must_wait(tx, Some(&counted), &source.address, &limits, now.0)? {
                return Ok(Tried::Wait(wait.as_secs().max(1)));
            }
            let by = Who { agent: Some(who.id), login: Some(who.login.clone()), cause: Cause::Web };
            if factor::is_good(tx, &config, &by, who.id, &typed, now)? {
                let place = landing(tx, who.id, &next, now)?;
                return Ok(Tried::Good(completed(tx, who.id, &source, SessionStage::Factor, now)?, place));
            }
            sessions::note_failure(tx, &counted, &source.address, now)?;
            audit::counted(tx, &by, Audited::SignInFailed, &who.login, &source.address, 1, now)?;
            Ok(Tried::Wrong)
        })
        .await?;
    if matches!(tried, Tried::Wrong) {
        sign_in_failed(&from.address, &agent.login);
    }
    after(&web, guest, agent, tried, &form.next).await
}

/// The page that follows, in the agent's own language.
pub(super) async fn after(web: &Data<Web>, guest: Guest, agent: Agent, tried: Tried, next: &str) -> Answer {
    let language = Language::named(&agent.language);
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    match tried {
        Tried::Good(secret, place) => {
            let mut answer = see_other(&place);
            known::let_in(web, &mut answer, &agent.login, secret).await?;
            Ok(answer)
        }
        Tried::Wrong => {
            let wrong = Wrong { code: language.tr("refused-code"), ..Wrong::default() };
            code_page(web, guest, &agent, refused, wrong, next).await
        }
        Tried::Doubted(doubt) => {
            let wrong = Wrong { passkey: language.tr(explained(doubt)), ..Wrong::default() };
            code_page(web, guest, &agent, refused, wrong, next).await
        }
        Tried::Wait(seconds) => {
            web.throttled.one();
            let code = language.tr_count("login-slow-down", (seconds + 59) / 60);
            let status = StatusCode::TOO_MANY_REQUESTS;
            let wrong = Wrong { code, ..Wrong::default() };
            let mut answer = code_page(web, guest, &agent, status, wrong, next).await?;
            if let Ok(value) = seconds.to_string().parse() {
                answer.headers_mut().insert(RETRY_AFTER, value);
            }
            Ok(answer)
        }
    }
}

/// `GET /login/enrolment`: a role asks for a second factor, and there is none yet.
pub async fn enrolment(web: Data<Web>, request: HttpRequest, guest: Guest, wish: Query<Wish>) -> Answer {
    let Some(agent) = waiting(&web, &request, SessionStage::Enrolment).await? else { return Ok(back()) };
    let holder = held(&web, &request);
    enrolment_page(&web, guest, (agent, holder), &wish.next, Wrong::default()).await
}

/// What was wrong with what was brought: with the code, or with the passkey.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong {
    /// With the code.
    pub code: String,
    /// With the passkey.
    pub passkey: String,
}

impl Wrong {
    fn status(&self) -> StatusCode {
        let nothing = self.code.is_empty() && self.passkey.is_empty();
        if nothing { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

/// The hash of what the browser holds.
pub(super) fn held(web: &Web, request: &HttpRequest) -> String {
    session::secret(request, &web.config).map(|secret| sessions::digest(&secret)).unwrap_or_default()
}

pub(super) async fn enrolment_page(
    web: &Data<Web>,
    guest: Guest,
    (agent, holder): (Agent, String),
    next: &str,
    wrong: Wrong,
) -> Answer {
    let guest = greeted(named(web, guest).await?, &agent);
    let (state, login, now) = (web.clone(), agent.login.clone(), Ts(web.clock.now()));
    let (pending, here) = web
        .db
        .read(move |conn| {
            let organisation = setup::organisation(conn)?;
            let pending = factor::pending(conn, &state.config, &agent, &holder, &organisation, now)?;
            Ok((pending, Here::of(conn, &state, agent.id)?))
        })
        .await?;
    let Some(pending) = pending else { return Ok(back()) };
    let status = wrong.status();
    let view = EnrolmentView {
        error: wrong.code,
        passkey: wrong.passkey,
        next,
        qr: Qr::of(&pending.uri).unwrap_or_default(),
        typed: pending.typed,
        login,
        here,
    };
    show_plain(web, &guest, status, "session/enrolment.html", view)
}

/// `POST /login/enrolment`: the first code of the app; the session becomes whole.
pub async fn enrol(web: Data<Web>, request: HttpRequest, guest: Guest, form: Open<Form>) -> Answer {
    let Some(agent) = waiting(&web, &request, SessionStage::Enrolment).await? else { return Ok(back()) };
    let (form, from) = (form.0, From::of(&web, &request));
    let (who, config, now, code) = (agent.clone(), web.config.clone(), Ts(web.clock.now()), form.code);
    let (wanted, holder) = (form.next.clone(), held(&web, &request));
    let waits = holder.clone();
    let done = web
        .db
        .write(move |tx| {
            let by = Who { agent: Some(who.id), login: Some(who.login.clone()), cause: Cause::Web };
            factor::must_be_off(tx, who.id)?;
            let codes = factor::confirm(tx, &config, &by, &who, (&waits, &code), now)?;
            let place = landing(tx, who.id, &wanted, now)?;
            Ok((codes, completed(tx, who.id, &from, SessionStage::Enrolment, now)?, place))
        })
        .await;
    let (codes, secret, next) = match done {
        Ok(done) => done,
        Err(Error::Invalid(_)) => {
            let code = Language::named(&agent.language).tr("refused-code");
            let wrong = Wrong { code, ..Wrong::default() };
            return enrolment_page(&web, guest, (agent, holder), &form.next, wrong).await;
        }
        Err(error) => return Err(error.into()),
    };
    let guest = greeted(named(&web, guest).await?, &agent);
    let view = CodesView { codes, next };
    let mut answer = show_plain(&web, &guest, StatusCode::OK, "session/codes.html", view)?;
    known::let_in(&web, &mut answer, &agent.login, secret).await?;
    Ok(answer)
}
