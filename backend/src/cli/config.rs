//! `turnstone config show`.

use std::fmt::Write;

use clap::Subcommand;
use serde_json::json;

use super::output::{print, print_json};
use crate::config::{Effective, KEYS, Loaded, Origin};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Each setting with its value, where that comes from, and what it does; passwords are hidden
    Show {
        /// As JSON: a list of {key, value, origin, effect}
        #[arg(long)]
        json: bool,
    },
}

impl ConfigCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Show { json: true } => print_json(&as_json(loaded)),
            Self::Show { json: false } => print(&as_text(loaded)),
        }
    }
}

fn as_json(loaded: &Loaded) -> serde_json::Value {
    let rows = loaded.settings.iter().zip(KEYS).map(|(setting, key)| {
        json!({
            "key": setting.key,
            "value": setting.value,
            "origin": setting.origin.to_string(),
            "effect": key.effect,
        })
    });
    rows.collect()
}

fn as_text(loaded: &Loaded) -> String {
    let mut text = match &loaded.file {
        Some(file) => format!("# read {} and the environment\n", file.display()),
        None => "# read the environment; there is no turnstone.toml\n".to_owned(),
    };
    for (setting, key) in loaded.settings.iter().zip(KEYS) {
        let Effective { key: name, value, origin } = setting;
        let line = match origin {
            // A comment, because some defaults are words about other settings and not values.
            Origin::Default => format!("# {} = {value}", name.to_lowercase()),
            _ => format!("{} = {value:?}", name.to_lowercase()),
        };
        // Writing to a String can't fail.
        let _ = write!(text, "\n# {}\n# {origin}\n{line}\n", key.effect);
    }
    text
}
