//! Long forms of tests, by `tests/run --long`.

/// True for the long form, which holds a release build to the times that are promised.
pub(crate) fn is_long() -> bool {
    std::env::var_os("USHER_LONG").is_some()
}
