//! One article: its HTML in a frame of its own, its mail as received, undo and send again.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use hmac::{Hmac, Mac as _};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::failure::{Answer, Failure};
use super::forms::{Nothing, Posted};
use super::gate::{Asker, Signed};
use super::page::see_other;
use super::state::Web;
use crate::access::{self, Full, Reply};
use crate::db::{ArticleId, hex};
use crate::error::{Error, say};
use crate::tickets::{Attachment, Person, belongs, participants, redirect, view, withdraw};
use crate::{outbox, postmaster};

/// How long a signed address is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What the frame's address carries: the proof that remote images were asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    images: String,
}

#[derive(Serialize)]
struct FrameView<'a> {
    lang: &'a str,
    title: &'a str,
    body: &'a str,
}

/// `GET /articles/{id}/html`: the cleaned HTML under a policy of its own. Cleaned at each showing, so that a better
/// cleaner heals old mail.
pub async fn html(web: Data<Web>, signed: Signed, id: Path<i64>, wish: Query<Wish>) -> Answer {
    let id = ArticleId(id.into_inner());
    let remote = verify(&web, &signed, "remote", &id.to_string(), &wish.images);
    let (state, asker) = (web.clone(), signed.clone());
    let (page, policy) = web
        .db
        .read(move |conn| {
            let (article, _) = view::article(conn, &asker.actor, id)?;
            let source = view::html(conn, state.db.blobs(), &article)?.ok_or(Error::NotFound)?;
            let files =
                view::attachments(conn, std::slice::from_ref(&article))?.remove(&id).unwrap_or_default();
            let inline = |content_id: &str| inline_address(&state, &asker.session, &files, content_id);
            let options = mail_ingest::html::Options { inline: &inline, remote_images: remote };
            let clean = mail_ingest::html::clean(&source, &options);
            let view = FrameView { lang: &asker.frame.lang, title: &article.subject, body: &clean.html };
            Ok((state.pages.render("articles/html.html", &view, &asker.reader), policy(&state, remote)))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", policy))
        .insert_header(("x-frame-options", "SAMEORIGIN"))
        .body(page?))
}

// Nothing to run, nowhere to send to; images of the mail itself by signed addresses, others only when asked for.
fn policy(web: &Web, remote: bool) -> String {
    let base = web.config.public_url.origin().ascii_serialization();
    let others = if remote { " https:" } else { "" };
    format!(
        "default-src 'none'; img-src {base}/inline/{others}; style-src 'unsafe-inline'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
}

fn inline_address(web: &Web, session: &str, files: &[Attachment], content_id: &str) -> Option<String> {
    let file = files.iter().find(|file| file.content_id.as_deref() == Some(content_id))?;
    Some(inline_url(web, session, &file.uid))
}

/// The address of an inline image, for ten minutes and for as long as the session lasts: a sandboxed frame sends no
/// cookie, so the address names the session by its hash.
pub fn inline_url(web: &Web, session: &str, uid: &str) -> String {
    let base = web.config.public_url.origin().ascii_serialization();
    format!("{base}/inline/{uid}/{}-{session}", sign(web, session, "inline", uid))
}

/// The hash of the session that an inline image's address was made for, where its proof is good.
pub fn inline_session<'a>(web: &Web, uid: &str, proof: &'a str) -> Option<&'a str> {
    let (proof, session) = proof.rsplit_once('-')?;
    check(web, session, "inline", uid, proof).then_some(session)
}

/// The frame's address.
pub fn address(id: ArticleId, remote: Option<&str>) -> String {
    match remote {
        Some(proof) => format!("/articles/{id}/html?images={proof}"),
        None => format!("/articles/{id}/html"),
    }
}

/// Of `ARTICLE.PROOF` in a page's address the proof, where it is good and about this article.
pub fn proven(web: &Web, asker: &Asker, id: ArticleId, wish: &str) -> Option<String> {
    let (article, proof) = wish.split_once('.')?;
    (article == id.to_string() && check(web, &asker.session, "remote", article, proof))
        .then(|| proof.to_owned())
}

/// `POST /articles/{id}/images`: shows the remote images of one mail, this once. Its sender will see the address.
pub async fn images(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let id = ArticleId(id.into_inner());
    let asker = signed.clone();
    let number =
        web.db.read(move |conn| Ok(view::article(conn, &asker.actor, id)?.1.ticket().number.clone())).await?;
    tracing::info!(article = id.0, ticket = number, agent = signed.actor.agent.login, "remote images shown");
    let proof = sign(&web, &signed.session, "remote", &id.to_string());
    Ok(see_other(&format!("/tickets/{number}?images={id}.{proof}#html-{id}")))
}

/// `POST /articles/{id}/undo`: takes a reply back while it is held.
pub async fn undo(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, at, asker) = (ArticleId(id.into_inner()), web.moment(), signed.clone());
    let number = web
        .db
        .write(move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            withdraw::withdraw(tx, &mut access, &asker.actor, id, &at)?;
            Ok(number)
        })
        .await?;
    Ok(see_other(&format!("/tickets/{number}#reply")))
}

/// Addresses as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    #[serde(default)]
    to: String,
}

impl Addresses {
    fn people(&self, signed: &Signed) -> Result<Vec<Person>, Error> {
        let found = mail_ingest::address::parse_list(&self.to).map_err(|bad| {
            let language = &signed.reader.language;
            Error::invalid("to", language.tr_with("composer-bad-address", &[("address", &bad.entry)]))
        })?;
        Ok(found.iter().map(Person::from).collect())
    }
}

/// `POST /articles/{id}/redirects`: sends the mail of an article on, unchanged.
pub async fn redirect(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Addresses>) -> Answer {
    let (id, at, asker, state) = (ArticleId(id.into_inner()), web.moment(), signed.clone(), web.clone());
    let back = format!("/articles/{id}");
    let to = form.0.people(&signed)?;
    let prepared = web
        .db
        .read(move |conn| {
            let (article, access) = view::article(conn, &asker.actor, id)?;
            let ticket = access.ticket();
            let blobs = state.db.blobs();
            Ok((
                redirect::prepare(conn, blobs, &asker.actor, &article, ticket, to, &at)?,
                ticket.number.clone(),
            ))
        })
        .await;
    let (wanted, number) =
        prepared.map_err(|error| Failure::from(error).keeping(&form.0.to).back_to(&back))?;
    let (at, asker, name) = (web.moment(), signed.clone(), number.clone());
    let made = web
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Reply>(tx, &asker.actor, &name)?;
            Ok(redirect::redirect(tx, &mut access, &asker.actor, &wanted, &at)?.id)
        })
        .await?;
    Ok(see_other(&format!("/tickets/{number}#a-{made}")))
}

/// `POST /articles/{id}/resend`: tries a mail once more that was refused or came back.
pub async fn resend(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Addresses>) -> Answer {
    let (id, at, asker) = (ArticleId(id.into_inner()), web.moment(), signed.clone());
    let to = match form.0.to.trim() {
        "" => None,
        _ => Some(form.0.people(&signed)?),
    };
    let number = web
        .db
        .write(move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let access = access::for_change::<Reply>(tx, &asker.actor, &number)?;
            outbox::resend(tx, &access, id, to.clone(), &at)?;
            Ok(number)
        })
        .await?;
    Ok(see_other(&format!("/tickets/{number}#a-{id}")))
}

/// `POST /articles/{id}/customer`: its author is the ticket's customer under another address.
pub async fn is_customer(web: Data<Web>, signed: Signed, id: Path<i64>, _form: Posted<Nothing>) -> Answer {
    let (id, at, asker) = (ArticleId(id.into_inner()), web.moment(), signed.clone());
    let number = web
        .db
        .write(move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            let mut access = access::for_change::<Full>(tx, &asker.actor, &number)?;
            participants::is_customer(tx, &asker.actor, &mut access, id, &at)?;
            Ok(number)
        })
        .await?;
    Ok(see_other(&format!("/tickets/{number}#a-{id}")))
}

/// The ticket to which an article belongs.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belongs {
    ticket: String,
}

/// `POST /articles/{id}/ticket`: takes an article to the ticket that it belongs to.
pub async fn take(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Belongs>) -> Answer {
    let (id, at, asker) = (ArticleId(id.into_inner()), web.moment(), signed.clone());
    let (blobs, wanted) = (web.db.blobs().clone(), form.0.ticket.trim().trim_start_matches('#').to_owned());
    let number = web
        .db
        .write(move |tx| {
            let number = view::article(tx, &asker.actor, id)?.1.ticket().number.clone();
            access::readable_survivor(tx, &asker.actor, &wanted).map_err(|error| match error {
                Error::NotFound => Error::invalid("ticket", say!("refused-take-unknown", number = wanted)),
                other => other,
            })?;
            let (mut source, mut target) = access::for_pair(tx, &asker.actor, &number, &wanted)?;
            belongs::take(tx, &mut source, &mut target, id, &blobs, &at)?;
            Ok(target.ticket().number.clone())
        })
        .await?;
    Ok(see_other(&format!("/tickets/{number}#a-{id}")))
}

/// `GET /articles/{id}/raw`: the mail as it was received.
pub async fn raw(web: Data<Web>, signed: Signed, id: Path<i64>) -> Answer {
    let (id, state) = (ArticleId(id.into_inner()), web.clone());
    let bytes = web
        .db
        .read(move |conn| {
            let (article, _) = view::article(conn, &signed.actor, id)?;
            postmaster::raw_of_article(conn, state.db.blobs(), &article)
        })
        .await
        .map_err(Failure::from)?;
    Ok(super::files::download(&format!("mail-{id}.eml"), "message/rfc822", bytes))
}

// Signed text: what for, which, until when. Sessions are part of it where one is at hand.
fn sign(web: &Web, session: &str, purpose: &str, what: &str) -> String {
    let until = web.clock.now().checked_add(GOOD_FOR).map_or(0, jiff::Timestamp::as_second);
    format!("{until}-{}", mac(web, session, purpose, what, until))
}

fn verify(web: &Web, signed: &Signed, purpose: &str, what: &str, proof: &str) -> bool {
    check(web, &signed.session, purpose, what, proof)
}

fn check(web: &Web, session: &str, purpose: &str, what: &str, proof: &str) -> bool {
    let Some((until, given)) = proof.split_once('-') else { return false };
    let Ok(until) = until.parse::<i64>() else { return false };
    let expected = mac(web, session, purpose, what, until);
    super::session::is_token(given, &expected) && web.clock.now().as_second() <= until
}

fn mac(web: &Web, session: &str, purpose: &str, what: &str, until: i64) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(web.image_key.as_slice()).expect("a key of any length");
    mac.update(format!("{purpose}\n{session}\n{what}\n{until}").as_bytes());
    hex(&mac.finalize().into_bytes())
}
