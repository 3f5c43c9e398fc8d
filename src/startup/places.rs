//! Places of a worker's connections, and the choice of the one that gives way.

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::HashMap,
    net::IpAddr,
    rc::Rc,
    task::{Context, Waker},
};

use tokio::time::Instant;

use crate::domain::credentials::throttle;

/// Connections of a worker. When all places are taken, the next connection gets the place of another: in the network
/// with the most connections, the one whose client has been idle for longest. A request that has arrived is still
/// answered.
#[derive(Debug)]
pub(super) struct Places {
    max: usize,
    taken: RefCell<Vec<Rc<Place>>>,
}

/// Place of one connection.
#[derive(Debug)]
pub(super) struct Place {
    /// An IPv4 address, or an IPv6 /64. All clients behind a proxy share the proxy's.
    network: String,
    /// Begin of the last request, or last read of an answer.
    since: Cell<Instant>,
    is_lost: Cell<bool>,
    /// Task that reads and writes.
    waker: RefCell<Option<Waker>>,
}

impl Places {
    pub(super) fn new(max: usize) -> Self {
        Self { max, taken: RefCell::default() }
    }

    pub(super) fn take(&self, peer: Option<IpAddr>) -> Rc<Place> {
        let network = peer.map_or_else(String::new, |peer| throttle::network(&peer.to_canonical().to_string()));
        let mut taken = self.taken.borrow_mut();
        let held = taken.iter().filter(|place| !place.is_lost.get());
        if held.clone().count() >= self.max {
            let mut connections = HashMap::from([(&*network, 1_usize)]);
            held.clone().for_each(|place| *connections.entry(&place.network).or_default() += 1);
            if let Some(first) = held.min_by_key(|place| (Reverse(connections.get(&*place.network)), place.since.get())) {
                first.lose();
            }
        }
        let place = Rc::new(Place { network, since: Cell::new(Instant::now()), is_lost: Cell::new(false), waker: RefCell::default() });
        taken.push(Rc::clone(&place));
        place
    }

    pub(super) fn leave(&self, place: &Rc<Place>) {
        self.taken.borrow_mut().retain(|taken| !Rc::ptr_eq(taken, place));
    }
}

impl Place {
    fn lose(&self) {
        self.is_lost.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.get()
    }

    pub(super) fn is_looked_at_by(&self, context: &Context<'_>) {
        *self.waker.borrow_mut() = Some(context.waker().clone());
    }

    /// Notes that the client has sent or read something.
    pub(super) fn renew(&self, now: Instant) {
        self.since.set(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost<const N: usize>(places: [&Rc<Place>; N]) -> [bool; N] {
        places.map(|place| place.is_lost())
    }

    fn take<const N: usize>(places: &Places, peers: [&str; N]) -> [Rc<Place>; N] {
        peers.map(|peer| places.take(peer.parse().ok()))
    }

    #[test]
    fn the_one_that_waited_longest_gives_way_where_all_are_of_one_network() {
        let places = Places::new(2);
        let [first, second] = take(&places, ["10.0.0.1"; 2]);
        first.renew(Instant::now());
        let [third] = take(&places, ["10.0.0.1"]);
        assert_eq!(lost([&first, &second, &third]), [false, true, false]);
        places.leave(&second);
        places.leave(&third);
        let [fourth] = take(&places, ["10.0.0.1"]);
        assert_eq!(lost([&first, &fourth]), [false, false]);
        assert_eq!(places.taken.borrow().len(), 2);
    }

    #[test]
    fn the_network_with_the_most_connections_gives_way() {
        for busy in
            [["198.51.100.7"; 3], ["2001:db8::1", "2001:db8::2", "2001:db8::3"], ["198.51.100.7", "::ffff:198.51.100.7", "198.51.100.7"]]
        {
            let places = Places::new(4);
            let [quiet] = take(&places, ["192.0.2.1"]);
            let [first, second, third] = take(&places, busy);
            let [next] = take(&places, [busy[0]]);
            let [newcomer] = take(&places, ["2001:db8:0:1::1"]);
            assert_eq!(lost([&quiet, &first, &second, &third, &next, &newcomer]), [false, true, true, false, false, false], "{busy:?}");
        }
    }

    #[test]
    fn one_network_gives_way_to_itself_however_many_connections_it_opens() {
        let places = Places::new(10);
        let quiet = take(&places, ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
        let busy = (0..1000).map(|_| places.take("198.51.100.7".parse().ok())).collect::<Vec<_>>();
        assert_eq!(lost(quiet.each_ref()), [false; 3]);
        assert_eq!(busy.iter().filter(|place| !place.is_lost()).count(), 7);
    }
}
