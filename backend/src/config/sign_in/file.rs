//! The file that `SIGN_IN_FILE` names. It is read once, at the start, with everything in it checked; what is wrong stops the
//! start, like any other setting.

use std::path::Path;

use mail_ingest::fetch::check_ca;
use serde::Deserialize;

use super::certificate::CertificateEntry;
use super::entry::{Entry, LocalEntry};
use super::ldap::LdapEntry;
use super::oidc::OidcEntry;
use super::{Method, SignIn};
use crate::error::Error;

/// More ways in are a mistake.
pub const MOST: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    method: Vec<Written>,
}

/// A way in as it stands in the file, which may name other files.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Written {
    Local(LocalEntry),
    Ldap(Box<LdapEntry>),
    Oidc(Box<OidcEntry>),
    Certificate(Box<CertificateEntry>),
}

/// Reads the file.
///
/// # Errors
/// A sentence that says what is wrong, and where; never a value that may be a password.
pub(in crate::config) fn file(path: &str) -> Result<SignIn, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("The file can't be read ({error}). Correct the path or its rights."))?;
    read(&text, Path::new(path).parent().unwrap_or(Path::new(".")))
}

/// Reads its text; other files are named from `beside`.
///
/// # Errors
/// As [`file`].
pub fn read(text: &str, beside: &Path) -> Result<SignIn, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // A broken line may hold a password: the parser's excerpt of it is left out.
        let line = error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        let line = line.map_or_else(String::new, |line| format!(" in line {line}"));
        format!("This is not TOML{line} ({}).", error.message())
    })?;
    let file: File = serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
        let place = error.path().to_string();
        let error = error.into_inner();
        // What was found may be a password: only what belongs there is repeated.
        match error.message().rsplit_once(", expected ") {
            Some((_, expected)) if error.message().starts_with("invalid ") => {
                format!("At {place}: {expected} belongs there.")
            }
            _ => format!("At {place}: {}.", error.message()),
        }
    })?;
    let mut methods: Vec<Method> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for (index, entry) in file.method.into_iter().enumerate() {
        let method = entry.method(beside).map_err(|why| format!("Method {}: {why}", index + 1))?;
        let id = method.id().to_owned();
        if ids.contains(&id) {
            return Err(format!("Method {}: there is already one called {id}.", index + 1));
        }
        ids.push(id);
        methods.push(method);
    }
    if methods.len() > MOST {
        return Err(format!("More than {MOST} methods are a mistake."));
    }
    if !methods.iter().any(|method| matches!(method, Method::Local { .. })) {
        // Whatever happens to a directory: somebody can get in and put it right.
        methods.push(Method::Local { only_admins: true });
    }
    Ok(SignIn { methods })
}

impl Written {
    fn method(self, beside: &Path) -> Result<Method, String> {
        let entry = match self {
            Self::Certificate(one) => {
                return one.checked(beside).map(|one| Method::Certificate(Box::new(one)));
            }
            Self::Local(local) => Entry::Local(local),
            Self::Ldap(mut ldap) => {
                let file = ldap.bind_password_file.take();
                ldap.bind_password = secret("bind_password", ldap.bind_password, file, beside)?;
                ldap.ca = authority(ldap.ca, beside)?;
                Entry::Ldap(ldap)
            }
            Self::Oidc(mut oidc) => {
                let file = oidc.client_secret_file.take();
                oidc.client_secret = secret("client_secret", oidc.client_secret, file, beside)?;
                oidc.ca = authority(oidc.ca, beside)?;
                Entry::Oidc(oidc)
            }
        };
        entry.checked().map_err(|error| match error {
            Error::Invalid(wrong) => {
                wrong.first().map(|one| format!("{}: {}", one.field, one.message)).unwrap_or_default()
            }
            other => other.to_string(),
        })
    }
}

/// What stands in the file itself, or in one that it names.
fn secret(
    name: &str,
    typed: Option<String>,
    file: Option<String>,
    beside: &Path,
) -> Result<Option<String>, String> {
    let text = match (typed, file) {
        (Some(_), Some(_)) => return Err(format!("write {name} or {name}_file, not both.")),
        (Some(text), None) => text,
        (None, Some(path)) => {
            let path = beside.join(path);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{name}_file {} can't be read ({error}).", path.display()))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        (None, None) => return Ok(None),
    };
    if text.is_empty() { Err(format!("{name} is empty.")) } else { Ok(Some(text)) }
}

pub(super) fn authority(path: Option<String>, beside: &Path) -> Result<Option<String>, String> {
    let Some(path) = path else { return Ok(None) };
    let path = beside.join(path);
    let pem = std::fs::read_to_string(&path)
        .map_err(|error| format!("ca: {} can't be read ({error}).", path.display()))?;
    match check_ca(&pem) {
        Ok(()) if !pem.trim().is_empty() => Ok(Some(pem)),
        _ => Err(format!("ca: {} holds no certificate in PEM form.", path.display())),
    }
}
