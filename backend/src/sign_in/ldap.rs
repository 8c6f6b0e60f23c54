//! A directory: is this his password, and what is known of him. Every question is bounded in time and number, the line is
//! encrypted before anything is said on it, what was typed is escaped, and referrals are not followed.

use std::time::Duration;

use jiff::Timestamp;
use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{
    Ldap as Line, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Scope, SearchEntry, SearchOptions,
    SearchResult, dn_escape, ldap_escape,
};
use mail_ingest::fetch::{Security, client_config};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::entry::{Person, attributes, person};
use super::pace;
use crate::config::sign_in::{Bind, Ldap};
use crate::error::{Sentence, say};

/// So many conversations at once: whoever sends passwords by the thousand does not open lines by the thousand.
static SLOTS: Semaphore = Semaphore::const_new(16);
/// A conversation has so many answers at most, each within the directory's patience.
const ANSWERS: u32 = 6;
/// The longest login and password that are asked about, in bytes.
const LONGEST: usize = 1_000;
/// So many people are looked at together.
const PAGE: i32 = 500;
/// More people than this are a filter that finds too much.
const MOST: usize = 50_000;

/// What a directory says of a login and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// They belong together.
    Yes(Box<Person>),
    /// They do not, or the account is shut or over.
    No,
    /// It could not be asked; why, for the log.
    Away(Sentence),
}

/// Asks whether login and password belong together.
pub(super) async fn check(ldap: &Ldap, login: &str, password: &str, now: Timestamp) -> Said {
    // A directory takes a name without a password for a stranger, and lets him in as one.
    if password.is_empty() || login.is_empty() || login.len().max(password.len()) > LONGEST {
        return Said::No;
    }
    if login.contains('\0') || password.contains('\0') {
        return Said::No;
    }
    let Ok(slot) = SLOTS.try_acquire() else {
        return Said::Away(say!("why-busy"));
    };
    let (mine, login, password) = (ldap.clone(), login.to_owned(), password.to_owned());
    let began = Instant::now();
    let asked = bounded(ldap.patience * ANSWERS, async move {
        // Goes along: whoever hangs up does not get a place free while his conversation goes on.
        let _slot = slot;
        proven(&mine, &login, &password).await
    })
    .await;
    let proof = match asked {
        Ok(proof) => proof,
        Err(why) => return Said::Away(why),
    };
    if !matches!(proof, Proof::Nobody) {
        pace::took(&ldap.url, began.elapsed());
    }
    match proof {
        Proof::His(person) if person.is_open(now) => Said::Yes(person),
        _ => {
            // Nothing of the directory is held meanwhile.
            pace::as_long_as_others(&ldap.url, began).await;
            Said::No
        }
    }
}

/// What came of a login and a password.
enum Proof {
    /// They belong together.
    His(Box<Person>),
    /// Somebody of that login is there, and has another password.
    Another,
    /// Nobody is there, as far as the directory tells.
    Nobody,
}

/// What is known of a login, without its password.
///
/// # Errors
/// Why it could not be asked.
pub(super) async fn look_up(ldap: &Ldap, login: &str) -> Result<Option<Person>, Sentence> {
    let (mine, login) = (ldap.clone(), login.to_owned());
    bounded(ldap.patience * ANSWERS, async move {
        let mut line = as_service(&mine).await?;
        let found = one(&mine, &mut line, &login).await?.filter(|person| person.is_called(&login));
        let found = match found {
            Some(person) => Some(understood(whole(&mine, &mut line, person).await?)?),
            None => None,
        };
        close(line).await;
        Ok(found)
    })
    .await
}

/// Everybody in it, those as well whose entries cannot be understood.
///
/// # Errors
/// Why it could not be asked.
pub(super) async fn everybody(ldap: &Ldap) -> Result<Vec<Person>, Sentence> {
    let mine = ldap.clone();
    bounded(Duration::from_secs(600), async move {
        let mut line = as_service(&mine).await?;
        let filter = mine.filter.replace("{login}", "*");
        let adapters: Vec<Box<dyn Adapter<'static, String, Vec<String>>>> =
            vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(PAGE))];
        let mut stream = line
            .with_timeout(mine.patience)
            .streaming_search_with(adapters, &mine.base, Scope::Subtree, &filter, attributes(&mine))
            .await
            .map_err(shown)?;
        let mut entries = Vec::new();
        while let Some(entry) = stream.next().await.map_err(shown)? {
            if entries.len() >= MOST {
                return Err(say!("why-many-entries", most = MOST));
            }
            entries.push(SearchEntry::construct(entry));
        }
        settled(stream.finish().await, &mine.base)?;
        let mut people = Vec::with_capacity(entries.len());
        for entry in entries {
            people.push(whole(&mine, &mut line, person(&mine, entry)).await?);
        }
        close(line).await;
        Ok(people)
    })
    .await
}

/// Whether it can be asked at all: the line, the account that looks people up, and the place where they are.
///
/// # Errors
/// Why not.
pub(super) async fn probe(ldap: &Ldap) -> Result<(), Sentence> {
    let mine = ldap.clone();
    bounded(ldap.patience * ANSWERS, async move {
        let Bind::Service { .. } = mine.bind else {
            close(open(&mine).await?).await;
            return Ok(());
        };
        let mut line = as_service(&mine).await?;
        let SearchResult(found, result) = line
            .with_timeout(mine.patience)
            .search(&mine.base, Scope::Base, "(objectClass=*)", vec!["1.1".to_owned()])
            .await
            .map_err(shown)?;
        settled(result, &mine.base)?;
        close(line).await;
        if found.is_empty() { Err(say!("why-base-empty", base = mine.base)) } else { Ok(()) }
    })
    .await
}

/// Runs a conversation beside, so that an answer that cannot be read ends it and nothing else.
async fn bounded<T: Send + 'static>(
    limit: Duration,
    conversation: impl Future<Output = Result<T, Sentence>> + Send + 'static,
) -> Result<T, Sentence> {
    // The bound goes along: whoever asked may be gone before the answer.
    let task = tokio::spawn(tokio::time::timeout(limit, conversation));
    match task.await {
        Ok(Ok(said)) => said,
        Ok(Err(_)) => Err(say!("why-late")),
        Err(_) => Err(say!("why-unreadable")),
    }
}

/// Who proves by the password to be this login. Groups are asked for, and an entry that cannot be understood is said, only
/// afterwards: neither time nor words tell a stranger who is there.
async fn proven(ldap: &Ldap, login: &str, password: &str) -> Result<Proof, Sentence> {
    match &ldap.bind {
        Bind::Service { dn: service, password: its } => {
            let mut line = as_service(ldap).await?;
            let found = one(ldap, &mut line, login).await?.filter(|person| person.is_called(login));
            // Somebody who is not there costs as much as somebody who is: one answer more.
            let (dn, secret) = match &found {
                Some(person) => (person.dn.clone(), password.to_owned()),
                None => (format!("cn=nobody,{}", ldap.base), crate::clock::random_token()),
            };
            let good = is_his(ldap, &mut line, &dn, &secret).await?;
            let is_there = found.is_some();
            let Some(person) = found.filter(|_| good) else {
                close(line).await;
                return Ok(if is_there { Proof::Another } else { Proof::Nobody });
            };
            if ldap.groups.is_some() && !is_his(ldap, &mut line, service, its.reveal()).await? {
                return Err(say!("why-service-not-again", dn = service));
            }
            let person = whole(ldap, &mut line, person).await?;
            close(line).await;
            understood(person).map(|person| Proof::His(Box::new(person)))
        }
        Bind::Direct { template } => {
            // Made into a name as it is: a login with anything else in it would name another entry.
            if !login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@+-".contains(&b)) {
                return Ok(Proof::Nobody);
            }
            let typed = if template.contains('=') { dn_escape(login) } else { login.into() };
            let dn = template.replace("{login}", &typed);
            let mut line = open(ldap).await?;
            if !is_his(ldap, &mut line, &dn, password).await? {
                close(line).await;
                return Ok(Proof::Nobody);
            }
            let found = one(ldap, &mut line, login).await?.filter(|person| person.is_called(login));
            let Some(person) = found else {
                close(line).await;
                return Ok(Proof::Nobody);
            };
            // The filter may find another entry than the one that the password opened.
            if !is_his(ldap, &mut line, &person.dn, password).await? {
                tracing::warn!(target: "turnstone::sign_in", directory = ldap.id, found = person.dn, "the filter finds another entry than direct_bind opens: nobody is let in by it");
                close(line).await;
                return Ok(Proof::Nobody);
            }
            let person = whole(ldap, &mut line, person).await?;
            close(line).await;
            understood(person).map(|person| Proof::His(Box::new(person)))
        }
    }
}

/// Somebody whose entry can be understood.
fn understood(mut person: Person) -> Result<Person, Sentence> {
    match person.trouble.take() {
        Some(trouble) => Err(trouble.into()),
        None => Ok(person),
    }
}

/// A line that is encrypted as it has to be.
async fn open(ldap: &Ldap) -> Result<Line, Sentence> {
    let tls = client_config(ldap.ca.as_deref()).map_err(|error| error.to_string())?;
    let settings = LdapConnSettings::new()
        .set_conn_timeout(ldap.patience)
        .set_config(tls)
        .set_starttls(ldap.security == Security::StartTls);
    let opening = LdapConnAsync::with_settings(settings, &ldap.url);
    let (conn, line) = tokio::time::timeout(ldap.patience, opening)
        .await
        .map_err(|_| say!("why-no-line-in-time", address = ldap.url))?
        .map_err(|error| say!("why-no-line", address = ldap.url, said = shown(error)))?;
    tokio::spawn(async move {
        if let Err(error) = conn.drive().await {
            tracing::debug!(target: "turnstone::sign_in", %error, "the line to a directory broke");
        }
    });
    Ok(line)
}

/// Politely; a line that is broken already is closed as well.
async fn close(mut line: Line) {
    let _ = line.with_timeout(Duration::from_secs(1)).unbind().await;
}

async fn as_service(ldap: &Ldap) -> Result<Line, Sentence> {
    let Bind::Service { dn, password } = &ldap.bind else {
        return Err(say!("why-no-service"));
    };
    let mut line = open(ldap).await?;
    let result = line.with_timeout(ldap.patience).simple_bind(dn, password.reveal()).await.map_err(shown)?;
    match result.rc {
        0 => Ok(line),
        _ => Err(say!("why-service-refused", dn = dn, said = told(&result))),
    }
}

/// Whether an entry's owner has this password.
async fn is_his(ldap: &Ldap, line: &mut Line, dn: &str, password: &str) -> Result<bool, Sentence> {
    let result = line.with_timeout(ldap.patience).simple_bind(dn, password).await.map_err(shown)?;
    match result.rc {
        0 => Ok(true),
        // Wrong, none, not allowed, locked, expired, unknown: for whoever asks, all the same.
        16 | 19 | 32 | 34 | 48 | 49 | 50 | 53 => Ok(false),
        _ => Err(say!("why-no-passwords", said = told(&result))),
    }
}

/// The one entry of a login; none where there are several: who knows which of them typed.
async fn one(ldap: &Ldap, line: &mut Line, login: &str) -> Result<Option<Person>, Sentence> {
    let filter = ldap.filter.replace("{login}", &ldap_escape(login));
    let options =
        SearchOptions::new().sizelimit(2).timelimit(i32::try_from(ldap.patience.as_secs()).unwrap_or(5));
    let SearchResult(mut found, result) = line
        .with_search_options(options)
        .with_timeout(ldap.patience)
        .search(&ldap.base, Scope::Subtree, &filter, attributes(ldap))
        .await
        .map_err(shown)?;
    if found.len() > 1 {
        tracing::warn!(target: "turnstone::sign_in", directory = ldap.id, "the filter finds several entries for one login: nobody is let in by it");
        return Ok(None);
    }
    settled(result, &ldap.base)?;
    Ok(found.pop().map(|entry| person(ldap, SearchEntry::construct(entry))))
}

/// A person with the groups that name him, where his entry does not name them.
async fn whole(ldap: &Ldap, line: &mut Line, mut person: Person) -> Result<Person, Sentence> {
    let Some(groups) = &ldap.groups else { return Ok(person) };
    let filter = groups
        .filter
        .replace("{dn}", &ldap_escape(person.dn.as_str()))
        .replace("{login}", &ldap_escape(person.login.as_str()));
    let SearchResult(found, result) = line
        .with_search_options(SearchOptions::new().sizelimit(1_000))
        .with_timeout(ldap.patience)
        .search(&groups.base, Scope::Subtree, &filter, vec!["1.1".to_owned()])
        .await
        .map_err(shown)?;
    settled(result, &groups.base)?;
    person.groups = found.into_iter().map(|entry| SearchEntry::construct(entry).dn).collect();
    Ok(person)
}

/// What a search ended with.
fn settled(result: LdapResult, base: &str) -> Result<(), Sentence> {
    match result.rc {
        0 => Ok(()),
        10 => Err(say!("why-base-elsewhere", base = base)),
        32 => Err(say!("why-base-empty", base = base)),
        _ => Err(say!("why-no-search", said = told(&result))),
    }
}

/// What it said, in one line.
fn told(result: &LdapResult) -> String {
    let text: String = result.text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    match text.trim() {
        "" => format!("code {}", result.rc),
        text => format!("code {}: {text}", result.rc),
    }
}

fn shown(error: LdapError) -> Sentence {
    match error {
        LdapError::LdapResult { result } => told(&result).into(),
        LdapError::Timeout { .. } => say!("why-late"),
        other => {
            let text = other.to_string();
            let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
            line.into()
        }
    }
}
