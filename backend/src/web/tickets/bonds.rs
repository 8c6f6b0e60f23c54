//! What is tied to a ticket by hand: tags, links to other tickets, one's own wish to watch it.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use serde::Deserialize;

use super::acts::{act, ticket_page};
use crate::access::{self, Read, Reply};
use crate::error::{Error, say};
use crate::tickets::{links, tags, watch};
use crate::web::failure::Answer;
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::Signed;
use crate::web::state::Web;

/// One tag, or several with commas between them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    tag: String,
}

/// `POST /tickets/{number}/tags`.
pub async fn tag(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    form: Posted<Tag>,
) -> Answer {
    let (number, typed) = (number.into_inner(), form.0.tag);
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        let words: Vec<&str> = typed.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            // The verb says what a tag is.
            return tags::add(tx, &mut access, "", at);
        }
        words.into_iter().try_for_each(|word| tags::add(tx, &mut access, word, at))
    })
    .await
}

/// `POST /tickets/{number}/tags/end`.
pub async fn untag(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    form: Posted<Tag>,
) -> Answer {
    let (number, tag) = (number.into_inner(), form.0.tag);
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        match tags::remove(tx, &mut access, &tag, at) {
            // Somebody was faster: it is off.
            Err(Error::NotFound) => Ok(()),
            other => other,
        }
    })
    .await
}

/// `POST /tickets/{number}/watching`.
pub async fn watch(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, _| {
        let access = access::for_change::<Read>(tx, &signed.actor, &number)?;
        watch::watch(tx, &access, &signed.actor)
    })
    .await
}

/// `POST /tickets/{number}/watching/end`.
pub async fn unwatch(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, _| {
        let access = access::for_change::<Read>(tx, &signed.actor, &number)?;
        watch::unwatch(tx, &access, &signed.actor)
    })
    .await
}

/// Another ticket, and how the two belong together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    ticket: String,
    #[serde(default)]
    kind: String,
}

/// `POST /tickets/{number}/links`.
pub async fn link(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    form: Posted<Link>,
) -> Answer {
    let (number, link) = (number.into_inner(), form.0);
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let named = link.ticket.trim().trim_start_matches('#');
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        let other = access::readable(tx, &signed.actor, named).map_err(|error| match error {
            // In a field, a ticket that is not there is wrong input; the address itself is fine.
            Error::NotFound => Error::invalid("ticket", say!("refused-take-unknown", number = named)),
            other => other,
        })?;
        let bond = if link.kind.is_empty() { links::Bond::default() } else { link.kind.parse()? };
        links::link(tx, &mut access, &other, bond, at)
    })
    .await
}

/// `POST /tickets/{number}/links/end`.
pub async fn unlink(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: HttpRequest,
    form: Posted<Link>,
) -> Answer {
    let (number, link) = (number.into_inner(), form.0);
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        let other = access::readable(tx, &signed.actor, &link.ticket)?;
        match links::unlink(tx, &mut access, &other, at) {
            Err(Error::NotFound) => Ok(()),
            other => other,
        }
    })
    .await
}
