//! Reading one mail off the wire, within the limits of time, size and common memory.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use super::Settings;
use super::data::{Outcome, Scanner};
use super::stream::Wire;

/// A mail may be slow for this long before its rate counts, in the beginning and later.
const GRACE: Duration = Duration::from_secs(60);

/// The budget is counted in units of a kilobyte: a semaphore has room for fewer permits than a mail may have bytes.
pub(super) fn in_units(bytes: usize) -> usize {
    bytes.div_ceil(1_024)
}

/// A mail with its share of the common memory, which is free again when the share is dropped.
pub(super) type Received = (Outcome, Option<OwnedSemaphorePermit>);

/// Reads a mail to its end. `None` when the client took too long or sent without end.
///
/// # Errors
/// The connection broke.
pub(super) async fn receive(
    wire: &mut Wire,
    settings: &Settings,
    budget: &Arc<Semaphore>,
) -> io::Result<Option<Received>> {
    let start = Instant::now();
    let deadline = start + settings.mail_timeout;
    let mut scanner = Scanner::new(settings.max_size);
    let mut held: Option<OwnedSemaphorePermit> = None;
    // A client that never ends an oversize mail is not read forever.
    let ceiling = settings.max_size.saturating_mul(4).saturating_add(1 << 20);
    // The rate is asked of each stretch by itself: what came at once in the beginning buys nobody half an hour.
    let (mut since, mut before) = (start, 0);
    loop {
        let Ok(Ok(chunk)) = timeout_at(deadline, timeout(settings.data_timeout, wire.chunk())).await else {
            return Ok(None);
        };
        let chunk = chunk?;
        if chunk.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let progress = scanner.feed(chunk);
        wire.consume(progress.consumed);
        let stretch = scanner.size() - before;
        if scanner.size() > ceiling || too_slow(since.elapsed(), stretch, settings.min_rate) {
            return Ok(None);
        }
        if since.elapsed() > GRACE {
            (since, before) = (Instant::now(), scanner.size());
        }
        if !reserve(budget, &mut held, scanner.held()) {
            scanner.give_up();
            held = None;
        }
        if progress.done {
            return Ok(Some((scanner.finish(), held)));
        }
    }
}

fn too_slow(elapsed: Duration, bytes: usize, min_rate: usize) -> bool {
    elapsed > GRACE && (bytes as u64) < elapsed.as_secs().saturating_mul(min_rate as u64)
}

/// Takes as much of the common budget as the mail occupies; `false` where there is no more.
fn reserve(budget: &Arc<Semaphore>, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> bool {
    let wanted = in_units(bytes).saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
    if wanted == 0 {
        return true;
    }
    let Ok(count) = u32::try_from(wanted) else { return false };
    let Ok(more) = budget.clone().try_acquire_many_owned(count) else { return false };
    match held {
        Some(held) => held.merge(more),
        None => *held = Some(more),
    }
    true
}
