//! What an agent chooses for himself.

pub mod keys;
pub mod notices;
pub mod queues;
pub mod start;
pub mod templates;
pub mod tokens;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::known;
use super::page::{Page, see_other, show_as};
use super::session;
use super::state::Web;
use super::view::Choice;
use crate::audit;
use crate::config::Config;
use crate::db::Audited;
use crate::db::{AfterSending, AgentId, Conn, InstallationRight, Ts};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Language;
use crate::people::agents::{self, Preferences};
use crate::people::{browsers, habits, password, sessions, stand_ins};
use crate::sign_in;

/// What the page says after a change.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    saved: String,
}

/// The fields of the form.
const FIELDS: [&str; 11] = [
    "theme",
    "page_size",
    "language",
    "time_zone",
    "start_at",
    "keys",
    "rich",
    "signature",
    "after_sending",
    "away_until",
    "stand_in",
];

#[derive(Clone, Debug, Default, Serialize)]
struct Form {
    login: String,
    page_size: i32,
    language: String,
    time_zone: String,
    theme: String,
    keys: bool,
    signature: String,
    away_until: String,
    after_sending: String,
    rich: bool,
    start_at: String,
    stand_in: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Errors {
    page_size: String,
    time_zone: String,
    signature: String,
    away_until: String,
    stand_in: String,
    current: String,
    password: String,
}

#[derive(Serialize)]
struct PreferencesView {
    saved: String,
    form: Form,
    errors: Errors,
    themes: Vec<Choice>,
    page_sizes: Vec<Choice>,
    languages: Vec<Choice>,
    after_sending: Vec<Choice>,
    starts: Vec<Choice>,
    stand_ins: Vec<Choice>,
    queues: Vec<queues::QueueNews>,
    /// Whether his password is kept elsewhere.
    elsewhere: bool,
    /// Whether he may make tokens for programs.
    tokens: bool,
}

/// `GET /preferences`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let saved = match wish.saved.as_str() {
        "yes" => signed.reader.language.tr("preferences-saved"),
        "password" => signed.reader.language.tr("password-changed"),
        _ => String::new(),
    };
    show(&web, &signed, StatusCode::OK, None, Errors::default(), saved).await
}

async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    form: Option<Form>,
    errors: Errors,
    saved: String,
) -> Answer {
    let config = web.config.clone();
    show_as(web, signed, status, "preferences/page.html", move |conn, asker| {
        let form = match form {
            Some(form) => form,
            None => stored(conn, asker)?,
        };
        Ok(Page::new("preferences", view(conn, asker, &config, form, errors, saved)?))
    })
    .await
}

fn stored(conn: &mut Conn, asker: &Asker) -> Result<Form> {
    let agent = &asker.actor.agent;
    let habits = habits::of(conn, agent.id)?;
    Ok(Form {
        login: agent.login.clone(),
        page_size: agent.page_size,
        language: agent.language.clone(),
        time_zone: agent.time_zone.clone().unwrap_or_default(),
        theme: agent.theme.clone(),
        keys: agent.keys_enabled,
        signature: agent.signature.clone(),
        away_until: agent
            .away_until
            .filter(|until| until.0 > asker.reader.now)
            .map_or_else(String::new, |until| asker.reader.field(until.0)),
        after_sending: habits.after_sending.to_string(),
        rich: habits.rich_text,
        start_at: habits.start_at,
        stand_in: agent.stand_in_id.map_or_else(String::new, |id| id.to_string()),
    })
}

fn view(
    conn: &mut Conn,
    asker: &Asker,
    config: &Config,
    form: Form,
    errors: Errors,
    saved: String,
) -> Result<PreferencesView> {
    let language = &asker.reader.language;
    let mut sizes = vec![10, 25, 50, 100, 200];
    if !sizes.contains(&form.page_size) {
        sizes.push(form.page_size);
        sizes.sort_unstable();
    }
    let themes = ["system", "light", "dark"];
    let able = stand_ins::candidates(conn, asker.actor.agent.id, asker.reader.now)?;
    let nobody = Choice::new("", language.tr("prefs-stand-in-nobody"), form.stand_in.is_empty());
    let able = able.into_iter().map(|(id, name)| {
        let value = id.to_string();
        Choice::new(value.clone(), name, form.stand_in == value)
    });
    Ok(PreferencesView {
        saved,
        starts: start::choices(conn, asker, &form.start_at)?,
        stand_ins: std::iter::once(nobody).chain(able).collect(),
        queues: queues::load(conn, asker)?,
        elsewhere: sign_in::only_elsewhere(conn, config, asker.actor.agent.id, asker.reader.now)?,
        tokens: asker.actor.scope.may(InstallationRight::Api),
        errors,
        themes: themes
            .iter()
            .map(|theme| {
                Choice::new(*theme, language.tr(&format!("prefs-theme-{theme}")), form.theme == *theme)
            })
            .collect(),
        page_sizes: sizes
            .iter()
            .map(|n| Choice::new(n.to_string(), n.to_string(), form.page_size == *n))
            .collect(),
        languages: Language::all()
            .into_iter()
            .map(|tag| {
                Choice::new(tag.clone(), language.tr(&format!("language-{tag}")), form.language == tag)
            })
            .collect(),
        after_sending: AfterSending::ALL
            .iter()
            .map(|wish| {
                let label = language.tr(&format!("after-sending-{wish}"));
                Choice::new(wish.as_str(), label, form.after_sending == wish.as_str())
            })
            .collect(),
        form,
    })
}

/// `POST /preferences`.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    let fields = fields.0;
    fields.only(&FIELDS)?;
    let form = Form {
        login: signed.actor.agent.login.clone(),
        page_size: fields.one("page_size").parse().unwrap_or(0),
        language: fields.one("language").to_owned(),
        time_zone: fields.one("time_zone").trim().to_owned(),
        theme: fields.one("theme").to_owned(),
        keys: fields.one("keys") == "on",
        signature: fields.one("signature").replace("\r\n", "\n"),
        away_until: fields.one("away_until").to_owned(),
        after_sending: fields.one("after_sending").to_owned(),
        rich: fields.one("rich") == "on",
        start_at: fields.one("start_at").to_owned(),
        stand_in: fields.one("stand_in").to_owned(),
    };
    match save(&web, &signed, &form).await {
        Ok(()) => Ok(see_other("/preferences?saved=yes")),
        Err(Error::Invalid(problems)) => {
            let errors = by_field(problems, &signed.reader.language);
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors, String::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn save(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<()> {
    let language = &signed.reader.language;
    let away_until = if form.away_until.trim().is_empty() {
        None
    } else {
        let past = || Error::invalid("away_until", language.tr("prefs-away-past"));
        let until = signed.reader.read_field(&form.away_until).ok_or_else(past)?;
        if until <= web.clock.now() {
            return Err(past());
        }
        Some(until)
    };
    let wish = Preferences {
        page_size: form.page_size,
        language: Language::named(&form.language).tag(),
        time_zone: Some(form.time_zone.clone()).filter(|zone| !zone.is_empty()),
        theme: form.theme.clone(),
        keys_enabled: form.keys,
        signature: form.signature.clone(),
        away_until,
        stand_in: form.stand_in.parse().ok().map(AgentId),
    };
    let (asker, at) = (signed.clone(), web.moment());
    let start_at = form.start_at.clone();
    let habit: Option<AfterSending> = form.after_sending.parse().ok();
    let rich = form.rich;
    web.db
        .write(move |tx| {
            agents::save_preferences(tx, &asker.actor, &wish, &at)?;
            habits::set_rich_text(tx, &asker.actor, rich)?;
            if let Some(habit) = habit {
                habits::set_after_sending(tx, &asker.actor, habit)?;
            }
            let known = start::choices(tx, &asker, &start_at)?.iter().any(|choice| choice.current);
            habits::set_start(tx, &asker.actor, if known { &start_at } else { "" })
        })
        .await
}

/// The theme alone, by the button of the sidebar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    theme: String,
}

/// `PUT /preferences/theme`.
pub async fn theme(web: Data<Web>, signed: Signed, wish: Json<Theme>) -> Answer {
    let (asker, theme) = (signed, wish.into_inner().theme);
    web.db.write(move |tx| agents::set_theme(tx, &asker.actor, &theme)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /preferences/password`: with the old one; every other session ends, this one gets a new id.
pub async fn password(
    web: Data<Web>,
    signed: Signed,
    request: HttpRequest,
    fields: Posted<Fields>,
) -> Answer {
    // The name is for those who keep passwords.
    fields.0.only(&["username", "current", "password"])?;
    let (current, new) = (fields.0.one("current").to_owned(), fields.0.one("password").to_owned());
    match change(&web, &signed, &request, current, new).await {
        Ok(secret) => {
            let mut answer = see_other("/preferences?saved=password");
            known::let_in(&web, &mut answer, &signed.actor.agent.login, secret).await?;
            Ok(answer)
        }
        Err(Error::Invalid(problems)) => {
            let errors = by_field(problems, &signed.reader.language);
            show(&web, &signed, StatusCode::UNPROCESSABLE_ENTITY, None, errors, String::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn change(
    web: &Data<Web>,
    signed: &Signed,
    request: &HttpRequest,
    current: String,
    new: String,
) -> Result<String> {
    let agent = signed.actor.agent.clone();
    let (login, now) = (agent.login.clone(), web.clock.now());
    let address = session::client_address(request, &web.config);
    // Guessing here is no faster than at the door.
    let waits = browsers::counted_within(signed.actor.agent.id);
    let counted = browsers::counted_within(signed.actor.agent.id);
    let (asked, own, from, limits) = (counted.clone(), login.clone(), address.clone(), web.config.limits);
    let (wait, kept) = web
        .db
        .read(move |conn| {
            let wait = sessions::must_wait(conn, Some(&asked), &from, &limits, now)?;
            Ok((wait, sessions::candidate(conn, &own, now)?.and_then(|(_, hash)| hash)))
        })
        .await?;
    if let Some(wait) = wait {
        return Err(slow_down(&signed.reader.language, wait));
    }
    if !password::verify(current, kept).await? {
        let from = address.clone();
        let who = signed.actor.who();
        super::login::sign_in_failed(&from, &login);
        web.db
            .write(move |tx| {
                sessions::note_failure(tx, &counted, &from, Ts(now))?;
                audit::counted(tx, &who, Audited::SignInFailed, &login, &from, 1, Ts(now))
            })
            .await?;
        return Err(Error::invalid("current", signed.reader.language.tr("password-wrong")));
    }
    password::check_strength(&new, &[&agent.login, &agent.name, &agent.email])?;
    let hash = password::hash(new).await?;
    let browser = request
        .headers()
        .get("user-agent")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let (who, session, language) =
        (signed.actor.who(), signed.session.clone(), signed.reader.language.clone());
    web.db
        .write(move |tx| {
            // Looking took its time: others may have guessed at once, and somebody may have set another password.
            sessions::hold(tx, agent.id, &session, &limits, now)?;
            if let Some(wait) = sessions::must_wait(tx, Some(&waits), &address, &limits, now)? {
                return Err(slow_down(&language, wait));
            }
            agents::set_password(tx, agent.id, &hash, &who, Ts(now))?;
            audit::noted(tx, &who, Audited::Password, &agent.login, &address, Ts(now))?;
            sessions::begin(tx, agent.id, &address, &browser, Ts(now))
        })
        .await
}

fn slow_down(language: &Language, wait: SignedDuration) -> Error {
    Error::invalid("current", language.tr_count("login-slow-down", (wait.as_secs().max(1) + 59) / 60))
}

fn by_field(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            "time_zone" => &mut errors.time_zone,
            "signature" => &mut errors.signature,
            "away_until" => &mut errors.away_until,
            "stand_in" => &mut errors.stand_in,
            "current" => &mut errors.current,
            "password" => &mut errors.password,
            _ => &mut errors.page_size,
        };
        *place = message.in_language(language);
    }
    errors
}
