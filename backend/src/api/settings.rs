//! The settings as the page of the same name has them: what each is, who says so, and those that can be changed while the
//! server runs. The relay's password can be given, and is never read.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json},
    gate::Caller,
    page::List,
    problem::Answer,
};
use crate::{
    config::{Config, KEYS, Origin, Secrecy, Secret},
    db::{Conn, InstallationRight, Ts},
    desk::Desk,
    error::{Error, Result, say},
    people::agents,
    settings::{self, CHANGEABLE, relay},
};

/// A setting.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Setting)]
pub struct SettingView {
    /// Its name, as in the settings file, in capitals.
    pub key: String,
    /// What is in force; hidden where it is a secret.
    pub value: String,
    /// Who says so: `default`, `page`, `file`, `environment`, `command_line`.
    pub origin: String,
    /// What holds where nobody says anything.
    pub default: String,
    /// What it does.
    pub effect: String,
    /// Whether it can be changed while the server runs, here or on a page; `false` also where the file says it.
    pub changeable: bool,
    /// The login of whoever set it on a page.
    pub changed_by: Option<String>,
    /// When, RFC 3339.
    pub changed_at: Option<String>,
}

fn view(conn: &mut Conn, config: &Config) -> Result<Vec<SettingView>> {
    let kept = settings::kept(conn)?;
    let logins: Vec<_> = agents::all(conn)?.into_iter().map(|agent| (agent.id, agent.login)).collect();
    let views = KEYS.iter().map(|key| {
        let shown = config.shown.iter().find(|setting| setting.key == key.name);
        let given = shown.filter(|setting| setting.origin != Origin::Default);
        let settable = key.name == relay::KEY || CHANGEABLE.iter().any(|one| one.key == key.name);
        let kept = kept.get(key.name).filter(|_| given.is_none() && settable);
        let (value, origin) = match (given, kept) {
            (Some(_), _) if key.secrecy == Secrecy::Whole => ("(hidden)".to_owned(), word(given)),
            (Some(given), _) => (given.value.clone(), word(Some(given))),
            (None, Some(kept)) => (kept.value.clone(), "page"),
            (None, None) => (shown.map_or(key.default, |shown| shown.value.as_str()).to_owned(), "default"),
        };
        SettingView {
            key: key.name.to_owned(),
            value,
            origin: origin.to_owned(),
            default: key.default.to_owned(),
            effect: key.effect.to_owned(),
            changeable: settable && given.is_none(),
            changed_by: kept.and_then(|kept| {
                logins.iter().find(|(id, _)| *id == kept.agent).map(|(_, login)| login.clone())
            }),
            changed_at: kept.map(|kept| kept.at.clone()),
        }
    });
    Ok(views.collect())
}

fn word(given: Option<&crate::config::Effective>) -> &'static str {
    match given.map(|given| &given.origin) {
        Some(Origin::File(_)) => "file",
        Some(Origin::Environment(_)) => "environment",
        Some(Origin::CommandLine(_)) => "command_line",
        Some(Origin::Default) | None => "default",
    }
}

/// All settings. Needs the right to manage people.
#[utoipa::path(get, path = "/settings", tag = "administration",
    responses((status = 200, body = List<SettingView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let config = desk.config.clone();
    let items = desk
        .db
        .read(move |conn| {
            caller.actor.require(InstallationRight::People)?;
            view(conn, &config)
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::whole(items)))
}

/// What a setting shall be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSetting {
    /// The value as it would stand in the settings file; null: the usual one is in force again. Of SMTP_RELAY without its
    /// password.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    value: Option<Option<String>>,
    /// The password of SMTP_RELAY, whose value may be left out then; left out, the one that is kept for the same server and user stays.
    password: Option<String>,
}

impl Input for PutSetting {}

/// A null that was said is another thing than nothing.
fn said<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

/// Changes a setting that can be changed while the server runs. Needs the right to manage people.
#[utoipa::path(put, path = "/settings/{key}", tag = "administration", request_body = PutSetting,
    params(("key" = String, Path)), responses((status = 200, body = SettingView)))]
pub async fn put(desk: Data<Desk>, caller: Caller, key: Path<String>, wish: Json<PutSetting>) -> Answer {
    let (key, config, now) = (key.into_inner(), desk.config.clone(), Ts(desk.clock.now()));
    let wish = wish.value;
    let changed = desk
        .db
        .write(move |tx| {
            match (&wish.value, &wish.password) {
                (value, Some(password)) if key == relay::KEY && *value != Some(None) => {
                    // A new password alone belongs to the same relay.
                    let same = relay::said(tx)?.map(|relay| relay.written());
                    let words = value.clone().flatten().or(same);
                    let words =
                        words.ok_or_else(|| Error::invalid("value", say!("refused-setting-value")))?;
                    let password = Secret::new(password.clone());
                    let given = (Some(words.as_str()), Some(&password));
                    relay::change_by_words(tx, &caller.actor, &config, given, now)?;
                }
                (_, Some(_)) => return Err(Error::invalid("password", say!("refused-setting-password"))),
                (None, None) => return Err(Error::invalid("value", say!("refused-setting-value"))),
                (Some(value), None) => {
                    settings::change(tx, &caller.actor, &config, &key, value.as_deref(), now)?;
                }
            }
            view(tx, &config)?.into_iter().find(|one| one.key == key).ok_or(Error::NotFound)
        })
        .await?;
    Ok(HttpResponse::Ok().json(changed))
}
