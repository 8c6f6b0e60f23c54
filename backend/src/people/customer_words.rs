//! What customers are found by: the words of their names and addresses, the same on both databases.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tokio::sync::watch;

use super::{addresses, customers::Customer};
use crate::{
    db::{
        CustomerId, Direct, Keep, Tx, backend, each,
        schema::{customer_words, customers},
        words::words_of,
    },
    desk::Desk,
    error::Result,
};

/// So many words of one customer are kept: a name or a list of addresses that is longer finds nothing more.
const MOST: usize = 200;
/// So many customers share a transaction of [`rebuild`].
const AT_ONCE: i64 = 500;

/// Says anew by what a customer is found, and where he stands in lists. Whoever changes a name or an address calls it.
pub(super) fn say(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    let customer: Customer = customers::table.find(id).select(Customer::as_select()).first(&mut **tx)?;
    diesel::delete(customer_words::table.filter(customer_words::customer_id.eq(id))).kept().exec(tx)?;
    let his = addresses::of(tx, id)?;
    if customer.merged_into.is_none() {
        say_first(tx, id, &customer.name, &his)?;
    }
    diesel::update(customers::table.find(id))
        .set(customers::sort_name.eq(sort_name(&customer.name, &his)))
        .kept()
        .exec(tx)?;
    Ok(())
}

/// The words of a customer of whom nothing was said yet: many a mail makes one.
pub(super) fn say_first(tx: &mut Tx<'_>, id: CustomerId, name: &str, his: &[String]) -> Result<()> {
    let mut words: BTreeSet<String> = words_of(name).into_iter().collect();
    words.extend(his.iter().flat_map(|address| words_of(address)));
    for word in words.into_iter().take(MOST) {
        let row = (customer_words::word.eq(word), customer_words::customer_id.eq(id));
        each!(&mut **tx, |c| diesel::insert_into(customer_words::table).values(row).execute(c))?;
    }
    Ok(())
}

/// A name as lists sort it; never empty, because that means that it is still to be said.
pub(super) fn sort_name(name: &str, his: &[String]) -> String {
    let of = |text: &str| words_of(text).join(" ");
    let named = Some(of(name)).filter(|name| !name.is_empty());
    let named = named.or_else(|| his.first().map(|address| of(address))).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| "~".to_owned()).chars().take(200).collect()
}

/// Says customers of whom that was not done yet, until none is left or the process ends.
pub async fn rebuild(desk: Desk, stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match desk.db.write(step).await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "older customers are not all found yet; goes on after the next start");
                return;
            }
        }
    }
}

fn step(tx: &mut Tx<'_>) -> Result<bool> {
    let waiting = |tx: &mut Tx<'_>| -> Result<Vec<CustomerId>> {
        Ok(customers::table
            // As it stands in the index, which holds no others.
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("sort_name = ''"))
            .order(customers::id)
            .limit(AT_ONCE)
            .select(customers::id)
            .load(&mut **tx)?)
    };
    if waiting(tx)?.is_empty() {
        return Ok(false);
    }
    // Two nodes that start together would say the same customers.
    backend::one_at_a_time(tx, "customer_addresses")?;
    for id in waiting(tx)? {
        addresses::settle_main(tx, id)?;
        say(tx, id)?;
    }
    Ok(true)
}
