//! All connections of the process.
//!
//! Invariant: what makes room for a new connection is idle: no answer is under way on it. Those on
//! which nobody has signed in go first, and among equals the one that has been idle longest.

use super::ConnectionLimits;
use metrics::{counter, gauge};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// See the module. Clones share it.
#[derive(Clone)]
pub(super) struct Connections {
    limits: ConnectionLimits,
    grace: Duration,
    open: Arc<Mutex<Open>>,
    /// Connections whose sockets are still there, those that were shed included.
    sockets: TaskTracker,
}

#[derive(Default)]
struct Open {
    last_id: u64,
    entries: HashMap<u64, Entry>,
    unauthenticated: usize,
    /// Connections on which nothing is under way, in the order in which they are shed.
    idle: BTreeSet<(SignedIn, Instant, u64)>,
}

/// Whether somebody has shown a valid key on a connection: `false` comes first.
type SignedIn = bool;

struct Entry {
    signed_in: SignedIn,
    /// Answers under way.
    busy: usize,
    idle_since: Instant,
    shed: CancellationToken,
}

/// Why there is no room for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// The one that is to go may still send its request.
    Until(Instant),
    /// All connections are in use.
    Full,
}

impl Open {
    /// Ends the connection that is to go first, if one has been idle for longer than `grace`.
    fn shed(&mut self, unauthenticated_only: bool, grace: Duration) -> Result<(), NoRoom> {
        let (signed_in, since, id) = self.idle.first().copied().ok_or(NoRoom::Full)?;
        if signed_in && unauthenticated_only {
            return Err(NoRoom::Full);
        }
        if since.elapsed() < grace {
            return Err(NoRoom::Until(since + grace));
        }
        counter!("debrief_http_connections_shed_total").increment(1);
        if let Some(entry) = self.remove(id) {
            entry.shed.cancel();
        }
        Ok(())
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.idle.remove(&(entry.signed_in, entry.idle_since, id));
        self.unauthenticated -= usize::from(!entry.signed_in);
        gauge!("debrief_http_connections").set(self.entries.len() as f64);
        Some(entry)
    }
}

impl Connections {
    /// No connections yet. One that is to make room is given `grace` to send its request.
    pub(super) fn new(limits: ConnectionLimits, grace: Duration) -> Self {
        let sockets = TaskTracker::new();
        sockets.close();
        Self { limits, grace, open: Arc::default(), sockets }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("no panic under this lock")
    }

    /// Takes in a connection.
    pub(super) fn admit(&self) -> Result<Connection, NoRoom> {
        let mut open = self.open();
        if open.entries.len() >= self.limits.max {
            open.shed(false, self.grace)?;
        }
        if open.unauthenticated >= self.limits.max_unauthenticated {
            open.shed(true, self.grace)?;
        }
        open.last_id += 1;
        let (id, shed, idle_since) = (open.last_id, CancellationToken::new(), Instant::now());
        let entry = Entry { signed_in: false, busy: 0, idle_since, shed: shed.clone() };
        open.entries.insert(id, entry);
        open.idle.insert((false, idle_since, id));
        open.unauthenticated += 1;
        gauge!("debrief_http_connections").set(open.entries.len() as f64);
        drop(open);
        let _socket = self.sockets.token();
        let held = Held { id, connections: self.clone(), shed, _socket };
        Ok(Connection(Arc::new(held)))
    }

    /// Ends the connection that is to go first, if one is idle.
    pub(super) fn shed(&self) {
        let _ = self.open().shed(false, Duration::ZERO);
    }

    /// Waits until every connection has ended, those that became WebSockets included.
    pub(super) async fn all_closed(&self) {
        self.sockets.wait().await;
    }

    fn update(&self, id: u64, change: impl FnOnce(&mut Entry)) {
        let mut open = self.open();
        let Open { entries, idle, unauthenticated, .. } = &mut *open;
        // One that was shed is in nobody's way any more.
        let Some(entry) = entries.get_mut(&id) else { return };
        idle.remove(&(entry.signed_in, entry.idle_since, id));
        let before = entry.signed_in;
        change(entry);
        *unauthenticated -= usize::from(entry.signed_in && !before);
        if entry.busy == 0 {
            idle.insert((entry.signed_in, entry.idle_since, id));
        }
    }
}

/// An open connection, as handlers see it. Clones are the same connection; its place is free once
/// all of them are dropped.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Held>);

struct Held {
    id: u64,
    connections: Connections,
    shed: CancellationToken,
    _socket: TaskTrackerToken,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.connections.open().remove(self.id);
    }
}

impl Connection {
    /// Somebody has shown a valid key.
    pub(crate) fn sign_in(&self) {
        self.0.connections.update(self.0.id, |entry| entry.signed_in = true);
    }

    /// Something is under way, until the answer is dropped.
    pub(crate) fn busy(&self) -> Busy {
        self.0.connections.update(self.0.id, |entry| entry.busy += 1);
        Busy(self.clone())
    }

    /// Waits until the connection has to make room for another.
    pub(crate) async fn shed(&self) {
        self.0.shed.cancelled().await;
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        let open = self.0.connections.open();
        open.entries.get(&self.0.id).is_none_or(|entry| entry.busy == 0)
    }
}

/// Something is under way on a connection.
pub(crate) struct Busy(Connection);

impl Drop for Busy {
    fn drop(&mut self) {
        let Connection(held) = &self.0;
        held.connections.update(held.id, |entry| {
            entry.busy -= 1;
            entry.idle_since = Instant::now();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(max: usize, max_unauthenticated: usize) -> Connections {
        let idle_timeout = Duration::from_secs(1);
        let limits = ConnectionLimits { max, max_unauthenticated, idle_timeout };
        Connections::new(limits, Duration::ZERO)
    }

    #[test]
    fn who_has_just_come_is_given_time_to_send_a_request() {
        let grace = Duration::from_secs(60);
        let connections = Connections { grace, ..connections(1, 1) };
        let one = connections.admit().unwrap();
        let Err(NoRoom::Until(at)) = connections.admit() else { panic!("it makes room at once") };
        assert!(at > Instant::now() && !is_shed(&one));
        let _busy = one.busy();
        assert_eq!(connections.admit().err(), Some(NoRoom::Full));
    }

    fn is_shed(connection: &Connection) -> bool {
        connection.0.shed.is_cancelled()
    }

    #[test]
    fn the_one_that_is_idle_longest_makes_room() {
        let connections = connections(3, 3);
        let [one, two, three] = [(); 3].map(|()| connections.admit().unwrap());
        let busy = one.busy();
        let four = connections.admit().unwrap();
        assert_eq!([&one, &two, &three, &four].map(is_shed), [false, true, false, false]);
        // Having been in use, it is idle from now on.
        drop(busy);
        let _five = connections.admit().unwrap();
        assert_eq!([&one, &three, &four].map(is_shed), [false, true, false]);
    }

    #[test]
    fn those_who_have_signed_in_go_last() {
        let connections = connections(3, 3);
        let [one, two, three] = [(); 3].map(|()| connections.admit().unwrap());
        one.sign_in();
        let four = connections.admit().unwrap();
        let five = connections.admit().unwrap();
        assert_eq!([&one, &two, &three].map(is_shed), [false, true, true]);
        four.sign_in();
        five.sign_in();
        let six = connections.admit().unwrap();
        assert!(is_shed(&one), "all have signed in: the one that is idle longest goes");
        let _busy = [&four, &five, &six].map(|connection| connection.busy());
        assert!(connections.admit().is_err(), "all are in use");
    }

    #[test]
    fn a_share_is_kept_for_those_who_have_signed_in() {
        let connections = connections(4, 2);
        let [one, two] = [(); 2].map(|()| connections.admit().unwrap());
        let three = connections.admit().unwrap();
        assert_eq!([&one, &two, &three].map(is_shed), [true, false, false]);
        let _busy = [two.busy(), three.busy()];
        assert!(connections.admit().is_err(), "those who have not signed in have their share");
        two.sign_in();
        let four = connections.admit().unwrap();
        four.sign_in();
        let five = connections.admit().unwrap();
        assert!(![&two, &three, &four, &five].into_iter().any(is_shed));
    }

    #[tokio::test]
    async fn a_place_is_free_once_the_connection_is_gone() {
        let connections = connections(1, 1);
        let one = connections.admit().unwrap();
        let busy = one.busy();
        assert!(connections.admit().is_err());
        drop(one);
        assert!(connections.admit().is_err(), "its answer is under way");
        drop(busy);
        let shed = connections.admit().unwrap();
        let two = connections.admit().unwrap();
        assert!(is_shed(&shed));
        // What was shed does nothing to the one in its place.
        shed.sign_in();
        drop(shed.busy());
        drop(shed);
        assert!(two.is_idle() && !is_shed(&two));
        drop(two);
        connections.all_closed().await;
        assert_eq!(connections.open().unauthenticated, 0);
    }
}
