//! `turnstone demo`.

use clap::Args;

use super::serve::runtime;
use crate::demo;

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing of it touches your settings, your data or the world: mail goes to a page, customers answer by
themselves, and all is removed at the end (Ctrl C).")]
pub(super) struct Demo {}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<()> {
        runtime()?.block_on(demo::run())
    }
}
