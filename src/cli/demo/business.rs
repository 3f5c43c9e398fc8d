//! Made-up portfolios and accounts, and their assignments. Each is computed from its number, without a memory of
//! others.

use crate::domain::{permission::AssignmentPermissions, user::DefaultRole};

use super::{chance::Chance, users::PORTFOLIO_ADMIN};

/// Number of users for each portfolio.
const USERS_TO_A_PORTFOLIO: u32 = 1000;

const PORTFOLIOS_MIN: u32 = 5;

/// Number of portfolios of the Portfolio Admin meant for trying out: some 5,000 users, where there are as many.
const OF_PORTFOLIO_ADMIN: usize = 5;

const REGIONS: [&str; 12] =
    ["Nordic", "DACH", "Benelux", "Iberian", "Alpine", "Baltic", "Adriatic", "Atlantic", "Celtic", "Aegean", "Carpathian", "North Sea"];
const SECTORS: [&str; 11] = ["Brands", "Retail", "Food", "Travel", "Energy", "Health", "Media", "Mobility", "Home", "Sports", "Fashion"];

const WORDS: [&str; 24] = [
    "Aalto",
    "Bergmann",
    "Café Löwe",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Hygge",
    "Isar",
    "Juniper",
    "Kranich",
    "Lumen",
    "Meridian",
    "Nimbus",
    "Øresund",
    "Polar",
    "Quartz",
    "Rowan",
    "Solvang",
    "Tidewater",
    "Umbra",
    "Vega",
    "Wren",
    "Zephyr",
];
const TRADES: [&str; 15] = [
    "Eyewear",
    "Bikes",
    "Foods",
    "Insurance",
    "Coffee",
    "Ferries",
    "Outdoor",
    "Interiors",
    "Pharmacy",
    "Mobility",
    "Solar",
    "Bank",
    "Press",
    "Hotels",
    "Toys",
];

/// Countries where made-up accounts are billed, with a city each.
const PLACES: [(&str, &str, &str); 8] = [
    ("NO", "Bergen", "5013"),
    ("DK", "Aarhus", "8000"),
    ("DE", "Leipzig", "04109"),
    ("NL", "Utrecht", "3511 AD"),
    ("ES", "Valencia", "46002"),
    ("IE", "Galway", "H91 E9TX"),
    ("FI", "Tampere", "33100"),
    ("AT", "Graz", "8010"),
];

/// A made-up portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadeUpPortfolio {
    pub(super) name: String,
    pub(super) notes: String,
    pub(super) is_active: bool,
    pub(super) accounts: Vec<MadeUpAccount>,
}

/// A made-up account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadeUpAccount {
    pub(super) name: String,
    pub(super) website: String,
    /// Country, city and postal code; `None` for an account without billing information.
    pub(super) billed_in: Option<(&'static str, &'static str, &'static str)>,
}

/// Assignments of a user, as indexes of portfolios and of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MadeUpAssignments {
    pub(super) portfolios: Vec<usize>,
    pub(super) accounts: Vec<(usize, AssignmentPermissions)>,
}

/// Portfolios and accounts of a made-up company.
#[derive(Debug)]
pub(super) struct Business {
    seed: u64,
    pub(super) portfolios: Vec<MadeUpPortfolio>,
    /// Number of accounts in the portfolios before each.
    before: Vec<usize>,
    accounts: usize,
}

impl Business {
    pub(super) fn new(users: u32, seed: u64) -> Self {
        let count = (users / USERS_TO_A_PORTFOLIO).max(PORTFOLIOS_MIN);
        let portfolios = (0..count).map(|number| portfolio(number, count, seed)).collect::<Vec<_>>();
        let (mut before, mut accounts) = (Vec::with_capacity(portfolios.len()), 0);
        for portfolio in &portfolios {
            before.push(accounts);
            accounts += portfolio.accounts.len();
        }
        Self { seed, portfolios, before, accounts }
    }

    /// Assignments of the user with this number. Portfolio Admins have one or two portfolios; most Users have one to
    /// three accounts of one portfolio, a few have hundreds across portfolios, some have none.
    pub(super) fn of(&self, number: u32, default_role: DefaultRole) -> MadeUpAssignments {
        let mut chance = Chance::new(self.seed, (1 << 33) + u64::from(number));
        let home = self.pick(&mut chance, self.portfolios.len());
        match default_role {
            // The one meant for trying out has several.
            DefaultRole::PortfolioAdmin if number == PORTFOLIO_ADMIN => MadeUpAssignments {
                portfolios: (0..OF_PORTFOLIO_ADMIN.min(self.portfolios.len() - 1)).collect(),
                ..MadeUpAssignments::default()
            },
            DefaultRole::PortfolioAdmin => {
                let mut portfolios = vec![home];
                if chance.happens(1, 4) {
                    portfolios.push(self.pick(&mut chance, self.portfolios.len()));
                }
                MadeUpAssignments { portfolios: once(portfolios), ..MadeUpAssignments::default() }
            }
            DefaultRole::User => {
                let accounts = match chance.below(4000) {
                    0 => (0..100 + chance.below(300)).map(|_| self.pick(&mut chance, self.accounts)).collect(),
                    1..200 => Vec::new(),
                    _ => (0..=chance.below(3)).map(|_| self.account_in(home, &mut chance)).collect(),
                };
                let permissions = |chance: &mut Chance| AssignmentPermissions {
                    edits_details: !chance.happens(1, 10),
                    sees_billing: chance.happens(1, 12),
                };
                let accounts = once(accounts).into_iter().map(|account| (account, permissions(&mut chance))).collect();
                MadeUpAssignments { accounts, ..MadeUpAssignments::default() }
            }
        }
    }

    /// An account of the user's portfolio, or rarely of another.
    fn account_in(&self, home: usize, chance: &mut Chance) -> usize {
        let home = if chance.happens(1, 12) { self.pick(chance, self.portfolios.len()) } else { home };
        let accounts = self.portfolios.get(home).map_or(0, |portfolio| portfolio.accounts.len());
        self.before.get(home).copied().unwrap_or_default() + self.pick(chance, accounts)
    }

    #[expect(clippy::unused_self, reason = "it is the business that one picks from")]
    fn pick(&self, chance: &mut Chance, of: usize) -> usize {
        usize::try_from(chance.below(u32::try_from(of).unwrap_or(u32::MAX))).unwrap_or_default()
    }
}

fn once(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places.dedup();
    places
}

fn portfolio(number: u32, count: u32, seed: u64) -> MadeUpPortfolio {
    let mut chance = Chance::new(seed, (1 << 32) + u64::from(number));
    let [region, sector] = [at(&REGIONS, number), at(&SECTORS, number)];
    // The two lengths are coprime, so that all pairs appear before one repeats.
    let pairs = u32::try_from(REGIONS.len() * SECTORS.len()).unwrap_or(u32::MAX);
    let again = if number < pairs { String::new() } else { format!(" {}", number / pairs + 1) };
    let size = if chance.happens(1, 20) { 40 + chance.below(60) } else { 3 + chance.below(12) };
    let start = chance.below(u32::MAX / 2);
    MadeUpPortfolio {
        name: format!("{region} {sector}{again}"),
        notes: if chance.happens(1, 2) { format!("{sector} accounts of the {region} region.") } else { String::new() },
        // One portfolio is deactivated, if there are several.
        is_active: number + 1 != count,
        accounts: (0..size).map(|place| account(start + place, &mut chance)).collect(),
    }
}

fn account(number: u32, chance: &mut Chance) -> MadeUpAccount {
    let words = u32::try_from(WORDS.len()).unwrap_or(1);
    let name = format!("{} {}", at(&WORDS, number), at(&TRADES, number / words + number % words));
    let host = crate::domain::search::sort_key(&name).replace(' ', "-").replace('ø', "o");
    let billed_in = chance.happens(7, 10).then(|| PLACES.get(usize::try_from(number).unwrap_or(0) % PLACES.len()).copied()).flatten();
    let website = if chance.happens(2, 3) { format!("https://{host}.example") } else { String::new() };
    MadeUpAccount { name, website, billed_in }
}

fn at<'a, const N: usize>(words: &[&'a str; N], number: u32) -> &'a str {
    usize::try_from(number).ok().and_then(|number| words.get(number % N)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::account::Website;

    #[test]
    fn a_seed_makes_its_business_and_no_other() {
        let business = |seed| Business::new(3000, seed).portfolios;
        assert_eq!(business(1), business(1));
        assert_ne!(business(1), business(2));
    }

    #[test]
    fn names_are_unique_where_they_must_be_and_websites_are_some() {
        let business = Business::new(300_000, 7);
        let names = business.portfolios.iter().map(|portfolio| &portfolio.name).collect::<HashSet<_>>();
        assert_eq!(names.len(), 300);
        for portfolio in &business.portfolios {
            let names = portfolio.accounts.iter().map(|account| &account.name).collect::<HashSet<_>>();
            assert_eq!(names.len(), portfolio.accounts.len(), "{}", portfolio.name);
            assert!(portfolio.accounts.iter().all(|account| Website::parse(&account.website).is_ok()));
        }
        assert_eq!(business.portfolios.iter().filter(|portfolio| !portfolio.is_active).count(), 1);
    }

    #[test]
    fn most_have_one_to_three_accounts_and_a_few_hundreds() {
        let business = Business::new(20_000, 7);
        let numbers = (0..20_000).map(|number| business.of(number, DefaultRole::User).accounts.len()).collect::<Vec<_>>();
        let share = |is: fn(usize) -> bool| numbers.iter().filter(|&&number| is(number)).count();
        assert!(share(|number| (1..=3).contains(&number)) > 18_000);
        assert!(share(|number| number == 0) > 500);
        assert!((1..40).contains(&share(|number| number >= 60)), "{}", share(|number| number >= 60));
        let all = business.portfolios.iter().map(|portfolio| portfolio.accounts.len()).sum::<usize>();
        for number in (0..2000).filter(|&number| number != PORTFOLIO_ADMIN) {
            let admin = business.of(number, DefaultRole::PortfolioAdmin);
            assert!(admin.accounts.is_empty() && (1..=2).contains(&admin.portfolios.len()));
            assert!(business.of(number, DefaultRole::User).accounts.iter().all(|&(account, _)| account < all));
        }
    }
}
