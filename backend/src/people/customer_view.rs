//! One customer as somebody may see him: whoever manages people sees all of them; another agent sees a customer of whom he
//! may read a ticket, and nobody else.

use super::{addresses, customers::Customer};
use crate::{
    access::Actor,
    db::{Conn, CustomerId, InstallationRight},
    error::{Error, Result},
    tickets::list::{self, Filter},
};

/// So many merges lead to a customer at most.
const LONGEST: usize = 64;

/// A customer whom the actor may see. Only [`seen`] makes one.
#[derive(Clone, Debug)]
pub struct Seen {
    customer: Customer,
    manages: bool,
}

impl Seen {
    /// The customer.
    pub fn customer(&self) -> &Customer {
        &self.customer
    }

    /// Whether the actor may change him.
    pub fn manages(&self) -> bool {
        self.manages
    }
}

/// A customer, or who he has become.
///
/// # Errors
/// [`Error::NotFound`] also for one of whom the actor may not know.
pub fn seen(conn: &mut Conn, actor: &Actor, id: CustomerId) -> Result<Seen> {
    let customer = survivor(conn, id)?;
    let manages = actor.scope.may(InstallationRight::People);
    if !manages && list::count(conn, actor, &all_of(customer.id), 1)? == 0 {
        return Err(Error::NotFound);
    }
    Ok(Seen { customer, manages })
}

/// The filter of all tickets of a customer.
pub fn all_of(id: CustomerId) -> Filter {
    Filter { customer: Some(id), all_states: true, ..Filter::default() }
}

/// Who a customer is by now.
pub(super) fn survivor(conn: &mut Conn, id: CustomerId) -> Result<Customer> {
    let mut at = addresses::customer(conn, id)?;
    for _ in 0..LONGEST {
        match at.merged_into {
            Some(next) => at = addresses::customer(conn, next)?,
            None => return Ok(at),
        }
    }
    Err(Error::NotFound)
}
