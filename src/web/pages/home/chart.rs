//! Bars of twelve weeks, as inline SVG with the figures in a table.

use crate::{
    domain::time_zone::TimeZone,
    usecases::home::Trend,
    web::shared::page::{date_in_words, grouped},
};

/// Height of the highest bar, and width of the place of each, in units of the drawing.
const HEIGHT: u64 = 56;
const WIDTH: usize = 20;

/// Charts of a trend, and its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendCharts {
    pub charts: Vec<Chart>,
    /// First day of each week with the numbers of the charts.
    pub weeks: Vec<(String, Vec<String>)>,
    /// Zone of the days.
    pub time_zone: TimeZone,
}

/// One number over the weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub label: &'static str,
    pub total: String,
    /// Position and height of each bar.
    pub bars: Vec<(usize, u64)>,
}

impl Chart {
    fn new(label: &'static str, weeks: &[u64]) -> Self {
        let most = weeks.iter().copied().max().unwrap_or(0).max(1);
        // A small number still has a bar.
        let height = |number: u64| if number == 0 { 0 } else { (number.saturating_mul(HEIGHT) / most).max(1) };
        let bars = weeks.iter().enumerate().map(|(week, number)| (week * WIDTH + 3, height(*number))).collect();
        Self { label, total: grouped(weeks.iter().sum()), bars }
    }

    /// Upper end of a bar, from the top.
    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "templates call methods with references")]
    pub(in crate::web) fn top(&self, height: &u64) -> u64 {
        HEIGHT + 2 - height
    }
}

impl From<&Trend> for TrendCharts {
    fn from(trend: &Trend) -> Self {
        let numbers = match trend.sign_ins {
            Some(sign_ins) => vec![("Sign-ins", sign_ins), ("Invitations", trend.invitations)],
            None => vec![("New users", trend.invitations)],
        };
        let week = |place: usize| (date_in_words(trend.monday(place)), numbers.iter().map(|(_, weeks)| grouped(weeks[place])).collect());
        Self {
            charts: numbers.iter().map(|(label, weeks)| Chart::new(label, weeks)).collect(),
            weeks: (0..trend.invitations.len()).rev().map(week).collect(),
            time_zone: trend.time_zone,
        }
    }
}

#[cfg(test)]
impl TrendCharts {
    pub(in crate::web) fn sample() -> Self {
        let first = chrono::NaiveDate::from_ymd_opt(2026, 8, 31).unwrap();
        let sign_ins = std::array::from_fn(|week| week as u64 * 1000 + 1);
        Self::from(&Trend {
            time_zone: TimeZone::UTC,
            first,
            sign_ins: Some(sign_ins),
            invitations: std::array::from_fn(|week| week as u64 % 4),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_drawing_and_a_small_number_has_one() {
        let chart = Chart::new("Sign-ins", &[0, 1, 500, 1000]);
        assert_eq!(chart.bars, [(3, 0), (23, 1), (43, 28), (63, 56)]);
        assert_eq!(chart.total, "1,501");
        assert_eq!(Chart::new("Sign-ins", &[0; 12]).bars[11], (223, 0));
    }

    #[test]
    fn the_table_begins_with_the_present_week() {
        let charts = TrendCharts::sample();
        assert_eq!((&*charts.weeks[0].0, &charts.weeks[0].1), ("16 Nov 2026", &vec!["11,001".to_owned(), "3".to_owned()]));
    }
}
