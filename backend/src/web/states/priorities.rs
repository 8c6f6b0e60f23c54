//! The form of the five priorities.

use actix_web::web::Data;

use super::HOME;
use super::list::again;
use super::view::{Ranks, Typed};
use crate::db::{InstallationRight, Priority};
use crate::error::{Error, FieldError};
use crate::i18n::Language;
use crate::terms::priorities::{self, Wanted};
use crate::web::failure::{Answer, WHOLE, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::see_other;
use crate::web::stale;
use crate::web::state::Web;

/// The form: `offered` comes once for each rank that is.
const FIELDS: [&str; 8] = ["name_1", "name_2", "name_3", "name_4", "name_5", "offered", "usual", "shown"];

fn wanted(fields: &Fields) -> [Wanted; 5] {
    let offered = fields.all("offered");
    [1, 2, 3, 4, 5].map(|level: i32| {
        let level = level.to_string();
        Wanted { name: fields.one(&format!("name_{level}")).to_owned(), retired: !offered.contains(&level) }
    })
}

/// `POST /admin/priorities`.
pub async fn update(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&FIELDS)?;
    let (fields, now, asker) = (fields.0, web.moment().ts(), signed.clone());
    let usual: Priority = fields.one("usual").parse().map_err(|_: String| Error::NotFound)?;
    let (wanted, wish, shown) = (wanted(&fields), wanted(&fields), fields.one("shown").to_owned());
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "priorities")?;
            asker.actor.require(InstallationRight::QueuesAndMail)?;
            stale::must_be_fresh(&shown, &priorities::all(tx)?)?;
            priorities::set(tx, &asker.actor, &wish, usual, now)
        })
        .await;
    let error = match done {
        Ok(()) => return Ok(see_other(&format!("{HOME}?saved=1#priorities"))),
        Err(error) => error,
    };
    let (status, wrong) = problems(error).map_err(|failure| failure.back_to(HOME))?;
    let ranks = refused(wanted, usual, wrong, &signed.reader.language);
    again(&web, &signed, status, Typed { ranks: Some(ranks), ..Typed::default() }).await
}

/// What was typed, with what is wrong at each rank.
fn refused(wanted: [Wanted; 5], usual: Priority, wrong: Vec<FieldError>, language: &Language) -> Ranks {
    let (usual_error, whole) = (String::new(), String::new());
    let mut ranks = Ranks { wanted, usual, errors: Default::default(), usual_error, whole };
    for FieldError { field, message } in wrong {
        let level = field.strip_prefix("name_").and_then(|level| level.parse::<usize>().ok());
        let place = level.and_then(|level| ranks.errors.get_mut(level.saturating_sub(1)));
        let place = match place {
            Some(place) => place,
            None if field == WHOLE => &mut ranks.whole,
            None => &mut ranks.usual_error,
        };
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(&message.in_language(language));
    }
    ranks
}
