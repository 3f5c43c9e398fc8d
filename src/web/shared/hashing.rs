//! Bounded queue for hashing and judging passwords, in which known users go ahead of strangers.

use std::{io, sync::Arc, thread};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Most waiting requests of a class; further ones are refused at once.
const WAITING_MAX: usize = 100;

/// Class of a request, by the sender of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum HashingClass {
    /// A browser that the user signed in with before, or an open link.
    Known,
    Stranger,
}

/// Refusal of a request, since its class is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct QueueFull;

/// Queue that lets as many requests hash at once as there are cores: more would only take memory, 19 MiB each.
#[derive(Debug, Clone)]
pub(in crate::web) struct HashingQueue {
    cores: Arc<Semaphore>,
    /// Held by the first stranger in line; all others wait for it, and so behind the known.
    next_stranger: Arc<Semaphore>,
    places: [Arc<Semaphore>; 2],
}

impl HashingQueue {
    pub(in crate::web) fn new(cores: usize) -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { cores: semaphore(cores), next_stranger: semaphore(1), places: [semaphore(WAITING_MAX), semaphore(WAITING_MAX)] }
    }

    /// Waits for a core, which dropping the permit releases.
    ///
    /// # Errors
    /// [`QueueFull`], at once.
    pub(in crate::web) async fn enter(&self, class: HashingClass) -> Result<OwnedSemaphorePermit, QueueFull> {
        let [known, strangers] = &self.places;
        let places = if class == HashingClass::Known { known } else { strangers };
        let place = places.try_acquire().map_err(|_| QueueFull)?;
        let turn = if class == HashingClass::Known { None } else { Some(self.next_stranger.acquire().await.map_err(|_| QueueFull)?) };
        let permit = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| QueueFull)?;
        drop((place, turn));
        Ok(permit)
    }
}

/// Runs `work` on a thread of its own and releases the core afterwards, so that hashing and its database access take no
/// thread that serves pages.
///
/// # Errors
/// No thread could be started, or `work` panicked.
pub(in crate::web) async fn run<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, outcome) = oneshot::channel();
    thread::Builder::new().name("hashing".to_owned()).spawn(move || {
        let outcome = work();
        // Dropped inside the thread, since a browser that disconnects does not end the work.
        drop(permit);
        let _ = sender.send(outcome);
    })?;
    outcome.await.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::Pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    type Entering<'a> = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, QueueFull>> + 'a>>;

    fn entering(queue: &HashingQueue, class: HashingClass) -> Entering<'_> {
        Box::pin(queue.enter(class))
    }

    fn poll(entering: &mut Entering<'_>) -> Poll<Result<OwnedSemaphorePermit, QueueFull>> {
        entering.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn entered(entering: &mut Entering<'_>) -> Option<OwnedSemaphorePermit> {
        match poll(entering) {
            Poll::Ready(permit) => Some(permit.unwrap()),
            Poll::Pending => None,
        }
    }

    #[test]
    fn as_many_hash_at_once_as_there_are_cores() {
        let queue = HashingQueue::new(2);
        let mut three = [(); 3].map(|()| entering(&queue, HashingClass::Stranger));
        let mut permits = three.iter_mut().map(entered).collect::<Vec<_>>();
        assert_eq!(permits.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false]);
        drop(permits.swap_remove(0));
        assert!(entered(&mut three[2]).is_some());
    }

    #[test]
    fn at_most_a_hundred_strangers_wait_and_the_rest_is_told_at_once() {
        for strangers in [500, 1_000] {
            let queue = HashingQueue::new(1);
            let mut all = (0..strangers).map(|_| entering(&queue, HashingClass::Stranger)).collect::<Vec<_>>();
            let outcomes = all.iter_mut().map(poll).collect::<Vec<_>>();
            let waiting = outcomes.iter().filter(|outcome| outcome.is_pending()).count();
            let refused = outcomes.iter().filter(|outcome| matches!(outcome, Poll::Ready(Err(QueueFull)))).count();
            assert_eq!((waiting, refused), (100, strangers - 101));
            drop(all);
            assert!(entered(&mut entering(&queue, HashingClass::Known)).is_none(), "a core is taken");
            drop(outcomes);
            assert!(entered(&mut entering(&queue, HashingClass::Stranger)).is_some(), "those who left take no place");
        }
    }

    #[test]
    fn hashing_takes_no_thread_that_serves_pages() {
        for hashing in [4, 8] {
            let (queue, (sender, page)) = (HashingQueue::new(hashing), std::sync::mpsc::channel());
            let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
            runtime.block_on(async {
                let page = Arc::new(parking_lot::Mutex::new(page));
                let mut hashes = Vec::new();
                for _ in 0..hashing {
                    let (permit, page) = (queue.enter(HashingClass::Stranger).await.unwrap(), Arc::clone(&page));
                    hashes.push(tokio::spawn(run(permit, move || page.lock().recv_timeout(std::time::Duration::from_secs(30)))));
                }
                tokio::task::yield_now().await;
                let served = move || (0..hashing).try_for_each(|_| sender.send(()));
                tokio::task::spawn_blocking(served).await.unwrap().unwrap();
                for hash in hashes {
                    assert_eq!(hash.await.unwrap().unwrap(), Ok(()));
                }
            });
            assert!(entered(&mut entering(&queue, HashingClass::Known)).is_some(), "cores are given back");
        }
    }

    #[test]
    fn hashing_that_panics_gives_its_core_back() {
        let queue = HashingQueue::new(1);
        let permit = entered(&mut entering(&queue, HashingClass::Known)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(run(permit, || panic!("a hash went wrong")));
        assert!(outcome.is_err());
        assert!(entered(&mut entering(&queue, HashingClass::Known)).is_some());
    }

    #[test]
    fn known_users_wait_behind_one_stranger_at_most() {
        let queue = HashingQueue::new(1);
        let busy = entered(&mut entering(&queue, HashingClass::Stranger));
        let mut strangers = (0..200).map(|_| entering(&queue, HashingClass::Stranger)).collect::<Vec<_>>();
        for stranger in &mut strangers {
            drop(poll(stranger));
        }
        let mut known = entering(&queue, HashingClass::Known);
        assert!(poll(&mut known).is_pending());
        drop(busy);
        let first = entered(&mut strangers[0]);
        assert!(first.is_some());
        assert!(entered(&mut strangers[1]).is_none() && entered(&mut known).is_none());
        drop(first);
        assert!(entered(&mut strangers[1]).is_none());
        assert!(entered(&mut known).is_some());
    }
}
