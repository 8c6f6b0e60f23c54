//! An errand: a browser goes to where it shows who it is, and comes back once. A sealed cookie binds it to the browser, so
//! that no other page, and nobody who overhears an address, ends it in its place.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::{
    clock::random_token,
    db::{Ts, Tx, each, schema::spent_states},
    desk::Desk,
    error::{Error, Result},
    people::sessions::digest,
    seal::Key,
};

/// How long somebody may take.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// What the cookie is sealed for.
const PURPOSE: &str = "errand to a site that vouches for people";

/// What the browser takes along, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Errand {
    pub site: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub next: String,
    pub begun: Timestamp,
    /// The session whose owner shows once more who he is; empty for a sign-in.
    pub session: String,
}

/// An errand that begins.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub address: Url,
    /// What its cookie holds.
    pub cookie: String,
}

impl Errand {
    /// A new one, to the method of this id.
    pub(super) fn new(site: &str, next: &str, session: &str, now: Timestamp) -> Self {
        Self {
            site: site.to_owned(),
            state: random_token(),
            nonce: random_token(),
            verifier: random_token(),
            next: next.chars().take(1_000).collect(),
            begun: now,
            session: session.to_owned(),
        }
    }

    /// What the cookie holds.
    pub(super) fn sealed(&self, desk: &Desk) -> Result<String> {
        let text = serde_json::to_string(self)?;
        Ok(Key::load(&desk.config).and_then(|key| key.seal(&text, PURPOSE))?)
    }

    /// The errand of a browser's cookie, where it is of this method and state, and fresh.
    pub(super) fn of_this_browser(
        desk: &Desk,
        site: &str,
        cookie: Option<String>,
        state: &str,
    ) -> Result<Option<Self>> {
        let key = Key::load(&desk.config)?;
        let text = cookie.and_then(|sealed| key.open(&sealed, PURPOSE));
        let Some(errand) = text.and_then(|text| serde_json::from_str::<Self>(&text).ok()) else {
            return Ok(None);
        };
        let same = bool::from(errand.state.as_bytes().ct_eq(state.as_bytes()));
        let fresh = desk.clock.now().duration_since(errand.begun).abs() < PATIENCE;
        Ok((same && fresh && errand.site == site).then_some(errand))
    }

    /// Whether it comes back for the first time.
    pub(super) async fn spent(&self, desk: &Desk) -> Result<bool, Error> {
        let (hash, now) = (digest(&self.state), Ts(desk.clock.now()));
        desk.db.write(move |tx| spend(tx, &hash, now)).await
    }
}

fn spend(tx: &mut Tx<'_>, hash: &str, now: Ts) -> Result<bool> {
    let old = Ts(now.0.checked_sub(PATIENCE + PATIENCE).unwrap_or(now.0));
    diesel::delete(spent_states::table.filter(spent_states::at.lt(old))).execute(&mut **tx)?;
    let row = (spent_states::hash.eq(hash), spent_states::at.eq(now));
    let made = each!(&mut **tx, |c| diesel::insert_into(spent_states::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(made == 1)
}
