use fastrand::Rng;

/// Every choice of a run, from one seed.
pub(crate) struct Dice(Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// A number from 0 up to, and without, `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0.usize(..sides)
    }

    /// True in so many percent.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of some, in proportion to what stands beside them.
    pub(crate) fn weighed<T: Copy>(&mut self, from: &[(usize, T)]) -> T {
        let mut left = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in from {
            if left < *weight {
                return *one;
            }
            left -= weight;
        }
        unreachable!("the weights add up")
    }

    /// Some of these, in their order, one at least.
    pub(crate) fn some<T: Clone>(&mut self, from: &[T], percent: usize) -> Vec<T> {
        let sure = self.below(from.len());
        let mut kept = Vec::new();
        for (number, one) in from.iter().enumerate() {
            if number == sure || self.percent(percent) {
                kept.push(one.clone());
            }
        }
        kept
    }
}
