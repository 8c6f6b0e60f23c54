//! One customer: who he is, from where he writes, his tickets as far as the reader may see them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::form::{Choices, Errors, Form, OLD};
use super::{address, admin};
use crate::access::for_people;
use crate::db::{Conn, CustomerId};
use crate::error::Result;
use crate::people::customer_view::{self, Seen};
use crate::people::{addresses, customer_edit, customer_merge, organisations};
use crate::tickets::list::{self as tickets, Cursor};
use crate::web::failure::{Answer, problems};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show_as};
use crate::web::stale;
use crate::web::state::Web;
use crate::web::tickets::list;
use crate::web::view::{Face, RowView};

#[derive(Serialize)]
struct CustomerView {
    url: String,
    admin: String,
    face: Face,
    title: String,
    main: String,
    organisation: String,
    organisation_url: String,
    language: String,
    note: String,
    since: jiff::Timestamp,
    manages: bool,
    form: Form,
    /// What is stored, as this page shows it.
    shown: String,
    choices: Choices,
    addresses: Vec<AddressView>,
    /// Whether there is more than one.
    several: bool,
    merges: Vec<MergeView>,
    rows: Vec<RowView>,
    next: String,
    first: String,
    errors: Errors,
    /// What is wrong with an address that was typed, and what that was.
    address_error: String,
    address_typed: String,
    /// Whose it is, where it can be taken over.
    taken: bool,
    refused: bool,
    said: String,
}

#[derive(Serialize)]
struct AddressView {
    address: String,
    main: bool,
}

#[derive(Serialize)]
struct MergeView {
    id: i64,
    name: String,
    at: jiff::Timestamp,
}

/// What the address says besides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    said: String,
    cursor: String,
}

/// What a form that comes back brings.
#[derive(Clone, Debug, Default)]
pub(super) struct Back {
    pub form: Option<Form>,
    pub errors: Errors,
    pub address_error: String,
    pub address_typed: String,
    pub taken: bool,
}

fn load(conn: &mut Conn, asker: &Asker, seen: &Seen, wish: &Wish, back: Back) -> Result<Page<CustomerView>> {
    let language = &asker.reader.language;
    let customer = seen.customer();
    let cursor = Some(wish.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let after = cursor.map(str::parse::<Cursor>).transpose()?;
    let filter = customer_view::all_of(customer.id);
    let limit = i64::from(asker.actor.agent.page_size);
    let (found, next) = tickets::page(conn, &asker.actor, &filter, after, limit)?;
    let queues = crate::queues::all(conn)?;
    let names = organisations::names(conn, &customer.organisation_id.into_iter().collect::<Vec<_>>())?;
    let form = back.form.unwrap_or_else(|| Form::stored(customer));
    let his = addresses::of(conn, customer.id)?;
    let main = his.first().cloned().unwrap_or_default();
    let merges = if seen.manages() { customer_merge::of(conn, customer.id)? } else { Vec::new() };
    let url = address(customer.id);
    let view = CustomerView {
        admin: admin(customer.id),
        face: Face::of_mailbox(&customer.name, &main),
        title: customer.name.clone(),
        organisation: names.into_values().next().unwrap_or_default(),
        organisation_url: match customer.organisation_id {
            Some(id) if seen.manages() => format!("/admin/organisations/{id}"),
            _ => String::new(),
        },
        language: customer.language.as_deref().map(|tag| spoken(tag, asker)).unwrap_or_default(),
        note: customer.note.clone(),
        since: customer.created_at.0,
        manages: seen.manages(),
        choices: form.choices(conn, language)?,
        form,
        shown: stale::mark(&Form::stored(customer)),
        several: his.len() > 1,
        addresses: his.into_iter().map(|one| AddressView { main: one == main, address: one }).collect(),
        main,
        merges: merges
            .into_iter()
            .map(|merge| MergeView { id: merge.id.0, name: merge.name(), at: merge.created_at.0 })
            .collect(),
        rows: list::rows(conn, &found, &queues, &asker.reader)?,
        next: next.map(|cursor| format!("{url}?cursor={cursor}")).unwrap_or_default(),
        first: if after.is_some() { url.clone() } else { String::new() },
        refused: back.errors != Errors::default(),
        errors: back.errors,
        address_error: back.address_error,
        address_typed: back.address_typed,
        taken: back.taken,
        said: said(&wish.said, asker),
        url,
    };
    Ok(Page::new("customers", view))
}

/// A language by its name, where we know it.
fn spoken(tag: &str, asker: &Asker) -> String {
    match crate::i18n::Language::all().iter().any(|known| known == tag) {
        true => asker.reader.language.tr(&format!("language-{tag}")),
        false => tag.to_owned(),
    }
}

fn said(word: &str, asker: &Asker) -> String {
    let language = &asker.reader.language;
    match word {
        "added" => language.tr("customer-added"),
        "saved" => language.tr("customer-saved"),
        "address" => language.tr("customer-address-added"),
        "address-gone" => language.tr("customer-address-gone"),
        "main" => language.tr("customer-main-changed"),
        "merged" => language.tr("customer-merged"),
        "unmerged" => language.tr("customer-unmerged"),
        _ => String::new(),
    }
}

/// `GET /customers/{id}`: of whom he was merged into, that one's page.
pub async fn page(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = CustomerId(id.into_inner());
    let asker = signed.clone();
    let now = web.db.read(move |conn| Ok(customer_view::seen(conn, &asker.actor, id)?.customer().id)).await?;
    if now != id {
        return Ok(see_other(&address(now)));
    }
    show_customer(&web, &signed, StatusCode::OK, id, wish.into_inner(), Back::default()).await
}

pub(super) async fn show_customer(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    id: CustomerId,
    wish: Wish,
    back: Back,
) -> Answer {
    show_as(web, signed, status, "customers/page.html", move |conn, asker| {
        let seen = customer_view::seen(conn, &asker.actor, id)?;
        load(conn, asker, &seen, &wish, back)
    })
    .await
}

/// `POST /admin/customers/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, fields: Posted<Fields>) -> Answer {
    fields.0.only(&OLD)?;
    let id = CustomerId(id.into_inner());
    let (form, shown) = (Form::sent(&fields.0), fields.0.one("shown").to_owned());
    let (typed, asker, now) = (form.clone(), signed.clone(), web.moment().ts());
    let done = web
        .db
        .write(move |tx| {
            stale::alone(tx, "customers")?;
            let people = for_people(tx, &asker.actor)?;
            let before = addresses::customer(tx, id)?;
            stale::must_be_fresh(&shown, &Form::stored(&before))?;
            customer_edit::change(tx, &people, id, &typed.change(Some(&before))?, now)
        })
        .await;
    let error = match done {
        Ok(()) => return Ok(see_other(&format!("{}?said=saved", address(id)))),
        Err(error) => error,
    };
    let (status, fields) = problems(error).map_err(|failure| failure.back_to(&address(id)))?;
    let errors = Errors::of(&fields, &signed.reader.language);
    let back = Back { form: Some(form), errors, ..Back::default() };
    show_customer(&web, &signed, status, id, Wish::default(), back).await
}
