//! Lists: `{"items": […], "next": CURSOR|null}`, and what their addresses say.

use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::error::{Error, Result};

/// How many items a page has unless the address says otherwise.
pub const DEFAULT: i64 = 25;
/// How many it has at most.
pub const MOST: i64 = 200;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// All there is.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of which one more row than `limit` was asked for, to see whether another page follows.
    pub fn cut<R>(mut rows: Vec<R>, limit: i64, place: impl Fn(&R) -> String) -> (Vec<R>, Option<String>) {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(place);
        (rows, next)
    }
}

/// The parameters of an address; unknown ones are refused, because a misspelt filter would show too much.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            actix_web::web::Query::<T>::from_query(request.query_string())
                .map(|query| Self(query.into_inner()))
                .map_err(|error| {
                    let text = error.to_string();
                    let field = text.split('`').nth(1).unwrap_or("query").to_owned();
                    Problem::field(field, "There is no such parameter, or it stands there twice.")
                }),
        )
    }
}

/// How many items: what `limit` says, but no more than [`MOST`].
///
/// # Errors
/// [`Error::Invalid`] for what is no number, or less than 1.
pub fn limit(text: Option<&str>, default: i64) -> Result<i64> {
    let Some(text) = text else { return Ok(default) };
    match text.parse::<i64>() {
        Ok(limit) if limit >= 1 => Ok(limit.min(MOST)),
        _ => Err(Error::invalid("limit", format!("This is not a number from 1 to {MOST}."))),
    }
}

/// A place in a list that is ordered by keys: what `cursor` says.
///
/// # Errors
/// [`Error::Invalid`] for what is no such place.
pub fn cursor<K: FromStr>(text: Option<&str>) -> Result<Option<K>> {
    let wrong = |_| Error::invalid("cursor", "This is not a place in the list. Begin at the first page.");
    text.map(|text| text.parse::<K>().map_err(wrong)).transpose()
}

/// A word out of a closed set.
///
/// # Errors
/// [`Error::Invalid`] names the words that there are.
pub fn word<W: FromStr<Err = String>>(field: &str, text: &str) -> Result<W> {
    text.parse().map_err(|message| Error::invalid(field, format!("{message}.")))
}

/// A key in an address; what is none leads to nothing.
///
/// # Errors
/// [`Error::NotFound`].
pub fn key<K: FromStr>(text: &str) -> Result<K> {
    text.parse().map_err(|_| Error::NotFound)
}
