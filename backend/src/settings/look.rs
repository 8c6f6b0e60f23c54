//! What the organisation looks like: one colour, a logo, and the theme of whoever has chosen none.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::colour::Colour;
use crate::{
    access::Actor,
    audit,
    db::{Audited, Conn, Direct, InstallationRight, Keep, Ts, Tx, backend, hex, schema::settings},
    error::{Error, Result, say},
    picture,
};

/// The row of the look.
const LOOK: &str = "look";
/// The row of the logo's bytes.
const LOGO: &str = "look_logo";
/// The row of the organisation's name, of which `people::setup` is the keeper.
const ORGANISATION: &str = "organisation";
/// The largest logo, in bytes.
pub const LARGEST: usize = 200_000;
/// The themes: `system` is what the device says.
pub const THEMES: [&str; 3] = ["system", "light", "dark"];

/// What the organisation looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// Its colour as `#rrggbb`; empty: Turnstone's own.
    pub colour: String,
    /// The theme of whoever has chosen none: `light` or `dark`; empty: what his device says.
    pub theme: String,
    /// What names its logo, by content; empty: none.
    pub logo: String,
}

impl Look {
    /// Turnstone's own colour.
    pub const USUAL: &'static str = "#007497";

    /// The style that brings the colour to the pages, and the name that changes with it; `None` where there is nothing to
    /// say.
    pub fn style(&self) -> Option<(String, String)> {
        // What is no colour never gets into a style.
        let colour: Colour = self.colour.parse().ok()?;
        let css = format!(":root{{--brand:{colour}}}\n");
        Some((format!("{}.css", named(css.as_bytes())), css))
    }

    /// The logo's name among the pages' files.
    pub fn logo_name(&self) -> Option<String> {
        (!self.logo.is_empty()).then(|| format!("{}.logo", self.logo))
    }
}

fn named(content: &[u8]) -> String {
    hex(&Sha256::digest(content)).chars().take(16).collect()
}

/// What every page begins with: the organisation's name and its look, in one query.
///
/// # Errors
/// Those of the database.
pub fn of_pages(conn: &mut Conn) -> Result<(String, Look)> {
    let rows: Vec<(String, String)> = settings::table
        .filter(settings::key.eq_any([LOOK, ORGANISATION]))
        .select((settings::key, settings::value))
        .kept()
        .rows(conn)?;
    let of = |key: &str| rows.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    // Only we write this row; one that cannot be read looks as usual.
    let look = of(LOOK).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let name = of(ORGANISATION).filter(|name| !name.is_empty()).unwrap_or("Turnstone");
    Ok((name.to_owned(), look))
}

/// The look.
///
/// # Errors
/// Those of the database.
pub fn load(conn: &mut Conn) -> Result<Look> {
    Ok(of_pages(conn)?.1)
}

/// The bytes of the logo and their media type, as long as it is the one of this name; nothing but what is needed to show
/// it, also of one from before logos were kept so.
///
/// # Errors
/// [`Error::NotFound`] for any other.
pub fn logo(conn: &mut Conn, name: &str) -> Result<(&'static str, Vec<u8>)> {
    let kept: Option<String> = settings::table.find(LOGO).select(settings::value).first(conn).optional()?;
    let bytes = kept.and_then(|text| STANDARD.decode(text).ok()).ok_or(Error::NotFound)?;
    if named(&bytes) != name {
        return Err(Error::NotFound);
    }
    let bytes = picture::bare(&bytes).ok_or(Error::NotFound)?;
    Ok((picture::kind(&bytes).ok_or(Error::NotFound)?, bytes))
}

/// What of the look becomes otherwise; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The colour; empty: Turnstone's own.
    pub colour: Option<String>,
    /// The theme of whoever has chosen none.
    pub theme: Option<String>,
    /// A picture: PNG, JPEG, WebP or GIF; empty: none.
    pub logo: Option<Vec<u8>>,
}

/// Changes it.
///
/// # Errors
/// [`Error::Forbidden`] without the right to manage people; [`Error::Invalid`] for what cannot be shown.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, wish: &Change, now: Ts) -> Result<()> {
    actor.require(InstallationRight::People)?;
    let before = load(tx)?;
    let mut after = before.clone();
    if let Some(colour) = &wish.colour {
        after.colour = match colour.trim() {
            "" | Look::USUAL => String::new(),
            text => text.parse::<Colour>()?.to_string(),
        };
    }
    if let Some(theme) = &wish.theme {
        if !THEMES.contains(&theme.as_str()) {
            return Err(Error::invalid("theme", say!("refused-theme")));
        }
        after.theme = if theme == "system" { String::new() } else { theme.clone() };
    }
    if let Some(bytes) = &wish.logo {
        after.logo = keep_logo(tx, bytes)?;
    }
    if before == after {
        return Ok(());
    }
    backend::put_setting(tx, LOOK, &serde_json::to_string(&after)?)?;
    let (before, after) = (json!(before), json!(after));
    audit::changed(tx, &actor.who(), Audited::Settings, LOOK, &before, &after, now)
}

/// Keeps the logo, or throws it away; what names it.
fn keep_logo(tx: &mut Tx<'_>, bytes: &[u8]) -> Result<String> {
    if bytes.is_empty() {
        diesel::delete(settings::table.find(LOGO)).execute(&mut **tx)?;
        return Ok(String::new());
    }
    if bytes.len() > LARGEST {
        return Err(Error::invalid("logo", say!("refused-logo-size", most = LARGEST / 1_000)));
    }
    // A drawing could carry scripts: only what is pixels by its bytes is taken.
    // Kept are the pixels alone: strangers see it, and where a photo was taken is not theirs to know.
    let Some(bytes) = picture::bare(bytes) else {
        return Err(Error::invalid("logo", say!("refused-logo")));
    };
    backend::put_setting(tx, LOGO, &STANDARD.encode(&bytes))?;
    Ok(named(&bytes))
}

/// The logo as it stands in the configuration's file; `None`: there is none.
pub(crate) fn logo_text(conn: &mut Conn) -> Result<Option<String>> {
    Ok(settings::table.find(LOGO).select(settings::value).first(conn).optional()?)
}
