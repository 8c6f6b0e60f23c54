//! Postmaster filters: ordered rules that look at a mail and say what becomes of it.
//!
//! A whole list of rules is one version ([`store`]); it is compiled once ([`Compiled`]) and then asked of each mail.
//! Asking is a pure function of the rules and the mail, so that a dry run and the real intake cannot differ: first
//! [`Compiled::look`] finds the rules whose conditions hold, which takes its time and needs no transaction; then
//! [`verdict()`] says what they do, once it is known whether the mail opens a ticket or joins one.

mod check;
mod compile;
mod control;
mod decision;
mod describe;
mod diff;
mod facts;
mod model;
mod names;
mod reachable;
pub mod store;
mod values;
mod verdict;

pub use self::{
    check::check,
    compile::{Compiled, Hits},
    control::Wishes,
    decision::{Decision, Line, Question},
    describe::{actions as describe_actions, condition as describe_condition, word as describe_word},
    diff::{Change, diff},
    facts::Facts,
    model::{Actions, Aside, Condition, CustomerFrom, KINDS, Mails, On, RESULTS, Rule, SPAM, Takes, Test},
    names::Names,
    reachable::{Remark, remarks},
    store::{Cache, Version},
    verdict::{Arrival, Verdict, verdict},
};
