//! Listeners that ask for people's certificates. Each is an address of its own, because a browser asks its owner which
//! certificate to show as soon as a server wants one: at the address of the pages everybody would be asked, always. Nothing
//! else is here: whatever is asked for besides is at the pages' address.

use std::any::Any;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::HttpService;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, map_config};
use actix_tls::accept::{TlsError, rustls_0_23::TlsStream};
use actix_web::{
    App, HttpRequest, HttpResponse,
    dev::{AppConfig, Extensions, Server},
    http::header::LOCATION,
    middleware::from_fn,
    rt::net::TcpStream,
    web::Data,
};
use anyhow::Context as _;
use tokio::sync::watch;

use super::{DRAIN, IDLE, LINES, PATIENCE, WEB_THREADS, taken};
use crate::config::{
    Config,
    sign_in::{Method, Presented},
};
use crate::ops::{metrics, tls};
use crate::web::{self, Web, connections::Connections, headers::Headers};

/// A handshake here waits for a person, who chooses a certificate, finds his card and types its PIN.
const CHOOSING: Duration = Duration::from_secs(120);

/// A listener, and whose it is.
pub(super) struct Bound {
    id: String,
    listener: TcpListener,
}

/// Binds all of them, and writes into the settings where they are.
pub(super) fn bind(config: &mut Config) -> anyhow::Result<Vec<Bound>> {
    let mut all = Vec::new();
    for method in &mut config.sign_in.methods {
        let Method::Certificate(certificate) = method else { continue };
        let Presented::Listener(address) = &mut certificate.presented else { continue };
        let listener =
            TcpListener::bind(*address).with_context(|| taken("SIGN_IN_FILE: listen", *address))?;
        *address = listener.local_addr()?;
        all.push(Bound { id: certificate.id.clone(), listener });
    }
    Ok(all)
}

/// Serves one of them: where certificates are shown, and the way to the pages.
pub(super) fn serve(
    bound: Bound,
    web: &Data<Web>,
    lines: &Connections,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Server> {
    let config = web.config.clone();
    let files = config.tls.as_ref().context("SIGN_IN_FILE: listen needs TLS_CERT and TLS_KEY")?;
    let hints = web.trusts.get(&bound.id)?.hints(web.clock.now());
    let tls = tls::asking_config(files, hints)?;
    let headers = Headers { https: config.is_https() };
    let (state, base) = (web.clone(), config.public_url.clone());
    let elsewhere = move |request: HttpRequest| {
        let target = base.join(request.uri().path_and_query().map_or("/", |path| path.as_str()));
        // `//elsewhere` as a path would lead to another host.
        let target = target.ok().filter(|url| url.origin() == base.origin()).unwrap_or_else(|| base.clone());
        web::certificate::hang_up(&request);
        async move { HttpResponse::SeeOther().insert_header((LOCATION, target.as_str())).finish() }
    };
    let app = move || {
        App::new()
            .configure(|services| web::routes::configure_only(services, &state, "/login/with/{id}/callback"))
            .default_service(actix_web::web::to(elsewhere.clone()))
            .wrap(from_fn(move |request, next| web::headers::add(headers, request, next)))
            .wrap(from_fn(metrics::count_request))
    };
    let (lines, clock, id, shared) = (lines.clone(), web.clock.clone(), bound.id, config.clone());
    let note = move |stream: &dyn Any, data: &mut Extensions| {
        lines.note(stream, data, &config);
        web::certificate::note(stream, data, &id, clock.now());
    };
    Ok(encrypted!(app, bound.listener, tls, within CHOOSING, shared, note, until stopped.clone()))
}
