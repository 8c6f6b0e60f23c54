//! Handlers behind one type: what actix puts around a handler is compiled once, and not for each of hundreds of routes.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::web::Payload;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder};

type Answered = Pin<Box<dyn Future<Output = HttpResponse>>>;

/// A handler, whatever it takes and answers.
#[derive(Clone)]
pub struct Erased(Rc<dyn Fn(HttpRequest, Payload) -> Answered>);

impl fmt::Debug for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Erased")
    }
}

impl Handler<(HttpRequest, Payload)> for Erased {
    type Output = HttpResponse;
    type Future = Answered;

    fn call(&self, (request, payload): (HttpRequest, Payload)) -> Answered {
        (self.0)(request, payload)
    }
}

/// The handler, with what it asks of a request taken from it as actix does. What cannot be taken is answered as its error says.
pub fn erased<F, Args>(handler: F) -> Erased
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    Erased(Rc::new(move |request, payload| {
        let handler = handler.clone();
        Box::pin(async move {
            match Args::from_request(&request, &mut payload.into_inner()).await {
                Ok(args) => handler.call(args).await.respond_to(&request).map_into_boxed_body(),
                Err(error) => HttpResponse::from_error(error),
            }
        })
    }))
}
