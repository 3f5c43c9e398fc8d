//! Tables in Markdown.

use std::time::Duration;

use super::sizes;

pub fn table(title: &str, columns: &[String], rows: Vec<Vec<String>>) {
    println!("\n{title}\n\n| {} |\n|---|{}", columns.join(" | "), "--:|".repeat(columns.len().saturating_sub(1)));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}

/// Header with a first column, and one for each size of company.
pub fn with_sizes(first: &str, unit: &str) -> Vec<String> {
    let mut columns = vec![first.to_owned()];
    columns.extend(sizes().iter().map(|size| format!("{unit}, {size}")));
    columns
}

pub fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

/// Cost of the largest company as a multiple of the one before.
pub fn growth(costs: &[f64]) -> String {
    match costs {
        [.., before, last] => format!("{:.2}", last / before),
        _ => String::new(),
    }
}
