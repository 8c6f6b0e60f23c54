//! The form of a customer: what was typed, what is wrong about it, what there is to choose from.

use serde::Serialize;

use crate::db::{Conn, OrganisationId};
use crate::error::{Error, FieldError, Result, say};
use crate::i18n::Language;
use crate::people::customer_edit::Change;
use crate::people::customers::Customer;
use crate::people::organisations;
use crate::web::failure::WHOLE;
use crate::web::fields::Fields;
use crate::web::view::Choice;

/// The fields of a customer who is there.
pub const OLD: [&str; 5] = ["name", "language", "organisation", "note", "shown"];
/// The fields of a new one.
pub const NEW: [&str; 5] = ["address", "name", "language", "organisation", "note"];

/// What the form holds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Form {
    pub address: String,
    pub name: String,
    pub language: String,
    pub organisation: String,
    pub note: String,
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Errors {
    /// Why all of it is refused.
    pub whole: String,
    pub address: String,
    pub name: String,
    pub language: String,
    pub organisation: String,
    pub note: String,
}

impl Errors {
    /// Each message at its field; what belongs to none stands at the name.
    pub fn of(fields: &[FieldError], language: &Language) -> Self {
        let mut errors = Self::default();
        for field in fields {
            let text = match field.field.as_str() {
                WHOLE => &mut errors.whole,
                "address" => &mut errors.address,
                "language" => &mut errors.language,
                "organisation" => &mut errors.organisation,
                "note" => &mut errors.note,
                _ => &mut errors.name,
            };
            *text = field.message.in_language(language);
        }
        errors
    }
}

/// What there is to choose from.
#[derive(Clone, Debug, Serialize)]
pub struct Choices {
    pub languages: Vec<Choice>,
    pub organisations: Vec<Choice>,
}

impl Form {
    /// What is stored of a customer.
    pub fn stored(customer: &Customer) -> Self {
        Self {
            address: String::new(),
            name: customer.name.clone(),
            language: customer.language.clone().unwrap_or_default(),
            organisation: customer.organisation_id.map(|id| id.to_string()).unwrap_or_default(),
            note: customer.note.clone(),
        }
    }

    /// What was sent.
    pub fn sent(fields: &Fields) -> Self {
        let text = |name: &str| fields.one(name).trim().to_owned();
        Self {
            address: text("address"),
            name: text("name"),
            language: text("language"),
            organisation: text("organisation"),
            note: text("note").replace("\r\n", "\n"),
        }
    }

    /// What shall be otherwise than `before`; an organisation that is retired can be kept.
    pub fn change(&self, before: Option<&Customer>) -> Result<Change> {
        let wanted = match self.organisation.as_str() {
            "" => None,
            key => {
                let gone = |_| Error::invalid("organisation", say!("refused-organisation-gone"));
                Some(key.parse::<OrganisationId>().map_err(gone)?)
            }
        };
        let same = before.is_some_and(|before| before.organisation_id == wanted);
        Ok(Change {
            name: Some(self.name.clone()),
            language: Some(self.language.clone()),
            note: Some(self.note.clone()),
            organisation: (!same).then_some(wanted),
        })
    }

    /// What there is to choose from, with what is chosen, also where it is offered no longer.
    pub fn choices(&self, conn: &mut Conn, language: &Language) -> Result<Choices> {
        let mut languages =
            vec![Choice::new("", language.tr("customer-language-his"), self.language.is_empty())];
        languages.extend(Language::all().into_iter().map(|tag| {
            let label = language.tr(&format!("language-{tag}"));
            Choice::new(tag.clone(), label, self.language == tag)
        }));
        if !languages.iter().any(|choice| choice.current) {
            languages.push(Choice::new(self.language.clone(), self.language.clone(), true));
        }
        let mut choices =
            vec![Choice::new("", language.tr("customer-no-organisation"), self.organisation.is_empty())];
        choices.extend(organisations::in_use(conn)?.into_iter().map(|organisation| {
            let key = organisation.id.to_string();
            let current = self.organisation == key;
            Choice::new(key, organisation.name, current)
        }));
        if let Ok(id) = self.organisation.parse::<OrganisationId>()
            && !choices.iter().any(|choice| choice.current)
        {
            for (id, name) in organisations::names(conn, &[id])? {
                choices.push(Choice::new(id.to_string(), name, true));
            }
        }
        Ok(Choices { languages, organisations: choices })
    }
}
