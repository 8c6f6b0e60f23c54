//! The file that `SIGN_IN_FILE` names. It is read once, at the start, with everything in it checked; what is wrong stops the
//! start, like any other setting.

use std::path::Path;

use mail_ingest::fetch::check_ca;
use serde_json::Value;

use super::certificate::CertificateEntry;
use super::entry::{Entry, read_settings};
use super::{Method, SignIn};
use crate::error::Error;

/// More ways in are a mistake.
pub const MOST: usize = 10;

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
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // A broken line may hold a password: the parser's excerpt of it is left out.
        let line = error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        let line = line.map_or_else(String::new, |line| format!(" in line {line}"));
        format!("This is not TOML{line} ({}).", error.message())
    })?;
    let all = table.remove("method");
    if let Some(key) = table.keys().next() {
        return Err(format!("At {key}: only [[method]] belongs there."));
    }
    let all = match all {
        None => Vec::new(),
        Some(toml::Value::Array(all)) => all,
        Some(_) => return Err("At method: write each as [[method]].".to_owned()),
    };
    let mut methods: Vec<Method> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for (index, written) in all.into_iter().enumerate() {
        let method = method(written, beside).map_err(|why| format!("Method {}: {why}", index + 1))?;
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

/// A way in as it stands in the file, which may name other files.
fn method(written: toml::Value, beside: &Path) -> Result<Method, String> {
    let Ok(Value::Object(mut settings)) = serde_json::to_value(written) else {
        return Err("write its settings below [[method]].".to_owned());
    };
    if settings.get("kind").and_then(Value::as_str) == Some("certificate") {
        settings.remove("kind");
        let one: CertificateEntry = read_settings(settings).map_err(told)?;
        return one.checked(beside).map(|one| Method::Certificate(Box::new(one)));
    }
    let mut entry = Entry::read(settings).map_err(told)?;
    match &mut entry {
        Entry::Local(_) => {}
        Entry::Ldap(ldap) => {
            let (typed, file) = (ldap.bind_password.take(), ldap.bind_password_file.take());
            ldap.bind_password = secret("bind_password", typed, file, beside)?;
            ldap.ca = authority(ldap.ca.take(), beside)?;
        }
        Entry::Oidc(oidc) => {
            let (typed, file) = (oidc.client_secret.take(), oidc.client_secret_file.take());
            oidc.client_secret = secret("client_secret", typed, file, beside)?;
            oidc.ca = authority(oidc.ca.take(), beside)?;
        }
    }
    entry.checked().map_err(told)
}

/// The first of what is wrong, with its setting.
fn told(error: Error) -> String {
    match error {
        Error::Invalid(wrong) => {
            let first = wrong.first().map(|one| (one.field.as_str(), &one.message));
            match first {
                Some(("", message)) => message.to_string(),
                Some((field, message)) => format!("{field}: {message}"),
                None => String::new(),
            }
        }
        other => other.to_string(),
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
