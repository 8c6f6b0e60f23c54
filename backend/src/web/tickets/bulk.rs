//! One act on many tickets: to each exactly what the act does to one, permission included.

use actix_web::web::Data;
use serde::Deserialize;

use super::acts::move_ticket;
use crate::access::{self, Reply};
use crate::db::{QueueId, State};
use crate::error::Error;
use crate::tickets as verbs;
use crate::web::failure::Answer;
use crate::web::forms::Posted;
use crate::web::gate::Signed;
use crate::web::page::{local, see_other};
use crate::web::state::Web;

/// The most tickets at once.
const MOST: usize = 200;

/// What the list's form sends: `ticket` once for each.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

#[derive(Clone, Copy, Debug)]
enum Act {
    Lock,
    Close,
    Move(QueueId),
}

/// `POST /tickets/bulk`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    let fields = form.0.0;
    let one = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    let back = local(one("back"), "/tickets");
    let act = match (one("act"), one("queue").parse()) {
        ("lock", _) => Act::Lock,
        ("close", _) => Act::Close,
        (_, Ok(queue)) => Act::Move(queue),
        _ => return Err(Error::NotFound.into()),
    };
    let numbers: Vec<String> =
        fields.iter().filter(|(name, _)| name == "ticket").map(|(_, n)| n.clone()).take(MOST).collect();
    if numbers.is_empty() {
        return Err(Error::invalid("ticket", signed.reader.language.tr("bulk-none")).into());
    }
    let (mut done, mut refused) = (0, Vec::new());
    // A transaction for each: what one refuses does not hold up the others.
    for number in numbers {
        let (asker, at, name) = (signed.clone(), web.moment(), number.clone());
        let result = web.db.write(move |tx| match act {
            Act::Move(queue) => move_ticket(tx, &asker, &name, queue, &at),
            Act::Lock => {
                let mut access = access::for_change::<Reply>(tx, &asker.actor, &name)?;
                verbs::lock::lock(tx, &mut access, &asker.actor, &at)
            }
            Act::Close => {
                let mut access = access::for_change::<Reply>(tx, &asker.actor, &name)?;
                verbs::state::set_state(tx, &mut access, State::Closed, None, &at)
            }
        });
        match result.await {
            Ok(()) => done += 1,
            Err(Error::Unexpected(cause)) => return Err(Error::Unexpected(cause).into()),
            Err(Error::NotFound) => refused.push(number),
            Err(error) => refused.push(format!("{number} ({error})")),
        }
    }
    if refused.is_empty() {
        return Ok(see_other(&back));
    }
    let count = i64::try_from(refused.len()).unwrap_or(i64::MAX);
    let language = &signed.reader.language;
    let text =
        [language.tr_count("bulk-done", done), language.tr_count("bulk-refused", count), refused.join(", ")];
    Err(crate::web::failure::Failure::from(Error::Conflict(text.join(" ").into())).back_to(&back))
}
