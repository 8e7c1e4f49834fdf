//! RSA keys of a broken generator (ROCA, CVE-2017-15361), told by their modulus alone.
//!
//! The generator's primes are `k * M + (65537^a mod M)` with M a product of small primes, so
//! modulo each of those the modulus is a power of 65537. A modulus for which this holds for all
//! of them is such a key, but for one in some hundred million.

const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

pub(super) fn is_vulnerable(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power(remainder(modulus, *prime), *prime))
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number.iter().fold(0, |rest, byte| (rest << 8 | u32::from(*byte)) % prime)
}

/// Whether `number` is 65537 to some power, modulo `prime`.
fn is_power(number: u32, prime: u32) -> bool {
    let mut power = 1;
    loop {
        if power == number {
            return true;
        }
        power = power * (65537 % prime) % prime;
        if power <= 1 {
            return false;
        }
    }
}
