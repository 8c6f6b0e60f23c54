//! What works and what does not: `turnstone doctor` for programs.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    gate::Caller,
    page::{List, Params},
    problem::Answer,
};
use crate::{
    desk::Desk,
    error::Error,
    i18n::Language,
    ops::doctor::{self, Finding},
    sign_in::look,
};

/// What is looked at.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// `true`: the relay, the name servers, directories and sites to sign in with are asked as well, which takes up to six seconds.
    outside: Option<bool>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
    /// What, in a word or two that never change.
    pub about: String,
    /// good, warning, bad.
    #[schema(value_type = String)]
    pub weight: doctor::Weight,
    /// What was found, in English.
    pub found: String,
    /// What to do; empty where nothing has to be done.
    pub remedy: String,
}

/// What works and what does not, and what to do about it. Needs the right to manage queues and mail.
#[utoipa::path(get, path = "/diagnostics", tag = "administration", params(Wish),
    responses((status = 200, body = List<FindingView>)))]
pub async fn get(desk: Data<Desk>, caller: Caller, Params(wish): Params<Wish>) -> Answer {
    caller.actor.require(crate::db::InstallationRight::QueuesAndMail)?;
    let (now, english) = (desk.clock.now(), Language::english());
    let machine = {
        let (config, english) = (desk.config.clone(), english.clone());
        actix_web::web::block(move || doctor::machine(&config, now, &english))
            .await
            .map_err(|error| Error::Unexpected(error.into()))?
    };
    let mut found: Vec<Finding> = machine;
    found.extend(doctor::inside(&desk.db, &desk.config, now, &english).await?);
    found.extend(look::inside(&desk, &english).await?);
    if wish.outside == Some(true) {
        let mail = doctor::outside(&desk.db, &desk.config, &english);
        let (mail, sign_in) = tokio::join!(mail, look::outside(&desk, &english));
        found.extend(mail?);
        found.extend(sign_in?);
    }
    let view = |finding: Finding| FindingView {
        about: finding.about.to_owned(),
        weight: finding.weight,
        found: finding.found,
        remedy: finding.remedy,
    };
    Ok(HttpResponse::Ok().json(List::whole(found.into_iter().map(view).collect())))
}
