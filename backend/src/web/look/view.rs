//! The form of the look.

use actix_web::http::StatusCode;
use serde::Serialize;

use crate::db::{Conn, InstallationRight};
use crate::error::{FieldError, Result};
use crate::i18n::Language;
use crate::settings::{
    colour::Colour,
    look::{self, Change, Look, THEMES},
};
use crate::web::failure::Failure;
use crate::web::forms::Upload;
use crate::web::gate::Asker;
use crate::web::view::Choice;

/// Where the form may stand. The first is the page of its own.
pub const PLACES: [&str; 2] = ["/admin/look", "/admin/setup/look"];
/// The fields that the page offers.
const FIELDS: [&str; 7] = ["organisation", "colour", "usual", "theme", "remove_logo", "place", "logo"];

/// What the form sends.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The organisation's name, where the form has it.
    pub name: Option<String>,
    colour: Option<String>,
    usual: bool,
    theme: String,
    remove_logo: bool,
    logo: Option<Vec<u8>>,
    place: String,
}

impl Form {
    /// Reads it.
    ///
    /// # Errors
    /// 400 for what the page does not offer.
    pub fn of(mut upload: Upload) -> Result<Self, Failure> {
        upload.only(&FIELDS)?;
        if upload.files.len() > 1 {
            return Err(Failure::plain(StatusCode::BAD_REQUEST));
        }
        let texts = upload.texts();
        let sent = |field: &str| texts.iter().find(|(name, _)| name == field).map(|(_, text)| text.clone());
        Ok(Self {
            name: sent("organisation"),
            colour: sent("colour"),
            usual: upload.text("usual") == "yes",
            theme: upload.text("theme"),
            remove_logo: upload.text("remove_logo") == "yes",
            place: upload.text("place"),
            logo: upload.files.pop().map(|file| file.bytes),
        })
    }

    /// What it means.
    pub fn change(&self) -> Change {
        Change {
            colour: if self.usual { Some(String::new()) } else { self.colour.clone() },
            theme: (!self.theme.is_empty()).then(|| self.theme.clone()),
            logo: self.logo.clone().or_else(|| self.remove_logo.then(Vec::new)),
        }
    }

    /// The page that the form stands on.
    pub fn place(&self) -> &'static str {
        PLACES.into_iter().find(|place| *place == self.place).unwrap_or(PLACES[0])
    }
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Typed {
    /// The form, where it was refused.
    pub form: Option<Form>,
    /// What is wrong with it.
    pub problems: Vec<FieldError>,
    /// Whether it was saved a moment ago.
    pub saved: bool,
}

#[derive(Default, Serialize)]
struct Errors {
    organisation: String,
    colour: String,
    theme: String,
    logo: String,
}

/// The form of the look.
#[derive(Serialize)]
pub struct LookView {
    place: &'static str,
    organisation: String,
    colour: String,
    usual: bool,
    themes: Vec<Choice>,
    logo: String,
    errors: Errors,
    saved: bool,
    wrong: bool,
    /// What becomes of the colour, in words.
    shades: String,
    most: usize,
}

impl LookView {
    /// Loads it for whoever manages people.
    ///
    /// # Errors
    /// [`crate::error::Error::Forbidden`]; those of the database.
    pub fn load(conn: &mut Conn, asker: &Asker, place: &'static str, typed: Typed) -> Result<Self> {
        asker.actor.require(InstallationRight::People)?;
        let language = &asker.reader.language;
        let (name, look) = look::of_pages(conn)?;
        let wrong = !typed.problems.is_empty();
        let (name, colour, theme) = match typed.form {
            Some(form) => (form.name.unwrap_or(name), form.colour.unwrap_or_default(), form.theme),
            None => (name, look.colour.clone(), look.theme.clone()),
        };
        let theme = if theme.is_empty() { "system".to_owned() } else { theme };
        Ok(Self {
            place,
            organisation: name,
            usual: look.colour.is_empty(),
            shades: shades(&look, language),
            colour: if colour.is_empty() { Look::USUAL.to_owned() } else { colour },
            themes: THEMES
                .map(|one| Choice::new(one, language.tr(&format!("prefs-theme-{one}")), one == theme))
                .into(),
            logo: look.logo_name().map(|name| format!("/brand/{name}")).unwrap_or_default(),
            errors: errors(typed.problems, language),
            saved: typed.saved,
            wrong,
            most: look::LARGEST / 1_000,
        })
    }
}

/// How buttons look in it by day and by night, and how well one can read on them.
fn shades(look: &Look, language: &Language) -> String {
    let colour = if look.colour.is_empty() { Look::USUAL } else { &look.colour };
    let Ok(colour) = colour.parse::<Colour>() else { return String::new() };
    let [day, night] = colour.buttons();
    let ratio = |contrast: f64| {
        // Never more than there is.
        let tenths = (contrast * 10.0).floor();
        language.decimal((tenths / 10.0).floor(), tenths % 10.0)
    };
    let values = [
        ("day", day.colour.to_string()),
        ("night", night.colour.to_string()),
        ("day_contrast", ratio(day.contrast)),
        ("night_contrast", ratio(night.contrast)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    language.tr_with("look-shades", &values)
}

fn errors(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            "colour" => &mut errors.colour,
            "theme" => &mut errors.theme,
            "logo" => &mut errors.logo,
            _ => &mut errors.organisation,
        };
        *place = message.in_language(language);
    }
    errors
}
