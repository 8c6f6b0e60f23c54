//! Texts as lists show them.

use serde::Serialize;

use crate::access::Actor;
use crate::db::{Conn, InstallationRight, LetterLanguage, QueueId, RoleId};
use crate::error::Result;
use crate::i18n::Language;
use crate::people::role_change;
use crate::queues::templates::{Scope, Template};
use crate::queues::{self, Queue};
use crate::web::gate::Asker;
use crate::web::tickets::effects::{Chip, Fields as Effects};

/// A text as a list shows it.
#[derive(Serialize)]
pub(in crate::web) struct Row {
    url: String,
    name: String,
    language: String,
    /// For whom it is.
    queues: String,
    does: Vec<String>,
    begins: String,
}

/// What the texts of a list are for, by name; roles only where their reader may know of them.
pub(in crate::web) struct Names {
    pub(super) queues: Vec<Queue>,
    /// Those, and whether one is retired.
    pub(super) roles: Vec<(RoleId, String, bool)>,
}

impl Names {
    /// Reads them.
    pub(in crate::web) fn load(conn: &mut Conn, actor: &Actor) -> Result<Self> {
        let known = actor.scope.may(InstallationRight::People);
        let roles = if known { role_change::all(conn)? } else { Vec::new() };
        Ok(Self {
            queues: queues::all(conn)?,
            roles: roles.into_iter().map(|(role, retired)| (role.id, role.name, retired)).collect(),
        })
    }

    fn said(&self, template: &Template, language: &Language) -> String {
        let queue = |id: &QueueId| self.queues.iter().find(|queue| queue.id == *id);
        match template.scope() {
            Scope::Everybody => language.tr("templates-everybody"),
            Scope::Personal => language.tr("template-personal"),
            Scope::Queues => {
                let names: Vec<&str> =
                    template.queues.iter().filter_map(queue).map(|queue| queue.name.as_str()).collect();
                language.tr_with("templates-in-queues", &[("names", &names.join(", "))])
            }
            Scope::Roles if self.roles.is_empty() => language.tr("templates-some-roles"),
            Scope::Roles => {
                let named = self.roles.iter().filter(|(id, ..)| template.roles.contains(id));
                let names: Vec<&str> = named.map(|(_, name, _)| name.as_str()).collect();
                language.tr_with("templates-for-roles", &[("names", &names.join(", "))])
            }
        }
    }
}

/// A text as a row; its page lies below `home`.
pub(in crate::web) fn row(template: &Template, home: &str, names: &Names, asker: &Asker) -> Row {
    let (reader, language) = (&asker.reader, &asker.reader.language);
    let does = template.effects.clone().known_to(&asker.actor, template.owner.is_some());
    let chips = Effects::of(&does).chips(&names.queues, reader);
    Row {
        url: format!("{home}/{}", template.id),
        name: template.name.clone(),
        language: language_name(template.language, language),
        queues: names.said(template, language),
        does: chips.iter().map(Chip::label).collect(),
        begins: template.body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned(),
    }
}

pub(super) fn language_name(of: Option<LetterLanguage>, language: &Language) -> String {
    match of {
        Some(of) => language.tr(&format!("answers-language-{of}")),
        None => language.tr("templates-any-language"),
    }
}
