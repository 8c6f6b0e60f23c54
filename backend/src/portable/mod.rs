//! The whole configuration as one file that a person can read and keep under version control, and back: everything goes
//! by its natural name, no secret is in it, and what is applied goes through the same verbs as on the pages.

mod apply;
mod apply_terms;
mod document;
mod export;
mod hours;
mod places;
mod render;

pub use self::{
    apply::apply,
    document::Document,
    export::export,
    places::located,
    render::{Difference, differences, parse, text},
};
