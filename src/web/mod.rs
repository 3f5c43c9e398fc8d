//! HTTP: the site map, extractors, and one folder per feature.

pub mod paths;
