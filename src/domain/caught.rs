//! Panics contained to the piece of work that caused them, so that its task goes on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// Panic of the work; the log has its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a panic")]
pub struct Panicked;

/// Runs `work` and turns a panic in it into an error.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        // The future is never polled again after a panic, so that its half-changed state cannot be observed.
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))).map_or(Poll::Ready(Err(Panicked)), |poll| poll.map(Ok))
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn a_panic_is_an_error_and_everything_else_is_handed_on() {
        let done = |work| pin!(caught(work)).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(done(std::future::ready(1)), Poll::Ready(Ok(1)));
        assert_eq!(pin!(caught(std::future::pending::<()>())).poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
        let panics = async { panic!("at an answer from outside") };
        assert_eq!(pin!(caught::<()>(panics)).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Err(Panicked)));
    }
}
