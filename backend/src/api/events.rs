//! The stream of changes (server-sent events): each is told only to whom may read its ticket at that moment.

use std::{
    collections::{HashSet, VecDeque},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data},
};
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use super::{
    gate::Caller,
    problem::{Answer, Problem},
    views::{self, EventView},
};
use crate::{
    desk::Desk,
    error::Error,
    tickets::feed,
    web::{Web, live::Ear},
};

/// So many events are read at once.
const BATCH: i64 = 200;
/// A silent line is kept open by a comment this often, and its token looked at.
const PULSE: Duration = Duration::from_secs(20);
/// So many programs listen at once.
const MOST: usize = 64;

static LISTENING: AtomicUsize = AtomicUsize::new(0);

/// A place among those who listen.
struct Seat;

impl Seat {
    fn take() -> Option<Self> {
        if LISTENING.fetch_add(1, Ordering::Relaxed) < MOST {
            return Some(Self);
        }
        LISTENING.fetch_sub(1, Ordering::Relaxed);
        None
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        LISTENING.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Listener {
    desk: Data<Desk>,
    caller: Caller,
    ear: Ear,
    stop: CancellationToken,
    /// The log was read up to here.
    settled: i64,
    /// What was told of the log after that.
    told: HashSet<i64>,
    waiting: VecDeque<String>,
    _seat: Seat,
}

/// Changes as they happen, each as `event: KIND` with the event as JSON. `Last-Event-ID` names the last one heard;
/// without it the stream begins now.
#[utoipa::path(get, path = "/events", tag = "tickets",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event heard")),
    responses((status = 200, description = "A stream without an end", body = EventView, content_type = "text/event-stream")))]
pub async fn stream(desk: Data<Desk>, web: Data<Web>, caller: Caller, request: HttpRequest) -> Answer {
    let last = match request.headers().get("last-event-id") {
        Some(id) => {
            id.to_str().ok().and_then(|id| id.parse().ok()).filter(|id: &i64| *id >= 0).ok_or_else(|| {
                Problem::field("Last-Event-ID", "This is no id of an event. Leave it out to begin now.")
            })?
        }
        None => desk.db.read(feed::newest).await?,
    };
    let seat = Seat::take().ok_or_else(|| {
        let text = format!("{MOST} programs listen already. Close a stream, or try again later.");
        Problem::new(StatusCode::TOO_MANY_REQUESTS, text)
    })?;
    let (ear, stop) = web.live.listen();
    let greeting = VecDeque::from(["retry: 3000\n: listening\n\n".to_owned()]);
    let listener = Listener {
        desk,
        caller,
        ear,
        stop,
        settled: last,
        told: HashSet::new(),
        waiting: greeting,
        _seat: seat,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressing would hold back what is to be told at once.
        .insert_header(("content-encoding", "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(listener, |mut listener| async move {
            let text = listener.next().await?;
            Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), listener))
        })))
}

impl Listener {
    /// What to send next; `None` ends the stream: the token is no longer good, or the server stops.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(text) = self.waiting.pop_front() {
                return Some(text);
            }
            let more = self.read().await?;
            if more || !self.waiting.is_empty() {
                continue;
            }
            let heard = tokio::select! {
                heard = tokio::time::timeout(PULSE, self.ear.hear()) => heard.is_ok(),
                () = self.stop.cancelled() => return None,
            };
            if !heard {
                return Some(": still here\n\n".to_owned());
            }
        }
    }

    /// Reads on in the log, with the rights that the agent has now. Whether there may be more.
    async fn read(&mut self) -> Option<bool> {
        let (caller, settled, now) = (self.caller.clone(), self.settled, self.desk.clock.now());
        let told = self.told.clone();
        let read = self.desk.db.read(move |conn| {
            let actor = caller.again(conn, now)?;
            let mut glance = feed::after(conn, &actor, settled, BATCH, now)?;
            glance.events.retain(|event| !told.contains(&event.id.0));
            Ok((views::events(conn, &glance.events)?, glance))
        });
        let (events, glance) = match read.await {
            Ok(read) => read,
            Err(Error::NotFound) => return None,
            Err(error) => {
                // Whoever listens comes back with the last id he heard.
                tracing::warn!(%error, "a stream of changes ends");
                return None;
            }
        };
        self.settled = glance.settled;
        self.told.extend(glance.events.iter().map(|event| event.id.0));
        self.told.retain(|id| *id > glance.settled);
        for event in events {
            let data = serde_json::to_string(&event).ok()?;
            self.waiting.push_back(format!("id: {}\nevent: {}\ndata: {data}\n\n", event.id, event.kind));
        }
        Some(glance.more)
    }
}
