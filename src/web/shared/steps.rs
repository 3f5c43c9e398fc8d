//! Counter of the steps of parsers for hostile input. Tests use it to show that work grows with the input; elsewhere it
//! counts nothing.

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

/// Number of steps that `read` takes.
#[cfg(test)]
pub(in crate::web) fn of<T>(read: impl FnOnce() -> T) -> usize {
    let before = STEPS.get();
    drop(read());
    STEPS.get() - before
}
