//! What the composer's form asks for, understood and carried out: a reply, a note, or a forward.

use actix_web::web::Data;

use super::acts::moment;
use super::composer::Typed;
use super::draft;
use super::then;
use crate::access::{self, Reply};
use crate::db::{ArticleId, State, Status, Tx};
use crate::error::{Error, Result};
use crate::queues::templates::Effects;
use crate::tickets::forward::{self, ForwardInput, Original};
use crate::tickets::note::NoteInput;
use crate::tickets::reply::ReplyInput;
use crate::tickets::templates::{self, Written};
use crate::tickets::{self as verbs, Clean, Formatted, Moment, NewFile, Person, Recipients, promise, view};
use crate::web::forms::Upload;
use crate::web::gate::Signed;
use crate::web::state::Web;

/// The field of a refusal that only asks: the text speaks of a file, and there is none.
pub const UNATTACHED: &str = "unattached";

/// What the form asks for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A reply or a note.
    Written {
        /// What is written.
        written: Box<Written>,
        /// What happens besides.
        effects: Effects,
        /// Whether another agent's lock is taken.
        take_over: bool,
    },
    /// A message is passed on.
    Forward {
        /// To whom, and how.
        input: Box<ForwardInput>,
        /// Its files stay behind.
        bare: bool,
    },
}

impl Wanted {
    fn format(&mut self, text: &str, html: Formatted) {
        let (body_text, body_html) = match self {
            Self::Forward { input, .. } => (&mut input.body_text, &mut input.body_html),
            Self::Written { written, .. } => match &mut **written {
                Written::Reply(input) => (&mut input.body_text, &mut input.body_html),
                Written::Note(input) => (&mut input.body_text, &mut input.body_html),
            },
        };
        text.clone_into(body_text);
        *body_html = Some(html);
    }
}

/// Understands the form. A note is what both the tab and the button say. Where they disagree nothing is sent: the
/// dangerous mistake is a note that goes to the customer.
///
/// # Errors
/// [`Error::Invalid`] for what is wrong or missing.
pub fn wanted(upload: &Upload, typed: &Typed, signed: &Signed) -> Result<Wanted> {
    let then = upload.text("then");
    match (typed.kind.as_str(), then.as_str()) {
        ("forward", "" | "forward") => forward_of(typed, signed),
        ("note", "" | "note") => {
            let note = NoteInput { body_text: typed.body.clone(), ..NoteInput::default() };
            let written = Box::new(Written::Note(note));
            Ok(Wanted::Written { written, effects: typed.effects.understood()?, take_over: false })
        }
        ("reply", "" | "open" | "close" | "wait" | "later" | "takeover") => {
            reply_of(upload, typed, signed, &then)
        }
        ("reply", named) if then::state(named).is_some() => reply_of(upload, typed, signed, &then),
        _ => Err(Error::invalid("kind", signed.reader.language.tr("composer-mixed"))),
    }
}

fn list(signed: &Signed, field: &str, text: &str) -> Result<Vec<Person>> {
    let language = &signed.reader.language;
    let found = mail_ingest::address::parse_list(text).map_err(|bad| {
        Error::invalid(field, language.tr_with("composer-bad-address", &[("address", &bad.entry)]))
    })?;
    let people: Vec<Person> = found.iter().map(Person::from).collect();
    if field == "to" && people.is_empty() {
        return Err(Error::invalid("to", language.tr("composer-no-recipient")));
    }
    Ok(people)
}

fn forward_of(typed: &Typed, signed: &Signed) -> Result<Wanted> {
    let recipients = Recipients {
        to: list(signed, "to", &typed.to)?,
        cc: list(signed, "cc", &typed.cc)?,
        bcc: list(signed, "bcc", &typed.bcc)?,
        ..Recipients::default()
    };
    let input = ForwardInput {
        // A number that is no article's is refused by the verb.
        article: typed.forward.forwarded.parse::<ArticleId>().unwrap_or(ArticleId(0)),
        recipients,
        body_text: typed.body.clone(),
        body_html: None,
        original: if typed.forward.original == "mail" { Original::Mail } else { Original::Text },
        files: Vec::new(),
        visible: typed.forward.visible,
        hold_seconds: None,
    };
    Ok(Wanted::Forward { input: Box::new(input), bare: typed.forward.bare })
}

fn reply_of(upload: &Upload, typed: &Typed, signed: &Signed, then: &str) -> Result<Wanted> {
    let language = &signed.reader.language;
    let to = list(signed, "to", &typed.to)?;
    if typed.body.trim().is_empty() {
        return Err(Error::invalid("body_text", language.tr("composer-empty")));
    }
    let effects = typed.effects.understood()?;
    let state = match then {
        "wait" => Some(State::PendingReminder.into()),
        // What a macro says of the state is done by it, unless its writer says another one.
        "" | "open" | "later" | "takeover" if effects.state.is_some() => None,
        other => Some(then::state(other).unwrap_or(State::Open.into())),
    };
    let later = || Error::invalid("send_at", language.tr("composer-send-at"));
    let send_at = match then {
        "later" => Some(moment(&typed.send_at, signed).map_err(|_| later())?.ok_or_else(later)?),
        _ => None,
    };
    let input = ReplyInput {
        to: Some(to),
        cc: list(signed, "cc", &typed.cc)?,
        bcc: list(signed, "bcc", &typed.bcc)?,
        body_text: typed.body.clone(),
        state,
        until: if state.is_some_and(Status::is_pending) { moment(&typed.until, signed)? } else { None },
        send_at,
        seen: upload.text("seen").parse::<ArticleId>().ok(),
        ..ReplyInput::default()
    };
    let written = Box::new(Written::Reply(Box::new(input)));
    Ok(Wanted::Written { written, effects, take_over: then == "takeover" })
}

/// Does what was asked for. `None` where the ticket is out of its author's sight afterwards.
///
/// # Errors
/// Those of the verbs; [`Error::Invalid`] on [`UNATTACHED`] where a file seems to be missing.
pub async fn write(
    web: &Data<Web>,
    signed: &Signed,
    number: &str,
    mut wanted: Wanted,
    uploaded: Vec<NewFile>,
    typed: &Typed,
) -> Result<Option<ArticleId>> {
    let (state, asker, name) = (web.clone(), signed.clone(), number.to_owned());
    let shown = typed.clone();
    let passed_on = match &wanted {
        Wanted::Forward { input, bare } => Some((input.article, input.original, !bare)),
        Wanted::Written { .. } => None,
    };
    let (files, passed) = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &asker.actor, &name)?;
            let mut passed = Vec::new();
            let files = draft::kept_files(conn, &state, &asker, access.ticket().id, &shown)?;
            if let Some((id, original, with_files)) = passed_on {
                let article = view::article(conn, &asker.actor, id)?.0;
                passed = forward::files(conn, state.db.blobs(), &article, original, with_files)?;
            }
            Ok((files, passed))
        })
        .await?;
    let blobs = web.db.blobs().clone();
    let clean = Clean::of(&typed.html, &|id| files.iter().any(|file| file.content_id.as_deref() == Some(id)));
    let files = with_format(files, &clean);
    let files: Vec<NewFile> = files.into_iter().chain(passed).chain(uploaded).collect();
    if !clean.html().is_empty() {
        let text = clean.text();
        let html = tokio::task::spawn_blocking(move || clean.prepare(&blobs));
        let html = html.await.map_err(|error| Error::Unexpected(error.into()))??;
        wanted.format(&text, html);
    }
    let forgotten = files.is_empty() && !typed.unattached && typed.kind == "reply";
    if forgotten && promise::speaks_of_file(&typed.body) {
        return Err(Error::invalid(UNATTACHED, signed.reader.language.tr("composer-unattached")));
    }
    let (asker, name, at, typed) = (signed.clone(), number.to_owned(), web.moment(), typed.clone());
    web.db
        .write(move |tx| {
            let article = perform(tx, &asker, &name, &wanted, &files, &at)?;
            draft::finish(tx, &asker, article.ticket_id, &typed)?;
            match access::readable(tx, &asker.actor, &name) {
                Ok(_) => Ok(Some(article.id)),
                Err(Error::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
}

// Images that the text shows go within it, those that it no longer shows stay behind; without a format they are files.
fn with_format(files: Vec<NewFile>, clean: &Clean) -> Vec<NewFile> {
    let shown = |file: &NewFile| file.content_id.as_deref().is_some_and(|id| clean.shows(id));
    let plain = clean.html().is_empty();
    let kept = files.into_iter().filter(|file| plain || !file.inline || shown(file));
    kept.map(|file| if plain { NewFile { content_id: None, inline: false, ..file } } else { file }).collect()
}

fn perform(
    tx: &mut Tx<'_>,
    signed: &Signed,
    number: &str,
    wanted: &Wanted,
    files: &[NewFile],
    at: &Moment,
) -> Result<verbs::Article> {
    match wanted {
        Wanted::Written { written, effects, take_over } => {
            if *take_over {
                let mut access = access::for_change::<Reply>(tx, &signed.actor, number)?;
                verbs::lock::take_over(tx, &mut access, &signed.actor, at)?;
            }
            let mut written = (**written).clone();
            match &mut written {
                Written::Reply(input) => {
                    let access = access::readable(tx, &signed.actor, number)?;
                    input.state = then::as_it_stands(input.state, access.ticket().status());
                    input.files = files.to_vec();
                }
                Written::Note(input) => input.files = files.to_vec(),
            }
            templates::write_with(tx, &signed.actor, number, &written, effects, at)
        }
        Wanted::Forward { input, .. } => {
            let mut access = access::for_change::<Reply>(tx, &signed.actor, number)?;
            let input = ForwardInput { files: files.to_vec(), ..(**input).clone() };
            forward::forward(tx, &mut access, &signed.actor, &input, at)
        }
    }
}
