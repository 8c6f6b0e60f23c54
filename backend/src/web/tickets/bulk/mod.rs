//! One deed on many tickets: what the list's bar sends, the page on which a deed is chosen, and the one that shows how far
//! it is.

mod form;
mod view;

use std::time::Duration;

use actix_web::web::{Data, Path};

use super::{draft, list};
use crate::db::{BulkId, BulkState, TicketId};
use crate::error::{Error, Result, say};
use crate::tickets::bulk::{self, Deed};
use crate::tickets::view as tickets;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::{Nothing, Posted, Upload};
use crate::web::gate::{Asker, Signed};
use crate::web::page::{local, see_other, show};
use crate::web::state::Web;

/// The most numbers that one form names; more than that are chosen as a whole view.
const NAMED: usize = 2_000;
/// So long a page waits for a short bulk, so that it need not be looked at.
const PATIENCE: Duration = Duration::from_millis(2_500);
const LOOK: Duration = Duration::from_millis(40);

/// Which tickets the list's bar names, and where it stands.
const CHOICE: [&str; 4] = ["ticket", "tickets", "all", "back"];

/// `POST /tickets/bulk`: the chosen tickets, and what is done to them; `act=more` leads to the page that offers all else.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Fields>) -> Answer {
    let fields = form.0;
    fields.only(&[CHOICE.as_slice(), &form::FIELDS].concat())?;
    let back = local(fields.one("back"), "/tickets");
    let deed = match fields.one("act") {
        "more" => None,
        _ => Some(form::deed(&fields, &signed)?),
    };
    let (asker, at, place) = (signed.clone(), web.moment(), back.clone());
    let whole_view = fields.one("all") == "1";
    // Nobody means every open ticket because a form lost the list that it stood on.
    if whole_view && fields.one("back").split('?').next() != Some("/tickets") {
        return Err(Failure::from(Error::invalid("ticket", say!("bulk-none"))).back_to(&back));
    }
    let named: Vec<String> = [fields.all("ticket"), fields.all("tickets")]
        .concat()
        .iter()
        .flat_map(|numbers| numbers.split(','))
        .map(str::to_owned)
        .filter(|number| !number.is_empty())
        .take(NAMED)
        .collect();
    let id = web
        .db
        .write(move |tx| {
            let chosen: Vec<TicketId> = if whole_view {
                list::all_of(tx, &asker, &place, bulk::MOST + 1)?
            } else {
                tickets::ids(tx, &named)?
            };
            match &deed {
                Some(deed) => bulk::begin(tx, &asker.actor, &chosen, deed, &place, &at),
                None => bulk::choose(tx, &asker.actor, &chosen, &place, &at),
            }
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&back))?;
    lead_on(&web, &signed, id, &back).await
}

/// `POST /tickets/bulk/{id}/start`: says what is done to the tickets that were chosen.
pub async fn start(web: Data<Web>, signed: Signed, id: Path<i64>, upload: Upload) -> Answer {
    let id = BulkId(id.into_inner());
    upload
        .only(&form::FIELDS)
        .map_err(|refused| refused.keeping(&upload.text("text")).back_to(&address(id)))?;
    let fields: Fields = upload.texts().into_iter().collect();
    let files = draft::prepare(&web, upload.files).await?;
    // By themselves: a refused text does not lose them.
    let (asker, at) = (signed.clone(), web.moment());
    let kept = web.db.write(move |tx| bulk::keep_files(tx, &asker.actor, id, &files, &at)).await;
    let begun = match kept.and_then(|()| form::deed(&fields, &signed)) {
        Ok(deed) => begin(&web, &signed, id, deed).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(back) => lead_on(&web, &signed, id, &back).await,
        // What was typed stays where it was typed.
        Err(error @ Error::Invalid(_)) => {
            // Files that are too many would be refused with whatever is chosen next.
            if matches!(&error, Error::Invalid(fields) if fields.iter().any(|field| field.field == "attachments"))
            {
                let (asker, blobs) = (signed.clone(), web.db.blobs().clone());
                web.db.write(move |tx| bulk::put_files_away(tx, &blobs, &asker.actor, id)).await?;
            }
            view::again(&web, &signed, id, &fields, &error).await
        }
        Err(error) => Err(Failure::from(error).keeping(fields.one("text")).back_to(&address(id))),
    }
}

async fn begin(web: &Data<Web>, signed: &Signed, id: BulkId, deed: Deed) -> Result<String> {
    let (asker, at) = (signed.clone(), web.moment());
    web.db
        .write(move |tx| {
            bulk::start(tx, &asker.actor, id, &deed, &at)?;
            Ok(bulk::get(tx, &asker.actor, id)?.back)
        })
        .await
}

/// `POST /tickets/bulk/{id}/undo`.
pub async fn undo(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let id = BulkId(id.into_inner());
    let (asker, at) = (signed.clone(), web.moment());
    let (undoing, back) = web
        .db
        .write(move |tx| {
            let undoing = bulk::undo_all(tx, &asker.actor, id, &at)?;
            Ok((undoing, bulk::get(tx, &asker.actor, undoing)?.back))
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    lead_on(&web, &signed, undoing, &back).await
}

/// `GET /tickets/bulk/{id}`.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let id = BulkId(id.into_inner());
    show(&web, &signed, "tickets/bulk/page.html", move |conn, asker| view::load(conn, asker, id, None)).await
}

/// The page of a bulk.
pub fn address(id: BulkId) -> String {
    format!("/tickets/bulk/{id}")
}

/// A short bulk that went well needs no page: back to the list. Anything else is looked at.
async fn lead_on(web: &Data<Web>, signed: &Signed, id: BulkId, back: &str) -> Answer {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let asker = signed.clone();
        let (state, refused) = web
            .db
            .read(move |conn| {
                let bulk = bulk::get(conn, &asker.actor, id)?;
                Ok((bulk.state, bulk::progress(conn, id)?.refused))
            })
            .await?;
        let place = match state {
            BulkState::Done if refused == 0 => local(back, "/tickets"),
            BulkState::Running if tokio::time::Instant::now() < until => {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            _ => address(id),
        };
        return Ok(see_other(&place));
    }
}

/// What the agent did to many tickets just now, to be undone with one click.
pub fn offers(conn: &mut crate::db::Conn, asker: &Asker) -> Result<Vec<super::undo::Offer>> {
    let language = &asker.reader.language;
    let mut offers = Vec::new();
    for (bulk, done) in bulk::offered(conn, &asker.actor, asker.reader.now)? {
        let Some(deed) = bulk.deed()? else { continue };
        let what = language.tr(&format!("bulk-deed-{}", deed.word()));
        let words = language.tr_values("bulk-did", done, &[("what", &what)]);
        offers.push(super::undo::Offer::new(bulk.id.0, words, address(bulk.id)));
    }
    Ok(offers)
}
