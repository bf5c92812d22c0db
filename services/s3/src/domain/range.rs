//! The Range header.

use std::ops::Range;

/// What a range asks of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// No range, or one that S3 ignores: several ranges, other units, nonsense.
    All,
    Part(Range<u64>),
    /// Begins behind the end.
    Nothing,
}

pub(crate) fn parse(header: &str, size_bytes: u64) -> Wanted {
    let bounds = header.trim().strip_prefix("bytes=").and_then(|rest| rest.split_once('-'));
    let Some((first, last)) = bounds else { return Wanted::All };
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        return match last.parse::<u64>() {
            Ok(0) => Wanted::Nothing,
            Ok(_) if size_bytes == 0 => Wanted::Nothing,
            Ok(count) => Wanted::Part(size_bytes.saturating_sub(count)..size_bytes),
            Err(_) => Wanted::All,
        };
    }
    let Ok(first) = first.parse::<u64>() else { return Wanted::All };
    let end = match last {
        "" => size_bytes,
        last => match last.parse::<u64>() {
            Ok(last) if last >= first => last.saturating_add(1).min(size_bytes),
            _ => return Wanted::All,
        },
    };
    if first >= size_bytes { Wanted::Nothing } else { Wanted::Part(first..end) }
}

/// `bytes 0-4/10`
pub(crate) fn content_range(part: &Range<u64>, size_bytes: u64) -> String {
    format!("bytes {}-{}/{size_bytes}", part.start, part.end.saturating_sub(1))
}

/// `x-amz-copy-source-range`, which must be exact.
pub(crate) fn parse_exact(header: &str, size_bytes: u64) -> Option<Range<u64>> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last < size_bytes).then(|| first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_as_s3_reads_them() {
        for (header, size, wanted) in [
            ("bytes=0-4", 10, Wanted::Part(0..5)),
            ("bytes=5-", 10, Wanted::Part(5..10)),
            ("bytes=-3", 10, Wanted::Part(7..10)),
            ("bytes=-30", 10, Wanted::Part(0..10)),
            ("bytes=8-100", 10, Wanted::Part(8..10)),
            ("bytes=10-", 10, Wanted::Nothing),
            ("bytes=0-0", 0, Wanted::Nothing),
            ("bytes=-0", 10, Wanted::Nothing),
            ("bytes=4-2", 10, Wanted::All),
            ("bytes=0-1,3-4", 10, Wanted::All),
            ("lines=0-4", 10, Wanted::All),
        ] {
            assert_eq!(parse(header, size), wanted, "{header} of {size}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_what_a_naive_reader_would_keep(size in 0u64..50, first in 0u64..60, length in 0u64..60) {
            let last = first + length;
            let naive: Vec<u64> = (0..size).filter(|at| (first..=last).contains(at)).collect();
            match parse(&format!("bytes={first}-{last}"), size) {
                Wanted::Part(part) => prop_assert_eq!(part.collect::<Vec<_>>(), naive),
                other => prop_assert!(naive.is_empty() && other == Wanted::Nothing),
            }
        }
    }
}
