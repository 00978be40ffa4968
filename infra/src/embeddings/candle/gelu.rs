//! The Gaussian error linear unit; candle computes it on one core, one number at a time.

use candle_core::{CpuStorage, Error, InplaceOp1, Layout, Result};
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSliceMut;

/// Replaces each `x` by `x · (1 + erf(x / √2)) / 2`.
pub(super) struct Gelu;

/// Numbers per core and step.
const SHARE: usize = 8192;

impl InplaceOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu in place"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets())
        else {
            return Err(Error::msg("gelu in place takes contiguous f32"));
        };
        values[start..end].par_chunks_mut(SHARE).for_each(|share| {
            for value in share {
                *value = gelu(*value);
            }
        });
        Ok(())
    }
}

fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// Computes the error function as a quotient of polynomials, as in Eigen: within 5e-7 and without
/// branches, so that the compiler can vectorize it.
fn erf(x: f32) -> f32 {
    const NUMERATOR: [f32; 7] = [
        -1.609_603_3e-2,
        -2.954_6e-3,
        -7.349_906_3e-4,
        -5.692_506_4e-5,
        -2.101_024e-6,
        2.770_681_4e-8,
        -2.726_142_3e-10,
    ];
    const DENOMINATOR: [f32; 5] =
        [-1.426_473_9e-2, -7.373_329_2e-3, -1.682_827e-3, -2.133_740_6e-4, -1.456_607_2e-5];
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let polynomial = |terms: &[f32]| terms.iter().rev().fold(0.0, |sum, it| sum * square + it);
    x * polynomial(&NUMERATOR) / polynomial(&DENOMINATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computes the integral of the bell curve by Simpson's rule.
    fn exact(x: f64) -> f64 {
        let bell = |t: f64| (-t * t).exp();
        let step = x / 1000.0;
        let inner = |it: usize| bell(it as f64 * step) * if it % 2 == 1 { 4.0 } else { 2.0 };
        let sum = bell(0.0) + (1..1000).map(inner).sum::<f64>() + bell(x);
        sum * step / 3.0 * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn it_is_the_error_function() {
        for step in -600..=600 {
            let x = step as f32 / 100.0;
            let error = (f64::from(erf(x)) - exact(f64::from(x))).abs();
            assert!(error < 5e-7, "erf({x}) is off by {error}");
        }
        assert!(erf(f32::NAN).is_nan());
    }
}
