//! What works and what does not: `turnstone doctor` as a page. It looks at the machine and the tables at once; what is
//! outside is asked only when somebody wants it, and not longer than a few seconds.

use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::gate::Signed;
use super::page::{Page, show};
use super::state::Web;
use crate::error::Result;
use crate::i18n::Language;
use crate::ops::doctor::{self, Finding, Weight};
use crate::sign_in::look;

/// Whether the relay and the name servers are asked as well.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    outside: String,
}

#[derive(Serialize)]
struct DiagnosticsView {
    /// How many findings want somebody; a sentence.
    told: String,
    todo: bool,
    here: Vec<Row>,
    outside: Vec<Row>,
    asked: bool,
}

/// A finding as a page shows it.
#[derive(Serialize)]
pub(super) struct Row {
    about: String,
    weight: String,
    colour: &'static str,
    found: String,
    remedy: String,
}

/// `GET /admin/diagnostics`.
pub async fn page(web: Data<Web>, signed: Signed, wish: Query<Wish>) -> Answer {
    let (now, language) = (web.clock.now(), signed.reader.language.clone());
    let machine = {
        let (config, language) = (web.config.clone(), language.clone());
        actix_web::web::block(move || doctor::machine(&config, now, &language))
            .await
            .map_err(|error| crate::error::Error::Unexpected(error.into()))?
    };
    let mut inside = doctor::inside(&web.db, &web.config, now, &language).await?;
    inside.extend(look::inside(&web.desk, &language).await?);
    let asked = wish.outside == "yes";
    let outside = match asked {
        true => outside(&web, &language).await?,
        false => Vec::new(),
    };
    let here: Vec<Finding> = machine.into_iter().chain(inside).collect();
    show(&web, &signed, "diagnostics/page.html", move |_, _| {
        let todo = here.iter().chain(&outside).filter(|finding| finding.weight != Weight::Good).count();
        let told = match todo {
            0 => language.tr("diagnostics-all-good"),
            todo => language.tr_count("diagnostics-todo", i64::try_from(todo).unwrap_or(i64::MAX)),
        };
        let view = DiagnosticsView {
            told,
            todo: todo > 0,
            here: rows(here, &language),
            outside: rows(outside, &language),
            asked,
        };
        Ok(Page::new("diagnostics", view))
    })
    .await
}

/// The relay, the name servers, and whom people sign in with.
async fn outside(web: &Web, language: &Language) -> Result<Vec<Finding>> {
    let mail = doctor::outside(&web.db, &web.config, language);
    let (mail, sign_in) = tokio::join!(mail, look::outside(&web.desk, language));
    Ok(mail?.into_iter().chain(sign_in?).collect())
}

/// What wants somebody comes first.
pub(super) fn rows(mut findings: Vec<Finding>, language: &Language) -> Vec<Row> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
    let row = |finding: Finding| {
        let (weight, colour) = match finding.weight {
            Weight::Good => ("weight-good", "is-green"),
            Weight::Warning => ("weight-warning", "is-amber"),
            Weight::Bad => ("weight-bad", "is-red"),
        };
        Row {
            about: language.tr(&format!("doctor-about-{}", finding.about.replace(' ', "-"))),
            weight: language.tr(weight),
            colour,
            found: finding.found,
            remedy: finding.remedy,
        }
    };
    findings.into_iter().map(row).collect()
}
