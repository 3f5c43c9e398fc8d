//! Texts of made-up processes, in versions. A line that begins with a digit is there from that version on, and one that
//! begins with a minus only in the first version.

pub(super) const RECONCILIATION: &str = " # Bank reconciliation
 Runs every working day at 06:00, after the bank's statement arrives.
 
 1. Import
-   Fetch the statement of the previous day.
2   Fetch the statements of all accounts of the previous day.
2   Stop and notify Finance if an account has no statement.
 
 2. Match
    Match by amount, reference and value date.
-   Accept differences of up to 1.00 EUR.
2   Accept differences of up to 0.10 EUR.
3   Group card payouts by settlement before matching.
 
 3. Review
    Assign open items to the account's owner.
    Items older than five working days go to the controller.
4   Items above 10,000.00 EUR need a second reviewer.
 
 4. Post
    Post matched items to the ledger with the statement's date.
    Keep the report for ten years.
";

pub(super) const CHECKLIST: &str = " # Close checklist
 
 Working day 1
   [ ] Lock the previous period for all but Finance
   [ ] Import rate cards and exchange rates
   [ ] Post payroll
 
 Working day 2
   [ ] Accrue media spend
-  [ ] Accrue everything else
2  [ ] Accrue freelancers, travel and software
 
 Working day 3
   [ ] Reconcile all bank accounts
   [ ] Reconcile intercompany balances
2  [ ] Compare margins with the forecast; explain differences above 5%
 
 Working day 4
   [ ] Controller signs the trial balance
3  [ ] Export the ledger for the auditors
   [ ] Close the period
";

pub(super) const ACCRUAL: &str = " # Media spend accrual
 
 Input: delivered impressions and clicks by campaign and day
 Output: one accrual by account and publisher
 
 for each account with a campaign in the period
   spend = delivered units × rate card
-  if spend > 0 then post it
2  subtract invoices already received
2  if the rest is above 50.00 EUR then post it
3  mark rests above 20% of the budget for review
 
 Reverse all accruals on the first day of the next period.
 Questions: the accounts payable team
";

pub(super) const HAND_OVER: &str = " # Campaign hand-over
 
 From Sales to Operations, when a customer signs.
 
 1. Sales attaches the signed order and names a contact.
 2. Operations checks the order within one working day:
    - the legal name and the billing address are complete
    - the budget and the period match the order
-   - the creative material is there
2   - the creative material is there in all formats
2   - the tracking of conversions answers
 3. Operations books the campaign and confirms the start.
 4. The account's users get access on the day before.
3 5. After one week, Sales and Operations compare delivery with the order.
 
 If anything is missing, the order returns to Sales with a comment.
";

pub(super) const INCIDENT: &str = " # Delivery incident
 
 Severity
   high    a campaign does not deliver, or delivers to the wrong audience
   medium  delivery is more than 20% behind
   low     everything else
 
 First hour
   1. Pause the campaign if the severity is high.
   2. Tell the account's contact what happened and when news will follow.
-  3. Look for the cause.
2  3. Look for the cause: targeting, budget, creative, publisher, tracking.
2  4. Write each step with its time into the ticket.
 
 Afterwards
   Credit missed delivery with the next invoice.
3  Hold a review within five working days; publish it to Operations.
";

pub(super) const REPORT: &str = " # Weekly performance report
 
 Recipients: users of the account with access to its reports
 Every Monday at 07:30 in the account's time zone
 
 Sections
   - Delivery against plan, by campaign
   - Reach and frequency
   - Cost for each conversion
2  - The five best and the five worst creatives
3  - Recommendations for the coming week
 
 Numbers of the last two days are marked as preliminary.
-Send as PDF.
2Send as PDF, with a link to the live report.
";

/// Versions of a text, the first one to begin with.
pub(super) fn versions(text: &str) -> Vec<String> {
    let first = |line: &str| line.chars().next();
    let last = text.lines().filter_map(|line| first(line)?.to_digit(10)).max().unwrap_or(1);
    let version = |number: u32| {
        let is_in = |line: &&str| match first(line) {
            Some('-') => number == 1,
            Some(since) => since.to_digit(10).is_none_or(|since| since <= number),
            None => true,
        };
        text.lines().filter(is_in).flat_map(|line| [line.get(1..).unwrap_or_default(), "\n"]).collect()
    };
    (1..=last).map(version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_differs_from_the_one_before_in_some_lines() {
        for text in [RECONCILIATION, CHECKLIST, ACCRUAL, HAND_OVER, INCIDENT, REPORT] {
            let versions = versions(text);
            assert!(versions.len() >= 3, "{text}");
            assert!(versions.windows(2).all(|pair| pair[0] != pair[1]), "{text}");
            assert!(versions.iter().all(|version| version.starts_with("# ")), "{text}");
            assert!(versions.iter().all(|version| (10..=40).contains(&version.lines().count())), "{text}");
        }
    }
}
