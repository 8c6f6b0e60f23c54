//! The part of the composer that passes a message on.

use serde::{Deserialize, Serialize};

use super::articles::last_from_customer;
use crate::db::Channel;
use crate::tickets::Article;
use crate::web::gate::Asker;

/// How a message is passed on, as the form says it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Passing {
    /// Which article.
    pub forwarded: String,
    /// `text` or `mail`.
    pub original: String,
    /// Its files stay behind.
    pub bare: bool,
    /// The customer may see it.
    pub visible: bool,
}

/// The part of the composer that passes a message on.
#[derive(Serialize)]
pub struct ForwardView {
    to: String,
    cc: String,
    bcc: String,
    articles: Vec<ForwardChoice>,
    mail: bool,
    bare: bool,
    visible: bool,
}

#[derive(Serialize)]
struct ForwardChoice {
    id: i64,
    label: String,
    current: bool,
}

/// So many messages are offered to be passed on, the newest first.
const OFFERED: usize = 50;

impl ForwardView {
    /// An empty one for a ticket with these articles. Notes are not offered: what is passed on by mistake cannot be
    /// called back.
    pub fn of(articles: &[Article], asker: &Asker) -> Self {
        let last = last_from_customer(articles).or(articles.last()).map(|article| article.id);
        let label = |article: &Article| {
            let name = if article.from_name.is_empty() { &article.from_address } else { &article.from_name };
            format!("{name}, {}", asker.reader.full(article.created_at.0))
        };
        Self {
            to: String::new(),
            cc: String::new(),
            bcc: String::new(),
            articles: articles
                .iter()
                .rev()
                .filter(|article| article.channel != Channel::Note)
                .take(OFFERED)
                .map(|article| ForwardChoice {
                    id: article.id.0,
                    label: label(article),
                    current: Some(article.id) == last,
                })
                .collect(),
            mail: false,
            bare: false,
            visible: false,
        }
    }

    /// Turns it to another article, if that is offered.
    pub fn choose(&mut self, id: &str) {
        if self.articles.iter().any(|choice| choice.id.to_string() == id) {
            for choice in &mut self.articles {
                choice.current = choice.id.to_string() == id;
            }
        }
    }

    /// Fills in what was typed: To, Cc and Bcc, and how.
    pub fn fill(&mut self, [to, cc, bcc]: [&String; 3], passing: &Passing) {
        self.choose(&passing.forwarded);
        self.to.clone_from(to);
        self.cc.clone_from(cc);
        self.bcc.clone_from(bcc);
        self.mail = passing.original == "mail";
        (self.bare, self.visible) = (passing.bare, passing.visible);
    }
}
