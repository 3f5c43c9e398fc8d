//! Usher: the console in which a company manages users and their access. `docs/architecture.md` is the map.

pub mod cli;
pub mod config;
pub mod domain;
pub mod mail;
pub mod startup;
pub mod store;
pub mod telemetry;
pub mod usecases;
pub mod web;
