//! Steps that reading hostile input takes. Tests count them, to show that twice the input takes little more than twice as many; elsewhere nothing is counted.

#[cfg(not(test))]
#[inline]
pub(in crate::web) fn count(_steps: usize) {}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
pub(in crate::web) fn count(steps: usize) {
    STEPS.set(STEPS.get() + steps);
}

/// Steps that `read` takes.
#[cfg(test)]
pub(in crate::web) fn of<T>(read: impl FnOnce() -> T) -> usize {
    let before = STEPS.get();
    drop(read());
    STEPS.get() - before
}
