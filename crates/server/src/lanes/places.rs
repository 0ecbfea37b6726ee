//! Places that are given in turn to those who ask, one address after the other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::shares::{Asker, Shares};

/// How many may wait for a place, in all and of one address; further ones are refused.
const MOST_WAITING: usize = 512;
const MOST_WAITING_OF_ONE: usize = 128;

/// Places that are given in turn to those who ask.
#[derive(Debug)]
pub(super) struct Places {
    queue: Mutex<Queue>,
}

/// Who has places, and who waits.
#[derive(Debug)]
struct Queue {
    taken: Shares,
    waiting: HashMap<Asker, VecDeque<oneshot::Sender<Place>>>,
    /// Those who wait, each once: who had a place goes to the end.
    turns: VecDeque<Asker>,
}

/// A place; when it is dropped, the next one has it.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    asker: Asker,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.give_back(self.asker);
    }
}

impl Places {
    /// So many places, of which one asker may have so many, whether or not others want them.
    pub(super) fn new(all: usize, of_one: usize) -> Arc<Self> {
        let queue = Queue { taken: Shares::new(all, of_one), waiting: HashMap::new(), turns: VecDeque::new() };
        Arc::new(Self { queue: Mutex::new(queue) })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, when it is one's turn; `None` when too many wait.
    pub(super) async fn take(self: &Arc<Self>, asker: Asker) -> Option<Place> {
        if self.queue().are_many(asker) { None } else { self.take_in_turn(asker).await }
    }

    /// A place, when it is one's turn, however many wait; `None` never while there are places.
    pub(super) async fn take_in_turn(self: &Arc<Self>, asker: Asker) -> Option<Place> {
        let turn = {
            let mut queue = self.queue();
            if queue.taken.has_room(asker) && !queue.waiting.contains_key(&asker) {
                queue.taken.take(asker);
                return Some(self.place(asker));
            }
            queue.line_up(asker)
        };
        turn.await.ok()
    }

    fn place(self: &Arc<Self>, asker: Asker) -> Place {
        Place { places: Arc::clone(self), asker }
    }

    fn give_back(self: &Arc<Self>, asker: Asker) {
        self.queue().taken.give_back(asker);
        // Whoever went away meanwhile drops the place that it is sent, which comes here again.
        while let Some((asker, turn)) = self.next() {
            let _ = turn.send(self.place(asker));
        }
    }

    /// Whose turn it is, seated.
    fn next(&self) -> Option<(Asker, oneshot::Sender<Place>)> {
        let mut queue = self.queue();
        queue.forget_those_who_left();
        let at = queue.turns.iter().position(|asker| queue.taken.has_room(*asker))?;
        let asker = queue.turns.remove(at)?;
        let turn = queue.call(asker)?;
        queue.taken.take(asker);
        Some((asker, turn))
    }
}

impl Queue {
    /// Whether too many wait already.
    fn are_many(&mut self, asker: Asker) -> bool {
        self.forget_those_who_left();
        let all: usize = self.waiting.values().map(VecDeque::len).sum();
        all >= MOST_WAITING || self.waiting.get(&asker).is_some_and(|own| own.len() >= MOST_WAITING_OF_ONE)
    }

    fn line_up(&mut self, asker: Asker) -> oneshot::Receiver<Place> {
        self.forget_those_who_left();
        if !self.waiting.contains_key(&asker) {
            self.turns.push_back(asker);
        }
        let (turn, comes) = oneshot::channel();
        self.waiting.entry(asker).or_default().push_back(turn);
        comes
    }

    /// The first who waits at an address; when more do, the address has its next turn after all others.
    fn call(&mut self, asker: Asker) -> Option<oneshot::Sender<Place>> {
        let waiting = self.waiting.get_mut(&asker)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&asker);
        } else {
            self.turns.push_back(asker);
        }
        first
    }

    fn forget_those_who_left(&mut self) {
        self.waiting.retain(|_, waiting| {
            waiting.retain(|turn| !turn.is_closed());
            !waiting.is_empty()
        });
        let waiting = &self.waiting;
        self.turns.retain(|asker| waiting.contains_key(asker));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "what places are taken by")]
    fn asker(number: u8) -> Asker {
        Some(Ipv4Addr::new(192, 0, 2, number).into())
    }

    /// Whether something comes at once.
    async fn at_once<T>(comes: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(Duration::from_millis(20), comes).await.ok()
    }

    #[tokio::test]
    async fn one_asker_cannot_have_all_places_and_turns_go_round() {
        let places = Places::new(3, 2);
        let mut own = vec![places.take(asker(1)).await, places.take(asker(1)).await];
        assert!(at_once(places.take(asker(1))).await.is_none(), "the last place is kept for others");
        let other = at_once(places.take(asker(2))).await.flatten().expect("the last place");
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in [1, 1, 1, 3, 3, 4] {
            let (places, order) = (Arc::clone(&places), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                let place = places.take(asker(number)).await;
                order.lock().expect("not poisoned").push(number);
                tokio::time::sleep(Duration::from_millis(5)).await;
                drop(place);
            }));
            tokio::task::yield_now().await;
        }
        own.clear();
        for task in waiting {
            task.await.expect("it ends");
        }
        let order = order.lock().expect("not poisoned").clone();
        assert_eq!(order.len(), 6);
        let place_of = |number| order.iter().position(|served| *served == number);
        assert!(place_of(3) < Some(3) && place_of(4) < Some(4), "{order:?}: nobody waits for all of another's");
        drop(other);
        assert!(
            places.queue().taken.is_empty() && places.queue().waiting.is_empty() && places.queue().turns.is_empty()
        );
    }

    #[tokio::test]
    async fn who_goes_away_leaves_no_trace_and_too_many_are_refused() {
        let places = Places::new(1, 1);
        let place = places.take(asker(1)).await.expect("a place");
        for _ in 0..3 {
            assert!(at_once(places.take(asker(2))).await.is_none(), "it waits, and goes away");
        }
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..MOST_WAITING_OF_ONE {
            let places = Arc::clone(&places);
            waiting.spawn(async move { places.take(asker(3)).await.is_some() });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(matches!(at_once(places.take(asker(3))).await, Some(None)), "refused");
        drop(place);
        while let Some(served) = waiting.join_next().await {
            assert!(served.expect("it ends"));
        }
        assert!(at_once(places.take(asker(2))).await.flatten().is_some());
        assert!(
            places.queue().taken.is_empty() && places.queue().waiting.is_empty() && places.queue().turns.is_empty()
        );
    }
}
