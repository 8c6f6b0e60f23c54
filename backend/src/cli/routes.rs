//! `turnstone routes`.

use clap::Args;

use super::output::{print, print_json};
use crate::api;
use crate::web::routes::{Cache, Csrf, Printed, printed};

#[derive(Debug, Args)]
pub(super) struct Routes {
    /// As JSON: a list of {method, path, parameters, needs, csrf, cache, raised}
    #[arg(long)]
    json: bool,
}

impl Routes {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let routes: Vec<Printed> = printed().into_iter().chain(of_the_api()).collect();
        if self.json {
            return print_json(&routes);
        }
        let lines: Vec<String> = routes
            .iter()
            .map(|route| format!("{:<7} {:<44} {}", route.method, route.path, route.needs))
            .collect();
        print(&lines.join("\n"))
    }
}

/// The API's table; a token stands for the session.
fn of_the_api() -> impl Iterator<Item = Printed> {
    api::routes::table().iter().map(|route| {
        let path = format!("/api/v1{}", route.path);
        let parameters =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned);
        Printed {
            method: route.method.to_string(),
            parameters: parameters.collect(),
            path,
            needs: route.needs.word(),
            csrf: Csrf::Bearer,
            cache: Cache::NoStore,
            raised: false,
        }
    })
}
