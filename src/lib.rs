//! Usher: the console in which a company decides who gets in and what they reach. `docs/architecture.md` is the map.

pub mod domain;
pub mod mail;
pub mod web;
