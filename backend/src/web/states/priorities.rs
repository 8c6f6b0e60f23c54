//! The form of the five priorities.

use actix_web::web::Data;
use serde::Deserialize;

use super::HOME;
use super::list::again;
use super::view::{Ranks, Typed};
use crate::db::Priority;
use crate::error::{Error, FieldError};
use crate::terms::priorities::{self, Wanted};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::see_other;
use crate::web::state::Web;

/// The form: `offered` comes once for each rank that is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Form(Vec<(String, String)>);

impl Form {
    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    fn wanted(&self) -> [Wanted; 5] {
        [1, 2, 3, 4, 5].map(|level: i32| {
            let level = level.to_string();
            let offered = self.0.iter().any(|(field, value)| field == "offered" && *value == level);
            Wanted { name: self.one(&format!("name_{level}")).to_owned(), retired: !offered }
        })
    }
}

/// `POST /admin/priorities`.
pub async fn update(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (form, now, asker) = (form.0, web.moment().ts(), signed.clone());
    let usual: Priority = form.one("usual").parse().map_err(|_: String| Error::NotFound)?;
    let (wanted, wish) = (form.wanted(), form.wanted());
    let done = web.db.write(move |tx| priorities::set(tx, &asker.actor, &wish, usual, now)).await;
    let fields = match done {
        Ok(()) => return Ok(see_other(&format!("{HOME}?saved=1#priorities"))),
        Err(Error::Invalid(fields)) => fields,
        Err(error) => return Err(Failure::from(error).back_to(HOME)),
    };
    let mut ranks = Ranks { wanted, usual, errors: Default::default(), usual_error: String::new() };
    for FieldError { field, message } in fields {
        let level = field.strip_prefix("name_").and_then(|level| level.parse::<usize>().ok());
        let place = level.and_then(|level| ranks.errors.get_mut(level.saturating_sub(1)));
        let place = place.unwrap_or(&mut ranks.usual_error);
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(&message.in_language(&signed.reader.language));
    }
    again(&web, &signed, Typed { ranks: Some(ranks), ..Typed::default() }).await
}
