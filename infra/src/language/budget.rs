//! What calls cost, and how much an organization may spend.

use super::{ModelError, Usage};
use std::num::NonZeroU64;

/// Prices of tokens, in millionths of the currency for a million tokens: what a price list gives as
/// 0.15 is 150,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prices {
    /// For tokens that are read.
    pub input: u64,
    /// For tokens that are written.
    pub output: u64,
}

impl Prices {
    /// Returns what a call cost, in millionths of the currency, rounded up.
    pub fn cost(&self, usage: &Usage) -> u64 {
        let input = u128::from(usage.prompt_tokens) * u128::from(self.input);
        let output = u128::from(usage.completion_tokens) * u128::from(self.output);
        u64::try_from((input + output).div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// Refuses a call once the organization has spent its budget. `spent` are the tokens of this month,
/// `budget` is how many there may be; `None` is without limit. A call may begin with the last token
/// and exceed the budget by what it costs.
pub fn check_budget(spent: u64, budget: Option<NonZeroU64>) -> Result<(), ModelError> {
    match budget {
        Some(budget) if spent >= budget.get() => Err(ModelError::BudgetSpent(format!(
            "This month's budget for the language model is spent: {spent} of {budget} tokens. It \
             begins anew on the first of next month (UTC)."
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_exact_and_rounded_up() {
        let prices = Prices { input: 150_000, output: 600_000 };
        let usage = |prompt_tokens, completion_tokens| Usage {
            prompt_tokens,
            completion_tokens,
            estimated: false,
        };
        assert_eq!(prices.cost(&usage(1_000_000, 0)), 150_000);
        assert_eq!(prices.cost(&usage(12_000, 900)), 1_800 + 540);
        assert_eq!(prices.cost(&usage(1, 0)), 1);
        assert_eq!(prices.cost(&usage(0, 0)), 0);
        assert_eq!(Prices::default().cost(&usage(u32::MAX, u32::MAX)), 0);
        let dear = Prices { input: u64::MAX, output: u64::MAX };
        assert_eq!(dear.cost(&usage(u32::MAX, u32::MAX)), u64::MAX);
    }

    #[test]
    fn a_budget_is_refused_in_a_sentence_once_it_is_spent() {
        let budget = NonZeroU64::new(1_000);
        assert_eq!(check_budget(999, budget), Ok(()));
        assert_eq!(check_budget(u64::MAX, None), Ok(()));
        let told = check_budget(1_000, budget).unwrap_err();
        assert!(matches!(&told, ModelError::BudgetSpent(_)));
        assert!(told.to_string().contains("1000 of 1000 tokens"), "{told}");
    }
}
