//! `turnstone routes`.

use clap::Args;

use super::output::{print, print_json};
use crate::web::routes::printed;

#[derive(Debug, Args)]
pub(super) struct Routes {
    /// As JSON: a list of {method, path, parameters, needs, csrf, cache}
    #[arg(long)]
    json: bool,
}

impl Routes {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let routes = printed();
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
