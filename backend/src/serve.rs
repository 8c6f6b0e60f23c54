//! `turnstone serve`: the roles of one process, started in order and stopped in the reverse one.

use std::{any::Any, net::SocketAddr, sync::Arc, time::Duration};

use actix_http::HttpService;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, map_config};
use actix_tls::accept::{TlsError, rustls_0_23::TlsStream};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::{AppConfig, Extensions, Server, ServerHandle},
    http::header::LOCATION,
    middleware::{Compress, from_fn},
    rt::net::TcpStream,
    web::Data,
};
use anyhow::Context as _;
use mail_ingest::wire::{Bind, Bound, Listener, Protocol, Settings};
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    audit,
    clock::Clock,
    config::{Config, LmtpBind},
    db::{Db, Watching},
    desk::Desk,
    mailboxes,
    ops::{lock::DataDirLock, metrics, tls},
    outbox, people,
    postmaster::{self, Intake},
    schedule, search, sign_in,
    web::{self, Web, headers::Headers},
};

/// How long a stop waits for what is under way.
const DRAIN: Duration = Duration::from_secs(9);
/// So many threads answer pages: the work itself is done elsewhere.
const WEB_THREADS: usize = 2;
/// So many lines each of them holds.
const LINES: usize = 512;
/// How long a request's head, and TLS before it, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a line lies idle between two requests.
const IDLE: Duration = Duration::from_secs(60);

/// The limits of a web listener: slow and idle clients go before they fill the house.
macro_rules! limited {
    ($server:expr) => {
        $server
            .workers(WEB_THREADS)
            .max_connections(LINES)
            .client_request_timeout(PATIENCE)
            .keep_alive(IDLE)
            .disable_signals()
            .shutdown_timeout(DRAIN.as_secs())
    };
}

/// A listener that speaks TLS, with the same limits. The library's own would take no more lines once so many handshakes
/// are under way, whoever began them; here the first stage is ours, which knows from whom they come.
macro_rules! encrypted {
    ($app:expr, $listener:expr, $tls:expr, within $patience:expr, $config:expr, $note:expr, until $stopped:expr) => {{
        let (app, tls, note, stopped) = ($app, $tls, $note, $stopped);
        let open = $crate::serve::handshakes::Handshakes::new($config);
        let lines = move || {
            let (note, stopped) = (note.clone(), stopped.clone());
            let pages = app().into_factory().map_err(|error: actix_web::Error| error.error_response());
            let served = HttpService::build()
                .client_request_timeout(PATIENCE)
                .client_disconnect_timeout(Duration::from_secs(1))
                .keep_alive(IDLE)
                .graceful_shutdown_signal(move || {
                    let mut stopped: tokio::sync::watch::Receiver<bool> = stopped.clone();
                    // Whoever would say so is gone: then it is over as well.
                    async move { drop(stopped.wait_for(|over| *over).await) }
                })
                .on_connect_ext(move |stream: &TlsStream<TcpStream>, data: &mut Extensions| {
                    note(stream, data)
                })
                .finish(map_config(pages, |()| AppConfig::default()));
            $crate::serve::handshakes::stage(tls.clone(), $patience, open.clone())
                .and_then(served.map_err(TlsError::Service))
        };
        Server::build()
            .workers(WEB_THREADS)
            .max_concurrent_connections(LINES)
            .disable_signals()
            .shutdown_timeout(DRAIN.as_secs())
            .listen("https", $listener, lines)?
            .run()
    }};
}

mod certificates;
mod handshakes;

/// A Turnstone that serves. Call [`Running::stop`]; dropping it leaves its tasks behind.
pub struct Running {
    /// Where pages and the API are.
    pub web: Option<SocketAddr>,
    /// Where mail comes in by SMTP.
    pub smtp: Option<SocketAddr>,
    /// Where mail comes in by LMTP, unless that is a socket file.
    pub lmtp: Option<SocketAddr>,
    /// The one-time link of a new installation.
    pub setup_link: Option<String>,
    /// What its parts share.
    pub desk: Desk,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    servers: Vec<ServerHandle>,
    _watching: Watching,
    _lock: DataDirLock,
}

/// Opens the database, binds the listeners and starts the workers. When this returns, mail and pages are taken.
///
/// # Errors
/// A sentence that names what is wrong and what to do.
pub async fn start(mut config: Config, clock: Clock) -> anyhow::Result<Running> {
    #[cfg(debug_assertions)]
    if let Some(check) = config.test.leave_out {
        crate::access::checks::leave_out(check);
    }
    // Two serving processes on one SQLite database would both believe to be the only writer and sender; on PostgreSQL a
    // second one on the same machine is a mistake as well, unless it was given a data directory of its own.
    let lock = DataDirLock::acquire(&config.data_dir, &config.database)?;
    let (url, data_dir) = (config.database.clone(), config.data_dir.clone());
    let db = tokio::task::spawn_blocking(move || Db::open(&url, &data_dir)).await??;
    let web = match config.roles.web {
        true => Some(
            std::net::TcpListener::bind(config.web_listen)
                .with_context(|| taken("WEB_LISTEN", config.web_listen))?,
        ),
        false => None,
    };
    if let Some(listener) = &web {
        config.bound_to(listener.local_addr()?);
    }
    let asking = if config.roles.web { certificates::bind(&mut config)? } else { Vec::new() };
    db.write(people::agent_words::say_missing).await?;
    let watching = db.watch_other_processes()?;
    let desk = Desk { db, clock, config: Arc::new(config) };
    let (stop, stopped) = watch::channel(false);
    let mut running = Running {
        web: None,
        smtp: None,
        lmtp: None,
        setup_link: None,
        desk: desk.clone(),
        stop,
        tasks: Vec::new(),
        servers: Vec::new(),
        _watching: watching,
        _lock: lock,
    };
    if desk.config.roles.worker {
        let signer = outbox::Signer::of(&desk.config)?;
        running.tasks.push(tokio::spawn(outbox::run(desk.clone(), signer, stopped.clone())));
        running.tasks.push(tokio::spawn(schedule::run(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(crate::tickets::bulk::run(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(postmaster::run(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(mailboxes::watch(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(search::rebuild::run(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(audit::forward::run(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(sign_in::sync::run(desk.clone(), stopped.clone())));
        running.tasks.push(tokio::spawn(people::customer_words::rebuild(desk.clone(), stopped.clone())));
    }
    if desk.config.roles.mail {
        running.listen_for_mail(&stopped).await?;
        running.tasks.push(tokio::spawn(mailboxes::run(desk.clone(), stopped.clone())));
    }
    if let Some(listener) = web {
        running.setup_link = setup_link(&desk).await?;
        let image_key = desk.db.write(people::setup::image_key).await?;
        running.serve_pages(listener, asking, image_key, &stopped)?;
    }
    Ok(running)
}

fn taken(setting: &str, address: impl std::fmt::Display) -> String {
    format!(
        "{setting} {address} cannot be listened on. Is another program there? Stop it, or choose another port"
    )
}

/// On an installation without agents: the address at which the first one is made.
async fn setup_link(desk: &Desk) -> anyhow::Result<Option<String>> {
    if !desk.db.read(people::setup::is_open).await? {
        return Ok(None);
    }
    let secret = desk.db.write(people::setup::new_link).await?;
    let mut url = desk.config.public_url.join("/setup")?;
    url.query_pairs_mut().append_pair("token", &secret);
    Ok(Some(url.to_string()))
}

impl Running {
    async fn listen_for_mail(&mut self, stopped: &watch::Receiver<bool>) -> anyhow::Result<()> {
        let config = Arc::clone(&self.desk.config);
        let hostname = config.public_url.host_str().unwrap_or("localhost").to_owned();
        let certificate = tls::mail_config(&config, &hostname)?;
        let intake = Arc::new(Intake::new(self.desk.clone(), hostname.clone()));
        let smtp = config.smtp_listen.map(Bind::Tcp);
        let lmtp = config.lmtp_listen.clone().map(|bind| match bind {
            LmtpBind::Tcp(address) => Bind::Tcp(address),
            LmtpBind::Unix(path) => Bind::Unix(path),
        });
        for (protocol, bind, setting) in
            [(Protocol::Smtp, smtp, "SMTP_LISTEN"), (Protocol::Lmtp, lmtp, "LMTP_LISTEN")]
        {
            let Some(bind) = bind else { continue };
            let mut settings = Settings::new(protocol, hostname.clone());
            settings.tls = Some(Arc::clone(&certificate));
            settings.max_size = config.limits.mail;
            let shown = match &bind {
                Bind::Tcp(address) => address.to_string(),
                Bind::Unix(path) => path.display().to_string(),
            };
            let listener = Listener::bind(bind, settings).await.with_context(|| taken(setting, shown))?;
            let address = match listener.local_addr() {
                Bound::Tcp(address) => Some(*address),
                Bound::Unix(_) => None,
            };
            match protocol {
                Protocol::Smtp => self.smtp = address,
                Protocol::Lmtp => self.lmtp = address,
            }
            self.tasks.push(tokio::spawn(listener.run(Arc::clone(&intake), stopped.clone())));
        }
        Ok(())
    }

    fn serve_pages(
        &mut self,
        listener: std::net::TcpListener,
        asking: Vec<certificates::Bound>,
        image_key: [u8; 32],
        stopped: &watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        self.web = Some(listener.local_addr()?);
        let desk = self.desk.clone();
        let web = Data::new(Web::new(desk.clone(), image_key)?);
        self.tasks.push(tokio::spawn(web::live::run(Web::clone(&web), stopped.clone())));
        self.tasks.push(tokio::spawn(web::presence::hear(Web::clone(&web), stopped.clone())));
        let headers = Headers { https: desk.config.is_https() };
        for bound in asking {
            // Counted by itself: an office that signs in at nine takes nobody's place at the pages.
            let lines = web::connections::Connections::default();
            self.tasks.push(tokio::spawn(lines.clone().watch(stopped.clone())));
            self.keep(certificates::serve(bound, &web, &lines, stopped)?);
        }
        let lines = web::connections::Connections::default();
        self.tasks.push(tokio::spawn(lines.clone().watch(stopped.clone())));
        let app = move || {
            App::new()
                .app_data(Data::new(desk.clone()))
                .configure(crate::api::configure)
                .configure(|services| web::routes::configure(services, &web))
                .default_service(actix_web::web::to(web::routes::not_found))
                .wrap(Compress::default())
                .wrap(from_fn(move |request, next| web::headers::add(headers, request, next)))
                .wrap(from_fn(metrics::count_request))
        };
        let config = Arc::clone(&self.desk.config);
        let server = match &self.desk.config.tls {
            Some(files) => {
                let (tls, shared) = (tls::server_config(files)?, Arc::clone(&config));
                let note = move |stream: &dyn Any, data: &mut Extensions| lines.note(stream, data, &config);
                encrypted!(app, listener, tls, within PATIENCE, shared, note, until stopped.clone())
            }
            None => limited!(HttpServer::new(app))
                .on_connect(move |stream, data| lines.note(stream, data, &config))
                .listen(listener)?
                .run(),
        };
        self.keep(server);
        if let Some(address) = self.desk.config.http_redirect_listen {
            self.redirect_from(address)?;
        }
        Ok(())
    }

    /// Answers plain HTTP with the way to the real pages, and nothing else.
    fn redirect_from(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        let base = self.desk.config.public_url.clone();
        let to = move |request: HttpRequest| {
            let target = base.join(request.uri().path_and_query().map_or("/", |path| path.as_str()));
            // `//elsewhere` as a path would lead to another host.
            let target =
                target.ok().filter(|url| url.origin() == base.origin()).unwrap_or_else(|| base.clone());
            async move { HttpResponse::PermanentRedirect().insert_header((LOCATION, target.as_str())).finish() }
        };
        let server = limited!(HttpServer::new(move || {
            App::new()
                .default_service(actix_web::web::to(to.clone()))
                .wrap(from_fn(|request, next| web::headers::add(Headers { https: false }, request, next)))
        }))
        .bind(address)
        .with_context(|| taken("HTTP_REDIRECT_LISTEN", address))?
        .run();
        self.keep(server);
        Ok(())
    }

    fn keep(&mut self, server: Server) {
        self.servers.push(server.handle());
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the web server ended");
            }
        }));
    }

    /// Stops taking mail and pages, finishes what is under way, and ends.
    pub async fn stop(self) {
        // Nobody listens any more only when all tasks have ended by themselves.
        let _ = self.stop.send(true);
        self.desk.db.wakers().wake(crate::db::Wake::ALL);
        for server in &self.servers {
            server.stop(true).await;
        }
        let drained = futures_util::future::join_all(self.tasks);
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            tracing::warn!(
                "some work was still under way at the end; it is taken up again at the next start"
            );
        }
    }
}
