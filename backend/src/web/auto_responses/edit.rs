//! The text of one answer: looked at, tried out, saved, taken back. One form, one address, no script.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::{HOME, language_name, scope};
use crate::db::{AnswerKind, InstallationRight, LetterLanguage, QueueId, Ts, Tx};
use crate::error::{Error, FieldError, Result};
use crate::i18n::Language;
use crate::notify::answers::preview::{self, Preview, Sample};
use crate::notify::answers::{self, Change, Origin, Text, placeholders};
use crate::queues;
use crate::tickets::Person;
use crate::web::failure::{Answer, WHOLE, problems};
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show_as};
use crate::web::stale;
use crate::web::state::Web;

/// Which text an address names: `all` or a queue's key, a kind, a language.
type Named = (String, String, String);

#[derive(Clone, Copy, Debug)]
struct Which {
    queue: Option<QueueId>,
    kind: AnswerKind,
    language: LetterLanguage,
}

impl Which {
    fn read((of, kind, language): &Named) -> Result<Self> {
        let queue = match of.as_str() {
            "all" => None,
            id => Some(id.parse().map_err(|_| Error::NotFound)?),
        };
        let kind = kind.parse().map_err(|_| Error::NotFound)?;
        let language = language.parse().map_err(|_| Error::NotFound)?;
        Ok(Self { queue, kind, language })
    }

    fn change(self, form: &Form) -> Change {
        let text = Text { subject: form.subject.clone(), body: form.body.clone() };
        Change { queue: self.queue, kind: self.kind, language: self.language, text }
    }

    /// Looks that the text is still the one that the form was made from.
    fn must_be_fresh(self, tx: &mut Tx<'_>, asker: &Asker, shown: &str) -> Result<()> {
        stale::alone(tx, "answers")?;
        asker.actor.require(InstallationRight::QueuesAndMail)?;
        let (text, _) = answers::template(tx, self.queue, self.kind, self.language)?;
        stale::must_be_fresh(shown, &text)
    }

    fn back(self) -> String {
        self.queue.map_or_else(|| HOME.to_owned(), |id| format!("{HOME}/{id}"))
    }
}

/// What was typed, and which button was pressed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    subject: String,
    body: String,
    ticket: String,
    act: String,
    /// From which text the form was made.
    shown: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Errors {
    whole: String,
    subject: String,
    body: String,
    ticket: String,
}

#[derive(Serialize)]
struct EditView {
    url: String,
    back: String,
    scope: String,
    kind: String,
    language: String,
    tag: LetterLanguage,
    origin: String,
    own: bool,
    form: Form,
    errors: Errors,
    wrong: bool,
    names: Vec<Name>,
    preview: Option<PreviewView>,
    sent_to: String,
}

#[derive(Serialize)]
struct Name {
    name: &'static str,
    means: String,
}

#[derive(Serialize)]
struct PreviewView {
    from: String,
    to: String,
    subject: String,
    body: String,
}

/// `GET /admin/auto-responses/{scope}/{kind}/{language}`.
pub async fn form(web: Data<Web>, signed: Signed, named: Path<Named>) -> Answer {
    let which = Which::read(&named)?;
    render(&web, &signed, which, None, (StatusCode::OK, Vec::new()), String::new()).await
}

/// `POST` there: `act` says what for.
pub async fn submit(web: Data<Web>, signed: Signed, named: Path<Named>, form: Posted<Form>) -> Answer {
    let (which, form) = (Which::read(&named)?, form.0);
    let (change, asker, now) = (which.change(&form), signed.clone(), Ts(web.clock.now()));
    let shown = form.shown.clone();
    let done = match form.act.as_str() {
        "save" => web
            .db
            .write(move |tx| {
                which.must_be_fresh(tx, &asker, &shown)?;
                answers::save(tx, &asker.actor, &change, now)
            })
            .await
            .map(|()| Err(format!("{}?saved=text", which.back()))),
        "reset" => web
            .db
            .write(move |tx| {
                which.must_be_fresh(tx, &asker, &shown)?;
                answers::reset(tx, &asker.actor, &change, now)
            })
            .await
            .map(|()| Err(format!("{}?saved=reset", which.back()))),
        "send" => {
            let (sample, number) = (sample(&signed.reader.language), form.ticket.clone());
            web.db
                .write(move |tx| preview::send_to_self(tx, &asker.actor, &change, &number, &sample, now))
                .await
                .map(Ok)
        }
        _ => Ok(Ok(String::new())),
    };
    match done {
        Ok(Err(place)) => Ok(see_other(&place)),
        Ok(Ok(sent_to)) => {
            render(&web, &signed, which, Some(form), (StatusCode::OK, Vec::new()), sent_to).await
        }
        // Who may not save sees no text either.
        Err(error @ Error::Forbidden(_)) => Err(error.into()),
        Err(error) => render(&web, &signed, which, Some(form), problems(error)?, String::new()).await,
    }
}

async fn render(
    web: &Data<Web>,
    signed: &Signed,
    which: Which,
    typed: Option<Form>,
    (status, problems): (StatusCode, Vec<FieldError>),
    sent_to: String,
) -> Answer {
    let now = Ts(web.clock.now());
    // What is wrong decides the status, and only a look at the ticket tells: so it is looked at first.
    let asker = signed.clone();
    let (form, origin, looked) = web
        .db
        .read(move |conn| {
            let (text, origin) = answers::template(conn, which.queue, which.kind, which.language)?;
            let now_there = stale::mark(&text);
            let mut form =
                typed.unwrap_or(Form { subject: text.subject, body: text.body, ..Form::default() });
            // Whoever was told, and saves again, means it; a preview makes what was typed no newer.
            if form.shown.is_empty() || status == StatusCode::CONFLICT {
                form.shown = now_there;
            }
            let sample = sample(&asker.reader.language);
            let looked =
                preview::preview(conn, &asker.actor, &which.change(&form), &form.ticket, &sample, now);
            Ok((form, origin, looked))
        })
        .await?;
    let (preview, problems) = match looked {
        Ok(preview) => (Some(preview), problems),
        Err(Error::Invalid(found)) if problems.is_empty() => (None, found),
        Err(Error::Invalid(_)) => (None, problems),
        Err(error) => return Err(error.into()),
    };
    let status = match status {
        StatusCode::OK if !problems.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    show_as(web, signed, status, "answers/edit.html", move |conn, asker| {
        let queue = which.queue.map(|id| queues::get(conn, id)).transpose()?;
        let language = &asker.reader.language;
        let everywhere = language.tr("answers-everywhere");
        let view = EditView {
            url: format!("{HOME}/{}/{}/{}", scope(which.queue), which.kind, which.language),
            back: which.back(),
            scope: queue.map_or(everywhere, |queue| queue.name),
            kind: language.tr(&format!("answers-kind-{}", which.kind)),
            language: language_name(which.language, language),
            tag: which.language,
            own: matches!((origin, which.queue), (Origin::Queue, Some(_)) | (Origin::Everywhere, None)),
            origin: origin_sentence(origin, which, language),
            wrong: problems.iter().any(|problem| problem.field != WHOLE),
            errors: by_field(problems, language),
            form,
            names: names(which.kind, language),
            preview: preview.map(shown),
            sent_to,
        };
        Ok(Page::new("answers", view))
    })
    .await
}

fn origin_sentence(origin: Origin, which: Which, language: &Language) -> String {
    language.tr(match (origin, which.queue) {
        (Origin::Queue, _) => "answers-from-queue",
        (Origin::Everywhere, Some(_)) => "answers-from-everywhere",
        (Origin::Everywhere, None) => "answers-from-own",
        (Origin::BuiltIn, _) => "answers-from-builtin",
    })
}

fn names(kind: AnswerKind, language: &Language) -> Vec<Name> {
    let name = |name: &'static str| Name { name, means: language.tr(&format!("answers-means-{name}")) };
    placeholders::known(kind).into_iter().map(name).collect()
}

fn sample(language: &Language) -> Sample {
    Sample {
        subject: language.tr("answers-sample-subject"),
        customer: Person { name: language.tr("answers-sample-name"), address: "ruth@example.org".to_owned() },
    }
}

fn shown(preview: Preview) -> PreviewView {
    let person = |person: Person| {
        if person.name.is_empty() { person.address } else { format!("{} <{}>", person.name, person.address) }
    };
    PreviewView {
        from: person(preview.from),
        to: person(preview.to),
        subject: preview.letter.subject,
        body: preview.letter.body,
    }
}

fn by_field(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            WHOLE => &mut errors.whole,
            "body" => &mut errors.body,
            "ticket" => &mut errors.ticket,
            _ => &mut errors.subject,
        };
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(&message.in_language(language));
    }
    errors
}
