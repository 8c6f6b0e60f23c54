//! What the parts of a page ask for again and again, each for itself: the queues, who is called how. One [`super::Db::read`]
//! asks the database for it once, so that no part need know what the others have read already.
//!
//! Nothing tells when it is no longer so, and nothing need: a read changes nothing, and what it has found ends with it. A
//! transaction that writes never finds anything here.

use std::{
    any::Any,
    cell::RefCell,
    collections::{HashMap, HashSet},
    hash::Hash,
    rc::Rc,
};

use super::Conn;
use crate::error::Result;

thread_local! {
    /// By what it is called; nothing where no read runs on this thread.
    static FOUND: RefCell<Option<HashMap<&'static str, Rc<dyn Any>>>> = const { RefCell::new(None) };
}

/// Lets what is read be found again until this is dropped.
pub(super) struct Place(());

impl Place {
    pub(super) fn open() -> Self {
        FOUND.set(Some(HashMap::new()));
        Self(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        FOUND.set(None);
    }
}

fn found<T: 'static>(what: &'static str) -> Option<Rc<T>> {
    let known = FOUND.with_borrow(|found| found.as_ref()?.get(what).cloned());
    known.and_then(|known| known.downcast().ok())
}

fn keep<T: 'static>(what: &'static str, value: T) {
    FOUND.with_borrow_mut(|found| {
        if let Some(found) = found {
            found.insert(what, Rc::new(value));
        }
    });
}

/// What `read` finds, which is called `what`: nothing else may be called so.
///
/// # Errors
/// Those of `read`.
pub(crate) fn once<T: Clone + 'static>(
    conn: &mut Conn,
    what: &'static str,
    read: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    if let Some(known) = found::<T>(what) {
        return Ok((*known).clone());
    }
    let value = read(conn)?;
    keep(what, value.clone());
    Ok(value)
}

/// What `read` finds for each of these keys, which may come more than once; it is asked for those that nobody asked for before, and not at all where
/// there are none. The whole is called `what`.
///
/// # Errors
/// Those of `read`.
pub(crate) fn once_each<K, V>(
    conn: &mut Conn,
    what: &'static str,
    keys: &[K],
    read: impl FnOnce(&mut Conn, Vec<K>) -> Result<HashMap<K, V>>,
) -> Result<HashMap<K, V>>
where
    K: Copy + Eq + Hash + 'static,
    V: Clone + 'static,
{
    type Known<K, V> = RefCell<HashMap<K, Option<V>>>;
    let known = found::<Known<K, V>>(what).unwrap_or_else(|| {
        keep::<Known<K, V>>(what, RefCell::default());
        found(what).unwrap_or_default()
    });
    let new: HashSet<K> = keys.iter().filter(|key| !known.borrow().contains_key(key)).copied().collect();
    if !new.is_empty() {
        let mut values = read(conn, new.iter().copied().collect())?;
        known.borrow_mut().extend(new.into_iter().map(|key| (key, values.remove(&key))));
    }
    let known = known.borrow();
    Ok(keys.iter().filter_map(|key| Some((*key, known.get(key)?.clone()?))).collect())
}
