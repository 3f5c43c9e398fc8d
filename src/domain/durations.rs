//! Histogram of durations in atomics, so that measuring makes no caller wait.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Upper bounds of all classes but the last, in seconds.
pub const BOUNDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Number of durations in each class, and their sum.
#[derive(Debug, Default)]
pub struct Durations {
    classes: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

/// Contents of [`Durations`] at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// Number of durations up to each of [`BOUNDS`] and above the one before; the last class has those above all
    /// bounds.
    pub classes: [u64; BOUNDS.len() + 1],
    /// Sum of all durations, in seconds.
    pub sum: f64,
}

impl Durations {
    pub fn note(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let class = BOUNDS.iter().take_while(|bound| seconds > **bound).count();
        if let Some(class) = self.classes.get(class) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        self.microseconds.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub fn so_far(&self) -> Distribution {
        let sum = Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).as_secs_f64();
        Distribution { classes: self.classes.each_ref().map(|class| class.load(Ordering::Relaxed)), sum }
    }
}

impl Distribution {
    pub fn count(&self) -> u64 {
        self.classes.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duration_is_in_the_class_that_just_reaches_it() {
        let durations = Durations::default();
        for milliseconds in [0, 1, 2, 10_000, 10_001, 3_600_000] {
            durations.note(Duration::from_millis(milliseconds));
        }
        let Distribution { classes, sum } = durations.so_far();
        assert_eq!(classes, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert!((sum - 3620.004).abs() < 0.000_5, "{sum}");
        assert_eq!(durations.so_far().count(), 6);
    }
}
