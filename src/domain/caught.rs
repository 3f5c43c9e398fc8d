//! Panics that end one piece of work, and not the task that does it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// The work panicked; the panic itself is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a panic")]
pub struct Panicked;

/// Does `work`; a panic in it is an error.
///
/// # Errors
/// [`Panicked`].
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        // The future is not polled again after a panic, so that nobody sees what it left half done.
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
