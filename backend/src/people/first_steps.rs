//! How far the first set-up has come, so that it can be left and taken up again. What each step sets is set by the verbs of
//! the full pages; here is only which of them somebody has been through.

use std::collections::BTreeMap;

use diesel::prelude::*;
use mail_ingest::address;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{
    agents::{self, NewAgent},
    links,
};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    db::{Audited, Conn, Direct, InstallationRight, PasswordLink, Ts, Tx, backend, schema::settings},
    error::{Error, Result, say},
};

/// The row that keeps it.
const KEY: &str = "first_steps";
/// So many colleagues are invited at once.
const MOST: usize = 50;

/// A step behind the first one, which makes the admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Name, logo, colour.
    Look,
    /// How mail comes in.
    In,
    /// How mail goes out.
    Out,
    /// The first queues.
    Queues,
    /// Colleagues.
    People,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Look, Self::In, Self::Out, Self::Queues, Self::People];

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::In => "in",
            Self::Out => "out",
            Self::Queues => "queues",
            Self::People => "people",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }
}

/// What somebody did with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// He went through it.
    Done,
    /// He left it for later.
    Later,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The steps that somebody has been at.
    steps: BTreeMap<String, How>,
    /// Nobody wants to be reminded any more.
    dismissed: bool,
}

impl Progress {
    /// What was done with a step.
    pub fn of(&self, step: Step) -> Option<How> {
        self.steps.get(step.word()).copied()
    }

    /// How many steps are done, the first included, and of how many.
    pub fn count(&self) -> (usize, usize) {
        let done = Step::ALL.iter().filter(|step| self.of(**step) == Some(How::Done)).count();
        (done + 1, Step::ALL.len() + 1)
    }

    /// The first step that nobody has been at.
    pub fn next(&self) -> Option<Step> {
        Step::ALL.into_iter().find(|step| self.of(*step).is_none())
    }

    /// Whether somebody may be reminded of it.
    pub fn is_left(&self) -> bool {
        let (done, all) = self.count();
        !self.dismissed && done < all
    }
}

/// How far it is; `None` where it never began, as at installations that were set up by command.
///
/// # Errors
/// Those of the database.
pub fn load(conn: &mut Conn) -> Result<Option<Progress>> {
    let kept: Option<String> = settings::table.find(KEY).select(settings::value).row(conn).optional()?;
    // Only we write this row; one that cannot be read begins anew.
    Ok(kept.map(|text| serde_json::from_str(&text).unwrap_or_default()))
}

/// The first admin was made on the page: the other steps wait for him.
///
/// # Errors
/// Those of the database.
pub fn begin(tx: &mut Tx<'_>) -> Result<()> {
    backend::put_setting(tx, KEY, &serde_json::to_string(&Progress::default())?)
}

/// Notes what was done with a step.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people.
pub fn mark(tx: &mut Tx<'_>, actor: &Actor, step: Step, how: How, now: Ts) -> Result<()> {
    store(tx, actor, now, |progress| {
        // What was done is not undone by somebody who has nothing to add.
        if how == How::Done || progress.of(step) != Some(How::Done) {
            progress.steps.insert(step.word().to_owned(), how);
        }
    })
}

/// Nobody is reminded of it any more.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people.
pub fn dismiss(tx: &mut Tx<'_>, actor: &Actor, now: Ts) -> Result<()> {
    store(tx, actor, now, |progress| progress.dismissed = true)
}

fn store(tx: &mut Tx<'_>, actor: &Actor, now: Ts, change: impl FnOnce(&mut Progress)) -> Result<()> {
    actor.require(InstallationRight::People)?;
    backend::one_at_a_time(tx, "setup")?;
    let before = load(tx)?.unwrap_or_default();
    let mut after = before.clone();
    change(&mut after);
    if before == after {
        return Ok(());
    }
    backend::put_setting(tx, KEY, &serde_json::to_string(&after)?)?;
    audit::changed(tx, &actor.who(), Audited::Settings, KEY, &json!(before), &json!(after), now)
}

/// A colleague who was invited: his name, his address, and his link, which is known only now.
#[derive(Clone, Debug, Serialize)]
pub struct Invited {
    /// His name.
    pub name: String,
    /// His address.
    pub email: String,
    /// What he signs in with.
    pub login: String,
    /// Where he chooses his password.
    pub link: String,
}

/// Invites whoever stands in these lines: `Name, address`, `Name <address>` or an address alone. All of them or nobody.
///
/// # Errors
/// [`Error::Invalid`] names the line that cannot be read; what [`agents::create`] refuses.
pub fn invite(
    tx: &mut Tx<'_>,
    people: &PeopleAccess,
    (lines, role): (&str, &str),
    (base, send): (&Url, bool),
    now: Ts,
) -> Result<Vec<Invited>> {
    let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST {
        return Err(Error::invalid("lines", say!("refused-colleagues", most = MOST)));
    }
    let mut invited = Vec::with_capacity(lines.len());
    for line in lines {
        let (name, email) =
            person(line).ok_or_else(|| Error::invalid("lines", say!("refused-colleague", line = line)))?;
        let before_at = email.split('@').next().unwrap_or_default().to_owned();
        if agents::by_email(tx, &email)?.is_some() {
            let there = say!("refused-colleague-there", address = email);
            return Err(at_line(Error::invalid("email", there), line));
        }
        // The short name is somebody's already: then the whole address is one's own.
        let taken = match agents::by_login(tx, &before_at) {
            Ok(_) => true,
            Err(Error::NotFound) => false,
            Err(error) => return Err(error),
        };
        let new = NewAgent {
            login: if taken { email.clone() } else { before_at.clone() },
            name: if name.is_empty() { before_at } else { name },
            roles: vec![role.to_owned()],
            email,
            ..NewAgent::default()
        };
        let agent = agents::create(tx, people, &new, now).map_err(|error| at_line(error, line))?;
        let secret = links::make(tx, people, agent.id, PasswordLink::Invitation, now)?;
        let link = links::address(base, &secret);
        if send {
            links::mail(tx, agent.id, PasswordLink::Invitation, &link, now)?;
        }
        invited.push(Invited { name: agent.name, email: agent.email, login: agent.login, link });
    }
    Ok(invited)
}

/// What is wrong with a person is wrong with his line.
fn at_line(error: Error, line: &str) -> Error {
    match error {
        Error::Invalid(mut fields) if !fields.is_empty() => {
            let why = fields.swap_remove(0);
            if why.field == "roles" {
                return Error::Invalid(vec![why]);
            }
            Error::invalid("lines", say!("refused-colleague-because", line = line, why = why.message))
        }
        other => other,
    }
}

/// Name and address of a line.
fn person(line: &str) -> Option<(String, String)> {
    let clean = |text: &str| text.trim().trim_matches([',', ';', '"', '<', '>']).trim().to_owned();
    let word = line.split([' ', ',', ';', '<', '>', '\t']).find(|word| word.contains('@'))?;
    let email = address::normalise(word)?;
    let name = line.replacen(word, "", 1);
    Some((clean(&name.replace(['<', '>'], "")), email))
}
