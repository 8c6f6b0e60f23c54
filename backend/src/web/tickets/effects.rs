//! What a macro does besides its text, as the form says it: chips that can be taken off before anything is sent.

use serde::{Deserialize, Serialize};

use crate::db::{Priority, QueueId, Status};
use crate::error::{Error, Result};
use crate::queues::Queue;
use crate::queues::templates::Effects;
use crate::web::forms::Upload;
use crate::web::times::Reader;

/// One text for each effect; empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fields {
    /// A state; a pending one with the number of days behind a blank.
    pub state: String,
    /// A queue's key.
    pub queue: String,
    /// 1 to 5.
    pub priority: String,
    /// With commas between them.
    pub tags: String,
}

/// An effect as it is shown: a box that is ticked.
#[derive(Clone, Debug, Serialize)]
pub struct Chip {
    name: &'static str,
    value: String,
    label: String,
}

impl Chip {
    /// Its words.
    pub fn label(&self) -> String {
        self.label.clone()
    }
}

impl Fields {
    /// What the form sends along.
    pub fn read(upload: &Upload) -> Self {
        Self {
            state: upload.text("fx_state"),
            queue: upload.text("fx_queue"),
            priority: upload.text("fx_priority"),
            tags: upload.text("fx_tags"),
        }
    }

    /// A macro's effects.
    pub fn of(effects: &Effects) -> Self {
        let state = effects.state.map_or_else(String::new, |state| match effects.wait_days {
            Some(days) => format!("{state} {days}"),
            None => state.to_string(),
        });
        Self {
            state,
            queue: effects.queue.map_or_else(String::new, |queue| queue.to_string()),
            priority: effects.priority.map_or_else(String::new, |priority| priority.level().to_string()),
            tags: effects.tags.join(","),
        }
    }

    /// With those of `other` in place of what they say as well; tags are put on together.
    pub fn overlaid(self, other: Self) -> Self {
        let later = |before: String, after: String| if after.is_empty() { before } else { after };
        let mut tags: Vec<&str> = self.tags.split(',').chain(other.tags.split(',')).collect();
        tags.retain(|tag| !tag.trim().is_empty());
        tags.dedup();
        Self {
            tags: tags.join(","),
            state: later(self.state, other.state),
            queue: later(self.queue, other.queue),
            priority: later(self.priority, other.priority),
        }
    }

    /// The same for the verbs.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what no form of ours sends.
    pub fn understood(&self) -> Result<Effects> {
        let wrong = |message: String| Error::invalid("effects", message);
        let mut effects = Effects::default();
        if !self.state.is_empty() {
            let (word, days) = match self.state.rsplit_once(' ').map(|(word, days)| (word, days.parse())) {
                Some((word, Ok(days))) => (word, Some(days)),
                _ => (self.state.as_str(), None),
            };
            effects.state = Some(word.parse::<Status>().map_err(wrong)?);
            effects.wait_days = days;
        }
        if !self.queue.is_empty() {
            effects.queue = Some(self.queue.parse::<QueueId>().map_err(|_| Error::NotFound)?);
        }
        if !self.priority.is_empty() {
            effects.priority = Some(self.priority.parse::<Priority>().map_err(wrong)?);
        }
        let tags = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        effects.tags = tags.map(str::to_owned).collect();
        Ok(effects)
    }

    /// What is shown of them; an effect that cannot be understood is left out. `all` are the queues, for their names.
    pub fn chips(&self, all: &[Queue], reader: &Reader) -> Vec<Chip> {
        let language = &reader.language;
        let mut chips = Vec::new();
        let Ok(effects) = self.understood() else { return chips };
        let mut add = |name, value: &str, label| chips.push(Chip { name, value: value.to_owned(), label });
        if let Some(state) = effects.state {
            let days = effects.wait_days.map(|days| language.tr_count("days", days.into()));
            let label = match (state.named, days) {
                (None, Some(days)) => {
                    language.tr_with(&format!("effect-{}", state.kind.kind()), &[("days", &days)])
                }
                (None, None) => language.tr(&format!("effect-{}", state.kind.kind())),
                (Some(_), days) => {
                    let name = reader.terms.state(state, language);
                    match days {
                        Some(days) => {
                            language.tr_with("effect-named-days", &[("name", &name), ("days", &days)])
                        }
                        None => language.tr_with("effect-named", &[("name", &name)]),
                    }
                }
            };
            add("state", &self.state, label);
        }
        let target = |id: QueueId| all.iter().find(|queue| queue.id == id);
        if let Some(queue) = effects.queue.and_then(target) {
            add("queue", &self.queue, language.tr_with("effect-queue", &[("name", &queue.name)]));
        }
        if let Some(priority) = effects.priority {
            let word = reader.terms.priority(priority, language);
            add("priority", &self.priority, language.tr_with("effect-priority", &[("word", &word)]));
        }
        if !effects.tags.is_empty() {
            let tags = effects.tags.join(", ");
            add("tags", &self.tags, language.tr_with("effect-tags", &[("tags", &tags)]));
        }
        chips
    }
}
