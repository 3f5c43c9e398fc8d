//! Users: their rows, lists and searches.

use usher::store::users;

use super::*;

mod at_once;
mod lifecycle;
mod lists;
mod search;
