//! The page of the demo's mail sink: what would have gone out into the world.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;

use super::letter::escape;
use super::sink::{Caught, Sink};

const STYLE: &str = "\
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
pre { white-space: pre-wrap; padding: 1rem; border: 1px solid #8886; border-radius: 6px; }
.quiet { opacity: .7; }";

/// Serves the page on a free loopback port. The server runs when it is awaited or spawned.
pub(super) fn serve(sink: Arc<Sink>) -> anyhow::Result<(SocketAddr, Server)> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::from(sink.clone()))
            .route("/", web::get().to(list))
            .route("/mails/{id}", web::get().to(show))
            .route("/mails/{id}/raw", web::get().to(raw))
            .route("/style.css", web::get().to(style))
    })
    .workers(1)
    .disable_signals()
    .bind((Ipv4Addr::LOCALHOST, 0))
    .context("no port for the page of the mail sink")?;
    let address = server.addrs().first().copied().context("the page of the mail sink has no address")?;
    Ok((address, server.run()))
}

async fn list(sink: Data<Sink>) -> HttpResponse {
    let rows: String = sink.all().iter().map(row).collect();
    let rows =
        if rows.is_empty() { "<tr><td>Nothing yet. Answer a ticket.</td></tr>".to_owned() } else { rows };
    page(
        "Outgoing mail",
        "<meta http-equiv=\"refresh\" content=\"5\">",
        &format!(
            "<h1>Outgoing mail</h1>\n<p class=\"quiet\">What the demo would have sent into the world, newest first. \
             Customers read it too, and answer after some seconds.</p>\n\
             <table><tr><th>At (UTC)</th><th>To</th><th>Subject</th></tr>\n{rows}</table>"
        ),
    )
}

fn row(mail: &Caught) -> String {
    let parsed = mail_ingest::parse(&mail.raw);
    format!(
        "<tr><td>{}</td><td>{}</td><td><a href=\"/mails/{}\">{}</a></td></tr>\n",
        mail.at.strftime("%H:%M:%S"),
        escape(&mail.to.join(", ")),
        mail.id,
        escape(if parsed.subject.is_empty() { "(no subject)" } else { &parsed.subject }),
    )
}

async fn show(sink: Data<Sink>, id: Path<usize>) -> HttpResponse {
    let Some(mail) = sink.get(*id) else { return gone() };
    let parsed = mail_ingest::parse(&mail.raw);
    let from =
        parsed.from.as_ref().map(|from| format!("{} <{}>", from.name, from.address)).unwrap_or_default();
    let files: Vec<String> =
        parsed.attachments.iter().map(|part| format!("{} ({} bytes)", part.name, part.data.len())).collect();
    page(
        &parsed.subject,
        "",
        &format!(
            "<p><a href=\"/\">All mails</a></p><h1>{}</h1>\n\
             <table><tr><th>From</th><td>{}</td></tr><tr><th>To</th><td>{}</td></tr>\
             <tr><th>Attached</th><td>{}</td></tr></table>\n<pre>{}</pre>\n\
             <p><a href=\"/mails/{}/raw\">As it was sent, headers and all</a></p>",
            escape(&parsed.subject),
            escape(&from),
            escape(&mail.to.join(", ")),
            escape(if files.is_empty() { "nothing".to_owned() } else { files.join(", ") }.as_str()),
            escape(&parsed.text),
            mail.id,
        ),
    )
}

async fn raw(sink: Data<Sink>, id: Path<usize>) -> HttpResponse {
    match sink.get(*id) {
        Some(mail) => {
            HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(mail.raw.as_ref().clone())
        }
        None => gone(),
    }
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css").body(STYLE)
}

fn gone() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain").body("There is no such mail (any more).")
}

fn page(title: &str, head: &str, body: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
             <link rel=\"stylesheet\" href=\"/style.css\">{head}</head>\n<body>{body}</body></html>",
            escape(title)
        ))
}
