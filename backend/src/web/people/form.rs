//! The form of an agent: what was typed, what is wrong about it, what there is to choose from.

use jiff::Timestamp;
use serde::Serialize;

use crate::db::{Conn, Notice, RoleId};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Language;
use crate::people::agents::{self, NewAgent};
use crate::people::directory::Entry;
use crate::people::edit::{Change, Settings};
use crate::people::roles;
use crate::web::failure::WHOLE;
use crate::web::fields::Fields;
use crate::web::gate::Asker;
use crate::web::times::Reader;
use crate::web::view::Choice;

/// The fields of a new agent.
pub const NEW: [&str; 11] = [
    "name",
    "email",
    "login",
    "role",
    "how",
    "send",
    "page_size",
    "language",
    "time_zone",
    "notify",
    "expires_at",
];
/// The fields of an agent who is there.
pub const OLD: [&str; 8] =
    ["name", "email", "page_size", "language", "time_zone", "notify", "expires_at", "shown"];

/// What the form holds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    pub name: String,
    pub email: String,
    pub login: String,
    pub how: String,
    pub send: bool,
    pub page_size: String,
    pub language: String,
    pub time_zone: String,
    pub expires_at: String,
    #[serde(skip)]
    pub roles: Vec<String>,
    #[serde(skip)]
    pub notify: Vec<String>,
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Errors {
    /// Why all of it is refused.
    pub whole: String,
    pub name: String,
    pub email: String,
    pub login: String,
    pub roles: String,
    pub page_size: String,
    pub language: String,
    pub time_zone: String,
    pub expires_at: String,
}

impl Errors {
    /// Each message at its field; what belongs to none stands at the name.
    pub fn of(fields: &[FieldError], language: &Language) -> Self {
        let mut errors = Self::default();
        for field in fields {
            let text = match field.field.as_str() {
                WHOLE => &mut errors.whole,
                "email" => &mut errors.email,
                "login" => &mut errors.login,
                "roles" => &mut errors.roles,
                "page_size" => &mut errors.page_size,
                "language" => &mut errors.language,
                "time_zone" => &mut errors.time_zone,
                "expires_at" => &mut errors.expires_at,
                _ => &mut errors.name,
            };
            *text = field.message.in_language(language);
        }
        errors
    }
}

/// What there is to choose from.
#[derive(Clone, Debug, Serialize)]
pub struct Choices {
    pub page_sizes: Vec<Choice>,
    pub languages: Vec<Choice>,
    pub notifications: Vec<Choice>,
}

/// A role to be ticked.
#[derive(Clone, Debug, Serialize)]
pub struct RoleChoice {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub current: bool,
}

impl Form {
    /// What a new agent is like.
    pub fn usual(language: &Language) -> Self {
        Self {
            how: "invite".into(),
            send: true,
            page_size: "25".into(),
            language: language.tag(),
            notify: Notice::ALL.iter().map(ToString::to_string).collect(),
            ..Self::default()
        }
    }

    /// What is stored of an agent.
    pub fn stored(conn: &mut Conn, entry: &Entry, reader: &Reader) -> Result<Self> {
        let agent = &entry.agent;
        let muted = agents::muted(conn, agent.id)?;
        Ok(Self {
            name: agent.name.clone(),
            email: agent.email.clone(),
            login: agent.login.clone(),
            page_size: agent.page_size.to_string(),
            language: agent.language.clone(),
            time_zone: agent.time_zone.clone().unwrap_or_default(),
            expires_at: agent.expires_at.map_or_else(String::new, |end| reader.field(end.0)),
            notify: Notice::ALL
                .iter()
                .filter(|notice| !muted.contains(notice))
                .map(ToString::to_string)
                .collect(),
            ..Self::default()
        })
    }

    /// What was sent.
    pub fn sent(fields: &Fields) -> Self {
        let text = |name: &str| fields.one(name).trim().to_owned();
        Self {
            name: text("name"),
            email: text("email"),
            login: text("login"),
            how: text("how"),
            send: !fields.one("send").is_empty(),
            page_size: text("page_size"),
            language: text("language"),
            time_zone: text("time_zone"),
            expires_at: text("expires_at"),
            roles: fields.all("role"),
            notify: fields.all("notify"),
        }
    }

    fn settings(&self) -> Settings {
        let heard = |notice: &Notice| self.notify.iter().any(|word| word == notice.as_str());
        Settings {
            // What is no number is refused like a number that is too small.
            page_size: Some(self.page_size.parse().unwrap_or(0)),
            language: Some(self.language.clone()),
            time_zone: Some(Some(self.time_zone.clone()).filter(|zone| !zone.is_empty())),
            muted: Some(Notice::ALL.iter().copied().filter(|notice| !heard(notice)).collect()),
        }
    }

    fn expiry(&self, reader: &Reader) -> Result<Option<Timestamp>> {
        if self.expires_at.is_empty() {
            return Ok(None);
        }
        let wrong = || Error::invalid("expires_at", reader.language.tr("person-expiry-wrong"));
        reader.read_field(&self.expires_at).map(Some).ok_or_else(wrong)
    }

    /// The login; one that was left empty is what stands before the @.
    pub fn login_or_usual(&self) -> &str {
        match self.login.as_str() {
            "" => self.email.split('@').next().unwrap_or_default(),
            typed => typed,
        }
    }

    /// The agent to be made.
    pub fn new_agent(&self, conn: &mut Conn, reader: &Reader) -> Result<NewAgent> {
        let login = self.login_or_usual().to_owned();
        let usable = roles::all(conn)?;
        // A role that nobody offered is refused by its name, which no role has.
        let name_of = |key: &String| {
            let role = usable.iter().find(|role| role.id.to_string() == *key);
            role.map_or_else(|| key.clone(), |role| role.name.clone())
        };
        Ok(NewAgent {
            login,
            name: self.name.clone(),
            email: self.email.clone(),
            roles: self.roles.iter().map(name_of).collect(),
            password_hash: None,
            must_change_password: false,
            expires_at: self.expiry(reader)?,
            settings: self.settings(),
        })
    }

    /// What shall be otherwise.
    ///
    /// An end that was left as `stored` shows it stays as it is, to the second: the form knows minutes only.
    pub fn change(&self, stored: &Self, reader: &Reader) -> Result<Change> {
        let ends = self.expiry(reader)?;
        Ok(Change {
            name: Some(self.name.clone()),
            email: Some(self.email.clone()),
            expires_at: (self.expires_at != stored.expires_at).then_some(ends),
            settings: self.settings(),
        })
    }

    /// What there is to choose from, with what is chosen.
    pub fn choices(&self, language: &Language) -> Choices {
        let mut sizes = vec!["10", "25", "50", "100", "200"];
        if !sizes.contains(&self.page_size.as_str()) && self.page_size.parse::<i32>().is_ok() {
            sizes.push(&self.page_size);
        }
        Choices {
            page_sizes: sizes.into_iter().map(|n| Choice::new(n, n, self.page_size == n)).collect(),
            languages: Language::all()
                .into_iter()
                .map(|tag| {
                    Choice::new(tag.clone(), language.tr(&format!("language-{tag}")), self.language == tag)
                })
                .collect(),
            notifications: Notice::ALL
                .iter()
                .map(|notice| {
                    let on = self.notify.iter().any(|word| word == notice.as_str());
                    Choice::new(notice.as_str(), language.tr(&format!("notify-{notice}")), on)
                })
                .collect(),
        }
    }
}

/// The roles in use, with those ticked that are named.
pub fn role_choices(conn: &mut Conn, asker: &Asker, ticked: &[String]) -> Result<Vec<RoleChoice>> {
    let language = &asker.reader.language;
    let all = roles::all(conn)?;
    Ok(all
        .into_iter()
        .map(|role| {
            let manages = !role.installation.is_empty();
            let hint = match (role.description.is_empty(), manages) {
                (false, _) => role.description,
                (true, true) => language.tr("person-role-manages"),
                (true, false) => String::new(),
            };
            let value = role.id.to_string();
            RoleChoice { current: ticked.contains(&value), value, label: role.name, hint }
        })
        .collect())
}

/// The keys of roles that a form named.
pub fn role_ids(values: &[String]) -> Result<Vec<RoleId>> {
    values
        .iter()
        .map(|value| {
            let wrong = |_| Error::invalid("roles", crate::error::say!("refused-role-gone"));
            value.parse::<i64>().map(RoleId).map_err(wrong)
        })
        .collect()
}
