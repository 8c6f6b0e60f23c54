//! From where a request came: what it changes can say so, without every verb being handed it.

tokio::task_local! {
    /// Set while a request runs.
    static PLACE: Place;
}

/// From where a request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub address: String,
    /// What its browser or program calls itself; at most 200 characters.
    pub browser: String,
}

impl Place {
    /// Of an address, and of what a header says.
    pub fn new(address: String, browser: &str) -> Self {
        Self { address, browser: browser.chars().filter(|c| !c.is_control()).take(200).collect() }
    }

    /// From where the request came that runs; `None`: none runs, or this is a task beside it.
    pub fn current() -> Option<Self> {
        PLACE.try_with(Clone::clone).ok()
    }
}

/// Runs a request that came from there: transactions that it begins know it ([`super::Tx::place`]).
pub async fn from_place<F: std::future::Future>(place: Place, future: F) -> F::Output {
    PLACE.scope(place, future).await
}

/// What a request does in a task of its own, which would not know of the request.
pub fn carried<F: std::future::Future>(future: F) -> impl std::future::Future<Output = F::Output> {
    let place = Place::current();
    async move {
        match place {
            Some(place) => from_place(place, future).await,
            None => future.await,
        }
    }
}
