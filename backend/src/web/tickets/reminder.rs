//! “Remind me”: the moments that are asked for most, one click each, in the agent's own zone.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::acts::{act, ticket_page};
use crate::access::{self, Reply};
use crate::db::State;
use crate::error::{Error, Result};
use crate::tickets::state;
use crate::web::failure::Answer;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::state::Web;
use crate::web::times::Reader;

/// When the day begins.
const MORNING: i8 = 9;

/// A moment to choose.
#[derive(Clone, Debug, Serialize)]
pub struct Quick {
    value: &'static str,
    label: String,
    at: Timestamp,
}

/// The moments that are offered.
pub fn quick(reader: &Reader) -> Vec<Quick> {
    ["tomorrow", "monday", "week"]
        .into_iter()
        .filter_map(|value| {
            let at = named(value, reader)?;
            Some(Quick { value, label: reader.language.tr(&format!("remind-{value}")), at })
        })
        .collect()
}

/// Tomorrow, next Monday or in a week, at nine in the morning where the reader is.
fn named(word: &str, reader: &Reader) -> Option<Timestamp> {
    let today = reader.now.to_zoned(reader.zone.clone()).date();
    let day = match word {
        "tomorrow" => today.tomorrow().ok()?,
        "monday" => today.nth_weekday(1, Weekday::Monday).ok()?,
        "week" => today.checked_add(7.days()).ok()?,
        _ => return None,
    };
    Some(day.at(MORNING, 0, 0, 0).to_zoned(reader.zone.clone()).ok()?.timestamp())
}

/// A moment that was chosen by its word, or typed; neither is `None`.
pub fn moment(word: &str, typed: &str, asker: &Asker) -> Result<Option<Timestamp>> {
    if let Some(at) = named(word, &asker.reader) {
        return Ok(Some(at));
    }
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || Error::invalid("until", asker.reader.language.tr("composer-until"));
    asker.reader.read_field(typed).map(Some).ok_or_else(wrong)
}

/// When.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    #[serde(default)]
    when: String,
    #[serde(default)]
    until: String,
}

/// `POST /tickets/{number}/reminder`: the ticket waits, and its owner is reminded.
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    form: Posted<When>,
) -> Answer {
    let (number, When { when, until }) = (number.into_inner(), form.0);
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let until = moment(&when, &until, signed)?;
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        state::set_state(tx, &mut access, State::PendingReminder, until, at)
    })
    .await
}
