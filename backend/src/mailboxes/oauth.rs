//! Access tokens of OAuth2: kept while they are good, renewed by the refresh token. Only the node that has the mailbox
//! does so, one at a time: servers that change the refresh token with each use would lock out the second.

use diesel::prelude::*;
use jiff::SignedDuration;
use mail_ingest::fetch::{Server, oauth};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    Mailbox, State, Trouble,
    seal::{Key, Secrets},
};
use crate::{
    db::schema::{mailbox_states, mailboxes},
    desk::Desk,
    error::Error,
};

/// A token is renewed so long before it ends.
const EARLY: SignedDuration = SignedDuration::from_secs(120);

#[derive(Serialize, Deserialize)]
struct Access {
    token: String,
    until: jiff::Timestamp,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<f64>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Where a token is asked for; `None`: no address for that. Off this machine it has to be encrypted.
pub(super) fn endpoint(text: &str) -> Option<oauth::Endpoint> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let tls = match url.scheme() {
        "https" => true,
        "http" if Server::is_loopback(&host) => false,
        _ => return None,
    };
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    Some(oauth::Endpoint {
        host,
        port: url.port_or_known_default()?,
        path: format!("{}{query}", url.path()),
        tls,
    })
}

/// A token that is good now; a new one where `fresh` says that the kept one was refused.
pub(super) async fn token(
    desk: &Desk,
    mailbox: &Mailbox,
    fresh: bool,
    patience: std::time::Duration,
) -> Result<String, Trouble> {
    let key = Key::load(&desk.config).map_err(|error| Trouble::new("secret", format!("{error:#}")))?;
    let id = mailbox.id;
    // As it is now: the refresh token may have changed since the mailbox was read.
    let (state, mailbox) = desk
        .db
        .read(move |conn| {
            let state = mailbox_states::table.find(id).select(State::as_select()).first(conn)?;
            let mailbox: Mailbox = mailboxes::table.find(id).select(Mailbox::as_select()).first(conn)?;
            Ok((state, mailbox))
        })
        .await?;
    let purpose = mailbox.purpose();
    let now = desk.clock.now();
    let kept = key.open(&state.access, &purpose).and_then(|text| serde_json::from_str::<Access>(&text).ok());
    if let Some(kept) = kept.filter(|kept| !fresh && kept.until.duration_since(now) > EARLY) {
        return Ok(kept.token);
    }
    let secrets: Secrets = super::fetch::secrets(&key, &mailbox)?;
    let granted = ask(&mailbox, &secrets, patience).await?;
    #[expect(clippy::cast_possible_truncation, reason = "clamped to a day before")]
    let seconds = granted.expires_in.unwrap_or(300.0).clamp(0.0, 86_400.0) as i64;
    let access = Access {
        token: granted.access_token.clone(),
        until: now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now),
    };
    let seal = |text: Result<String, serde_json::Error>| {
        let text = text.map_err(|error| Trouble::new("secret", error.to_string()))?;
        key.seal(&text, &purpose).map_err(|error| Trouble::new("secret", error.to_string()))
    };
    let access = seal(serde_json::to_string(&access))?;
    let changed = granted.refresh_token.filter(|new| !new.is_empty() && *new != secrets.refresh_token);
    let secret = match changed {
        Some(refresh_token) => Some(seal(serde_json::to_string(&Secrets { refresh_token, ..secrets }))?),
        None => None,
    };
    let version = mailbox.version;
    desk.db
        .write(move |tx| {
            diesel::update(mailbox_states::table.find(id))
                .set(mailbox_states::access.eq(&access))
                .execute(&mut **tx)?;
            if let Some(secret) = &secret {
                // Unless somebody has typed another in the meantime.
                diesel::update(mailboxes::table.find(id).filter(mailboxes::version.eq(version)))
                    .set(mailboxes::secret.eq(secret))
                    .execute(&mut **tx)?;
            }
            Ok(())
        })
        .await
        .map_err(|error: Error| Trouble::from(error))?;
    Ok(granted.access_token)
}

async fn ask(
    mailbox: &Mailbox,
    secrets: &Secrets,
    patience: std::time::Duration,
) -> Result<Granted, Trouble> {
    let endpoint = endpoint(&mailbox.token_url)
        .ok_or_else(|| Trouble::new("oauth", "the address for access tokens is not usable"))?;
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", secrets.refresh_token.as_str()),
        ("client_id", mailbox.client_id.as_str()),
        ("client_secret", secrets.client_secret.as_str()),
        ("scope", mailbox.scope.as_str()),
    ];
    fields.retain(|(_, value)| !value.is_empty());
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let ca = Some(mailbox.ca.clone()).filter(|_| Server::is_loopback(&endpoint.host));
    let answer = oauth::post(&endpoint, &form, ca, patience)
        .await
        .map_err(|error| Trouble::new("oauth", format!("{}: {error}", endpoint.host)))?;
    if answer.status == 200
        && let Ok(granted) = serde_json::from_slice::<Granted>(&answer.body)
    {
        return Ok(granted);
    }
    let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = format!(
        "{} answered {} {} {}",
        endpoint.host, answer.status, refusal.error, refusal.error_description
    );
    Err(Trouble::new("oauth", why.trim().chars().take(400).collect::<String>()))
}
