//! What happened, as a page tells it.

use super::DisplayTime;

/// One event, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub text: String,
    pub at: DisplayTime,
}
