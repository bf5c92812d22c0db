//! DynamoDB's numbers: decimals of up to 38 significant digits, exact, from 1E-130 to 9.9…E+125.

use std::{cmp::Ordering, fmt};

/// AWS: "up to 38 digits of precision".
const MOST_DIGITS: usize = 38;
/// AWS: magnitudes lie between 1E-130 and 9.99…E+125.
const LEAST_MAGNITUDE: i64 = -130;
const GREATEST_MAGNITUDE: i64 = 125;

/// `coefficient × 10^exponent`, the coefficient without zeros at its end, so that equal numbers have equal fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Number {
    coefficient: i128,
    exponent: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotANumber {
    Malformed,
    Overflow,
    Underflow,
    TooPrecise,
}

impl Number {
    pub(crate) fn parse(text: &str) -> Result<Self, NotANumber> {
        let (is_negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let mut parts = digits.splitn(2, |byte| matches!(byte, b'e' | b'E'));
        let mantissa = parts.next().unwrap_or_default();
        let exponent = parts.next().map_or(Ok(0), parse_exponent)?;
        let mut parts = mantissa.splitn(2, |byte| *byte == b'.');
        let whole = parts.next().unwrap_or_default();
        let fraction = parts.next().unwrap_or_default();
        if whole.is_empty() && fraction.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
            return Err(NotANumber::Malformed);
        }
        let count = whole.len() + fraction.len();
        let digit = |at: usize| if at < whole.len() { whole[at] } else { fraction[at - whole.len()] };
        let Some(first) = (0..count).find(|at| digit(*at) != b'0') else { return Ok(Self::default()) };
        let last = (0..count).rfind(|at| digit(*at) != b'0').unwrap_or(first);
        // The power of ten of the last digit that counts.
        let lowest = exponent + length(whole) - 1 - i64::try_from(last).unwrap_or(i64::MAX / 2);
        let magnitude = lowest + i64::try_from(last - first).unwrap_or(i64::MAX / 2);
        if magnitude > GREATEST_MAGNITUDE {
            return Err(NotANumber::Overflow);
        }
        if magnitude < LEAST_MAGNITUDE {
            return Err(NotANumber::Underflow);
        }
        if last - first >= MOST_DIGITS {
            return Err(NotANumber::TooPrecise);
        }
        let size = (first..=last).fold(0_i128, |sum, at| sum * 10 + i128::from(digit(at) - b'0'));
        let coefficient = if is_negative { -size } else { size };
        Ok(Self { coefficient, exponent: i16::try_from(lowest).map_err(|_| NotANumber::Underflow)? })
    }

    pub(crate) fn of(whole: i64) -> Self {
        Self::normal(whole.into(), 0).expect("a 64-bit integer has fewer than 38 digits")
    }

    pub(crate) fn parts(self) -> (i128, i16) {
        (self.coefficient, self.exponent)
    }
    /// From the fields of a number that was stored.
    pub(crate) fn from_parts(coefficient: i128, exponent: i16) -> Self {
        Self { coefficient, exponent }
    }

    fn normal(mut coefficient: i128, mut exponent: i64) -> Result<Self, NotANumber> {
        if coefficient == 0 {
            return Ok(Self::default());
        }
        while coefficient % 10 == 0 {
            coefficient /= 10;
            exponent += 1;
        }
        let count = i64::from(coefficient.unsigned_abs().ilog10()) + 1;
        let magnitude = exponent + count - 1;
        match () {
            () if magnitude > GREATEST_MAGNITUDE => Err(NotANumber::Overflow),
            () if magnitude < LEAST_MAGNITUDE => Err(NotANumber::Underflow),
            () if count > 38 => Err(NotANumber::TooPrecise),
            () => Ok(Self { coefficient, exponent: i16::try_from(exponent).map_err(|_| NotANumber::Underflow)? }),
        }
    }

    /// Exact: what 38 digits cannot hold is refused, not rounded.
    pub(crate) fn plus(self, other: Self) -> Result<Self, NotANumber> {
        if self.coefficient == 0 || other.coefficient == 0 {
            return Ok(if self.coefficient == 0 { other } else { self });
        }
        let lowest = self.exponent.min(other.exponent);
        let scaled = |number: Self| {
            let zeros = u32::from((number.exponent - lowest).unsigned_abs());
            10_i128.checked_pow(zeros).and_then(|power| number.coefficient.checked_mul(power))
        };
        let sum = scaled(self).zip(scaled(other)).and_then(|(one, two)| one.checked_add(two));
        Self::normal(sum.ok_or(NotANumber::TooPrecise)?, lowest.into())
    }
    pub(crate) fn minus(self, other: Self) -> Result<Self, NotANumber> {
        self.plus(Self { coefficient: -other.coefficient, ..other })
    }

    fn digit_count(self) -> u32 {
        self.coefficient.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1)
    }
    /// The power of ten of the first digit.
    fn magnitude(self) -> i64 {
        i64::from(self.exponent) + i64::from(self.digit_count()) - 1
    }

    /// AWS: one byte per two digits and one more, another for the sign of a negative number.
    pub(crate) fn size_bytes(self) -> usize {
        if self.coefficient == 0 {
            return 1;
        }
        // Pairs are aligned at the decimal point.
        let first = self.magnitude().div_euclid(2);
        let last = i64::from(self.exponent).div_euclid(2);
        usize::try_from(first - last + 1).unwrap_or(0) + 1 + usize::from(self.coefficient < 0)
    }

    /// Seconds since the epoch, as time to live reads them.
    pub(crate) fn whole(self) -> Option<i64> {
        let zeros = u32::from(self.exponent.unsigned_abs());
        let power = 10_i128.checked_pow(zeros);
        let whole = match self.exponent {
            0.. => self.coefficient.checked_mul(power?)?,
            _ => power.map_or(0, |power| self.coefficient / power),
        };
        i64::try_from(whole).ok()
    }

    /// Bytes whose order is the order of the numbers.
    ///
    /// A first byte for the sign; the magnitude; two digits a byte, each above zero; a byte that is smaller than any
    /// pair. Negative numbers have all but the first turned over.
    pub(crate) fn encode_ordered(self, into: &mut Vec<u8>) {
        const NEGATIVE: u8 = 1;
        const ZERO: u8 = 2;
        const POSITIVE: u8 = 3;
        if self.coefficient == 0 {
            return into.push(ZERO);
        }
        let flip = if self.coefficient < 0 { 0xff } else { 0 };
        into.push(if flip == 0 { POSITIVE } else { NEGATIVE });
        into.push(u8::try_from(self.magnitude() - LEAST_MAGNITUDE).expect("magnitudes were checked") ^ flip);
        let digits = self.coefficient.unsigned_abs().to_string();
        for pair in digits.as_bytes().chunks(2) {
            let value = (pair[0] - b'0') * 10 + pair.get(1).map_or(0, |low| low - b'0') + 1;
            into.push(value ^ flip);
        }
        into.push(flip);
    }
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX / 2)
}

fn parse_exponent(digits: &[u8]) -> Result<i64, NotANumber> {
    let (is_negative, digits) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NotANumber::Malformed);
    }
    // Far beyond what is allowed, without overflow.
    let size = digits.iter().fold(0_i64, |sum, digit| (sum * 10 + i64::from(digit - b'0')).min(1_000_000_000));
    Ok(if is_negative { -size } else { size })
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.coefficient.signum().cmp(&other.coefficient.signum());
        if signs != Ordering::Equal || self.coefficient == 0 {
            return signs;
        }
        let aligned =
            |number: &Self, count: u32| number.coefficient.unsigned_abs() * 10_u128.pow(count - number.digit_count());
        let count = self.digit_count().max(other.digit_count());
        let sizes = self.magnitude().cmp(&other.magnitude());
        let sizes = sizes.then_with(|| aligned(self, count).cmp(&aligned(other, count)));
        if self.coefficient < 0 { sizes.reverse() } else { sizes }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Without an exponent, as AWS answers.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.coefficient.unsigned_abs().to_string();
        let sign = if self.coefficient < 0 { "-" } else { "" };
        let Ok(zeros) = usize::try_from(self.exponent) else {
            let places = usize::from(self.exponent.unsigned_abs());
            return match digits.len().checked_sub(places) {
                Some(whole) if whole > 0 => write!(f, "{sign}{}.{}", &digits[..whole], &digits[whole..]),
                _ => write!(f, "{sign}0.{digits:0>places$}"),
            };
        };
        write!(f, "{sign}{digits}{:0<zeros$}", "")
    }
}
